//! What many ask of those who wait, done together: one transaction and one flush for all.
//!
//! Accounts are locked in the order of their ids, and then tickets in the order of theirs.

use super::{
    BEGIN_WRITE, FOR_UPDATE, IDS_A_QUERY, Queries, Tx,
    conduct::refused_seekers,
    proposals::set_state,
    tickets::{TICKET, ticket_from},
};
use crate::store::{NewTicket, StoreResult, TicketAsk, TicketRow, TicketState, Turned};
use ::matching::desk::Why;
use app::protocol::{
    ids::{LoginId, Millis, TicketId, UserId},
    matching::Ended,
    refusal::Refusal,
};
use sqlx::{QueryBuilder, Row};
use std::collections::{HashMap, HashSet};

/// A user's tickets are forgotten so long after their end, once there is another one.
const FORGET_OWN_MS: i64 = 24 * 60 * 60 * 1_000;

/// What came of an ask; nothing of one whose ticket is in a proposal, with others.
type Answer = Option<Result<Turned, Refusal>>;

impl Queries {
    pub(in crate::store) async fn ask_tickets(
        &self,
        asks: &[TicketAsk],
        now: Millis,
    ) -> StoreResult<Vec<Answer>> {
        if asks.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let facts = Facts::read(&mut tx, asks, now).await?;
        let mut turns = Turns::default();
        let answers = asks.iter().map(|it| turns.decide(it, &facts)).collect();
        turns.write(&mut tx, now).await?;
        tx.commit().await?;
        Ok(answers)
    }
}

/// An open ticket.
struct Open {
    id: TicketId,
    is_searching: bool,
    /// None where its wishes are of a newer server.
    row: Option<TicketRow>,
}

/// What stands there of those who ask.
#[derive(Default)]
struct Facts {
    signed_in: HashSet<(UserId, LoginId)>,
    open: HashMap<UserId, Open>,
    /// When those were matched last who are matched since they asked.
    matched: HashMap<UserId, Millis>,
    refused: HashMap<UserId, Refusal>,
}

impl Facts {
    async fn read(tx: &mut Tx<'_>, asks: &[TicketAsk], now: Millis) -> StoreResult<Self> {
        let news: Vec<_> = asks.iter().filter_map(taken).collect();
        if !news.is_empty() {
            lock_accounts(tx, &news.iter().map(|it| it.user).collect::<Vec<_>>()).await?;
        }
        let users = asks.iter().map(TicketAsk::user);
        let is_usual = asks.len() == 1;
        let mut sql = QueryBuilder::new("select ");
        sql.push(TICKET).push(" from ticket where state in ('searching', 'proposed')");
        ids(sql.push(" and account_id in ("), users).push(") order by id").push(FOR_UPDATE);
        let rows = sql.build().persistent(is_usual).fetch_all(&mut **tx).await?;
        let mut facts = Self::default();
        for row in &rows {
            let open = Open {
                id: TicketId(row.try_get("id")?),
                is_searching: row.try_get::<&str, _>("ticket_state")? == "searching",
                row: ticket_from(row)?,
            };
            facts.open.insert(UserId(row.try_get("account_id")?), open);
        }
        if !news.is_empty() {
            facts.read_takers(tx, &news, now).await?;
        }
        Ok(facts)
    }

    /// What is to be known of those who want to be among those who wait.
    async fn read_takers(
        &mut self,
        tx: &mut Tx<'_>,
        news: &[&NewTicket],
        now: Millis,
    ) -> StoreResult<()> {
        let is_usual = news.len() == 1;
        let mut sql = QueryBuilder::new("select id, account_id from login where id in (");
        let mut list = sql.separated(", ");
        for new in news {
            list.push_bind(new.login.0);
        }
        sql.push(")");
        for row in &sql.build().persistent(is_usual).fetch_all(&mut **tx).await? {
            let login = LoginId(row.try_get("id")?);
            self.signed_in.insert((UserId(row.try_get("account_id")?), login));
        }
        let users: Vec<_> = news.iter().map(|it| it.user).collect();
        let asked = news.iter().map(|it| it.at).min().unwrap_or(now);
        let mut sql = QueryBuilder::new("select account_id, max(changed_at) as at from ticket");
        sql.push(" where state = 'matched' and changed_at >= ").push_bind(asked.0);
        ids(sql.push(" and account_id in ("), users.iter().copied()).push(") group by account_id");
        for row in &sql.build().persistent(is_usual).fetch_all(&mut **tx).await? {
            let user = UserId(row.try_get("account_id")?);
            self.matched.insert(user, Millis(row.try_get("at")?));
        }
        self.refused = refused_seekers(tx, &users, now).await?;
        Ok(())
    }
}

/// What is to be written.
#[derive(Default)]
struct Turns<'a> {
    /// With the ticket that has been there.
    changed: Vec<(&'a NewTicket, TicketId)>,
    begun: Vec<&'a NewTicket>,
    cancelled: Vec<&'a TicketRow>,
}

