//! Opening, checking and copying the database.

use super::{Db, Store, StoreError, StoreResult};
use crate::planted::{self, Bug};
use app::protocol::ids::Epoch;
use sqlx::{
    Pool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The oldest SQLite whose write-ahead log cannot be corrupted by a reset (fixed in 3.51.3).
const SQLITE_LEAST: &str = "3.51.3";
const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

static MIGRATOR: Migrator = sqlx::migrate!("../migrations/sqlite");

/// Where the database is.
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    /// The database file, made when missing; `None` for one in memory that ends with the process.
    pub path: Option<PathBuf>,
}

impl Store {
    /// Opens the database, brings its schema up to date and reads its epoch.
    pub async fn open(options: StoreOptions) -> StoreResult<Self> {
        let unusable = |error: sqlx::Error| StoreError::Unusable {
            path: options.path.clone().unwrap_or_else(|| ":memory:".into()),
            why: error.to_string(),
        };
        let writer = pool(options.path.as_deref(), Access::Write).await.map_err(unusable)?;
        check_version(&writer).await?;
        MIGRATOR.run(&writer).await?;
        if planted::has(Bug::NoDedupe) {
            sqlx::query("drop index if exists entry_cid").execute(&writer).await?;
        }
        let epoch = read_epoch(&writer).await?;
        let readers = match options.path.as_deref() {
            Some(path) => pool(Some(path), Access::Read).await.map_err(unusable)?,
            None => writer.clone(),
        };
        Ok(Self { writer, readers, file: options.path, epoch })
    }

    /// Writes a consistent copy of the whole database to a file that must not exist yet, while
    /// reading and writing go on. The copy has no epoch: a server started from it makes a new
    /// one, by which every client knows that numbers may have moved back.
    pub async fn backup(&self, to: &Path) -> StoreResult<()> {
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

    /// Bytes free for the database; `None` for one in memory or where the system does not tell.
    pub fn disk_free_bytes(&self) -> Option<u64> {
        let folder = self.file.as_deref()?.parent()?;
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let space = rustix::fs::statvfs(folder).ok()?;
        Some(space.f_bavail.saturating_mul(space.f_frsize))
    }

    /// Finishes what is under way and closes the files.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
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
        .connect_with(connect)
        .await
}

/// Every commit is on the disk before it is answered.
fn flushes() -> SqliteSynchronous {
    if planted::has(Bug::NormalSync) { SqliteSynchronous::Normal } else { SqliteSynchronous::Full }
}

async fn check_version(writer: &Pool<Db>) -> StoreResult<()> {
    let (found,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(writer).await?;
    if version_numbers(&found) < version_numbers(SQLITE_LEAST) {
        return Err(StoreError::TooOld { found, least: SQLITE_LEAST });
    }
    Ok(())
}

fn version_numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|it| it.parse().ok()).collect()
}

/// The database's epoch; makes one where there is none.
async fn read_epoch(writer: &Pool<Db>) -> StoreResult<Epoch> {
    let fresh = Epoch(uuid::Uuid::new_v4());
    let (epoch,): (String,) = sqlx::query_as(
        "insert into meta (key, value) values ('epoch', $1)
         on conflict (key) do update set key = excluded.key
         returning value",
    )
    .bind(fresh.to_string())
    .fetch_one(writer)
    .await?;
    epoch.parse().map_err(|error| StoreError::Db(sqlx::Error::Decode(Box::new(error))))
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
    async fn the_epoch_stays_over_a_restart_and_changes_with_a_restored_backup() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| StoreOptions { path: Some(folder.path().join(name)) };
        let first = Store::open(at("maru.db")).await.unwrap();
        let epoch = first.epoch();
        first.backup(&folder.path().join("copy.db")).await.unwrap();
        assert!(first.backup(&folder.path().join("copy.db")).await.is_err());
        first.close().await;
        assert_eq!(Store::open(at("maru.db")).await.unwrap().epoch(), epoch);
        assert_ne!(Store::open(at("copy.db")).await.unwrap().epoch(), epoch);
    }

    #[tokio::test]
    async fn commits_are_flushed_to_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(StoreOptions { path: Some(folder.path().join("maru.db")) }).await.unwrap();
        let (mode,): (String,) =
            sqlx::query_as("pragma journal_mode").fetch_one(&store.writer).await.unwrap();
        let (flush,): (i64,) =
            sqlx::query_as("pragma synchronous").fetch_one(&store.writer).await.unwrap();
        assert_eq!((mode.as_str(), flush), ("wal", 2));
    }
}
