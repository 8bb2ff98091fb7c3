//! Matchmaking while nodes die: people look for somebody at real servers, the node that leads is
//! killed in the middle of rounds, and what they did, were told and have is judged by `checker`.

mod checker;
mod deaths;
mod person;
mod record;
mod rows;
mod socket;

use super::deploy::{Deployment, Shape};
use anyhow::{Result, bail, ensure};
use app::protocol::ids::Millis;
use checker::Broken;
use deaths::{Death, Killer};
use person::{Person, Stage, now};
use record::Record;
use rows::Rows;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// All have signed up within this time.
const ALL_IN_MAX: Duration = Duration::from_mins(1);
/// When nobody searches anew, all that is open comes to its end within this time.
const QUIET_MAX: Duration = Duration::from_mins(1);
/// With a bug it may never do so.
const QUIET_OF_BUG: Duration = Duration::from_secs(5);
/// By then all have asked how it stands.
const SEEN_MAX: Duration = Duration::from_secs(3);
/// Each bug, which must be noticed.
const BUGS: [&str; 3] = ["double-match", "reset-wait", "lost-ticket"];

/// Kills the node that leads in the middle of rounds of matchmaking: nobody may be matched twice,
/// no ticket be lost, no waiting time change.
#[derive(clap::Args, Clone)]
pub(crate) struct MatchFaults {
    /// The server's program, built with the feature `planted`.
    #[arg(long, value_name = "PATH")]
    server: PathBuf,
    /// So many times a node is killed in the middle of a round.
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// One node with `SQLite` instead of three with `PostgreSQL` and Redis.
    #[arg(long)]
    small: bool,
    /// How many people look for somebody.
    #[arg(long, default_value_t = 80)]
    people: usize,
    /// All that is random comes from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// They look for somebody for at least so long.
    #[arg(long, default_value_t = 20)]
    secs: u64,
    /// The lease of a node that was killed ends at once, and not after 15 s.
    #[arg(long)]
    hurry: bool,
    /// Limits of time are so many times as long: for machines that do other things as well.
    #[arg(long, default_value_t = 1.0)]
    patience: f64,
    /// Lets the server have this bug.
    #[arg(long, value_name = "BUG")]
    bug: Option<String>,
    /// Runs one node with each of its planted bugs, every one of which must be noticed.
    #[arg(long)]
    self_test: bool,
}

/// What a run came to.
struct Verdict {
    broken: Vec<Broken>,
    rows: Rows,
    deaths: Vec<Death>,
    people: usize,
    took: Duration,
}

impl MatchFaults {
    /// Runs what was asked for; an error when anything did not hold.
    pub(crate) async fn run(self) -> Result<()> {
        tokio::select! {
            done = self.all() => done,
            _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        }
    }

    async fn all(&self) -> Result<()> {
        if !self.self_test {
            return self.one().await;
        }
        let with =
            |bug: &str| Self { bug: Some(bug.to_owned()), small: true, kills: 0, ..self.clone() };
        let runs = BUGS.map(|bug| {
            let run = with(bug);
            tokio::task::spawn_local(async move { run.one().await })
        });
        for run in runs {
            run.await??;
        }
        Ok(())
    }

    async fn one(&self) -> Result<()> {
        let shape = if self.small { Shape::SMALL } else { Shape::large(3) };
        let mut deployment = Deployment::make(shape, &self.server, 1).await?;
        let verdict = self.play(&mut deployment).await;
        let good = match &verdict {
            Ok(verdict) => {
                verdict.print(shape, self);
                verdict.broken.is_empty() != self.bug.is_some()
            }
            Err(_) => false,
        };
        if !good {
            deployment.keep();
            println!("  kept {}", deployment.folder().display());
        }
        let broken = verdict?.broken.len();
        match &self.bug {
            None => ensure!(good, "{broken} rules were broken"),
            Some(bug) => ensure!(good, "the bug {bug} was not noticed"),
        }
        Ok(())
    }

    async fn play(&self, deployment: &mut Deployment) -> Result<Verdict> {
        for node in &mut deployment.nodes {
            node.set("PLANTED_BUG", self.bug.clone().unwrap_or_default());
            node.set("MARU_MATCH_GUESTS", "true");
            // Nobody does anything for so long: most are asked.
            node.set("MARU_MATCH_ACTIVE_SECS", "2");
            node.set("MARU_MATCH_ANSWER_SECS", "8");
        }
        let mut killer = Killer::new(deployment, self.seed, (self.hurry, self.patience));
        if self.kills == 0 {
            deployment.nodes.iter_mut().for_each(|it| it.set("FAILPOINT", ""));
        }
        deployment.start().await?;
        let begun = Instant::now();
        let (stage, tasks) = self.gather(deployment).await?;
        let all_in = Instant::now();
        killer.kill(deployment, self.kills).await?;
        let least = Duration::from_secs(self.secs);
        tokio::time::sleep(least.saturating_sub(all_in.elapsed())).await;
        if self.kills > 0 {
            killer.disarm(deployment).await?;
        }
        stage.calm.set(true);
        let (rows, end) = self.quiet(deployment, &stage).await?;
        tasks.iter().for_each(JoinHandle::abort);
        let records: Vec<_> = stage.records.borrow().iter().map(|it| it.borrow().clone()).collect();
        let mut broken = checker::check(&records, &rows, end);
        broken.extend(machines(deployment).await?);
        let (people, took) = (records.len(), begun.elapsed());
        if !broken.is_empty() {
            keep(deployment, &records, &rows)?;
        }
        Ok(Verdict { broken, rows, deaths: killer.deaths, people, took })
    }

