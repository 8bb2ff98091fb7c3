//! Accounts and guests.

use super::{Db, Store, StoreError, StoreResult, logins::delete_logins};
use app::protocol::{
    ids::{LoginId, Millis, UserId},
    people::Role,
};
use sqlx::{FromRow, Row};

/// A user as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// argon2id in PHC form; none for a guest.
    pub password: Option<String>,
}

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name as it is shown.
    pub name: String,
    /// What names are compared by.
    pub name_key: String,
    /// argon2id in PHC form; none for a guest.
    pub password: Option<String>,
    /// What they may do.
    pub role: Role,
}

impl<'r> FromRow<'r, <Db as sqlx::Database>::Row> for User {
    fn from_row(row: &'r <Db as sqlx::Database>::Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: UserId(row.try_get("id")?),
            name: row.try_get("name")?,
            role: role_from(row.try_get("role")?),
            password: row.try_get("password")?,
        })
    }
}

/// The role of that name; what is not known may the least.
pub(super) fn role_from(text: &str) -> Role {
    match text {
        "admin" => Role::Admin,
        "member" => Role::Member,
        _ => Role::Guest,
    }
}

/// The name of a role in the database.
pub(super) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Member => "member",
        Role::Guest => "guest",
    }
}

/// A unique violation is a taken name.
fn name_taken(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(it) if it.is_unique_violation() => StoreError::NameTaken,
        other => StoreError::Db(other),
    }
}

impl Store {
    /// Makes a user. The first account runs the server: made as [`Role::Member`], it is an admin.
    pub async fn create_user(&self, new: NewUser, now: Millis) -> StoreResult<User> {
        let id = UserId(uuid::Uuid::now_v7());
        sqlx::query_as(
            "insert into account (id, name, name_key, password, role, created_at)
             values ($1, $2, $3, $4,
                 case when $5 = 'member' and not exists (select 1 from account where password is not null)
                     then 'admin' else $5 end,
                 $6)
             returning id, name, role, password",
        )
        .bind(id.0)
        .bind(new.name)
        .bind(new.name_key)
        .bind(new.password)
        .bind(role_name(new.role))
        .bind(now.0)
        .fetch_one(&self.writer)
        .await
        .map_err(name_taken)
    }

    /// The user of that name key.
    pub async fn user_by_name_key(&self, name_key: &str) -> StoreResult<Option<User>> {
        let sql = "select id, name, role, password from account where name_key = $1";
        Ok(sqlx::query_as(sql).bind(name_key).fetch_optional(&self.readers).await?)
    }

    /// The user of that id.
    pub async fn user(&self, id: UserId) -> StoreResult<Option<User>> {
        let sql = "select id, name, role, password from account where id = $1";
        Ok(sqlx::query_as(sql).bind(id.0).fetch_optional(&self.readers).await?)
    }

    /// Gives a user another name.
    pub async fn rename_user(&self, id: UserId, name: &str, name_key: &str) -> StoreResult<()> {
        sqlx::query("update account set name = $2, name_key = $3 where id = $1")
            .bind(id.0)
            .bind(name)
            .bind(name_key)
            .execute(&self.writer)
            .await
            .map_err(name_taken)?;
        Ok(())
    }

    /// Sets a user's password and ends their logins but `keep`, both or neither; names those it
    /// ended. A guest becomes an account by it, and the first account an admin.
    pub async fn set_password(
        &self,
        id: UserId,
        password: &str,
        keep: Option<LoginId>,
    ) -> StoreResult<Vec<LoginId>> {
        let mut tx = self.writer.begin().await?;
        sqlx::query(
            "update account set password = $2, role = case
                 when role <> 'guest' then role
                 when exists (select 1 from account where password is not null) then 'member'
                 else 'admin' end
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

    /// Sets what a user may do.
    pub async fn set_role(&self, id: UserId, role: Role) -> StoreResult<()> {
        sqlx::query("update account set role = $2 where id = $1")
            .bind(id.0)
            .bind(role_name(role))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreOptions;

    fn account(name: &str) -> NewUser {
        let (name, password) = (name.to_owned(), Some("old".to_owned()));
        NewUser { name_key: name.clone(), name, password, role: Role::Member }
    }

    #[tokio::test]
    async fn the_first_account_is_the_admin_and_no_later_one() {
        let store = Store::open(StoreOptions::default()).await.unwrap();
        let ann = store.create_user(account("ann"), Millis(0)).await.unwrap();
        assert_eq!(ann.role, Role::Admin);
        store.set_role(ann.id, Role::Member).await.unwrap();
        let eve = store.create_user(account("eve"), Millis(0)).await.unwrap();
        assert_eq!(eve.role, Role::Member);
        assert!(matches!(
            store.create_user(account("eve"), Millis(0)).await,
            Err(StoreError::NameTaken)
        ));
    }

    #[tokio::test]
    async fn who_knew_the_old_password_does_not_get_in_by_it() {
        let store = Store::open(StoreOptions::default()).await.unwrap();
        let ann = store.create_user(account("ann"), Millis(0)).await.unwrap();
        let here = store.create_login(&ann, &[1; 32], "", Millis(0)).await.unwrap();
        let there = store.create_login(&ann, &[2; 32], "", Millis(0)).await.unwrap();
        assert_eq!(store.set_password(ann.id, "new", Some(here)).await.unwrap(), [there]);
        // Checked against the hash that was read before the change.
        let late = store.create_login(&ann, &[3; 32], "", Millis(0)).await;
        assert!(matches!(late, Err(StoreError::NotFound)));
        assert_eq!(store.logins(ann.id).await.unwrap().len(), 1);
    }
}
