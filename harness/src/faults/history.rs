//! What the clients of a fault run did and saw, with times, for the checker.
//!
//! One [`History`] is shared by all clients of a run (one thread: `Rc<RefCell<History>>`). What is
//! delivered is by far the most, so it is compact: the entry itself is kept once as a [`Fact`], and
//! a delivery is 16 bytes. Nothing here judges, waits or talks to a server.

use app::protocol::{
    ids::{Cid, Epoch, RoomId, Seq, UserId},
    message::{Deed, Entry, What},
    people::Presence,
    refusal::Refusal,
};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    net::SocketAddr,
    time::{Duration, Instant},
};

/// A moment: microseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Micros(pub(crate) u64);

impl Micros {
    /// How much later this is than `earlier`; 0 when it is not.
    pub(crate) const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment so much later.
    pub(crate) fn plus(self, time: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// What an entry says, as a number: its kind, its text, and until when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digest(pub(crate) u64);

impl Digest {
    /// Of something said.
    pub(crate) fn of_message(text: &str) -> Self {
        Self::of("message", text)
    }

    /// Of an entry of any kind.
    pub(crate) fn of_what(what: &What) -> Self {
        let until = match what {
            What::Did(did) => did.until.map(|it| it.0),
            _ => None,
        };
        Self::of_entry(Kind::of(what).name(), what.text(), until)
    }

    /// Of an entry by the name of its kind and its text, as a database has them.
    pub(crate) fn of(kind: &str, text: &str) -> Self {
        Self::of_entry(kind, text, None)
    }

    /// Of an entry as a database has it.
    pub(crate) fn of_entry(kind: &str, text: &str, until: Option<i64>) -> Self {
        let mut hasher = DefaultHasher::new();
        (kind, text, until).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Message,
    Joined,
    Left,
    Announced,
    /// Something that a host did, or the server.
    Did(Deed),
    /// Of a kind that this harness does not know.
    Other,
}

impl Kind {
    /// The kind of what an entry says.
    pub(crate) const fn of(what: &What) -> Self {
        match what {
            What::Message { .. } => Self::Message,
            What::Joined => Self::Joined,
            What::Left => Self::Left,
            What::Announced { .. } => Self::Announced,
            What::Did(did) => Self::Did(did.deed),
            What::Asked(_) | What::Unknown => Self::Other,
        }
    }

    /// The kind of that name, as a database has it.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "message" => Self::Message,
            "joined" => Self::Joined,
            "left" => Self::Left,
            "announced" => Self::Announced,
            other => {
                let deed = Deed::ALL.iter().find(|it| it.name() == other);
                deed.map_or(Self::Other, |it| Self::Did(*it))
            }
        }
    }

    /// Its name, as a database has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Announced => "announced",
            Self::Did(deed) => deed.name(),
            Self::Other => "other",
        }
    }
}

/// An entry as somebody saw it, or as a log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fact {
    pub(crate) room: RoomId,
    pub(crate) seq: Seq,
    pub(crate) author: UserId,
    pub(crate) cid: Option<Cid>,
    pub(crate) kind: Kind,
    /// To whom it was done.
    pub(crate) subject: Option<UserId>,
    /// Of kind, text and until when.
    pub(crate) digest: Digest,
}

impl Fact {
    /// An entry of a room.
    pub(crate) fn of(room: RoomId, entry: &Entry) -> Self {
        let Entry { seq, author, cid, .. } = *entry;
        let (kind, digest) = (Kind::of(&entry.what), Digest::of_what(&entry.what));
        let subject = match &entry.what {
            What::Did(did) => did.subject.as_ref().map(|it| it.id),
            _ => None,
        };
        Self { room, seq, author, cid, kind, subject, digest }
    }

    /// Whether the two are one entry. Servers tell the `cid` of messages only; a database has one
    /// for other entries too.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let told = |it: &Self| Self { cid: it.cid.filter(|_| it.kind == Kind::Message), ..*it };
        told(self) == told(other)
    }
}

/// The place of a [`Fact`] among the [`Facts`] of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FactNo(u32);

