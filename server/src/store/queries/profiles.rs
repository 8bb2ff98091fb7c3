//! What users tell of themselves, and their pictures.

use super::{BEGIN_WRITE, Queries, users::picture_from};
use crate::store::{NewPicture, PictureRow, StoreError, StoreResult};
use app::protocol::{
    ids::{Millis, UserId},
    pages::Own,
    people::ByHand,
    profile::ProfileChange,
};
use sqlx::Row;

/// The items of a list that is kept as one text.
fn items(text: &str) -> Vec<String> {
    text.split(',').filter(|it| !it.is_empty()).map(ToOwned::to_owned).collect()
}

impl Queries {
    pub(in crate::store) async fn own(&self, user: UserId) -> StoreResult<Own> {
        let sql = "select about, languages, interests, presence, email, one_login
             from account where id = $1";
        let row = sqlx::query(sql).bind(user.0).fetch_optional(&self.readers).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        Ok(Own {
            about: row.try_get("about")?,
            languages: items(row.try_get("languages")?),
            interests: items(row.try_get("interests")?),
            presence: ByHand::named(row.try_get("presence")?).unwrap_or_default(),
            email: row.try_get("email")?,
            one_login: row.try_get::<i64, _>("one_login")? != 0,
            one_login_for_all: false,
        })
    }

    pub(in crate::store) async fn set_profile(
        &self,
        user: UserId,
        change: &ProfileChange,
    ) -> StoreResult<()> {
        let joined = |it: &Option<Vec<String>>| it.as_ref().map(|it| it.join(","));
        sqlx::query(
            "update account set about = coalesce($2, about),
                 languages = coalesce($3, languages), interests = coalesce($4, interests),
                 presence = coalesce($5, presence), generation = generation + 1
             where id = $1",
        )
        .bind(user.0)
        .bind(&change.about)
        .bind(joined(&change.languages))
        .bind(joined(&change.interests))
        .bind(change.presence.map(ByHand::name))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub(in crate::store) async fn set_one_login(
        &self,
        user: UserId,
        one_login: bool,
    ) -> StoreResult<()> {
        sqlx::query("update account set one_login = $2 where id = $1")
            .bind(user.0)
            .bind(i64::from(one_login))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(in crate::store) async fn set_picture(
        &self,
        user: UserId,
        new: Option<&NewPicture>,
        now: Millis,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        sqlx::query("update account set generation = generation + 1 where id = $1")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from picture where account_id = $1")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        if let Some(new) = new {
            sqlx::query(
                "insert into picture (account_id, version, mime, small, large, at)
                 values ($1, $2, $3, $4, $5, $6)",
            )
            .bind(user.0)
            .bind(uuid::Uuid::new_v4())
            .bind(new.mime)
            .bind(&new.small)
            .bind(&new.large)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn picture(
        &self,
        user: UserId,
        large: bool,
    ) -> StoreResult<Option<PictureRow>> {
        let sql = if large {
            "select version as picture, mime, large as bytes from picture where account_id = $1"
        } else {
            "select version as picture, mime, small as bytes from picture where account_id = $1"
        };
        let row = sqlx::query(sql).bind(user.0).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(version) = picture_from(&row)? else { return Ok(None) };
        Ok(Some(PictureRow { version, mime: row.try_get("mime")?, bytes: row.try_get("bytes")? }))
    }
}
