//! Reading from the store what a room lacks: entries that others wrote, and people who moved.
//!
//! One reading a room at a time, for all its sessions, and a few rooms at a time. Nobody waits
//! for it: answers to sends are given before.

use super::{Piece, Room, feed::Reading, people};
use crate::{
    engine::encode::appended_frames,
    store::{EntryPage, MemberRow, Store, StoreResult},
};
use app::protocol::{ids::Seq, limits::PAGE_ENTRIES};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Rooms that read at a time, so that the store is there for others too.
const TURNS: usize = 2;
/// The pause after the store failed; doubled up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Starts the readings of all rooms. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Filler {
    store: Store,
    tasks: TaskTracker,
    halt: CancellationToken,
    turns: Arc<Semaphore>,
}

/// What a room lacks.
enum Lack {
    Entries(Reading),
    /// The people.
    People(Known),
}

/// What was known of the people when reading them began.
#[derive(Clone, Copy)]
struct Known {
    doubts: u64,
    moves: u64,
}

/// A room that is being filled. Dropped early, by a panic, it may be filled again.
struct Filling(Option<Arc<Room>>);

impl Drop for Filling {
    fn drop(&mut self) {
        if let Some(room) = &self.0 {
            room.state().filling = false;
        }
    }
}

impl Filler {
    pub(crate) fn new(store: Store, tasks: TaskTracker, halt: CancellationToken) -> Self {
        Self { store, tasks, halt, turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// Reads what the room lacks until it lacks nothing.
    pub(super) fn begin(&self, room: Arc<Room>) {
        let it = self.clone();
        self.tasks.spawn(async move {
            let mut filling = Filling(Some(room.clone()));
            tokio::select! {
                () = it.halt.cancelled() => {}
                () = it.fill(&room) => filling.0 = None,
            }
        });
    }

    async fn fill(&self, room: &Arc<Room>) {
        let mut pause = PAUSE;
        while let Some(lack) = room.lack() {
            let turn = self.turns.acquire().await;
            let filled = self.read(room, lack).await;
            drop(turn);
            match filled {
                Ok(()) => pause = PAUSE,
                Err(error) => {
                    // Whoever compares heads tells that the database fails, once for all rooms.
                    tracing::debug!(%error, room.id = %room.id, "could not read room {}", room.id);
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn read(&self, room: &Room, lack: Lack) -> StoreResult<()> {
        match lack {
            Lack::Entries(reading) => {
                let page = self.store.entries(room.id, Some(reading.after), None, PAGE_ENTRIES);
                room.take_page(reading, page.await?);
            }
            Lack::People(known) => {
                let members = self.store.members(room.id).await?;
                room.take_people(known, members);
            }
        }
        metrics::counter!("maru_room_readings_total").increment(1);
        Ok(())
    }
}

impl Room {
    /// What to read next; with nothing, the reading is over.
    fn lack(&self) -> Option<Lack> {
        let mut state = self.state();
        if let Some(reading) = state.feed.missing() {
            return Some(Lack::Entries(reading));
        }
        if state.doubts != state.settled {
            return Some(Lack::People(Known { doubts: state.doubts, moves: state.moves }));
        }
        state.filling = false;
        None
    }

    fn take_page(&self, reading: Reading, page: EntryPage) {
        let mut state = self.state();
        let moved = page.entries.iter().any(|it| it.what.moves());
        if !state.order.is_empty() {
            for entry in &page.entries {
                entry.cid.into_iter().for_each(|cid| state.order.found(entry.author, cid));
            }
        }
        let have = state.feed.ring().head();
        let new = page.entries.into_iter().filter(|it| it.seq > have).collect();
        let pieces = appended_frames(self.id, new).into_iter();
        let pieces = pieces.map(|(first, last, frame)| Piece { first, last, moved, frame });
        let moved = state.feed.take_read(reading, pieces.collect(), page.head);
        state.doubt_people(moved);
        state.wake_followers();
    }

    fn take_people(&self, known: Known, members: Vec<MemberRow>) {
        let mut state = self.state();
        if state.moves != known.moves {
            return;
        }
        state.settled = known.doubts;
        let now = people(members, &self.around.roster);
        let differs = |it: &&super::Person| now.get(&it.id) != Some(*it);
        let mut changed: Vec<_> = state.people.values().filter(differs).map(|it| it.id).collect();
        changed.extend(now.keys().filter(|it| !state.people.contains_key(it)));
        for user in &changed {
            if now.contains_key(user) {
                self.around.crowd.joined(*user, self.id);
            } else {
                self.around.crowd.left(*user, self.id);
            }
        }
        state.changed.extend(changed);
        state.people = now;
    }

    /// Reads until the log in memory reaches `least`, or as far as the store's does. For a client
    /// that was told more by another node.
    pub(crate) async fn catch_up(&self, store: &Store, least: Seq) -> StoreResult<()> {
        while self.head() < least {
            let reading = self.state().feed.reading_after();
            let page = store.entries(self.id, Some(reading.after), None, PAGE_ENTRIES).await?;
            let ends = page.entries.is_empty();
            self.take_page(reading, page);
            if ends {
                break;
            }
        }
        Ok(())
    }
}
