//! Judges a run: what clients did and saw against the logs that are left.
//!
//! Pure: no clock, no I/O. The rules are C1 to C12 of the plan; each breach is a [`Violation`] that
//! says where, and what was expected. The database's log is the truth that all else is held
//! against; what belongs to another epoch (a backup was restored) is not compared with it.

mod entries;
mod figures;
mod hosts;
mod machines;
mod sends;
#[cfg(test)]
mod tests;
mod views;

#[cfg(test)]
pub(crate) use figures::{Recovery, recoveries};
pub(crate) use figures::{Summary, summary};
pub(crate) use machines::{Integrity, Machine, Measured};

use super::history::{
    ClientHistory, Digest, Event, Fact, Happened, History, Logs, Micros, RoomLog, SocketNo,
};
use app::protocol::ids::{Cid, Epoch, RoomId, Seq, UserId};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    time::Duration,
};

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// What was acknowledged is in the database once, at that place, as it was said.
    C1,
    /// The same `cid` of the same author is one entry.
    C2,
    /// Each log is numbered from 1 to its head without a hole.
    C3,
    /// What each client and each node has of a log is the log.
    C4,
    /// Each socket tells a log in its order, and nothing that is not committed.
    C5,
    /// What one client says in one room stands there in the order said.
    C6,
    /// What was refused for good is not in the log.
    C7,
    /// What was never answered is in the log at most once, and the client knows in the end.
    C8,
    /// Nothing is told to or taken from those who signed out or are not members.
    C9,
    /// Whatever was said is answered, seen in the log, or still in the outbox.
    C10,
    /// No panic; file descriptors, tasks and memory are back where they were.
    C11,
    /// The database itself is sound.
    C12,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: Rule,
    /// The client's number in the history.
    pub(crate) client: Option<usize>,
    pub(crate) room: Option<RoomId>,
    pub(crate) seq: Option<Seq>,
    pub(crate) cid: Option<Cid>,
    /// What was expected, and what was found.
    pub(crate) what: String,
}

impl Violation {
    fn new(rule: Rule, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { rule, client: None, room: None, seq: None, cid: None, what }
    }

    fn client(self, client: usize) -> Self {
        Self { client: Some(client), ..self }
    }

    fn place(self, room: RoomId, seq: Seq) -> Self {
        Self { room: Some(room), seq: Some(seq), ..self }
    }

    fn room(self, room: RoomId) -> Self {
        Self { room: Some(room), ..self }
    }

    fn cid(self, cid: Cid) -> Self {
        Self { cid: Some(cid), ..self }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)?;
        if let Some(client) = self.client {
            write!(f, ", client {client}")?;
        }
        if let Some(room) = self.room {
            write!(f, ", room {room}")?;
        }
        if let Some(seq) = self.seq {
            write!(f, ", seq {seq}")?;
        }
        if let Some(cid) = self.cid {
            write!(f, ", cid {cid}")?;
        }
        Ok(())
    }
}

/// All that a run left behind.
pub(crate) struct Evidence<'a> {
    pub(crate) history: &'a History,
    /// Read from the database, after all became quiet.
    pub(crate) database: &'a Logs,
    /// Read from each node, after all became quiet.
    pub(crate) nodes: &'a [Logs],
    pub(crate) machines: &'a [Machine],
    pub(crate) integrity: &'a [Integrity],
}

/// What this run must show, where that is not the same for all.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// All clients had the time to become quiet: what is unresolved then is a breach.
    pub(crate) is_settled: bool,
    /// So long after a sign-out was answered, nothing more may be told or taken.
    pub(crate) sign_out_bound: Duration,
    /// Memory may grow by so much of what it was.
    pub(crate) memory_growth: f64,
    /// So many more file descriptors and tasks than before are not counted as lost.
    pub(crate) spare: u64,
}

impl Default for Expected {
    fn default() -> Self {
        Self {
            is_settled: true,
            sign_out_bound: Duration::from_secs(1),
            memory_growth: 0.1,
            spare: 8,
        }
    }
}

/// Judges a run by all rules; empty when it is as promised.
pub(crate) fn check(evidence: &Evidence<'_>, expected: &Expected) -> Vec<Violation> {
    let Evidence { history, database, nodes, machines, integrity } = *evidence;
    let truth = Truth::new(history, database);
    let mut found = Vec::new();
    entries::check(&truth, nodes, &mut found);
    hosts::check(&truth, &mut found);
    for client in 0..history.clients.len() {
        sends::check(&truth, client, expected, &mut found);
        views::check(&truth, client, expected, &mut found);
    }
    machines::check(machines, integrity, expected, &mut found);
    found
}

