//! Which runs there are to be, and several of them at a time: each is a process of its own, so that
//! one cannot slow or break the other.

use super::{
    deploy::{ClusterKind, Shape, StoreKind},
    kind::Fault,
};
use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use std::{collections::VecDeque, ops::Range, process::Stdio, time::Duration};
use tokio::process::{Child, Command};

/// The faults that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All that apply.
    All,
    /// A few short runs that together touch everything.
    Gate,
    /// These.
    Some(Vec<Fault>),
}

/// Reads `all`, `gate`, or faults separated by commas.
pub(crate) fn faults(text: &str) -> Result<Wanted, String> {
    match text {
        "all" => return Ok(Wanted::All),
        "gate" => return Ok(Wanted::Gate),
        _ => {}
    }
    let one = |it: &str| Fault::from_str(it.trim(), true).map_err(|_| it.trim().to_owned());
    let some: Result<Vec<_>, _> = text.split(',').map(one).collect();
    some.map(Wanted::Some)
        .map_err(|it| format!("there is no fault {it:?}: write F1 to F20, soak, all or gate"))
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) fault: Fault,
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
    /// How long its fault lasts, where that is not as asked.
    pub(crate) secs: Option<u64>,
    /// A bug that the server is told to have, and that must be noticed.
    pub(crate) bug: Option<&'static str>,
}

impl Task {
    const fn of(fault: Fault, shape: Shape, seed: u64) -> Self {
        Self { fault, shape, seed, secs: None, bug: None }
    }

    const fn short(fault: Fault, shape: Shape, secs: u64) -> Self {
        Self { secs: Some(secs), ..Self::of(fault, shape, 1) }
    }

    const fn planted(bug: &'static str, fault: Fault, shape: Shape, secs: u64) -> Self {
        Self { bug: Some(bug), ..Self::short(fault, shape, secs) }
    }
}

/// The gate: every part of a deployment is broken once, the longest runs first.
const GATE: [Task; 13] = [
    Task::short(Fault::F3, Shape::large(3), 5),
    Task::short(Fault::F8, Shape::large(2), 10),
    Task::short(Fault::F6, Shape::large(2), 8),
    Task::short(Fault::F3, Shape::SMALL, 5),
    Task::short(Fault::F7, Shape::MIDDLE, 8),
    Task::short(Fault::F10, Shape::SMALL, 8),
    Task::short(Fault::F4, Shape::SMALL, 5),
    Task::short(Fault::F14, Shape::large(2), 4),
    Task::short(Fault::F2, Shape::SMALL, 5),
    Task::short(Fault::F1, Shape::large(2), 6),
    Task::short(Fault::F1, Shape::SMALL, 6),
    Task::short(Fault::F13, Shape::large(2), 5),
    Task::short(Fault::F13, Shape::SMALL, 5),
];

/// Each bug with the fault and the deployment that must bring it to light.
const PLANTED: [Task; 8] = [
    Task::planted("ack-early", Fault::F2, Shape::SMALL, 6),
    Task::planted("no-dedupe", Fault::F13, Shape::SMALL, 4),
    Task::planted("normal-sync", Fault::F5, Shape::SMALL, 4),
    Task::planted("lost-publish", Fault::F14, Shape::large(2), 4),
    Task::planted("off-by-one", Fault::F10, Shape::SMALL, 4),
    Task::planted("reorder", Fault::F13, Shape::SMALL, 4),
    Task::planted("kicked-reads", Fault::F13, Shape::SMALL, 6),
    Task::planted("muted-speaks", Fault::F1, Shape::SMALL, 6),
];

/// All runs, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    tasks: Vec<Task>,
}

impl Plan {
    /// Each fault on each deployment that it applies to, with each seed.
    pub(crate) fn new(wanted: &Wanted, shapes: &[Shape], seeds: Range<u64>) -> Self {
        let faults = match wanted {
            Wanted::All => Fault::ALL.to_vec(),
            Wanted::Gate => return Self { tasks: GATE.to_vec() },
            Wanted::Some(faults) => faults.clone(),
        };
        let mut tasks = Vec::new();
        for seed in seeds {
            for fault in &faults {
                let shapes = shapes.iter().filter(|it| fault.applies_to(**it));
                tasks.extend(shapes.map(|shape| Task::of(*fault, *shape, seed)));
            }
        }
        Self { tasks }
    }

