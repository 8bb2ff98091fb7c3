//! PostgreSQL: opening and checking.

mod batch;
#[path = "queries.rs"]
#[allow(clippy::duplicate_mod, reason = "compiled once for each database")]
mod queries;

pub(super) use queries::{Copying, Queries};

use super::{StoreError, StoreResult, error::code_of};
use app::protocol::ids::Epoch;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, Pool,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    pin::pin,
    str::FromStr as _,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};

/// The database that the queries are compiled for.
type Db = sqlx::Postgres;

/// What was committed before a statement began is what it sees; locks are awaited.
const BEGIN_WRITE: &str = "begin";
/// All statements of the transaction see the same state.
const BEGIN_READ: &str = "begin transaction isolation level repeatable read, read only";
/// A transaction that may take its time.
const UNHURRIED: &str = "set local statement_timeout = 0; set local lock_timeout = 0;
     set local idle_in_transaction_session_timeout = 0";
/// The row is changed next; rows that point to it may come and go.
const FOR_UPDATE: &str = " for no key update";
/// The row stays as it is until the transaction ends.
const FOR_SHARE: &str = " for share";

/// The oldest version that the queries are tested with.
const LEAST_VERSION: i64 = 15;
/// Batches that are appended at the same time, to different rooms.
pub(super) const LOG_WRITERS: usize = 4;
/// Connections that write, and that read: ten in all, so that readers never keep writers waiting,
/// and appending leaves one for everything else.
const WRITERS: u32 = 5;
const READERS: u32 = 5;
/// For a connection out of the pool.
const ACQUIRE_MAX: Duration = Duration::from_secs(3);
/// An answer that takes longer, the wait for a connection included, does not come any more.
const ANSWER_MAX: Duration = Duration::from_secs(6);
/// A connection that does not answer after its use within this time is thrown away.
const PING_MAX: Duration = Duration::from_secs(2);
/// A server that is still starting is awaited for so long.
const START_PATIENCE: Duration = Duration::from_secs(5);
const START_PAUSE: Duration = Duration::from_millis(200);
/// A start that waits longer for the schema tells of it.
const SCHEMA_QUIET: Duration = Duration::from_secs(2);
/// How often a transaction is tried that PostgreSQL ended for the sake of another.
const TRIES_MAX: usize = 4;

/// What every connection is set to. A node that stops in the middle of a transaction must not keep
/// the others waiting: its transaction ends before their waits for its locks do.
const SETTINGS: [(&str, &str); 4] = [
    ("statement_timeout", "5s"),
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "1500ms"),
    ("synchronous_commit", "on"),
];

static MIGRATOR: Migrator = sqlx::migrate!("../migrations/postgres");

impl Queries {
    /// Connects, brings the schema up to date and reads the epoch.
    pub(super) async fn open(url: &str) -> StoreResult<(Self, Epoch)> {
        let connect = PgConnectOptions::from_str(url).map_err(|error| refused(&error))?;
        let connect = connect.application_name("maru start");
        in_time(check_server(first_connection(&connect).await?)).await?;
        migrate(&connect).await?;
        let connect = connect.application_name("maru").options(SETTINGS);
        let writer = pool(&connect, WRITERS).await?;
        let queries = Self::new(writer, pool(&connect, READERS).await?);
        let epoch = in_time(queries.begin()).await?;
        in_time(warn_of_settings(&queries.writer)).await?;
        Ok((queries, epoch))
    }
}

/// Does not wait for ever at the start for a server that takes connections and then says nothing.
async fn in_time<T>(asking: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
    timeout(ANSWER_MAX, asking)
        .await
        .unwrap_or_else(|_| Err(refused(&sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))))
}

impl Queries {
    /// Whether somebody else uses this database, of our own kind.
    pub(super) async fn has_others(&self) -> StoreResult<bool> {
        let sql = "select count(*) from pg_stat_activity
             where datname = current_database() and application_name = 'maru'";
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&self.writer).await?;
        Ok(count > i64::from(self.writer.size() + self.readers.size()))
    }
}

