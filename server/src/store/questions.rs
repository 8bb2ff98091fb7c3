//! The questions of two who were matched, and the packs that they come from.

use super::{Fence, Queries, Store, StoreResult, on_either, postgres};
use crate::questions::{
    asked::{Asked, Skip},
    ready::ReadyPacks,
};
use app::protocol::{
    ids::{Millis, RoomId, UserId},
    questions::{PackId, PairSettings},
};
use std::sync::{Arc, Mutex, PoisonError};

/// The questions of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairQuestions {
    /// What they have chosen.
    pub settings: PairSettings,
    /// The two, the lower id first.
    pub pair: [UserId; 2],
    /// What they were asked, the oldest first. It is shown by [`Asked::view_for`] alone.
    pub asked: Vec<Asked>,
    /// How many both have answered, also of those that were not read.
    pub answered: u32,
    /// What one of them skipped.
    pub skips: Vec<Skip>,
}

/// A pack of the operator's, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRow {
    /// Its id; that of a built-in one, where it takes its place.
    pub id: PackId,
    /// As it was written; empty where it hides a built-in one.
    pub toml: String,
    /// When it was written last.
    pub at: Millis,
}

/// The packs as they were last read, in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf(Arc<Mutex<Read>>);

#[derive(Debug, Default)]
struct Read {
    ready: Option<Arc<ReadyPacks>>,
    marks: Vec<(String, i64)>,
}

/// Questions of two.
impl Store {
    /// The questions of a match or pair room of two: those that are open, and the newest of the
    /// others, up to so many. None in any other room.
    pub async fn pair_questions(
        &self,
        room: RoomId,
        newest: u32,
    ) -> StoreResult<Option<PairQuestions>> {
        on_either!(self, it => it.pair_questions(room, newest))
    }

    /// The rooms whose clock is due, each with one of the two in whose name it asks.
    pub async fn clocks_due(&self, now: Millis, most: u32) -> StoreResult<Vec<(RoomId, UserId)>> {
        on_either!(self, it => it.clocks_due(now, most))
    }
}

/// The question of the day. Days are numbered from 1970.
impl Store {
    /// Whether a channel has one.
    pub async fn has_daily(&self, room: RoomId) -> StoreResult<bool> {
        on_either!(self, it => it.has_daily(room))
    }

    /// Gives a channel one from that day on, or none any more.
    pub async fn set_daily(&self, room: RoomId, on: bool, day: i64) -> StoreResult<()> {
        on_either!(self, it => it.set_daily(room, on, day))
    }

    /// The channels to which that of the day is not told yet, each with the owner in whose name it
    /// is. None on a server that nobody owns.
    pub async fn dailies_due(&self, day: i64, most: u32) -> StoreResult<Vec<(RoomId, UserId)>> {
        on_either!(self, it => it.dailies_due(day, most))
    }

    /// Notes that it was told; nothing where another node leads by now.
    pub async fn daily_told(&self, fence: Fence, room: RoomId, day: i64) -> StoreResult<()> {
        on_either!(self, it => it.daily_told(fence, room, day))
    }
}

/// Packs.
impl Store {
    /// The packs that there are.
    pub fn packs(&self) -> Arc<ReadyPacks> {
        let read = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.ready.clone().unwrap_or_default()
    }

    /// The operator's packs.
    pub async fn own_packs(&self) -> StoreResult<Vec<PackRow>> {
        on_either!(self, it => it.own_packs())
    }

    /// Writes a pack of the operator's, whose text the caller has read; an empty one hides the
    /// built-in one of that id.
    pub async fn put_pack(
        &self,
        id: &PackId,
        toml: &str,
        by: UserId,
        now: Millis,
    ) -> StoreResult<()> {
        on_either!(self, it => it.put_pack(id, toml, by, now))?;
        self.refresh_packs().await.map(drop)
    }

    /// Removes a pack of the operator's: a built-in one of that id is there again. False where
    /// there was none.
    pub async fn delete_pack(&self, id: &PackId, by: UserId, now: Millis) -> StoreResult<bool> {
        let was_there = on_either!(self, it => it.delete_pack(id, by, now))?;
        self.refresh_packs().await?;
        Ok(was_there)
    }

    /// Reads the packs, where somebody has changed them; whether somebody had.
    pub async fn refresh_packs(&self) -> StoreResult<bool> {
        let marks = on_either!(self, it => it.pack_marks())?;
        let is_known = |read: &Read| read.ready.is_some() && read.marks == marks;
        if is_known(&self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(false);
        }
        let own = self.own_packs().await?;
        let texts: Vec<_> = own.iter().map(|it| (it.id.as_str(), it.toml.as_str())).collect();
        let (ready, errors) = ReadyPacks::with(&texts);
        for error in errors {
            tracing::error!(%error, "a question pack cannot be read, and is left out");
        }
        let mut read = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        *read = Read { ready: Some(Arc::new(ready)), marks };
        Ok(true)
    }
}
