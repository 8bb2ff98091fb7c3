//! Proposals: tickets that were put together, and what becomes of them.
//!
//! A proposal's row is locked before its tickets, and those in the order of their ids.

use super::{
    BEGIN_WRITE, DbRow, FOR_UPDATE, IDS_A_QUERY, Queries, Tx,
    conduct::note_conduct,
    leases::leads,
    tickets::{TICKET, desk_id, tickets_from},
};
use crate::planted::{self, Bug, Point};
use crate::store::{
    Fence, NewProposal, ProposalRow, Seat, Shared, StoreResult, TicketRow, TicketState, Turned,
};
use crate::veil::Mask;
use ::matching::desk::{self, Asked, Change, Event, Outcome, Place, State, Terms, Why};
use app::protocol::{
    ids::{Millis, ProposalId, RoomId, TicketId, UserId},
    questions::PairSettings,
    refusal::Refusal,
};
use sqlx::{QueryBuilder, Row};
use std::collections::HashSet;

/// After all rooms that have a place in lists.
const POSITION: i64 = 1_000_000;

/// What a proposal that is no more answers, and one that was never made to whoever asks.
const OVER: Refusal = Refusal::ProposalOver;

impl Queries {
    pub(in crate::store) async fn propose(
        &self,
        fence: Fence,
        found: &[NewProposal],
        terms: Terms,
        now: Millis,
    ) -> StoreResult<Option<Turned>> {
        let mut turned = Turned::default();
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !leads(&mut tx, fence).await? {
            return Ok(None);
        }
        // In one order, so that two rounds cannot wait for each other.
        let ids: Vec<_> = found.iter().flat_map(|it| it.tickets.iter().copied()).collect();
        let tickets = lock_tickets(&mut tx, ids).await?;
        let mut taken = HashSet::new();
        let again = found.iter().filter(|_| planted::has(Bug::DoubleMatch));
        for new in found.iter().chain(again) {
            // What was read of a ticket counts until something happened to it.
            if new.tickets.iter().any(|it| taken.contains(it)) && !planted::has(Bug::DoubleMatch) {
                continue;
            }
            let mine = |it: &&TicketRow| new.tickets.contains(&it.id);
            let mine: Vec<_> = tickets.iter().filter(mine).cloned().collect();
            if mine.len() == new.tickets.len() {
                taken.extend(new.tickets.iter().copied());
                turned.add(propose_one(&mut tx, new, mine, (terms, now)).await?);
            }
        }
        planted::pass(Point::InPropose);
        tx.commit().await?;
        Ok(Some(turned))
    }

    pub(in crate::store) async fn answer_proposal(
        &self,
        user: UserId,
        proposal: ProposalId,
        yes: bool,
        now: Millis,
    ) -> StoreResult<Result<Turned, Refusal>> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let Some(row) = lock_proposal(&mut tx, proposal).await? else { return Ok(Err(OVER)) };
        let Some(seat) = row.seats.iter().find(|it| it.user == user) else { return Ok(Err(OVER)) };
        let ticket = desk_id(seat.ticket);
        let event = if yes { Event::Yes(ticket) } else { Event::No(ticket) };
        let mut happening = Happening::of(&mut tx, row, now).await?;
        let turned = happening.decide(&mut tx, event).await?;
        if let Ok(done) = &turned {
            if !done.rooms.is_empty() {
                planted::pass(Point::InAnswer);
            }
            tx.commit().await?;
        }
        Ok(turned)
    }

    pub(in crate::store) async fn end_search(
        &self,
        fence: Fence,
        ticket: TicketId,
        away: &HashSet<UserId>,
        now: Millis,
    ) -> StoreResult<Option<Turned>> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !leads(&mut tx, fence).await? {
            return Ok(None);
        }
        let mut happening = Happening::to(&mut tx, ticket, now).await?;
        // It is looked again in a second.
        if happening.is_torn() {
            return Ok(Some(Turned::default()));
        }
        happening.away = happening.tickets.iter().map(|it| it.user).collect();
        happening.away.retain(|it| away.contains(it));
        let Ok(turned) = happening.decide(&mut tx, Event::Clock).await? else {
            return Ok(Some(Turned::default()));
        };
        planted::pass(Point::InExpiry);
        tx.commit().await?;
        Ok(Some(turned))
    }

    pub(in crate::store) async fn ended_searches(
        &self,
        away: &HashSet<UserId>,
        now: Millis,
    ) -> StoreResult<Vec<TicketId>> {
        let mut sql = QueryBuilder::new(
            "select seat.ticket_id, seat.proposal_id from seat
             join proposal on proposal.id = seat.proposal_id
             where seat.open = 1 and proposal.state = 'open' and proposal.expires_at <= ",
        );
        sql.push_bind(now.0);
        if !away.is_empty() {
            sql.push(
                " union select ticket.id, seat.proposal_id from ticket
                 left join seat on seat.ticket_id = ticket.id and seat.open = 1
                 where ticket.state in ('searching', 'proposed') and ticket.account_id in (",
            );
            let mut list = sql.separated(", ");
            for user in away.iter().take(IDS_A_QUERY) {
                list.push_bind(user.0);
            }
            sql.push(")");
        }
        let mut proposals = HashSet::new();
        let mut tickets = Vec::new();
        for row in &sql.build().persistent(false).fetch_all(&self.readers).await? {
            let proposal: Option<uuid::Uuid> = row.try_get("proposal_id")?;
            if proposal.is_none_or(|it| proposals.insert(it)) {
                tickets.push(TicketId(row.try_get("ticket_id")?));
            }
        }
        tickets.sort_unstable();
        Ok(tickets)
    }

    pub(in crate::store) async fn next_proposal_end(&self) -> StoreResult<Option<Millis>> {
        let (at,): (Option<i64>,) =
            sqlx::query_as("select min(expires_at) from proposal where state = 'open'")
                .fetch_one(&self.readers)
                .await?;
        Ok(at.map(Millis))
    }
}

