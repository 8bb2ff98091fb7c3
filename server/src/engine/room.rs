//! One room: what its sessions read, and the task that writes its log.

mod ring;
mod volatile;

pub use ring::{Found, Ring};
pub(crate) use volatile::Volatile;

use super::{
    clock,
    committer::{BatchError, Committer},
    encode::{appended_frames, frame},
    presence::Presences,
    session::mailbox::{Mailbox, ReplyTo},
};
use crate::{
    cluster::Cluster,
    planted::{self, Bug, Point},
    store::{Append, Appending, Change, MemberRow, Store, StoreResult, User},
};
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    limits::{COMMANDS_WAITING_MAX, ROOM_BATCH_MAX},
    message::Entry,
    packets::{PeopleChanged, ServerPacket, Typed},
    people::{Person, Role},
    refusal::Refusal,
    snapshot::RoomSummary,
};
use axum::extract::ws::Utf8Bytes;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;

/// Typing lines that one room sends at a time; more would be noise.
const TYPING_LINES_MAX: usize = 5;

/// Something to be written to the room's log.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) append: Append,
    /// The author's name and role, for the entry and the people list.
    pub(crate) name: Arc<str>,
    pub(crate) role: Role,
    pub(crate) reply: ReplyTo,
    /// One of the places for waiting commands, held until the answer.
    pub(crate) _permit: OwnedSemaphorePermit,
}

/// A room as sessions and doors see it.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    inbox: mpsc::Sender<Command>,
    state: Mutex<State>,
    presences: Arc<Presences>,
    cluster: Arc<dyn Cluster>,
}

#[derive(Debug)]
struct State {
    /// Its `head` and `people` are those of `ring` and of `people` below.
    summary: RoomSummary,
    ring: Ring,
    volatile: Volatile,
    people: HashMap<UserId, Person>,
    followers: Vec<Arc<Mailbox>>,
    changed: HashSet<UserId>,
    typing: Vec<(UserId, Arc<str>)>,
}

/// The receiving end of a room's inbox, for [`run`].
pub(crate) type Inbox = mpsc::Receiver<Command>;

impl Room {
    /// A room as the store has it, and the inbox that its task has to serve.
    pub(crate) fn new(
        summary: RoomSummary,
        members: Vec<MemberRow>,
        presences: Arc<Presences>,
        cluster: Arc<dyn Cluster>,
    ) -> (Self, Inbox) {
        let (inbox, commands) = mpsc::channel(COMMANDS_WAITING_MAX);
        let state = State {
            ring: Ring::new(summary.head),
            volatile: Volatile::default(),
            people: people(members, &presences),
            followers: Vec::new(),
            changed: HashSet::new(),
            typing: Vec::new(),
            summary,
        };
        let id = state.summary.id;
        (Self { id, inbox, state: Mutex::new(state), presences, cluster }, commands)
    }

