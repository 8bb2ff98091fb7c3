//! Leaving, who follows the host, and the end of a room.

use super::{Deed, RoomSanction, Turn};
use app::protocol::{ids::UserId, message::What, room::RoomKind};

impl Turn<'_> {
    pub(super) fn leave(&mut self) {
        let author = self.append.author;
        if self.member(author).is_none() {
            return;
        }
        self.part(author);
        if self.tells_of_comings() {
            self.tell(What::Left);
        }
        self.settle(author);
    }

    /// Ends somebody's membership, with all that hung on it.
    pub(super) fn part(&mut self, user: UserId) {
        self.part_from_match(user);
        self.put_out(user);
        if self.room.settings.successor == Some(user) {
            self.room.settings.successor = None;
        }
    }

    /// Whoever left may have been the host, or the last one; or one of two who were matched, whose
    /// room is gone with them.
    pub(super) fn settle(&mut self, gone: UserId) {
        let is_of_matched = matches!(self.room.settings.kind, RoomKind::Match | RoomKind::Pair);
        if is_of_matched && self.room.people < 2 {
            return self.close("");
        }
        if !self.room.settings.kind.has_host() {
            return;
        }
        if self.room.people == 0 {
            match self.room.settings.kind {
                RoomKind::Temporary => self.room.settings.empty_since = Some(self.now),
                _ => self.close(""),
            }
        } else if self.room.settings.host == Some(gone)
            && let Some(heir) = self.heir(gone)
        {
            self.make_host(heir);
            self.tell_did(Deed::Hosted, Some(heir), "");
        }
    }

    /// Who follows the host: whom the host named, else the co-host who is one for longest, else
    /// the member who is one for longest.
    fn heir(&self, host: UserId) -> Option<UserId> {
        let named = self.room.settings.successor;
        let here = self.facts.members.iter().filter(|((room, _), _)| *room == self.append.room);
        here.filter(|((_, user), _)| *user != host)
            .min_by_key(|((_, user), member)| {
                let cohost = member.cohost_at;
                (named != Some(*user), cohost.is_none(), cohost, member.joined_at, *user)
            })
            .map(|((_, user), _)| *user)
    }

    /// Makes a member the host.
    pub(super) fn make_host(&mut self, user: UserId) {
        self.room.settings.host = Some(user);
        if self.room.settings.successor == Some(user) {
            self.room.settings.successor = None;
        }
        self.set_cohost(user, false);
    }

    /// Gives a member a co-host's powers, or takes them.
    pub(super) fn set_cohost(&mut self, user: UserId, on: bool) {
        let since = on.then_some(self.now);
        if let Some(member) = self.facts.members.get_mut(&(self.append.room, user)) {
            member.cohost_at = since;
            self.moved.push(user);
        }
    }

    /// The host stays away: the next one is the host.
    pub(super) fn succeed(&mut self) {
        let author = self.append.author;
        let settings = &self.room.settings;
        let hosts = settings.kind.has_host() && settings.host == Some(author);
        if hosts && let Some(heir) = self.heir(author) {
            self.make_host(heir);
            self.set_cohost(author, true);
            self.tell_did(Deed::Hosted, Some(heir), "");
        }
    }

    /// Ends a temporary room whose time is over, or that of two whose speed round is.
    pub(super) fn close_over(&mut self) {
        let settings = &self.room.settings;
        let empty = settings.empty_since.zip(settings.empty_mins).filter(|_| self.room.people == 0);
        let empty_until = empty.map(|(since, mins)| since.plus(i64::from(mins) * 60_000));
        let over = [settings.closes_at, empty_until].into_iter().flatten().min();
        let ends = matches!(settings.kind, RoomKind::Temporary | RoomKind::Match);
        if ends && over.is_some_and(|it| it <= self.now) {
            self.note_talk();
            self.close("");
        }
    }

    /// Ends the room: nobody is a member of it any more, and nothing follows.
    pub(super) fn close(&mut self, reason: &str) {
        self.tell_did(Deed::Closed, None, reason);
        let room = self.append.room;
        self.facts.members.retain(|(of, _), _| *of != room);
        self.facts.waiting.remove(&room);
        self.room.people = 0;
        self.room.settings.waiting = 0;
        self.room.settings.successor = None;
        self.room.settings.closed_at = Some(self.now);
        self.moved.clear();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.room.settings.closed_at.is_some()
    }

    /// A sanction of the author's is over.
    pub(super) fn lapse(&mut self, sanction: RoomSanction) {
        let place = (self.append.room, self.append.author, sanction);
        if self.facts.sanctions.get(&place).is_some_and(|it| it.until <= self.now) {
            self.lift(self.append.author, sanction);
        }
    }
}