/// Something that happens to a proposal or to a ticket outside of one, with what it happens to,
/// locked.
pub(super) struct Happening {
    proposal: Option<ProposalRow>,
    tickets: Vec<TicketRow>,
    /// Whose connection has been gone for too long.
    away: HashSet<UserId>,
    now: Millis,
}

impl Happening {
    async fn of(tx: &mut Tx<'_>, proposal: ProposalRow, now: Millis) -> StoreResult<Self> {
        let ids = proposal.seats.iter().map(|it| it.ticket).collect();
        let tickets = lock_tickets(tx, ids).await?;
        Ok(Self { proposal: Some(proposal), tickets, away: HashSet::new(), now })
    }

    /// To a ticket, with the proposal that it was in before both were locked.
    pub(super) async fn to(tx: &mut Tx<'_>, ticket: TicketId, now: Millis) -> StoreResult<Self> {
        if let Some(open) = proposal_of(tx, ticket).await?
            && let Some(proposal) = lock_proposal(tx, open.id).await?
        {
            return Self::of(tx, proposal, now).await;
        }
        let tickets = lock_tickets(tx, vec![ticket]).await?;
        Ok(Self { proposal: None, tickets, away: HashSet::new(), now })
    }

    /// Whether a round put the ticket into a proposal after that was looked for, and before the
    /// ticket was locked. To be done anew in another transaction: a proposal is locked before its
    /// tickets.
    pub(super) fn is_torn(&self) -> bool {
        self.proposal.is_none() && self.tickets.iter().any(|it| it.state == TicketState::Proposed)
    }

    /// Decides and writes what follows.
    pub(super) async fn decide(
        &mut self,
        tx: &mut Tx<'_>,
        event: Event,
    ) -> StoreResult<Result<Turned, Refusal>> {
        let proposal = self.proposal.as_ref().map(|it| desk::Proposal {
            asked: it
                .seats
                .iter()
                .map(|it| Asked { ticket: desk_id(it.ticket), said_yes: it.yes })
                .collect(),
            until: it.until.0,
        });
        let places: Vec<_> = self.tickets.iter().map(|it| self.place(it)).collect();
        match desk::decide(proposal.as_ref(), &places, event, self.now.0) {
            Ok(changes) => self.write(tx, &changes, event).await.map(Ok),
            Err(desk::Refusal::AlreadyAnswered) => Ok(Err(Refusal::AlreadyAnswered)),
            Err(_) => Ok(Err(OVER)),
        }
    }

    fn place(&self, ticket: &TicketRow) -> Place {
        let away = self.away.contains(&ticket.user);
        Place {
            ticket: desk_id(ticket.id),
            state: ticket.state.desk(),
            active_at: ticket.acted_at.0,
            away_since: away.then(|| self.now.0 - desk::AWAY_MS),
            gives_up_at: None,
        }
    }

    fn ticket(&self, id: ::matching::ids::TicketId) -> Option<&TicketRow> {
        self.tickets.iter().find(|it| desk_id(it.id) == id)
    }

