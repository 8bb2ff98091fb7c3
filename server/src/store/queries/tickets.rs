//! Tickets: wishes to be matched, and what is known of their owners.

use super::{
    BEGIN_WRITE, DbRow, IDS_A_QUERY, Queries, Tx,
    jobs::lock_account,
    leases::leads,
    proposals::{Happening, seat_from},
};
use crate::store::{
    Fence, MetRow, ProposalRow, Search, Seat, Seeker, StoreResult, TicketRow, TicketState, Turned,
    WaitRow, matching::Band,
};
use ::matching::desk::Event;
use app::protocol::{
    ids::{Millis, ProposalId, RoomId, TicketId, UserId},
    matching::{Lookout, Wishes},
};
use sqlx::{QueryBuilder, Row};
use std::collections::{BTreeSet, HashMap};

/// The columns of a ticket.
pub(super) const TICKET: &str = "ticket.id, ticket.account_id, ticket.wishes, ticket.band,
    ticket.guest, ticket.since, ticket.state as ticket_state, ticket.acted_at, ticket.skipped_at,
    ticket.changed_at";
/// A round may come in between as often.
const CANCELS_MAX: u32 = 5;
/// How it stands with searches: each one's open ticket, or else the last one, with the proposal
/// that it is in and the room into which it was matched, while its owner is a member there.
/// Beside it, their lookout.
const SEARCHES: &str = ", seat.proposal_id, proposal.expires_at, proposal.common,
        room.id as room_id, account.id as seeker_id, lookout.wishes as lookout_wishes,
        lookout.until as lookout_until, lookout.told_at
    from account
    left join lookout on lookout.account_id = account.id
    left join ticket on ticket.id = coalesce(
        (select open.id from ticket as open
         where open.account_id = account.id and open.state in ('searching', 'proposed')),
        (select last.id from ticket as last where last.account_id = account.id
         order by last.since desc, last.id desc limit 1))
    left join seat on seat.ticket_id = ticket.id and seat.held = 1
    left join proposal on proposal.id = seat.proposal_id
    left join member on member.room_id = proposal.room_id and member.account_id = account.id
    left join room on room.id = member.room_id and room.kind = 'match' and room.closed_at is null
    where account.id in (";

impl Queries {
    pub(in crate::store) async fn seekers(
        &self,
        users: &[UserId],
    ) -> StoreResult<HashMap<UserId, Seeker>> {
        let mut seekers = HashMap::new();
        for some in users.chunks(IDS_A_QUERY) {
            let mut sql = QueryBuilder::new("select ");
            sql.push(TICKET).push(SEARCHES);
            let mut list = sql.separated(", ");
            for user in some {
                list.push_bind(user.0);
            }
            sql.push(")");
            let is_usual = some.len() == 1;
            for row in &sql.build().persistent(is_usual).fetch_all(&self.readers).await? {
                let seeker = Seeker { search: search_from(row)?, lookout: lookout_from(row)? };
                seekers.insert(UserId(row.try_get("seeker_id")?), seeker);
            }
        }
        let searches = seekers.values_mut().filter_map(|it| it.search.as_mut());
        let open = searches.filter_map(|it| it.proposal.as_mut()).collect();
        self.seat(open).await?;
        Ok(seekers)
    }

    /// Reads who is in these proposals.
    async fn seat(&self, mut proposals: Vec<&mut ProposalRow>) -> StoreResult<()> {
        let ids: BTreeSet<ProposalId> = proposals.iter().map(|it| it.id).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let mut seats: HashMap<ProposalId, Vec<Seat>> = HashMap::new();
        for some in ids.chunks(IDS_A_QUERY) {
            let mut sql = QueryBuilder::new(
                "select proposal_id, ticket_id, account_id, answer from seat
                 where proposal_id in (",
            );
            let mut list = sql.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            sql.push(") order by proposal_id, ticket_id");
            for row in &sql.build().persistent(false).fetch_all(&self.readers).await? {
                let proposal = ProposalId(row.try_get("proposal_id")?);
                seats.entry(proposal).or_default().push(seat_from(row)?);
            }
        }
        for proposal in &mut proposals {
            proposal.seats = seats.get(&proposal.id).cloned().unwrap_or_default();
        }
        Ok(())
    }

    pub(in crate::store) async fn cancel_search(
        &self,
        user: UserId,
        now: Millis,
    ) -> StoreResult<Turned> {
        for tries in 1.. {
            let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
            lock_account(&mut tx, user).await?;
            let Some(ticket) = open_ticket(&mut tx, user).await? else { break };
            let mut happening = Happening::to(&mut tx, ticket.id, now).await?;
            if happening.is_torn() && tries < CANCELS_MAX {
                continue;
            }
            // What is no longer open by now is over already.
            let turned = happening.decide(&mut tx, Event::Cancel(desk_id(ticket.id))).await?;
            tx.commit().await?;
            return Ok(turned.unwrap_or_default());
        }
        Ok(Turned::default())
    }

    pub(in crate::store) async fn count_searches(&self) -> StoreResult<u32> {
        let (count,): (i64,) =
            sqlx::query_as("select count(*) from ticket where state in ('searching', 'proposed')")
                .fetch_one(&self.readers)
                .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub(in crate::store) async fn waits(
        &self,
        since: Millis,
        most: u32,
    ) -> StoreResult<Vec<WaitRow>> {
        let sql = "select at, waited_ms, matched, band, wishes from wait
             where at >= $1 order by at desc, id limit $2";
        let rows =
            sqlx::query(sql).bind(since.0).bind(i64::from(most)).fetch_all(&self.readers).await?;
        let wait = |row: &DbRow| -> StoreResult<Option<WaitRow>> {
            let Some(wishes) = wishes_from(row, "wishes")? else { return Ok(None) };
            Ok(Some(WaitRow {
                at: Millis(row.try_get("at")?),
                waited_ms: row.try_get("waited_ms")?,
                matched: row.try_get::<i64, _>("matched")? != 0,
                band: Band::named(row.try_get("band")?),
                wishes,
            }))
        };
        rows.iter().filter_map(|row| wait(row).transpose()).collect()
    }

    pub(in crate::store) async fn born(&self, user: UserId) -> StoreResult<Option<i64>> {
        let row: Option<(Option<i64>,)> = sqlx::query_as("select born from account where id = $1")
            .bind(user.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.and_then(|(born,)| born))
    }

    pub(in crate::store) async fn set_born(&self, user: UserId, year: i64) -> StoreResult<bool> {
        let done = sqlx::query("update account set born = $2 where id = $1 and born is null")
            .bind(user.0)
            .bind(year)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(in crate::store) async fn tickets_changed(
        &self,
        since: Option<Millis>,
        wants: &(impl Fn(TicketId, TicketState, Millis) -> bool + Sync),
    ) -> StoreResult<Vec<TicketRow>> {
        let mut sql = QueryBuilder::new("select ");
        sql.push(TICKET).push(" from ticket where ");
        match since {
            Some(since) => sql.push("changed_at >= ").push_bind(since.0),
            None => sql.push("state in ('searching', 'proposed')"),
        };
        let mut tickets = Vec::new();
        for row in &sql.build().fetch_all(&self.readers).await? {
            let state = TicketState::named(row.try_get("ticket_state")?);
            let changed = Millis(row.try_get("changed_at")?);
            if wants(TicketId(row.try_get("id")?), state, changed) {
                tickets.extend(ticket_from(row)?);
            }
        }
        Ok(tickets)
    }

    pub(in crate::store) async fn met(&self, users: &[UserId]) -> StoreResult<Vec<MetRow>> {
        let mut met = Vec::new();
        for some in users.chunks(IDS_A_QUERY) {
            for column in ["low_id", "high_id"] {
                let mut sql = QueryBuilder::new(
                    "select low_id, high_id, at, skipped_at, cast(case when exists (
                             select 1 from shun where (by_id = low_id and of_id = high_id)
                                 or (by_id = high_id and of_id = low_id)
                         ) then 1 else 0 end as bigint) as shunned from met where ",
                );
                sql.push(column).push(" in (");
                let mut list = sql.separated(", ");
                for user in some {
                    list.push_bind(user.0);
                }
                sql.push(")");
                for row in sql.build().persistent(false).fetch_all(&self.readers).await? {
                    met.push(MetRow {
                        one: UserId(row.try_get("low_id")?),
                        other: UserId(row.try_get("high_id")?),
                        at: row.try_get::<Option<i64>, _>("at")?.map(Millis),
                        skipped_at: row.try_get::<Option<i64>, _>("skipped_at")?.map(Millis),
                        shunned: row.try_get::<i64, _>("shunned")? != 0,
                    });
                }
            }
        }
        Ok(met)
    }

    pub(in crate::store) async fn forget_searches(
        &self,
        fence: Fence,
        before: Millis,
        now: Millis,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !leads(&mut tx, fence).await? {
            return Ok(());
        }
        for sql in [
            "delete from conduct where id in (select id from conduct where at < $1 limit 1000)",
            "delete from wait where id in (select id from wait where at < $1 limit 1000)",
            "delete from proposal where id in
                 (select id from proposal where expires_at < $1 and state <> 'open' limit 500)",
            "delete from ticket where id in
                 (select id from ticket where ended_at < $1 limit 500)",
        ] {
            sqlx::query(sql).bind(before.0).execute(&mut *tx).await?;
        }
        // Whoever was told, or was not: after a day it is over.
        sqlx::query("delete from lookout where until < $1").bind(now.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A ticket's id as the desk has it.
pub(super) fn desk_id(ticket: TicketId) -> ::matching::ids::TicketId {
    ::matching::ids::TicketId(ticket.0.as_u128())
}

/// A user's open ticket.
async fn open_ticket(tx: &mut Tx<'_>, user: UserId) -> StoreResult<Option<TicketRow>> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(TICKET).push(" from ticket where account_id = ").push_bind(user.0);
    sql.push(" and state in ('searching', 'proposed')");
    let row = sql.build().fetch_optional(&mut **tx).await?;
    row.as_ref().map_or(Ok(None), ticket_from)
}

/// Ends the search of somebody who may not be matched for a while; nothing where they have none.
pub(super) async fn refuse_search(
    tx: &mut Tx<'_>,
    user: UserId,
    now: Millis,
) -> StoreResult<Turned> {
    let Some(ticket) = open_ticket(tx, user).await? else { return Ok(Turned::default()) };
    let mut happening = Happening::to(tx, ticket.id, now).await?;
    let cancelled = happening.decide(tx, Event::Cancel(desk_id(ticket.id))).await?;
    let Ok(turned) = cancelled else { return Ok(Turned::default()) };
    sqlx::query("update ticket set state = 'refused' where id = $1 and state = 'cancelled'")
        .bind(ticket.id.0)
        .execute(&mut **tx)
        .await?;
    Ok(turned)
}

/// How it stands with somebody's search, but for who is in the proposal.
fn search_from(row: &DbRow) -> StoreResult<Option<Search>> {
    let Some(ticket) = ticket_from(row)? else { return Ok(None) };
    let id: Option<uuid::Uuid> = row.try_get("proposal_id")?;
    let proposal = match id.filter(|_| ticket.state == TicketState::Proposed) {
        Some(id) => Some(ProposalRow {
            id: ProposalId(id),
            until: Millis(row.try_get("expires_at")?),
            shared: serde_json::from_str(row.try_get("common")?).unwrap_or_default(),
            seats: Vec::new(),
        }),
        None => None,
    };
    let room: Option<uuid::Uuid> = row.try_get("room_id")?;
    let room = room.filter(|_| ticket.state == TicketState::Matched).map(RoomId);
    Ok(Some(Search { ticket, proposal, room }))
}

pub(super) fn tickets_from(rows: &[DbRow]) -> StoreResult<Vec<TicketRow>> {
    rows.iter().filter_map(|row| ticket_from(row).transpose()).collect()
}

/// A lookout as its owner sees it.
fn lookout_from(row: &DbRow) -> StoreResult<Option<Lookout>> {
    let until: Option<i64> = row.try_get("lookout_until")?;
    let Some(until) = until.map(Millis) else { return Ok(None) };
    let told = row.try_get::<Option<i64>, _>("told_at")?.map(Millis);
    let wishes = wishes_from(row, "lookout_wishes")?;
    Ok(wishes.map(|wishes| Lookout { wishes, until, told }))
}

/// A ticket; none where there is none, or whose wishes are of a newer server.
pub(super) fn ticket_from(row: &DbRow) -> StoreResult<Option<TicketRow>> {
    if row.try_get::<Option<uuid::Uuid>, _>("id")?.is_none() {
        return Ok(None);
    }
    let Some(wishes) = wishes_from(row, "wishes")? else { return Ok(None) };
    Ok(Some(TicketRow {
        id: TicketId(row.try_get("id")?),
        user: UserId(row.try_get("account_id")?),
        wishes,
        band: Band::named(row.try_get("band")?),
        guest: row.try_get::<i64, _>("guest")? != 0,
        since: Millis(row.try_get("since")?),
        state: TicketState::named(row.try_get("ticket_state")?),
        acted_at: Millis(row.try_get("acted_at")?),
        skipped_at: row.try_get::<Option<i64>, _>("skipped_at")?.map(Millis),
        changed_at: Millis(row.try_get("changed_at")?),
    }))
}

pub(super) fn wishes_from(row: &DbRow, column: &str) -> StoreResult<Option<Wishes>> {
    Ok(serde_json::from_str(row.try_get(column)?).ok())
}
