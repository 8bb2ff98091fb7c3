//! PostgreSQL: opening and checking.

#[path = "queries.rs"]
#[allow(clippy::duplicate_mod, reason = "compiled once for each database")]
mod queries;

pub(super) use queries::Queries;

use super::StoreResult;
use app::protocol::ids::Epoch;
use sqlx::{
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::str::FromStr as _;

/// The database that the queries are compiled for.
type Db = sqlx::Postgres;

/// What was committed before a statement began is what it sees; locks are awaited.
const BEGIN_WRITE: &str = "begin";
/// All statements of the transaction see the same state.
const BEGIN_READ: &str = "begin transaction isolation level repeatable read, read only";
/// The row is changed next; rows that point to it may come and go.
const FOR_UPDATE: &str = " for no key update";
/// The row stays as it is until the transaction ends.
const FOR_SHARE: &str = " for share";
/// The row stays there until the transaction ends; what it says may change.
const FOR_KEY_SHARE: &str = " for key share";

/// Connections that write, and that read: ten in all.
const WRITERS: u32 = 5;
const READERS: u32 = 5;

static MIGRATOR: Migrator = sqlx::migrate!("../migrations/postgres");

impl Queries {
    /// Connects, brings the schema up to date and reads the epoch.
    pub(super) async fn open(url: &str) -> StoreResult<(Self, Epoch)> {
        let connect = PgConnectOptions::from_str(url)?.application_name("maru");
        let pool = |connections| PgPoolOptions::new().max_connections(connections);
        let writer = pool(WRITERS).connect_with(connect.clone()).await?;
        MIGRATOR.run(&writer).await?;
        let readers = pool(READERS).connect_with(connect).await?;
        let queries = Self { writer, readers };
        let epoch = queries.begin().await?;
        Ok((queries, epoch))
    }
}
