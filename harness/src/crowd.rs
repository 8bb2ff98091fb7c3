//! Many people at one server, and what they see together.

use crate::{
    decode::{self, Memo, Run},
    frames,
    histogram::Histogram,
    http::{Address, Http},
    person::{Manner, Person},
    server::Server,
};
use anyhow::{Context, Result, anyhow, ensure};
use app::protocol::{
    ids::{Cid, Millis, RoomId, Seq},
    limits::ROOM_PEOPLE_MAX,
    message::Entry,
    packets::{Acked, Refused},
    snapshot::RoomSummary,
};
use serde_json::json;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// A message that somebody said.
pub(crate) struct Sent {
    pub(crate) person: u32,
    /// The how many-th of that person.
    pub(crate) n: u32,
    /// When it was meant to be said, in microseconds.
    pub(crate) intended: u64,
    pub(crate) acked: Option<Seq>,
    pub(crate) refused: bool,
}

/// What all people share. One thread: cells, no locks.
pub(crate) struct World {
    begun: Instant,
    bytes: usize,
    /// Whoever sees an own message says the next one.
    pub(crate) is_closed_loop: Cell<bool>,
    /// Where all sockets read.
    pub(crate) scratch: RefCell<Vec<u8>>,
    pub(crate) state: RefCell<State>,
}

/// What was seen.
pub(crate) struct State {
    memo: Memo,
    pub(crate) sent: HashMap<Cid, Sent>,
    /// By room and place, as it came over the sockets.
    pub(crate) logs: HashMap<RoomId, HashMap<Seq, Option<Cid>>>,
    pub(crate) acks: Histogram,
    pub(crate) deliveries: Histogram,
    pub(crate) delivered: u64,
    pub(crate) frames: u64,
    pub(crate) decoded: u64,
    pub(crate) repeats: u64,
    pub(crate) seeks: u64,
    pub(crate) pauses: u64,
    pub(crate) faults: Vec<String>,
}

impl World {
    pub(crate) fn new(bytes: usize) -> Self {
        let state = State {
            memo: Memo::default(),
            sent: HashMap::new(),
            logs: HashMap::new(),
            acks: Histogram::new(),
            deliveries: Histogram::new(),
            delivered: 0,
            frames: 0,
            decoded: 0,
            repeats: 0,
            seeks: 0,
            pauses: 0,
            faults: Vec::new(),
        };
        Self {
            begun: Instant::now(),
            bytes,
            is_closed_loop: Cell::new(false),
            scratch: RefCell::new(vec![0; 512 << 10]),
            state: RefCell::new(state),
        }
    }

    /// What a person says for the n-th time: recognisable, and as long as wished.
    pub(crate) fn text(&self, person: u32, n: u32) -> String {
        let begin = format!("{person}:{n}:");
        format!("{begin:x<width$}", width = self.bytes)
    }

