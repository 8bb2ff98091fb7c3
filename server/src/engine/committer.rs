//! The one task that writes: it takes all batches that wait, whatever their rooms, and commits
//! them together. No timer: an idle server answers after one commit.

use super::clock;
use crate::planted::{self, Point};
use crate::store::{Append, AppendError, Appending, Store, StoreError};
use app::protocol::limits::ROOM_BATCH_MAX;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Changes in one transaction; PostgreSQL takes 65,535 parameters in a statement, SQLite 32,766.
const TRANSACTION_CHANGES_MAX: usize = 2_048;
/// Batches that may wait; each room has at most one under way.
const BATCHES_WAITING_MAX: usize = 1_024;
/// How often the disk is looked at.
const DISK_EVERY: Duration = Duration::from_secs(1);

/// What became of a batch. An error means that the outcome is unknown, or that the disk is full.
pub(crate) type BatchOutcome = Result<Vec<Result<Appending, AppendError>>, BatchError>;

/// Why a whole batch was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BatchError {
    /// Too little of the disk is free; nothing was written.
    DiskFull,
    /// The database failed; it may or may not have been written.
    Unknown,
}

/// A room's changes on their way to the store.
#[derive(Debug)]
struct Batch {
    changes: Vec<Append>,
    done: oneshot::Sender<BatchOutcome>,
}

/// The way to the committer. It ends when the last of these is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Committer {
    batches: mpsc::Sender<Batch>,
}

impl Committer {
    /// A committer and the task that it needs. It writes nothing while less than that is free on
    /// the disk.
    pub(crate) fn new(
        store: Store,
        disk_free_bytes_min: u64,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (batches, inbox) = mpsc::channel(BATCHES_WAITING_MAX);
        (Self { batches }, run(store, inbox, disk_free_bytes_min))
    }

    /// Commits a room's changes; returns when they are on the disk.
    pub(crate) async fn commit(&self, changes: Vec<Append>) -> BatchOutcome {
        debug_assert!(changes.len() <= ROOM_BATCH_MAX);
        let (done, outcome) = oneshot::channel();
        if self.batches.send(Batch { changes, done }).await.is_err() {
            return Err(BatchError::Unknown);
        }
        outcome.await.unwrap_or(Err(BatchError::Unknown))
    }
}

async fn run(store: Store, mut inbox: mpsc::Receiver<Batch>, free_min: u64) {
    let mut disk = Disk { free_min, checked: None, full: false };
    while let Some(first) = inbox.recv().await {
        let mut batches = vec![first];
        let mut changes = batches[0].changes.len();
        while changes < TRANSACTION_CHANGES_MAX - ROOM_BATCH_MAX {
            let Ok(next) = inbox.try_recv() else { break };
            changes += next.changes.len();
            batches.push(next);
        }
        if disk.is_full(&store) {
            for batch in batches {
                let _ = batch.done.send(Err(BatchError::DiskFull));
            }
            continue;
        }
        commit(&store, batches).await;
    }
}

async fn commit(store: &Store, batches: Vec<Batch>) {
    let mut changes = Vec::with_capacity(batches.iter().map(|it| it.changes.len()).sum());
    let mut waiting = Vec::with_capacity(batches.len());
    for batch in batches {
        waiting.push((batch.changes.len(), batch.done));
        changes.extend(batch.changes);
    }
    let began = Instant::now();
    let outcome = store.append(&changes, clock::now()).await;
    metrics::histogram!("maru_commit_seconds").record(began.elapsed().as_secs_f64());
    match outcome {
        Ok(outcomes) => {
            planted::pass(Point::BeforeAck);
            metrics::counter!("maru_changes_total").increment(changes.len() as u64);
            let mut outcomes = outcomes.into_iter();
            for (size, done) in waiting {
                let _ = done.send(Ok(outcomes.by_ref().take(size).collect()));
            }
        }
        Err(error) => {
            tracing::error!(%error, "a commit failed");
            let why = if is_disk_full(&error) { BatchError::DiskFull } else { BatchError::Unknown };
            for (_, done) in waiting {
                let _ = done.send(Err(why));
            }
        }
    }
}

/// Whether the database itself said that the disk is full (`SQLITE_FULL` is 13): nothing was kept.
fn is_disk_full(error: &StoreError) -> bool {
    match error {
        StoreError::Db(error) => error
            .as_database_error()
            .and_then(|it| it.code().map(|code| code == "13"))
            .unwrap_or(false),
        _ => false,
    }
}

/// What is known of the disk.
struct Disk {
    free_min: u64,
    checked: Option<Instant>,
    full: bool,
}

impl Disk {
    fn is_full(&mut self, store: &Store) -> bool {
        if self.checked.is_none_or(|it| it.elapsed() >= DISK_EVERY) {
            self.checked = Some(Instant::now());
            let full = store.disk_free_bytes().is_some_and(|it| it < self.free_min);
            if full && !self.full {
                tracing::error!(
                    bytes = self.free_min,
                    "too little of the disk is free: writing is refused"
                );
            }
            self.full = full;
        }
        self.full
    }
}
