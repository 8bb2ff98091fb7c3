//! The figures of a run: how much, how fast, how long to recover.

use super::{Rule, Saying, Violation, sayings};
use crate::{
    faults::history::{Event, FactNo, Happened, History, Micros, Phase, Seen},
    histogram::Histogram,
};
use app::protocol::ids::Cid;
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// Times of one kind, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Times {
    pub(crate) count: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

/// What was said in a phase, and how long its answers and deliveries took, whenever they came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PhaseFigures {
    pub(crate) name: String,
    pub(crate) operations: u64,
    pub(crate) acks: Times,
    /// From when it was meant to be said until others saw it for the first time.
    pub(crate) deliveries: Times,
}

/// From a disruption of one client until it was consistent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recovery {
    pub(crate) client: usize,
    pub(crate) from: Micros,
    /// Absent when it never was.
    pub(crate) to: Option<Micros>,
}

/// A run in one line of a table, and its phases.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    /// What clients said.
    pub(crate) operations: u64,
    pub(crate) acknowledged: u64,
    /// For good.
    pub(crate) refused: u64,
    /// Asked to come again later.
    pub(crate) postponed: u64,
    /// Breaches of C1, C8 and C10; each thing said counts once.
    pub(crate) lost: u64,
    /// Breaches of C2.
    pub(crate) doubled: u64,
    /// Breaches of C3, C5 and C6.
    pub(crate) out_of_order: u64,
    /// Breaches of any rule.
    pub(crate) violations: u64,
    /// Deliveries, repeats and those to the author included.
    pub(crate) deliveries: u64,
    /// Sockets that ended.
    pub(crate) cuts: u64,
    pub(crate) disruptions: u64,
    /// The longest time from a disruption until the client was consistent again.
    pub(crate) longest_disruption: Duration,
    /// The same, counted from when the fault was mended, where it was mended in between.
    pub(crate) longest_recovery: Duration,
    /// Disruptions that did not end.
    pub(crate) not_recovered: u64,
    /// How often a client threw its view of a room away: it loaded its page anew, it was far
    /// behind, the epoch changed, or its new node knew less than it did.
    pub(crate) begun_anew: u64,
    pub(crate) phases: Vec<PhaseFigures>,
}

/// Counts a run.
pub(crate) fn summary(history: &History, violations: &[Violation]) -> Summary {
    let of =
        |rules: &[Rule]| violations.iter().filter(|it| rules.contains(&it.rule)).count() as u64;
    let events = || history.clients.iter().flat_map(|it| &it.events);
    let count = |is: fn(&Happened) -> bool| events().filter(|it| is(&it.what)).count() as u64;
    let acked = events().filter_map(|it| match it.what {
        Happened::Acked { cid, .. } => Some(cid),
        _ => None,
    });
    let recoveries = recoveries(history);
    let lasted = recoveries.iter().filter_map(|it| Some(it.to?.since(it.from)));
    Summary {
        operations: count(|it| matches!(it, Happened::Said { .. })),
        acknowledged: acked.collect::<HashSet<_>>().len() as u64,
        refused: count(|it| matches!(it, Happened::Refused { .. })),
        postponed: count(|it| matches!(it, Happened::Postponed { .. })),
        lost: lost(violations),
        doubled: of(&[Rule::C2]),
        out_of_order: of(&[Rule::C3, Rule::C5, Rule::C6]),
        violations: violations.len() as u64,
        deliveries: history.clients.iter().map(|it| it.seen.len() as u64).sum(),
        cuts: count(|it| matches!(it, Happened::Closed { .. })),
        disruptions: recoveries.len() as u64,
        longest_disruption: Duration::from_micros(lasted.max().unwrap_or(0)),
        longest_recovery: since_mended(history, &recoveries),
        not_recovered: recoveries.iter().filter(|it| it.to.is_none()).count() as u64,
        begun_anew: history.clients.iter().flat_map(|it| &it.views).filter(|it| !it.is_last).count()
            as u64,
        phases: phases(history),
    }
}

fn lost(violations: &[Violation]) -> u64 {
    let lost = violations.iter().filter(|it| matches!(it.rule, Rule::C1 | Rule::C8 | Rule::C10));
    lost.map(|it| (it.client, it.cid)).collect::<HashSet<_>>().len() as u64
}

