//! What the log's entries change of a room: who is in it, who may not be, and how it is set.
//!
//! They are applied in the order of the log, as they come into the ring, on every node alike.

use super::{Piece, Room, State, members::Member, readers::Exit};
use crate::{
    engine::{
        encode::{appended_frames, entries_of, frame},
        session::mailbox::{Mailbox, SessionId},
    },
    planted::{self, Bug},
    store::Moved,
};
use app::protocol::{
    ids::{Millis, RoomId, Seq, UserId},
    matching::Openness,
    message::{Deed, Did, Entry, What},
    packets::{Lost, PeopleChanged, ServerPacket},
    room::{Door, RoomKind},
};
use axum::extract::ws::Utf8Bytes;

/// Entries that follow on each other as pieces of the log; `moved` where the people have to be
/// read again for it.
pub(super) fn pieces(room: RoomId, entries: Vec<Entry>, own: bool) -> Vec<Piece> {
    let is_turn = |it: &&Entry| is_turn(&it.what);
    let mut turns: Vec<_> = entries.iter().filter(is_turn).cloned().collect();
    let mut pieces = Vec::new();
    for (first, last, frame) in appended_frames(room, entries) {
        let later = turns.split_off(turns.partition_point(|it| it.seq <= last));
        let turns = std::mem::replace(&mut turns, later);
        let moved = !own && turns.iter().any(|it| it.what.moves());
        pieces.push(Piece { first, last, moved, turns, frame });
    }
    pieces
}

/// What another node told as a piece of the log.
pub(super) fn piece(first: Seq, last: Seq, turns: bool, frame: Utf8Bytes) -> Piece {
    let entries = turns.then(|| entries_of(&frame)).flatten().map(|it| it.entries);
    let mut turns = entries.unwrap_or_default();
    turns.retain(|it| is_turn(&it.what));
    let moved = turns.iter().any(|it| it.what.moves());
    Piece { first, last, moved, turns, frame }
}

/// Whether it changes something else than the log.
const fn is_turn(what: &What) -> bool {
    matches!(what, What::Joined | What::Left | What::Did(_))
}

impl Room {
    /// Takes over what the entries changed that came into the ring.
    pub(super) fn take_turns(&self, state: &mut State) {
        if state.feed.take_skipped() {
            state.readers.gap = true;
        }
        for Entry { seq, author, what, .. } in state.feed.take_turned() {
            match what {
                What::Joined => state.readers.resume(author),
                What::Left => self.put_out(state, author, (seq, None, String::new())),
                What::Did(did) => self.take_deed(state, seq, did),
                What::Message { .. } | What::Announced { .. } | What::Asked(_) | What::Unknown => {}
            }
        }
    }

    fn take_deed(&self, state: &mut State, seq: Seq, Did { deed, subject, until, text }: Did) {
        let subject = subject.map(|it| it.id);
        match (deed, subject) {
            (Deed::Kicked, Some(user)) => self.put_out(state, user, (seq, Some(deed), text)),
            (Deed::Banned, Some(user)) => {
                state.bans.insert(user, until.unwrap_or(Millis::NEVER));
                self.put_out(state, user, (seq, Some(deed), text));
            }
            (Deed::Unbanned, Some(user)) => drop(state.bans.remove(&user)),
            (Deed::Opened, _) if text == Openness::Names.name() => self.lift_veil(state),
            (Deed::Kept, _) => {
                let pair = text == "pair";
                state.row.summary.kind = if pair { RoomKind::Pair } else { RoomKind::Private };
                state.row.summary.door = Door::Invite;
                state.row.summary.closes_at = None;
                self.lift_veil(state);
                // Of more than two, somebody is the host.
                state.doubt_people(!pair);
            }
            (Deed::Closed, _) => {
                self.close(state, Exit { last: seq, deed: Some(deed), reason: text });
            }
            _ if state.set(deed, text) => {
                state.moves += 1;
                self.tell_members(state);
            }
            _ => {}
        }
    }

    /// The user is out from that place of the log on. Whoever leaves a channel still reads it.
    fn put_out(
        &self,
        state: &mut State,
        user: UserId,
        (last, deed, reason): (Seq, Option<Deed>, String),
    ) {
        let was_in = state.people.remove(&user);
        if let Some(member) = &was_in {
            self.around.crowd.left(user, self.id);
            state.moves += 1;
            state.mark(user, member.is_listed(state.row.kind));
        }
        if state.row.kind == RoomKind::Channel && deed.is_none() {
            return;
        }
        let exit = Exit { last, deed, reason };
        if planted::has(Bug::KickedReads) {
            return;
        }
        state.readers.stop(Some(user), &exit);
        if was_in.is_some() {
            self.tell_lost(state, user, &exit);
        }
    }