    pub(crate) fn micros(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(crate) fn millis(&self) -> Millis {
        Millis((self.micros() / 1_000).cast_signed())
    }

    /// Decodes a frame, or finds it decoded.
    pub(crate) fn decode(&self, frame: &[u8]) -> Result<Rc<Run>> {
        let state = &mut *self.state.borrow_mut();
        state.frames += 1;
        if let Some(run) = state.memo.find(frame) {
            return Ok(run);
        }
        state.decoded += 1;
        let intended = |cid: &Cid| state.sent.get(cid).map(|it| it.intended);
        let run = Rc::new(decode::run(frame, intended).map_err(|error| anyhow!(error))?);
        let log = state.logs.entry(run.room).or_default();
        for (seq, cid) in run.places() {
            if *log.entry(seq).or_insert(cid) != cid {
                state.faults.push(format!("two readers saw different entries at {seq}"));
            }
        }
        state.memo.keep(frame, &run);
        Ok(run)
    }

    /// Somebody got all entries of the run.
    pub(crate) fn delivered(&self, run: &Run) {
        let now = self.micros();
        let state = &mut *self.state.borrow_mut();
        state.delivered += run.intended.len() as u64;
        for intended in &run.intended {
            state.deliveries.record(now.saturating_sub(*intended));
        }
    }

    /// Somebody got these entries, not all of them of the run.
    pub(crate) fn delivered_one_by_one(&self, run: &Run, entries: &[Arc<Entry>]) {
        let now = self.micros();
        let state = &mut *self.state.borrow_mut();
        let len = run.entries.len();
        state.repeats += len.saturating_sub(entries.len()) as u64;
        for entry in entries {
            let sent = entry.cid.and_then(|cid| state.sent.get(&cid));
            if let Some(sent) = sent {
                state.deliveries.record(now.saturating_sub(sent.intended));
                state.delivered += 1;
            }
        }
    }

    pub(crate) fn acked(&self, acked: &Acked) {
        let now = self.micros();
        let state = &mut *self.state.borrow_mut();
        match state.sent.get_mut(&acked.cid) {
            Some(sent) if sent.acked.is_some_and(|seq| seq != acked.seq) => {
                state
                    .faults
                    .push(format!("acknowledged twice: {} and {:?}", acked.seq, sent.acked));
            }
            Some(sent) => {
                if sent.acked.replace(acked.seq).is_none() {
                    state.acks.record(now.saturating_sub(sent.intended));
                }
            }
            None => state.faults.push(format!("acknowledged what was not said: {}", acked.cid)),
        }
    }

    pub(crate) fn refused(&self, refused: &Refused) {
        let state = &mut *self.state.borrow_mut();
        if refused.reason.retry_after_ms().is_some() {
            state.pauses += 1;
        } else if let Some(sent) = refused.cid.and_then(|cid| state.sent.get_mut(&cid)) {
            sent.refused = true;
        }
    }
}

/// The people.
pub(crate) struct Crowd {
    pub(crate) world: Rc<World>,
    pub(crate) people: Vec<Rc<RefCell<Person>>>,
    pub(crate) rooms: Vec<RoomId>,
    /// Of the first of them, for the REST API.
    pub(crate) cookie: String,
    tasks: Vec<JoinHandle<()>>,
}

/// Connections that make guests at a time.
const DOORS: usize = 8;

/// Makes so many guests; their cookies.
pub(crate) async fn guests(address: &Address, count: usize) -> Result<Vec<String>> {
    let doors = DOORS.min(count);
    let begun = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis();
    let tasks: Vec<_> = (0..doors)
        .map(|door| {
            let address = address.clone();
            tokio::task::spawn_local(async move {
                let mut http = Http::connect(&address).await?;
                let mut cookies = Vec::new();
                for n in (door..count).step_by(doors) {
                    let body = json!({ "name": format!("p{n}x{begun}") });
                    let answer = http.ask("POST", "/api/v1/guests", "", Some(&body)).await?;
                    ensure!(answer.status == 201, "guest: {} {}", answer.status, answer.body);
                    cookies.push(answer.cookie.context("a guest got no cookie")?);
                }
                Ok(cookies)
            })
        })
        .collect();
    let mut cookies = Vec::with_capacity(count);
    for task in tasks {
        cookies.extend(task.await??);
    }
    Ok(cookies)
}

/// Makes an account, and a large room for so many of which it is the host: the cookie of the one,
/// and the other.
pub(crate) async fn large_room(address: &Address, people: usize) -> Result<(String, RoomId)> {
    let mut http = Http::connect(address).await?;
    let body = json!({ "name": "Host", "password": "a long enough one" });
    let host = http.ask("POST", "/api/v1/users", "", Some(&body)).await?;
    let cookie = host.cookie.with_context(|| format!("an account: {}", host.body))?;
    let capacity = people.max(ROOM_PEOPLE_MAX as usize + 1);
    let body = json!({ "name": "load", "kind": "large", "door": "open", "capacity": capacity });
    let made = http.ask("POST", "/api/v1/rooms", &cookie, Some(&body)).await?;
    ensure!(made.status == 201, "a room: {} {}", made.status, made.body);
    let room: RoomSummary = serde_json::from_value(made.body)?;
    Ok((cookie, room.id))
}

/// The load channels, in their order.
pub(crate) async fn rooms(address: &Address, cookie: &str) -> Result<Vec<RoomSummary>> {
    let body = Http::connect(address).await?.get("/api/v1/rooms", cookie).await?;
    let rooms: Vec<RoomSummary> = serde_json::from_value(body["rooms"].clone())?;
    let number = |it: &RoomSummary| it.name.strip_prefix("load-")?.parse::<usize>().ok();
    let mut rooms: Vec<RoomSummary> = rooms.into_iter().filter(|it| number(it).is_some()).collect();
    rooms.sort_by_key(number);
    Ok(rooms)
}

impl Crowd {
    /// Opens a socket for each cookie, spread over the rooms one after the other.
    pub(crate) async fn gather(
        server: &Server,
        world: World,
        cookies: &[String],
        (rooms, manner): (&[RoomId], Manner),
    ) -> Result<Self> {
        let world = Rc::new(world);
        let (mut people, mut tasks) = (Vec::new(), Vec::new());
        for (n, cookie) in cookies.iter().enumerate() {
            let stream = frames::open(&server.address, cookie).await?;
            let room = rooms[n % rooms.len()];
            let person = Person::new(u32::try_from(n)?, room, manner, stream);
            let person = Rc::new(RefCell::new(person));
            person.borrow_mut().flush(&world);
            tasks.push(tokio::task::spawn_local(listen(Rc::clone(&world), Rc::clone(&person))));
            people.push(person);
        }
        let cookie = cookies.first().context("nobody")?.clone();
        let crowd = Self { world, people, rooms: rooms.to_vec(), cookie, tasks };
        crowd.wait("everybody is in", |it| it.gap.is_some()).await?;
        Ok(crowd)
    }

