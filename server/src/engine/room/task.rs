//! The task that writes a room's log.

use super::{Command, Room};
use crate::{
    engine::{
        BUSY_RETRY_MS, clock,
        committer::{BatchError, Committer, Committing},
        session::mailbox::ReplyTo,
    },
    planted::{self, Bug},
    store::{Appending, Change},
};
use app::protocol::{message::Entry, refusal::Refusal};
use std::sync::Arc;

/// The planted bug `ack-early`.
fn ack_early(room: &Room, batch: &mut [Command]) {
    let mut seq = room.head();
    for command in batch {
        seq = seq.next();
        if matches!(command.append.change, Change::Message(_)) {
            let appending = Appending { room: room.id, seq, at: clock::now(), fresh: true };
            std::mem::replace(&mut command.reply, ReplyTo::nobody()).answer(Ok(appending));
        }
    }
}

/// The planted bug `reorder`: the places stay, what stands there changes.
pub(super) fn swap_two(entries: &mut [Entry]) {
    if let [one, other, ..] = entries {
        std::mem::swap(one, other);
        std::mem::swap(&mut one.seq, &mut other.seq);
    }
}

/// Writes the room's log as long as something waits. A panic ends this turn only: the room is read
/// from the store again and goes on.
pub(super) async fn run(room: Arc<Room>, committer: Committer) {
    use futures::FutureExt;
    // Not lost with the turn: what it writes is told after the room was read again.
    let mut next = None;
    loop {
        let turn = serve(&room, &committer, &mut next);
        if std::panic::AssertUnwindSafe(turn).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!(room.id = %room.id, "the task of room {} died; it starts anew", room.id);
        metrics::counter!("maru_room_restarts_total").increment(1);
        room.look_again();
    }
}

/// `next` is a batch that is being written while the one before it is told.
async fn serve(room: &Arc<Room>, committer: &Committer, next: &mut Option<Flight>) {
    loop {
        let flight = match next.take() {
            Some(flight) => flight,
            None => match room.next_commands() {
                batch if batch.is_empty() => return,
                batch => Flight::begin(room, committer, batch).await,
            },
        };
        if let Some(batch) = room.full_batch() {
            *next = Some(Flight::begin(room, committer, batch).await);
        }
        flight.end(room).await;
    }
}

/// A batch that is being written.
struct Flight {
    batch: Vec<Command>,
    committing: Committing,
}

impl Flight {
    async fn begin(room: &Room, committer: &Committer, mut batch: Vec<Command>) -> Self {
        if planted::has(Bug::AckEarly) {
            ack_early(room, &mut batch);
        }
        let appends = batch.iter().map(|it| it.append.clone()).collect();
        Self { batch, committing: committer.begin(room.id, appends).await }
    }

    /// Waits until it is written, and tells of it.
    async fn end(self, room: &Arc<Room>) {
        match self.committing.outcome().await {
            Ok(outcomes) => {
                let mut accepted = Vec::with_capacity(self.batch.len());
                for (command, outcome) in self.batch.into_iter().zip(outcomes) {
                    match outcome {
                        Ok(done) => accepted.push((command, done)),
                        Err(why) => command.reply.answer_append(Err(why)),
                    }
                }
                room.take_in(accepted);
            }
            // Whoever asks again by the same id learns what became of it.
            Err(BatchError::Away) => {
                for command in self.batch {
                    command.reply.answer(Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
                }
                room.look_again();
            }
            // Dropped without an answer, which tells that the outcome is unknown. What was
            // written all the same is found by reading the log again.
            Err(BatchError::Unknown) => {
                drop(self.batch);
                room.look_again();
            }
        }
    }
}
