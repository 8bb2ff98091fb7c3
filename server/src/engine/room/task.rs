//! The task that writes a room's log.

use super::{Command, Inbox, Room};
use crate::{
    engine::{
        BUSY_RETRY_MS, clock,
        committer::{BatchError, Committer},
        session::mailbox::ReplyTo,
    },
    planted::{self, Bug},
    store::{Appending, Change},
};
use app::protocol::{limits::ROOM_BATCH_MAX, message::Entry, refusal::Refusal};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

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

/// Writes the room's log until `halt`, then what still waits. A panic ends this turn only: the
/// room is read from the store again and goes on.
pub(crate) async fn run(
    room: Arc<Room>,
    mut inbox: Inbox,
    committer: Committer,
    halt: CancellationToken,
) {
    use futures::FutureExt;
    loop {
        let turn = serve(&room, &mut inbox, &committer, &halt);
        if std::panic::AssertUnwindSafe(turn).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!(room.id = %room.id, "the task of room {} died; it starts anew", room.id);
        metrics::counter!("maru_room_restarts_total").increment(1);
        room.look_again();
    }
}

async fn serve(
    room: &Arc<Room>,
    inbox: &mut Inbox,
    committer: &Committer,
    halt: &CancellationToken,
) {
    let mut commands = Vec::new();
    loop {
        let some = tokio::select! {
            biased;
            n = inbox.recv_many(&mut commands, ROOM_BATCH_MAX) => n > 0,
            () = halt.cancelled() => false,
        };
        if !some {
            return;
        }
        let mut batch = std::mem::take(&mut commands);
        if planted::has(Bug::AckEarly) {
            ack_early(room, &mut batch);
        }
        let appends = batch.iter().map(|it| it.append.clone()).collect();
        match committer.commit(room.id, appends).await {
            Ok(outcomes) => {
                let mut accepted = Vec::with_capacity(batch.len());
                for (command, outcome) in batch.into_iter().zip(outcomes) {
                    match outcome {
                        Ok(appending) => accepted.push((command, appending)),
                        Err(why) => command.reply.answer_append(Err(why)),
                    }
                }
                room.take_in(accepted);
            }
            Err(BatchError::DiskFull) => {
                for command in batch {
                    command.reply.answer(Err(Refusal::DiskFull));
                }
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
