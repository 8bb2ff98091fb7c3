//! The queries, compiled once for each database: plain SQL that both understand. What differs is
//! named in `sqlite.rs` and `postgres.rs`.

#[path = "queries/append.rs"]
mod append;
#[path = "queries/audit.rs"]
mod audit;
#[path = "queries/changes.rs"]
mod changes;
#[path = "queries/conduct.rs"]
mod conduct;
#[path = "queries/copying.rs"]
mod copying;
#[path = "queries/daily.rs"]
mod daily;
#[path = "queries/direct.rs"]
mod direct;
#[path = "queries/doors.rs"]
mod doors;
#[path = "queries/entries.rs"]
mod entries;
#[path = "queries/facts.rs"]
mod facts;
#[path = "queries/invites.rs"]
mod invites;
#[path = "queries/jobs.rs"]
mod jobs;
#[path = "queries/leases.rs"]
mod leases;
#[path = "queries/logins.rs"]
mod logins;
#[path = "queries/lookouts.rs"]
mod lookouts;
#[path = "queries/making.rs"]
mod making;
#[path = "queries/meetings.rs"]
mod meetings;
#[path = "queries/notices.rs"]
mod notices;
#[path = "queries/now.rs"]
mod now;
#[path = "queries/order.rs"]
mod order;
#[path = "queries/overseen.rs"]
mod overseen;
#[path = "queries/packs.rs"]
mod packs;
#[path = "queries/people.rs"]
mod people;
#[path = "queries/profiles.rs"]
mod profiles;
#[path = "queries/proposals.rs"]
mod proposals;
#[path = "queries/questions.rs"]
mod questions;
#[path = "queries/reports.rs"]
mod reports;
#[path = "queries/resets.rs"]
mod resets;
#[path = "queries/rooms.rs"]
mod rooms;
#[path = "queries/speed.rs"]
mod speed;
#[path = "queries/tickets.rs"]
mod tickets;
#[path = "queries/turns.rs"]
mod turns;
#[path = "queries/users.rs"]
mod users;

pub(in crate::store) use copying::Copying;

use super::{BEGIN_READ, BEGIN_WRITE, Db, FOR_SHARE, FOR_UPDATE, UNHURRIED, batch};
use crate::planted::{self, Bug};
use crate::store::{StoreError, StoreResult};
use app::protocol::ids::{Epoch, Seq};
use sqlx::{Pool, QueryBuilder, Row as _, Transaction};
use std::sync::{Arc, atomic::AtomicI64};

/// Ids looked up by one query.
const IDS_A_QUERY: usize = 500;

type DbRow = <Db as sqlx::Database>::Row;
pub(super) type Tx<'c> = Transaction<'c, Db>;

/// The queries of one database. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::store) struct Queries {
    /// What is written goes through these connections: one for SQLite, which has one writer.
    pub(super) writer: Pool<Db>,
    pub(super) readers: Pool<Db>,
    /// When something was last said that had been said before, in milliseconds.
    repeated_at: Arc<AtomicI64>,
}

impl Queries {
    pub(super) fn new(writer: Pool<Db>, readers: Pool<Db>) -> Self {
        Self { writer, readers, repeated_at: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    pub(in crate::store) async fn ping(&self) -> StoreResult<()> {
        sqlx::query("select 1").execute(&self.readers).await?;
        Ok(())
    }

    pub(in crate::store) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Forgets the epoch, so that the next start makes a new one.
    pub(in crate::store) async fn forget_epoch(&self) -> StoreResult<()> {
        sqlx::query("delete from meta where key = 'epoch'").execute(&self.writer).await?;
        Ok(())
    }

    /// The epoch as it stands there now; none where it was forgotten.
    pub(in crate::store) async fn read_epoch(&self) -> StoreResult<Option<String>> {
        let sql = "select value from meta where key = 'epoch'";
        let epoch: Option<(String,)> = sqlx::query_as(sql).fetch_optional(&self.readers).await?;
        Ok(epoch.map(|(it,)| it))
    }

    /// What remains to be done before a database with the newest schema is used: reads its epoch;
    /// makes one where there is none.
    pub(super) async fn begin(&self) -> StoreResult<Epoch> {
        if planted::has(Bug::NoDedupe) {
            sqlx::query("drop index if exists entry_cid").execute(&self.writer).await?;
        }
        if planted::has(Bug::DoubleMatch) {
            sqlx::query("drop index if exists seat_ticket").execute(&self.writer).await?;
            sqlx::query("drop index if exists seat_account").execute(&self.writer).await?;
        }
        let fresh = Epoch(uuid::Uuid::new_v4());
        let (epoch,): (String,) = sqlx::query_as(
            "insert into meta (key, value) values ('epoch', $1)
             on conflict (key) do update set key = excluded.key
             returning value",
        )
        .bind(fresh.to_string())
        .fetch_one(&self.writer)
        .await?;
        epoch.parse().map_err(|error| StoreError::Db(sqlx::Error::Decode(Box::new(error))))
    }
}

/// Waits for whoever else changes something of which there must be one in the whole deployment.
async fn lock_deployment(tx: &mut Tx<'_>) -> StoreResult<()> {
    let mut sql = QueryBuilder::new("select value from meta where key = 'epoch'");
    sql.push(FOR_UPDATE);
    sql.build().fetch_optional(&mut **tx).await?;
    Ok(())
}

/// A column that holds a [`Seq`].
fn seq_from(row: &DbRow, column: &str) -> StoreResult<Seq> {
    let n: i64 = row.try_get(column)?;
    u64::try_from(n)
        .ok()
        .and_then(|n| Seq::try_from(n).ok())
        .ok_or_else(|| StoreError::Db(sqlx::Error::Decode(format!("{column} {n}").into())))
}

/// A [`Seq`] as the database keeps it: always below 2^53.
fn number(seq: Seq) -> i64 {
    i64::try_from(seq.get()).unwrap_or(i64::MAX)
}
