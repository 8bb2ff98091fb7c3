//! Accounts and guests.

use super::{BEGIN_WRITE, DbRow, IDS_A_QUERY, Queries, Tx, lock_deployment, logins::delete_logins};
use crate::store::{
    NewUser, StoreError, StoreResult, User,
    rows::{role_from, role_name},
};
use app::protocol::{
    ids::{LoginId, Millis, UserId},
    people::ByHand,
};
use sqlx::{QueryBuilder, Row};
use std::collections::HashMap;

/// What [`user_from`] reads of `account`.
macro_rules! user_columns {
    () => {
        "account.id, account.name, account.role, account.password, account.presence,
             account.banned_until, account.muted_until, account.one_login,
             (select version from picture where picture.account_id = account.id) as picture"
    };
}
pub(super) use user_columns;

/// The user of a row with [`user_columns`].
pub(super) fn user_from(row: &DbRow) -> StoreResult<User> {
    Ok(User {
        id: UserId(row.try_get("id")?),
        name: row.try_get("name")?,
        role: role_from(row.try_get("role")?),
        password: row.try_get("password")?,
        by_hand: ByHand::named(row.try_get("presence")?).unwrap_or_default(),
        one_login: row.try_get::<i64, _>("one_login")? != 0,
        picture: picture_from(row)?,
        banned_until: row.try_get::<Option<i64>, _>("banned_until")?.map(Millis),
        muted_until: row.try_get::<Option<i64>, _>("muted_until")?.map(Millis),
    })
}

/// The version of a picture, in the column `picture`, as addresses have it.
pub(super) fn picture_from(row: &DbRow) -> StoreResult<Option<String>> {
    let version: Option<uuid::Uuid> = row.try_get("picture")?;
    Ok(version.map(|it| it.simple().to_string()))
}

/// A unique violation is a taken name.
fn name_taken(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(it) if it.is_unique_violation() => StoreError::NameTaken,
        other => StoreError::Db(other),
    }
}

impl Queries {
    pub(in crate::store) async fn create_user(
        &self,
        new: &NewUser,
        now: Millis,
    ) -> StoreResult<User> {
        let id = UserId(uuid::Uuid::now_v7());
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if new.password.is_some() {
            lock_deployment(&mut tx).await?;
        }
        let row = sqlx::query(
            "insert into account (id, name, name_key, password, role, created_at)
             values ($1, $2, $3, $4,
                 case when $5 = 'member' and not exists (select 1 from account where password is not null)
                     then 'owner' else $5 end,
                 $6)
             returning id, name, role, password, presence, banned_until, muted_until, one_login,
                 (select version from picture where account_id = $1) as picture",
        )
        .bind(id.0)
        .bind(&new.name)
        .bind(&new.name_key)
        .bind(&new.password)
        .bind(role_name(new.role))
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await
        .map_err(name_taken)?;
        let user = user_from(&row)?;
        tx.commit().await?;
        Ok(user)
    }

    pub(in crate::store) async fn user_by_name_key(
        &self,
        name_key: &str,
    ) -> StoreResult<Option<User>> {
        let sql = concat!("select ", user_columns!(), " from account where account.name_key = $1");
        let row = sqlx::query(sql).bind(name_key).fetch_optional(&self.readers).await?;
        row.as_ref().map(user_from).transpose()
    }

    pub(in crate::store) async fn user(&self, id: UserId) -> StoreResult<Option<User>> {
        let sql = concat!("select ", user_columns!(), " from account where account.id = $1");
        let row = sqlx::query(sql).bind(id.0).fetch_optional(&self.readers).await?;
        row.as_ref().map(user_from).transpose()
    }

    pub(in crate::store) async fn users(&self, ids: &[UserId]) -> StoreResult<Vec<User>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(IDS_A_QUERY) {
            let mut sql = QueryBuilder::new(concat!(
                "select ",
                user_columns!(),
                " from account where account.id in ("
            ));
            let mut list = sql.separated(", ");
            for user in some {
                list.push_bind(user.0);
            }
            list.push_unseparated(")");
            for row in sql.build().persistent(false).fetch_all(&self.readers).await? {
                found.push(user_from(&row)?);
            }
        }
        Ok(found)
    }

    pub(in crate::store) async fn rename_user(
        &self,
        id: UserId,
        name: &str,
        name_key: &str,
    ) -> StoreResult<()> {
        sqlx::query(
            "update account set name = $2, name_key = $3, generation = generation + 1
             where id = $1",
        )
        .bind(id.0)
        .bind(name)
        .bind(name_key)
        .execute(&self.writer)
        .await
        .map_err(name_taken)?;
        Ok(())
    }

    pub(in crate::store) async fn set_password(
        &self,
        id: UserId,
        password: &str,
        keep: Option<LoginId>,
    ) -> StoreResult<Vec<LoginId>> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        lock_deployment(&mut tx).await?;
        sqlx::query(
            "update account set password = $2, generation = generation + 1, role = case
                 when role <> 'guest' then role
                 when exists (select 1 from account where password is not null) then 'member'
                 else 'owner' end
             where id = $1",
        )
        .bind(id.0)
        .bind(password)
        .execute(&mut *tx)
        .await?;
        let ended = delete_logins(&mut tx, id, keep).await?;
        tx.commit().await?;
        Ok(ended)
    }

    pub(in crate::store) async fn generations(
        &self,
        users: &[UserId],
    ) -> StoreResult<HashMap<UserId, i64>> {
        let mut found = HashMap::with_capacity(users.len());
        for some in users.chunks(IDS_A_QUERY) {
            let mut sql = QueryBuilder::new("select id, generation from account where id in (");
            let mut list = sql.separated(", ");
            for user in some {
                list.push_bind(user.0);
            }
            list.push_unseparated(")");
            for row in sql.build().persistent(false).fetch_all(&self.readers).await? {
                found.insert(UserId(row.try_get("id")?), row.try_get("generation")?);
            }
        }
        Ok(found)
    }
}

/// Notes that something about a user changed that other nodes must learn.
pub(super) async fn bump_generation(tx: &mut Tx<'_>, user: UserId) -> StoreResult<()> {
    sqlx::query("update account set generation = generation + 1 where id = $1")
        .bind(user.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
