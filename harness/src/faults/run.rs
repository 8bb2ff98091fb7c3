//! One run: a deployment, people who talk, a fault, silence, and the verdict.

use super::{
    checker::{self, Evidence, Expected, Integrity, Machine, Measured},
    client::{Manner, People},
    deploy::{Deployment, Shape},
    history::{History, Logs},
    hosts::{self, Hosts},
    inject,
    kind::Fault,
    logs,
    outcome::{NO_END, Outcome},
    random::Chance,
    scene::Scene,
};
use anyhow::{Result, ensure};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};

/// All must have signed up and come in within this time.
const ALL_IN_MAX: Duration = Duration::from_secs(45);
/// After the faults all must have become quiet and the same within this time.
const QUIET_MAX: Duration = Duration::from_secs(15);
/// Once everybody left, the nodes give back what they held within this time.
const TIDY_MAX: Duration = Duration::from_secs(8);
/// Open files that a node may have more than at its start: connections to the database, of which a
/// pool keeps some.
const FILES_SPARE: u64 = 40;

/// What a run is given.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) server: PathBuf,
    pub(crate) fault: Fault,
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
    /// How long the fault lasts.
    pub(crate) lasts: Duration,
    pub(crate) clients: usize,
    pub(crate) rooms: usize,
    /// Sends a second of all clients together.
    pub(crate) rate: f64,
    /// All limits of time are so many times as long.
    pub(crate) patience: f64,
    /// A bug that the server is told to have.
    pub(crate) bug: Option<String>,
}

impl Setting {
    /// Runs it and judges it.
    pub(crate) async fn run(&self) -> Result<Outcome> {
        let begun = Instant::now();
        let mut deployment = Deployment::make(self.shape, &self.server, self.rooms).await?;
        for node in &mut deployment.nodes {
            node.set("PLANTED_BUG", self.bug.clone().unwrap_or_default());
        }
        let skipped = inject::prepare(self.fault, self.seed, &mut deployment);
        if skipped.is_some() {
            return Ok(Outcome { skipped, ..Outcome::of(self) });
        }
        deployment.start().await?;
        let mut scene = self.scene(deployment);
        let played = self.play(&mut scene).await;
        let mut outcome = match played {
            Ok(outcome) => outcome,
            Err(error) => {
                let mut outcome = Outcome::of(self);
                outcome.violations.push(format!("{NO_END}: {error:#}"));
                outcome
            }
        };
        outcome.wall_secs = begun.elapsed().as_secs_f64();
        if !outcome.is_as_it_should_be() {
            scene.deployment.keep();
            scene.keep_history()?;
            outcome.kept = Some(scene.deployment.folder().to_owned());
        }
        Ok(outcome)
    }

    fn scene(&self, deployment: Deployment) -> Scene {
        let history = Rc::new(RefCell::new(History::new()));
        Scene {
            deployment,
            people: People::new(&history),
            history,
            chance: Chance::new(self.seed),
            lasts: self.lasts,
            patience: self.patience,
            expected: Expected { memory_growth: f64::INFINITY, ..Expected::default() },
            findings: Vec::new(),
            figures: BTreeMap::new(),
            skipped: None,
            may_fall: false,
            begun: Instant::now(),
        }
    }

    async fn play(&self, scene: &mut Scene) -> Result<Outcome> {
        self.gather(scene).await?;
        let rooms = self.hosted();
        let door = scene.deployment.front.address;
        let mut hosts = Hosts::begin(&scene.people, door, (rooms, self.seed)).await?;
        scene.history.borrow_mut().begin_phase("before");
        scene.people.talk(true);
        tokio::time::sleep(self.calm()).await;
        scene.history.borrow_mut().begin_phase("fault");
        scene.begun = Instant::now();
        inject::inject(self.fault, scene).await?;
        scene.history.borrow_mut().mended_now();
        scene.history.borrow_mut().begin_phase("after");
        tokio::time::sleep(self.calm()).await;
        hosts.rest().await;
        scene.figure("acts", f64::from(hosts.acts()));
        self.judge(scene).await
    }

    /// How many rooms have hosts. None where the clock jumps by years: a login with which something
    /// is asked for then is rightly over.
    fn hosted(&self) -> usize {
        if self.fault == Fault::F12 { 0 } else { hosts::rooms(self.rooms, self.clients) }
    }

