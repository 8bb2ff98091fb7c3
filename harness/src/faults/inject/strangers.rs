//! Faults made by clients: those who do not read, who send what they should not, and who are many.

use super::Scene;
use crate::{
    faults::{
        client::{Manner, Reading},
        corpus::{self, Door},
        deploy::Deployment,
        history::{Event, Happened, Micros},
        measure::{Stretch, acks, quantile},
        node::Node,
    },
    frames,
    http::Http,
};
use anyhow::{Context as _, Result, ensure};
use app::protocol::ids::RoomId;
use serde_json::json;
use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Others may wait so much longer than before (a fifth), and so many milliseconds, which is what a
/// machine that does everything at once makes of it by itself.
const SLOWER: (f64, f64) = (1.2, 60.0);
/// Memory of the server for each client that does not read.
const STUCK_KIB: u64 = 300;
/// What a server takes anyway within a minute: caches, and what its allocator keeps.
const SPARE_KIB: u64 = 24 * 1024;
/// What the ring of a room may hold on each node, which texts as long as these fill.
const RING_KIB: u64 = 4 * 1024;
/// Who did not read and reads again is consistent within this time.
const CAUGHT_UP_MAX: Duration = Duration::from_secs(15);
/// A connection whose header does not end is closed within this time.
const HEADER_MAX: Duration = Duration::from_secs(12);
/// A connection whose body does not end is closed within this time.
const BODY_MAX: Duration = Duration::from_secs(33);
/// Honest sends are answered within this time while all that goes on.
const HONEST_MAX_MS: f64 = 250.0;
/// Bytes a second that are as good as all.
const FAST: u32 = 4 << 20;
/// The people who do not read: one of so many.
const STUCK_EVERY: usize = 3;

/// In F11 some people read slowly or not at all; they connect without the proxy, which would read
/// for them.
pub(super) fn slow_reader(deployment: &Deployment, number: usize, manner: &mut Manner) {
    // Enough to fill what the system buffers for those who do not read.
    manner.chars = 3_900;
    if is_stuck(number) {
        let nodes = &deployment.nodes;
        manner.door = nodes[number / STUCK_EVERY % nodes.len()].address;
        manner.origin = Some(deployment.origin());
        // Fast at first, but with the small buffers of a slow reader.
        manner.reading = Reading::Slowly(FAST);
    }
}

const fn is_stuck(number: usize) -> bool {
    number % STUCK_EVERY == 2
}

/// F11: a third of the people stop reading, or read 1 KiB a second.
pub(super) async fn slow_readers(scene: &mut Scene) -> Result<()> {
    let before = so_far(scene);
    let memory = memory_kib(scene);
    let from = scene.now();
    for (number, client) in scene.people.clients.iter().enumerate().filter(|it| is_stuck(it.0)) {
        let is_slow = number % 2 == 0;
        client.set_reading(if is_slow { Reading::Slowly(1_024) } else { Reading::Nothing });
    }
    while !scene.is_over_in(Duration::ZERO) {
        sleep(Duration::from_millis(200)).await;
    }
    let grown = memory_kib(scene).saturating_sub(memory);
    others_are_unaffected(scene, before, from, &|it| !is_stuck(it));
    let stuck = scene.people.clients.len() as u64 / STUCK_EVERY as u64;
    note(scene, "kib_per_stuck", grown / stuck.max(1));
    let rings = scene.people.readers().into_iter().next().context("nobody is there")?;
    let rings = rings.heads(scene.deployment.nodes[0].address).await?.len() as u64;
    let nodes = scene.deployment.nodes.len() as u64;
    let most = stuck * STUCK_KIB + nodes * (rings * RING_KIB + SPARE_KIB);
    scene.must(grown <= most, || format!("memory grew by {grown} KiB for {stuck} stuck clients"));
    for client in &scene.people.clients {
        client.set_reading(Reading::All);
    }
    scene.network_is_back();
    scene.recovers_within(CAUGHT_UP_MAX, "after all read again").await;
    // They learn that they were cut when they read again.
    let cut = scene.since(from, |number, it: &Event| match it.what {
        Happened::Closed { .. } if is_stuck(number) => Some(()),
        _ => None,
    });
    note(scene, "stuck_sockets_cut", cut.len() as u64);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "for a table")]
