//! Which rooms have something to tell at the next round, so that rounds cost nothing where nothing
//! happens, however many rooms there are.

use app::protocol::ids::RoomId;
use std::sync::{Mutex, PoisonError};

/// The rooms of one round, each as often as it was noted.
#[derive(Debug, Default)]
pub(crate) struct Round(Mutex<Vec<RoomId>>);

impl Round {
    /// That room has something to tell.
    pub(crate) fn note(&self, room: RoomId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }

    /// Those noted since the last time.
    pub(crate) fn take(&self) -> Vec<RoomId> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is told in rounds.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    /// Who types, and people who changed; rooms that were closed.
    pub(crate) volatile: Round,
    /// How many people there are, and the newest entry.
    pub(crate) counts: Round,
}