    async fn write(
        &self,
        tx: &mut Tx<'_>,
        changes: &[Change],
        event: Event,
    ) -> StoreResult<Turned> {
        let mut turned = Turned::default();
        if !changes.is_empty() {
            turned.users = self.tickets.iter().map(|it| it.user).collect();
        }
        if let Event::Yes(by) | Event::No(by) = event
            && let Some(ticket) = self.ticket(by)
        {
            let sql = "update ticket set acted_at = $2, changed_at = $2 where id = $1";
            sqlx::query(sql).bind(ticket.id.0).bind(self.now.0).execute(&mut **tx).await?;
        }
        for change in changes {
            match change {
                Change::SaidYes(by) => self.said_yes(tx, *by).await?,
                Change::Now(_, State::Searching, Why::OtherGone)
                    if planted::has(Bug::LostTicket) => {}
                Change::Now(id, state, why) => {
                    if let Some(ticket) = self.ticket(*id) {
                        let state = TicketState::of(*state, *why);
                        set_state(tx, &[ticket], (state, *why), self.now).await?;
                    }
                }
                Change::Away(..) => {}
                Change::Refused { by, of } => {
                    if let (Some(by), Some(of)) = (self.ticket(*by), self.ticket(*of)) {
                        note_met(tx, by.user, of.user, (self.now, false)).await?;
                    }
                }
                Change::Closed(outcome) => {
                    if let Some(proposal) = &self.proposal {
                        turned.rooms.extend(close(tx, proposal, *outcome, self.now).await?);
                    }
                }
            }
        }
        Ok(turned)
    }