fn note(scene: &mut Scene, name: &str, value: u64) {
    scene.figure(name, value as f64);
}

fn memory_kib(scene: &Scene) -> u64 {
    scene.deployment.nodes.iter().filter_map(Node::memory_kib).sum()
}

/// The run until now.
fn so_far(scene: &Scene) -> Stretch {
    let history = scene.history.borrow();
    let from = history.phases.first().map_or(Micros(0), |it| it.from);
    Stretch { from, to: history.now() }
}

/// Those clients' sends are answered about as fast as before.
fn others_are_unaffected(
    scene: &mut Scene,
    before: Stretch,
    from: Micros,
    others: &dyn Fn(usize) -> bool,
) {
    let to = scene.now();
    let [usual, now] = [before, Stretch { from, to }]
        .map(|it| quantile(&acks(&scene.history.borrow(), it, others), 0.99));
    scene.figure("others_p99_before_ms", usual);
    scene.figure("others_p99_ms", now);
    let most = (usual * SLOWER.0).max(usual + SLOWER.1) * scene.patience;
    scene.must(now <= most, || format!("others' ack p99 was {now:.0} ms, before {usual:.0} ms"));
}

/// F14: frames that harm, to all nodes, while others talk.
pub(super) async fn hostile(scene: &mut Scene) -> Result<()> {
    let before = so_far(scene);
    let from = scene.now();
    let cookie = guest(scene, scene.deployment.nodes[0].address, "mallory").await?;
    let room = first_room(scene).await?;
    let nodes = scene.deployment.addresses();
    let mut attacks = corpus::corpus(scene.chance.next(), usize::MAX, room);
    let mut count = 0;
    while !scene.is_over_in(Duration::ZERO) {
        let Some(attack) = attacks.next() else { break };
        let address = nodes[count % nodes.len()];
        let origin = scene.deployment.origin();
        let door = Door { address, origin, cookie: cookie.clone() };
        match corpus::attack(&door, &attack).await {
            Ok(heard) => {
                if let Err(why) = attack.judge(heard) {
                    scene.findings.push(why);
                }
            }
            Err(error) => scene.findings.push(format!("{}: {error:#}", attack.name)),
        }
        count += 1;
    }
    note(scene, "attacks", count as u64);
    scene.must(count > 0, || "nothing was tried".into());
    others_are_unaffected(scene, before, from, &|_| true);
    Ok(())
}

async fn first_room(scene: &Scene) -> Result<RoomId> {
    let reader = scene.people.readers().into_iter().next().context("nobody is there")?;
    let heads = reader.heads(scene.deployment.nodes[0].address).await?;
    heads.keys().min().copied().context("no rooms")
}

/// Makes a guest; its cookie.
async fn guest(scene: &Scene, address: SocketAddr, name: &str) -> Result<String> {
    let mut http = Http::connect_as(&address.to_string(), &scene.deployment.origin()).await?;
    let body = json!({ "name": name });
    let answer = http.ask("POST", "/api/v1/guests", "", Some(&body)).await?;
    ensure!(answer.status == 201, "guest: {} {}", answer.status, answer.body);
    answer.cookie.context("a guest got no cookie")
}

/// Tasks that end with this.
#[derive(Default)]
struct Mob(Vec<JoinHandle<()>>);