    /// The talk before and after the fault.
    fn calm(&self) -> Duration {
        self.lasts.mul_f64(0.1).clamp(Duration::from_secs(1), Duration::from_secs(5))
    }

    /// Lets the people in: each is in two of the channels.
    async fn gather(&self, scene: &mut Scene) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        let each = self.rate / self.clients as f64;
        hosts::make_overseer(scene.deployment.front.address).await?;
        let makers = self.hosted();
        for number in 0..self.clients {
            let rooms = [number % self.rooms, (number / self.rooms + number + 1) % self.rooms];
            let mut rooms: Vec<_> = rooms.map(|it| format!("load-{it}")).into();
            rooms.dedup();
            let door = scene.deployment.front.address;
            let mut manner = Manner::new(format!("p{number}"), door, rooms, self.seed);
            manner.sends_per_sec = each;
            manner.has_account = hosts::makes(number, makers);
            // The servers take whatever comes; the window and the order remain.
            manner.pace = (1_000, 1_000);
            inject::manner(self.fault, &scene.deployment, number, &mut manner);
            scene.people.add(manner);
        }
        let limit = ALL_IN_MAX.mul_f64(self.patience);
        ensure!(scene.people.all_in(limit).await, "not all clients came in");
        Ok(())
    }

    async fn judge(&self, scene: &mut Scene) -> Result<Outcome> {
        let nodes = scene.deployment.addresses();
        let quiet = scene.people.quiesce(&nodes, QUIET_MAX).await;
        scene.time("quiet_ms", quiet.took);
        for straggler in quiet.stragglers {
            scene.findings.push(format!("after {QUIET_MAX:?} of silence {straggler}"));
        }
        let readers = scene.people.readers();
        let mut told = Vec::new();
        for node in &scene.deployment.nodes {
            told.push(logs::of_node(&readers, &node.name, node.address).await?);
        }
        scene.people.finish();
        let database = scene.deployment.database().logs().await?;
        let machines = machines(scene).await?;
        let integrity = integrity(scene).await?;
        Ok(self.verdict(scene, &database, &told, (&machines, &integrity)))
    }

    fn verdict(
        &self,
        scene: &Scene,
        database: &Logs,
        nodes: &[Logs],
        (machines, integrity): (&[Machine], &[Integrity]),
    ) -> Outcome {
        let history = &*scene.history.borrow();
        let evidence = Evidence { history, database, nodes, machines, integrity };
        let found = checker::check(&evidence, &scene.expected);
        let summary = checker::summary(history, &found);
        let mut outcome = Outcome::of(self);
        outcome.skipped.clone_from(&scene.skipped);
        outcome.violations = found.iter().map(ToString::to_string).collect();
        outcome.violations.extend(scene.findings.iter().map(|it| format!("{}: {it}", self.fault)));
        outcome.figures.clone_from(&scene.figures);
        outcome.take(&summary);
        outcome
    }
}

/// What the nodes still hold once everybody left, and whether they suffered.
async fn machines(scene: &mut Scene) -> Result<Vec<Machine>> {
    let begun = Instant::now();
    let is_tidy =
        |scene: &Scene| scene.deployment.nodes.iter().all(|it| it.files_grown() <= FILES_SPARE);
    while !is_tidy(scene) && begun.elapsed() < TIDY_MAX {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let may_fall = scene.may_fall;
    let mut machines = Vec::new();
    for node in &mut scene.deployment.nodes {
        let ended = node.ended()?;
        let grown = node.files_grown().saturating_sub(FILES_SPARE);
        machines.push(Machine {
            name: node.name.clone(),
            panics: node.panics(),
            fell: ended.filter(|_| !may_fall).map(|it| format!("{it}: {}", node.said())),
            fds: Some(Measured { before: 0, after: grown }),
            tasks: None,
            memory_kib: None,
        });
    }
    Ok(machines)
}

async fn integrity(scene: &Scene) -> Result<Vec<Integrity>> {
    let findings = scene.deployment.damage().await?.into_iter().collect();
    Ok(vec![Integrity { name: "the database".into(), findings }])
}
