//! What counts for or against people when they are matched.
//!
//! A block counts for nothing: who was blocked is not to learn it, and could not be told of it.
//! Open reports are read where they are kept, so that one that is dismissed counts no more.

use super::{DbRow, IDS_A_QUERY, Queries, Tx};
use crate::store::StoreResult;
use ::matching::standing::{Deed, Kind, REMEMBERED_MS, cooldown};
use app::protocol::{
    ids::{Millis, UserId},
    refusal::Refusal,
};
use sqlx::{QueryBuilder, Row};
use std::collections::HashMap;

/// A report that is open, beside the kinds that are stored.
const OPEN_REPORT: &str = "open_report";
const MUTED: &str = "muted";

impl Queries {
    pub(in crate::store) async fn deeds_of(
        &self,
        users: &[UserId],
        since: Millis,
    ) -> StoreResult<HashMap<UserId, Vec<Deed>>> {
        let mut deeds: HashMap<UserId, Vec<Deed>> = HashMap::new();
        for some in users.chunks(IDS_A_QUERY) {
            let mut sql = deeds_query(some, since);
            let rows = sql.build().persistent(some.len() == 1).fetch_all(&self.readers).await?;
            for row in &rows {
                let user = UserId(row.try_get("account_id")?);
                deeds.entry(user).or_default().extend(deed_from(row)?);
            }
        }
        Ok(deeds)
    }
}

/// Those of the users who may not begin to look for others: they are muted, or in a pause.
pub(super) async fn refused_seekers(
    tx: &mut Tx<'_>,
    users: &[UserId],
    now: Millis,
) -> StoreResult<HashMap<UserId, Refusal>> {
    let mut sql = deeds_query(users, Millis(now.0 - REMEMBERED_MS));
    sql.push(" union all select id, '").push(MUTED).push("', muted_until from account");
    sql.push(" where muted_until > ").push_bind(now.0).push(" and id in (");
    let mut list = sql.separated(", ");
    for user in users {
        list.push_bind(user.0);
    }
    sql.push(")");
    let rows = sql.build().persistent(users.len() == 1).fetch_all(&mut **tx).await?;
    let mut deeds: HashMap<UserId, Vec<Deed>> = HashMap::new();
    let mut refused = HashMap::new();
    for row in &rows {
        let user = UserId(row.try_get("account_id")?);
        if row.try_get::<&str, _>("kind")? == MUTED {
            let until = Some(Millis(row.try_get("at")?)).filter(|it| *it < Millis::NEVER);
            refused.insert(user, Refusal::Muted { until });
        }
        deeds.entry(user).or_default().extend(deed_from(row)?);
    }
    for (user, deeds) in deeds {
        if let Some(until) = cooldown(&deeds, now.0).map(Millis) {
            refused.entry(user).or_insert(Refusal::TooSoon { until });
        }
    }
    Ok(refused)
}

/// What these users did since then. Several reports by one person are one.
fn deeds_query(users: &[UserId], since: Millis) -> QueryBuilder<super::Db> {
    let mut sql = QueryBuilder::new("select account_id, kind, at from conduct where at >= ");
    sql.push_bind(since.0).push(" and account_id in (");
    let mut list = sql.separated(", ");
    for user in users {
        list.push_bind(user.0);
    }
    sql.push(") union all select against_id, '").push(OPEN_REPORT);
    sql.push("', max(at) from report where decision is null and at >= ").push_bind(since.0);
    sql.push(" and against_id in (");
    let mut list = sql.separated(", ");
    for user in users {
        list.push_bind(user.0);
    }
    sql.push(") group by against_id, by_id");
    sql
}

/// What somebody did; none of what counts for nothing.
fn deed_from(row: &DbRow) -> StoreResult<Option<Deed>> {
    let kind = match row.try_get("kind")? {
        "kept" | "talked" => Kind::Good,
        "not_answered" => Kind::NoAnswer,
        "skipped" | "left_early" => Kind::Skipped,
        "sanctioned" => Kind::Upheld,
        OPEN_REPORT => Kind::Reported,
        _ => return Ok(None),
    };
    Ok(Some(Deed { kind, at: row.try_get("at")? }))
}

/// Notes that somebody did something.
pub(super) async fn note_conduct(
    tx: &mut Tx<'_>,
    user: UserId,
    kind: &str,
    now: Millis,
) -> StoreResult<()> {
    sqlx::query("insert into conduct (id, account_id, kind, at) values ($1, $2, $3, $4)")
        .bind(uuid::Uuid::now_v7())
        .bind(user.0)
        .bind(kind)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What was done about somebody last is taken back.
pub(super) async fn forgive(tx: &mut Tx<'_>, user: UserId) -> StoreResult<()> {
    sqlx::query(
        "delete from conduct where id = (
             select id from conduct where account_id = $1 and kind = 'sanctioned'
             order by at desc, id desc limit 1)",
    )
    .bind(user.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
