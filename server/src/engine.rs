//! The chat engine: rooms that are written and read, sessions that read and write them. Knows no
//! HTTP beyond the socket.

mod absences;
mod apart;
mod caretaker;
pub mod clock;
mod committer;
mod crowd;
mod direct;
mod directory;
mod doors;
mod encode;
mod hub;
mod jobs;
mod later;
mod matchmaking;
mod meetings;
mod nodes;
mod order;
mod people;
mod polling;
mod questions;
mod room;
mod rounds;
mod seen;
pub(crate) mod session;
mod sight;
mod waiters;

pub use encode::appended_frames;
pub use meetings::Parting;
pub use nodes::DrainError;
pub use questions::QuestionsView;
pub use room::{Found, Ring};
pub use sight::Sight;

use crate::{
    cluster::{Cluster, Membership, Roster, Word},
    config::MatchTimes,
    store::{Append, Change, Fence, Store, StoreError, StoreResult, User},
};
use absences::Absences;
use apart::Apart;
use app::protocol::{
    close::Close,
    ids::{Cid, LoginId, UserId},
    limits::STILL_SECS,
    people::{ByHand, Presence, Role},
    refusal::Refusal,
};
use committer::Committer;
use hub::Hub;
use jobs::Jobs;
use matchmaking::Matchmaking;
use polling::Look;
use room::{Around, Command, Filler, Room, Works};
use rounds::Rounds;
use seen::Marks;
use session::mailbox::{Mailbox, ReplyTo};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A pause for whoever was refused as busy, in milliseconds.
const BUSY_RETRY_MS: u32 = 1_000;
/// Sessions that read pages from the store at a time. With the two rooms that are filled at a time,
/// one of the five that can read in all is left for everything else.
const READING_TURNS: usize = 2;
/// Sessions that end while the server stops may take so long.
const DRAIN_MAX: Duration = Duration::from_secs(10);
/// Logins in one word to the other nodes.
const LOGINS_A_WORD: usize = 500;
/// Whoever looks at a page that asks again by itself is there for so long.
const VISIT: Duration = Duration::from_secs(3 * STILL_SECS);
/// More of such pages of one user count no more.
const VISITS_MAX: usize = 4;

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
    /// A host who has no socket for so long is followed by another.
    pub host_absence: Duration,
    /// A session whose `hello` takes longer is closed.
    pub hello_within: Duration,
    /// With less free on the database's disk, nothing is written to the logs.
    pub disk_free_bytes_min: u64,
    /// Guests may look for somebody to talk with, too.
    pub match_guests: bool,
    /// How long things of a search last.
    pub match_times: MatchTimes,
    /// A node that is drained sends its sockets elsewhere over so long.
    pub drain_spread: Duration,
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
    /// What they say about being at hand.
    pub by_hand: ByHand,
}

/// Who does something; without a login, the server in a user's stead, where this node leads.
#[derive(Clone, Debug)]
struct By {
    user: UserId,
    login: Option<LoginId>,
    fence: Option<Fence>,
}

impl From<&Who> for By {
    fn from(who: &Who) -> Self {
        let (login, fence) = (Some(who.login), None);
        Self { user: who.user, login, fence }
    }
}

