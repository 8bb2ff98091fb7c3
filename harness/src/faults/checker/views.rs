//! What a client was told and what it made of it (C4, C5).

use super::{Epochs, Expected, Rule, Truth, Violation, signed_out};
use crate::faults::history::{Event, Happened, Seen, SocketNo, View};
use app::protocol::{
    ids::{RoomId, Seq},
    limits::CATCH_UP_ENTRIES_MAX,
};
use std::collections::HashMap;

pub(super) fn check(
    truth: &Truth<'_>,
    client: usize,
    expected: &Expected,
    found: &mut Vec<Violation>,
) {
    let its = truth.client(client);
    let epochs = truth.epochs(client);
    for view in its.views.iter().filter(|it| it.epoch == truth.logs.epoch) {
        is_the_log(truth, client, view, found);
    }
    if expected.is_settled && signed_out(&its.events).is_none() {
        has_all(truth, client, found);
    }
    skips(truth, client, found);
    let mut order = Order { truth, client, epochs, sockets: HashMap::new() };
    order.check(&its.events, &its.seen, found);
}

/// C4: a view is a stretch of the log.
fn is_the_log(truth: &Truth<'_>, client: usize, view: &View, found: &mut Vec<Violation>) {
    let mut expected = view.start;
    for number in &view.facts {
        expected = expected.next();
        let fact = truth.history.facts.get(*number);
        let what = if fact.seq != expected {
            format!("the client's view has {} where {expected} belongs", fact.seq)
        } else if !truth.entry(view.room, expected).is_some_and(|it| it.is_same(fact)) {
            "the client's view has another entry than the database".to_owned()
        } else {
            continue;
        };
        found.push(Violation::new(Rule::C4, what).client(client).place(view.room, expected));
        return;
    }
}

/// C4: in the end everybody has everything.
fn has_all(truth: &Truth<'_>, client: usize, found: &mut Vec<Violation>) {
    let is_due = |it: &&View| it.is_last && truth.should_have(client, it.room);
    for view in truth.client(client).views.iter().filter(is_due) {
        let settled = truth.history.settled.get(&view.room).copied().unwrap_or_default();
        let last = view.start.plus(view.facts.len() as u64);
        let what = if view.epoch != truth.logs.epoch {
            format!("the client's view is of epoch {}, expected {}", view.epoch, truth.logs.epoch)
        } else if last < settled {
            format!("the client's view ends at {last}, expected {settled}")
        } else {
            continue;
        };
        found.push(Violation::new(Rule::C4, what).client(client).place(view.room, last));
    }
}

/// C4: who was not far behind is not made to skip anything.
fn skips(truth: &Truth<'_>, client: usize, found: &mut Vec<Violation>) {
    let mut epoch = None;
    let mut is_new_epoch = false;
    for event in &truth.client(client).events {
        match event.what {
            Happened::Welcomed { epoch: its, .. } => {
                is_new_epoch = epoch.is_some_and(|it| it != its);
                epoch = Some(its);
            }
            Happened::Followed { room, have, start, head, .. } => {
                let is_near = have > Seq::ZERO && head.since(have) <= CATCH_UP_ENTRIES_MAX;
                if start > have && is_near && !is_new_epoch {
                    let what = format!("the client had {have} of {head} and was told {start}");
                    found.push(Violation::new(Rule::C4, what).client(client).place(room, start));
                }
            }
            _ => {}
        }
    }
}

/// Where a socket stands in a room's log.
#[derive(Default)]
struct Place {
    /// The last entry that came.
    last: Option<Seq>,
    /// A frame may begin before what was told already; then it must reach this place.
    owed: Option<Seq>,
    /// It goes on after one of these, whenever the server comes to it.
    starts: Vec<Seq>,
    /// It goes on after one of these, or before: a node that knows less goes on where it is.
    sought: Vec<Seq>,
}

