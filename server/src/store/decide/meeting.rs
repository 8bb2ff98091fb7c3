//! Rooms of people who were matched: keeping them, opening up, and how they end.

use super::{AppendError, Around, Deed, Turn, UserId};
use app::protocol::{
    ids::{Millis, RoomId},
    limits::ROOM_NAME_CHARS_MAX,
    matching::Openness,
    room::{Door, RoomKind},
};
use std::collections::BTreeMap;

/// Whoever parts within this time, before they talked, left early.
const EARLY_MS: i64 = 2 * 60 * 1000;
/// Two talked where each of them said so much.
const TALKED_MESSAGES: u32 = 3;

pub(in crate::store) type Meetings = BTreeMap<RoomId, Meeting>;

/// What stands of a match or pair room beside the room itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Meeting {
    pub(in crate::store) began_at: Millis,
    /// What all agreed to show.
    pub(in crate::store) openness: Openness,
    /// Those who are in it.
    pub(in crate::store) meeters: BTreeMap<UserId, Meeter>,
    /// The addresses of pair rooms that two of them have already. Read where somebody wants to
    /// keep this one.
    pub(in crate::store) pairs: Vec<String>,
}

/// What one of them wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Meeter {
    pub(in crate::store) keep: bool,
    /// Up to where they are willing to show themselves.
    pub(in crate::store) openness: Openness,
    /// They are known to the others by a mask.
    pub(in crate::store) masked: bool,
    /// How much they said here. Read where somebody leaves, or its time may be over.
    pub(in crate::store) said: u32,
}

impl Meeting {
    /// From here on they know each other.
    fn unmask(&mut self) {
        self.openness = Openness::Names;
        self.meeters.values_mut().for_each(|it| it.masked = false);
    }

    /// The address of the pair room that these two would have.
    fn address(&self) -> Option<String> {
        let users: Vec<_> = self.meeters.keys().copied().collect();
        if let [one, other] = users[..] { Some(pair_address(one, other)) } else { None }
    }

    /// Whether two of them talked, or more.
    fn is_talk(&self) -> bool {
        self.meeters.values().filter(|it| it.said >= TALKED_MESSAGES).count() >= 2
    }
}

/// Something that counts when people are matched: whose, what, and when.
pub(in crate::store) type Conduct = (UserId, &'static str, Millis);

/// The address of the pair room of these two: the same whoever of them asks.
pub(in crate::store) fn pair_address(one: UserId, other: UserId) -> String {
    let (low, high) = (one.min(other), one.max(other));
    format!("pair:{low}:{high}")
}

impl Around<'_> {
    fn meeting(&self, room: RoomId) -> Option<&Meeting> {
        self.meetings.get(&room)
    }
}

impl Turn<'_> {
    /// The author wants to keep the room, or does not any more. Once all in it want to, it is kept.
    pub(super) fn keep(&mut self, on: bool) -> Result<(), AppendError> {
        let meeting = self.met()?;
        match self.room.settings.kind {
            RoomKind::Match => {}
            // It is kept, and so it stays.
            RoomKind::Pair if on => return Ok(()),
            _ => return Err(AppendError::NotAllowed),
        }
        let others = meeting.meeters.iter().filter(|(id, _)| **id != self.append.author);
        let all = on && meeting.meeters.len() > 1 && others.clone().all(|(_, it)| it.keep);
        if on && meeting.address().is_some_and(|it| meeting.pairs.contains(&it)) {
            return Err(AppendError::NotAgreed);
        }
        self.meeter(|it| it.keep = on);
        if all {
            self.be_kept();
        }
        Ok(())
    }

    /// Two who keep their room are a pair from here on; more have a room of their own.
    fn be_kept(&mut self) {
        let (room, author, now) = (self.append.room, self.append.author, self.now);
        let Some(meeting) = self.facts.meetings.get_mut(&room) else { return };
        meeting.unmask();
        let (address, users) = (meeting.address(), meeting.meeters.keys().copied());
        let users: Vec<_> = users.collect();
        self.facts.conduct.extend(users.iter().map(|it| (*it, "kept", now)));
        let settings = &mut self.room.settings;
        (settings.door, settings.closes_at) = (Door::Invite, None);
        if address.is_some() {
            settings.kind = RoomKind::Pair;
            settings.address = address;
            return self.tell_did(Deed::Kept, None, "pair");
        }
        settings.kind = RoomKind::Private;
        self.tell_did(Deed::Kept, None, "private");
        let names: Vec<_> = users.iter().map(|it| self.name(*it)).collect();
        let name: String = names.join(", ").chars().take(ROOM_NAME_CHARS_MAX).collect();
        self.room.settings.name = Some(name.clone());
        self.tell_did(Deed::Renamed, None, &name);
        self.make_host(author);
        self.tell_did(Deed::Hosted, Some(author), "");
    }

    /// The author is willing to show themselves up to there. What all are willing to show is shown
    /// from here on; it is not taken back.
    pub(super) fn open(&mut self, to: Openness) -> Result<(), AppendError> {
        let shown = self.met()?.openness;
        if self.room.settings.kind == RoomKind::Pair && to <= shown {
            return Ok(());
        }
        if self.room.settings.kind != RoomKind::Match || to < shown {
            return Err(AppendError::NotAllowed);
        }
        self.meeter(|it| it.openness = to);
        let Some(meeting) = self.facts.meetings.get_mut(&self.append.room) else { return Ok(()) };
        let agreed = meeting.meeters.values().map(|it| it.openness).min().unwrap_or_default();
        if agreed <= meeting.openness {
            return Ok(());
        }
        meeting.openness = agreed;
        if agreed == Openness::Names {
            meeting.unmask();
        }
        self.tell_did(Deed::Opened, None, agreed.name());
        Ok(())
    }

    /// The meeting that the author is in.
    fn met(&self) -> Result<&Meeting, AppendError> {
        self.member(self.append.author).ok_or_else(|| self.stranger())?;
        self.facts.meeting(self.append.room).ok_or(AppendError::NotAllowed)
    }

    /// Changes what the author wants.
    fn meeter(&mut self, change: impl FnOnce(&mut Meeter)) {
        let meeting = self.facts.meetings.get_mut(&self.append.room);
        let meeter = meeting.and_then(|it| it.meeters.get_mut(&self.append.author));
        if let Some(meeter) = meeter {
            change(meeter);
        }
    }

    /// A match room ends: where they talked, it counts for all in it.
    pub(super) fn note_talk(&mut self) {
        let Some(meeting) = self.facts.meeting(self.append.room) else { return };
        if self.room.settings.kind == RoomKind::Match && meeting.is_talk() {
            let all: Vec<_> = meeting.meeters.keys().map(|it| (*it, "talked", self.now)).collect();
            self.facts.conduct.extend(all);
        }
    }

    /// Somebody parts from a match room: notes how it was.
    pub(super) fn part_from_match(&mut self, user: UserId) {
        let Some(meeting) = self.facts.meeting(self.append.room) else { return };
        if self.room.settings.kind == RoomKind::Match {
            let is_early = self.now.since(meeting.began_at) < EARLY_MS;
            let (talks, ends) = (meeting.is_talk(), meeting.meeters.len() <= 2);
            if ends {
                self.note_talk();
            }
            if !talks && is_early {
                self.facts.conduct.push((user, "left_early", self.now));
            }
        }
        if let Some(meeting) = self.facts.meetings.get_mut(&self.append.room) {
            meeting.meeters.remove(&user);
        }
    }
}
