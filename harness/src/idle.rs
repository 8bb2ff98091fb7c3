//! What an open and silent socket costs the server.

use crate::{
    crowd::{Crowd, World, guests, rooms},
    person::Manner,
    server::Target,
};
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};

/// Sockets that are open and silent.
#[derive(clap::Args)]
pub(crate) struct Idle {
    #[command(flatten)]
    target: Target,
    /// How many sockets, each of a guest of its own.
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// How long to wait before measuring.
    #[arg(long, default_value_t = 5)]
    secs: u64,
}

impl Idle {
    #[expect(clippy::cast_precision_loss, reason = "for printing")]
    pub(crate) async fn run(self) -> Result<()> {
        let mut server = self.target.start(1).await?;
        let cookies = guests(&server.address, self.sockets).await?;
        let ids = [rooms(&server.address, &cookies[0]).await?.first().context("no room")?.id];
        let pause = Duration::from_secs(self.secs);
        tokio::time::sleep(pause).await;
        let (memory, cpu, begun) = (server.memory_kib(), server.cpu(), Instant::now());
        let world = World::new(120);
        let crowd = Crowd::gather(&server, world, &cookies, (&ids, Manner::Follows)).await?;
        let opened = begun.elapsed();
        tokio::time::sleep(pause).await;
        let faults = crowd.world.state.borrow().faults.join("; ");
        ensure!(faults.is_empty(), "{faults}");
        println!("{} idle sockets, opened in {:.1} s", self.sockets, opened.as_secs_f64());
        if let (Some(before), Some(after)) = (memory, server.memory_kib()) {
            let each = after.saturating_sub(before) as f64 / self.sockets as f64;
            println!(
                "memory      {each:.1} KiB a socket, {before} KiB before, {after} KiB with all"
            );
        }
        if let (Some(before), Some(after)) = (cpu, server.cpu()) {
            let each = after.saturating_sub(before).as_secs_f64() * 1e6 / self.sockets as f64;
            println!("connecting  {each:.0} µs CPU a socket\n");
        }
        drop(crowd);
        server.stop().await
    }
}
