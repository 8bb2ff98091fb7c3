//! Faults of Redis, and of nodes that lose it, the database, or both.

use super::Scene;
use crate::faults::{
    history::{Event, Happened, Micros},
    measure::{Stretch, acks, deliveries, quantile},
    proxy::{Cut, Policy},
};
use anyhow::{Context as _, Result};
use app::protocol::people::Presence;
use std::time::Duration;

/// With Redis away, others see what was said within this time; half a second of it is for a
/// machine that does everything at once.
const DELIVERY_MAX_MS: f64 = 3_000.0;
/// After Redis came back, all is as fast as before within this time.
const HEALED_MAX: Duration = Duration::from_secs(5);
/// Delivery through Redis, at the slowest, on a machine that does everything at once.
const HEALTHY_MAX_MS: f64 = 1_000.0;
/// A node that lost its database says within this time that it is not ready.
const NOT_READY_MAX: Duration = Duration::from_secs(10);
/// After the database is back, all clients are consistent within this time.
const RECOVERED_MAX: Duration = Duration::from_secs(10);

/// F8: Redis is killed, paused, emptied, and its clients are thrown out.
pub(super) async fn redis(scene: &mut Scene) -> Result<()> {
    let begun = scene.now();
    let before = stretch_before(scene);
    let first = scene.chance.below(5);
    for turn in 0.. {
        if turn >= 5 && scene.is_over_in(Duration::ZERO) {
            break;
        }
        let from = scene.now();
        let is_away = trouble(scene, (first + turn) % 5).await?;
        let to = scene.now();
        judge_outage(scene, before, Stretch { from, to }, is_away);
        healed(scene).await;
    }
    scene.must_not_refuse(begun);
    Ok(())
}

/// What was before the fault, for comparing.
fn stretch_before(scene: &Scene) -> Stretch {
    let history = scene.history.borrow();
    let from = history.phases.first().map_or(Micros(0), |it| it.from);
    Stretch { from, to: history.now() }
}

/// One trouble, until Redis is back; whether it was away.
async fn trouble(scene: &mut Scene, which: usize) -> Result<bool> {
    let redis = |scene: &mut Scene| scene.deployment.redis.take().context("no Redis");
    // Taken out for as long as its methods run, as others look at the scene meanwhile.
    let mut redis = redis(scene)?;
    let done = async {
        match which {
            0 => {
                redis.kill();
                scene.wait(8, 12).await;
                redis.start().await?;
            }
            1 => {
                redis.pause(true)?;
                scene.wait(10, 10).await;
                redis.pause(false)?;
            }
            2 => drop(redis.say("FLUSHALL").await?),
            3 => {
                for kind in ["pubsub", "normal"] {
                    redis.say(&format!("CLIENT KILL TYPE {kind} SKIPME yes")).await?;
                }
            }
            _ => {
                for link in &scene.deployment.to_redis {
                    link.set(&Policy::severed(Cut::Reset));
                }
                scene.wait(8, 12).await;
                for link in &scene.deployment.to_redis {
                    link.set(&Policy::clear());
                }
            }
        }
        scene.wait(1, 2).await;
        Ok::<_, anyhow::Error>(matches!(which, 0 | 1 | 4))
    }
    .await;
    scene.deployment.redis = Some(redis);
    done
}

