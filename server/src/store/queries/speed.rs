//! Speed rounds.

use super::{
    BEGIN_WRITE, DbRow, FOR_UPDATE, Queries, Tx,
    leases::leads,
    proposals::{add_proposal, close},
    turns::lock_seekers,
};
use crate::store::{
    Fence, ProposalRow, Seat, SpeedGuest, SpeedRound, StoreResult, TicketRow, Turned,
};
use ::matching::desk::Outcome;
use app::protocol::{
    ids::{Millis, ProposalId, RoomId, UserId},
    matching::Wishes,
    people::Role,
    speed::{SpeedPlan, SpeedView},
};
use sqlx::{QueryBuilder, Row};
use std::collections::HashSet;

const PLAN: &str = "rounds, mins, weekly, done, next_at";

impl Queries {
    pub(in crate::store) async fn speed_of(
        &self,
        room: RoomId,
        user: UserId,
    ) -> StoreResult<SpeedView> {
        let mut tx = self.readers.begin_with(super::BEGIN_READ).await?;
        let plan = plan_of(&mut tx, room, "").await?;
        let (guests, mine): (i64, i64) = sqlx::query_as(
            "select count(*), count(case when account_id = $2 then 1 end) from speed_guest
             where room_id = $1",
        )
        .bind(room.0)
        .bind(user.0)
        .fetch_one(&mut *tx)
        .await?;
        Ok(SpeedView { plan, guests: u32::try_from(guests).unwrap_or(u32::MAX), mine: mine > 0 })
    }

