//! Who may do what in the room, by the rank there and by the role on the server.

use super::{AppendError, RoomSanction, Turn};
use crate::planted::{self, Bug};
use app::protocol::{
    ids::{Millis, UserId},
    people::Role,
    powers::Power,
    room::{Act, Door, Rank, RoomKind},
};

impl Turn<'_> {
    /// The rank that a member has; whoever is none has the least.
    pub(super) fn rank(&self, user: UserId) -> Rank {
        match self.member(user) {
            Some(_) if self.room.settings.host == Some(user) => Rank::Host,
            Some(member) if member.cohost_at.is_some() => Rank::Cohost,
            Some(_) | None => Rank::Member,
        }
    }

    fn role(&self, user: UserId) -> Role {
        self.facts.accounts.get(&user).map_or(Role::Guest, |it| it.role)
    }

    /// Whether others than members know of the room.
    pub(super) fn is_found(&self) -> bool {
        let settings = &self.room.settings;
        match settings.kind {
            RoomKind::Channel => true,
            RoomKind::Private | RoomKind::Temporary | RoomKind::Large => {
                settings.door != Door::Invite
            }
            RoomKind::Direct | RoomKind::Match | RoomKind::Pair | RoomKind::Unknown => false,
        }
    }

    /// What whoever is no member is told: of a room that they may not know of, that there is none.
    pub(super) fn stranger(&self) -> AppendError {
        if self.is_found() { AppendError::NotEntered } else { AppendError::NoSuchRoom }
    }

    /// The rank that a moderator has here without having been given any.
    fn moderates(&self) -> Option<Rank> {
        if !self.role(self.append.author).may(Power::Moderate) || !self.is_found() {
            return None;
        }
        let channel = self.room.settings.kind == RoomKind::Channel;
        Some(if channel { Rank::Host } else { Rank::Cohost })
    }

    /// The rank by which the author acts.
    pub(super) fn authority(&self) -> Rank {
        let own = self.rank(self.append.author);
        self.moderates().map_or(own, |it| it.max(own))
    }

    /// Whether the author closes the room by their role on the server: that one may, too, where
    /// one may not know of the room but by the list of whoever oversees the server.
    pub(super) fn closes_by_power(&self, act: &Act) -> bool {
        let may = self.role(self.append.author).may(Power::CloseRooms);
        may && matches!(act, Act::Close { .. }) && self.room.settings.kind.has_host()
    }

    /// Whether the author may do something against that user: only downwards, by the rank in the
    /// room, or by the role on the server.
    pub(super) fn may_against(&self, user: UserId) -> Result<(), AppendError> {
        let (author, theirs) = (self.append.author, self.rank(user));
        let by_role = self.moderates().is_some_and(|it| it > theirs)
            && self.role(author).is_above(self.role(user));
        let by_rank = self.rank(author) > theirs;
        if by_rank || by_role { Ok(()) } else { Err(AppendError::NotAllowed) }
    }

    /// Until when the user may not speak; the room's host may not be kept from it by the room.
    pub(super) fn muted(&self, user: UserId) -> Option<Millis> {
        if planted::has(Bug::MutedSpeaks) {
            return None;
        }
        // Whoever may not come in says nothing later either.
        let anywhere = self.facts.accounts.get(&user);
        let anywhere = anywhere.and_then(|it| it.muted_until.max(it.banned_until));
        let anywhere = anywhere.filter(|it| *it > self.now);
        let here = self.facts.sanctioned(self.append.room, user, RoomSanction::Mute, self.now);
        anywhere.max(here.filter(|_| self.rank(user) < Rank::Host))
    }
}
