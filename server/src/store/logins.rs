//! Logins: signed-in browsers. Only the hash of a token is kept.

use super::{Db, Store, StoreError, StoreResult, User, users::role_from};
use app::protocol::ids::{LoginId, Millis, UserId};
use sqlx::{QueryBuilder, Row};
use std::collections::HashSet;

/// SHA-256 of a login's token.
pub type TokenHash = [u8; 32];

/// A login as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginRow {
    /// The login.
    pub id: LoginId,
    /// The browser and system, as far as they said.
    pub agent: String,
    /// When it began.
    pub created_at: Millis,
    /// When it was last used.
    pub seen_at: Millis,
}

/// Logins looked up by one query.
const LOGINS_A_QUERY: usize = 500;

impl Store {
    /// Begins a login of a user as just read. Where their password has changed since, whoever
    /// proved to know the old one does not get in: [`StoreError::NotFound`].
    pub async fn create_login(
        &self,
        user: &User,
        token: &TokenHash,
        agent: &str,
        now: Millis,
    ) -> StoreResult<LoginId> {
        let id = LoginId(uuid::Uuid::now_v7());
        let done = sqlx::query(
            "insert into login (id, account_id, token_hash, agent, created_at, seen_at)
             select $1, id, $3, $4, $5, $5 from account
             where id = $2 and password is not distinct from $6",
        )
        .bind(id.0)
        .bind(user.id.0)
        .bind(token.as_slice())
        .bind(agent)
        .bind(now.0)
        .bind(&user.password)
        .execute(&self.writer)
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(id) }
    }

    /// The login with that token and its user.
    pub async fn login_by_token(&self, token: &TokenHash) -> StoreResult<Option<(LoginRow, User)>> {
        let row = sqlx::query(
            "select login.id as login_id, agent, login.created_at, seen_at,
                 account.id, name, role, password
             from login join account on account.id = login.account_id
             where token_hash = $1",
        )
        .bind(token.as_slice())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            let user = User {
                id: UserId(row.try_get("id")?),
                name: row.try_get("name")?,
                role: role_from(row.try_get("role")?),
                password: row.try_get("password")?,
            };
            Ok((login_from(&row, "login_id")?, user))
        })
        .transpose()
    }

    /// Notes that a login was used.
    pub async fn touch_login(&self, id: LoginId, now: Millis) -> StoreResult<()> {
        sqlx::query("update login set seen_at = $2 where id = $1")
            .bind(id.0)
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// A user's logins, the last used first.
    pub async fn logins(&self, user: UserId) -> StoreResult<Vec<LoginRow>> {
        let sql = "select id, agent, created_at, seen_at from login where account_id = $1
             order by seen_at desc, id";
        let rows = sqlx::query(sql).bind(user.0).fetch_all(&self.readers).await?;
        rows.iter().map(|row| login_from(row, "id")).collect()
    }

    /// Ends a login of that user; false when there was none.
    pub async fn delete_login(&self, user: UserId, id: LoginId) -> StoreResult<bool> {
        let done = sqlx::query("delete from login where id = $1 and account_id = $2")
            .bind(id.0)
            .bind(user.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends a user's logins but `keep`, and names those it ended.
    pub async fn delete_logins(
        &self,
        user: UserId,
        keep: Option<LoginId>,
    ) -> StoreResult<Vec<LoginId>> {
        delete_logins(&mut *self.writer.acquire().await?, user, keep).await
    }

    /// Those of the logins that have not ended.
    pub async fn known_logins(&self, logins: &[LoginId]) -> StoreResult<HashSet<LoginId>> {
        let mut known = HashSet::with_capacity(logins.len());
        for some in logins.chunks(LOGINS_A_QUERY) {
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

    /// Ends the logins not used since `idle_since` or begun before `begun_before`.
    pub async fn delete_stale_logins(
        &self,
        idle_since: Millis,
        begun_before: Millis,
    ) -> StoreResult<Vec<LoginId>> {
        let sql = "delete from login where seen_at < $1 or created_at < $2 returning id";
        let rows = sqlx::query(sql)
            .bind(idle_since.0)
            .bind(begun_before.0)
            .fetch_all(&self.writer)
            .await?;
        rows.iter().map(|row| Ok(LoginId(row.try_get("id")?))).collect()
    }
}

fn login_from(row: &<Db as sqlx::Database>::Row, id: &str) -> StoreResult<LoginRow> {
    Ok(LoginRow {
        id: LoginId(row.try_get(id)?),
        agent: row.try_get("agent")?,
        created_at: Millis(row.try_get("created_at")?),
        seen_at: Millis(row.try_get("seen_at")?),
    })
}

/// Ends a user's logins but `keep`, and names those it ended.
pub(super) async fn delete_logins(
    db: &mut <Db as sqlx::Database>::Connection,
    user: UserId,
    keep: Option<LoginId>,
) -> StoreResult<Vec<LoginId>> {
    let keep = keep.map_or_else(uuid::Uuid::nil, |it| it.0);
    let sql = "delete from login where account_id = $1 and id <> $2 returning id";
    let rows = sqlx::query(sql).bind(user.0).bind(keep).fetch_all(db).await?;
    rows.iter().map(|row| Ok(LoginId(row.try_get("id")?))).collect()
}
