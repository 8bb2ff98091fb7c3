//! F12: the clock of the servers jumps, by a library that stands between them and the system's.

use super::Scene;
use crate::faults::deploy::Deployment;
use anyhow::Result;
use std::{fs, path::PathBuf, time::Duration};

/// After a jump sends are answered within this time.
const ANSWERED_MAX: Duration = Duration::from_secs(5);
/// The jumps span more than this, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Where the clock goes, and back again each time.
const JUMPS: [&str; 4] = ["+1h", "-1h", "+3650d", "-2d"];

/// Lets all nodes look at a clock of ours. Why not, where the library is not installed.
pub(super) fn fake(deployment: &mut Deployment) -> Option<String> {
    let Some(library) = library() else {
        return Some("libfaketime is not installed: install libfaketime".into());
    };
    let clock = deployment.folder().join("clock");
    if let Err(error) = fs::write(&clock, "+0") {
        return Some(format!("the clock cannot be written: {error}"));
    }
    for node in &mut deployment.nodes {
        node.set("LD_PRELOAD", &library);
        node.set("FAKETIME_TIMESTAMP_FILE", &clock);
        node.set("FAKETIME_NO_CACHE", "1");
        node.set("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }
    None
}

fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    let inside = folders.map(|it| it.path().join("faketime/libfaketimeMT.so.1"));
    inside.into_iter().find(|it| it.exists())
}

/// The clock jumps forth and back; who is there stays there, and sends go on.
pub(super) async fn jumps(scene: &mut Scene) -> Result<()> {
    let begun = scene.now();
    let clock = scene.deployment.folder().join("clock");
    let first = scene.chance.below(JUMPS.len());
    for turn in 0.. {
        if turn >= JUMPS.len() && scene.is_over_in(Duration::ZERO) {
            break;
        }
        let jump = JUMPS[(first + turn) % JUMPS.len()];
        for offset in [jump, "+0"] {
            fs::write(&clock, offset)?;
            scene.acks_again(ANSWERED_MAX, &format!("with the clock at {offset}")).await?;
            scene.wait(3, 6).await;
        }
    }
    scene.must_not_refuse(begun);
    let stored = scene.deployment.number("select max(at) - min(at) from entry").await?;
    scene.must(stored > DAY_MS, || "the clock of the servers did not jump".into());
    let ended = scene.people.clients.iter().filter(|it| !it.is_in()).count();
    scene.must(ended == 0, || format!("{ended} clients were thrown out by the clock"));
    Ok(())
}
