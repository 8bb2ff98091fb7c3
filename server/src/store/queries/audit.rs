//! The audit log: lines are added and read, and never changed.

use super::{BEGIN_WRITE, DbRow, Queries, Tx};
use crate::{
    audit::{Filter, Line, PAGE_LINES},
    store::{Append, Change, Outcomes, StoreError, StoreResult, decide::Facts},
};
use app::protocol::{
    ids::{AuditId, Millis, UserId},
    message::{Deed, What},
    order::{Action, AuditLine, Detail},
    room::Act,
};
use sqlx::{QueryBuilder, Row as _};

impl Queries {
    pub(in crate::store) async fn audit(&self, line: &Line, now: Millis) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        write(&mut tx, line, now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn audit_lines(
        &self,
        filter: Filter,
    ) -> StoreResult<(Vec<AuditLine>, bool)> {
        let mut sql = QueryBuilder::new(
            "select id, at, by_id, by_name, action, object_id, object_name, detail
             from audit where 1 = 1",
        );
        if let Some(person) = filter.person {
            sql.push(" and (by_id = ").push_bind(person.0);
            sql.push(" or object_id = ").push_bind(person.0).push(")");
        }
        if let Some(action) = filter.action {
            sql.push(" and action = ").push_bind(action.name());
        }
        if let Some(before) = filter.before {
            sql.push(" and id < ").push_bind(before.0);
        }
        // The ids are in the order of time.
        sql.push(" order by id desc limit ").push_bind(limit_and_one());
        let rows = sql.build().persistent(false).fetch_all(&self.readers).await?;
        let more = rows.len() > PAGE_LINES;
        let lines = rows.iter().take(PAGE_LINES).map(line_from).collect::<StoreResult<_>>()?;
        Ok((lines, more))
    }
}

/// One more than a page, by which it is seen that there are more.
fn limit_and_one() -> i64 {
    i64::try_from(PAGE_LINES).unwrap_or(i64::MAX - 1) + 1
}

fn line_from(row: &DbRow) -> StoreResult<AuditLine> {
    let action: String = row.try_get("action")?;
    let action = Action::from_name(&action)
        .ok_or_else(|| StoreError::Db(sqlx::Error::Decode(format!("action {action}").into())))?;
    let detail: String = row.try_get("detail")?;
    let by: Option<uuid::Uuid> = row.try_get("by_id")?;
    Ok(AuditLine {
        id: AuditId(row.try_get("id")?),
        at: Millis(row.try_get("at")?),
        by: by.map(UserId),
        by_name: row.try_get("by_name")?,
        action,
        object: row.try_get("object_id")?,
        object_name: row.try_get("object_name")?,
        detail: serde_json::from_str(&detail).unwrap_or_default(),
    })
}

/// Adds lines for what of a batch was done by a role's power: announcements, and the acts of who
/// has not the rank for them in the room itself.
pub(super) async fn write_appended(
    tx: &mut Tx<'_>,
    batch: &[Append],
    outcomes: &Outcomes,
    facts: &Facts,
    now: Millis,
) -> StoreResult<()> {
    for (append, outcome) in batch.iter().zip(outcomes) {
        let Ok(done) = outcome else { continue };
        let Some(first) = done.entries.first() else { continue };
        let (by, room) = (Some(append.author), append.room);
        match &append.change {
            // What the server tells by itself is nobody's act.
            Change::Announce(_) if append.login.is_some() => {
                write(tx, &Line::room(by, Action::Announce, room, Detail::default()), now).await?;
            }
            Change::Act(act) if facts.own_rank_before(room, append.author) < act.act.rank() => {
                let closes = matches!(act.act, Act::Close { .. });
                let action = if closes { Action::Close } else { Action::Act };
                write(tx, &Line::room(by, action, room, detail_of(&first.what)), now).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What an act in a room tells of itself. Of what is said in new names and topics nothing.
fn detail_of(what: &What) -> Detail {
    let What::Did(did) = what else { return Detail::default() };
    let has_reason = matches!(did.deed, Deed::Kicked | Deed::Banned | Deed::Muted | Deed::Closed);
    Detail {
        act: Some(did.deed.name().to_owned()),
        subject: did.subject.as_ref().map(|it| it.name.clone()),
        until: did.until,
        reason: if has_reason { did.text.clone() } else { String::new() },
        ..Detail::default()
    }
}

/// Adds a line. Names are those of now; a room that cannot be found by everybody is not named.
pub(super) async fn write(tx: &mut Tx<'_>, line: &Line, now: Millis) -> StoreResult<()> {
    let detail = serde_json::to_string(&line.detail)
        .map_err(|error| StoreError::Db(sqlx::Error::Encode(Box::new(error))))?;
    sqlx::query(
        "insert into audit (id, at, by_id, by_name, action, object_id, object_name, detail)
         values ($1, $2, $3, coalesce((select name from account where id = $3), ''), $4, $5,
             coalesce(
                 (select name from account where id = $5),
                 (select name from room where id = $5 and kind <> 'direct' and door <> 'invite'),
                 $6),
             $7)",
    )
    .bind(uuid::Uuid::now_v7())
    .bind(now.0)
    .bind(line.by.map(|it| it.0))
    .bind(line.action.name())
    .bind(line.object)
    .bind(&line.name)
    .bind(detail)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
