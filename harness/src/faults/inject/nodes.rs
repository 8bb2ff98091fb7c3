//! Faults of server processes: killed, restarted, stopped.

use super::Scene;
use crate::faults::{
    client::{Client, Connection, Manner},
    deploy::Deployment,
    history::{Event, Happened, Micros},
};
use anyhow::Result;
use std::time::{Duration, Instant};

/// A node that was killed is ready again within this time.
const READY_MAX: Duration = Duration::from_secs(2);
/// After a kill all clients are consistent again within this time.
const KILLED_MAX: Duration = Duration::from_secs(10);
/// After a restart all clients are back within this time.
const RESTARTED_MAX: Duration = Duration::from_secs(15);
/// Clients are asked to spread their return over so many seconds.
const SPREAD_SECS: u8 = 10;

/// F1: a node dies at any moment, and is started again.
pub(super) async fn killed(scene: &mut Scene) -> Result<()> {
    while {
        scene.wait(5, 15).await;
        let at = scene.chance.below(scene.deployment.nodes.len());
        let node = &mut scene.deployment.nodes[at];
        node.kill();
        let ready = node.start().await?;
        scene.time("ready_ms", ready);
        scene.must_take(ready, READY_MAX, "starting a killed node");
        scene.recovers_within(KILLED_MAX, "after kill -9").await;
        !scene.is_over_in(Duration::ZERO)
    } {}
    Ok(())
}

/// F3: all nodes are restarted, one after the other, as an update does it; three times where there
/// is time.
pub(super) async fn rolling(scene: &mut Scene) -> Result<()> {
    let begun = scene.now();
    for _ in 0..3 {
        for at in 0..scene.deployment.nodes.len() {
            restart(scene, at).await?;
        }
        if scene.is_over_in(Duration::ZERO) {
            break;
        }
    }
    scene.must_not_refuse(begun);
    let closes = scene.since(begun, |_, it| match it.what {
        Happened::Closed { code, .. } => Some(code),
        _ => None,
    });
    let reloads = closes.iter().filter(|it| **it >= 4500 && **it <= 4999).count();
    scene.must(reloads == 0, || format!("{reloads} sockets were closed for good"));
    let failed = closes.iter().filter(|it| **it == 4006).count();
    scene.must(failed == 0, || format!("{failed} sockets were closed as failed"));
    let under_hosts = scene.under_hosts();
    let postponed = scene.since(begun, |_, it| match it.what {
        Happened::Postponed { cid, reason, .. } => (!under_hosts.contains(&cid)).then_some(reason),
        _ => None,
    });
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    scene.figure("postponed", postponed.len() as f64);
    scene.must(postponed.is_empty(), || format!("{} sends were put off", postponed.len()));
    Ok(())
}

async fn restart(scene: &mut Scene, at: usize) -> Result<()> {
    let from = scene.now();
    let node = &mut scene.deployment.nodes[at];
    let stopped = node.stop().await?;
    let ready = node.start().await?;
    let address = node.address;
    while !scene.deployment.fleet.has_ready(address) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    scene.time("stopped_ms", stopped);
    scene.time("ready_ms", ready);
    scene.recovers_within(RESTARTED_MAX, "after a restart").await;
    note_absences(scene, from);
    note_spread(scene, from);
    Ok(())
}

/// From losing a socket to being welcomed again, no client may be away for longer.
fn note_absences(scene: &mut Scene, from: Micros) {
    let mut longest = Duration::ZERO;
    for client in 0..scene.people.clients.len() {
        let mut lost = None;
        let of = |number, it: &Event| (number == client).then_some(*it);
        for event in scene.since(from, of) {
            match event.what {
                Happened::Closed { .. } if lost.is_none() => lost = Some(event.at),
                Happened::Welcomed { .. } => {
                    let away = lost.take().map_or(0, |it| event.at.since(it));
                    longest = longest.max(Duration::from_micros(away));
                }
                _ => {}
            }
        }
    }
    scene.time("longest_absence_ms", longest);
    scene.must_take(longest, RESTARTED_MAX, "the longest absence of a client");
}