/// All different entries that anybody saw in a run, each once.
#[derive(Default)]
pub(crate) struct Facts {
    list: Vec<Fact>,
    numbers: HashMap<Fact, FactNo>,
}

impl Facts {
    /// The number of a fact, new or known.
    pub(crate) fn number(&mut self, fact: Fact) -> FactNo {
        *self.numbers.entry(fact).or_insert_with(|| {
            self.list.push(fact);
            FactNo(u32::try_from(self.list.len() - 1).expect("fewer than 2^32 entries in a run"))
        })
    }

    /// The fact of a number of this run.
    pub(crate) fn get(&self, number: FactNo) -> &Fact {
        &self.list[number.0 as usize]
    }

    /// All of them, in the order in which they were first seen.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.list.iter()
    }
}

/// A socket of one client: 0 is the first that it opened, whether or not that came to anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SocketNo(pub(crate) u32);

/// An entry came out of a socket, whether or not the client could use it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) at: Micros,
    pub(crate) socket: SocketNo,
    pub(crate) fact: FactNo,
}

/// Something that a client did or was told, other than an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) at: Micros,
    /// How many of the client's [`Seen`] came before this: the order between the two lists.
    pub(crate) after_seen: u32,
    pub(crate) what: Happened,
}

/// What happened to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// Begins to open a socket at this address.
    Opening { socket: SocketNo, door: SocketAddr },
    /// The upgrade was answered with 101.
    Opened { socket: SocketNo },
    /// The socket ended with this code: 1006 without a word, or given up by the client itself.
    Closed { socket: SocketNo, code: u16 },
    /// The answer to `hello`; entries that were known of another epoch are void from here on.
    Welcomed { socket: SocketNo, user: UserId, epoch: Epoch },
    /// Entries of the room after `start` follow on this socket, said the answer to `hello` or
    /// `enter`. The client had `have`; where `start` is another, it skips or begins anew.
    Followed { socket: SocketNo, room: RoomId, have: Seq, start: Seq, head: Seq },
    /// The client thinks it is a member of the room from here on.
    Entered { room: RoomId },
    /// It is one no longer: it left, or was told so.
    Left { room: RoomId },
    /// Asks to become a member of a room with a host.
    AskedIn { room: RoomId },
    /// The server says on this socket that it is in the room no longer: nothing more of it follows
    /// until it asked to come in again.
    PutOut { socket: SocketNo, room: RoomId },
    /// Asks on this socket for everything after a place.
    Sought { socket: SocketNo, room: RoomId, after: Seq },
    /// The newest entry of a room, as a beat or a list of counts told it.
    HeadTold { socket: SocketNo, room: RoomId, head: Seq },
    /// Gives something to its outbox. `intended` is when it was meant to be said.
    Said { cid: Cid, room: RoomId, text: Digest, intended: Micros },
    /// Writes it to a socket (for the first time, or again).
    Sent { socket: SocketNo, cid: Cid },
    /// The server says that it is stored at that place.
    Acked { socket: SocketNo, cid: Cid, room: RoomId, seq: Seq },
    /// The server says that it will not be stored.
    Refused { socket: SocketNo, cid: Cid, reason: Refusal },
    /// The server asks to send it again after a pause.
    Postponed { socket: SocketNo, cid: Cid, reason: Refusal },
    /// Somebody's presence, as the people list would show it now.
    PresenceSeen { room: RoomId, user: UserId, presence: Presence },
    /// Has lost its socket, or learnt that it is behind: from here on it is not consistent.
    Disrupted,
    /// Is consistent again: welcomed, has the heads that it was told, and all that was waiting to
    /// be answered when it was disrupted has been answered.
    Recovered,
    /// Ended its login over HTTP; the server had answered by now.
    SignedOut,
}

/// What a client had of one room's log: a stretch without holes, as its page would show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) room: RoomId,
    /// The lineage of its numbers.
    pub(crate) epoch: Epoch,
    /// The place before the first entry.
    pub(crate) start: Seq,
    /// The entries in the order shown; the first should be at `start` + 1.
    pub(crate) facts: Vec<FactNo>,
    /// The client held it when the run ended; otherwise it threw it away before.
    pub(crate) is_last: bool,
}

