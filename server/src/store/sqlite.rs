//! SQLite: opening, checking and copying the file.

mod batch;
#[path = "queries.rs"]
#[allow(clippy::duplicate_mod, reason = "compiled once for each database")]
mod queries;

pub(super) use queries::{Copying, Queries};

use super::{StoreError, StoreResult};
use crate::planted::{self, Bug};
use app::protocol::ids::Epoch;
use sqlx::{
    Connection as _, Pool, SqliteConnection,
    migrate::Migrator,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use std::{path::Path, time::Duration};

/// The database that the queries are compiled for.
type Db = sqlx::Sqlite;

/// A transaction that reads and then writes takes the one place of a writer at once.
const BEGIN_WRITE: &str = "begin immediate";
/// A transaction sees one state of the database anyway.
const BEGIN_READ: &str = "begin";
/// Statements take as long as they take anyway.
const UNHURRIED: &str = "select 1";
/// With one writer there is nobody to lock rows against.
const FOR_UPDATE: &str = "";
const FOR_SHARE: &str = "";

/// The oldest SQLite whose write-ahead log cannot be corrupted by a reset (fixed in 3.51.3).
const SQLITE_LEAST: &str = "3.51.3";
/// As many as PostgreSQL has.
const READERS: u32 = 5;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that nobody used for so long is asked whether it still works.
const RESTED: Duration = Duration::from_secs(1);
/// Who wants the file alone does not wait for a server to end.
const ALONE_TIMEOUT: Duration = Duration::from_millis(500);

static MIGRATOR: Migrator = sqlx::migrate!("../migrations/sqlite");

impl Queries {
    /// Opens the file, or a database in memory, brings its schema up to date and reads its epoch.
    pub(super) async fn open(path: Option<&Path>) -> StoreResult<(Self, Epoch)> {
        let unusable = |error: sqlx::Error| StoreError::Unusable {
            path: path.unwrap_or(Path::new(":memory:")).to_owned(),
            why: error.to_string(),
        };
        let writer = pool(path, Access::Write).await.map_err(unusable)?;
        check_version(&writer).await?;
        MIGRATOR.run(&writer).await?;
        let readers = match path {
            Some(path) => pool(Some(path), Access::Read).await.map_err(unusable)?,
            None => writer.clone(),
        };
        let queries = Self::new(writer, readers);
        let epoch = queries.begin().await?;
        Ok((queries, epoch))
    }

    /// Opens the file for this process alone; nobody else opens it meanwhile. An error of a
    /// database that is away, where somebody has it open.
    pub(super) async fn open_alone(path: &Path) -> StoreResult<(Self, Epoch)> {
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(ALONE_TIMEOUT)
            .locking_mode(SqliteLockingMode::Exclusive)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(connect)
            .await?;
        check_version(&writer).await?;
        MIGRATOR.run(&writer).await?;
        let queries = Self::new(writer.clone(), writer);
        let epoch = queries.begin().await?;
        Ok((queries, epoch))
    }

    /// Writes a copy of the whole database, without its epoch, to a file that must not exist yet.
    pub(super) async fn backup(&self, to: &Path) -> StoreResult<()> {
        let unusable = |error: &dyn std::fmt::Display| StoreError::Unusable {
            path: to.to_owned(),
            why: error.to_string(),
        };
        if to.exists() {
            return Err(unusable(&"the file is already there"));
        }
        let name = to.to_str().ok_or_else(|| unusable(&"the path is not UTF-8"))?;
        sqlx::query("vacuum into $1").bind(name).execute(&self.readers).await?;
        let copy = pool(Some(to), Access::Write).await.map_err(|error| unusable(&error))?;
        sqlx::query("delete from meta where key = 'epoch'").execute(&copy).await?;
        // Back to one file, without a write-ahead log beside it.
        sqlx::query("pragma journal_mode = delete").execute(&copy).await?;
        copy.close().await;
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Access {
    Read,
    Write,
}

async fn pool(path: Option<&Path>, access: Access) -> sqlx::Result<Pool<Db>> {
    let connect = match path {
        Some(path) => SqliteConnectOptions::new().filename(path),
        None => SqliteConnectOptions::new().in_memory(true),
    };
    let connect = connect
        .create_if_missing(access == Access::Write)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", "-16384");
    // The journal mode is the writer's to set; a reader cannot.
    let connect = match access {
        Access::Read => connect.read_only(true),
        Access::Write => connect.journal_mode(SqliteJournalMode::Wal).synchronous(flushes()),
    };
    SqlitePoolOptions::new()
        .max_connections(if access == Access::Read { READERS } else { 1 })
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        // Asking a connection whether it works takes as long as a small query.
        .test_before_acquire(false)
        .before_acquire(|connection, its| {
            Box::pin(async move {
                if its.idle_for >= RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_release(|connection, _| Box::pin(is_sound(connection)))
        .connect_with(connect)
        .await
}

/// Whether a connection can be used again. When the disk fails or is full, SQLite ends the
/// transaction by itself; what then counts as begun here could never be ended, and no other begun.
async fn is_sound(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    if !connection.is_in_transaction() {
        return Ok(true);
    }
    // By then a transaction that was dropped is rolled back.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Every commit is on the disk before it is answered.
fn flushes() -> SqliteSynchronous {
    if planted::has(Bug::NormalSync) { SqliteSynchronous::Normal } else { SqliteSynchronous::Full }
}

async fn check_version(writer: &Pool<Db>) -> StoreResult<()> {
    let (found,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(writer).await?;
    if version_numbers(&found) < version_numbers(SQLITE_LEAST) {
        return Err(StoreError::TooOld { program: "SQLite", found, least: SQLITE_LEAST });
    }
    Ok(())
}

fn version_numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|it| it.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(version_numbers("3.40.1") < version_numbers(SQLITE_LEAST));
        assert!(version_numbers("3.51.2") < version_numbers(SQLITE_LEAST));
        assert!(version_numbers("3.51.3") >= version_numbers(SQLITE_LEAST));
        assert!(version_numbers("3.100.0") >= version_numbers(SQLITE_LEAST));
    }

    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_by_itself_is_not_the_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Queries::open(Some(&folder.path().join("maru.db"))).await.unwrap();
        let mut tx = store.writer.begin_with(BEGIN_WRITE).await.unwrap();
        // Behind our back, as when the disk fails or is full.
        sqlx::query("rollback").execute(&mut *tx).await.unwrap();
        drop(tx);
        let tx = store.writer.begin_with(BEGIN_WRITE).await.unwrap();
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn commits_are_flushed_to_disk() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Queries::open(Some(&folder.path().join("maru.db"))).await.unwrap();
        let (mode,): (String,) =
            sqlx::query_as("pragma journal_mode").fetch_one(&store.writer).await.unwrap();
        let (flush,): (i64,) =
            sqlx::query_as("pragma synchronous").fetch_one(&store.writer).await.unwrap();
        assert_eq!((mode.as_str(), flush), ("wal", 2));
    }
}