impl<'a> Turns<'a> {
    /// Decides one of the asks. Pure.
    fn decide(&mut self, ask: &'a TicketAsk, facts: &'a Facts) -> Answer {
        let open = facts.open.get(&ask.user());
        let changed = || Some(Ok(Turned { users: vec![ask.user()], rooms: Vec::new() }));
        match (ask, open) {
            (TicketAsk::Take(new), _) if !facts.signed_in.contains(&(new.user, new.login)) => {
                Some(Err(Refusal::NotSignedIn))
            }
            (TicketAsk::Take(new), Some(open)) => {
                self.changed.push((new, open.id));
                changed()
            }
            (TicketAsk::Take(new), None) => {
                // Who was matched while this was on its way is in a room by now, and looks for
                // nobody.
                if facts.matched.get(&new.user).is_some_and(|it| *it >= new.at) {
                    return changed();
                }
                if let Some(refusal) = facts.refused.get(&new.user) {
                    return Some(Err(*refusal));
                }
                self.begun.push(new);
                changed()
            }
            (TicketAsk::Cancel(_), None) => Some(Ok(Turned::default())),
            (TicketAsk::Cancel(_), Some(open)) => match &open.row {
                Some(ticket) if open.is_searching => {
                    self.cancelled.push(ticket);
                    changed()
                }
                _ => None,
            },
        }
    }

    async fn write(&self, tx: &mut Tx<'_>, now: Millis) -> StoreResult<()> {
        for (new, id) in &self.changed {
            sqlx::query(
                "update ticket set wishes = $2, acted_at = $3, changed_at = $3, band = $4,
                     guest = $5
                 where id = $1",
            )
            .bind(id.0)
            .bind(serde_json::to_string(&new.wishes).unwrap_or_default())
            .bind(now.0)
            .bind(new.band.name())
            .bind(i64::from(new.guest))
            .execute(&mut **tx)
            .await?;
        }
        if !self.begun.is_empty() {
            self.begin(tx, now).await?;
        }
        let cancelled = (TicketState::Ended(Ended::Cancelled), Why::Cancelled);
        set_state(tx, &self.cancelled, cancelled, now).await
    }

    /// Whoever looks for somebody often leaves many tickets: those that have been over for a day
    /// are forgotten with the next one.
    async fn begin(&self, tx: &mut Tx<'_>, now: Millis) -> StoreResult<()> {
        let is_usual = self.begun.len() == 1;
        let mut sql = QueryBuilder::new("delete from ticket where ended_at < ");
        sql.push_bind(now.0 - FORGET_OWN_MS);
        ids(sql.push(" and account_id in ("), self.begun.iter().map(|it| it.user)).push(")");
        sql.build().persistent(is_usual).execute(&mut **tx).await?;
        let mut sql = QueryBuilder::new(
            "insert into ticket (id, account_id, wishes, band, guest, since, state, acted_at,
                 changed_at) ",
        );
        sql.push_values(&self.begun, |mut row, new| {
            row.push_bind(uuid::Uuid::now_v7())
                .push_bind(new.user.0)
                .push_bind(serde_json::to_string(&new.wishes).unwrap_or_default())
                .push_bind(new.band.name())
                .push_bind(i64::from(new.guest))
                .push_bind(new.at.0)
                .push_bind("searching")
                .push_bind(now.0)
                .push_bind(now.0);
        });
        sql.build().persistent(is_usual).execute(&mut **tx).await?;
        Ok(())
    }
}

/// Nobody else gives these users a ticket until the transaction ends.
async fn lock_accounts(tx: &mut Tx<'_>, users: &[UserId]) -> StoreResult<()> {
    let mut sql = QueryBuilder::new("select id from account where id in (");
    ids(&mut sql, users.iter().copied()).push(") order by id").push(FOR_UPDATE);
    sql.build().persistent(users.len() == 1).fetch_all(&mut **tx).await?;
    Ok(())
}

/// Those of the users who look for somebody, and do not begin to until the transaction ends.
pub(super) async fn lock_seekers(
    tx: &mut Tx<'_>,
    users: &[UserId],
) -> StoreResult<HashSet<UserId>> {
    let mut seekers = HashSet::new();
    for some in users.chunks(IDS_A_QUERY) {
        lock_accounts(tx, some).await?;
        let mut sql = QueryBuilder::new("select account_id from ticket");
        sql.push(" where state in ('searching', 'proposed')");
        ids(sql.push(" and account_id in ("), some.iter().copied()).push(")");
        for row in &sql.build().persistent(false).fetch_all(&mut **tx).await? {
            seekers.insert(UserId(row.try_get("account_id")?));
        }
    }
    Ok(seekers)
}

fn taken(ask: &TicketAsk) -> Option<&NewTicket> {
    match ask {
        TicketAsk::Take(new) => Some(new),
        TicketAsk::Cancel(_) => None,
    }
}

/// Users, in a list of values.
fn ids(
    sql: &mut QueryBuilder<super::Db>,
    users: impl Iterator<Item = UserId>,
) -> &mut QueryBuilder<super::Db> {
    let mut list = sql.separated(", ");
    for user in users {
        list.push_bind(user.0);
    }
    sql
}
