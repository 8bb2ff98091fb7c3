//! Hours of one fault after the other on one deployment, with a look at memory.

use super::Scene;
use crate::faults::{kind::Fault, node::Node};
use anyhow::Result;
use std::time::{Duration, Instant};

/// Each fault lasts so long.
const TURN: Duration = Duration::from_mins(1);
/// Memory may grow by so much an hour, in KiB; judged after an hour.
const GROWTH_MAX: f64 = 2_048.0;
const JUDGED_AFTER: Duration = Duration::from_hours(1);
/// In the beginning memory grows by what a server needs anyway: so much of the run is not counted.
const SETTLING: f64 = 0.25;

/// One fault after the other, chosen by chance, none of which ends a server.
pub(super) async fn soak(scene: &mut Scene) -> Result<()> {
    let (begun, lasts) = (Instant::now(), scene.lasts);
    let shape = scene.deployment.shape;
    let faults: Vec<_> = Fault::LASTING.into_iter().filter(|it| it.applies_to(shape)).collect();
    let mut samples: Vec<Sample> = Vec::new();
    while begun.elapsed() < lasts {
        let Some(fault) = scene.chance.pick(&faults).copied() else { break };
        let known = scene.findings.len();
        (scene.lasts, scene.begun) = (TURN, Instant::now());
        // It calls itself in no other way than by this one step.
        Box::pin(super::inject(fault, scene)).await?;
        for finding in &mut scene.findings[known..] {
            *finding = format!("{fault}: {finding}");
        }
        samples.push(Sample { hours: hours(begun.elapsed()), kib: memory(scene) });
    }
    scene.lasts = lasts;
    let settled = hours(lasts) * SETTLING;
    samples.retain(|it| it.hours >= settled);
    let growth = slope(&samples);
    scene.figure("memory_kib", samples.last().map_or(0.0, |it| it.kib));
    scene.figure("growth_kib_per_hour", growth);
    let is_judged = lasts >= JUDGED_AFTER;
    scene.must(!is_judged || growth <= GROWTH_MAX, || {
        format!("memory grew by {growth:.0} KiB an hour, and may by {GROWTH_MAX:.0}")
    });
    Ok(())
}

/// The memory of all nodes together at a moment.
#[derive(Clone, Copy, Debug)]
struct Sample {
    hours: f64,
    kib: f64,
}

fn hours(time: Duration) -> f64 {
    time.as_secs_f64() / 3_600.0
}

#[expect(clippy::cast_precision_loss, reason = "kibibytes")]
fn memory(scene: &Scene) -> f64 {
    scene.deployment.nodes.iter().filter_map(Node::memory_kib).sum::<u64>() as f64
}

/// How much it grows an hour: the line that fits the samples best.
#[expect(clippy::cast_precision_loss, reason = "a count")]
fn slope(samples: &[Sample]) -> f64 {
    let count = samples.len() as f64;
    if count < 2.0 {
        return 0.0;
    }
    let mean = |of: fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (hours, kib) = (mean(|it| it.hours), mean(|it| it.kib));
    let spread: f64 = samples.iter().map(|it| (it.hours - hours).powi(2)).sum();
    let common: f64 = samples.iter().map(|it| (it.hours - hours) * (it.kib - kib)).sum();
    if spread > 0.0 { common / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_that_of_the_line() {
        let of = |hours, kib| Sample { hours, kib };
        let line = [of(0.0, 100.0), of(1.0, 110.0), of(2.0, 120.0)];
        assert!((slope(&line) - 10.0).abs() < 1e-9);
        assert!(slope(&line[..1]).abs() < 1e-9 && slope(&[]).abs() < 1e-9);
    }
}
