//! Up to where people have seen their direct rooms: told at once, and gathered before it is
//! written.

use super::{Engine, encode::frame};
use crate::cluster::Word;
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    packets::{Seen, ServerPacket},
    refusal::Refusal,
    room::Request,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// So often what was gathered is written: at most one write a member in that time.
const WRITE_EVERY: Duration = Duration::from_secs(2);

/// What is not written yet.
#[derive(Debug, Default)]
pub(super) struct Marks(Mutex<HashMap<(RoomId, UserId), Seq>>);

impl Marks {
    /// Notes a mark; false where it is no further than the last.
    fn note(&self, room: RoomId, user: UserId, seq: Seq) -> bool {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = marks.entry((room, user)).or_default();
        let is_further = seq > *mark;
        *mark = seq.max(*mark);
        is_further
    }

    fn take(&self) -> Vec<(RoomId, UserId, Seq)> {
        let marks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        marks.into_iter().map(|((room, user), seq)| (room, user, seq)).collect()
    }
}

/// Writes what was gathered, until the engine halts.
pub(super) async fn run(engine: Engine) {
    let mut turns = super::caretaker::ticks(WRITE_EVERY);
    loop {
        let ends = tokio::select! {
            () = engine.halted() => true,
            _ = turns.tick() => false,
        };
        let marks = engine.0.marks.take();
        if !marks.is_empty()
            && let Err(error) = engine.store().see(&marks).await
        {
            // The next mark of the same member makes up for it.
            tracing::warn!(%error, "could not write what was seen");
        }
        if ends {
            return;
        }
    }
}

impl Engine {
    /// A member of a direct room has seen its log up to there; the other is told. Not while the
    /// other asks to write and has no answer: looking at a request is none.
    pub(super) fn see(&self, user: UserId, room: RoomId, seq: Seq) -> Result<(), Refusal> {
        let found = self.read(user, room)?;
        let asks = found.summary_for(user).request == Request::Received;
        if asks || !found.kind().is_intimate() || seq > found.head() {
            return Err(Refusal::NotAllowed);
        }
        if self.0.marks.note(room, user, seq) {
            self.tell_seen(Seen { room, user, seq });
            self.0.cluster.tell(Word::Seen(room, user, seq));
        }
        Ok(())
    }

    /// Tells the readers of the room on this node.
    pub(super) fn tell_seen(&self, seen: Seen) {
        if let Some(room) = self.hub().room(seen.room) {
            room.post(frame(&ServerPacket::Seen(seen)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn marks_are_gathered_and_never_go_back() {
        let (room, user) = (RoomId(Uuid::nil()), UserId(Uuid::nil()));
        let at = |n| Seq::ZERO.plus(n);
        let marks = Marks::default();
        assert!(marks.note(room, user, at(3)));
        assert!(!marks.note(room, user, at(2)));
        assert!(!marks.note(room, user, at(3)));
        assert!(marks.note(room, user, at(4)));
        assert_eq!(marks.take(), [(room, user, at(4))]);
        assert_eq!(marks.take(), []);
    }
}
