//! One room: what its sessions read, and the task that writes its log.

mod feed;
mod filling;
mod inbox;
mod looks;
mod members;
mod readers;
mod ring;
mod task;
mod turns;
mod volatile;

pub(crate) use filling::Filler;
pub(crate) use inbox::Works;
pub use ring::{Found, Ring};
pub(crate) use volatile::Volatile;

use super::{crowd::Crowd, directory::Sought, rounds::Rounds, session::mailbox::ReplyTo};
use crate::{
    cluster::{Appended, Cluster, Roster, Word},
    planted::{self, Bug, Point},
    store::{Append, Change, Done, RoomHead, RoomNow, RoomRow},
    veil::Veil,
};
use app::protocol::{
    ids::{Millis, RoomId, Seq, UserId},
    message::Entry,
    room::RoomKind,
};
use feed::{Feed, Piece};
use inbox::Inbox;
use members::{Member, members};
use readers::Readers;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OwnedSemaphorePermit;

/// Something to be written to the room's log.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) append: Append,
    pub(crate) reply: ReplyTo,
    /// One of the places for waiting commands, held until the answer.
    pub(crate) _permit: OwnedSemaphorePermit,
}

/// A room as sessions and doors see it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    inbox: Mutex<Inbox>,
    state: Mutex<State>,
    around: Arc<Around>,
}

/// What is around every room of a node.
#[derive(Debug)]
pub(crate) struct Around {
    pub(crate) roster: Arc<Roster>,
    pub(crate) cluster: Arc<dyn Cluster>,
    pub(crate) filler: Filler,
    pub(crate) crowd: Arc<Crowd>,
    pub(crate) rounds: Rounds,
    pub(crate) works: Works,
}

#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct State {
    /// Its `head` and `people` are those of `feed` and of `people` below.
    row: RoomRow,
    feed: Feed,
    volatile: Volatile,
    people: HashMap<UserId, Member>,
    /// Who may not come in, and until when.
    bans: HashMap<UserId, Millis>,
    /// Whom its readers do not know.
    veil: Veil,
    /// When members last said something here, while the room is slow.
    said: HashMap<UserId, Millis>,
    /// There is no such room any more.
    closed: bool,
    /// The store said so, and the log is read for why.
    ending: bool,
    /// Reasons to read the people again, counted, and those that a reading has settled.
    doubts: u64,
    settled: u64,
    /// Changes of people known here, counted: a reading that began before one is out of date.
    moves: u64,
    /// A task reads what is missing.
    filling: bool,
    readers: Readers,
    changed: HashSet<UserId>,
    typing: Vec<(UserId, Arc<str>)>,
    /// It is noted for the next round of volatile frames, and for that of counts.
    stirred: bool,
    counted: bool,
    /// Something stands in the log.
    begun: bool,
    /// Where the store was last found to have other people, or another request, while the log is
    /// as long.
    compared: Option<(Seq, u32, bool)>,
    /// The count and head that were told last.
    told: (u32, Seq),
    /// What the directory seeks in.
    sought: Sought,
}

impl Room {
    /// A room as the store has it.
    pub(crate) fn new(now: RoomNow, around: Arc<Around>) -> Self {
        let RoomNow { mut row, members: rows, bans, masks } = now;
        let (id, head) = (row.id, row.head);
        plain(&mut row);
        let people = members(rows, &around.roster);
        for user in people.keys() {
            around.crowd.joined(*user, id);
        }
        let mut state = State {
            feed: Feed::new(head),
            volatile: Volatile::default(),
            people,
            bans: bans.into_iter().collect(),
            veil: Veil::new(masks),
            said: HashMap::new(),
            begun: head > Seq::ZERO,
            closed: false,
            ending: false,
            doubts: 0,
            settled: 0,
            moves: 0,
            filling: false,
            readers: Readers::default(),
            changed: HashSet::new(),
            typing: Vec::new(),
            stirred: false,
            counted: false,
            compared: None,
            told: (0, head),
            sought: Sought::default(),
            row,
        };
        state.told.0 = state.count();
        Self { id, inbox: Mutex::default(), state: Mutex::new(state), around }
    }

    /// Changes are small and whole, so a state whose holder died is still sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the room again, where it is not as the store is said to have it.
    pub(crate) fn compare(self: &Arc<Self>, mut row: RoomRow) {
        plain(&mut row);
        let mut state = self.state();
        let differs = state.row != row;
        state.doubt_people(differs);
        self.fill(&mut state);
    }

    fn take_row(&self, state: &mut State, mut row: RoomRow) {
        plain(&mut row);
        if state.row != row {
            state.row = row;
            self.tell_members(state);
        }
    }