    /// Each planted bug, which must be noticed.
    pub(crate) fn self_test() -> Self {
        Self { tasks: PLANTED.to_vec() }
    }

    /// The runs.
    pub(crate) fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// Runs each in a process of its own, so many at a time; how many were broken.
    pub(crate) async fn carry_out(self, jobs: usize) -> Result<usize> {
        let mut waiting = VecDeque::from(self.tasks);
        let mut running: Vec<Child> = Vec::new();
        let mut broken = 0;
        while !waiting.is_empty() || !running.is_empty() {
            while running.len() < jobs.max(1)
                && let Some(task) = waiting.pop_front()
            {
                running.push(task.spawn()?);
            }
            let mut left = Vec::new();
            for mut child in running {
                match child.try_wait()? {
                    Some(status) => broken += usize::from(!status.success()),
                    None => left.push(child),
                }
            }
            running = left;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(broken)
    }
}

/// Flags of ours that a run's own take the place of.
const REPLACED: [&str; 8] =
    ["--fault", "--seed", "--seeds", "--store", "--cluster", "--nodes", "--jobs", "--bug"];
/// Flags without a value that no run is to have.
const DROPPED: [&str; 1] = ["--self-test"];

impl Task {
    /// Ourselves again, with this run only.
    fn spawn(&self) -> Result<Child> {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "--"]).arg(std::env::current_exe()?);
        command.args(others(std::env::args().skip(1))).args(self.flags());
        command.stdin(Stdio::null()).kill_on_drop(true);
        command.spawn().context("cannot start myself again")
    }

    fn flags(&self) -> Vec<String> {
        let Self { fault, shape, seed, secs, bug } = self;
        let store = match shape.store {
            StoreKind::Sqlite => "sqlite",
            StoreKind::Postgres => "postgres",
        };
        let cluster = match shape.cluster {
            ClusterKind::Local => "local",
            ClusterKind::Redis => "redis",
        };
        let pairs = [
            ("--fault", fault.to_string()),
            ("--seed", seed.to_string()),
            ("--seeds", "1".into()),
            ("--store", store.into()),
            ("--cluster", cluster.into()),
            ("--nodes", shape.nodes.to_string()),
        ];
        let secs = secs.map(|it| ("--secs", it.to_string()));
        let bug = bug.map(|it| ("--bug", it.to_owned()));
        let pairs = pairs.into_iter().chain(secs).chain(bug);
        pairs.flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
    }
}

/// Our arguments without those that each run has of its own.
fn others(args: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut args = args;
    while let Some(arg) = args.next() {
        let name = arg.split('=').next().unwrap_or_default();
        if DROPPED.contains(&name) {
            continue;
        }
        if !REPLACED.contains(&name) {
            kept.push(arg);
        } else if !arg.contains('=') {
            args.next();
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_or_all() {
        assert_eq!(faults("all"), Ok(Wanted::All));
        assert_eq!(faults("F1,f13"), Ok(Wanted::Some(vec![Fault::F1, Fault::F13])));
        assert!(faults("F1,F21").unwrap_err().contains("F21"));
    }

    #[test]
    fn a_plan_leaves_out_what_does_not_apply() {
        let wanted = Wanted::Some(vec![Fault::F1, Fault::F6]);
        let plan = Plan::new(&wanted, &[Shape::SMALL, Shape::MIDDLE], 3..5);
        let of = Task::of;
        let round = |seed| {
            [
                of(Fault::F1, Shape::SMALL, seed),
                of(Fault::F1, Shape::MIDDLE, seed),
                of(Fault::F6, Shape::MIDDLE, seed),
            ]
        };
        assert_eq!(plan.tasks(), [round(3), round(4)].concat());
    }

    #[test]
    fn a_run_gets_our_flags_but_those_that_are_its_own() {
        let ours = "faults --server x --seeds 9 --seed=4 --fault all --self-test --secs 5 --jobs 2 \
                    --json f";
        let kept = others(ours.split(' ').map(str::to_owned));
        assert_eq!(kept.join(" "), "faults --server x --secs 5 --json f");
        let task = Task::planted("reorder", Fault::F8, Shape::large(2), 7);
        let usual = "--fault F8 --seed 1 --seeds 1 --store postgres --cluster redis --nodes 2";
        assert_eq!(task.flags().join(" "), format!("{usual} --secs 7 --bug reorder"));
    }
}