    async fn said_yes(&self, tx: &mut Tx<'_>, by: ::matching::ids::TicketId) -> StoreResult<()> {
        let (Some(proposal), Some(ticket)) = (&self.proposal, self.ticket(by)) else {
            return Ok(());
        };
        sqlx::query(
            "update seat set answer = 'yes', answered_at = $3
             where proposal_id = $1 and ticket_id = $2",
        )
        .bind(proposal.id.0)
        .bind(ticket.id.0)
        .bind(self.now.0)
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}

/// Proposes one of the things that a round found, if all of them are still searching.
async fn propose_one(
    tx: &mut Tx<'_>,
    new: &NewProposal,
    tickets: Vec<TicketRow>,
    (terms, now): (Terms, Millis),
) -> StoreResult<Turned> {
    let mut happening = Happening { proposal: None, tickets, away: HashSet::new(), now };
    let places: Vec<_> = happening.tickets.iter().map(|it| happening.place(it)).collect();
    let Ok((open, changes)) = desk::propose_on(terms, &places, now.0) else {
        return Ok(Turned::default());
    };
    let id = ProposalId(uuid::Uuid::now_v7());
    let until = open.as_ref().map_or(now, |it| Millis(it.until));
    let yes = |ticket: &TicketRow| {
        let asked = open.iter().flat_map(|it| &it.asked);
        open.is_none() || asked.into_iter().any(|it| it.ticket == desk_id(ticket.id) && it.said_yes)
    };
    let seats = happening
        .tickets
        .iter()
        .map(|it| Seat { ticket: it.id, user: it.user, yes: yes(it) })
        .collect();
    let row = ProposalRow { id, until, shared: new.shared.clone(), seats };
    add_proposal(tx, &row, now).await?;
    happening.proposal = Some(row);
    let mut turned = happening.write(tx, &changes, Event::Clock).await?;
    if open.is_none()
        && let Some(proposal) = &happening.proposal
    {
        turned.rooms.extend(close(tx, proposal, Outcome::Taken, now).await?);
    }
    Ok(turned)
}

pub(super) async fn add_proposal(
    tx: &mut Tx<'_>,
    row: &ProposalRow,
    now: Millis,
) -> StoreResult<()> {
    sqlx::query(
        "insert into proposal (id, made_at, expires_at, state, common)
         values ($1, $2, $3, 'open', $4)",
    )
    .bind(row.id.0)
    .bind(now.0)
    .bind(row.until.0)
    .bind(serde_json::to_string(&row.shared).unwrap_or_default())
    .execute(&mut **tx)
    .await?;
    for seat in &row.seats {
        sqlx::query(
            "insert into seat (proposal_id, ticket_id, account_id, answer, answered_at, held, open)
             values ($1, $2, $3, $4, $5, 1, 1)",
        )
        .bind(row.id.0)
        .bind(seat.ticket.0)
        .bind(seat.user.0)
        .bind(seat.yes.then_some("yes"))
        .bind(seat.yes.then_some(now.0))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Gives tickets another state, all the same. Their waiting times are noted where those are over.
pub(super) async fn set_state(
    tx: &mut Tx<'_>,
    tickets: &[&TicketRow],
    (state, why): (TicketState, Why),
    now: Millis,
) -> StoreResult<()> {
    if tickets.is_empty() {
        return Ok(());
    }
    let ended = (!state.is_open()).then_some(now.0);
    let skipped = (why == Why::Refused).then_some(now.0);
    let mut sql = QueryBuilder::new("update ticket set state = ");
    sql.push_bind(state.name()).push(", changed_at = ").push_bind(now.0);
    sql.push(", ended_at = ").push_bind(ended);
    sql.push(", skipped_at = coalesce(").push_bind(skipped).push(", skipped_at)");
    if why == Why::OtherGone && planted::has(Bug::ResetWait) {
        sql.push(", since = ").push_bind(now.0);
    }
    sql.push(" where id in (");
    let mut list = sql.separated(", ");
    for ticket in tickets {
        list.push_bind(ticket.id.0);
    }
    sql.push(")");
    sql.build().persistent(tickets.len() == 1).execute(&mut **tx).await?;
    if ended.is_some() {
        note_waits(tx, tickets, state == TicketState::Matched, now).await?;
    }
    let counted = match why {
        Why::NoAnswer => Some("not_answered"),
        Why::Refused => Some("skipped"),
        Why::Proposed | Why::Taken | Why::OtherGone | Why::Cancelled | Why::Away | Why::GaveUp => {
            None
        }
    };
    for ticket in tickets {
        if let Some(kind) = counted {
            note_conduct(tx, ticket.user, kind, now).await?;
        }
    }
    Ok(())
}

/// Notes for how long the owners of these tickets waited.
async fn note_waits(
    tx: &mut Tx<'_>,
    tickets: &[&TicketRow],
    matched: bool,
    now: Millis,
) -> StoreResult<()> {
    let mut sql = QueryBuilder::new("insert into wait (id, at, waited_ms, matched, band, wishes) ");
    sql.push_values(tickets, |mut row, ticket| {
        row.push_bind(uuid::Uuid::now_v7())
            .push_bind(now.0)
            .push_bind(now.since(ticket.since).max(0))
            .push_bind(i64::from(matched))
            .push_bind(ticket.band.name())
            .push_bind(serde_json::to_string(&ticket.wishes).unwrap_or_default());
    });
    sql.build().persistent(tickets.len() == 1).execute(&mut **tx).await?;
    Ok(())
}

/// Notes that two met, or that one said no to the other.
async fn note_met(
    tx: &mut Tx<'_>,
    one: UserId,
    other: UserId,
    (now, met): (Millis, bool),
) -> StoreResult<()> {
    let (at, skipped) = if met { (Some(now.0), None) } else { (None, Some(now.0)) };
    sqlx::query(
        "insert into met (low_id, high_id, at, times, skipped_at) values ($1, $2, $3, $4, $5)
         on conflict (low_id, high_id) do update set
             at = coalesce(excluded.at, met.at), times = met.times + excluded.times,
             skipped_at = coalesce(excluded.skipped_at, met.skipped_at)",
    )
    .bind(one.min(other).0)
    .bind(one.max(other).0)
    .bind(at)
    .bind(i64::from(met))
    .bind(skipped)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a proposal; the room, where it became a match.
pub(super) async fn close(
    tx: &mut Tx<'_>,
    proposal: &ProposalRow,
    outcome: Outcome,
    now: Millis,
) -> StoreResult<Option<RoomId>> {
    let room = match outcome {
        Outcome::Taken => Some(make_match_room(tx, proposal, now).await?),
        Outcome::Refused | Outcome::Broken | Outcome::Unanswered => None,
    };
    let state = match outcome {
        Outcome::Taken => "matched",
        Outcome::Refused => "refused",
        Outcome::Broken => "cancelled",
        Outcome::Unanswered => "expired",
    };
    sqlx::query("update proposal set state = $2, room_id = $3 where id = $1")
        .bind(proposal.id.0)
        .bind(state)
        .bind(room.map(|it| it.0))
        .execute(&mut **tx)
        .await?;
    sqlx::query("update seat set open = 0, held = $2 where proposal_id = $1")
        .bind(proposal.id.0)
        .bind(i64::from(room.is_some()))
        .execute(&mut **tx)
        .await?;
    Ok(room)
}

/// The room in which those talk who were matched.
async fn make_match_room(
    tx: &mut Tx<'_>,
    proposal: &ProposalRow,
    now: Millis,
) -> StoreResult<RoomId> {
    let room = RoomId(uuid::Uuid::now_v7());
    let people = i64::try_from(proposal.seats.len()).unwrap_or(i64::MAX);
    sqlx::query(
        "insert into room
             (id, kind, name, topic, capacity, position, head, people, created_at, door)
         values ($1, 'match', '', '', $2, $3, 0, $2, $4, 'invite')",
    )
    .bind(room.0)
    .bind(people)
    .bind(POSITION)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    let pack = proposal.shared.pack.as_ref().and_then(|it| it.parse().ok());
    let questions = PairSettings { pack, by_word: true, ..PairSettings::default() };
    sqlx::query(
        "insert into meeting (room_id, began_at, common, questions) values ($1, $2, $3, $4)",
    )
    .bind(room.0)
    .bind(now.0)
    .bind(serde_json::to_string(&proposal.shared).unwrap_or_default())
    .bind(serde_json::to_string(&questions).unwrap_or_default())
    .execute(&mut **tx)
    .await?;
    let masks = Mask::some(proposal.seats.len());
    for ((place, seat), mask) in proposal.seats.iter().enumerate().zip(masks) {
        sqlx::query("insert into member (room_id, account_id, joined_at) values ($1, $2, $3)")
            .bind(room.0)
            .bind(seat.user.0)
            .bind(now.0)
            .execute(&mut **tx)
            .await?;
        sqlx::query("insert into meeter (room_id, account_id, mask) values ($1, $2, $3)")
            .bind(room.0)
            .bind(seat.user.0)
            .bind(mask.0)
            .execute(&mut **tx)
            .await?;
        for other in proposal.seats.iter().skip(place + 1) {
            note_met(tx, seat.user, other.user, (now, true)).await?;
        }
    }
    Ok(room)
}

/// The open proposal that a ticket is in.
async fn proposal_of(tx: &mut Tx<'_>, ticket: TicketId) -> StoreResult<Option<ProposalRow>> {
    let row: Option<(uuid::Uuid,)> =
        sqlx::query_as("select proposal_id from seat where ticket_id = $1 and open = 1")
            .bind(ticket.0)
            .fetch_optional(&mut **tx)
            .await?;
    match row {
        Some((id,)) => read_proposal(tx, ProposalId(id), "").await,
        None => Ok(None),
    }
}

/// An open proposal, which nobody else changes until the transaction ends.
async fn lock_proposal(tx: &mut Tx<'_>, id: ProposalId) -> StoreResult<Option<ProposalRow>> {
    read_proposal(tx, id, FOR_UPDATE).await
}

async fn read_proposal(
    tx: &mut Tx<'_>,
    id: ProposalId,
    lock: &str,
) -> StoreResult<Option<ProposalRow>> {
    let mut sql = QueryBuilder::new("select expires_at, common from proposal where id = ");
    sql.push_bind(id.0).push(" and state = 'open'").push(lock);
    let Some(row) = sql.build().fetch_optional(&mut **tx).await? else { return Ok(None) };
    let seats = sqlx::query(
        "select ticket_id, account_id, answer from seat where proposal_id = $1 order by ticket_id",
    )
    .bind(id.0)
    .fetch_all(&mut **tx)
    .await?;
    let shared = shared_from(&row)?;
    let seats = seats.iter().map(seat_from).collect::<StoreResult<_>>()?;
    Ok(Some(ProposalRow { id, until: Millis(row.try_get("expires_at")?), shared, seats }))
}

/// What those in a proposal or meeting have in common.
pub(super) fn shared_from(row: &DbRow) -> StoreResult<Shared> {
    Ok(serde_json::from_str(row.try_get("common")?).unwrap_or_default())
}

pub(super) fn seat_from(row: &DbRow) -> StoreResult<Seat> {
    Ok(Seat {
        ticket: TicketId(row.try_get("ticket_id")?),
        user: UserId(row.try_get("account_id")?),
        yes: row.try_get::<Option<String>, _>("answer")?.as_deref() == Some("yes"),
    })
}

/// Tickets that nobody else changes until the transaction ends.
async fn lock_tickets(tx: &mut Tx<'_>, mut ids: Vec<TicketId>) -> StoreResult<Vec<TicketRow>> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = QueryBuilder::new("select ");
    sql.push(TICKET).push(" from ticket where id in (");
    let mut list = sql.separated(", ");
    for id in &ids {
        list.push_bind(id.0);
    }
    sql.push(") order by id").push(FOR_UPDATE);
    let rows = sql.build().persistent(false).fetch_all(&mut **tx).await?;
    tickets_from(&rows)
}