/// Asks again where PostgreSQL ended the transaction for the sake of another, and does not wait
/// for ever for a server that went silent.
pub(super) async fn answered<T, F>(mut ask: impl FnMut() -> F) -> StoreResult<T>
where
    F: Future<Output = StoreResult<T>>,
{
    let asking = async {
        let mut tries = 1;
        loop {
            match ask().await {
                Err(StoreError::Db(error)) if is_conflict(&error) && tries < TRIES_MAX => {
                    tries += 1;
                }
                other => return other,
            }
        }
    };
    timeout(ANSWER_MAX, asking).await.unwrap_or_else(|_| {
        Err(StoreError::Db(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
    })
}

/// Whether the transaction was ended for the sake of another: a deadlock, or two that cannot both
/// have been first.
fn is_conflict(error: &sqlx::Error) -> bool {
    matches!(code_of(error).as_deref(), Some("40P01" | "40001"))
}

async fn pool(connect: &PgConnectOptions, connections: u32) -> StoreResult<Pool<Db>> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_MAX)
        .after_release(|connection, _| {
            // A connection whose other end is gone without a word would else keep its place.
            Box::pin(async { Ok(matches!(timeout(PING_MAX, connection.ping()).await, Ok(Ok(())))) })
        })
        .connect_with(connect.clone())
        .await
        .map_err(|error| refused(&error))
}

/// A connection to a server that may still be starting.
async fn first_connection(connect: &PgConnectOptions) -> StoreResult<PgConnection> {
    let began = Instant::now();
    loop {
        let error = match timeout(START_PATIENCE, connect.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
        };
        if !may_be_starting(&error) || began.elapsed() + START_PAUSE >= START_PATIENCE {
            return Err(refused(&error));
        }
        sleep(START_PAUSE).await;
    }
}

fn may_be_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        other => code_of(other).is_some_and(|code| code == "57P03"),
    }
}

/// What is wrong with the address or with the server, and how to mend it.
fn refused(error: &sqlx::Error) -> StoreError {
    let why = match error {
        sqlx::Error::Io(error) => {
            format!("nobody answers there ({error}); start PostgreSQL, or mend the address")
        }
        sqlx::Error::Configuration(error) => format!(
            "this is no address ({error}); write postgres://USER:PASSWORD@HOST:PORT/DATABASE"
        ),
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("28P01" | "28000") => {
                format!("PostgreSQL lets nobody in with that ({error}); mend user and password")
            }
            Some("3D000") => format!("{error}; make it with createdb, or mend the address"),
            Some("42501") => format!("{error}; give the user the right to make tables there"),
            Some("53300") => format!("{error}; raise its max_connections, or run fewer nodes"),
            _ => error.to_string(),
        },
        other => other.to_string(),
    };
    StoreError::Unreachable { why }
}

/// Brings the schema up to date, alone. Without the settings of the other connections: a migration
/// may take its time, and another node's is awaited.
async fn migrate(connect: &PgConnectOptions) -> StoreResult<()> {
    let alone = PgPoolOptions::new().max_connections(1).acquire_timeout(START_PATIENCE);
    let alone = alone.connect_with(connect.clone()).await.map_err(|error| refused(&error))?;
    let mut running = pin!(MIGRATOR.run(&alone));
    let done = if let Ok(done) = timeout(SCHEMA_QUIET, &mut running).await {
        done
    } else {
        tracing::info!("bringing the schema up to date, or waiting for another node that does");
        running.await
    };
    let done = done.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => refused(&error),
        other => other.into(),
    });
    alone.close().await;
    done
}

/// Settings without which what was committed may be lost with the power.
const DURABLE: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// Tells of settings that break the promise of an acknowledged message.
async fn warn_of_settings(connections: &Pool<Db>) -> StoreResult<()> {
    let sql = "select name, setting from pg_settings where name = any($1)";
    let settings: Vec<(String, String)> =
        sqlx::query_as(sql).bind(&DURABLE[..]).fetch_all(connections).await?;
    for (name, _) in settings.iter().filter(|(_, setting)| setting == "off") {
        tracing::warn!(
            "PostgreSQL runs with {name} = off: acknowledged messages may be lost when its machine \
             fails; set it to on"
        );
    }
    Ok(())
}

async fn check_server(mut connection: PgConnection) -> StoreResult<()> {
    let sql = "select current_setting('server_version_num')::bigint / 10000,
         current_setting('server_encoding')";
    let (found, encoding): (i64, String) = sqlx::query_as(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    if found < LEAST_VERSION {
        return Err(StoreError::TooOld {
            program: "PostgreSQL",
            found: found.to_string(),
            least: "15",
        });
    }
    if encoding != "UTF8" {
        let why = format!(
            "its encoding is {encoding}, and UTF8 is needed; make another with createdb -E UTF8 \
             -T template0 NAME, and name that"
        );
        return Err(StoreError::Unreachable { why });
    }
    Ok(())
}
