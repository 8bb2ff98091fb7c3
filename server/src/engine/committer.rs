//! The only tasks that write logs: each takes the batches that wait, of as many rooms, and commits
//! them together. No timer: an idle server answers after one commit.
//!
//! While the database is away a batch is asked again with the same ids: what an earlier try had
//! committed is told by its place, and never written twice.

use super::clock;
use crate::planted::{self, Point};
use crate::store::{Append, AppendError, Done, LogWriter, Outcomes, Store, StoreError};
use app::protocol::{ids::RoomId, limits::ROOM_BATCH_MAX};
use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

/// Changes in one transaction. SQLite takes 32,766 parameters in a statement, and an entry has nine
/// at most; PostgreSQL is given arrays.
const TRANSACTION_CHANGES_MAX: usize = 2_048;
/// Batches that may wait.
const BATCHES_WAITING_MAX: usize = 1_024;
/// How often the disk is looked at.
const DISK_EVERY: Duration = Duration::from_secs(1);

/// A batch is asked again for so long while the database is away; after that each batch is asked
/// once, until it is back.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause before asking again; doubled up to the longest.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What became of a batch.
pub(crate) type BatchOutcome = Result<Outcomes, BatchError>;

/// Why a whole batch was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BatchError {
    /// The database stays away; it may or may not have been written, and asking again with the
    /// same ids tells.
    Away,
    /// The database failed; it may or may not have been written.
    Unknown,
}

/// A room's changes on their way to the store.
#[derive(Debug)]
struct Batch {
    room: RoomId,
    changes: Vec<Append>,
    done: oneshot::Sender<BatchOutcome>,
}

/// The way to the writers. They end when the last of these is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Committer {
    /// One for each writer; a room always goes to the same.
    writers: Arc<[mpsc::Sender<Batch>]>,
}

impl Committer {
    /// A committer and the task that it needs. It writes nothing while less than that is free on
    /// the disk.
    pub(crate) fn new(
        store: Store,
        disk_free_bytes_min: u64,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (writers, tasks): (Vec<_>, Vec<_>) = (0..store.log_writers())
            .map(|_| {
                let (batches, inbox) = mpsc::channel(BATCHES_WAITING_MAX);
                (batches, Writer::new(store.clone(), disk_free_bytes_min).run(inbox))
            })
            .unzip();
        let all = futures::future::join_all(tasks);
        (Self { writers: writers.into() }, async move { drop(all.await) })
    }

    /// Hands over a room's changes. Those of one room are written in the order handed over.
    pub(crate) async fn begin(&self, room: RoomId, changes: Vec<Append>) -> Committing {
        debug_assert!(changes.len() <= ROOM_BATCH_MAX);
        debug_assert!(changes.iter().all(|it| it.room == room));
        let (done, outcome) = oneshot::channel();
        // The last bytes of a UUID are its random ones.
        let writer = usize::from(room.0.as_bytes()[15]) % self.writers.len();
        // What cannot be sent is dropped, which the outcome tells.
        let _ = self.writers[writer].send(Batch { room, changes, done }).await;
        Committing(outcome)
    }
}

/// A room's changes that were handed over. They are written also where this is dropped.
#[derive(Debug)]
pub(crate) struct Committing(oneshot::Receiver<BatchOutcome>);

impl Committing {
    /// What became of them, once they are on the disk.
    pub(crate) async fn outcome(self) -> BatchOutcome {
        self.0.await.unwrap_or(Err(BatchError::Unknown))
    }
}

/// What is written in one transaction: the batches that wait, up to the second one of a room,
/// which is left: it is written while that room tells of its first.
fn together(first: Batch, inbox: &mut mpsc::Receiver<Batch>) -> (Vec<Batch>, Option<Batch>) {
    let (mut rooms, mut changes) = (HashSet::from([first.room]), first.changes.len());
    let mut batches = vec![first];
    while changes < TRANSACTION_CHANGES_MAX - ROOM_BATCH_MAX {
        let Ok(batch) = inbox.try_recv() else { break };
        if !rooms.insert(batch.room) {
            return (batches, Some(batch));
        }
        changes += batch.changes.len();
        batches.push(batch);
    }
    (batches, None)
}

