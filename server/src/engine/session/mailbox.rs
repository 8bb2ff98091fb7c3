//! What the rest of the engine may do to a session: wake it, answer it, end it.

use super::news::News;
use crate::{
    engine::Who,
    store::{AppendError, Appending},
};
use app::protocol::{
    close::Close,
    ids::{Cid, LoginId, RoomId, Seq, UserId},
    refusal::Refusal,
};
use axum::extract::ws::Utf8Bytes;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU16, AtomicU64, Ordering},
};
use tokio::sync::{Notify, oneshot};

/// Frames told to one session that it has not written yet.
const TOLD_MAX: usize = 256;

/// Tells the sessions of a process from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(u64);

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The door to one session. Its queues hold answers to the session's own packets, which the
/// limit of sends in flight bounds, and what is told to it alone; news are kept by room.
#[derive(Debug)]
pub(crate) struct Mailbox {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) login: LoginId,
    /// What the user is called now.
    name: Mutex<Arc<str>>,
    answers: Mutex<Vec<Answer>>,
    /// Told to this session alone, and not written yet.
    told: Mutex<Vec<Utf8Bytes>>,
    news: Mutex<News>,
    wake: Notify,
    /// A close code; 0 while the session may live.
    end: AtomicU16,
}

/// An answer to a packet of the session.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) asked: Asked,
    pub(crate) outcome: Result<Appending, Refusal>,
}

/// What a session asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// To say something.
    Say { cid: Cid },
    /// To enter a room, of which the client has some.
    Enter { cid: Cid, room: RoomId, have: Seq },
    /// To leave a room.
    Leave { cid: Cid, room: RoomId },
}

impl Mailbox {
    pub(crate) fn new(who: &Who) -> Self {
        Self {
            id: SessionId(NEXT.fetch_add(1, Ordering::Relaxed)),
            user: who.user,
            login: who.login,
            name: Mutex::new(who.name.clone()),
            answers: Mutex::default(),
            told: Mutex::default(),
            news: Mutex::default(),
            wake: Notify::new(),
            end: AtomicU16::new(0),
        }
    }

    /// Lets the session look for what is new.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Returns when there may be something new.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Ends the session. The first reason stands.
    pub(crate) fn end(&self, why: Close) {
        let _ = self.end.compare_exchange(0, why.code(), Ordering::AcqRel, Ordering::Acquire);
        self.wake();
    }

    /// Why the session is to end, if it is.
    pub(crate) fn ended(&self) -> Option<Close> {
        Close::from_code(self.end.load(Ordering::Acquire))
    }

    /// The user's name now.
    pub(crate) fn name(&self) -> Arc<str> {
        lock(&self.name).clone()
    }

    /// The user has another name.
    pub(crate) fn rename(&self, name: Arc<str>) {
        *lock(&self.name) = name;
    }

    /// The answers that came since the last call.
    pub(crate) fn take_answers(&self) -> Vec<Answer> {
        std::mem::take(&mut lock(&self.answers))
    }

    /// Tells the session something of its own. One that does not read for so long comes back and
    /// asks.
    pub(crate) fn tell(&self, frame: Utf8Bytes) {
        let mut told = lock(&self.told);
        if told.len() >= TOLD_MAX {
            drop(told);
            return self.end(Close::Slow);
        }
        told.push(frame);
        drop(told);
        self.wake();
    }

    /// What was told since the last call.
    pub(crate) fn take_told(&self) -> Vec<Utf8Bytes> {
        std::mem::take(&mut lock(&self.told))
    }

    /// Tells something of a room, and wakes the session.
    pub(crate) fn bring(&self, news: impl FnOnce(&mut News)) {
        news(&mut lock(&self.news));
        self.wake();
    }

    /// What was told of rooms since the last call.
    pub(crate) fn take_news(&self) -> News {
        std::mem::take(&mut lock(&self.news))
    }

    fn answer(&self, answer: Answer) {
        lock(&self.answers).push(answer);
        self.wake();
    }
}

/// A lock whose holder died left nothing half done: every change here is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the outcome of a command goes. Dropped without an answer, the outcome is unknown: a
/// session is ended so that its client comes back and asks again with the same id.
#[derive(Debug)]
pub(crate) struct ReplyTo(Option<To>);

#[derive(Debug)]
enum To {
    Session(Arc<Mailbox>, Asked),
    Once(oneshot::Sender<Result<Appending, Refusal>>),
    Nobody,
}

impl ReplyTo {
    /// To a session.
    pub(crate) const fn session(mailbox: Arc<Mailbox>, asked: Asked) -> Self {
        Self(Some(To::Session(mailbox, asked)))
    }

    /// To whoever awaits the receiver.
    pub(crate) fn once() -> (Self, oneshot::Receiver<Result<Appending, Refusal>>) {
        let (tx, rx) = oneshot::channel();
        (Self(Some(To::Once(tx))), rx)
    }

    /// To nobody: the server asked by itself.
    pub(crate) const fn nobody() -> Self {
        Self(Some(To::Nobody))
    }

    /// The session that asked, if one did.
    pub(crate) fn asker(&self) -> Option<SessionId> {
        match &self.0 {
            Some(To::Session(mailbox, _)) => Some(mailbox.id),
            Some(To::Once(_) | To::Nobody) | None => None,
        }
    }

    /// Answers.
    pub(crate) fn answer(mut self, outcome: Result<Appending, Refusal>) {
        match self.0.take() {
            Some(To::Session(mailbox, asked)) => mailbox.answer(Answer { asked, outcome }),
            Some(To::Once(tx)) => drop(tx.send(outcome)),
            Some(To::Nobody) | None => {}
        }
    }

    /// Answers with what the store said of it.
    pub(crate) fn answer_append(self, outcome: Result<Appending, AppendError>) {
        self.answer(outcome.map_err(Refusal::from));
    }
}

impl Drop for ReplyTo {
    fn drop(&mut self) {
        if let Some(To::Session(mailbox, _)) = &self.0 {
            mailbox.end(Close::Failed);
        }
    }
}