/// How a client names what it says, and what it says that it must stand behind.
#[derive(Clone, Copy, Debug)]
struct Own {
    cid: Cid,
    after: Option<Cid>,
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
    around: Arc<Around>,
    roster: Arc<Roster>,
    cluster: Arc<dyn Cluster>,
    /// Places for commands that wait for the store.
    waiting: Arc<Semaphore>,
    /// Turns of sessions that read pages from the store.
    reading: Semaphore,
    absences: Absences,
    look: Look,
    jobs: Jobs,
    matchmaking: Matchmaking,
    apart: Apart,
    marks: Marks,
    /// The term for which this node led last, and its number in the database. Held while the
    /// number is taken: by nobody who answers a client.
    lead: tokio::sync::Mutex<Option<(u64, Fence)>>,
    tasks: TaskTracker,
    /// Ends the whole server.
    stop: CancellationToken,
    /// The database was replaced while it was used.
    lost: AtomicBool,
    /// Sessions end and no new ones begin.
    draining: CancellationToken,
    /// Everything that does not write ends.
    halt: CancellationToken,
    /// The rooms have ended: there is nothing more to tell the other nodes.
    parted: CancellationToken,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NameTaken => Self::NameTaken,
            StoreError::NotFound => Self::NotFound,
            StoreError::Refused(refusal) => refusal,
            // It passes by itself, and so does this answer: the same again will do.
            error if error.is_away() => {
                tracing::warn!(%error, "the database is away or hindered: {error}");
                Self::Busy { retry_after_ms: BUSY_RETRY_MS }
            }
            StoreError::TooOld { .. }
            | StoreError::Unusable { .. }
            | StoreError::Unreachable { .. }
            | StoreError::FromTheFuture { .. }
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
        membership: Membership,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> StoreResult<Self> {
        let (committer, committing) = Committer::new(store.clone(), options.disk_free_bytes_min);
        let halt = CancellationToken::new();
        let Membership { cluster, roster, heard, parted } = membership;
        let hub = Hub::default();
        let around = Arc::new(Around {
            roster: roster.clone(),
            cluster: cluster.clone(),
            filler: Filler::new(store.clone(), tasks.clone(), halt.clone()),
            crowd: hub.crowd().clone(),
            rounds: Rounds::default(),
            works: Works::new(committer),
        });
        let engine = Self(Arc::new(Inner {
            store,
            options,
            hub,
            around,
            roster,
            cluster,
            waiting: Arc::new(Semaphore::new(app::protocol::limits::COMMANDS_WAITING_MAX)),
            reading: Semaphore::new(READING_TURNS),
            absences: Absences::default(),
            look: Look::default(),
            jobs: Jobs::default(),
            matchmaking: Matchmaking::default(),
            apart: Apart::default(),
            marks: Marks::default(),
            lead: tokio::sync::Mutex::default(),
            tasks,
            draining: stop.child_token(),
            stop,
            lost: AtomicBool::new(false),
            halt,
            parted,
        }));
        engine.0.tasks.spawn(committing);
        engine.load_rooms().await?;
        engine.reload_blocks().await?;
        // This node may have made some.
        engine.0.cluster.tell(Word::RoomsChanged);
        engine.0.tasks.spawn(caretaker::run(engine.clone()));
        engine.0.tasks.spawn(polling::run(engine.clone()));
        engine.0.tasks.spawn(nodes::run(engine.clone(), heard));
        engine.0.tasks.spawn(jobs::run(engine.clone()));
        engine.0.tasks.spawn(matchmaking::run(engine.clone()));
        engine.0.tasks.spawn(matchmaking::take_asks(engine.clone()));
        engine.0.tasks.spawn(seen::run(engine.clone()));
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

    /// Waits for a turn to read a page from the store.
    async fn reading_turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.0.reading.acquire().await.ok()
    }

    async fn halted(&self) {
        self.0.halt.cancelled().await;
    }

    fn presence(&self, user: UserId) -> Presence {
        self.0.roster.of(user)
    }

    /// Talks with a client over its socket until either ends it.
    pub async fn serve_socket(self, socket: axum::extract::ws::WebSocket, who: Who) {
        session::run(self, socket, who).await;
    }

