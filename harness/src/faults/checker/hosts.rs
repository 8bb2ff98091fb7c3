//! Rooms with hosts: exactly one host at any time, nothing done without the rank for it, nothing
//! said by the muted, and nothing read by whoever was put out until they came in again (C9).

use super::{Rule, Truth, Violation};
use crate::faults::history::{Event, Fact, Happened, Kind, RoomLog, Seen, SocketNo};
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    message::Deed,
    room::Rank,
};
use std::collections::{HashMap, HashSet};

pub(super) fn check(truth: &Truth<'_>, found: &mut Vec<Violation>) {
    let logs = truth.history.hosted.iter().filter_map(|it| Some((*it, truth.logs.rooms.get(it)?)));
    let logs: HashMap<RoomId, &RoomLog> = logs.collect();
    for (room, log) in &logs {
        let mut standing = Standing::default();
        for fact in &log.entries {
            if let Err(what) = standing.take(fact) {
                found.push(Violation::new(Rule::C9, what).place(*room, fact.seq));
            }
        }
    }
    for client in 0..truth.history.clients.len() {
        let mut reader = Reader::new(truth, client, &logs);
        reader.check(found);
    }
}

/// Who is in the room in the end; nobody, once it is closed.
pub(super) fn is_member(log: &RoomLog, user: UserId) -> bool {
    let mut standing = Standing::default();
    for fact in &log.entries {
        // What is wrong with it is told elsewhere.
        _ = standing.take(fact);
    }
    standing.members.contains(&user)
}

/// How everybody stands after a stretch of the log.
#[derive(Default)]
struct Standing {
    members: HashSet<UserId>,
    cohosts: HashSet<UserId>,
    muted: HashSet<UserId>,
    host: Option<UserId>,
    /// The host is gone, and the next entry must name another, or close the room.
    awaits_host: bool,
}

impl Standing {
    /// The next entry; what is wrong with it.
    fn take(&mut self, fact: &Fact) -> Result<(), String> {
        let judged = self.judge(fact);
        self.awaits_host = false;
        match (fact.kind, fact.subject) {
            (Kind::Joined, _) => self.join(fact.author),
            (Kind::Left, _) => self.part(fact.author),
            (Kind::Did(deed), subject) => self.done(deed, fact.author, subject),
            _ => {}
        }
        judged
    }

    fn judge(&self, fact: &Fact) -> Result<(), String> {
        let Fact { kind, author, subject, .. } = *fact;
        let is_of_hosts = matches!(kind, Kind::Did(Deed::Hosted | Deed::Closed));
        if self.awaits_host && !is_of_hosts {
            return Err("the host is gone, and nobody else is the host".into());
        }
        match kind {
            Kind::Message if self.muted.contains(&author) && self.rank(author) < Rank::Host => {
                Err(format!("{author} may not speak here"))
            }
            Kind::Did(Deed::Hosted) if !subject.is_some_and(|it| self.members.contains(&it)) => {
                Err("the new host is not a member".into())
            }
            Kind::Did(Deed::Kicked | Deed::Banned | Deed::Muted)
                if subject.is_none_or(|it| self.rank(author) <= self.rank(it)) =>
            {
                Err(format!("{author} has not the rank to do that to {subject:?}"))
            }
            Kind::Did(Deed::Unmuted | Deed::Locked | Deed::Unlocked)
                if self.rank(author) < Rank::Cohost =>
            {
                Err(format!("{author} is neither host nor co-host"))
            }
            Kind::Did(Deed::CohostMade | Deed::CohostEnded) if self.rank(author) < Rank::Host => {
                Err(format!("{author} is not the host"))
            }
            _ => Ok(()),
        }
    }

    fn rank(&self, user: UserId) -> Rank {
        if self.host == Some(user) {
            Rank::Host
        } else if self.cohosts.contains(&user) {
            Rank::Cohost
        } else {
            Rank::Member
        }
    }

    /// The first one in is the host.
    fn join(&mut self, user: UserId) {
        self.members.insert(user);
        self.host.get_or_insert(user);
    }

    fn part(&mut self, user: UserId) {
        self.members.remove(&user);
        self.cohosts.remove(&user);
        // In an empty room there is nobody to follow: it is closed, or waits for the next to come.
        self.awaits_host = self.host == Some(user) && !self.members.is_empty();
    }

