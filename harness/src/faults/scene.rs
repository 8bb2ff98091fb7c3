//! What a fault has in its hands: a deployment under load, the people who make it, chance, and
//! somewhere to write down what does not hold.

use super::{
    checker::Expected,
    client::{Client, Connection, People},
    deploy::Deployment,
    history::{Event, Happened, History, Micros},
    measure::unanswered,
    random::Chance,
};
use anyhow::Result;
use app::protocol::ids::Cid;
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashSet},
    rc::Rc,
    time::{Duration, Instant},
};

/// A run in the middle of its fault.
pub(crate) struct Scene {
    pub(crate) deployment: Deployment,
    pub(crate) people: People,
    pub(crate) history: Rc<RefCell<History>>,
    pub(crate) chance: Chance,
    /// How long the fault lasts.
    pub(crate) lasts: Duration,
    pub(crate) expected: Expected,
    /// All limits of time are so many times as long: for machines that do other things as well.
    pub(crate) patience: f64,
    /// What the fault's own rules found broken, beside C1 to C12.
    pub(crate) findings: Vec<String>,
    pub(crate) figures: BTreeMap<String, f64>,
    /// Why nothing was tried, where this machine does not allow it.
    pub(crate) skipped: Option<String>,
    /// A node ends by itself in this fault, and that is no breach.
    pub(crate) may_fall: bool,
    pub(crate) begun: Instant,
}