/// One of the tasks that write.
struct Writer {
    log: LogWriter,
    disk: Disk,
    /// The database did not come back within the patience for the batch before.
    away: bool,
}

impl Writer {
    fn new(store: Store, free_min: u64) -> Self {
        Self {
            log: store.log_writer(),
            disk: Disk { free_min, checked: None, full: false },
            away: false,
        }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Batch>) {
        let mut left = inbox.recv().await;
        while let Some(first) = left {
            let batches;
            (batches, left) = together(first, &mut inbox);
            self.commit(batches).await;
            self.log.rest(left.is_none() && inbox.is_empty());
            if left.is_none() {
                left = inbox.recv().await;
            }
        }
    }

    async fn commit(&mut self, batches: Vec<Batch>) {
        let mut changes = Vec::with_capacity(batches.iter().map(|it| it.changes.len()).sum());
        let mut waiting = Vec::with_capacity(batches.len());
        for batch in batches {
            waiting.push((batch.changes.len(), batch.done));
            changes.extend(batch.changes);
        }
        let began = Instant::now();
        let outcome = if self.disk.is_full(self.log.store()) {
            self.known_only(&changes).await
        } else {
            self.append(&changes).await
        };
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
            Err(why) => {
                for (_, done) in waiting {
                    let _ = done.send(Err(why));
                }
            }
        }
    }

    /// Appends the changes, asking again while the database is away.
    async fn append(&mut self, changes: &[Append]) -> Result<Outcomes, BatchError> {
        let patience = if self.away { Duration::ZERO } else { PATIENCE };
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            let error = match self.log.append(changes, clock::now()).await {
                Ok(outcomes) => {
                    self.note_back();
                    return Ok(outcomes);
                }
                Err(error) => error,
            };
            if error.is_disk_full() {
                tracing::error!(%error, "the database's disk is full");
                return self.known_only(changes).await;
            }
            if !error.is_away() {
                tracing::error!(%error, "a commit failed");
                return Err(BatchError::Unknown);
            }
            if began.elapsed() + pause > patience {
                self.note_away(&error);
                return Err(BatchError::Away);
            }
            if error.is_lock_timeout() {
                tracing::warn!(%error, "a commit found its rooms locked and is asked again");
            } else {
                tracing::warn!(%error, "a commit found the database away and is asked again");
            }
            metrics::counter!("maru_commits_asked_again_total").increment(1);
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The disk is full: nothing new is written. What is in the logs already is told, for whoever
    /// asks again because they had no answer.
    async fn known_only(&self, changes: &[Append]) -> Result<Outcomes, BatchError> {
        match self.log.store().known(changes).await {
            Ok(known) => {
                let told = |it: Option<_>| it.map(Done::before).ok_or(AppendError::DiskFull);
                Ok(known.into_iter().map(told).collect())
            }
            Err(error) => {
                tracing::error!(%error, "the disk is full, and the logs cannot be read");
                Err(BatchError::Away)
            }
        }
    }

    /// Notes that the database stays away, and tells of it once.
    fn note_away(&mut self, error: &StoreError) {
        if !std::mem::replace(&mut self.away, true) {
            if error.is_lock_timeout() {
                tracing::error!(%error, "rooms stay locked: sends to them are refused as busy");
            } else {
                tracing::error!(%error, "the database is away: sends are refused as busy");
            }
        }
    }

    /// Notes that the database answers.
    fn note_back(&mut self) {
        if std::mem::replace(&mut self.away, false) {
            tracing::info!("the database takes changes again");
        }
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

#[cfg(test)]
mod tests;
