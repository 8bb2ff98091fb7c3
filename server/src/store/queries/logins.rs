//! Logins: signed-in browsers. Only the hash of a token is kept.

use super::{
    BEGIN_WRITE, DbRow, FOR_SHARE, FOR_UPDATE, IDS_A_QUERY, Queries, Tx,
    users::{bump_generation, user_columns, user_from},
};
use crate::store::{LoginRow, NewLogin, StoreError, StoreResult, TokenHash, User};
use app::protocol::ids::{LoginId, Millis, UserId};
use sqlx::{QueryBuilder, Row};
use std::collections::HashSet;

impl Queries {
    pub(in crate::store) async fn begin_login(
        &self,
        user: &User,
        new: &NewLogin<'_>,
        alone: bool,
    ) -> StoreResult<(LoginId, Vec<LoginId>)> {
        let id = LoginId(uuid::Uuid::now_v7());
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        // A change of the password that is under way is waited for.
        let mut sql = QueryBuilder::new(
            "select one_login from account where id = $1 and password is not distinct from $2
                 and (banned_until is null or banned_until <= $3)",
        );
        sql.push(if alone || user.one_login { FOR_UPDATE } else { FOR_SHARE });
        let found = sql.build().bind(user.id.0).bind(&user.password).bind(new.at.0);
        if found.fetch_optional(&mut *tx).await?.is_none() {
            return Err(StoreError::NotFound);
        }
        let mut ended = Vec::new();
        if alone || user.one_login {
            bump_generation(&mut tx, user.id).await?;
            ended = delete_logins(&mut tx, user.id, None).await?;
        }
        sqlx::query(
            "insert into login (id, account_id, token_hash, agent, created_at, seen_at)
             values ($1, $2, $3, $4, $5, $5)",
        )
        .bind(id.0)
        .bind(user.id.0)
        .bind(new.token.as_slice())
        .bind(new.agent)
        .bind(new.at.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok((id, ended))
    }

    pub(in crate::store) async fn login_by_token(
        &self,
        token: &TokenHash,
    ) -> StoreResult<Option<(LoginRow, User)>> {
        let row = sqlx::query(concat!(
            "select login.id as login_id, agent, login.created_at, seen_at, ",
            user_columns!(),
            " from login join account on account.id = login.account_id
                 where token_hash = $1",
        ))
        .bind(token.as_slice())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| Ok((login_from(&row, "login_id")?, user_from(&row)?))).transpose()
    }

    pub(in crate::store) async fn touch_login(&self, id: LoginId, now: Millis) -> StoreResult<()> {
        sqlx::query("update login set seen_at = $2 where id = $1")
            .bind(id.0)
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(in crate::store) async fn logins(&self, user: UserId) -> StoreResult<Vec<LoginRow>> {
        let sql = "select id, agent, created_at, seen_at from login where account_id = $1
             order by seen_at desc, id";
        let rows = sqlx::query(sql).bind(user.0).fetch_all(&self.readers).await?;
        rows.iter().map(|row| login_from(row, "id")).collect()
    }

    pub(in crate::store) async fn delete_login(
        &self,
        user: UserId,
        id: LoginId,
    ) -> StoreResult<bool> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        // The account first, as everywhere, so that two who end logins wait in one order.
        bump_generation(&mut tx, user).await?;
        let done = sqlx::query("delete from login where id = $1 and account_id = $2")
            .bind(id.0)
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    pub(in crate::store) async fn delete_logins(
        &self,
        user: UserId,
        keep: Option<LoginId>,
    ) -> StoreResult<Vec<LoginId>> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        bump_generation(&mut tx, user).await?;
        let ended = delete_logins(&mut tx, user, keep).await?;
        tx.commit().await?;
        Ok(ended)
    }

    pub(in crate::store) async fn known_logins(
        &self,
        logins: &[LoginId],
    ) -> StoreResult<HashSet<LoginId>> {
        let mut known = HashSet::with_capacity(logins.len());
        for some in logins.chunks(IDS_A_QUERY) {
            let mut sql = QueryBuilder::new("select id from login where id in (");
            let mut list = sql.separated(", ");
            for login in some {
                list.push_bind(login.0);
            }
            list.push_unseparated(")");
            for row in sql.build().persistent(false).fetch_all(&self.readers).await? {
                known.insert(LoginId(row.try_get("id")?));
            }
        }
        Ok(known)
    }

    pub(in crate::store) async fn delete_stale_logins(
        &self,
        idle_since: Millis,
        begun_before: Millis,
    ) -> StoreResult<Vec<LoginId>> {
        let sql = "select distinct account_id from login where seen_at < $1 or created_at < $2";
        let users = sqlx::query(sql)
            .bind(idle_since.0)
            .bind(begun_before.0)
            .fetch_all(&self.readers)
            .await?;
        let mut ended = Vec::new();
        for row in users {
            let user = UserId(row.try_get("account_id")?);
            let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
            bump_generation(&mut tx, user).await?;
            let sql = "delete from login
                 where account_id = $3 and (seen_at < $1 or created_at < $2) returning id";
            let rows = sqlx::query(sql)
                .bind(idle_since.0)
                .bind(begun_before.0)
                .bind(user.0)
                .fetch_all(&mut *tx)
                .await?;
            tx.commit().await?;
            for row in rows {
                ended.push(LoginId(row.try_get("id")?));
            }
        }
        Ok(ended)
    }
}

fn login_from(row: &DbRow, id: &str) -> StoreResult<LoginRow> {
    Ok(LoginRow {
        id: LoginId(row.try_get(id)?),
        agent: row.try_get("agent")?,
        created_at: Millis(row.try_get("created_at")?),
        seen_at: Millis(row.try_get("seen_at")?),
    })
}

/// Ends a user's logins but `keep`, and names those it ended.
pub(super) async fn delete_logins(
    tx: &mut Tx<'_>,
    user: UserId,
    keep: Option<LoginId>,
) -> StoreResult<Vec<LoginId>> {
    let keep = keep.map_or_else(uuid::Uuid::nil, |it| it.0);
    let sql = "delete from login where account_id = $1 and id <> $2 returning id";
    let rows = sqlx::query(sql).bind(user.0).bind(keep).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok(LoginId(row.try_get("id")?))).collect()
}