/// Something that a client said.
#[derive(Clone, Copy, Debug)]
struct Saying {
    client: usize,
    room: RoomId,
    text: Digest,
    intended: Micros,
}

/// The database's logs and what was said, by all by which they are looked up.
struct Truth<'a> {
    history: &'a History,
    logs: &'a Logs,
    by_cid: HashMap<(UserId, Cid), Vec<&'a Fact>>,
    said: HashMap<Cid, Saying>,
    strays: HashSet<Cid>,
}

impl<'a> Truth<'a> {
    fn new(history: &'a History, logs: &'a Logs) -> Self {
        let mut by_cid: HashMap<_, Vec<_>> = HashMap::new();
        for fact in logs.rooms.values().flat_map(|it| &it.entries) {
            if let Some(cid) = fact.cid {
                by_cid.entry((fact.author, cid)).or_default().push(fact);
            }
        }
        let strays = history.clients.iter().flat_map(strays).collect();
        Self { history, logs, by_cid, said: sayings(history), strays }
    }

    /// Whether it was refused for good while a copy of it was on its way by an earlier socket, or by
    /// another one: a node that stood still may take that copy later, when its author may speak
    /// again, and it stands after what was said meanwhile (decision 0026).
    fn is_stray(&self, cid: Cid) -> bool {
        self.strays.contains(&cid)
    }

    fn client(&self, client: usize) -> &'a ClientHistory {
        &self.history.clients[client]
    }

    /// Where the database has what the client said under that id.
    fn stored(&self, client: usize, cid: Cid) -> &[&'a Fact] {
        let author = self.client(client).user;
        author.and_then(|it| self.by_cid.get(&(it, cid))).map_or(&[], Vec::as_slice)
    }

    /// The entry of that place.
    fn entry(&self, room: RoomId, seq: Seq) -> Option<&'a Fact> {
        entry(self.logs.rooms.get(&room)?, seq)
    }

    /// Whether the client should have all of the room in the end: of one with a host only members
    /// do.
    fn should_have(&self, client: usize, room: RoomId) -> bool {
        let (user, log) = (self.client(client).user, self.logs.rooms.get(&room));
        let is_in = user.zip(log).is_some_and(|(user, log)| hosts::is_member(log, user));
        is_in || !self.history.hosted.contains(&room)
    }

    fn head(&self, room: RoomId) -> Seq {
        self.logs.rooms.get(&room).map_or(Seq::ZERO, |it| it.head)
    }

    /// Which sockets of a client spoke of the numbers that the database has.
    fn epochs(&self, client: usize) -> Epochs {
        let welcomes = self.client(client).events.iter().filter_map(|it| match it.what {
            Happened::Welcomed { socket, epoch, .. } => Some((socket, epoch)),
            _ => None,
        });
        Epochs { of: welcomes.collect(), current: self.logs.epoch }
    }
}

/// The epoch of each socket of a client.
struct Epochs {
    of: HashMap<SocketNo, Epoch>,
    current: Epoch,
}

impl Epochs {
    fn is_current(&self, socket: SocketNo) -> bool {
        self.of.get(&socket) == Some(&self.current)
    }
}

fn sayings(history: &History) -> HashMap<Cid, Saying> {
    let mut said = HashMap::new();
    for (client, its) in history.clients.iter().enumerate() {
        for event in &its.events {
            if let Happened::Said { cid, room, text, intended } = event.what {
                said.insert(cid, Saying { client, room, text, intended });
            }
        }
    }
    said
}

/// What was refused for good after it had been sent by another socket, or otherwise twice, as well.
fn strays(client: &ClientHistory) -> HashSet<Cid> {
    let mut first: HashMap<Cid, SocketNo> = HashMap::new();
    let mut found = HashSet::new();
    for event in &client.events {
        match event.what {
            Happened::Sent { socket, cid } => _ = first.entry(cid).or_insert(socket),
            Happened::Refused { socket, cid, .. }
                if client.sends_copies || first.get(&cid).is_some_and(|it| *it != socket) =>
            {
                found.insert(cid);
            }
            _ => {}
        }
    }
    found
}

/// The entry of that place in a log that is as it should be, or wherever else it stands.
fn entry(log: &RoomLog, seq: Seq) -> Option<&Fact> {
    let at = usize::try_from(seq.get().checked_sub(1)?).ok()?;
    let usual = log.entries.get(at).filter(|it| it.seq == seq);
    usual.or_else(|| log.entries.iter().find(|it| it.seq == seq))
}

/// When a client signed out, if it did.
fn signed_out(events: &[Event]) -> Option<Micros> {
    events.iter().find(|it| it.what == Happened::SignedOut).map(|it| it.at)
}