/// Something that was still in an outbox when the run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remaining {
    pub(crate) cid: Cid,
    /// The user would see it as refused; otherwise it waits, is on its way, or is acknowledged
    /// without having been shown by the log yet.
    pub(crate) is_refused: bool,
}

/// What one client did and saw.
#[derive(Default)]
pub(crate) struct ClientHistory {
    pub(crate) name: String,
    /// Known from the sign-up on.
    pub(crate) user: Option<UserId>,
    /// In the order of time.
    pub(crate) events: Vec<Event>,
    /// In the order of time.
    pub(crate) seen: Vec<Seen>,
    /// In the order in which they were given up; the last ones are held at the end.
    pub(crate) views: Vec<View>,
    pub(crate) remaining: Vec<Remaining>,
    /// It sends everything more than once, perhaps by two nodes: a refusal of one copy says
    /// nothing about the others.
    pub(crate) sends_copies: bool,
}

/// A named stretch of the run, for the figures: before, during and after a fault, say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phase {
    pub(crate) name: String,
    pub(crate) from: Micros,
    /// Not part of it.
    pub(crate) to: Micros,
}

/// What all clients of a run did and saw.
pub(crate) struct History {
    begun: Instant,
    pub(crate) facts: Facts,
    /// By the clients' numbers.
    pub(crate) clients: Vec<ClientHistory>,
    /// Set by the runner.
    pub(crate) phases: Vec<Phase>,
    /// From this moment on, all clients should become consistent: faults are mended. Set by the
    /// runner, as often as it mends something.
    pub(crate) mended: Vec<Micros>,
    /// The newest entries when all had become quiet: every client that lives has them.
    pub(crate) settled: HashMap<RoomId, Seq>,
    /// Rooms that clients made and keep order in. Set by the runner.
    pub(crate) hosted: HashSet<RoomId>,
}

impl Default for History {
    fn default() -> Self {
        Self::new()
    }
}

impl History {
    /// An empty one, that begins now.
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            facts: Facts::default(),
            clients: Vec::new(),
            phases: Vec::new(),
            mended: Vec::new(),
            settled: HashMap::new(),
            hosted: HashSet::new(),
        }
    }

    /// How far the run is.
    pub(crate) fn now(&self) -> Micros {
        Micros(u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// When the run began.
    pub(crate) const fn begun(&self) -> Instant {
        self.begun
    }

    /// Adds a client; its number.
    pub(crate) fn add_client(&mut self, name: String) -> usize {
        self.clients.push(ClientHistory { name, ..ClientHistory::default() });
        self.clients.len() - 1
    }

    /// Something happened to a client now.
    pub(crate) fn happened(&mut self, client: usize, what: Happened) {
        let at = self.now();
        self.happened_at(client, at, what);
    }

    /// Something happened to a client at that moment, not before what is recorded of it already.
    pub(crate) fn happened_at(&mut self, client: usize, at: Micros, what: Happened) {
        let client = &mut self.clients[client];
        let after_seen = u32::try_from(client.seen.len()).expect("fewer than 2^32 deliveries");
        client.events.push(Event { at, after_seen, what });
    }

    /// An entry came out of a client's socket now.
    pub(crate) fn saw(&mut self, client: usize, socket: SocketNo, fact: Fact) -> FactNo {
        let at = self.now();
        self.saw_at(client, at, socket, fact)
    }

    /// An entry came out of a client's socket at that moment.
    pub(crate) fn saw_at(
        &mut self,
        client: usize,
        at: Micros,
        socket: SocketNo,
        fact: Fact,
    ) -> FactNo {
        let fact = self.facts.number(fact);
        self.clients[client].seen.push(Seen { at, socket, fact });
        fact
    }

    /// A phase begins now, and the one before it ends.
    pub(crate) fn begin_phase(&mut self, name: &str) {
        let now = self.now();
        self.end_phase_at(now);
        self.phases.push(Phase { name: name.to_owned(), from: now, to: Micros(u64::MAX) });
    }

    /// The last phase ends now, if it has not.
    pub(crate) fn end_phase(&mut self) {
        let now = self.now();
        self.end_phase_at(now);
    }

    fn end_phase_at(&mut self, now: Micros) {
        if let Some(last) = self.phases.last_mut().filter(|it| it.to.0 == u64::MAX) {
            last.to = now;
        }
    }

    /// All should have these entries by now.
    pub(crate) fn settle(&mut self, heads: &HashMap<RoomId, Seq>) {
        self.settled.clone_from(heads);
    }

    /// A fault was mended now: from here on the clients recover.
    pub(crate) fn mended_now(&mut self) {
        let now = self.now();
        self.mended.push(now);
    }
}

/// Where a log was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LogSource {
    /// The truth.
    Database,
    /// A node's REST API.
    Node(String),
}

