//! Who reads a room, how far each may read, and what ends it.
//!
//! A reader gets what the log says up to and with the entry that puts them out, and nothing after
//! it. Where the log in memory has a gap, nobody gets anything until the people were read.

use super::{Room, State, ring::Found};
use crate::engine::{
    encode::frame,
    session::mailbox::{Mailbox, SessionId},
};
use crate::veil::Veil;
use app::protocol::{
    ids::{Seq, UserId},
    message::Deed,
    packets::{Lost, PeopleChanged, ServerPacket},
    refusal::Refusal,
};
use axum::extract::ws::Utf8Bytes;
use std::{collections::HashMap, sync::Arc};

/// Where a reader's room ends, and what they are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exit {
    /// The last entry that they get.
    pub(super) last: Seq,
    pub(super) deed: Option<Deed>,
    pub(super) reason: String,
}

/// Why a reader gets no more for now, or for good.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
    /// They are said to be out, and the log was not yet read for when.
    Held,
    /// They are out.
    At(Exit),
}

/// The sessions that read a room.
#[derive(Debug, Default)]
pub(super) struct Readers {
    all: Vec<Arc<Mailbox>>,
    /// Those who get no more; each of the others may read everything.
    stops: HashMap<SessionId, Stop>,
    /// Part of the log was passed over: nobody reads until the people were read.
    pub(super) gap: bool,
}

impl Readers {
    pub(super) fn wake(&self) {
        for mailbox in &self.all {
            mailbox.wake();
        }
    }

    /// Stops the user's sessions; those of all users, where none is named.
    pub(super) fn stop(&mut self, user: Option<UserId>, exit: &Exit) {
        for mailbox in self.all.iter().filter(|it| user.is_none_or(|user| it.user == user)) {
            // Who is out already stays so.
            let stop = self.stops.entry(mailbox.id).or_insert(Stop::Held);
            if *stop == Stop::Held {
                *stop = Stop::At(exit.clone());
            }
            mailbox.wake();
        }
    }

    /// The user is in again, before their sessions noticed that they were out.
    pub(super) fn resume(&mut self, user: UserId) {
        if self.stops.is_empty() {
            return;
        }
        for mailbox in self.all.iter().filter(|it| it.user == user) {
            self.stops.remove(&mailbox.id);
            mailbox.wake();
        }
    }

    pub(super) fn has(&self, mailbox: &Mailbox) -> bool {
        self.all.iter().any(|it| it.id == mailbox.id)
    }

    /// The people were read, of a log that reached up to `head` here. Whoever may not read by now
    /// and is not known to be out is held; true when there are such, and the log has to be read
    /// for why. Whoever was held before is out: the log did not tell.
    pub(super) fn judge(&mut self, head: Seq, may_read: impl Fn(UserId) -> bool) -> bool {
        self.gap = false;
        let mut strays = false;
        for mailbox in &self.all {
            let stop = self.stops.get(&mailbox.id);
            let now = match (may_read(mailbox.user), stop) {
                (true, None) | (false, Some(Stop::At(_))) => continue,
                (true, Some(_)) => None,
                (false, None) => Some(Stop::Held),
                (false, Some(Stop::Held)) => {
                    Some(Stop::At(Exit { last: head, deed: None, reason: String::new() }))
                }
            };
            strays |= now == Some(Stop::Held);
            match now {
                Some(stop) => drop(self.stops.insert(mailbox.id, stop)),
                None => drop(self.stops.remove(&mailbox.id)),
            }
            mailbox.wake();
        }
        strays
    }
}

/// What is new for a reader.
#[derive(Debug)]
pub(crate) struct Fresh {
    /// Entries.
    pub(crate) found: Found,
    /// How far they may read in the store, where they have to.
    pub(crate) limit: Seq,
    /// Volatile frames.
    pub(crate) volatile: Vec<Utf8Bytes>,
    /// Where they then stand among the volatile frames.
    pub(crate) heard: u64,
    /// Whom they do not know in all that.
    pub(crate) veil: Veil,
    /// With these entries they have everything that they get.
    pub(crate) lost: Option<Lost>,
}

impl Room {
    /// Wakes the session at everything new from now on, if its user may read the room; returns
    /// the place among the volatile frames where it begins.
    pub(crate) fn follow(&self, mailbox: &Arc<Mailbox>) -> Result<u64, Refusal> {
        let mut state = self.state();
        state.admits(mailbox.user)?;
        state.readers.stops.remove(&mailbox.id);
        if !state.readers.has(mailbox) {
            state.readers.all.push(mailbox.clone());
        }
        Ok(state.volatile.newest())
    }

    /// The session is gone, or its room is.
    pub(crate) fn unfollow(&self, mailbox: &Mailbox) {
        let readers = &mut self.state().readers;
        readers.all.retain(|it| it.id != mailbox.id);
        readers.stops.remove(&mailbox.id);
    }

    /// What is new for a reader: entries behind `cursor`, volatile frames behind `heard`.
    pub(crate) fn read(&self, mailbox: &Mailbox, cursor: Seq, heard: u64) -> Fresh {
        let state = self.state();
        let ring = state.feed.ring();
        let nothing = |found, limit, lost| {
            let heard = state.volatile.newest();
            let (volatile, veil) = (Vec::new(), state.veil.clone());
            Fresh { found, limit, volatile, heard, veil, lost }
        };
        match state.readers.stops.get(&mailbox.id) {
            Some(Stop::At(exit)) => {
                let found = ring.between(cursor, exit.last);
                let is_all = found != Found::Fallen;
                nothing(found, exit.last, is_all.then(|| exit.told(self)))
            }
            Some(Stop::Held) => nothing(Found::Nothing, cursor, None),
            None if state.readers.gap => nothing(Found::Nothing, cursor, None),
            None => Fresh {
                volatile: state.volatile_for(self, mailbox.user, heard),
                ..nothing(ring.after(cursor), ring.head(), None)
            },
        }
    }

    /// The newest entry that a reader who has all up to `cursor` may get.
    pub(crate) fn head_for(&self, mailbox: &Mailbox, cursor: Seq) -> Seq {
        let state = self.state();
        match state.readers.stops.get(&mailbox.id) {
            Some(Stop::At(exit)) => exit.last,
            Some(Stop::Held) => cursor,
            None => state.feed.ring().head(),
        }
    }
}

impl Exit {
    fn told(&self, room: &Room) -> Lost {
        Lost { room: room.id, deed: self.deed, reason: self.reason.clone() }
    }
}

impl State {
    fn volatile_for(&self, room: &Room, user: UserId, heard: u64) -> Vec<Utf8Bytes> {
        let (frames, missed) = self.volatile.after(heard);
        if !missed {
            return frames;
        }
        let people = self.listed(user);
        let all = PeopleChanged { room: room.id, all: true, people, gone: Vec::new() };
        vec![frame(&ServerPacket::PeopleChanged(all))]
    }
}
