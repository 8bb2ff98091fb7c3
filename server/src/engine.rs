//! The chat engine: rooms that are written and read, sessions that read and write them. Knows no
//! HTTP beyond the socket.

mod caretaker;
pub mod clock;
mod committer;
mod encode;
mod hub;
mod presence;
mod room;
pub(crate) mod session;

pub use encode::appended_frames;
pub use room::{Found, Ring};

use crate::{
    cluster::{Cluster, Local},
    store::{Append, Appending, Change, Store, StoreError, StoreResult, User},
};
use app::protocol::{
    close::Close,
    ids::{Cid, LoginId, RoomId, UserId},
    message::MessageText,
    packets::Acked,
    people::{Person, Presence, Role},
    refusal::Refusal,
    snapshot::RoomSummary,
};
use caretaker::Movement;
use committer::Committer;
use hub::Hub;
use presence::Presences;
use room::{Command, Filler, Room};
use session::mailbox::{Mailbox, ReplyTo};
use std::{sync::Arc, time::Duration};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A pause for whoever was refused as busy, in milliseconds.
const BUSY_RETRY_MS: u32 = 1_000;
/// Sessions that read pages from the store at a time, of the four that can read in all.
const READING_TURNS: usize = 2;
/// Sessions that end while the server stops may take so long.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// What a deployment may set of the engine.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Sends per second of one session, in the long run.
    pub sends_per_sec: u32,
    /// Sends of one session at once.
    pub sends_burst: u32,
    /// Frames per second of one session, in the long run; more end it.
    pub frames_per_sec: u32,
    /// Frames of one session at once.
    pub frames_burst: u32,
    /// Sockets that one user may have open.
    pub sockets_per_user: usize,
    /// A member who has no socket for so long leaves the room.
    pub offline_leave: Duration,
    /// A session whose `hello` takes longer is closed.
    pub hello_within: Duration,
    /// With less free on the database's disk, nothing is written to the logs.
    pub disk_free_bytes_min: u64,
}

/// Whose request it is: a login and its user.
#[derive(Clone, Debug)]
pub struct Who {
    /// The user.
    pub user: UserId,
    /// What they are called.
    pub name: Arc<str>,
    /// What they may do.
    pub role: Role,
    /// The login.
    pub login: LoginId,
}

/// Who does something; without a login, the server in a user's stead.
#[derive(Clone, Debug)]
struct By {
    user: UserId,
    name: Arc<str>,
    role: Role,
    login: Option<LoginId>,
}

impl From<&Who> for By {
    fn from(who: &Who) -> Self {
        Self { user: who.user, name: who.name.clone(), role: who.role, login: Some(who.login) }
    }
}

/// How much goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Live sockets.
    pub sessions: usize,
    /// Users who have one.
    pub users: usize,
    /// Rooms.
    pub rooms: usize,
}

/// The engine of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    options: EngineOptions,
    hub: Hub,
    presences: Arc<Presences>,
    /// Places for commands that wait for the store.
    waiting: Arc<Semaphore>,
    /// Turns of sessions that read pages from the store.
    reading: Semaphore,
    movements: mpsc::Sender<Movement>,
    tasks: TaskTracker,
    /// Sessions end and no new ones begin.
    draining: CancellationToken,
    /// The rooms finish what they have and end.
    halt: CancellationToken,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NameTaken => Self::NameTaken,
            StoreError::NotFound => Self::NotFound,
            StoreError::TooOld { .. }
            | StoreError::Unusable { .. }
            | StoreError::Migrate(_)
            | StoreError::Db(_) => {
                tracing::error!(%error, "the store failed: {error}");
                Self::Internal
            }
        }
    }
}