    /// Those in the room know each other from here on.
    fn lift_veil(&self, state: &mut State) {
        let State { veil, people, .. } = state;
        veil.lift(|user| people.contains_key(&user));
        state.moves += 1;
        let people = state.people.values().map(Member::person).collect();
        let all = PeopleChanged { room: self.id, all: true, people, gone: Vec::new() };
        state.volatile.push(frame(&ServerPacket::PeopleChanged(all)));
        self.tell_members(state);
        state.readers.wake();
    }

    /// Everybody is out, for good.
    pub(super) fn close(&self, state: &mut State, exit: Exit) {
        if std::mem::replace(&mut state.closed, true) {
            return;
        }
        state.readers.stop(None, &exit);
        for user in std::mem::take(&mut state.people).into_keys() {
            self.around.crowd.left(user, self.id);
            self.tell_lost(state, user, &exit);
        }
        state.moves += 1;
    }

    /// Sessions that read the room are told when they have read it; the others now.
    fn tell_lost(&self, state: &State, user: UserId, Exit { deed, reason, .. }: &Exit) {
        self.around.crowd.each_of([user].iter(), |mailbox| {
            if !state.readers.has(mailbox) {
                let lost = Lost { room: self.id, deed: *deed, reason: reason.clone() };
                mailbox.bring(|it| it.lost(lost));
            }
        });
    }

    /// The room is new here.
    pub(crate) fn tell_all(&self) {
        let state = self.state();
        if state.row.kind != RoomKind::Channel {
            self.tell_members(&state);
        }
    }

    /// Something about the room is another: all sessions of its members are told.
    pub(super) fn tell_members(&self, state: &State) {
        self.around.crowd.each_of(state.people.keys(), |mailbox| self.tell_gained(mailbox));
    }

    pub(super) fn tell_gained(&self, mailbox: &Mailbox) {
        mailbox.bring(|it| it.gained(self.id));
    }

    /// Takes over whose membership is another by what was written here up to `last`: those too
    /// of whom no entry tells. Sessions but the one that asked are told.
    pub(super) fn take_moves(
        &self,
        state: &mut State,
        last: Seq,
        moves: Vec<Moved>,
        asker: Option<SessionId>,
    ) {
        for Moved { user, now } in moves {
            let Some(row) = now else {
                self.put_out(state, user, (last, None, String::new()));
                continue;
            };
            let member = Member::new(row, self.around.roster.of(user));
            let before = state.people.insert(user, member);
            state.moves += 1;
            state.mark(user, before.as_ref().is_some_and(|it| it.is_listed(state.row.kind)));
            state.readers.resume(user);
            if before.is_none() {
                self.take_new(state, user, asker);
            }
        }
    }
}

impl Room {
    /// A user is a member by what was written here. Sessions but the one that asked are told.
    fn take_new(&self, state: &State, user: UserId, asker: Option<SessionId>) {
        let crowd = &self.around.crowd;
        crowd.joined(user, self.id);
        if state.row.kind != RoomKind::Channel {
            crowd.each_of([user].iter(), |mailbox| {
                if Some(mailbox.id) != asker {
                    self.tell_gained(mailbox);
                }
            });
        }
    }
}

impl State {
    /// Takes over a setting; false where the deed is none.
    fn set(&mut self, deed: Deed, text: String) -> bool {
        let room = &mut self.row.summary;
        match deed {
            Deed::Renamed => room.name = text,
            Deed::TopicSet => room.topic = text,
            Deed::CapacitySet => room.capacity = text.parse().unwrap_or(room.capacity),
            Deed::SlowSet => room.slow_secs = text.parse().unwrap_or(room.slow_secs),
            Deed::Locked | Deed::Unlocked => room.locked = deed == Deed::Locked,
            Deed::DoorSet => {
                let doors = [Door::Open, Door::Password, Door::Invite];
                room.door = doors.into_iter().find(|it| it.name() == text).unwrap_or(Door::Invite);
            }
            _ => return false,
        }
        true
    }
}