/// All disruptions of all clients.
pub(crate) fn recoveries(history: &History) -> Vec<Recovery> {
    let mut found = Vec::new();
    for (client, its) in history.clients.iter().enumerate() {
        let mut since = None;
        for Event { at, what, .. } in &its.events {
            match (what, since) {
                (Happened::Disrupted, None) => since = Some(*at),
                (Happened::Recovered, Some(from)) => {
                    found.push(Recovery { client, from, to: Some(*at) });
                    since = None;
                }
                // Those who leave for good have nothing to recover.
                (Happened::SignedOut, _) => since = None,
                _ => {}
            }
            if matches!(what, Happened::SignedOut) {
                break;
            }
        }
        found.extend(since.map(|from| Recovery { client, from, to: None }));
    }
    found
}

/// The longest time from a mending until a client was consistent again that was not at that time.
fn since_mended(history: &History, recoveries: &[Recovery]) -> Duration {
    let mut longest = 0;
    for Recovery { from, to, .. } in recoveries {
        let Some(to) = *to else { continue };
        // Of several mendings within one disruption, the last is the one that let it end.
        let mended = history.mended.iter().filter(|it| *from <= **it && **it <= to).max();
        longest = longest.max(mended.map_or(0, |it| to.since(*it)));
    }
    Duration::from_micros(longest)
}

#[derive(Default)]
struct Counted {
    count: u64,
    histogram: Option<Histogram>,
}

impl Counted {
    fn record(&mut self, micros: u64) {
        self.count += 1;
        self.histogram.get_or_insert_with(Histogram::new).record(micros);
    }

    fn times(&self) -> Times {
        let Some(histogram) = &self.histogram else { return Times::default() };
        Times {
            count: self.count,
            p50_ms: histogram.quantile_ms(0.5),
            p99_ms: histogram.quantile_ms(0.99),
            max_ms: histogram.max_ms(),
        }
    }
}

/// What belongs to one phase.
#[derive(Default)]
struct Counts {
    operations: u64,
    acks: Counted,
    deliveries: Counted,
}

/// Sorts times by the phase in which something was said.
struct Sorter<'a> {
    history: &'a History,
    said: HashMap<Cid, Saying>,
    phases: Vec<Counts>,
}

impl Sorter<'_> {
    fn phase(&mut self, intended: Micros) -> Option<&mut Counts> {
        let holds = |it: &Phase| it.from <= intended && intended < it.to;
        let at = self.history.phases.iter().position(holds)?;
        self.phases.get_mut(at)
    }

    fn count_operations(&mut self) {
        let intended: Vec<Micros> = self.said.values().map(|it| it.intended).collect();
        for intended in intended {
            if let Some(phase) = self.phase(intended) {
                phase.operations += 1;
            }
        }
    }

    fn count_acks(&mut self, events: &[Event]) {
        let mut answered = HashSet::new();
        for event in events {
            if let Happened::Acked { cid, .. } = event.what
                && let Some(intended) = self.said.get(&cid).map(|it| it.intended)
                && answered.insert(cid)
                && let Some(phase) = self.phase(intended)
            {
                phase.acks.record(event.at.since(intended));
            }
        }
    }

    fn count_deliveries(&mut self, client: usize, seen: &[Seen]) {
        let mut known: HashSet<FactNo> = HashSet::new();
        for seen in seen.iter().filter(|it| known.insert(it.fact)) {
            let saying = self.history.facts.get(seen.fact).cid.and_then(|it| self.said.get(&it));
            let Some(saying) = saying.filter(|it| it.client != client) else { continue };
            let intended = saying.intended;
            if let Some(phase) = self.phase(intended) {
                phase.deliveries.record(seen.at.since(intended));
            }
        }
    }
}

fn phases(history: &History) -> Vec<PhaseFigures> {
    let phases = history.phases.iter().map(|_| Counts::default()).collect();
    let mut sorter = Sorter { history, said: sayings(history), phases };
    sorter.count_operations();
    for (client, its) in history.clients.iter().enumerate() {
        sorter.count_acks(&its.events);
        sorter.count_deliveries(client, &its.seen);
    }
    let named = history.phases.iter().zip(&sorter.phases);
    let figures = named.map(|(phase, counts)| PhaseFigures {
        name: phase.name.clone(),
        operations: counts.operations,
        acks: counts.acks.times(),
        deliveries: counts.deliveries.times(),
    });
    figures.collect()
}
