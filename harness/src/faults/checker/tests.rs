//! Each rule is broken by hand, and nearly; then histories of a correct model pass, and whatever
//! is done to them is noticed.

mod by_hand;
mod figures;
mod hosts;
mod model;
mod mutations;

use super::{Evidence, Expected, Integrity, Machine, Rule, Violation, check};
use crate::faults::history::{
    Digest, Fact, Happened, History, Kind, LogSource, Logs, Micros, RoomLog, SocketNo, View,
};
use app::protocol::ids::{Cid, Epoch, RoomId, Seq, UserId};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn seq(n: u64) -> Seq {
    Seq::ZERO.plus(n)
}

fn user(client: usize) -> UserId {
    UserId(id(0x1_0000 + client as u128))
}

fn epoch(n: u128) -> Epoch {
    Epoch(id(0x2_0000 + n))
}

/// A run as it was left behind, to be broken.
struct Run {
    history: History,
    database: Logs,
    nodes: Vec<Logs>,
    machines: Vec<Machine>,
    integrity: Vec<Integrity>,
    expected: Expected,
}

impl Run {
    /// Rooms that are empty.
    fn new(rooms: &[RoomId]) -> Self {
        let empty = |room: &RoomId| {
            (*room, RoomLog { head: Seq::ZERO, entries: Vec::new(), tells_who_comes: true })
        };
        let rooms: HashMap<RoomId, RoomLog> = rooms.iter().map(empty).collect();
        Self {
            history: History::new(),
            database: Logs { source: LogSource::Database, epoch: epoch(0), rooms },
            nodes: Vec::new(),
            machines: Vec::new(),
            integrity: Vec::new(),
            expected: Expected::default(),
        }
    }

    fn check(&self) -> Vec<Violation> {
        let evidence = Evidence {
            history: &self.history,
            database: &self.database,
            nodes: &self.nodes,
            machines: &self.machines,
            integrity: &self.integrity,
        };
        check(&evidence, &self.expected)
    }

    fn broken(&self) -> BTreeSet<Rule> {
        self.check().iter().map(|it| it.rule).collect()
    }

    fn log(&mut self, room: RoomId) -> &mut RoomLog {
        self.database.rooms.get_mut(&room).unwrap()
    }

    /// Appends to the database's log.
    fn append(
        &mut self,
        room: RoomId,
        client: usize,
        kind: Kind,
        said: Option<(Cid, Digest)>,
    ) -> Fact {
        let digest = said.map_or(Digest::of(kind.name(), ""), |it| it.1);
        let log = self.log(room);
        log.head = log.head.next();
        let (seq, author, cid) = (log.head, user(client), said.map(|it| it.0));
        let fact = Fact { room, seq, author, cid, kind, subject: None, digest };
        log.entries.push(fact);
        fact
    }

    fn did(&mut self, client: usize, at: u64, what: Happened) {
        self.history.happened_at(client, Micros(at), what);
    }

    fn saw(&mut self, client: usize, at: u64, socket: u32, fact: Fact) {
        self.history.saw_at(client, Micros(at), SocketNo(socket), fact);
    }

    /// The client holds the log after `start` as the database has it, and all others do too.
    fn view(&mut self, client: usize, room: RoomId, start: u64, is_last: bool) {
        let entries = self.database.rooms[&room].entries.clone();
        let entries = entries.into_iter().filter(|it| it.seq > seq(start));
        let facts = entries.map(|it| self.history.facts.number(it)).collect();
        let view = View { room, epoch: self.database.epoch, start: seq(start), facts, is_last };
        self.history.clients[client].views.push(view);
    }

    /// All became quiet with the heads that the database has, and a node tells what it has.
    fn settle(&mut self) {
        let heads = self.database.rooms.iter().map(|(room, log)| (*room, log.head));
        self.history.settled = heads.collect();
        let source = LogSource::Node("a".into());
        self.nodes = vec![Logs { source, ..self.database.clone() }];
    }
}
