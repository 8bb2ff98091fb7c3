//! The database: what is kept, and the only place that speaks SQL. Knows no engine.
//!
//! SQL here is kept to what SQLite and PostgreSQL share, so that the second database is a second
//! compilation of these files.

mod append;
mod entries;
mod logins;
mod open;
mod rooms;
mod users;

pub use append::{Append, AppendError, Appending, Change};
pub use entries::EntryPage;
pub use logins::{LoginRow, TokenHash};
pub use open::StoreOptions;
pub use rooms::{ChannelSpec, MemberRow, RoomRow};
pub use users::{NewUser, User};

use app::protocol::ids::Epoch;
use sqlx::Pool;
use std::path::PathBuf;

/// The database that the queries are compiled for.
pub type Db = sqlx::Sqlite;

/// The database of one deployment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// One connection: SQLite has one writer.
    writer: Pool<Db>,
    readers: Pool<Db>,
    /// The database file; absent in memory.
    file: Option<PathBuf>,
    epoch: Epoch,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another user has that name, or one that looks like it.
    #[error("the name is taken")]
    NameTaken,
    /// No such row.
    #[error("not found")]
    NotFound,
    /// The linked SQLite can corrupt a write-ahead log.
    #[error("SQLite {found} is too old, at least {least} is needed")]
    TooOld {
        /// The version found.
        found: String,
        /// The oldest version that will do.
        least: &'static str,
    },
    /// The file cannot be opened or written.
    #[error("cannot open the database {}: {why}", path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The schema could not be brought up to date.
    #[error("cannot migrate the database: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database failed.
    #[error("database: {0}")]
    Db(#[from] sqlx::Error),
}

/// The result of a query.
pub type StoreResult<T> = Result<T, StoreError>;

impl Store {
    /// The lineage of this database's numbers.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> StoreResult<()> {
        sqlx::query("select 1").execute(&self.readers).await?;
        Ok(())
    }
}
