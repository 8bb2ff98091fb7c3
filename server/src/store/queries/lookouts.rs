//! Who wants to be told when somebody like that looks for someone.

use super::{BEGIN_WRITE, DbRow, Queries, making::lock_signed_in, tickets::wishes_from};
use crate::store::{LookoutRow, NewLookout, StoreResult};
use app::protocol::ids::{Millis, UserId};
use sqlx::Row;

impl Queries {
    pub(in crate::store) async fn keep_lookout(
        &self,
        new: &NewLookout,
        now: Millis,
    ) -> StoreResult<bool> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !lock_signed_in(&mut tx, new.user, new.login).await? {
            return Ok(false);
        }
        sqlx::query(
            "insert into lookout (account_id, wishes, since, until) values ($1, $2, $3, $4)
             on conflict (account_id) do update set
                 wishes = excluded.wishes, since = excluded.since, until = excluded.until,
                 told_at = null",
        )
        .bind(new.user.0)
        .bind(serde_json::to_string(&new.wishes).unwrap_or_default())
        .bind(now.0)
        .bind(new.until.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(in crate::store) async fn end_lookout(&self, user: UserId) -> StoreResult<()> {
        sqlx::query("delete from lookout where account_id = $1")
            .bind(user.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(in crate::store) async fn lookouts(
        &self,
        since: Millis,
        now: Millis,
    ) -> StoreResult<Vec<LookoutRow>> {
        let rows = sqlx::query(
            "select account_id, wishes, since, until, born, role
             from lookout join account on account.id = lookout.account_id
             where since >= $1 and until > $2 and told_at is null and born is not null",
        )
        .bind(since.0)
        .bind(now.0)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().filter_map(|row| lookout_from(row).transpose()).collect()
    }

    pub(in crate::store) async fn tell_lookout(
        &self,
        user: UserId,
        since: Millis,
        now: Millis,
    ) -> StoreResult<bool> {
        let done = sqlx::query(
            "update lookout set told_at = $3
             where account_id = $1 and since = $2 and told_at is null and until > $3",
        )
        .bind(user.0)
        .bind(since.0)
        .bind(now.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

/// A lookout; none whose wishes are of a newer server.
fn lookout_from(row: &DbRow) -> StoreResult<Option<LookoutRow>> {
    let Some(wishes) = wishes_from(row, "wishes")? else { return Ok(None) };
    Ok(Some(LookoutRow {
        user: UserId(row.try_get("account_id")?),
        wishes,
        since: Millis(row.try_get("since")?),
        until: Millis(row.try_get("until")?),
        born: row.try_get("born")?,
        guest: row.try_get::<&str, _>("role")? == "guest",
    }))
}