    async fn gather(&self, deployment: &Deployment) -> Result<(Rc<Stage>, Vec<JoinHandle<()>>)> {
        let stage = Rc::new(Stage {
            door: deployment.front.address,
            origin: deployment.origin(),
            calm: Cell::new(false),
            some_vanish: !self.hurry && self.kills > 0,
            records: RefCell::default(),
        });
        let live = |number| tokio::task::spawn_local(Person::new(number, self.seed, &stage).live());
        let tasks = (0..self.people).map(live).collect();
        let all_in = || {
            let records = stage.records.borrow();
            let is_in = |it: &Rc<RefCell<Record>>| it.borrow().last_told().is_some();
            records.len() >= self.people && records.iter().all(is_in)
        };
        self.until(ALL_IN_MAX, "somebody could not sign up", all_in).await?;
        Ok((stage, tasks))
    }

    async fn until(&self, most: Duration, what: &str, so: impl Fn() -> bool) -> Result<()> {
        let begun = Instant::now();
        while !so() {
            ensure!(begun.elapsed() < most.mul_f64(self.patience), "{what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until nothing happens any more and all have seen that; what the database holds then.
    async fn quiet(&self, deployment: &Deployment, stage: &Stage) -> Result<(Rows, Millis)> {
        let most = if self.bug.is_some() { QUIET_OF_BUG } else { QUIET_MAX };
        let begun = Instant::now();
        loop {
            let (before, read_at) = (Rows::read(&deployment.database()).await?, now());
            let quiet = before.count("open") == 0;
            let seen = || stage.records.borrow().iter().all(|it| it.borrow().has_settled(read_at));
            let is_seen = self.until(SEEN_MAX, "", seen).await.is_ok();
            let after = Rows::read(&deployment.database()).await?;
            let is_over = begun.elapsed() > most.mul_f64(self.patience);
            if quiet && is_seen && before == after || is_over {
                return Ok((after, now()));
            }
        }
    }
}

/// Panics, and damage to the database.
async fn machines(deployment: &Deployment) -> Result<Vec<Broken>> {
    let broken = |what| Broken { rule: checker::Rule::M7, what };
    let panics = deployment.nodes.iter().flat_map(super::node::Node::panics);
    Ok(panics.chain(deployment.damage().await?).map(broken).collect())
}

/// Writes down all that happened, for whoever looks for the reason.
fn keep(deployment: &Deployment, records: &[Record], rows: &Rows) -> Result<()> {
    use std::{fmt::Write as _, fs};
    let mut text = String::new();
    for record in records {
        writeln!(text, "{} {:?}", record.name, record.user)?;
        for act in &record.acts {
            writeln!(text, "{} {} {:?}", record.name, act.at.0, act.what)?;
        }
    }
    fs::write(deployment.folder().join("records.txt"), text)?;
    fs::write(deployment.folder().join("rows.txt"), format!("{rows:#?}"))?;
    Ok(())
}

impl Verdict {
    fn print(&self, shape: Shape, run: &MatchFaults) {
        let mut points: BTreeMap<&str, usize> = BTreeMap::new();
        for death in &self.deaths {
            *points.entry(death.point).or_default() += 1;
        }
        let points: Vec<_> = points.iter().map(|(point, n)| format!("{n} {point}")).collect();
        let Self { rows, people, took, .. } = self;
        let tickets = |state| rows.tickets.iter().filter(|it| it.state == state).count();
        println!(
            "{shape}, seed {}, {:.0} s: {} kills in a round ({})",
            run.seed,
            took.as_secs_f64(),
            self.deaths.iter().filter(|it| it.is_of_round()).count(),
            points.join(", ")
        );
        println!(
            "  {people} people, {} tickets: {} matched, {} cancelled, {} not answered, {} away, {} \
             wait; {} proposals: {} matched, {} refused, {} expired, {} broken off",
            rows.tickets.len(),
            tickets("matched"),
            tickets("cancelled"),
            tickets("not_answered"),
            tickets("away"),
            tickets("searching"),
            rows.proposals.len(),
            rows.count("matched"),
            rows.count("refused"),
            rows.count("expired"),
            rows.count("cancelled"),
        );
        println!("  longest without a proposal after a kill: {:.1} s", self.longest_gap());
        match (&run.bug, self.broken.first()) {
            (Some(bug), Some(first)) => println!("  {bug} was noticed: {first}"),
            (None, None) => println!("  nobody twice, nothing lost, all waiting times kept"),
            _ => {}
        }
        let broken = self.broken.iter().filter(|_| run.bug.is_none());
        broken.take(20).for_each(|it| println!("  BROKEN {it}"));
    }

    /// How long after a kill somebody was put together, in seconds, at most.
    fn longest_gap(&self) -> f64 {
        let gap = |death: &Death| {
            let made = self.rows.proposals.iter().map(|it| it.made_at.since(death.at));
            made.filter(|it| *it >= 0).min().unwrap_or_default()
        };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of minutes")]
        let longest = self.deaths.iter().map(gap).max().unwrap_or_default() as f64;
        longest / 1_000.0
    }
}
