//! Faults of PostgreSQL and of the links to it.

use super::Scene;
use crate::faults::proxy::{Cut, Policy};
use anyhow::{Context as _, Result};
use rustix::process::Signal;
use std::time::Duration;

/// Once the database is back, everything that waited is answered within this time.
const ANSWERED_MAX: Duration = Duration::from_secs(5);
/// The same, for people who lost their sockets meanwhile: they come back after pauses of up to 30 s
/// of their own.
const RETURNED_MAX: Duration = Duration::from_secs(35);
/// And all clients are consistent within this time: their sockets may have been closed, and they
/// come back after pauses of their own.
const RECOVERED_MAX: Duration = Duration::from_secs(10);

/// F6: `PostgreSQL` is stopped at once, killed, and paused.
pub(super) async fn stopped(scene: &mut Scene) -> Result<()> {
    let begun = scene.now();
    let first = scene.chance.below(3);
    for turn in 0.. {
        if turn >= 3 && scene.is_over_in(Duration::ZERO) {
            break;
        }
        scene.wait(2, 5).await;
        let answered = match (first + turn) % 3 {
            0 => restart(scene, Signal::QUIT).await?,
            1 => restart(scene, Signal::KILL).await?,
            _ => pause(scene).await?,
        };
        back(scene, answered, "after PostgreSQL came back").await?;
    }
    scene.must_not_refuse(begun);
    Ok(())
}

/// Within what time everything is to be answered then.
async fn restart(scene: &mut Scene, signal: Signal) -> Result<Duration> {
    scene.deployment.postgres.as_mut().context("no PostgreSQL")?.stop(signal).await?;
    scene.wait(1, 8).await;
    scene.deployment.postgres.as_mut().context("no PostgreSQL")?.start().await?;
    Ok(ANSWERED_MAX)
}

/// The same, where sockets are lost as well.
async fn pause(scene: &mut Scene) -> Result<Duration> {
    scene.deployment.postgres.as_ref().context("no PostgreSQL")?.pause(true)?;
    // Perhaps for longer than any statement is waited for; what was said by the sockets that are
    // lost meanwhile must not pass what comes again by others.
    for _ in 0..3 {
        scene.wait(3, 6).await;
        lose_some(scene);
    }
    scene.wait(1, 2).await;
    scene.deployment.postgres.as_ref().context("no PostgreSQL")?.pause(false)?;
    Ok(RETURNED_MAX)
}

/// Some people lose their sockets.
fn lose_some(scene: &mut Scene) {
    let mut chance = scene.chance.branch(scene.chance.clone().next());
    let cut = Policy { cut: Some(Cut::Reset), ..Policy::clear() };
    scene.deployment.front.set_open(&cut, |_| chance.percent(40));
}

/// The database is there again.
async fn back(scene: &mut Scene, answered: Duration, what: &str) -> Result<()> {
    scene.answered_within(answered, what).await;
    scene.recovers_within(RECOVERED_MAX, what).await;
    scene.acks_again(ANSWERED_MAX, what).await?;
    Ok(())
}

/// F7: links to the database are cut at any byte, so also while a commit is on its way.
pub(super) async fn cut(scene: &mut Scene) -> Result<()> {
    let begun = scene.now();
    while !scene.is_over_in(Duration::ZERO) {
        let at = scene.chance.below(scene.deployment.to_database.len());
        let after = 1 + scene.chance.below(30_000) as u64;
        let how = if scene.chance.percent(50) { Cut::Reset } else { Cut::Close };
        let policy = Policy { cut_after: Some((after, how)), ..Policy::clear() };
        scene.deployment.to_database[at].set_open(&policy, |_| true);
        scene.wait(1, 6).await;
    }
    for link in &scene.deployment.to_database {
        link.set(&Policy::clear());
    }
    back(scene, ANSWERED_MAX, "after links to the database were cut").await?;
    scene.must_not_refuse(begun);
    Ok(())
}
