//! What is to be done at a time.
//!
//! Users change their own jobs under their account's row; the leader under the lease. A job that
//! the leader has begun with is the leader's alone.

use super::{BEGIN_WRITE, DbRow, FOR_UPDATE, Queries, Tx, leases::leads, number, seq_from};
use crate::store::{
    Fence, Finish, Job, JobDetail, JobKind, Over, RoomSanction, StoreError, StoreResult,
};
use app::protocol::ids::{JobId, Millis, RoomId, UserId};
use sqlx::{QueryBuilder, Row};

/// So many times as many as may be open, with those that are done.
const KEPT_FACTOR: i64 = 4;

/// Entries of a closed room that one transaction removes.
const PURGED_AT_ONCE: i64 = 2_000;

const COLUMNS: &str = "id, kind, due_at, room_id, account_id, seq, detail, done_at";

impl Queries {
    pub(in crate::store) async fn plan_job(
        &self,
        job: &Job,
        most: u32,
        now: Millis,
    ) -> StoreResult<bool> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        lock_account(&mut tx, job.account).await?;
        let there: Option<(i64,)> =
            sqlx::query_as("select due_at from job where id = $1 and account_id = $2")
                .bind(job.id.0)
                .bind(job.account.0)
                .fetch_optional(&mut *tx)
                .await?;
        if there.is_some() {
            return Ok(true);
        }
        let (open, all): (i64, i64) = sqlx::query_as(
            "select count(*) filter (where done_at is null), count(*) from job
             where account_id = $1 and kind in ('say', 'remind')",
        )
        .bind(job.account.0)
        .fetch_one(&mut *tx)
        .await?;
        // Those that are done stay to be shown; whoever never dismisses any has to.
        if open >= i64::from(most) || all >= i64::from(most) * KEPT_FACTOR {
            return Ok(false);
        }
        let done = sqlx::query(
            "insert into job (id, kind, due_at, room_id, account_id, seq, detail, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing",
        )
        .bind(job.id.0)
        .bind(job.kind.name())
        .bind(job.due_at.0)
        .bind(job.room.map(|it| it.0))
        .bind(job.account.0)
        .bind(job.seq.map(number))
        .bind(written(&job.detail))
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        // The id is somebody else's: of that no more is told.
        if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(true) }
    }

    pub(in crate::store) async fn jobs_of(&self, user: UserId) -> StoreResult<Vec<Job>> {
        let mut sql = QueryBuilder::new("select ");
        sql.push(COLUMNS).push(" from job where account_id = ").push_bind(user.0);
        sql.push(" and kind in ('say', 'remind') order by due_at, id");
        jobs_from(&sql.build().fetch_all(&self.readers).await?)
    }

    pub(in crate::store) async fn change_job(
        &self,
        user: UserId,
        id: JobId,
        text: Option<&str>,
        due_at: Option<Millis>,
    ) -> StoreResult<bool> {
        let detail =
            text.map(|text| written(&JobDetail { text: text.to_owned(), ..JobDetail::default() }));
        let done = sqlx::query(
            "update job set detail = coalesce($3, detail), due_at = coalesce($4, due_at)
             where id = $1 and account_id = $2 and kind = 'say' and begun_at is null
                 and done_at is null",
        )
        .bind(id.0)
        .bind(user.0)
        .bind(detail)
        .bind(due_at.map(|it| it.0))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(in crate::store) async fn cancel_job(&self, user: UserId, id: JobId) -> StoreResult<bool> {
        let done = sqlx::query(
            "delete from job where id = $1 and account_id = $2 and kind in ('say', 'remind')
                 and (begun_at is null or done_at is not null)",
        )
        .bind(id.0)
        .bind(user.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(in crate::store) async fn next_due(
        &self,
        purge_after_ms: i64,
    ) -> StoreResult<Option<Millis>> {
        let (due,): (Option<i64>,) = sqlx::query_as(
            "select min(at) from (
                 select min(due_at) as at from job where done_at is null
                 union all select min(until) from sanction
                     join room on room.id = sanction.room_id
                     where until < 9223372036854775807 and closed_at is null
                 union all select min(closes_at) from room
                     where closes_at is not null and closed_at is null
                         and kind in ('temporary', 'match')
                 union all select min(empty_since + empty_mins * 60000) from room
                     where empty_since is not null and closed_at is null
                 union all select min(closed_at) + $1 from room where closed_at is not null
                 union all select min(clock_at) from meeting
                     join room on room.id = meeting.room_id
                     where clock_at is not null and closed_at is null
             ) as moments",
        )
        .bind(purge_after_ms)
        .fetch_one(&self.readers)
        .await?;
        Ok(due.map(Millis))
    }

    pub(in crate::store) async fn begin_jobs(
        &self,
        fence: Fence,
        now: Millis,
        most: u32,
    ) -> StoreResult<Option<Vec<Job>>> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !leads(&mut tx, fence).await? {
            return Ok(None);
        }
        let mut sql = QueryBuilder::new("select ");
        sql.push(COLUMNS).push(" from job where done_at is null and due_at <= ");
        sql.push_bind(now.0).push(" order by due_at, id limit ").push_bind(i64::from(most));
        sql.push(FOR_UPDATE);
        let rows = sql.build().fetch_all(&mut *tx).await?;
        let jobs = jobs_from(&rows)?;
        for job in &jobs {
            sqlx::query("update job set begun_at = $2 where id = $1 and begun_at is null")
                .bind(job.id.0)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(Some(jobs))
    }

    pub(in crate::store) async fn finish_job(
        &self,
        fence: Fence,
        id: JobId,
        finish: &Finish,
        now: Millis,
    ) -> StoreResult<()> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !leads(&mut tx, fence).await? {
            return Ok(());
        }
        let done = match finish {
            Finish::Gone => sqlx::query("delete from job where id = $1").bind(id.0),
            Finish::Kept(detail) => {
                sqlx::query("update job set done_at = $2, detail = $3 where id = $1")
                    .bind(id.0)
                    .bind(now.0)
                    .bind(written(detail))
            }
            Finish::Later(at) => {
                sqlx::query("update job set due_at = $2, begun_at = null where id = $1")
                    .bind(id.0)
                    .bind(at.0)
            }
            Finish::Again(at) => {
                sqlx::query("update job set due_at = $2 where id = $1").bind(id.0).bind(at.0)
            }
        };
        done.execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(in crate::store) async fn over(
        &self,
        now: Millis,
        purge_after_ms: i64,
        most: u32,
    ) -> StoreResult<Over> {
        let most = i64::from(most);
        let sanctions = sqlx::query(
            "select room_id, account_id, sanction.kind as kind from sanction
             join room on room.id = sanction.room_id
             where until <= $1 and closed_at is null order by until limit $2",
        )
        .bind(now.0)
        .bind(most)
        .fetch_all(&self.readers)
        .await?;
        let rooms = sqlx::query(
            "select id, coalesce(host_id, (select account_id from member
                 where room_id = room.id order by account_id limit 1), (select author_id from entry
                 where room_id = room.id order by seq desc limit 1)) as author
             from room
             where closed_at is null and kind in ('temporary', 'match') and (closes_at <= $1
                 or (empty_since is not null and empty_since + empty_mins * 60000 <= $1))
             order by id limit $2",
        )
        .bind(now.0)
        .bind(most)
        .fetch_all(&self.readers)
        .await?;
        let closed = sqlx::query("select id from room where closed_at <= $1 order by id limit $2")
            .bind(now.0 - purge_after_ms)
            .bind(most)
            .fetch_all(&self.readers)
            .await?;
        Ok(Over {
            sanctions: sanctions.iter().map(sanction_from).collect::<StoreResult<_>>()?,
            rooms: rooms
                .iter()
                .map(|row| Ok((room_from(row, "id")?, user_from(row, "author")?)))
                .collect::<StoreResult<_>>()?,
            closed: closed.iter().map(|row| room_from(row, "id")).collect::<StoreResult<_>>()?,
        })
    }

    pub(in crate::store) async fn purge_some_of(
        &self,
        fence: Fence,
        room: RoomId,
    ) -> StoreResult<bool> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let mut sql =
            QueryBuilder::new("select id from room where closed_at is not null and id = ");
        sql.push_bind(room.0).push(FOR_UPDATE);
        if sql.build().fetch_optional(&mut *tx).await?.is_none() || !leads(&mut tx, fence).await? {
            return Ok(true);
        }
        let done = sqlx::query(
            "delete from entry where room_id = $1
                 and seq < (select min(seq) + $2 from entry where room_id = $1)",
        )
        .bind(room.0)
        .bind(PURGED_AT_ONCE)
        .execute(&mut *tx)
        .await?;
        let gone = done.rows_affected() == 0;
        if gone {
            sqlx::query("delete from room where id = $1").bind(room.0).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(gone)
    }

    pub(in crate::store) async fn plan_succession(
        &self,
        user: UserId,
        due_at: Millis,
        now: Millis,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into job (id, kind, due_at, account_id, detail, created_at)
             select $4, 'succeed', $2, id, '{}', $3 from account
             where id = $1
                 and exists (select 1 from room where host_id = $1 and closed_at is null)
                 and not exists (select 1 from job where account_id = $1 and kind = 'succeed')",
        )
        .bind(user.0)
        .bind(due_at.0)
        .bind(now.0)
        .bind(uuid::Uuid::now_v7())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub(in crate::store) async fn cancel_succession(&self, user: UserId) -> StoreResult<()> {
        sqlx::query("delete from job where account_id = $1 and kind = 'succeed'")
            .bind(user.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(in crate::store) async fn absent_hosts(&self) -> StoreResult<Vec<UserId>> {
        let sql = "select account_id from job where kind = 'succeed'";
        let rows = sqlx::query(sql).fetch_all(&self.readers).await?;
        rows.iter().map(|row| user_from(row, "account_id")).collect()
    }

    pub(in crate::store) async fn hosted_rooms(&self, user: UserId) -> StoreResult<Vec<RoomId>> {
        let sql = "select id from room where host_id = $1 and closed_at is null order by id";
        let rows = sqlx::query(sql).bind(user.0).fetch_all(&self.readers).await?;
        rows.iter().map(|row| room_from(row, "id")).collect()
    }
}

/// Nobody else changes what belongs to that account until the transaction ends.
pub(super) async fn lock_account(tx: &mut Tx<'_>, user: UserId) -> StoreResult<()> {
    let mut sql = QueryBuilder::new("select id from account where id = ");
    sql.push_bind(user.0).push(FOR_UPDATE);
    sql.build().fetch_optional(&mut **tx).await?;
    Ok(())
}

fn written(detail: &JobDetail) -> String {
    serde_json::to_string(detail).expect("a detail has string keys")
}

fn room_from(row: &DbRow, column: &str) -> StoreResult<RoomId> {
    Ok(RoomId(row.try_get(column)?))
}

fn user_from(row: &DbRow, column: &str) -> StoreResult<UserId> {
    Ok(UserId(row.try_get(column)?))
}

fn sanction_from(row: &DbRow) -> StoreResult<(RoomId, UserId, RoomSanction)> {
    let kind = if row.try_get::<&str, _>("kind")? == "ban" {
        RoomSanction::Ban
    } else {
        RoomSanction::Mute
    };
    Ok((room_from(row, "room_id")?, user_from(row, "account_id")?, kind))
}

/// The jobs of these rows, without those of kinds that a newer version made.
fn jobs_from(rows: &[DbRow]) -> StoreResult<Vec<Job>> {
    rows.iter().filter_map(|row| job_from(row).transpose()).collect()
}

fn job_from(row: &DbRow) -> StoreResult<Option<Job>> {
    let Some(kind) = JobKind::named(row.try_get("kind")?) else { return Ok(None) };
    let has_seq = row.try_get::<Option<i64>, _>("seq")?.is_some();
    let detail: &str = row.try_get("detail")?;
    let unreadable = |error| StoreError::Db(sqlx::Error::Decode(Box::new(error)));
    Ok(Some(Job {
        id: JobId(row.try_get("id")?),
        kind,
        due_at: Millis(row.try_get("due_at")?),
        room: row.try_get::<Option<uuid::Uuid>, _>("room_id")?.map(RoomId),
        account: user_from(row, "account_id")?,
        seq: if has_seq { Some(seq_from(row, "seq")?) } else { None },
        detail: serde_json::from_str(detail).map_err(unreadable)?,
        done_at: row.try_get::<Option<i64>, _>("done_at")?.map(Millis),
    }))
}
