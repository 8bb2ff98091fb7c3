//! How a room looks to a reader.

use super::{Member, Room, State};
use crate::{
    engine::{
        clock,
        directory::Listing,
        sight::{Bearing, Sight, sight},
    },
    store::RoomRow,
    veil::Veil,
};
use app::protocol::{
    ids::{Millis, Seq, UserId},
    packets::RoomCount,
    people::{Person, Role},
    powers::Power,
    refusal::Refusal,
    room::{Rank, Request, RoomKind, Standing},
    snapshot::RoomSummary,
};

impl Room {
    /// Its host, in kinds that have one.
    pub(crate) fn host(&self) -> Option<UserId> {
        self.state().row.host
    }

    /// What sort of room it is now: a match that is kept becomes another.
    pub(crate) fn kind(&self) -> RoomKind {
        self.state().row.kind
    }

    /// What that user may know of it.
    pub(crate) fn sight(&self, user: UserId) -> Sight {
        self.state().sight(user)
    }

    /// Refuses whoever may not read it.
    pub(crate) fn admits(&self, user: UserId) -> Result<(), Refusal> {
        self.state().admits(user)
    }

    /// Whether it has that name.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.state().row.name == name
    }

    /// Whether it is closed, for good.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// The newest entry.
    pub(crate) fn head(&self) -> Seq {
        self.state().feed.ring().head()
    }

    /// How many people it has, and its newest entry as that user may know it; none where they may
    /// not know of the room.
    pub(crate) fn count_for(&self, user: UserId) -> Option<RoomCount> {
        let state = self.state();
        (state.sight(user) > Sight::Absent).then(|| RoomCount {
            room: self.id,
            people: state.count(),
            head: state.head_for(user),
        })
    }

    /// How many people it has, and its newest entry, where that is not what was told last.
    pub(crate) fn take_count(&self) -> Option<RoomCount> {
        let mut state = self.state();
        state.counted = false;
        let now = (state.count(), state.feed.ring().head());
        let changed = std::mem::replace(&mut state.told, now) != now;
        changed.then_some(RoomCount { room: self.id, people: now.0, head: now.1 })
    }

    /// The room as the directory looks at it; none where it cannot be found.
    pub(crate) fn listing(&self) -> Option<Listing> {
        let mut state = self.state();
        let stranger = Bearing { member: false, banned: false };
        if state.closed || sight(state.row.kind, state.row.door, stranger) == Sight::Absent {
            return None;
        }
        let people = state.count();
        let State { row, sought, .. } = &mut *state;
        let (name_key, text) = sought.of(&row.name, &row.topic);
        Some(Listing { id: self.id, kind: row.kind, people, name_key, text })
    }

    /// The room as a list shows it to that user.
    pub(crate) fn summary_for(&self, user: UserId) -> RoomSummary {
        let state = self.state();
        let mut summary = RoomSummary {
            head: state.head_for(user),
            people: state.count(),
            mine: state.people.contains_key(&user),
            ..state.row.summary.clone()
        };
        if state.row.kind.is_intimate() {
            let other = state.other(user);
            summary.peer = other.as_ref().map(|it| it.id);
            summary.presence = other.as_ref().map(|it| it.presence);
            summary.name = other.map_or_else(|| state.names_of_others(user), |it| it.name);
            summary.request = match state.row.asked_by {
                None => Request::None,
                Some(asker) if asker == user => Request::Sent,
                Some(_) => Request::Received,
            };
            // That they were refused is not told to those who asked.
            summary.locked &= summary.request == Request::Received;
            state.veil.summary(user, &mut summary);
        }
        summary
    }

    /// The other one of two who write to each other, as they are; for the server alone.
    pub(crate) fn other(&self, user: UserId) -> Option<UserId> {
        let state = self.state();
        let other = state.row.kind.is_intimate().then(|| state.other(user)).flatten();
        other.map(|it| it.id)
    }

    /// Whom its readers do not know.
    pub(crate) fn veil(&self) -> Veil {
        self.state().veil.clone()
    }

    /// How a user of that role stands in it.
    pub(crate) fn standing(&self, user: UserId, role: Role) -> Standing {
        let state = self.state();
        let member = state.people.get(&user);
        let by_role = if role.may(Power::Moderate) { state.moderated() } else { Rank::Member };
        let rank = member.map_or(Rank::Member, Member::rank).max(by_role);
        let slow_ms = i64::from(state.row.slow_secs) * 1_000;
        let next = state.said.get(&user).map(|it| it.plus(slow_ms));
        let is_slow = rank == Rank::Member && slow_ms > 0;
        Standing {
            entered: member.is_some(),
            rank,
            muted_until: member.and_then(|it| it.muted_until).filter(|it| clock::now() < *it),
            speaker: member.is_some_and(Member::speaks),
            next_send_at: next.filter(|it| is_slow && clock::now() < *it),
        }
    }
}

impl State {
    /// The other one, where they are two.
    fn other(&self, user: UserId) -> Option<Person> {
        let mut others = self.people.iter().filter(|(id, _)| **id != user);
        let first = others.next().map(|(_, it)| it.person());
        first.filter(|_| others.next().is_none())
    }

    /// What several others are called who were matched: a room of theirs has no name yet.
    fn names_of_others(&self, user: UserId) -> String {
        let others = self.people.iter().filter(|(id, _)| **id != user);
        let others = others.map(|(_, it)| self.veil.person(user, it.person()).name);
        let mut names: Vec<_> = others.collect();
        names.sort_unstable();
        names.join(", ")
    }

    /// The rank of those who keep order on the whole server: in hidden rooms they have none.
    const fn moderated(&self) -> Rank {
        let outside = Bearing { member: false, banned: false };
        match self.row.summary.kind {
            RoomKind::Channel => Rank::Host,
            kind => match sight(kind, self.row.summary.door, outside) {
                Sight::Absent => Rank::Member,
                Sight::Door | Sight::Inside => Rank::Cohost,
            },
        }
    }

    pub(super) fn sight(&self, user: UserId) -> Sight {
        if self.closed {
            return Sight::Absent;
        }
        may_see(&self.row, self.people.contains_key(&user), self.bans.get(&user))
    }

    pub(super) fn admits(&self, user: UserId) -> Result<(), Refusal> {
        match self.sight(user) {
            Sight::Inside => Ok(()),
            Sight::Absent => Err(Refusal::NoSuchRoom),
            Sight::Door => Err(match self.banned(user) {
                Some(until) => Refusal::Banned { until: until.ending() },
                None => Refusal::NotEntered,
            }),
        }
    }

    /// Until when the user may not come in, if they may not.
    fn banned(&self, user: UserId) -> Option<Millis> {
        lasting(self.bans.get(&user))
    }

    /// The newest entry, for who may know of it.
    fn head_for(&self, user: UserId) -> Seq {
        if self.sight(user) == Sight::Inside { self.feed.ring().head() } else { Seq::ZERO }
    }
}

/// What they may know of a room who are members or not, and banned until then or not.
pub(super) fn may_see(row: &RoomRow, member: bool, banned: Option<&Millis>) -> Sight {
    let banned = lasting(banned).is_some();
    sight(row.kind, row.door, Bearing { member, banned })
}

/// A ban that is over by its moment is none.
fn lasting(banned: Option<&Millis>) -> Option<Millis> {
    banned.copied().filter(|it| clock::now() < *it)
}
