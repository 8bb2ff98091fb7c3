//! Faults of the links between clients and nodes.

use super::Scene;
use crate::faults::{
    client::{Client, Manner},
    deploy::Deployment,
    proxy::{Cut, Policy, Stall},
};
use anyhow::{Result, ensure};
use std::time::Duration;

/// After a link is whole again, its clients are consistent within this time.
const LINK_MAX: Duration = Duration::from_secs(3);
/// Who leaves a room comes back after this time.
const AWAY: Duration = Duration::from_millis(300);
/// Under load something comes every moment: a socket that is silent for so long is dead.
const SILENCE: Duration = Duration::from_secs(6);
/// Connections may take so long to be as they were, once what was stalled comes in a rush.
const STALL_MAX: Duration = Duration::from_secs(10);

/// Who finds dead sockets within a short run.
pub(super) fn manner(manner: &mut Manner) {
    manner.silence = SILENCE;
}

/// Everything is sent three times, by two nodes where there are two.
pub(super) fn three_times(deployment: &Deployment, number: usize, manner: &mut Manner) {
    manner.copies = 3;
    let doors = &deployment.doors;
    if doors.len() > 1 {
        manner.door = doors[number % doors.len()].address;
        manner.origin = Some(deployment.origin());
        manner.second_door = Some(doors[(number + 1) % doors.len()].address);
    } else {
        manner.second_door = Some(deployment.front.address);
    }
}

/// F10: some of the clients' links break, in one way after the other.
pub(super) async fn broken(scene: &mut Scene) -> Result<()> {
    let stalled = |stall| Policy { stall, ..Policy::clear() };
    let ways = [
        ("closed", Policy::severed(Cut::Close)),
        ("reset", Policy::severed(Cut::Reset)),
        ("stalled upwards", stalled(Stall::Up)),
        ("stalled downwards", stalled(Stall::Down)),
        ("half-open", Policy::silent()),
        ("cut within a frame", Policy { cut_after: Some((0, Cut::Reset)), ..Policy::clear() }),
    ];
    let first = scene.chance.below(ways.len());
    for turn in 0.. {
        if turn >= ways.len() && scene.is_over_in(Duration::ZERO) {
            break;
        }
        let (name, policy) = &ways[(first + turn) % ways.len()];
        let share = [30, 60, 100][scene.chance.below(3)];
        break_some(scene, policy, share);
        reload_some(scene);
        scene.wait(2, 20).await;
        scene.deployment.front.set(&Policy::clear());
        scene.network_is_back();
        let limit = if policy.stall == Stall::Neither { LINK_MAX } else { STALL_MAX };
        scene.recovers_within(limit, &format!("after links were {name}")).await;
        scene.wait(1, 3).await;
    }
    Ok(())
}

/// Some people load their page anew: what waits in their outbox survives that.
fn reload_some(scene: &mut Scene) {
    let Scene { people, chance, .. } = scene;
    people.clients.iter().filter(|_| chance.percent(15)).for_each(Client::reload);
}

/// Some people leave one of their rooms, and enter it again a little later.
async fn move_some(scene: &mut Scene) {
    let Scene { people, chance, .. } = scene;
    let some: Vec<_> = people.clients.iter().filter(|_| chance.percent(15)).collect();
    for client in &some {
        client.want(0, false);
    }
    tokio::time::sleep(AWAY).await;
    for client in some {
        client.want(0, true);
    }
}

/// Breaks so many percent of the links; when that is all, new ones too.
fn break_some(scene: &mut Scene, policy: &Policy, percent: usize) {
    let mut chance = scene.chance.branch(scene.chance.clone().next());
    let mut policy = policy.clone();
    if let Some((after, _)) = &mut policy.cut_after {
        *after = 1 + scene.chance.below(20_000) as u64;
    }
    if percent == 100 {
        scene.deployment.front.set_new(&policy);
    }
    let broken = scene.deployment.front.set_open(&policy, |_| chance.percent(percent));
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    scene.figure("links_broken", broken as f64);
}

/// One of the people signs out, and may hear nothing more.
async fn sign_out_one(scene: &mut Scene) -> Result<()> {
    let is_here = |it: &&Client| it.is_in();
    let here: Vec<_> = scene.people.clients.iter().filter(is_here).collect();
    // Most people stay: the load is to last.
    if here.len() * 2 > scene.people.clients.len()
        && let Some(client) = scene.chance.pick(&here)
    {
        // A busy database may ask to try again.
        let mut tries = 1;
        while let Err(error) = client.sign_out(scene.deployment.front.address).await {
            ensure!(tries < 5, "{error:#}");
            tries += 1;
            tokio::time::sleep(AWAY).await;
        }
    }
    Ok(())
}

/// F13: the copies come from the clients; their sockets are cut now and then, so that there are
/// even more. People leave rooms, enter them, and sign out.
pub(super) async fn repeats(scene: &mut Scene) -> Result<()> {
    while !scene.is_over_in(Duration::ZERO) {
        scene.wait(5, 15).await;
        let mut chance = scene.chance.branch(scene.chance.clone().next());
        let cut = Policy { cut: Some(Cut::Reset), ..Policy::clear() };
        let links = std::iter::once(&scene.deployment.front).chain(&scene.deployment.doors);
        for link in links {
            link.set_open(&cut, |_| chance.percent(20));
        }
        move_some(scene).await;
        scene.recovers_within(LINK_MAX, "after links were reset").await;
        sign_out_one(scene).await?;
    }
    Ok(())
}
