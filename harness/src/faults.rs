//! Faults: real servers are killed, cut and stalled while clients with the shipped core talk; what
//! they did and saw is judged by the checker.

mod checker;
mod client;
mod corpus;
mod cross;
mod deploy;
mod fleet;
mod history;
mod hosts;
mod inject;
mod kind;
mod logs;
mod matchmaking;
mod measure;
mod node;
mod outcome;
mod plan;
mod postgres;
mod process;
mod proxy;
mod random;
mod redis;
mod run;
mod scene;

pub(crate) use cross::Cross;
pub(crate) use matchmaking::MatchFaults;
pub(crate) use random::Chance;

use anyhow::{Context as _, Result, ensure};
use deploy::{ClusterKind, Shape, StoreKind};
use outcome::Outcome;
use plan::{Plan, Task};
use run::Setting;
use std::{path::PathBuf, time::Duration};

/// Breaks a deployment in every way while people talk, and checks that nothing is lost.
#[derive(clap::Args, Clone)]
pub(crate) struct Faults {
    /// The server's program.
    #[arg(long, value_name = "PATH", required_unless_present = "table")]
    server: Option<PathBuf>,
    /// F1 to F20, several separated by commas, all, or gate: a few short runs.
    #[arg(long, value_name = "FAULT", default_value = "all", value_parser = plan::faults)]
    fault: plan::Wanted,
    /// All that is random comes from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// So many runs of each fault, with the seeds from --seed on.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// How long the fault lasts, with the talk around it.
    #[arg(long, default_value_t = 60)]
    secs: u64,
    /// The database; without --store, --cluster and --nodes: every deployment.
    #[arg(long)]
    store: Option<StoreKind>,
    /// What carries news between the nodes.
    #[arg(long)]
    cluster: Option<ClusterKind>,
    /// How many nodes.
    #[arg(long)]
    nodes: Option<usize>,
    /// How many clients.
    #[arg(long, default_value_t = 60)]
    clients: usize,
    /// How many rooms; each client is in two of them.
    #[arg(long, default_value_t = 12)]
    rooms: usize,
    /// Sends a second of all clients together.
    #[arg(long, default_value_t = 300.0)]
    rate: f64,
    /// Limits of time are so many times as long: for machines that do other things as well.
    #[arg(long, default_value_t = 1.0)]
    patience: f64,
    /// Runs at a time.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Adds one line for each run to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Lets the server, which must be built with the feature `planted`, have this bug.
    #[arg(long, value_name = "BUG")]
    bug: Option<String>,
    /// Runs the server with each of its planted bugs, every one of which must be noticed.
    #[arg(long)]
    self_test: bool,
    /// Prints the table of such files, and does nothing else.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    table: Vec<PathBuf>,
}

impl Faults {
    /// Runs what was asked for; an error when anything did not hold.
    pub(crate) async fn run(self) -> Result<()> {
        if !self.table.is_empty() {
            return self.print_table();
        }
        let plan = self.plan()?;
        let broken = tokio::select! {
            broken = self.carry_out(plan) => broken?,
            _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
        };
        ensure!(broken == 0, "{broken} runs were broken");
        Ok(())
    }

    /// How many runs were broken.
    async fn carry_out(&self, plan: Plan) -> Result<usize> {
        if let [task] = plan.tasks() {
            let outcome = self.setting(task)?.run().await?;
            println!("{}", outcome.tell());
            if let Some(file) = &self.json {
                outcome.append_to(file)?;
            }
            return Ok(usize::from(!outcome.is_as_it_should_be()));
        }
        plan.carry_out(self.jobs).await
    }

    fn print_table(&self) -> Result<()> {
        let mut outcomes = Vec::new();
        for file in &self.table {
            outcomes.extend(Outcome::read(file)?);
        }
        print!("{}", outcome::table(&outcomes));
        Ok(())
    }

    fn shapes(&self) -> Result<Vec<Shape>> {
        if self.store.is_none() && self.cluster.is_none() && self.nodes.is_none() {
            return Ok(vec![Shape::SMALL, Shape::MIDDLE, Shape::large(2), Shape::large(3)]);
        }
        let nodes = self.nodes.unwrap_or(1);
        let cluster = if nodes > 1 { ClusterKind::Redis } else { ClusterKind::Local };
        let cluster = self.cluster.unwrap_or(cluster);
        let store = match cluster {
            ClusterKind::Local => StoreKind::Sqlite,
            ClusterKind::Redis => StoreKind::Postgres,
        };
        let shape = Shape { store: self.store.unwrap_or(store), cluster, nodes };
        shape.check()?;
        Ok(vec![shape])
    }

    fn plan(&self) -> Result<Plan> {
        ensure!(self.clients > 0 && self.rooms > 1, "at least one client and two rooms are needed");
        let shapes = self.shapes()?;
        let seeds = self.seed..self.seed + self.seeds;
        let plan =
            if self.self_test { Plan::self_test() } else { Plan::new(&self.fault, &shapes, seeds) };
        ensure!(!plan.tasks().is_empty(), "none of these faults applies to {}", shapes[0]);
        Ok(plan)
    }

    fn setting(&self, task: &Task) -> Result<Setting> {
        let Task { fault, shape, seed, .. } = *task;
        Ok(Setting {
            server: self.server.clone().context("--server is needed")?,
            fault,
            shape,
            seed,
            lasts: Duration::from_secs(self.secs),
            clients: self.clients,
            rooms: self.rooms,
            rate: self.rate,
            patience: self.patience,
            bug: self.bug.clone(),
        })
    }
}