    /// Waits until something is so for all people.
    pub(crate) async fn wait(&self, what: &str, so: impl Fn(&Person) -> bool) -> Result<()> {
        let begun = Instant::now();
        while !self.people.iter().all(|it| so(&it.borrow())) {
            let faults = self.world.state.borrow().faults.join("; ");
            ensure!(faults.is_empty(), "{faults}");
            let left = self.people.iter().filter(|it| !so(&it.borrow())).count();
            ensure!(begun.elapsed() < Duration::from_mins(2), "not {what}: {left} are missing");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Some talk for a while, each send at its time: a slow answer does not put off the next send.
    pub(crate) async fn talk(&self, senders: &[usize], sends_per_sec: u32, secs: u64) {
        let begun = self.world.micros();
        let total = u64::from(sends_per_sec) * secs;
        let (mut n, mut nudged) = (0, begun);
        while n < total {
            let now = self.world.micros();
            while n < total {
                let intended = begun + n * 1_000_000 / u64::from(sends_per_sec);
                if intended > now {
                    break;
                }
                let sender = senders[usize::try_from(n).unwrap_or_default() % senders.len()];
                self.people[sender].borrow_mut().say(&self.world, intended);
                n += 1;
            }
            if now - nudged > 20_000 {
                self.nudge();
                nudged = now;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Those who waited for a pause to pass, or for room in their socket, have their turn.
    pub(crate) fn nudge(&self) {
        for person in &self.people {
            person.borrow_mut().flush(&self.world);
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn listen(world: Rc<World>, person: Rc<RefCell<Person>>) {
    let ended = std::future::poll_fn(|cx| person.borrow_mut().poll(&world, cx)).await;
    if let Err(error) = ended {
        let number = person.borrow().number;
        world.state.borrow_mut().faults.push(format!("person {number}: {error}"));
    }
}