    /// Takes what the store says in place of what is in memory, after the room's task died.
    async fn reload(&self, store: &Store) -> StoreResult<()> {
        let members = store.members(self.id).await?;
        let head = store.entries(self.id, None, None, 1).await?.head;
        let mut state = self.state();
        state.people = people(members, &self.presences);
        if head != state.ring.head() {
            state.ring = Ring::new(head);
        }
        state.changed = state.people.keys().copied().collect();
        state.wake_followers();
        Ok(())
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

    /// The room as lists show it.
    pub(crate) fn summary(&self) -> RoomSummary {
        let state = self.state();
        RoomSummary {
            head: state.ring.head(),
            people: u32::try_from(state.people.len()).unwrap_or(u32::MAX),
            ..state.summary.clone()
        }
    }

    /// Whether it goes by that name or id.
    pub(crate) fn has_address(&self, address: &str) -> bool {
        self.state().summary.name == address || address.parse() == Ok(self.id)
    }

    /// The newest entry.
    pub(crate) fn head(&self) -> Seq {
        self.state().ring.head()
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
        (state.ring.after(cursor), frames, state.volatile.newest())
    }

    /// Somebody types here. Others see it at the next [`Room::publish_volatile`].
    pub(crate) fn note_typing(&self, user: UserId, name: Arc<str>) {
        let mut state = self.state();
        let known = state.typing.iter().any(|(it, _)| *it == user);
        if state.people.contains_key(&user) && !known && state.typing.len() < TYPING_LINES_MAX {
            state.typing.push((user, name));
        }
    }

    /// A user's presence, name or role may have changed.
    pub(crate) fn note_user(&self, user: UserId, renamed: Option<&User>) {
        let presence = self.presences.of(user);
        let mut state = self.state();
        let Some(person) = state.people.get_mut(&user) else { return };
        let before = person.clone();
        person.presence = presence;
        if let Some(user) = renamed {
            person.name.clone_from(&user.name);
            person.role = user.role;
        }
        if *person != before {
            state.changed.insert(user);
        }
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

    /// Takes in what was committed: first the answers, then everybody else.
    fn take_in(&self, commands: Vec<(Command, Appending)>) {
        let mut entries = Vec::with_capacity(commands.len());
        let mut state = self.state();
        for (command, appending) in commands {
            if appending.fresh {
                let cid = command.append.shown_cid();
                let Append { author, change, .. } = command.append;
                state.move_people(&change, author, &command.name, command.role, &self.presences);
                // Said is typed no more, though the line was not told yet.
                state.typing.retain(|(user, _)| *user != author);
                entries.push(Entry {
                    seq: appending.seq,
                    at: appending.at,
                    author,
                    name: command.name.to_string(),
                    cid,
                    what: change.what(),
                });
            }
            command.reply.answer(Ok(appending));
        }
        if planted::has(Bug::Reorder) {
            swap_two(&mut entries);
        }
        if !entries.is_empty() {
            planted::pass(Point::BeforePublish);
        }
        for (first, last, frame) in appended_frames(self.id, entries) {
            self.cluster.publish(self.id, first, last, &frame);
            state.ring.push(first, last, frame);
        }
        state.wake_followers();
    }
}

impl State {
    fn wake_followers(&self) {
        for follower in &self.followers {
            follower.wake();
        }
    }

    fn move_people(
        &mut self,
        change: &Change,
        user: UserId,
        name: &str,
        role: Role,
        presences: &Presences,
    ) {
        match change {
            Change::Join => {
                let presence = presences.of(user);
                self.people
                    .insert(user, Person { id: user, name: name.to_owned(), role, presence });
            }
            Change::Leave => drop(self.people.remove(&user)),
            Change::Message(_) | Change::Announce(_) => return,
        }
        self.changed.insert(user);
    }
}

fn people(members: Vec<MemberRow>, presences: &Presences) -> HashMap<UserId, Person> {
    let person = |it: MemberRow| Person {
        id: it.id,
        name: it.name,
        role: it.role,
        presence: presences.of(it.id),
    };
    members.into_iter().map(|it| (it.id, person(it))).collect()
}

/// The planted bug `ack-early`.
fn ack_early(room: &Room, batch: &mut [Command]) {
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
fn swap_two(entries: &mut [Entry]) {
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
    store: Store,
    halt: CancellationToken,
) {
    use futures::FutureExt;
    loop {
        let turn = serve(&room, &mut inbox, &committer, &store, &halt);
        if std::panic::AssertUnwindSafe(turn).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!(room.id = %room.id, "the task of room {} died; it starts anew", room.id);
        metrics::counter!("maru_room_restarts_total").increment(1);
        if let Err(error) = room.reload(&store).await {
            tracing::error!(%error, room.id = %room.id, "could not read room {} again", room.id);
        }
    }
}

async fn serve(
    room: &Room,
    inbox: &mut Inbox,
    committer: &Committer,
    store: &Store,
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
        match committer.commit(appends).await {
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
            // Dropped without an answer, which tells that the outcome is unknown. What was
            // written all the same is found by reading the log's head again.
            Err(BatchError::Unknown) => {
                drop(batch);
                if let Err(error) = room.reload(store).await {
                    tracing::error!(%error, room.id = %room.id, "could not read room {} again", room.id);
                }
            }
        }
    }
}
