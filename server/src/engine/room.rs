//! One room: what its sessions read, and the task that writes its log.

mod feed;
mod filling;
mod looks;
mod order;
mod ring;
mod task;
mod volatile;

pub(crate) use filling::Filler;
pub use ring::{Found, Ring};
pub(crate) use task::run;
pub(crate) use volatile::Volatile;

use super::{
    crowd::Crowd,
    directory::Sought,
    encode::{appended_frames, frame},
    session::mailbox::{Mailbox, ReplyTo},
};
use crate::{
    cluster::{Appended, Cluster, Roster, Typed as TypedElsewhere, Word},
    planted::{self, Bug, Point},
    store::{Append, Done, MemberRow, Moved, RoomRow, User},
};
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    limits::COMMANDS_WAITING_MAX,
    message::Entry,
    packets::{PeopleChanged, ServerPacket, Typed},
    people::Person,
    refusal::Refusal,
    room::RoomKind,
};
use axum::extract::ws::Utf8Bytes;
use feed::{Feed, Piece};
use order::Order;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// Typing lines that one room sends at a time; more would be noise.
const TYPING_LINES_MAX: usize = 5;

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
    pub(crate) kind: RoomKind,
    inbox: mpsc::Sender<Command>,
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
}

#[derive(Debug)]
struct State {
    /// Its `head` and `people` are those of `feed` and of `people` below.
    row: RoomRow,
    feed: Feed,
    volatile: Volatile,
    people: HashMap<UserId, Person>,
    /// Reasons to read the people again, counted, and those that a reading has settled.
    doubts: u64,
    settled: u64,
    /// Changes of people made here, counted: a reading that began before one is out of date.
    moves: u64,
    /// A task reads what is missing.
    filling: bool,
    order: Order,
    followers: Vec<Arc<Mailbox>>,
    changed: HashSet<UserId>,
    typing: Vec<(UserId, Arc<str>)>,
    /// What the directory seeks in.
    sought: Sought,
}

/// The receiving end of a room's inbox, for [`run`].
pub(crate) type Inbox = mpsc::Receiver<Command>;

impl Room {
    /// A room as the store has it, and the inbox that its task has to serve.
    pub(crate) fn new(row: RoomRow, members: Vec<MemberRow>, around: Arc<Around>) -> (Self, Inbox) {
        let (inbox, commands) = mpsc::channel(COMMANDS_WAITING_MAX);
        let state = State {
            feed: Feed::new(row.head),
            volatile: Volatile::default(),
            people: people(members, &around.roster),
            doubts: 0,
            settled: 0,
            moves: 0,
            filling: false,
            order: Order::default(),
            followers: Vec::new(),
            changed: HashSet::new(),
            typing: Vec::new(),
            sought: Sought::default(),
            row,
        };
        let (id, kind) = (state.row.id, state.row.kind);
        state.people.keys().for_each(|it| around.crowd.joined(*it, id));
        (Self { id, kind, inbox, state: Mutex::new(state), around }, commands)
    }

    /// Changes are small and whole, so a state whose holder died is still sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a command to the room's task.
    pub(crate) fn send(&self, command: Command) {
        if let Err(error) = self.inbox.try_send(command) {
            // Full cannot be: there are no more permits than places. Closed: the server stops.
            error.into_inner().reply.answer(Err(Refusal::Busy { retry_after_ms: 1_000 }));
        }
    }