/// Sends are as fast as before, deliveries within the bound, presence is not invented.
fn judge_outage(scene: &mut Scene, before: Stretch, outage: Stretch, is_away: bool) {
    let (usual, now, late) = {
        let history = scene.history.borrow();
        let p99 = |stretch| quantile(&acks(&history, stretch, &|_| true), 0.99);
        (p99(before), p99(outage), quantile(&deliveries(&history, outage), 1.0))
    };
    scene.figure("ack_p99_before_ms", usual);
    scene.figure("ack_p99_without_redis_ms", now);
    scene.figure("delivery_longest_without_redis_ms", late);
    // A fifth more; on a machine that also runs everything else, short runs need some room.
    let most = (usual * 1.2).max(usual + 60.0) + (scene.patience - 1.0) * DELIVERY_MAX_MS;
    scene.must(now <= most, || {
        format!("without Redis ack p99 was {now:.0} ms, before {usual:.0} ms")
    });
    scene.must(late <= DELIVERY_MAX_MS * scene.patience, || {
        format!("without Redis a delivery took {late:.0} ms")
    });
    if is_away && scene.deployment.nodes.len() > 1 {
        let unknown = presences(scene, outage).contains(&Presence::Unknown);
        let long_enough = outage.to.since(outage.from) > 8_000_000;
        scene.must(unknown || !long_enough, || {
            "without Redis nobody's presence became unknown".to_owned()
        });
    }
}

fn presences(scene: &Scene, stretch: Stretch) -> Vec<Presence> {
    scene.since(stretch.from, |_, it: &Event| match it.what {
        Happened::PresenceSeen { presence, .. } if it.at < stretch.to => Some(presence),
        _ => None,
    })
}

/// A few seconds later all is as before.
async fn healed(scene: &mut Scene) {
    tokio::time::sleep(HEALED_MAX).await;
    let from = scene.now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let to = scene.now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let late = quantile(&deliveries(&scene.history.borrow(), Stretch { from, to }), 0.99);
    scene.figure("delivery_p99_healed_ms", late);
    scene.must(late <= HEALTHY_MAX_MS * scene.patience, || {
        format!("{HEALED_MAX:?} after Redis came back delivery p99 was {late:.0} ms")
    });
}

/// F9: one node loses Redis, the database, or both.
pub(super) async fn isolated(scene: &mut Scene) -> Result<()> {
    let begun = scene.now();
    let first = scene.chance.below(3);
    for turn in 0.. {
        if turn >= 3 && scene.is_over_in(Duration::ZERO) {
            break;
        }
        let (redis, database) = [(true, false), (false, true), (true, true)][(first + turn) % 3];
        let at = scene.chance.below(scene.deployment.nodes.len());
        isolate(scene, at, redis, database).await?;
    }
    scene.must_not_refuse(begun);
    Ok(())
}

async fn isolate(scene: &mut Scene, at: usize, redis: bool, database: bool) -> Result<()> {
    let how = if scene.chance.percent(50) { Policy::silent() } else { Policy::severed(Cut::Reset) };
    let set = |scene: &Scene, policy: &Policy| {
        let links =
            [(redis, &scene.deployment.to_redis), (database, &scene.deployment.to_database)];
        for link in links.into_iter().filter(|it| it.0).filter_map(|it| it.1.get(at)) {
            link.set(policy);
        }
    };
    set(scene, &how);
    let address = scene.deployment.nodes[at].address;
    let begun = std::time::Instant::now();
    if database {
        while scene.deployment.fleet.has_ready(address)
            && begun.elapsed() < NOT_READY_MAX.mul_f64(scene.patience)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let is_ready = scene.deployment.fleet.has_ready(address);
        scene.time("not_ready_ms", begun.elapsed());
        scene.must(!is_ready, || "a node without its database says that it is ready".into());
    }
    let from = scene.now();
    scene.wait(8, 15).await;
    let to = scene.now();
    set(scene, &Policy::clear());
    if redis && !database {
        let late = quantile(&deliveries(&scene.history.borrow(), Stretch { from, to }), 1.0);
        scene.figure("delivery_longest_without_redis_ms", late);
        scene.must(late <= DELIVERY_MAX_MS * scene.patience, || {
            format!("with a node without Redis a delivery took {late:.0} ms")
        });
    }
    let what = format!("after a node had no Redis: {redis}, no database: {database}");
    scene.answered_within(RECOVERED_MAX, &what).await;
    scene.recovers_within(RECOVERED_MAX, &what).await;
    Ok(())
}