impl Scene {
    /// Something must hold; where it does not, that is written down.
    pub(crate) fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(what());
        }
    }

    /// A time must be within its limit.
    pub(crate) fn must_take(&mut self, time: Duration, limit: Duration, what: &str) {
        let holds = time <= limit.mul_f64(self.patience);
        self.must(holds, || format!("{what} took {time:?}, and may take {limit:?}"));
    }

    /// A figure of this run; of several of one name the greatest stays.
    pub(crate) fn figure(&mut self, name: &str, value: f64) {
        let known = self.figures.entry(name.to_owned()).or_insert(value);
        *known = known.max(value);
    }

    /// A time in milliseconds as a figure.
    pub(crate) fn time(&mut self, name: &str, time: Duration) {
        self.figure(name, time.as_secs_f64() * 1_000.0);
    }

    /// Whether the fault's time is over, or would be so much later.
    pub(crate) fn is_over_in(&self, more: Duration) -> bool {
        self.begun.elapsed() + more >= self.lasts
    }

    /// The fault's time goes on for a while of this length, scaled down in short runs: the times
    /// are meant for a run of a minute.
    pub(crate) fn scaled(&self, time: Duration) -> Duration {
        time.mul_f64((self.lasts.as_secs_f64() / 60.0).min(1.0))
    }

    /// Waits for a random time between the two, each scaled to the run.
    pub(crate) async fn wait(&mut self, least: u64, most: u64) {
        let [least, most] = [least, most].map(|it| self.scaled(Duration::from_secs(it)));
        let time = self.chance.time(least, most);
        tokio::time::sleep(time).await;
    }

    /// What was broken is mended now; all clients must be consistent again within the limit.
    pub(crate) async fn recovers_within(&mut self, limit: Duration, what: &str) {
        self.history.borrow_mut().mended_now();
        let (begun, limit) = (Instant::now(), limit.mul_f64(self.patience));
        while begun.elapsed() < limit && self.disrupted().next().is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let left: Vec<usize> = self.disrupted().collect();
        if left.is_empty() {
            self.time("recovered_ms", begun.elapsed());
        }
        self.must(left.is_empty(), || {
            format!("{what}: after {limit:?} clients {left:?} were not consistent")
        });
    }

    /// Those who lost something and have not caught up yet; who was sent away for good is not
    /// waited for.
    fn disrupted(&self) -> impl Iterator<Item = usize> {
        let is_ended = |it: &Client| matches!(it.connection(), Connection::Ended(_));
        let disrupted =
            self.people.clients.iter().filter(move |it| it.is_disrupted() && !is_ended(it));
        disrupted.map(Client::number)
    }

    /// The browsers learn that the network is back.
    pub(crate) fn network_is_back(&self) {
        self.people.clients.iter().for_each(Client::network_is_back);
    }

    /// The moment of the run.
    pub(crate) fn now(&self) -> Micros {
        self.history.borrow().now()
    }

    /// All that happened to any client since a moment, of those that are wanted.
    pub(crate) fn since<T>(
        &self,
        since: Micros,
        wanted: impl Fn(usize, &Event) -> Option<T>,
    ) -> Vec<T> {
        let history = self.history.borrow();
        let all = history.clients.iter().enumerate();
        let mut found = Vec::new();
        for (number, client) in all {
            let from = client.events.partition_point(|it| it.at < since);
            found.extend(client.events[from..].iter().filter_map(|it| wanted(number, it)));
        }
        found
    }

    /// All that was said until now is answered within the limit.
    pub(crate) async fn answered_within(&mut self, limit: Duration, what: &str) {
        let (begun, from) = (Instant::now(), self.now());
        let limit = limit.mul_f64(self.patience);
        let left = loop {
            let left = unanswered(&self.history.borrow(), from).len();
            if left == 0 || begun.elapsed() > limit {
                break left;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        self.time("answered_ms", begun.elapsed());
        self.must(left == 0, || format!("{what}: {left} sends had no answer after {limit:?}"));
    }

    /// Waits until something is acknowledged that was said after this call; how long that took.
    pub(crate) async fn acks_again(&mut self, limit: Duration, what: &str) -> Result<Duration> {
        let (begun, from) = (Instant::now(), self.now());
        let limit = limit.mul_f64(self.patience);
        while !self.has_acked_saying_of(from) {
            if begun.elapsed() > limit {
                self.findings.push(format!("{what}: nothing was acknowledged within {limit:?}"));
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.time("acks_again_ms", begun.elapsed());
        Ok(begun.elapsed())
    }

    fn has_acked_saying_of(&self, from: Micros) -> bool {
        let said = self.since(from, |_, it| match it.what {
            Happened::Said { cid, .. } => Some(cid),
            _ => None,
        });
        let said: std::collections::HashSet<_> = said.into_iter().collect();
        let is_one = |_, it: &Event| match it.what {
            Happened::Acked { cid, .. } => said.contains(&cid).then_some(()),
            _ => None,
        };
        !self.since(from, is_one).is_empty()
    }

    /// What was said in rooms with hosts, who may refuse it at any time: it, and for a moment what
    /// was said after it.
    pub(crate) fn under_hosts(&self) -> HashSet<Cid> {
        let hosted = self.history.borrow().hosted.clone();
        let said = self.since(Micros(0), |_, it| match it.what {
            Happened::Said { cid, room, .. } => hosted.contains(&room).then_some(cid),
            _ => None,
        });
        said.into_iter().collect()
    }

    /// What stood refused for good since a moment: none of the faults is a reason for that. A host
    /// may be.
    pub(crate) fn must_not_refuse(&mut self, since: Micros) {
        let under_hosts = self.under_hosts();
        let refused = self.since(since, |client, it| match it.what {
            Happened::Refused { cid, reason, .. } if !under_hosts.contains(&cid) => {
                Some(format!("client {client}: {reason}"))
            }
            _ => None,
        });
        let first = refused.first().cloned().unwrap_or_default();
        self.must(refused.is_empty(), || format!("{} sends were refused: {first}", refused.len()));
    }

    /// Writes all that happened to the folder, for whoever looks for the reason.
    pub(crate) fn keep_history(&self) -> Result<()> {
        use std::io::Write as _;
        let file = std::fs::File::create(self.deployment.folder().join("history.txt"))?;
        let mut file = std::io::BufWriter::new(file);
        let history = self.history.borrow();
        for phase in &history.phases {
            writeln!(file, "{phase:?}")?;
        }
        writeln!(file, "mended {:?}", history.mended)?;
        for (number, client) in history.clients.iter().enumerate() {
            writeln!(file, "client {number} {} {:?}", client.name, client.user)?;
            for event in &client.events {
                writeln!(file, "{number} {} {:?}", event.at.0, event.what)?;
            }
        }
        Ok(file.flush()?)
    }
}
