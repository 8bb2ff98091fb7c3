//! How a room looks to a reader.

use super::{Room, State};
use crate::engine::{
    directory::Listing,
    sight::{Bearing, Sight, sight},
};
use app::protocol::{
    ids::{Seq, UserId},
    packets::RoomCount,
    refusal::Refusal,
    room::{Request, RoomKind},
    snapshot::RoomSummary,
};

impl Room {
    /// What that user may know of it.
    pub(crate) fn sight(&self, user: UserId) -> Sight {
        self.state().sight(user)
    }

    /// Refuses whoever may not read it.
    pub(crate) fn admits(&self, user: UserId) -> Result<(), Refusal> {
        match self.sight(user) {
            Sight::Inside => Ok(()),
            Sight::Door => Err(Refusal::NotEntered),
            Sight::Absent => Err(Refusal::NoSuchRoom),
        }
    }

    /// How many people it has, and its newest entry.
    pub(crate) fn count(&self) -> RoomCount {
        let state = self.state();
        RoomCount { room: self.id, people: state.count(), head: state.feed.ring().head() }
    }

    /// The room as the directory looks at it; none where it cannot be found.
    pub(crate) fn listing(&self) -> Option<Listing> {
        let mut state = self.state();
        let stranger = Bearing { member: false, banned: false };
        if sight(self.kind, state.row.door, stranger) == Sight::Absent {
            return None;
        }
        let State { row, sought, .. } = &mut *state;
        let (name_key, text) = sought.of(&row.name, &row.topic);
        Some(Listing { id: self.id, kind: self.kind, people: state.count(), name_key, text })
    }

    /// The room as a list shows it to that user.
    pub(crate) fn summary_for(&self, user: UserId) -> RoomSummary {
        let state = self.state();
        let inside = state.sight(user) == Sight::Inside;
        let mut summary = RoomSummary {
            head: if inside { state.feed.ring().head() } else { Seq::ZERO },
            people: state.count(),
            mine: state.people.contains_key(&user),
            ..state.row.summary.clone()
        };
        if self.kind == RoomKind::Direct {
            let other = state.people.values().find(|it| it.id != user);
            summary.peer = other.map(|it| it.id);
            summary.name = other.map(|it| it.name.clone()).unwrap_or_default();
            summary.request = match state.row.asked_by {
                None => Request::None,
                Some(asker) if asker == user => Request::Sent,
                Some(_) => Request::Received,
            };
        }
        summary
    }
}

impl State {
    fn count(&self) -> u32 {
        u32::try_from(self.people.len()).unwrap_or(u32::MAX)
    }

    fn sight(&self, user: UserId) -> Sight {
        let member = self.people.contains_key(&user);
        sight(self.row.kind, self.row.door, Bearing { member, banned: false })
    }
}
