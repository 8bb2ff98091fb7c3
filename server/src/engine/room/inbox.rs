//! The commands that wait to be written to a room's log. An idle room has no task and no queue: a
//! command that comes starts one, and it ends when nothing waits.

use super::{Command, Room, task};
use crate::engine::{BUSY_RETRY_MS, committer::Committer};
use app::protocol::{limits::ROOM_BATCH_MAX, refusal::Refusal};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::task::TaskTracker;

/// What waits, bounded by the places that there are for commands on the whole node.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    waiting: VecDeque<Command>,
    /// A task writes.
    served: bool,
}

/// Where rooms' tasks run, and their way to the database.
#[derive(Debug)]
pub(crate) struct Works {
    /// None once the engine has drained: nothing more is taken.
    committer: Mutex<Option<Committer>>,
    tasks: TaskTracker,
}

impl Works {
    pub(crate) fn new(committer: Committer) -> Self {
        Self { committer: Mutex::new(Some(committer)), tasks: TaskTracker::new() }
    }

    /// Starts a room's task; false when nothing more is taken.
    fn begin(&self, room: &Arc<Room>) -> bool {
        // Held while the task starts, so that closing knows of it.
        let committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(committer) = &*committer {
            self.tasks.spawn(task::run(room.clone(), committer.clone()));
        }
        committer.is_some()
    }

    /// Takes nothing more, and returns when everything that was taken is written.
    pub(crate) async fn close(&self) {
        self.committer.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Room {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a command to the room's task.
    pub(crate) fn send(self: &Arc<Self>, command: Command) {
        let was_served = {
            let mut inbox = self.inbox();
            inbox.waiting.push_back(command);
            std::mem::replace(&mut inbox.served, true)
        };
        if !was_served && !self.around.works.begin(self) {
            // The server stops.
            self.refuse_all();
        }
    }

    fn refuse_all(&self) {
        loop {
            let commands = self.next_commands();
            if commands.is_empty() {
                return;
            }
            for command in commands {
                command.reply.answer(Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
            }
        }
    }

    /// The next batch; with none, the task is over.
    pub(super) fn next_commands(&self) -> Vec<Command> {
        let mut inbox = self.inbox();
        let n = inbox.waiting.len().min(ROOM_BATCH_MAX);
        let batch: Vec<_> = inbox.waiting.drain(..n).collect();
        if batch.is_empty() {
            // With what a burst had made it grow to.
            *inbox = Inbox::default();
        }
        batch
    }

    /// Another batch, where waiting would not make it larger.
    pub(super) fn full_batch(&self) -> Option<Vec<Command>> {
        let waiting = &mut self.inbox().waiting;
        (waiting.len() >= ROOM_BATCH_MAX).then(|| waiting.drain(..ROOM_BATCH_MAX).collect())
    }
}
