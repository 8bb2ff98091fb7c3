//! How long answers and deliveries took within a stretch of a run that is still going on. Pure.

use super::history::{Event, FactNo, Happened, History, Logs, Micros};
use app::protocol::ids::{Cid, RoomId, Seq};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// A stretch of the run; its end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: Micros,
    pub(crate) to: Micros,
}

impl Stretch {
    fn has(self, at: Micros) -> bool {
        self.from <= at && at < self.to
    }
}

/// Who said what within a stretch, and when it was meant to be said.
fn said(
    history: &History,
    stretch: Stretch,
    by: &dyn Fn(usize) -> bool,
) -> HashMap<Cid, (usize, Micros)> {
    let mut said = HashMap::new();
    for (client, its) in history.clients.iter().enumerate().filter(|it| by(it.0)) {
        // Something is said when it was meant to be said, or later.
        let from = its.events.partition_point(|it| it.at < stretch.from);
        for event in &its.events[from..] {
            if let Happened::Said { cid, intended, .. } = event.what
                && stretch.has(intended)
            {
                said.insert(cid, (client, intended));
            }
        }
    }
    said
}

/// What happened from a moment on.
fn since(events: &[Event], from: Micros) -> &[Event] {
    &events[events.partition_point(|it| it.at < from)..]
}

/// How long the first answers took, in milliseconds, to what those clients said in the stretch;
/// sorted.
pub(crate) fn acks(history: &History, stretch: Stretch, by: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let said = said(history, stretch, by);
    let mut answered = HashSet::new();
    let mut times = Vec::new();
    for event in history.clients.iter().flat_map(|it| since(&it.events, stretch.from)) {
        if let Happened::Acked { cid, .. } = event.what
            && let Some((_, intended)) = said.get(&cid)
            && answered.insert(cid)
        {
            times.push(millis(event.at.since(*intended)));
        }
    }
    times.sort_by(f64::total_cmp);
    times
}

/// When a client came into each room, in order.
fn entered(events: &[Event]) -> HashMap<RoomId, Vec<Micros>> {
    let mut entered: HashMap<RoomId, Vec<Micros>> = HashMap::new();
    for event in events {
        if let Happened::Entered { room } = event.what {
            entered.entry(room).or_default().push(event.at);
        }
    }
    entered
}

/// How long it took until others saw it for the first time; sorted. What was said before somebody
/// came in is not delivered to them: they read it.
pub(crate) fn deliveries(history: &History, stretch: Stretch) -> Vec<f64> {
    deliveries_to(history, stretch, &|_| true)
}

/// The same, of deliveries to those clients.
pub(crate) fn deliveries_to(
    history: &History,
    stretch: Stretch,
    to: &dyn Fn(usize) -> bool,
) -> Vec<f64> {
    let said = said(history, stretch, &|_| true);
    let mut times = Vec::new();
    for (client, its) in history.clients.iter().enumerate().filter(|it| to(it.0)) {
        let mut known: HashSet<FactNo> = HashSet::new();
        let entered = entered(since(&its.events, stretch.from));
        let came_between = |room: RoomId, said: Micros, seen: Micros| {
            entered.get(&room).is_some_and(|it| it.iter().any(|at| said < *at && *at <= seen))
        };
        let from = its.seen.partition_point(|it| it.at < stretch.from);
        for seen in &its.seen[from..] {
            let fact = history.facts.get(seen.fact);
            if let Some((author, intended)) = fact.cid.and_then(|it| said.get(&it))
                && *author != client
                && known.insert(seen.fact)
                && !came_between(fact.room, *intended, seen.at)
            {
                times.push(millis(seen.at.since(*intended)));
            }
        }
    }
    times.sort_by(f64::total_cmp);
    times
}

/// Nobody waits for an answer longer than this.
const WAITED_MAX: Duration = Duration::from_mins(10);

/// What was said before a moment and has no answer yet: neither stored nor refused.
pub(crate) fn unanswered(history: &History, before: Micros) -> HashSet<Cid> {
    let now = history.now();
    let from = Micros(now.0.saturating_sub(Micros(0).plus(WAITED_MAX).0));
    let all = Stretch { from, to: before };
    let mut open: HashSet<Cid> = said(history, all, &|_| true).into_keys().collect();
    for event in history.clients.iter().flat_map(|it| since(&it.events, from)) {
        if let Happened::Acked { cid, .. } | Happened::Refused { cid, .. } = event.what {
            open.remove(&cid);
        }
    }
    // Who sees it in the log needs no answer.
    for its in &history.clients {
        let first = its.seen.partition_point(|it| it.at < from);
        for seen in &its.seen[first..] {
            if let Some(cid) = history.facts.get(seen.fact).cid {
                open.remove(&cid);
            }
        }
    }
    open
}

