//! The node that leads is killed in the middle of a round, again and again.

use super::person::now;
use crate::faults::{deploy::Deployment, random::Chance};
use anyhow::{Result, ensure};
use app::protocol::ids::Millis;
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// Where a node that leads stands still, by the names that the server has for the points: between
/// the round's end and the first word to the database, within the commit, and after it.
const ROUND: [&str; 3] = ["round-found", "in-propose", "proposed"];
/// Where the clock writes, on the node that leads.
const CLOCK: &str = "in-expiry";
/// Where answers are written, on whichever node they come to: perhaps never on one of several.
const ANSWER: &str = "in-answer";
/// Somebody leads again, and comes to a point, within this time.
const DEATH_MAX: Duration = Duration::from_secs(90);

/// Forgets who leads; a node's beat takes the lead then.
const FREE: &str = "EVAL \"for _, key in ipairs(redis.call('keys', 'maru:*:leader')) do \
    redis.call('del', key) end return 'free'\" 0";

/// A node was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Death {
    pub(super) point: &'static str,
    pub(super) at: Millis,
}

impl Death {
    /// In the middle of a round; only who leads runs one.
    pub(super) fn is_of_round(&self) -> bool {
        ROUND.contains(&self.point)
    }
}

/// Kills, and what is killed.
pub(super) struct Killer {
    /// The lease of whoever was killed is freed at once.
    hurry: bool,
    patience: f64,
    chance: Chance,
    /// Where each node is to stand still.
    points: Vec<&'static str>,
    pub(super) deaths: Vec<Death>,
}

impl Killer {
    /// Tells each node where to stand still, before it is started.
    pub(super) fn new(
        deployment: &mut Deployment,
        seed: u64,
        (hurry, patience): (bool, f64),
    ) -> Self {
        let nodes = deployment.nodes.len();
        let chance = Chance::new(seed).branch(u64::MAX);
        let points = vec![ROUND[0]; nodes];
        let mut killer = Self { hurry, patience, chance, points, deaths: Vec::new() };
        for node in 0..nodes {
            killer.arm(deployment, node);
        }
        killer
    }

    fn arm(&mut self, deployment: &mut Deployment, at: usize) {
        // The gate has no time for what seldom happens.
        let beside = !self.hurry && self.chance.percent(10);
        let alone = deployment.nodes.len() == 1;
        let point = match beside {
            false => ROUND[self.chance.below(ROUND.len())],
            true if alone && self.chance.percent(50) => ANSWER,
            true => CLOCK,
        };
        self.points[at] = point;
        let passing = if beside { 1 } else { 1 + self.chance.below(3) };
        let mark = mark(deployment, at);
        let node = &mut deployment.nodes[at];
        node.set("FAILPOINT", point);
        node.set("FAILPOINT_AT", passing.to_string());
        node.set("FAILPOINT_MARK", mark);
    }

    /// Kills until so many nodes were killed in the middle of a round.
    pub(super) async fn kill(&mut self, deployment: &mut Deployment, wanted: usize) -> Result<()> {
        while self.in_rounds() < wanted {
            let at = self.stands_still(deployment).await?;
            deployment.nodes[at].kill();
            fs::remove_file(mark(deployment, at))?;
            self.deaths.push(Death { point: self.points[at], at: now() });
            if self.deaths.len().is_multiple_of(10) {
                println!("  {} kills so far", self.deaths.len());
            }
            if self.hurry {
                free_lease(deployment).await?;
            }
            self.arm(deployment, at);
            deployment.nodes[at].start().await?;
        }
        Ok(())
    }

    /// How many were killed in the middle of a round.
    pub(super) fn in_rounds(&self) -> usize {
        self.deaths.iter().filter(|it| it.is_of_round()).count()
    }

    /// Starts all nodes anew, to go on for ever.
    pub(super) async fn disarm(&self, deployment: &mut Deployment) -> Result<()> {
        for node in &mut deployment.nodes {
            node.set("FAILPOINT", "");
            node.kill();
            node.spawn()?;
        }
        for node in &mut deployment.nodes {
            node.ready().await?;
        }
        if self.hurry { free_lease(deployment).await } else { Ok(()) }
    }

    async fn stands_still(&self, deployment: &mut Deployment) -> Result<usize> {
        let (begun, most) = (Instant::now(), DEATH_MAX.mul_f64(self.patience));
        loop {
            for at in 0..deployment.nodes.len() {
                if mark(deployment, at).exists() {
                    return Ok(at);
                }
                let node = &mut deployment.nodes[at];
                let ended = node.ended()?;
                ensure!(ended.is_none(), "{} ended by itself: {}", node.name, node.said());
            }
            ensure!(begun.elapsed() < most, "no node came to its point within {most:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Ends the lease of who leads, or led, as time would.
async fn free_lease(deployment: &Deployment) -> Result<()> {
    if let Some(redis) = &deployment.redis {
        redis.say(FREE).await?;
    }
    Ok(())
}

fn mark(deployment: &Deployment, at: usize) -> PathBuf {
    deployment.folder().join(format!("stands-still-{at}"))
}
