//! The task that writes a room's log.

use super::{Command, Room};
use crate::{
    engine::{
        BUSY_RETRY_MS, clock,
        committer::{BatchError, Committer},
        session::mailbox::ReplyTo,
    },
    planted::{self, Bug},
    store::{Appending, Change},
};
use app::protocol::{message::Entry, refusal::Refusal};
use std::sync::Arc;

/// The planted bug `ack-early`.
fn ack_early(room: &Arc<Room>, batch: &mut [Command]) {
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
    loop {
        let turn = serve(&room, &committer);
        if std::panic::AssertUnwindSafe(turn).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!(room.id = %room.id, "the task of room {} died; it starts anew", room.id);
        metrics::counter!("maru_room_restarts_total").increment(1);
        room.look_again();
    }
}

async fn serve(room: &Arc<Room>, committer: &Committer) {
    loop {
        let mut batch = room.next_commands();
        if batch.is_empty() {
            return;
        }
        if planted::has(Bug::AckEarly) {
            ack_early(room, &mut batch);
        }
        let appends = batch.iter().map(|it| it.append.clone()).collect();
        match committer.commit(room.id, appends).await {
            Ok(outcomes) => {
                let mut accepted = Vec::with_capacity(batch.len());
                for (command, outcome) in batch.into_iter().zip(outcomes) {
                    match outcome {
                        Ok(done) => accepted.push((command, done)),
                        Err(why) => command.reply.answer_append(Err(why)),
                    }
                }
                room.take_in(accepted);
            }
            // Whoever asks again by the same id learns what became of it.
            Err(BatchError::Away) => {
                for command in batch {
                    command.reply.answer(Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
                }
                room.look_again();
            }
            // Dropped without an answer, which tells that the outcome is unknown. What was
            // written all the same is found by reading the log again.
            Err(BatchError::Unknown) => {
                drop(batch);
                room.look_again();
            }
        }
    }
}