/// How many entries of the logs are newer than all that anybody saw of their room.
pub(crate) fn untold(history: &History, logs: &Logs) -> usize {
    let mut newest: HashMap<RoomId, Seq> = HashMap::new();
    for seen in history.clients.iter().flat_map(|it| &it.seen) {
        let fact = history.facts.get(seen.fact);
        let newest = newest.entry(fact.room).or_default();
        *newest = fact.seq.max(*newest);
    }
    let is_untold = |room, seq| newest.get(&room).is_none_or(|it| seq > *it);
    logs.rooms.values().flat_map(|it| &it.entries).filter(|it| is_untold(it.room, it.seq)).count()
}

/// The time below which that part of all times lies; 0 where there are none.
pub(crate) fn quantile(sorted: &[f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let at = (sorted.len() as f64 * part) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "for comparing")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::history::{Digest, Fact, Kind, LogSource, RoomLog, SocketNo};
    use app::protocol::ids::{Epoch, UserId};
    use uuid::Uuid;

    #[test]
    fn answers_are_timed_from_when_it_was_meant_to_be_said() {
        let mut history = History::new();
        let ann = history.add_client("ann".into());
        let room = RoomId(Uuid::nil());
        let [one, two] = [1, 2].map(|it| Cid(Uuid::from_u128(it)));
        for (cid, at) in [(one, 1_000), (two, 9_000)] {
            let text = Digest::of_message("hi");
            let what = Happened::Said { cid, room, text, intended: Micros(at) };
            history.happened_at(ann, Micros(at), what);
        }
        let socket = SocketNo(0);
        let acked = Happened::Acked { socket, cid: one, room, seq: Seq::ZERO };
        history.happened_at(ann, Micros(10_000), acked);
        let all = Stretch { from: Micros(0), to: Micros(20_000) };
        assert_eq!(acks(&history, all, &|_| true), [9.0]);
        assert_eq!(acks(&history, Stretch { from: Micros(2_000), ..all }, &|_| true), [0.0; 0]);
        assert_eq!(unanswered(&history, Micros(20_000)), [two].into());
        assert!(unanswered(&history, Micros(5_000)).is_empty());
    }

    #[test]
    fn what_nobody_saw_is_newer_than_all_that_somebody_saw_of_its_room() {
        let [read, unread] = [1, 2].map(|it| RoomId(Uuid::from_u128(it)));
        let fact = |room, seq: u64| Fact {
            room,
            seq: Seq::try_from(seq).unwrap(),
            author: UserId(Uuid::nil()),
            cid: None,
            kind: Kind::Joined,
            subject: None,
            digest: Digest::of("joined", ""),
        };
        let mut history = History::new();
        let ann = history.add_client("ann".into());
        // She came when there were entries already.
        history.saw(ann, SocketNo(0), fact(read, 3));
        history.saw(ann, SocketNo(0), fact(read, 2));
        let logs = |newest: &[(RoomId, u64)]| Logs {
            source: LogSource::Database,
            epoch: Epoch(Uuid::nil()),
            rooms: newest
                .iter()
                .map(|(room, head)| {
                    let entries = (1..=*head).map(|it| fact(*room, it)).collect();
                    let head = Seq::try_from(*head).unwrap();
                    (*room, RoomLog { head, entries, tells_who_comes: true })
                })
                .collect(),
        };
        assert_eq!(untold(&history, &logs(&[(read, 3)])), 0);
        assert_eq!(untold(&history, &logs(&[(read, 5)])), 2);
        assert_eq!(untold(&history, &logs(&[(read, 3), (unread, 1)])), 1);
    }

    #[test]
    fn what_was_said_before_somebody_came_in_is_not_delivered_to_them() {
        let mut history = History::new();
        let [ann, bob, cleo] = ["ann", "bob", "cleo"].map(|it| history.add_client(it.into()));
        let [room, other] = [1, 2].map(|it| RoomId(Uuid::from_u128(it)));
        let cid = Cid(Uuid::from_u128(3));
        let digest = Digest::of_message("hi");
        let intended = Micros(2_000);
        let said = Happened::Said { cid, room, text: digest, intended };
        history.happened_at(ann, intended, said);
        // He was in all the while; what another room tells of him is of no account.
        history.happened_at(bob, Micros(1_000), Happened::Entered { room });
        history.happened_at(bob, Micros(3_000), Happened::Entered { room: other });
        history.happened_at(cleo, Micros(8_000), Happened::Entered { room });
        let (author, cid) = (UserId(Uuid::nil()), Some(cid));
        let (seq, kind, subject) = (Seq::ZERO.next(), Kind::Message, None);
        let fact = Fact { room, seq, author, cid, kind, subject, digest };
        for (client, at) in [(bob, 6_000), (cleo, 9_000)] {
            history.saw_at(client, Micros(at), SocketNo(0), fact);
        }
        let all = Stretch { from: Micros(0), to: Micros(20_000) };
        assert_eq!(deliveries(&history, all), [4.0]);
    }

    #[test]
    fn quantiles_are_of_the_sorted_times() {
        let times = [1.0, 2.0, 3.0, 4.0];
        assert_eq!((quantile(&times, 0.5), quantile(&times, 1.0)), (3.0, 4.0));
        assert!(quantile(&[], 0.5).abs() < f64::EPSILON);
    }
}
