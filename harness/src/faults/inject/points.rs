//! F2: a node dies at a chosen point of the way of a message.

use super::Scene;
use crate::faults::{
    history::Micros,
    measure, node,
    proxy::{Cut, Policy},
};
use anyhow::Result;
use app::protocol::ids::Cid;
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// The points, by the names that the server has for them.
const POINTS: [&str; 4] = ["in-commit", "before-ack", "before-publish", "after-ack"];
/// A node that is to die does so within this time, while people talk.
const DEATH_MAX: Duration = Duration::from_secs(20);
/// Afterwards all clients are consistent again within this time.
const RECOVERED_MAX: Duration = Duration::from_secs(10);
/// What a node wrote before it died has been read by its clients.
const READ: Duration = Duration::from_millis(150);

/// A node dies at each point, as often as there is time.
pub(super) async fn deaths(scene: &mut Scene) -> Result<()> {
    let first = scene.chance.below(POINTS.len());
    for turn in 0.. {
        if turn >= POINTS.len() && scene.is_over_in(Duration::ZERO) {
            break;
        }
        let point = POINTS[(first + turn) % POINTS.len()];
        let at = scene.chance.below(scene.deployment.nodes.len());
        if !death(scene, at, point).await? {
            scene.skipped = Some("the server was built without the feature planted".into());
            break;
        }
        check_outcome(scene, point).await?;
        scene.deployment.nodes[at].set("FAILPOINT", "");
        scene.deployment.nodes[at].start().await?;
        scene.recovers_within(RECOVERED_MAX, &format!("after a death {point}")).await;
        scene.wait(1, 5).await;
    }
    Ok(())
}

/// Starts the node anew, so that it dies; false when it does not.
async fn death(scene: &mut Scene, at: usize, point: &str) -> Result<bool> {
    let passing = 1 + scene.chance.below(60);
    let node = &mut scene.deployment.nodes[at];
    node.kill();
    node.set("FAILPOINT", point);
    node.set("FAILPOINT_AT", passing.to_string());
    node.spawn()?;
    let (address, begun) = (node.address, Instant::now());
    // Where there are other nodes people stay with them: some are made to come over.
    let mut alone = scene.deployment.nodes.len() > 1;
    while begun.elapsed() < DEATH_MAX {
        let node = &mut scene.deployment.nodes[at];
        if node.ended()?.is_some() {
            node.kill();
            tokio::time::sleep(READ).await;
            return Ok(true);
        }
        if alone && node::is_ready(address).await {
            alone = false;
            let mut chance = scene.chance.branch(scene.chance.clone().next());
            let reset = Policy::severed(Cut::Reset);
            scene.deployment.front.set_open(&reset, |_| chance.percent(50));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(false)
}

/// With one node, what died with it is known exactly.
async fn check_outcome(scene: &mut Scene, point: &str) -> Result<()> {
    if scene.deployment.nodes.len() > 1 {
        return Ok(());
    }
    let open = measure::unanswered(&scene.history.borrow(), Micros(u64::MAX));
    let logs = scene.deployment.database().logs().await?;
    let stored: HashSet<Cid> =
        logs.rooms.values().flat_map(|it| &it.entries).filter_map(|it| it.cid).collect();
    let untold = measure::untold(&scene.history.borrow(), &logs);
    let (kept, gone) = (open.intersection(&stored).count(), open.difference(&stored).count());
    match point {
        "in-commit" => scene.must(gone > 0, || {
            format!("died in a commit, and all {} without an answer are stored", open.len())
        }),
        // It may have held nothing but what a host did, or that somebody came.
        "before-ack" => scene.must(kept + untold > 0, || {
            let open = open.len();
            format!("died after a commit, and of it nothing is stored: {open} without an answer")
        }),
        _ => {}
    }
    Ok(())
}