/// The log of one room, as some source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoomLog {
    /// What the source says is the newest entry.
    pub(crate) head: Seq,
    /// In the order read, which should be that of their `seq`.
    pub(crate) entries: Vec<Fact>,
    /// Entries tell who came and went, as they do in most kinds of rooms.
    pub(crate) tells_who_comes: bool,
}

/// The logs of all rooms, as one source has them after the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logs {
    pub(crate) source: LogSource,
    pub(crate) epoch: Epoch,
    pub(crate) rooms: HashMap<RoomId, RoomLog>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::protocol::{ids::Millis, message::Did};
    use uuid::Uuid;

    fn fact(seq: u64, text: &str) -> Fact {
        Fact {
            room: RoomId(Uuid::nil()),
            seq: Seq::ZERO.plus(seq),
            author: UserId(Uuid::nil()),
            cid: None,
            kind: Kind::Message,
            subject: None,
            digest: Digest::of_message(text),
        }
    }

    #[test]
    fn a_fact_has_one_number_and_another_text_is_another_fact() {
        let mut facts = Facts::default();
        let one = facts.number(fact(1, "a"));
        assert_eq!(facts.number(fact(1, "a")), one);
        assert_ne!(facts.number(fact(1, "b")), one);
        assert_eq!((facts.iter().count(), *facts.get(one)), (2, fact(1, "a")));
    }

    #[test]
    fn the_order_of_events_and_deliveries_is_kept_and_a_delivery_is_small() {
        let mut history = History::new();
        let ann = history.add_client("ann".into());
        history.happened_at(ann, Micros(5), Happened::Disrupted);
        history.saw_at(ann, Micros(5), SocketNo(0), fact(1, "a"));
        history.happened_at(ann, Micros(5), Happened::Recovered);
        let after: Vec<u32> = history.clients[ann].events.iter().map(|it| it.after_seen).collect();
        assert_eq!(after, [0, 1]);
        assert_eq!(size_of::<Seen>(), 16);
    }

    #[test]
    fn phases_follow_each_other() {
        let mut history = History::new();
        history.begin_phase("before");
        history.begin_phase("during");
        history.end_phase();
        history.end_phase();
        assert_eq!(history.phases[0].to, history.phases[1].from);
        assert!(history.phases[1].to.0 < u64::MAX);
    }

    #[test]
    fn a_digest_tells_kinds_and_texts_apart() {
        let said = What::Message { text: "a".into() };
        assert_eq!(Digest::of_what(&said), Digest::of_message("a"));
        assert_ne!(Digest::of_what(&said), Digest::of_what(&What::Announced { text: "a".into() }));
        assert_ne!(Digest::of_what(&What::Joined), Digest::of_what(&What::Left));
        let banned = |until| Did { deed: Deed::Banned, subject: None, until, text: "a".into() };
        let digest = |until| Digest::of_what(&What::Did(banned(until)));
        assert_ne!(digest(Some(Millis(7))), digest(None));
        assert_eq!(digest(Some(Millis(7))), Digest::of_entry("banned", "a", Some(7)));
        assert_eq!(Kind::named("banned"), Kind::of(&What::Did(banned(None))));
    }
}
