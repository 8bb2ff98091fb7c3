//! Speed rounds: when the next one begins, and who is put together in it.
//!
//! Those who join in are put together by the same rounds, limits and weights as all who look for
//! somebody; as if all had waited for so long that no wish holds any more, and those for whom there
//! was nobody the last time for longer.

use super::{Engine, asked::band, pool::Pool};
use crate::{
    engine::{Who, clock},
    store::{Fence, SpeedGuest, SpeedRound, StoreResult, TicketRow, TicketState},
};
use app::protocol::{
    ids::{Millis, RoomId, TicketId},
    matching::Wishes,
    people::{Presence, Role},
    refusal::Refusal,
    speed::{SpeedPlan, SpeedView},
};

/// Between two rounds one comes back to the room, and breathes.
const BREAK_MS: i64 = 20_000;
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// All have waited for so long: no wish holds any more.
const WAITED_MS: i64 = 60 * 60 * 1_000;

/// When a round that begins now is over.
fn until(plan: &SpeedPlan, now: Millis) -> Millis {
    now.plus(i64::from(plan.mins) * 60_000)
}

/// What comes after a round that begins now; none where it is the last.
fn next(plan: &SpeedPlan, now: Millis) -> Option<SpeedPlan> {
    let done = plan.done + 1;
    if done < plan.rounds {
        return Some(SpeedPlan { done, next_at: until(plan, now).plus(BREAK_MS), ..*plan });
    }
    // The first of them was a week before the next first one.
    let spent = i64::from(plan.done) * (i64::from(plan.mins) * 60_000 + BREAK_MS);
    let first = Millis(plan.next_at.0 - spent);
    let weeks = now.since(first).max(0) / WEEK_MS + 1;
    plan.weekly.then(|| SpeedPlan { done: 0, next_at: first.plus(weeks * WEEK_MS), ..*plan })
}

/// The ticket of one who joins in; none of who is too young.
fn ticket(guest: SpeedGuest, now: Millis) -> Option<TicketRow> {
    let since = Millis(now.0 - WAITED_MS * (1 + i64::from(guest.sat_out)));
    Some(TicketRow {
        id: TicketId(uuid::Uuid::now_v7()),
        user: guest.user,
        wishes: guest.wishes,
        band: band(guest.born, now)?,
        guest: guest.guest,
        since,
        state: TicketState::Searching,
        acted_at: now,
        skipped_at: None,
        changed_at: now,
    })
}

impl Engine {
    /// Begins the speed rounds that are due; returns when the next one is.
    pub(super) async fn begin_speed_rounds(&self, fence: Fence) -> StoreResult<Option<Millis>> {
        let now = clock::now();
        let (due, next) = self.store().speed_due(now).await?;
        for (room, plan) in due {
            self.begin_speed_round(fence, room, plan).await?;
        }
        Ok(next)
    }

    async fn begin_speed_round(
        &self,
        fence: Fence,
        room: RoomId,
        plan: SpeedPlan,
    ) -> StoreResult<()> {
        let now = clock::now();
        let mut guests = self.store().speed_guests(room).await?;
        guests.retain(|it| {
            let presence = self.0.roster.of(it.user);
            presence.is_seen() && presence != Presence::Unknown
        });
        let tickets: Vec<_> = guests.into_iter().filter_map(|it| ticket(it, now)).collect();
        let mut pool = Pool::default();
        let users: Vec<_> = tickets.iter().map(|it| it.user).collect();
        pool.take(tickets.clone());
        let met = self.store().met(&users).await?;
        pool.take_met(&users, &met);
        let found = pool.round(|user| self.never_with(user), now, now.0.unsigned_abs());
        let round = SpeedRound {
            room,
            plan,
            found,
            tickets,
            until: until(&plan, now),
            next: next(&plan, now),
        };
        let Some(turned) = self.store().begin_speed(fence, &round, now).await? else {
            self.forget_fence(fence).await;
            return Ok(());
        };
        if !turned.rooms.is_empty() {
            self.planned(round.until);
        }
        self.tell_turned(turned).await.map(drop)
    }

    /// How it stands with a room's speed rounds.
    pub async fn speed(&self, who: &Who, room: RoomId) -> Result<SpeedView, Refusal> {
        self.read(who.user, room)?;
        Ok(self.store().speed_of(room, who.user).await?)
    }

    /// A member joins in.
    pub async fn join_speed(
        &self,
        who: &Who,
        room: RoomId,
        wishes: Wishes,
    ) -> Result<SpeedView, Refusal> {
        if !self.is_member(who.user, room) {
            return Err(Refusal::NotEntered);
        }
        let wishes = Wishes { guests: true, ..wishes.checked()? };
        if who.role == Role::Guest && !self.options().match_guests {
            return Err(Refusal::NotAllowed);
        }
        let born = self.store().born(who.user).await?.ok_or(Refusal::AgeMissing)?;
        band(born, clock::now()).ok_or(Refusal::TooYoung)?;
        if !self.store().join_speed(room, who.user, &wishes).await? {
            return Err(Refusal::NotFound);
        }
        self.speed(who, room).await
    }

    /// A member joins in no longer.
    pub async fn leave_speed(&self, who: &Who, room: RoomId) -> Result<SpeedView, Refusal> {
        self.store().leave_speed(room, who.user).await?;
        self.speed(who, room).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;

    fn plan(rounds: u32, weekly: bool) -> SpeedPlan {
        SpeedPlan { rounds, mins: 5, weekly, done: 0, next_at: Millis(MINUTE_MS) }
    }

    #[test]
    fn rounds_follow_on_each_other_until_the_last() {
        let first = plan(2, false);
        let second = next(&first, Millis(MINUTE_MS)).unwrap();
        assert_eq!((second.done, second.next_at), (1, Millis(6 * MINUTE_MS + BREAK_MS)));
        assert_eq!(next(&second, second.next_at), None);
    }

    #[test]
    fn weekly_ones_begin_at_the_same_time_a_week_later() {
        let mut plan = plan(3, true);
        let first = plan.next_at;
        for _ in 0..3 {
            plan = next(&plan, plan.next_at).unwrap();
        }
        assert_eq!((plan.done, plan.next_at), (0, first.plus(WEEK_MS)));
        // After a server that stood still for a month, the next whole week counts.
        let late = next(&SpeedPlan { done: 2, ..plan }, plan.next_at.plus(5 * WEEK_MS)).unwrap();
        assert!(late.next_at > plan.next_at.plus(5 * WEEK_MS) && late.done == 0);
    }

    #[test]
    fn who_sat_out_is_taken_to_have_waited_for_longer() {
        let guest = |sat_out| SpeedGuest {
            user: app::protocol::ids::UserId(uuid::Uuid::from_u128(1)),
            wishes: Wishes::default(),
            born: 1990,
            guest: false,
            sat_out,
        };
        let now = Millis(1_795_132_800_000);
        let since = |sat_out| ticket(guest(sat_out), now).unwrap().since;
        assert!(since(1) < since(0));
        assert_eq!(ticket(SpeedGuest { born: 2020, ..guest(0) }, now), None);
    }
}
