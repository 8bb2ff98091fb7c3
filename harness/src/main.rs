//! Drives a built server from outside: how much it carries, what that costs, and whether all of
//! it arrived, once and in order.

#![expect(clippy::print_stdout, reason = "a tool for the command line prints its figures")]

mod beside;
mod check;
mod crowd;
mod decode;
mod faults;
mod frames;
mod histogram;
mod http;
mod idle;
mod load;
mod matching;
mod person;
mod report;
mod searchers;
mod server;
mod start;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use std::{os::unix::process::CommandExt, process::Command};

/// Measures and checks a Maru server.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// People in rooms who talk.
    Load(load::Load),
    /// People who talk beside others who look for somebody.
    Beside(beside::Beside),
    /// Sockets that are open and silent: what each costs in memory.
    Idle(idle::Idle),
    /// How long a server with many messages takes to start.
    Start(start::Start),
    /// Everything that can break, broken while people talk.
    Faults(Box<faults::Faults>),
    /// How much later people on another node see what is said.
    Cross(faults::Cross),
    /// The node that leads killed in the middle of rounds of matchmaking.
    Matchfaults(faults::MatchFaults),
    /// Who is put together with whom, simulated.
    Match(matching::Match),
}

impl Task {
    /// Whether the figures of the run need a core of their own.
    const fn is_measured(&self) -> bool {
        !matches!(self, Self::Faults(_) | Self::Cross(_) | Self::Matchfaults(_) | Self::Match(_))
    }
}

/// Set in the process that has its core and its file descriptors.
const SETTLED: &str = "HARNESS_SETTLED";

fn main() -> Result<()> {
    let cli = Cli::parse();
    if std::env::var_os(SETTLED).is_none() {
        return settle(cli.command.is_measured());
    }
    // One thread: the generator has one core, and nothing in it needs a lock.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        match cli.command {
            Task::Load(load) => load.run().await,
            Task::Beside(beside) => beside.run().await,
            Task::Idle(idle) => idle.run().await,
            Task::Start(start) => start.run().await,
            Task::Faults(faults) => faults.run().await,
            Task::Cross(cross) => cross.run().await,
            Task::Matchfaults(faults) => faults.run().await,
            Task::Match(simulation) => simulation.run(),
        }
    })
}

/// Becomes itself again with all file descriptors that it may have, and perhaps on a core of its
/// own.
fn settle(is_measured: bool) -> Result<()> {
    let myself = std::env::current_exe()?;
    let pin = if is_measured && server::cores() > 1 { "taskset -c 1" } else { "" };
    let script = format!("ulimit -n $(ulimit -Hn); exec {pin} \"$@\"");
    let error = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(myself)
        .args(std::env::args_os().skip(1))
        .env(SETTLED, "1")
        .exec();
    Err(error).context("cannot start again by sh")
}
