//! What a transaction knows when it decides a batch; afterwards, what it has to write.

use super::{Conduct, Kept, Meetings, Pairs};
use crate::questions::ready::ReadyPacks;
use crate::store::{Appending, Fence, RoomSanction};
use app::protocol::{
    ids::{Cid, InviteId, LoginId, Millis, RoomId, Seq, UserId},
    people::Role,
    room::{Door, Rank, RoomKind},
    speed::SpeedPlan,
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

/// A room as the transaction found it.
#[derive(Debug)]
pub(in crate::store) struct RoomState {
    pub(in crate::store) head: Seq,
    pub(in crate::store) people: u32,
    pub(in crate::store) settings: Kept<Settings>,
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
            address: None,
        };
        Self { head: Seq::ZERO, people: 0, settings: settings.into() }
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
    /// Another name, topic or address than the room had; those it had are not read.
    pub(in crate::store) name: Option<String>,
    pub(in crate::store) topic: Option<String>,
    pub(in crate::store) address: Option<String>,
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

type Accounts = HashMap<UserId, AccountState>;
pub(in crate::store) type Members = HashMap<(RoomId, UserId), MemberState>;
pub(in crate::store) type Sanctions = HashMap<(RoomId, UserId, RoomSanction), SanctionState>;
pub(in crate::store) type Waiting = BTreeMap<RoomId, Vec<(Millis, UserId)>>;
pub(in crate::store) type Invites = HashMap<InviteId, InviteState>;
pub(in crate::store) type Known = HashMap<(UserId, Cid), Appending>;

/// What is known when a batch is decided. Afterwards: as it is to be written.
#[derive(Debug, Default)]
pub(in crate::store) struct Facts {
    pub(in crate::store) rooms: BTreeMap<RoomId, RoomState>,
    pub(in crate::store) logins: HashSet<LoginId>,
    /// The fence of the lease, where the batch has changes by its holder.
    pub(in crate::store) fence: Option<Fence>,
    /// Whoever the batch is about.
    pub(in crate::store) accounts: Accounts,
    /// Of the members those that the batch is about. Where a host may leave by it, those who may
    /// follow, too.
    pub(in crate::store) members: Kept<Members>,
    /// Of the sanctions those of whom the batch is about.
    pub(in crate::store) sanctions: Kept<Sanctions>,
    /// All who wait, the longest first, in rooms where a place may get free by the batch.
    pub(in crate::store) waiting: Kept<Waiting>,
    pub(in crate::store) invites: Kept<Invites>,
    /// Direct rooms of whose two one wants nothing to do with the other.
    pub(in crate::store) apart: HashSet<RoomId>,
    /// The questions of rooms of two who were matched.
    pub(in crate::store) pairs: Kept<Pairs>,
    /// The packs that there are; needed only where there are such rooms.
    pub(in crate::store) packs: Arc<ReadyPacks>,
    /// Of match and pair rooms what stands there beside the room.
    pub(in crate::store) meetings: Kept<Meetings>,
    /// What is to be noted of people.
    pub(in crate::store) conduct: Vec<Conduct>,
    pub(in crate::store) known: Known,
    /// Speed rounds that the batch sets up, or calls off; those there are are not read.
    pub(in crate::store) speed: BTreeMap<RoomId, Option<SpeedPlan>>,
}

impl Facts {
    /// The rank that the user had in the room itself before the batch, whatever their role on the
    /// server.
    pub(in crate::store) fn own_rank_before(&self, room: RoomId, user: UserId) -> Rank {
        let host = self.rooms.get(&room).and_then(|it| it.settings.was().host);
        match self.members.was().get(&(room, user)) {
            Some(_) if host == Some(user) => Rank::Host,
            Some(member) if member.cohost_at.is_some() => Rank::Cohost,
            Some(_) | None => Rank::Member,
        }
    }

    /// All is read: from here on what changes is kept as it was.
    pub(in crate::store) fn mark(&mut self) {
        self.rooms.values_mut().for_each(|it| it.settings.mark());
        self.members.mark();
        self.sanctions.mark();
        self.waiting.mark();
        self.invites.mark();
        self.pairs.mark();
        self.meetings.mark();
    }

    /// The end of each log and the number of members: what nearly every change moves.
    pub(in crate::store) fn sizes(&self) -> BTreeMap<RoomId, (Seq, u32)> {
        self.rooms.iter().map(|(id, it)| (*id, (it.head, it.people))).collect()
    }

    /// One room, and what is known of people, to be changed in place.
    pub(super) fn around(&mut self, room: RoomId) -> Option<(&mut RoomState, Around<'_>)> {
        let around = Around {
            accounts: &self.accounts,
            members: &mut self.members,
            sanctions: &mut self.sanctions,
            waiting: &mut self.waiting,
            invites: &mut self.invites,
            apart: &self.apart,
            pairs: &mut self.pairs,
            packs: &self.packs,
            meetings: &mut self.meetings,
            conduct: &mut self.conduct,
            known: &mut self.known,
            speed: &mut self.speed,
        };
        Some((self.rooms.get_mut(&room)?, around))
    }
}

/// The facts beside the room that a change is about.
pub(super) struct Around<'a> {
    pub(super) accounts: &'a Accounts,
    pub(super) members: &'a mut Kept<Members>,
    pub(super) sanctions: &'a mut Kept<Sanctions>,
    pub(super) waiting: &'a mut Kept<Waiting>,
    pub(super) invites: &'a mut Kept<Invites>,
    pub(super) apart: &'a HashSet<RoomId>,
    pub(super) pairs: &'a mut Kept<Pairs>,
    pub(super) packs: &'a Arc<ReadyPacks>,
    pub(super) meetings: &'a mut Kept<Meetings>,
    pub(super) conduct: &'a mut Vec<Conduct>,
    pub(super) known: &'a mut Known,
    pub(super) speed: &'a mut BTreeMap<RoomId, Option<SpeedPlan>>,
}

impl Around<'_> {
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
