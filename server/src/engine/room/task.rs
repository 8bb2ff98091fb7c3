//! The task that writes a room's log.

use super::{Command, Room};
use crate::{
    engine::{
        BUSY_RETRY_MS, clock,
        committer::{BatchError, Committer},
        session::mailbox::ReplyTo,
    },
    planted::{self, Bug},
    store::{Append, Appending, Change},
};
use app::protocol::{message::Entry, refusal::Refusal};
use std::{sync::Arc, time::Instant};

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

impl Room {
    /// Those of the commands that may be written now. The others are asked to come again: before
    /// them, something of the same author has to.
    fn in_order(&self, commands: Vec<Command>) -> Vec<Command> {
        let order = &mut self.state().order;
        if order.is_empty() {
            return commands;
        }
        let now = Instant::now();
        order.give_up(now);
        let mut admits = |it: &Append| {
            let cid = it.shown_cid();
            cid.is_none_or(|cid| order.admits(it.author, cid, now))
        };
        let (admitted, early): (Vec<_>, Vec<_>) =
            commands.into_iter().partition(|it| admits(&it.append));
        for command in early {
            command.reply.answer(Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
        }
        admitted
    }

    /// The batch was not written, as far as is known.
    fn hold(&self, batch: &[Command]) {
        let (order, now) = (&mut self.state().order, Instant::now());
        for append in batch.iter().map(|it| &it.append) {
            append.shown_cid().into_iter().for_each(|cid| order.hold(append.author, cid, now));
        }
    }
}

async fn serve(room: &Arc<Room>, committer: &Committer) {
    loop {
        let commands = room.next_commands();
        if commands.is_empty() {
            return;
        }
        let mut batch = room.in_order(commands);
        if batch.is_empty() {
            continue;
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
                room.hold(&batch);
                for command in batch {
                    command.reply.answer(Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
                }
                room.look_again();
            }
            // Dropped without an answer, which tells that the outcome is unknown. What was
            // written all the same is found by reading the log again.
            Err(BatchError::Unknown) => {
                room.hold(&batch);
                drop(batch);
                room.look_again();
            }
        }
    }
}