    /// Takes in what was committed here: first the answers, then everybody else.
    fn take_in(self: &Arc<Self>, commands: Vec<(Command, Done)>) {
        let mut entries = Vec::with_capacity(commands.len());
        let mut moves = Vec::new();
        let mut state = self.state();
        for (command, done) in commands {
            let Done { place, entries: appended, moves: others } = done;
            if place.fresh {
                let Append { author, change, .. } = &command.append;
                // Said is typed no more, though the line was not told yet.
                state.typing.retain(|(user, _)| user != author);
                self.take_answer(&mut state, *author, change);
                state.take_time(*author, place.at, change);
            } else if place.room == self.id {
                // Perhaps an earlier try committed it, and nobody was told.
                state.feed.hear_of(place.seq);
            }
            entries.extend(appended);
            if !others.is_empty() {
                moves.push((place.seq, others, command.reply.asker()));
            }
            command.reply.answer(Ok(place));
        }
        if planted::has(Bug::Reorder) {
            task::swap_two(&mut entries);
        }
        let is_untold = entries.is_empty() && !moves.is_empty();
        self.publish(&mut state, entries);
        self.take_turns(&mut state);
        for (last, others, asker) in moves {
            self.take_moves(&mut state, last, others, asker);
        }
        if is_untold {
            self.around.cluster.tell(Word::RoomChanged(self.id));
        }
        self.settle(&mut state);
    }

    /// Whoever was asked to let somebody write to them did, by accepting or by answering.
    fn take_answer(&self, state: &mut State, author: UserId, change: &Change) {
        let answers = matches!(change, Change::Accept | Change::Message(_));
        if answers && state.row.asked_by.is_some_and(|it| it != author) {
            (state.row.asked_by, state.row.summary.locked) = (None, false);
            self.tell_members(state);
            self.around.cluster.tell(Word::RoomChanged(self.id));
        }
    }

    /// Shows entries that were committed here to readers and to the other nodes.
    fn publish(&self, state: &mut State, entries: Vec<Entry>) {
        let next = state.feed.ring().head().next();
        let Some(first) = entries.first().map(|it| it.seq) else { return };
        planted::pass(Point::BeforePublish);
        let moved = entries.iter().any(|it| it.what.moves());
        // What lies between may have moved the same people.
        state.doubt_people(moved && first != next);
        for run in runs(entries) {
            for piece in turns::pieces(self.id, run, true) {
                let Piece { first, last, frame, .. } = &piece;
                let (first, last, turns) = (*first, *last, !piece.turns.is_empty());
                let told =
                    Appended { room: self.id, first, last, moved: turns, frame: frame.clone() };
                self.around.cluster.tell(Word::Appended(told));
                state.take(piece);
            }
        }
        state.readers.wake();
    }

    /// Takes in what another node committed.
    pub(crate) fn take_foreign(self: &Arc<Self>, appended: Appended) {
        let Appended { first, last, moved, frame, .. } = appended;
        let piece = turns::piece(first, last, moved, frame);
        let mut state = self.state();
        state.take(piece);
        state.readers.wake();
        self.settle(&mut state);
    }

    /// How the store has the room.
    pub(crate) fn hear_of(self: &Arc<Self>, now: &RoomHead) {
        let RoomHead { head, people, asked, .. } = *now;
        let mut state = self.state();
        state.feed.hear_of(head);
        // Where the log is as long here, it tells no more of who came and went, or accepted.
        let is_same_log = head == state.feed.ring().head();
        let is_other = people != state.count() || asked != state.row.asked_by.is_some();
        let told = (is_same_log && is_other).then_some((head, people, asked));
        // Once for each difference: a false one is not asked about for ever.
        let differs = std::mem::replace(&mut state.compared, told) != told && told.is_some();
        state.doubt_people(differs);
        self.fill(&mut state);
    }

    /// What the store has may differ from what is in memory, in any way.
    pub(crate) fn look_again(self: &Arc<Self>) {
        let mut state = self.state();
        state.feed.doubt();
        state.doubt_people(true);
        self.fill(&mut state);
    }

    /// Does what follows on every change of the log or of the people.
    fn settle(self: &Arc<Self>, state: &mut State) {
        let is_begun = state.feed.ring().head() > Seq::ZERO;
        if is_begun
            && !std::mem::replace(&mut state.begun, true)
            && state.row.kind == RoomKind::Direct
        {
            // Only now the other learns that somebody asks.
            self.tell_members(state);
        }
        self.take_turns(state);
        self.note_rounds(state);
        self.fill(state);
    }

    /// Begins to read what is missing, unless that is being done.
    fn fill(self: &Arc<Self>, state: &mut State) {
        if !state.filling && state.lacks() {
            state.filling = true;
            self.around.filler.begin(self.clone());
        }
    }
}

/// Head and people come by their own ways.
fn plain(row: &mut RoomRow) {
    (row.summary.head, row.summary.people) = (Seq::ZERO, 0);
}

/// Entries that follow on each other, together.
fn runs(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut runs: Vec<Vec<Entry>> = Vec::with_capacity(1);
    for entry in entries {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|it| it.seq.next() == entry.seq) => run.push(entry),
            _ => runs.push(vec![entry]),
        }
    }
    runs
}

impl State {
    /// Something has to be read from the store.
    fn lacks(&self) -> bool {
        !self.closed && (self.doubts != self.settled || self.feed.missing().is_some())
    }

    /// In a slow room, notes when somebody said something.
    fn take_time(&mut self, author: UserId, at: Millis, change: &Change) {
        if self.row.slow_secs == 0 {
            self.said = HashMap::new();
        } else if matches!(change, Change::Message(_)) {
            self.said.insert(author, at);
        }
    }

    fn take(&mut self, piece: Piece) {
        let moved = self.feed.take(piece);
        self.doubt_people(moved);
    }

    /// The people may be others by now.
    fn doubt_people(&mut self, moved: bool) {
        self.doubts += u64::from(moved);
    }
}
