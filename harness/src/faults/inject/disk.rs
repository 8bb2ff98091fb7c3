//! Faults of the disk below SQLite: full, failing, slow.

use super::Scene;
use crate::faults::{
    deploy::Deployment,
    history::{Event, Happened, Micros},
    logs::of_node,
    measure::{Stretch, acks, quantile},
    process::{Process, Program},
};
use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::Signal;
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// The size of the disk that is filled.
const DISK: &str = "24m";
/// Once there is room again, sends are taken within this time.
const AGAIN_MAX: Duration = Duration::from_secs(5);
/// After flushes failed, sends are taken within this time: clients came back meanwhile.
const HEALED_MAX: Duration = Duration::from_secs(10);
/// How long a slowed flush takes.
const FLUSH: Duration = Duration::from_millis(200);
/// The tracer is there within this time.
const ATTACH_MAX: Duration = Duration::from_secs(10);

/// A mounted file system, while it lives.
#[derive(Debug)]
pub(crate) struct Mount(PathBuf);

impl Drop for Mount {
    fn drop(&mut self) {
        _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// F4, before the start: the data folder is a small disk of its own. Why not, where the system does
/// not allow it.
pub(super) fn small_disk(deployment: &mut Deployment) -> Option<String> {
    let data = deployment.folder().join("data");
    let options = format!("size={DISK},mode=700");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &options, "maru-faults"])
        .arg(&data)
        .output();
    match mounted {
        Ok(it) if it.status.success() => {}
        Ok(it) => {
            let said = String::from_utf8_lossy(&it.stderr).trim().to_owned();
            return Some(format!("a small disk cannot be mounted: {said}"));
        }
        Err(error) => return Some(format!("a small disk cannot be mounted: {error}")),
    }
    deployment.mounts.push(Mount(data));
    None
}

/// Whether the server keeps a reserve is up to the seed: with one it refuses before the disk is
/// full, without one it hears it from the database.
pub(super) fn reserve(deployment: &mut Deployment, seed: u64) {
    for node in &mut deployment.nodes {
        node.set("MARU_DISK_FREE_MIB", (seed % 2).to_string());
    }
}

/// F4: the disk fills up and is freed again.
pub(super) async fn full(scene: &mut Scene) -> Result<()> {
    let ballast = scene.deployment.folder().join("data/ballast");
    while {
        scene.wait(3, 6).await;
        fill(&ballast)?;
        let from = scene.now();
        scene.wait(8, 12).await;
        check_reading(scene).await;
        let refused = scene
            .since(from, |_, it: &Event| matches!(it.what, Happened::Refused { .. }).then_some(()));
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        scene.figure("refused_when_full", refused.len() as f64);
        fs::remove_file(&ballast)?;
        scene.acks_again(AGAIN_MAX, "after the disk was freed").await?;
        scene.recovers_within(HEALED_MAX, "after the disk was freed").await;
        !scene.is_over_in(Duration::ZERO)
    } {}
    Ok(())
}

/// Writes until nothing more fits.
fn fill(ballast: &Path) -> Result<()> {
    let mut file = fs::File::create(ballast)?;
    for size in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![0_u8; size]).is_ok() {}
    }
    Ok(())
}

async fn check_reading(scene: &mut Scene) {
    let readers = scene.people.readers();
    let address = scene.deployment.nodes[0].address;
    let read = tokio::time::timeout(Duration::from_secs(5), of_node(&readers, "node-1", address));
    let read = read.await.context("not within 5 s").and_then(|it| it);
    scene.must(read.is_ok(), || format!("with a full disk nothing can be read: {read:?}"));
}

/// F5: every flush takes long, and then every flush fails.
pub(super) async fn flushes(scene: &mut Scene) -> Result<()> {
    while {
        scene.wait(1, 3).await;
        if let Some(why) = slow(scene).await? {
            scene.skipped = Some(why);
            return Ok(());
        }
        failing(scene).await?;
        scene.recovers_within(HEALED_MAX, "after flushes failed").await;
        !scene.is_over_in(Duration::ZERO)
    } {}
    Ok(())
}

/// With slow flushes every answer is slow: none comes before its flush. Why it was not tried, where
/// tracing is not allowed.
async fn slow(scene: &mut Scene) -> Result<Option<String>> {
    let delay = format!("delay_enter={}", FLUSH.as_micros());
    let tracer = match attach(scene, &delay).await {
        Ok(tracer) => tracer,
        Err(error) => return Ok(Some(format!("flushes cannot be slowed: {error:#}"))),
    };
    // What was on its way is answered.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let from = scene.now();
    scene.wait(15, 20).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let to = scene.now();
    tokio::time::sleep(2 * FLUSH).await;
    detach(tracer).await?;
    let times = acks(&scene.history.borrow(), Stretch { from, to }, &|_| true);
    let [fastest, middle] = [0.01, 0.5].map(|part| quantile(&times, part));
    scene.figure("ack_p50_slow_flush_ms", middle);
    scene.must(!times.is_empty(), || "with slow flushes nothing was acknowledged".into());
    let least = FLUSH.as_secs_f64() * 1_000.0;
    scene.must(middle >= least && fastest >= 0.9 * least, || {
        format!("flushes took {least:.0} ms, and answers {middle:.0} ms, the first {fastest:.0} ms")
    });
    Ok(None)
}

/// With failing flushes there is no answer that says stored.
async fn failing(scene: &mut Scene) -> Result<()> {
    let tracer = attach(scene, "error=EIO").await?;
    // Answers to what had been flushed before are on their way.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let from = scene.now();
    scene.wait(5, 8).await;
    let false_acks = acked_within(scene, from);
    detach(tracer).await?;
    scene.must(false_acks == 0, || {
        format!("{false_acks} sends were acknowledged though every flush failed")
    });
    scene.acks_again(HEALED_MAX, "after flushes failed").await?;
    Ok(())
}

/// How much was both said and acknowledged since.
fn acked_within(scene: &Scene, from: Micros) -> usize {
    let to = scene.now();
    acks(&scene.history.borrow(), Stretch { from, to }, &|_| true).len()
}

/// Tampers with all flushes of the node from now on.
async fn attach(scene: &Scene, tamper: &str) -> Result<Process> {
    let id = scene.deployment.nodes[0].id().context("the node does not run")?;
    let log = scene.deployment.folder().join(format!("strace-{}.log", scene.now().0));
    let calls = "fdatasync,fsync";
    let tracer = Program::new("strace", &log, "TERM")
        .args(["-f", "-o", "/dev/null", "-e", &format!("trace={calls}")])
        .args(["-e", &format!("inject={calls}:{tamper}"), "-p", &id.to_string()])
        .spawn();
    let mut tracer = tracer?;
    let begun = Instant::now();
    loop {
        let said = fs::read_to_string(&log).unwrap_or_default();
        if said.contains("attached") {
            return Ok(tracer);
        }
        if tracer.ended()?.is_some() {
            bail!("strace: {}", said.trim());
        }
        ensure!(begun.elapsed() < ATTACH_MAX, "strace does not attach: {}", said.trim());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn detach(mut tracer: Process) -> Result<()> {
    tracer.signal(Signal::INT)?;
    tracer.wait(ATTACH_MAX).await?;
    Ok(())
}