    pub(in crate::store) async fn join_speed(
        &self,
        room: RoomId,
        user: UserId,
        wishes: &Wishes,
    ) -> StoreResult<bool> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if plan_of(&mut tx, room, FOR_UPDATE).await?.is_none() {
            return Ok(false);
        }
        sqlx::query(
            "insert into speed_guest (room_id, account_id, wishes) values ($1, $2, $3)
             on conflict (room_id, account_id) do update set wishes = excluded.wishes",
        )
        .bind(room.0)
        .bind(user.0)
        .bind(serde_json::to_string(wishes).unwrap_or_default())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(in crate::store) async fn leave_speed(
        &self,
        room: RoomId,
        user: UserId,
    ) -> StoreResult<()> {
        sqlx::query("delete from speed_guest where room_id = $1 and account_id = $2")
            .bind(room.0)
            .bind(user.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(in crate::store) async fn speed_due(
        &self,
        now: Millis,
    ) -> StoreResult<(Vec<(RoomId, SpeedPlan)>, Option<Millis>)> {
        // Those that are due, and the first ones after.
        let mut sql = QueryBuilder::new("select room_id, ");
        sql.push(PLAN).push(" from speed join room on room.id = room_id where closed_at is null");
        sql.push(" and next_at <= coalesce((select min(next_at) from speed");
        sql.push(" join room on room.id = room_id where closed_at is null and next_at > ");
        sql.push_bind(now.0).push("), ").push_bind(now.0).push(") order by next_at, room_id");
        let (mut due, mut next) = (Vec::new(), None);
        for row in sql.build().fetch_all(&self.readers).await? {
            let plan = plan_from(&row)?;
            if plan.next_at > now {
                next = Some(plan.next_at);
            } else {
                due.push((RoomId(row.try_get("room_id")?), plan));
            }
        }
        Ok((due, next))
    }

    pub(in crate::store) async fn speed_guests(
        &self,
        room: RoomId,
    ) -> StoreResult<Vec<SpeedGuest>> {
        let rows = sqlx::query(
            "select account_id, wishes, born, role, sat_out from speed_guest
             join account on account.id = account_id
             where room_id = $1 and born is not null
                 and exists (select 1 from member where member.room_id = speed_guest.room_id
                     and member.account_id = speed_guest.account_id)
                 and not exists (select 1 from ticket
                     where ticket.account_id = speed_guest.account_id
                         and state in ('searching', 'proposed'))
             order by account_id",
        )
        .bind(room.0)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().filter_map(|row| guest_from(row).transpose()).collect()
    }

    pub(in crate::store) async fn begin_speed(
        &self,
        fence: Fence,
        round: &SpeedRound,
        now: Millis,
    ) -> StoreResult<Option<Turned>> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !leads(&mut tx, fence).await? {
            return Ok(None);
        }
        let mut turned = Turned::default();
        if plan_of(&mut tx, round.room, FOR_UPDATE).await? != Some(round.plan) {
            return Ok(Some(turned));
        }
        let mut users: Vec<_> = round.tickets.iter().map(|it| it.user).collect();
        users.sort_unstable();
        // Who began to look for somebody else meanwhile does that.
        let seekers = lock_seekers(&mut tx, &users).await?;
        let mut placed = HashSet::new();
        for new in &round.found {
            let mine = round.tickets.iter().filter(|it| new.tickets.contains(&it.id));
            let mine: Vec<_> = mine.collect();
            if mine.iter().any(|it| seekers.contains(&it.user)) {
                continue;
            }
            for ticket in &mine {
                add_matched(&mut tx, ticket, now).await?;
                placed.insert(ticket.user);
            }
            let seat = |it: &&TicketRow| Seat { ticket: it.id, user: it.user, yes: true };
            let proposal = ProposalRow {
                id: ProposalId(uuid::Uuid::now_v7()),
                until: now,
                shared: new.shared.clone(),
                seats: mine.iter().map(seat).collect(),
            };
            add_proposal(&mut tx, &proposal, now).await?;
            let room = close(&mut tx, &proposal, Outcome::Taken, now).await?;
            if let Some(room) = room {
                let sql = "update room set closes_at = $2 where id = $1";
                sqlx::query(sql).bind(room.0).bind(round.until.0).execute(&mut *tx).await?;
                turned.rooms.push(room);
            }
            turned.users.extend(mine.iter().map(|it| it.user));
        }
        for ticket in &round.tickets {
            let sql = if placed.contains(&ticket.user) {
                "update speed_guest set sat_out = 0 where room_id = $1 and account_id = $2"
            } else {
                "update speed_guest set sat_out = sat_out + 1
                 where room_id = $1 and account_id = $2"
            };
            sqlx::query(sql).bind(round.room.0).bind(ticket.user.0).execute(&mut *tx).await?;
        }
        set_speed(&mut tx, round.room, round.next.as_ref()).await?;
        tx.commit().await?;
        Ok(Some(turned))
    }
}

/// Notes what rounds a room has from here on; with none, nobody joins in any more.
pub(super) async fn set_speed(
    tx: &mut Tx<'_>,
    room: RoomId,
    plan: Option<&SpeedPlan>,
) -> StoreResult<()> {
    let Some(plan) = plan else {
        for table in ["speed", "speed_guest"] {
            let mut sql = QueryBuilder::<super::Db>::new("delete from ");
            sql.push(table).push(" where room_id = ").push_bind(room.0);
            sql.build().execute(&mut **tx).await?;
        }
        return Ok(());
    };
    sqlx::query(
        "insert into speed (room_id, rounds, mins, weekly, done, next_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (room_id) do update set rounds = excluded.rounds, mins = excluded.mins,
             weekly = excluded.weekly, done = excluded.done, next_at = excluded.next_at",
    )
    .bind(room.0)
    .bind(i64::from(plan.rounds))
    .bind(i64::from(plan.mins))
    .bind(i64::from(plan.weekly))
    .bind(i64::from(plan.done))
    .bind(plan.next_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A ticket that was matched the moment it was taken.
async fn add_matched(tx: &mut Tx<'_>, ticket: &TicketRow, now: Millis) -> StoreResult<()> {
    sqlx::query(
        "insert into ticket (id, account_id, wishes, band, guest, since, state, acted_at,
             changed_at, ended_at)
         values ($1, $2, $3, $4, $5, $6, 'matched', $6, $6, $6)",
    )
    .bind(ticket.id.0)
    .bind(ticket.user.0)
    .bind(serde_json::to_string(&ticket.wishes).unwrap_or_default())
    .bind(ticket.band.name())
    .bind(i64::from(ticket.guest))
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn plan_of(tx: &mut Tx<'_>, room: RoomId, lock: &str) -> StoreResult<Option<SpeedPlan>> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(PLAN).push(" from speed where room_id = ").push_bind(room.0).push(lock);
    let row = sql.build().fetch_optional(&mut **tx).await?;
    row.as_ref().map(plan_from).transpose()
}

fn plan_from(row: &DbRow) -> StoreResult<SpeedPlan> {
    let count = |column: &str| -> sqlx::Result<u32> {
        Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
    };
    Ok(SpeedPlan {
        rounds: count("rounds")?,
        mins: count("mins")?,
        weekly: count("weekly")? != 0,
        done: count("done")?,
        next_at: Millis(row.try_get("next_at")?),
    })
}

/// Somebody who joins in; none whose wishes are of a newer server.
fn guest_from(row: &DbRow) -> StoreResult<Option<SpeedGuest>> {
    let wishes: Result<Wishes, _> = serde_json::from_str(row.try_get("wishes")?);
    let Ok(wishes) = wishes else { return Ok(None) };
    let role = crate::store::rows::role_from(row.try_get("role")?);
    Ok(Some(SpeedGuest {
        user: UserId(row.try_get("account_id")?),
        wishes,
        born: row.try_get("born")?,
        guest: role == Role::Guest,
        sat_out: u32::try_from(row.try_get::<i64, _>("sat_out")?).unwrap_or(u32::MAX),
    }))
}
