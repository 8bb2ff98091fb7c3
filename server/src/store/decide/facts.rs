//! What a transaction knows when it decides a batch; afterwards, what it has to write.

use crate::store::{Appending, Fence, RoomSanction};
use app::protocol::{
    ids::{Cid, InviteId, LoginId, Millis, RoomId, Seq, UserId},
    people::Role,
    room::{Door, Rank, RoomKind},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A room as the transaction found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct RoomState {
    pub(in crate::store) head: Seq,
    pub(in crate::store) people: u32,
    pub(in crate::store) settings: Settings,
}

#[cfg(test)]
impl RoomState {
    /// A room as it is made, without anybody in it.
    pub(in crate::store) fn new(kind: RoomKind, capacity: u32) -> Self {
        let settings = Settings {
            kind,
            capacity,
            door: Door::Open,
            password: None,
            locked: false,
            slow_secs: 0,
            host: None,
            successor: None,
            empty_mins: None,
            empty_since: None,
            closes_at: None,
            closed_at: None,
            asked_by: None,
            sanctions: 0,
            waiting: 0,
            name: None,
            topic: None,
        };
        Self { head: Seq::ZERO, people: 0, settings }
    }
}

/// Of a room what changes seldom, so that it is written only where it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Settings {
    pub(in crate::store) kind: RoomKind,
    pub(in crate::store) capacity: u32,
    pub(in crate::store) door: Door,
    pub(in crate::store) password: Option<String>,
    pub(in crate::store) locked: bool,
    pub(in crate::store) slow_secs: u32,
    pub(in crate::store) host: Option<UserId>,
    pub(in crate::store) successor: Option<UserId>,
    pub(in crate::store) empty_mins: Option<u32>,
    pub(in crate::store) empty_since: Option<Millis>,
    pub(in crate::store) closes_at: Option<Millis>,
    pub(in crate::store) closed_at: Option<Millis>,
    pub(in crate::store) asked_by: Option<UserId>,
    pub(in crate::store) sanctions: u32,
    pub(in crate::store) waiting: u32,
    /// Another name or topic than the room had; those it had are not read.
    pub(in crate::store) name: Option<String>,
    pub(in crate::store) topic: Option<String>,
}

/// A user as far as it matters for what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct AccountState {
    pub(in crate::store) name: String,
    pub(in crate::store) role: Role,
    /// The version of their picture; not read where only messages are decided.
    pub(in crate::store) picture: Option<String>,
    pub(in crate::store) banned_until: Option<Millis>,
    pub(in crate::store) muted_until: Option<Millis>,
}

/// How a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct MemberState {
    pub(in crate::store) joined_at: Millis,
    pub(in crate::store) cohost_at: Option<Millis>,
    pub(in crate::store) speaker: bool,
    /// Kept in rooms with slow mode.
    pub(in crate::store) said_at: Option<Millis>,
}

/// A ban or mute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct SanctionState {
    pub(in crate::store) until: Millis,
    pub(in crate::store) reason: String,
    pub(in crate::store) by: UserId,
    pub(in crate::store) at: Millis,
}

/// An invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct InviteState {
    pub(in crate::store) room: RoomId,
    pub(in crate::store) expires_at: Millis,
    /// None for as often as one likes.
    pub(in crate::store) uses_left: Option<u32>,
    pub(in crate::store) used: u32,
}

impl InviteState {
    /// Whether somebody may still come in by it.
    pub(super) fn holds(&self, now: Millis) -> bool {
        self.expires_at > now && self.uses_left != Some(0)
    }
}

/// What is known when a batch is decided. Afterwards: as it is to be written.
#[derive(Debug, Default)]
pub(in crate::store) struct Facts {
    pub(in crate::store) rooms: BTreeMap<RoomId, RoomState>,
    pub(in crate::store) logins: HashSet<LoginId>,
    /// The fence of the lease, where the batch has changes by its holder.
    pub(in crate::store) fence: Option<Fence>,
    /// Whoever the batch is about.
    pub(in crate::store) accounts: HashMap<UserId, AccountState>,
    /// Of the members those that the batch is about. Where a host may leave by it, those who may
    /// follow, too.
    pub(in crate::store) members: HashMap<(RoomId, UserId), MemberState>,
    /// Of the sanctions those of whom the batch is about.
    pub(in crate::store) sanctions: HashMap<(RoomId, UserId, RoomSanction), SanctionState>,
    /// All who wait, the longest first, in rooms where a place may get free by the batch.
    pub(in crate::store) waiting: BTreeMap<RoomId, Vec<(Millis, UserId)>>,
    pub(in crate::store) invites: HashMap<InviteId, InviteState>,
    /// Direct rooms of whose two one wants nothing to do with the other.
    pub(in crate::store) apart: HashSet<RoomId>,
    pub(in crate::store) known: HashMap<(UserId, Cid), Appending>,
}

impl Facts {
    /// The rank that the user has in the room itself, whatever their role on the server.
    pub(in crate::store) fn own_rank(&self, room: RoomId, user: UserId) -> Rank {
        let host = self.rooms.get(&room).and_then(|it| it.settings.host);
        match self.members.get(&(room, user)) {
            Some(_) if host == Some(user) => Rank::Host,
            Some(member) if member.cohost_at.is_some() => Rank::Cohost,
            Some(_) | None => Rank::Member,
        }
    }

    /// What may change, as it is now.
    pub(in crate::store) fn before(&self) -> Self {
        Self {
            rooms: self.rooms.clone(),
            members: self.members.clone(),
            sanctions: self.sanctions.clone(),
            waiting: self.waiting.clone(),
            invites: self.invites.clone(),
            ..Self::default()
        }
    }

    /// The user's ban or mute in the room, where it is not over.
    pub(super) fn sanctioned(
        &self,
        room: RoomId,
        user: UserId,
        sanction: RoomSanction,
        now: Millis,
    ) -> Option<Millis> {
        let found = self.sanctions.get(&(room, user, sanction))?;
        Some(found.until).filter(|it| *it > now)
    }
}
