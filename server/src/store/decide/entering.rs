//! Coming in: by which way, into which place, and waiting for one.

use super::{AppendError, Deed, InviteState, RoomSanction, Turn, Way};
use app::protocol::{
    ids::{InviteId, UserId},
    message::What,
    room::{Door, RoomKind},
};

/// Who may wait for a place in one room.
const WAITING_MAX: u32 = 500;

impl Turn<'_> {
    /// Makes the author a member; where there is no place, and that is wished, lets them wait.
    pub(super) fn enter(&mut self, way: &Way, may_wait: bool) -> Result<(), AppendError> {
        let author = self.append.author;
        if self.member(author).is_some() {
            return Ok(());
        }
        self.admit(way)?;
        if self.room.settings.locked && *way != Way::LetIn {
            return Err(AppendError::Locked);
        }
        if self.has_place() {
            self.stop_waiting(author);
            self.come_in(author);
        } else if !may_wait {
            return Err(AppendError::Full { capacity: self.room.settings.capacity });
        } else if self.is_waiting(author) {
            return Ok(());
        } else {
            self.wait()?;
        }
        if let Way::Invited(id) = way {
            self.use_invite(*id);
        }
        Ok(())
    }

    /// Whether the author comes through the door that way.
    fn admit(&self, way: &Way) -> Result<(), AppendError> {
        let settings = &self.room.settings;
        let by_server = *way == Way::LetIn;
        let is_shut = settings.kind.is_intimate() || settings.kind == RoomKind::Unknown;
        if is_shut && !by_server {
            return Err(AppendError::NoSuchRoom);
        }
        let (room, author) = (self.append.room, self.append.author);
        if let Some(until) = self.facts.sanctioned(room, author, RoomSanction::Ban, self.now) {
            let known = self.is_found();
            return Err(if known {
                AppendError::Banned { until }
            } else {
                AppendError::NoSuchRoom
            });
        }
        match way {
            Way::LetIn => Ok(()),
            Way::Invited(id) => self.is_invited(*id),
            Way::Plain | Way::PasswordShown(_) => match (settings.door, way) {
                (Door::Open, _) => Ok(()),
                (Door::Password, Way::PasswordShown(shown))
                    if settings.password.as_ref() == Some(shown) =>
                {
                    Ok(())
                }
                (Door::Password, _) => Err(AppendError::WrongPassword),
                (Door::Invite, _) => Err(AppendError::NoSuchRoom),
            },
        }
    }

    fn is_invited(&self, id: InviteId) -> Result<(), AppendError> {
        match self.facts.invites.get(&id) {
            Some(it) if it.room != self.append.room && !self.is_found() => {
                Err(AppendError::NoSuchRoom)
            }
            Some(it) if it.room == self.append.room && it.holds(self.now) => Ok(()),
            _ => Err(AppendError::InviteOver),
        }
    }

    fn use_invite(&mut self, id: InviteId) {
        if let Some(invite) = self.facts.invites.get_mut(&id) {
            let uses_left = invite.uses_left.map(|it| it.saturating_sub(1));
            *invite = InviteState { uses_left, used: invite.used + 1, ..*invite };
        }
    }

    fn has_place(&self) -> bool {
        self.room.people < self.room.settings.capacity
    }

    /// Makes somebody a member who may be one, and the host where nobody else is there.
    fn come_in(&mut self, user: UserId) {
        self.put_in(user);
        if self.tells_of_comings() {
            self.tell_of(user, What::Joined);
        }
        self.room.settings.empty_since = None;
        if self.room.people == 1 && self.room.settings.kind.has_host() {
            let was = self.room.settings.host == Some(user);
            self.make_host(user);
            if !was {
                self.tell_did_of(user, Deed::Hosted, Some(user), "");
            }
        }
    }

    /// Whether entries tell who came and went.
    pub(super) fn tells_of_comings(&self) -> bool {
        !matches!(self.room.settings.kind, RoomKind::Large | RoomKind::Direct)
    }

    fn is_waiting(&self, user: UserId) -> bool {
        let waiting = self.facts.waiting.get(&self.append.room);
        waiting.is_some_and(|it| it.iter().any(|(_, waits)| *waits == user))
    }

    fn wait(&mut self) -> Result<(), AppendError> {
        if self.room.settings.waiting >= WAITING_MAX {
            return Err(AppendError::Full { capacity: self.room.settings.capacity });
        }
        let waiting = self.facts.waiting.entry(self.append.room).or_default();
        waiting.push((self.now, self.append.author));
        waiting.sort_unstable();
        self.room.settings.waiting += 1;
        Ok(())
    }

    /// Takes somebody off the list of those who wait.
    pub(super) fn stop_waiting(&mut self, user: UserId) {
        if let Some(waiting) = self.facts.waiting.get_mut(&self.append.room) {
            let before = waiting.len();
            waiting.retain(|(_, waits)| *waits != user);
            if waiting.len() < before {
                self.room.settings.waiting = self.room.settings.waiting.saturating_sub(1);
            }
        }
    }

    /// Gives the places that are free to those who wait, the longest first.
    pub(super) fn fill_places(&mut self) {
        while self.has_place() && !self.room.settings.locked && !self.is_closed() {
            let waiting = self.facts.waiting.get(&self.append.room);
            let Some((_, user)) = waiting.and_then(|it| it.first().copied()) else { return };
            self.stop_waiting(user);
            let account = self.facts.accounts.get(&user);
            let banned = account.and_then(|it| it.banned_until).is_some_and(|it| it > self.now);
            if !banned && self.member(user).is_none() {
                self.come_in(user);
            }
        }
    }
}
