//! Batches that are written one after the other.

use super::{Append, Outcomes, Queries, Store, StoreResult};
use app::protocol::ids::Millis;
use sqlx::{Sqlite, pool::PoolConnection};
use std::time::{Duration, Instant};

/// Whoever else writes waits for so long at most, and until the batch after it is written.
const HELD_MAX: Duration = Duration::from_millis(20);

/// Appends to the logs as [`Store::append`] does. Of SQLite it may keep the connection between two
/// batches: to give it back and to get it again takes as long as to insert a hundred rows.
#[derive(Debug)]
pub struct LogWriter {
    store: Store,
    held: Option<PoolConnection<Sqlite>>,
    /// When it was first kept.
    since: Option<Instant>,
}

impl LogWriter {
    pub(super) const fn new(store: Store) -> Self {
        Self { store, held: None, since: None }
    }

    /// The database that it writes to.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Appends a batch. The connection may be kept until [`LogWriter::rest`], which is to follow.
    ///
    /// # Errors
    /// Those of [`Store::append`].
    pub async fn append(&mut self, batch: &[Append], now: Millis) -> StoreResult<Outcomes> {
        let Queries::Sqlite(queries) = &self.store.queries else {
            return self.store.append(batch, now).await;
        };
        let done = queries.append(&mut self.held, batch, &self.store.packs(), now).await;
        // An error gives it back.
        self.since = self.held.is_some().then(|| self.since.unwrap_or_else(Instant::now));
        done
    }

    /// Lets others write, if it is their turn or if nothing more is to be appended for now.
    pub fn rest(&mut self, is_idle: bool) {
        if is_idle || self.since.is_some_and(|it| it.elapsed() >= HELD_MAX) {
            (self.held, self.since) = (None, None);
        }
    }
}
