//! Reading from the store what a room lacks: entries that others wrote, and people who moved.
//!
//! One reading a room at a time, for all its sessions, and a few rooms at a time. Nobody waits
//! for it: answers to sends are given before.

use super::{Room, State, feed::Reading, looks::may_see, readers::Exit, turns};
use crate::{
    engine::sight::Sight,
    store::{EntryPage, RoomNow, Store, StoreResult},
    veil::Veil,
};
use app::protocol::{
    ids::{Seq, UserId},
    limits::PAGE_ENTRIES,
    message::Deed,
};
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

    async fn read(&self, room: &Arc<Room>, lack: Lack) -> StoreResult<()> {
        match lack {
            Lack::Entries(reading) => {
                let page = self.store.entries(room.id, Some(reading.after), None, PAGE_ENTRIES);
                room.take_page(reading, page.await?);
            }
            Lack::People(known) => {
                let now = self.store.rooms_now(&[room.id]).await?.pop();
                room.take_people(known, now);
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
        if state.lacks() {
            if let Some(reading) = state.feed.missing() {
                return Some(Lack::Entries(reading));
            }
            return Some(Lack::People(Known { doubts: state.doubts, moves: state.moves }));
        }
        state.filling = false;
        None
    }

    fn take_page(self: &Arc<Self>, reading: Reading, page: EntryPage) {
        let mut state = self.state();
        let have = state.feed.ring().head();
        let new = page.entries.into_iter().filter(|it| it.seq > have).collect();
        let pieces = turns::pieces(self.id, new, false);
        let moved = state.feed.take_read(reading, pieces, page.head);
        state.doubt_people(moved);
        state.readers.wake();
        self.settle(&mut state);
    }

    /// The room was read; none where it is closed.
    fn take_people(self: &Arc<Self>, known: Known, now: Option<RoomNow>) {
        let mut state = self.state();
        if state.moves != known.moves || state.closed {
            return;
        }
        state.settled = known.doubts;
        let head = state.feed.ring().head();
        let Some(RoomNow { row, members, bans, masks }) = now else {
            return self.take_end(&mut state, head);
        };
        state.bans = bans.into_iter().collect();
        state.veil = Veil::new(masks);
        self.replace_people(&mut state, members);
        self.take_row(&mut state, row);
        let State { readers, row, people, bans, .. } = &mut *state;
        let may_read = |user: UserId| {
            may_see(row, people.contains_key(&user), bans.get(&user)) == Sight::Inside
        };
        if readers.judge(head, may_read) {
            // Why, the log tells; then the people are read again.
            state.feed.doubt();
            state.doubt_people(true);
        }
        self.settle(&mut state);
    }

    /// There is no such room any more. What the log told of it is told first.
    fn take_end(self: &Arc<Self>, state: &mut State, head: Seq) {
        if std::mem::replace(&mut state.ending, true) {
            let exit = Exit { last: head, deed: Some(Deed::Closed), reason: String::new() };
            self.close(state, exit);
        } else {
            state.feed.doubt();
            state.doubt_people(true);
        }
        self.settle(state);
    }

    /// Reads who is in the room, and how it is set, once; where something changes meanwhile, that
    /// is left to whoever fills the room.
    pub(crate) async fn refresh(self: &Arc<Self>, store: &Store) -> StoreResult<()> {
        let known = {
            let mut state = self.state();
            state.doubt_people(true);
            Known { doubts: state.doubts, moves: state.moves }
        };
        let now = store.rooms_now(&[self.id]).await?.pop();
        self.take_people(known, now);
        let mut state = self.state();
        self.fill(&mut state);
        Ok(())
    }

    /// Reads until the log in memory reaches `least`, or as far as the store's does. For a client
    /// that was told more by another node.
    pub(crate) async fn catch_up(self: &Arc<Self>, store: &Store, least: Seq) -> StoreResult<()> {
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