    fn done(&mut self, deed: Deed, author: UserId, subject: Option<UserId>) {
        let Some(user) = subject else {
            if deed == Deed::Closed {
                self.members.clear();
            }
            return;
        };
        match deed {
            Deed::Kicked | Deed::Banned => self.part(user),
            Deed::Muted => _ = self.muted.insert(user),
            Deed::Unmuted => _ = self.muted.remove(&user),
            Deed::CohostMade => _ = self.cohosts.insert(user),
            Deed::CohostEnded => _ = self.cohosts.remove(&user),
            Deed::Hosted => self.pass_on(author, user),
            _ => {}
        }
    }

    /// Whoever passes the room on by themselves stays as a co-host.
    fn pass_on(&mut self, author: UserId, user: UserId) {
        if self.host == Some(author) && self.members.contains(&author) && author != user {
            self.cohosts.insert(author);
        }
        self.cohosts.remove(&user);
        self.host = Some(user);
    }
}

/// While the user was out: after the entry that put them out, up to and without the one by which
/// they came in for the given time.
struct Absence {
    after: Seq,
    until: Seq,
    /// How often they had come in by then.
    comings: usize,
}

/// What a client read of rooms with hosts, held against when it was in them.
struct Reader<'a> {
    truth: &'a Truth<'a>,
    client: usize,
    absences: HashMap<RoomId, Vec<Absence>>,
    /// How often it asked to come in.
    asked: HashMap<RoomId, usize>,
    /// On these sockets it was told that it is out.
    out: HashSet<(SocketNo, RoomId)>,
}

impl<'a> Reader<'a> {
    fn new(truth: &'a Truth<'a>, client: usize, logs: &HashMap<RoomId, &RoomLog>) -> Self {
        let user = truth.client(client).user;
        let absences = logs.iter().map(|(room, log)| (*room, absences(log, user))).collect();
        let (asked, out) = (HashMap::new(), HashSet::new());
        Self { truth, client, absences, asked, out }
    }

    fn check(&mut self, found: &mut Vec<Violation>) {
        let its = self.truth.client(self.client);
        let epochs = self.truth.epochs(self.client);
        let mut events = its.events.iter().peekable();
        for (at, seen) in its.seen.iter().enumerate() {
            while let Some(event) = events.next_if(|it| it.after_seen as usize <= at) {
                self.note(event);
            }
            if epochs.is_current(seen.socket)
                && let Err(what) = self.read(seen)
            {
                let fact = self.truth.history.facts.get(seen.fact);
                let breach = Violation::new(Rule::C9, what).client(self.client);
                found.push(breach.place(fact.room, fact.seq));
            }
        }
    }

    fn note(&mut self, event: &Event) {
        match event.what {
            Happened::AskedIn { room } => {
                *self.asked.entry(room).or_default() += 1;
                self.out.retain(|it| it.1 != room);
            }
            Happened::PutOut { socket, room } => _ = self.out.insert((socket, room)),
            Happened::Followed { room, .. } => self.out.retain(|it| it.1 != room),
            _ => {}
        }
    }

    fn read(&self, seen: &Seen) -> Result<(), String> {
        let Fact { room, seq, .. } = *self.truth.history.facts.get(seen.fact);
        if self.out.contains(&(seen.socket, room)) {
            return Err("read after it was told that it is out".into());
        }
        let asked = self.asked.get(&room).copied().unwrap_or_default();
        let of_room = self.absences.get(&room).map_or(&[][..], Vec::as_slice);
        let absent = of_room.iter().find(|it| it.after < seq && seq < it.until);
        match absent.filter(|it| asked < it.comings) {
            Some(it) => {
                Err(format!("read by whom {} put out, and who had not come back", it.after))
            }
            None => Ok(()),
        }
    }
}

/// When the user was out of the room after they had been in it. Each coming but that of the maker
/// was asked for.
fn absences(log: &RoomLog, user: Option<UserId>) -> Vec<Absence> {
    let mut found: Vec<Absence> = Vec::new();
    let mut comings = 0;
    for fact in log.entries.iter().filter(|it| Some(it.subject.unwrap_or(it.author)) == user) {
        match fact.kind {
            Kind::Joined => {
                comings += usize::from(fact.seq > Seq::ZERO.next());
                if let Some(last) = found.last_mut() {
                    (last.until, last.comings) = (fact.seq, comings);
                }
            }
            Kind::Left | Kind::Did(Deed::Kicked | Deed::Banned) => {
                let until = Seq::ZERO.plus(u64::from(u32::MAX));
                // Who never came back has not asked often enough, however often that was.
                found.push(Absence { after: fact.seq, until, comings: usize::MAX });
            }
            _ => {}
        }
    }
    found
}
