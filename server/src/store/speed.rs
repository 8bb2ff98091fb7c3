//! Speed rounds: what was set up in a room, who joins in, and who is put together with whom.

use super::{
    Fence, NewProposal, Queries, Store, StoreResult, TicketRow, Turned, on_either, postgres,
};
use app::protocol::{
    ids::{Millis, RoomId, UserId},
    matching::Wishes,
    speed::{SpeedPlan, SpeedView},
};

/// Somebody who joins in, and is in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeedGuest {
    /// Who.
    pub user: UserId,
    /// What they speak and like.
    pub wishes: Wishes,
    /// The year in which they were born, as they stated it.
    pub born: i64,
    /// They have no password.
    pub guest: bool,
    /// Rounds for which there was nobody since they last were with somebody.
    pub sat_out: u32,
}

/// A round that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeedRound {
    /// In which room.
    pub room: RoomId,
    /// The rounds, as they stood when this one was due.
    pub plan: SpeedPlan,
    /// Who is put together, by these tickets.
    pub found: Vec<NewProposal>,
    /// The tickets of all who join in and are there.
    pub tickets: Vec<TicketRow>,
    /// When it is over.
    pub until: Millis,
    /// The rounds from here on; none where this was the last.
    pub next: Option<SpeedPlan>,
}

impl Store {
    /// How it stands with a room's speed rounds, for a user.
    pub async fn speed_of(&self, room: RoomId, user: UserId) -> StoreResult<SpeedView> {
        on_either!(self, it => it.speed_of(room, user))
    }

    /// A user joins in, or does so with other wishes; false where no rounds were set up.
    pub async fn join_speed(
        &self,
        room: RoomId,
        user: UserId,
        wishes: &Wishes,
    ) -> StoreResult<bool> {
        on_either!(self, it => it.join_speed(room, user, wishes))
    }

    /// A user joins in no longer.
    pub async fn leave_speed(&self, room: RoomId, user: UserId) -> StoreResult<()> {
        on_either!(self, it => it.leave_speed(room, user))
    }

    /// The rounds that begin by then, and when the first of the others does.
    pub async fn speed_due(
        &self,
        now: Millis,
    ) -> StoreResult<(Vec<(RoomId, SpeedPlan)>, Option<Millis>)> {
        on_either!(self, it => it.speed_due(now))
    }

    /// Who joins in, is in the room, and looks for nobody elsewhere.
    pub async fn speed_guests(&self, room: RoomId) -> StoreResult<Vec<SpeedGuest>> {
        on_either!(self, it => it.speed_guests(room))
    }

    /// Begins a round: makes the rooms, and notes what comes next. Nothing where the rounds are
    /// others by now; none where another node leads.
    pub async fn begin_speed(
        &self,
        fence: Fence,
        round: &SpeedRound,
        now: Millis,
    ) -> StoreResult<Option<Turned>> {
        on_either!(self, it => it.begin_speed(fence, round, now))
    }
}