impl Place {
    /// Whether `seq` may come now.
    fn take(&mut self, seq: Seq) -> bool {
        let next = self.last.replace(seq).map(Seq::next);
        if next == Some(seq) {
            self.owed = self.owed.filter(|it| seq < *it);
            return true;
        }
        if self.take_start(seq) {
            self.owed = None;
            return true;
        }
        if self.owed.is_some() {
            return false;
        }
        let starts = self.starts.iter().map(|it| it.next());
        self.owed = next.into_iter().chain(starts).find(|it| seq < *it);
        self.owed.is_some()
    }

    fn take_start(&mut self, seq: Seq) -> bool {
        if let Some(at) = self.starts.iter().position(|it| it.next() == seq) {
            self.starts.swap_remove(at);
        } else if let Some(at) = self.sought.iter().position(|it| seq <= it.next()) {
            self.sought.swap_remove(at);
        } else {
            return false;
        }
        true
    }
}

/// C5: the order on each socket, as it was meant by the server.
struct Order<'a> {
    truth: &'a Truth<'a>,
    client: usize,
    epochs: Epochs,
    sockets: HashMap<(SocketNo, RoomId), Place>,
}

impl Order<'_> {
    fn check(&mut self, events: &[Event], seen: &[Seen], found: &mut Vec<Violation>) {
        let mut events = events.iter().peekable();
        for (at, seen) in seen.iter().enumerate() {
            while let Some(event) = events.next_if(|it| it.after_seen as usize <= at) {
                self.note(event, found);
            }
            self.saw(seen, found);
        }
        events.for_each(|it| self.note(it, found));
        self.all_paid(found);
    }

    /// A frame that begins with what was told before has something new in the end.
    fn all_paid(&self, found: &mut Vec<Violation>) {
        for ((socket, room), place) in &self.sockets {
            if let (Some(owed), Some(last)) = (place.owed, place.last) {
                let what = format!("on socket {} told again up to {last}, not {owed}", socket.0);
                found.push(Violation::new(Rule::C5, what).client(self.client).place(*room, last));
            }
        }
    }

    fn note(&mut self, event: &Event, found: &mut Vec<Violation>) {
        match event.what {
            Happened::Followed { socket, room, start, head, .. } => {
                self.place(socket, room).starts.push(start);
                if self.epochs.is_current(socket) {
                    self.told_head(room, head, found);
                }
            }
            Happened::Sought { socket, room, after } => {
                self.place(socket, room).sought.push(after);
            }
            Happened::HeadTold { socket, room, head } if self.epochs.is_current(socket) => {
                self.told_head(room, head, found);
            }
            _ => {}
        }
    }

    fn place(&mut self, socket: SocketNo, room: RoomId) -> &mut Place {
        self.sockets.entry((socket, room)).or_default()
    }

    fn told_head(&self, room: RoomId, head: Seq, found: &mut Vec<Violation>) {
        if head > self.truth.head(room) {
            let what = format!("told a head of {head}, committed is {}", self.truth.head(room));
            found.push(Violation::new(Rule::C5, what).client(self.client).place(room, head));
        }
    }

    fn saw(&mut self, seen: &Seen, found: &mut Vec<Violation>) {
        let fact = self.truth.history.facts.get(seen.fact);
        let (room, seq, client) = (fact.room, fact.seq, self.client);
        let mut breach = |what: String| {
            let breach = Violation::new(Rule::C5, what).client(client).place(room, seq);
            found.push(Violation { cid: fact.cid, ..breach });
        };
        let place = self.place(seen.socket, room);
        let before = place.last;
        if !place.take(seq) {
            let before = before.map_or_else(|| "nothing".to_owned(), |it| it.to_string());
            breach(format!("on socket {} {seq} follows {before}", seen.socket.0));
        }
        if !self.epochs.is_current(seen.socket) {
            return;
        }
        match self.truth.entry(room, seq) {
            None => breach("an entry that is not committed".to_owned()),
            Some(it) if !it.is_same(fact) => {
                breach("another entry than the committed one".to_owned());
            }
            Some(_) => {}
        }
    }
}
