//! The faults themselves.

mod clock;
mod cluster;
mod copies;
mod database;
mod disk;
mod links;
mod nodes;
mod points;
mod soak;
mod storm;
mod strangers;

pub(crate) use disk::Mount;

use super::{client::Manner, deploy::Deployment, kind::Fault, scene::Scene};
use anyhow::Result;

/// Changes the deployment before its nodes are started, where the fault needs that. Where this
/// machine does not allow the fault at all: why.
pub(crate) fn prepare(fault: Fault, seed: u64, deployment: &mut Deployment) -> Option<String> {
    match fault {
        Fault::F4 => {
            disk::reserve(deployment, seed);
            disk::small_disk(deployment)
        }
        Fault::F12 => clock::fake(deployment),
        _ => None,
    }
}

/// How the people of this fault differ from usual ones.
pub(crate) fn manner(fault: Fault, deployment: &Deployment, number: usize, manner: &mut Manner) {
    match fault {
        Fault::F10 => links::manner(manner),
        Fault::F11 => strangers::slow_reader(deployment, number, manner),
        Fault::F16 => nodes::loyal(deployment, number, manner),
        Fault::F13 => links::three_times(deployment, number, manner),
        _ => {}
    }
}

/// Does it, for as long as the scene lasts.
pub(crate) async fn inject(fault: Fault, scene: &mut Scene) -> Result<()> {
    match fault {
        Fault::F1 => nodes::killed(scene).await,
        Fault::F2 => points::deaths(scene).await,
        Fault::F3 => nodes::rolling(scene).await,
        Fault::F4 => disk::full(scene).await,
        Fault::F5 => disk::flushes(scene).await,
        Fault::F6 => database::stopped(scene).await,
        Fault::F7 => database::cut(scene).await,
        Fault::F8 => cluster::redis(scene).await,
        Fault::F9 => cluster::isolated(scene).await,
        Fault::F10 => links::broken(scene).await,
        Fault::F11 => strangers::slow_readers(scene).await,
        Fault::F12 => clock::jumps(scene).await,
        Fault::F13 => links::repeats(scene).await,
        Fault::F14 => strangers::hostile(scene).await,
        Fault::F15 => strangers::many(scene).await,
        Fault::F16 => nodes::stopped(scene).await,
        Fault::F17 => storm::storm(scene).await,
        Fault::F18 => copies::live(scene).await,
        Fault::F19 => copies::restored(scene).await,
        Fault::F20 => copies::newer(scene).await,
        Fault::Soak => soak::soak(scene).await,
    }
}