impl Engine {
    /// Reads the rooms and starts their tasks on `tasks`. They end by [`Engine::drain`] or when
    /// `stop` is cancelled and everything under way is done.
    pub async fn start(
        store: Store,
        options: EngineOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> StoreResult<Self> {
        let (committer, committing) = Committer::new(store.clone(), options.disk_free_bytes_min);
        let (movements, moved) = mpsc::channel(1_024);
        let engine = Self(Arc::new(Inner {
            store,
            options,
            hub: Hub::default(),
            presences: Arc::default(),
            waiting: Arc::new(Semaphore::new(app::protocol::limits::COMMANDS_WAITING_MAX)),
            reading: Semaphore::new(READING_TURNS),
            movements,
            tasks,
            draining: stop.child_token(),
            halt: CancellationToken::new(),
        }));
        engine.0.tasks.spawn(committing);
        let cluster: Arc<dyn Cluster> = Arc::new(Local);
        let Inner { store, tasks, halt, .. } = &*engine.0;
        let filler = Filler::new(store.clone(), tasks.clone(), halt.clone());
        for summary in engine.0.store.rooms().await? {
            let members = engine.0.store.members(summary.id).await?;
            let presences = engine.0.presences.clone();
            let (room, inbox) =
                Room::new(summary, members, presences, cluster.clone(), filler.clone());
            let room = Arc::new(room);
            engine.0.hub.add_room(room.clone());
            let halt = engine.0.halt.clone();
            engine.0.tasks.spawn(room::run(room, inbox, committer.clone(), halt));
        }
        engine.0.tasks.spawn(caretaker::run(engine.clone(), moved));
        Ok(engine)
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The tasks of this engine; sockets' tasks belong there too.
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    fn hub(&self) -> &Hub {
        &self.0.hub
    }

    fn options(&self) -> &EngineOptions {
        &self.0.options
    }

    fn offline_leave(&self) -> Duration {
        self.0.options.offline_leave
    }

    /// Waits for a turn to read a page from the store.
    async fn reading_turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.0.reading.acquire().await.ok()
    }

    async fn halted(&self) {
        self.0.halt.cancelled().await;
    }

    fn presence(&self, user: UserId) -> Presence {
        self.0.presences.of(user)
    }

    /// Talks with a client over its socket until either ends it.
    pub async fn serve_socket(self, socket: axum::extract::ws::WebSocket, who: Who) {
        session::run(self, socket, who).await;
    }

    /// The rooms that every user may see, in the order of lists.
    pub fn rooms(&self) -> Vec<RoomSummary> {
        self.0.hub.listed().iter().map(|it| it.summary()).collect()
    }

    /// The room of that name or id.
    pub fn room(&self, address: &str) -> Option<RoomSummary> {
        self.0.hub.listed().iter().find(|it| it.has_address(address)).map(|it| it.summary())
    }

    /// The members of a room and their presence.
    pub fn people(&self, room: RoomId) -> Result<Vec<Person>, Refusal> {
        Ok(self.0.hub.room(room).ok_or(Refusal::NoSuchRoom)?.people())
    }

    /// Whether that user is a member of that room.
    pub fn is_member(&self, user: UserId, room: RoomId) -> bool {
        self.0.hub.room(room).is_some_and(|it| it.has(user))
    }

    /// Makes the user a member of the room; nothing where they are one.
    pub async fn enter(&self, who: &Who, room: RoomId) -> Result<RoomSummary, Refusal> {
        self.change(who, room, None, Change::Join).await?;
        Ok(self.0.hub.room(room).ok_or(Refusal::NoSuchRoom)?.summary())
    }

    /// Ends the user's membership of the room; nothing where there is none.
    pub async fn leave(&self, who: &Who, room: RoomId) -> Result<(), Refusal> {
        self.change(who, room, None, Change::Leave).await?;
        Ok(())
    }

    /// Says something. When this returns, it is stored and will survive.
    pub async fn say(
        &self,
        who: &Who,
        room: RoomId,
        cid: Cid,
        text: String,
    ) -> Result<Acked, Refusal> {
        let text = MessageText::try_from(text)?;
        let done = self.change(who, room, Some(cid), Change::Message(text.into())).await?;
        Ok(Acked { cid, room: done.room, seq: done.seq, at: done.at })
    }

    /// Tells something to a room, or to every room; for admins.
    pub async fn announce(
        &self,
        who: &Who,
        room: Option<RoomId>,
        text: String,
    ) -> Result<(), Refusal> {
        if who.role != Role::Admin {
            return Err(Refusal::NotAllowed);
        }
        let text = MessageText::try_from(text)?;
        let rooms = match room {
            Some(id) => vec![id],
            None => self.0.hub.listed().iter().map(|it| it.id).collect(),
        };
        for room in rooms {
            self.change(who, room, None, Change::Announce(text.as_str().to_owned())).await?;
        }
        Ok(())
    }

    async fn change(
        &self,
        who: &Who,
        room: RoomId,
        cid: Option<Cid>,
        change: Change,
    ) -> Result<Appending, Refusal> {
        let room = self.0.hub.room(room).ok_or(Refusal::NoSuchRoom)?;
        let (reply, outcome) = ReplyTo::once();
        self.command(&room, who.into(), cid, change, reply);
        // Dropped without an answer: the store failed, and that was logged.
        outcome.await.unwrap_or(Err(Refusal::Internal))
    }

    /// Hands a change to the room's task, or refuses it as busy.
    fn command(&self, room: &Room, by: By, cid: Option<Cid>, change: Change, reply: ReplyTo) {
        let Ok(permit) = self.0.waiting.clone().try_acquire_owned() else {
            metrics::counter!("maru_busy_total").increment(1);
            reply.answer(Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
            return;
        };
        // Everything has an id, so that it can be asked again when the database went away.
        let cid = Some(cid.unwrap_or_else(|| Cid(uuid::Uuid::now_v7())));
        let append =
            Append { room: room.id, author: by.user, login: by.login, cid, fence: None, change };
        room.send(Command { append, name: by.name, role: by.role, reply, _permit: permit });
    }

    /// Closes the sockets of logins that the store has ended.
    pub fn end_logins(&self, ended: &[LoginId]) {
        self.0.hub.end_sessions(Close::SignedOut, |it| ended.contains(&it.login));
    }

    /// Takes over a user's new name or role.
    pub fn user_changed(&self, user: &User) {
        let name: Arc<str> = user.name.as_str().into();
        for mailbox in self.0.hub.sessions_of(user.id) {
            mailbox.rename(name.clone());
        }
        for room in self.0.hub.listed() {
            room.note_user(user.id, Some(user));
        }
    }

    /// How much goes on.
    pub fn figures(&self) -> Figures {
        Figures {
            sessions: self.0.hub.session_count(),
            users: self.0.presences.online(),
            rooms: self.0.hub.listed().len(),
        }
    }

    /// Ends every session after its sends are answered, then the rooms after everything is
    /// written. Call it once no more requests are taken.
    pub async fn drain(&self) {
        self.0.draining.cancel();
        self.0.hub.end_sessions(Close::Restarting, |_| true);
        let gone = async {
            while self.0.hub.session_count() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(DRAIN_MAX, gone).await.is_err() {
            tracing::warn!("stopped before every session had left");
        }
        self.0.halt.cancel();
    }

    /// A session begins: counts it in, unless the user has too many or the server stops.
    async fn admit(&self, mailbox: &Arc<Mailbox>) -> Result<(), Close> {
        if self.0.draining.is_cancelled() {
            return Err(Close::Restarting);
        }
        let user = mailbox.user;
        let was = self.presence(user);
        if !self.0.presences.open(user, self.0.options.sockets_per_user) {
            return Err(Close::TooManySockets);
        }
        self.0.hub.add_session(mailbox);
        // Between the check above and here the server may have begun to stop.
        if self.0.draining.is_cancelled() {
            mailbox.end(Close::Restarting);
        }
        if was == Presence::Offline {
            let _ = self.0.movements.send(Movement::Came(user)).await;
        }
        self.note_presence(user);
        Ok(())
    }

    /// The page of a session came into view or went out of it.
    fn attend(&self, user: UserId, attending: bool) {
        self.0.presences.attend(user, attending);
        self.note_presence(user);
    }

    /// A session ended: counts it out.
    fn dismiss(&self, mailbox: &Arc<Mailbox>, was_attending: bool) {
        let user = mailbox.user;
        self.0.hub.remove_session(mailbox);
        self.0.presences.close(user, was_attending);
        self.note_presence(user);
        if self.presence(user) == Presence::Offline {
            // Full: the member is let go only after the next restart. Nothing else depends on it.
            let _ = self.0.movements.try_send(Movement::Went(user));
        }
    }

    fn note_presence(&self, user: UserId) {
        for room in self.0.hub.listed() {
            room.note_user(user, None);
        }
    }
}

#[cfg(test)]
mod tests;