impl Drop for Mob {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// F15: idle sockets, sockets that come and go, headers and bodies that never end; as many as fits
/// the machine.
pub(super) async fn many(scene: &mut Scene) -> Result<()> {
    let scale = crate::server::cores().clamp(1, 8);
    let from = scene.now();
    let address = scene.deployment.nodes[0].address;
    let origin = scene.deployment.origin();
    let cookie = guest(scene, address, "crowd").await?;
    let idle = idle_sockets(address, &origin, &cookie, 200 * scale).await?;
    let slow: Rc<RefCell<Vec<Lasted>>> = Rc::default();
    let shakes = Rc::new(Cell::new(0_u64));
    let mut mob = Mob::default();
    for _ in 0..4 * scale {
        let door = (address, origin.clone(), cookie.clone());
        mob.0.push(tokio::task::spawn_local(shake(door, shakes.clone())));
    }
    for number in 0..50 * scale {
        let has_body = number % 2 == 0;
        let trickle = trickle(address, origin.clone(), has_body, slow.clone());
        mob.0.push(tokio::task::spawn_local(trickle));
    }
    // Bodies may take as long as a whole request.
    let lasts = scene.lasts.max(BODY_MAX + Duration::from_secs(2));
    sleep(lasts).await;
    drop(mob);
    note(scene, "idle_sockets", idle.len() as u64);
    note(scene, "handshakes", shakes.get());
    for Lasted { has_body, time } in slow.take() {
        let (what, limit) =
            if has_body { ("a slow body", BODY_MAX) } else { ("a slow header", HEADER_MAX) };
        scene.time(if has_body { "slow_body_ms" } else { "slow_header_ms" }, time);
        scene.must_take(time, limit, what);
    }
    let to = scene.now();
    let times = acks(&scene.history.borrow(), Stretch { from, to }, &|_| true);
    let p99 = quantile(&times, 0.99);
    scene.figure("honest_p99_ms", p99);
    let most = HONEST_MAX_MS * scene.patience;
    scene.must(p99 <= most, || format!("honest ack p99 was {p99:.0} ms"));
    drop(idle);
    Ok(())
}

async fn idle_sockets(
    address: SocketAddr,
    origin: &str,
    cookie: &str,
    count: usize,
) -> Result<Vec<TcpStream>> {
    let mut idle = Vec::new();
    for _ in 0..count {
        let (stream, host) = (TcpStream::connect(address).await?, address.to_string());
        let upgraded = frames::upgrade(stream, &host, origin, cookie);
        let (mut stream, _) = timeout(Duration::from_secs(10), upgraded).await??;
        let mut hello = Vec::new();
        frames::write_text(&mut hello, br#"{"type":"hello","data":{"version":1}}"#);
        stream.write_all(&hello).await?;
        idle.push(stream);
    }
    Ok(idle)
}

/// Opens sockets and leaves at once, again and again.
async fn shake((address, origin, cookie): (SocketAddr, String, String), count: Rc<Cell<u64>>) {
    let host = address.to_string();
    loop {
        if let Ok(stream) = TcpStream::connect(address).await {
            let upgraded = frames::upgrade(stream, &host, &origin, &cookie);
            if matches!(timeout(Duration::from_secs(5), upgraded).await, Ok(Ok(_))) {
                count.set(count.get() + 1);
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// How long a connection lasted that never came to an end.
struct Lasted {
    has_body: bool,
    time: Duration,
}

/// Sends a request a byte at a time until it is thrown out.
async fn trickle(
    address: SocketAddr,
    origin: String,
    has_body: bool,
    lasted: Rc<RefCell<Vec<Lasted>>>,
) {
    let head = if has_body {
        format!(
            "POST /api/v1/guests HTTP/1.1\r\nHost: {address}\r\nOrigin: {origin}\r\n\
             Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{"
        )
    } else {
        format!("GET /api/v1/ready HTTP/1.1\r\nHost: {address}\r\nX-Slow: ")
    };
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else { return };
        let begun = Instant::now();
        if stream.write_all(head.as_bytes()).await.is_err() {
            continue;
        }
        let (mut from, mut to) = stream.split();
        let dripping = async {
            while to.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        };
        let listening = async {
            let mut some = [0; 512];
            while matches!(from.read(&mut some).await, Ok(1..)) {}
        };
        tokio::select! {
            () = dripping => {}
            () = listening => {}
        }
        lasted.borrow_mut().push(Lasted { has_body, time: begun.elapsed() });
    }
}