    /// Whether it has that name.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.state().row.name == name
    }

    /// The newest entry.
    pub(crate) fn head(&self) -> Seq {
        self.state().feed.ring().head()
    }

    /// The members: who is here first, then by name.
    pub(crate) fn people(&self) -> Vec<Person> {
        let mut people: Vec<_> = self.state().people.values().cloned().collect();
        people.sort_by(|a, b| (a.presence, &a.name).cmp(&(b.presence, &b.name)));
        people
    }

    /// The member of that id.
    pub(crate) fn person(&self, user: UserId) -> Option<Person> {
        self.state().people.get(&user).cloned()
    }

    /// Whether that user is a member.
    pub(crate) fn has(&self, user: UserId) -> bool {
        self.state().people.contains_key(&user)
    }

    /// Wakes the session at everything new from now on; returns the place among the volatile
    /// frames where it begins.
    pub(crate) fn follow(&self, mailbox: &Arc<Mailbox>) -> u64 {
        let mut state = self.state();
        state.followers.push(mailbox.clone());
        state.volatile.newest()
    }

    /// The session is gone.
    pub(crate) fn unfollow(&self, mailbox: &Arc<Mailbox>) {
        self.state().followers.retain(|it| !Arc::ptr_eq(it, mailbox));
    }

    /// What is new for a reader: entries behind `cursor`, volatile frames behind `heard`. The
    /// last value is where `heard` then stands.
    pub(crate) fn read(&self, cursor: Seq, heard: u64) -> (Found, Vec<Utf8Bytes>, u64) {
        let state = self.state();
        let (mut frames, missed) = state.volatile.after(heard);
        if missed {
            let people = state.people.values().cloned().collect();
            let all = PeopleChanged { room: self.id, all: true, people, gone: Vec::new() };
            frames = vec![frame(&ServerPacket::PeopleChanged(all))];
        }
        (state.feed.ring().after(cursor), frames, state.volatile.newest())
    }

    /// Somebody types here, on this node.
    pub(crate) fn type_here(&self, user: UserId, name: Arc<str>) {
        if self.note_typing(user, name.clone()) {
            let name = name.to_string();
            self.around.cluster.tell(Word::Typed(TypedElsewhere { room: self.id, user, name }));
        }
    }

    /// Somebody types here. Others see it at the next [`Room::publish_volatile`]. False when
    /// nothing comes of it.
    pub(crate) fn note_typing(&self, user: UserId, name: Arc<str>) -> bool {
        let mut state = self.state();
        let known = state.typing.iter().any(|(it, _)| *it == user);
        let fits =
            state.people.contains_key(&user) && !known && state.typing.len() < TYPING_LINES_MAX;
        if fits {
            state.typing.push((user, name));
        }
        fits
    }

    /// A user's presence, name or role may have changed.
    pub(crate) fn note_user(&self, user: UserId, renamed: Option<&User>) {
        let presence = self.around.roster.of(user);
        let mut state = self.state();
        let Some(person) = state.people.get_mut(&user) else { return };
        let before = person.clone();
        person.presence = presence;
        if let Some(user) = renamed {
            person.name.clone_from(&user.name);
            person.role = user.role;
            person.picture.clone_from(&user.picture);
        }
        if *person != before {
            state.changed.insert(user);
        }
    }

    /// Anybody's presence may have changed.
    pub(crate) fn note_everybody(&self) {
        let mut state = self.state();
        let State { people, changed, .. } = &mut *state;
        for person in people.values_mut() {
            let presence = self.around.roster.of(person.id);
            if std::mem::replace(&mut person.presence, presence) != presence {
                changed.insert(person.id);
            }
        }
    }

    /// The room has another topic, or takes more people.
    pub(crate) fn describe(&self, row: RoomRow) {
        // Its head and people come by their own ways.
        self.state().row = row;
    }

    /// Tells followers what changed among the people, and who types.
    pub(crate) fn publish_volatile(&self) {
        let mut state = self.state();
        if state.changed.is_empty() && state.typing.is_empty() {
            return;
        }
        let changed = std::mem::take(&mut state.changed);
        if !changed.is_empty() {
            let mut packet =
                PeopleChanged { room: self.id, all: false, people: Vec::new(), gone: Vec::new() };
            for user in changed {
                match state.people.get(&user) {
                    Some(person) => packet.people.push(person.clone()),
                    None => packet.gone.push(user),
                }
            }
            state.volatile.push(frame(&ServerPacket::PeopleChanged(packet)));
        }
        for (user, name) in std::mem::take(&mut state.typing) {
            let typed = Typed { room: self.id, user, name: name.to_string() };
            state.volatile.push(frame(&ServerPacket::Typed(typed)));
        }
        state.wake_followers();
    }

    /// Takes in what was committed here: first the answers, then everybody else.
    fn take_in(self: &Arc<Self>, commands: Vec<(Command, Done)>) {
        let mut entries = Vec::with_capacity(commands.len());
        let mut state = self.state();
        let next = state.feed.ring().head().next();
        for (command, done) in commands {
            let Done { place, entries: appended, moves } = done;
            if place.fresh {
                // Said is typed no more, though the line was not told yet.
                state.typing.retain(|(user, _)| *user != command.append.author);
            } else if place.room == self.id {
                // Perhaps an earlier try committed it, and nobody was told.
                state.feed.hear_of(place.seq);
            }
            entries.extend(appended);
            self.move_people(&mut state, moves);
            command.reply.answer(Ok(place));
        }
        if planted::has(Bug::Reorder) {
            task::swap_two(&mut entries);
        }
        let Some(first) = entries.first().map(|it| it.seq) else {
            return self.fill(&mut state);
        };
        planted::pass(Point::BeforePublish);
        let moved = entries.iter().any(|it| it.what.moves());
        // What lies between may have moved the same people.
        state.doubt_people(moved && first != next);
        for run in runs(entries) {
            for (first, last, frame) in appended_frames(self.id, run) {
                let told = Appended { room: self.id, first, last, moved, frame: frame.clone() };
                self.around.cluster.tell(Word::Appended(told));
                state.take(Piece { first, last, moved: false, frame });
            }
        }
        state.wake_followers();
        self.fill(&mut state);
    }

    /// Takes in what another node committed.
    pub(crate) fn take_foreign(self: &Arc<Self>, appended: Appended) {
        let Appended { first, last, moved, frame, .. } = appended;
        let mut state = self.state();
        state.take(Piece { first, last, moved, frame });
        state.wake_followers();
        self.fill(&mut state);
    }

    /// The store's log reaches up to `head`.
    pub(crate) fn hear_of(self: &Arc<Self>, head: Seq) {
        let mut state = self.state();
        state.feed.hear_of(head);
        self.fill(&mut state);
    }

    /// What the store has may differ from what is in memory, in any way.
    fn look_again(self: &Arc<Self>) {
        let mut state = self.state();
        state.feed.doubt();
        state.doubt_people(true);
        self.fill(&mut state);
    }

    fn move_people(&self, state: &mut State, moves: Vec<Moved>) {
        for Moved { user, now } in moves {
            if let Some(member) = now {
                state.people.insert(user, person(member, &self.around.roster));
                self.around.crowd.joined(user, self.id);
            } else {
                state.people.remove(&user);
                self.around.crowd.left(user, self.id);
            }
            state.moves += 1;
            state.changed.insert(user);
        }
    }

    /// Begins to read what is missing, unless that is being done.
    fn fill(self: &Arc<Self>, state: &mut State) {
        if !state.filling && state.lacks() {
            state.filling = true;
            self.around.filler.begin(self.clone());
        }
    }
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
    fn wake_followers(&self) {
        for follower in &self.followers {
            follower.wake();
        }
    }

    /// Something has to be read from the store.
    fn lacks(&self) -> bool {
        self.doubts != self.settled || self.feed.missing().is_some()
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

fn people(members: Vec<MemberRow>, roster: &Roster) -> HashMap<UserId, Person> {
    members.into_iter().map(|it| (it.id, person(it, roster))).collect()
}

fn person(member: MemberRow, roster: &Roster) -> Person {
    Person {
        rank: member.rank,
        muted: member.muted_until.is_some(),
        speaker: member.speaker,
        picture: member.picture,
        ..Person::new(member.id, member.name, member.role, roster.of(member.id))
    }
}
