//! Moving a whole deployment from one database to another, of the same kind or the other.

use super::{
    Queries, Store, StoreAddress, StoreError, StoreResult, postgres,
    questions::Shelf,
    sqlite,
    tables::{META, TABLES, Table},
};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Whose connection is seen for longer than this has not just ended.
const ENDED_SEEN_MAX: Duration = Duration::from_secs(1);
const ENDED_PAUSE: Duration = Duration::from_millis(50);

/// Why a deployment was not copied. The target is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is no such file.
    #[error("there is no file {0}")]
    NoSource(StoreAddress),
    /// The target has rows of its own.
    #[error("{table} of the target has {rows} rows already; name a new, empty database")]
    NotEmpty {
        /// The table.
        table: &'static str,
        /// How many rows it has.
        rows: i64,
    },
    /// A server uses it.
    #[error("a server uses {0}; stop every node first")]
    InUse(StoreAddress),
    /// What arrived is not what was sent.
    #[error("{0}; nothing was kept in the target")]
    Wrong(String),
    /// A database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many rows of which table were copied.
pub type Copied = Vec<(&'static str, i64)>;

/// Both ends of a copy.
enum Copying {
    Sqlite(sqlite::Copying),
    Postgres(postgres::Copying),
}

/// The same call on whichever database it is.
macro_rules! on_either {
    ($copying:expr, $it:ident => $call:expr) => {
        match $copying {
            Copying::Sqlite($it) => $call.await,
            Copying::Postgres($it) => $call.await,
        }
    };
}

impl Store {
    /// Copies everything from one database to another, which must be empty, in one transaction of
    /// each. The epoch goes along: no number moves, and clients notice nothing.
    pub async fn copy(from: &StoreAddress, to: &StoreAddress) -> Result<Copied, CopyError> {
        if let StoreAddress::File(path) = from
            && !path.is_file()
        {
            return Err(CopyError::NoSource(from.clone()));
        }
        let source = Self::open_alone(from).await?;
        let target = Self::open_alone(to).await?;
        let (mut reading, mut writing) = (source.read().await?, target.write().await?);
        for table in &TABLES {
            let rows = on_either!(&mut writing, it => it.count(table))?;
            if rows > 0 {
                return Err(CopyError::NotEmpty { table: table.name, rows });
            }
        }
        on_either!(&mut writing, it => it.clear(&META))?;
        let mut copied = Vec::new();
        for table in std::iter::once(&META).chain(&TABLES) {
            copied.push((table.name, copy_table(table, &mut reading, &mut writing).await?));
        }
        check_heads(&mut reading, &mut writing).await?;
        on_either!(writing, it => it.commit())?;
        drop(reading);
        source.close().await;
        target.close().await;
        Ok(copied)
    }

    /// Opens a database that nobody else uses.
    pub async fn open_alone(address: &StoreAddress) -> Result<Self, CopyError> {
        let in_use = || CopyError::InUse(address.clone());
        let (queries, epoch) = match address {
            StoreAddress::Memory | StoreAddress::Postgres(_) => {
                let store = Self::open(address).await?;
                if store.stays_used().await? {
                    return Err(in_use());
                }
                return Ok(store);
            }
            StoreAddress::File(path) => match sqlite::Queries::open_alone(path).await {
                Err(error) if error.is_away() => return Err(in_use()),
                other => other?,
            },
        };
        Ok(Self { queries: Queries::Sqlite(queries), file: None, epoch, shelf: Shelf::default() })
    }

    /// Whether others use this database and go on using it: those of PostgreSQL that have just
    /// ended are seen for a moment longer.
    async fn stays_used(&self) -> StoreResult<bool> {
        let began = Instant::now();
        while self.has_others().await? {
            if began.elapsed() > ENDED_SEEN_MAX {
                return Ok(true);
            }
            sleep(ENDED_PAUSE).await;
        }
        Ok(false)
    }

    async fn read(&self) -> StoreResult<Copying> {
        Ok(match &self.queries {
            Queries::Sqlite(it) => Copying::Sqlite(it.begin_reading().await?),
            Queries::Postgres(it) => Copying::Postgres(it.begin_reading().await?),
        })
    }

    async fn write(&self) -> StoreResult<Copying> {
        Ok(match &self.queries {
            Queries::Sqlite(it) => Copying::Sqlite(it.begin_writing().await?),
            Queries::Postgres(it) => Copying::Postgres(it.begin_writing().await?),
        })
    }
}

/// Copies a table in pages, and counts its rows at both ends.
async fn copy_table(
    table: &Table,
    reading: &mut Copying,
    writing: &mut Copying,
) -> Result<i64, CopyError> {
    let mut last = None;
    loop {
        let after = last.as_deref();
        let mut rows = on_either!(&mut *reading, it => it.page(table, after))?;
        if rows.is_empty() {
            break;
        }
        on_either!(&mut *writing, it => it.write(table, &rows))?;
        last = rows.pop();
    }
    let there = on_either!(&mut *reading, it => it.count(table))?;
    let here = on_either!(&mut *writing, it => it.count(table))?;
    if there == here {
        return Ok(here);
    }
    let name = table.name;
    Err(CopyError::Wrong(format!("of {there} rows of {name} only {here} arrived")))
}

/// Every room ends at the same place in both, and its log is whole.
async fn check_heads(reading: &mut Copying, writing: &mut Copying) -> Result<(), CopyError> {
    let there = on_either!(&mut *reading, it => it.heads())?;
    let here = on_either!(&mut *writing, it => it.heads())?;
    if there != here {
        return Err(CopyError::Wrong("the rooms do not end at the same places".into()));
    }
    let broken = on_either!(&mut *writing, it => it.broken_rooms())?;
    match broken.first() {
        None => Ok(()),
        Some(room) => Err(CopyError::Wrong(format!("the log of room {room} is not whole"))),
    }
}