    /// Hands a change to the room's task, or refuses it as busy.
    fn command(&self, room: &Arc<Room>, by: By, own: Option<Own>, change: Change, reply: ReplyTo) {
        let Ok(permit) = self.0.waiting.clone().try_acquire_owned() else {
            metrics::counter!("maru_busy_total").increment(1);
            reply.answer(Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
            return;
        };
        // Everything has an id, so that it can be asked again when the database went away.
        let Own { cid, after } =
            own.unwrap_or_else(|| Own { cid: Cid(uuid::Uuid::now_v7()), after: None });
        let (author, login, fence) = (by.user, by.login, by.fence);
        let append = Append { room: room.id, author, login, cid: Some(cid), after, fence, change };
        room.send(Command { append, reply, _permit: permit });
    }

    /// Closes the sockets of logins that the store has ended, on every node.
    pub fn end_logins(&self, ended: &[LoginId]) {
        self.end_sessions_of(ended, Close::SignedOut);
        for some in ended.chunks(LOGINS_A_WORD) {
            self.0.cluster.tell(Word::LoginsEnded(some.to_vec()));
        }
    }

    /// Closes the sockets of logins that gave way to a new one of the same user, on every node.
    pub fn replace_logins(&self, ended: &[LoginId]) {
        self.end_sessions_of(ended, Close::Replaced);
        for some in ended.chunks(LOGINS_A_WORD) {
            self.0.cluster.tell(Word::LoginsReplaced(some.to_vec()));
        }
    }

    fn end_sessions_of(&self, ended: &[LoginId], why: Close) {
        self.0.hub.crowd().end_sessions(why, |it| ended.contains(&it.login));
    }

    /// Takes over a user's new name, role, picture or word about being at hand, on every node.
    pub fn user_changed(&self, user: &User) {
        self.take_user(user);
        self.0.cluster.tell(Word::UserChanged(user.id));
    }

    /// Takes over how a user stands in the store.
    fn take_user(&self, user: &User) {
        let name: Arc<str> = user.name.as_str().into();
        for mailbox in self.0.hub.crowd().sessions_of(user.id) {
            mailbox.rename(name.clone());
        }
        self.0.roster.set_by_hand(user.id, user.by_hand);
        for room in self.0.hub.rooms_of(user.id) {
            room.note_user(user.id, Some(user));
        }
    }

    /// Whether this node does what only one node of a deployment does.
    pub(crate) fn leads(&self) -> bool {
        self.0.cluster.leads().is_some()
    }

    /// Whether the database was replaced while it was used; the server then stops.
    pub fn has_lost_lineage(&self) -> bool {
        self.0.lost.load(Ordering::Acquire)
    }

    /// How much goes on.
    pub fn figures(&self) -> Figures {
        Figures {
            sessions: self.0.hub.crowd().session_count(),
            users: self.0.roster.online(),
            rooms: self.0.hub.room_count(),
        }
    }

    /// Ends every session after its sends are answered, then the rooms after everything is
    /// written. Call it once no more requests are taken.
    pub async fn drain(&self) {
        self.0.draining.cancel();
        self.send_all_away().await;
        let gone = async {
            while self.0.hub.crowd().session_count() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(DRAIN_MAX, gone).await.is_err() {
            tracing::warn!("stopped before every session had left");
        }
        self.0.halt.cancel();
        // The committer ends with the last room that writes.
        self.0.around.works.close().await;
        self.0.parted.cancel();
    }

    /// A session begins: counts it in, unless the user has too many or the node takes none.
    fn admit(&self, mailbox: &Arc<Mailbox>) -> Result<(), Close> {
        let takes_none = || self.0.draining.is_cancelled() || self.is_draining();
        if takes_none() {
            return Err(Close::Restarting);
        }
        let user = mailbox.user;
        if !self.0.roster.open(user, self.0.options.sockets_per_user) {
            return Err(Close::TooManySockets);
        }
        self.0.hub.crowd().add_session(mailbox);
        // Between the check above and here the node may have begun to drain.
        if takes_none() {
            mailbox.end(Close::Restarting);
        }
        self.note_presence(user);
        Ok(())
    }

    /// The page of a session came into view or went out of it.
    fn attend(&self, user: UserId, attending: bool) {
        self.0.roster.attend(user, attending);
        self.note_presence(user);
    }

    /// A session ended: counts it out.
    fn dismiss(&self, mailbox: &Arc<Mailbox>, was_attending: bool) {
        self.0.hub.crowd().remove_session(mailbox);
        self.go(mailbox.user, was_attending);
    }

    fn go(&self, user: UserId, was_attending: bool) {
        self.0.roster.close(user, was_attending);
        self.note_presence(user);
        self.0.absences.look_at(user, true);
    }

    /// Whoever looks at a page that asks again by itself has no socket, and is there all the same
    /// until well after it should have asked.
    pub(crate) fn visit(&self, who: &Who) {
        let (engine, user) = (self.clone(), who.user);
        if self.0.draining.is_cancelled() || !self.0.roster.open(user, VISITS_MAX) {
            return;
        }
        self.0.roster.set_by_hand(user, who.by_hand);
        self.attend(user, true);
        self.0.tasks.spawn(async move {
            tokio::select! {
                () = engine.0.draining.cancelled() => {}
                () = tokio::time::sleep(VISIT) => {}
            }
            engine.go(user, true);
        });
    }
}

#[cfg(test)]
mod tests;