/// Those who were sent away do not all come back in the same second.
fn note_spread(scene: &mut Scene, from: Micros) {
    let mut seconds = [0_u32; 20];
    let opened = scene.since(from, |_, it| match it.what {
        Happened::Opened { .. } => Some(it.at.since(from) / 1_000_000),
        _ => None,
    });
    for second in &opened {
        let second = usize::try_from(*second).unwrap_or(usize::MAX);
        if let Some(count) = seconds.get_mut(second) {
            *count += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let mean = opened.len() as f64 / f64::from(SPREAD_SECS);
    let peak = f64::from(seconds.into_iter().max().unwrap_or(0));
    // With few clients chance alone makes peaks: four times its spread is allowed for.
    let most = (3.0 * mean).max(mean + 4.0 * mean.sqrt() + 2.0);
    scene.figure("peak_returns_per_sec", peak);
    scene.must(peak <= most, || format!("{peak} came back in one second, {mean} on average"));
}

/// A node is stopped for so long in F16: its leases run out after fifteen seconds.
const STOPPED: Duration = Duration::from_secs(18);
/// Those whose node stopped have found another within this time: silence, a pause, and back.
const MOVED_MAX: Duration = Duration::from_secs(15);
/// After it goes on, a node ends the sockets of those who signed out meanwhile within this time.
const THROWN_OUT_MAX: Duration = Duration::from_secs(6);
/// So many people stay with one node each, and sign out while it is stopped.
const LEAVING: usize = 4;

/// In F16 sockets are given up soon, and some people know one node only.
pub(super) fn loyal(deployment: &Deployment, number: usize, manner: &mut Manner) {
    manner.silence = Duration::from_secs(6);
    if number < LEAVING {
        manner.door = deployment.doors[number % deployment.doors.len()].address;
        manner.origin = Some(deployment.origin());
        // Nobody comes back while the node is stopped, as its socket does not end.
        manner.silence = Duration::from_mins(2);
    }
}

/// F16: a node, perhaps the leader, stands still for longer than its leases, and goes on as if
/// nothing had been.
pub(super) async fn stopped(scene: &mut Scene) -> Result<()> {
    // What a stopped node had written before lies in its sockets' buffers.
    scene.expected.sign_out_bound = STOPPED + THROWN_OUT_MAX;
    for turn in 0..LEAVING {
        if turn >= scene.deployment.nodes.len() && scene.is_over_in(Duration::ZERO) {
            break;
        }
        let at = turn % scene.deployment.nodes.len();
        let other = scene.deployment.doors[(at + 1) % scene.deployment.doors.len()].address;
        scene.deployment.nodes[at].pause(true)?;
        let begun = Instant::now();
        scene.people.clients[turn].sign_out(other).await?;
        let moved = others_are_back(scene).await;
        scene.time("moved_ms", begun.elapsed());
        scene.must(moved, || format!("clients of a stopped node had no other after {MOVED_MAX:?}"));
        tokio::time::sleep(STOPPED.saturating_sub(begun.elapsed())).await;
        scene.deployment.nodes[at].pause(false)?;
        is_thrown_out(scene, turn).await;
        scene.recovers_within(RESTARTED_MAX, "after a stopped node went on").await;
    }
    Ok(())
}

/// Waits until all who can go elsewhere are consistent again, after their sockets fell silent.
async fn others_are_back(scene: &Scene) -> bool {
    // Silence is noticed after some seconds only.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let begun = Instant::now();
    while begun.elapsed() < MOVED_MAX.mul_f64(scene.patience) {
        let mut others = scene.people.clients.iter().skip(LEAVING);
        if !others.any(Client::is_disrupted) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

async fn is_thrown_out(scene: &mut Scene, client: usize) {
    let begun = Instant::now();
    let is_out =
        |scene: &Scene| matches!(scene.people.clients[client].connection(), Connection::Ended(_));
    while !is_out(scene) && begun.elapsed() < THROWN_OUT_MAX.mul_f64(scene.patience) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    scene.time("thrown_out_ms", begun.elapsed());
    let holds = is_out(scene);
    scene.must(holds, || "who signed out still had a socket on the node that was stopped".into());
}
