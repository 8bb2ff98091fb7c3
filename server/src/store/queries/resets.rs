//! Links by which a forgotten password is set anew, and the addresses to which they are mailed.

use super::{
    BEGIN_WRITE, Queries,
    logins::delete_logins,
    users::{user_columns, user_from},
};
use crate::store::{NewReset, ResetRow, StoreError, StoreResult, TokenHash, User};
use app::protocol::ids::{LoginId, Millis, UserId};
use sqlx::Row;

/// Accounts that may have one address, as far as mail goes.
const ACCOUNTS_AN_ADDRESS: i64 = 5;

impl Queries {
    pub(in crate::store) async fn set_email(
        &self,
        user: UserId,
        email: Option<&str>,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        sqlx::query("update account set email = $2 where id = $1")
            .bind(user.0)
            .bind(email)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from reset where account_id = $1")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn mailable(
        &self,
        name_key: Option<&str>,
        email: Option<&str>,
    ) -> StoreResult<Vec<(User, String)>> {
        let sql = concat!(
            "select account.email, ",
            user_columns!(),
            " from account
             where (account.name_key = $1 or account.email = $2)
                 and account.email is not null and account.password is not null
             order by account.id limit $3"
        );
        let rows = sqlx::query(sql)
            .bind(name_key)
            .bind(email)
            .bind(ACCOUNTS_AN_ADDRESS)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| Ok((user_from(row)?, row.try_get("email")?))).collect()
    }

    pub(in crate::store) async fn add_reset(&self, new: &NewReset) -> StoreResult<()> {
        sqlx::query(
            "insert into reset (token_hash, account_id, created_at, password_hash)
             values ($1, $2, $3, $4)",
        )
        .bind(new.token.as_slice())
        .bind(new.user.0)
        .bind(new.at.0)
        .bind(new.bound_to.as_slice())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub(in crate::store) async fn reset(&self, token: &TokenHash) -> StoreResult<Option<ResetRow>> {
        let sql = concat!(
            "select reset.created_at, reset.password_hash, ",
            user_columns!(),
            " from reset join account on account.id = reset.account_id where token_hash = $1"
        );
        let row = sqlx::query(sql).bind(token.as_slice()).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let bound: Vec<u8> = row.try_get("password_hash")?;
        let bound_to = bound
            .try_into()
            .map_err(|_| StoreError::Db(sqlx::Error::Decode("a hash has 32 bytes".into())))?;
        let at = Millis(row.try_get("created_at")?);
        Ok(Some(ResetRow { user: user_from(&row)?, at, bound_to }))
    }

    pub(in crate::store) async fn redeem_reset(
        &self,
        token: &TokenHash,
        user: &User,
        password: &str,
    ) -> StoreResult<Option<Vec<LoginId>>> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        // Of two who come with the same link, the second waits here and finds none.
        let gone = sqlx::query("delete from reset where token_hash = $1 and account_id = $2")
            .bind(token.as_slice())
            .bind(user.id.0)
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(None);
        }
        let set = sqlx::query(
            "update account set password = $2, generation = generation + 1
             where id = $1 and password = $3",
        )
        .bind(user.id.0)
        .bind(password)
        .bind(&user.password)
        .execute(&mut *tx)
        .await?;
        if set.rows_affected() == 0 {
            return Ok(None);
        }
        sqlx::query("delete from reset where account_id = $1")
            .bind(user.id.0)
            .execute(&mut *tx)
            .await?;
        let ended = delete_logins(&mut tx, user.id, None).await?;
        tx.commit().await?;
        Ok(Some(ended))
    }

    pub(in crate::store) async fn delete_resets(&self, made_before: Millis) -> StoreResult<()> {
        sqlx::query("delete from reset where created_at < $1")
            .bind(made_before.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
