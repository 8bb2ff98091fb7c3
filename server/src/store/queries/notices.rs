//! What users are told about themselves and their reports, until they confirm it.

use super::{DbRow, Queries, Tx};
use crate::store::{
    Notify, StoreError, StoreResult,
    rows::{role_from, role_name},
};
use app::protocol::{
    ids::{Millis, NoticeId, UserId},
    order::{Notice, Told, Why},
};
use sqlx::Row as _;

/// Notices that a user is shown, the newest.
const NOTICES_MAX: i64 = 100;

impl Queries {
    pub(in crate::store) async fn notices(&self, user: UserId) -> StoreResult<Vec<Notice>> {
        let rows = sqlx::query(
            "select id, at, told, why, until, role, text, confirmed_at from notice
             where account_id = $1 order by id desc limit $2",
        )
        .bind(user.0)
        .bind(NOTICES_MAX)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(notice_from).collect()
    }

    pub(in crate::store) async fn open_notices(&self, user: UserId) -> StoreResult<u32> {
        let sql = "select count(*) from notice where account_id = $1 and confirmed_at is null";
        let (count,): (i64,) = sqlx::query_as(sql).bind(user.0).fetch_one(&self.readers).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub(in crate::store) async fn confirm_notice(
        &self,
        user: UserId,
        notice: NoticeId,
        now: Millis,
    ) -> StoreResult<()> {
        let done = sqlx::query(
            "update notice set confirmed_at = coalesce(confirmed_at, $3)
             where id = $1 and account_id = $2",
        )
        .bind(notice.0)
        .bind(user.0)
        .bind(now.0)
        .execute(&self.writer)
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}

fn notice_from(row: &DbRow) -> StoreResult<Notice> {
    let told: String = row.try_get("told")?;
    let told = Told::from_name(&told)
        .ok_or_else(|| StoreError::Db(sqlx::Error::Decode(format!("told {told}").into())))?;
    let why: Option<String> = row.try_get("why")?;
    let role: Option<String> = row.try_get("role")?;
    Ok(Notice {
        id: NoticeId(row.try_get("id")?),
        at: Millis(row.try_get("at")?),
        told,
        why: why.as_deref().and_then(Why::from_name),
        until: row.try_get::<Option<i64>, _>("until")?.map(Millis),
        role: role.as_deref().map(role_from),
        text: row.try_get("text")?,
        confirmed: row.try_get::<Option<i64>, _>("confirmed_at")?.is_some(),
    })
}

/// Tells a user something.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    user: UserId,
    notify: &Notify<'_>,
    now: Millis,
) -> StoreResult<()> {
    sqlx::query(
        "insert into notice (id, account_id, at, told, why, until, role, text)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(uuid::Uuid::now_v7())
    .bind(user.0)
    .bind(now.0)
    .bind(notify.told.name())
    .bind(notify.why.map(Why::name))
    .bind(notify.until.map(|it| it.0))
    .bind(notify.role.map(role_name))
    .bind(notify.text)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
