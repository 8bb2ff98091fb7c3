//! This node among the others: what they tell, how each stands, and which take sockets.

use super::{Engine, caretaker::ticks};
use crate::cluster::{Heard, News, Node, NodeId, Word};
use app::protocol::{close::Close, ids::UserId, packets::Seen};
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

/// Changes of presence are gathered for so long before other nodes are told.
const NEWS_EVERY: Duration = Duration::from_millis(250);
/// So long after the way to the others broke, their users are unknown.
const BLIND_AFTER: Duration = Duration::from_secs(2);
/// So long after the way is there again they are known: the others need a moment to come back too.
const SEES_AFTER: Duration = Duration::from_millis(1_500);
/// When this node stops and others live, its sockets go there one after the other, for so long.
const STOP_SPREAD: Duration = Duration::from_secs(3);

/// Why a node was not told to drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrainError {
    /// There is no such node, or it is not heard.
    #[error("there is no such node")]
    NotFound,
    /// It is another node, and the way to the others is broken.
    #[error("other nodes cannot be reached")]
    Unreachable,
}

impl Engine {
    /// The nodes of this deployment, as far as they are heard.
    pub fn nodes(&self) -> Vec<Node> {
        self.0.roster.nodes()
    }

    /// Whether this node is to take no sockets.
    pub fn is_draining(&self) -> bool {
        self.0.roster.is_draining()
    }

    /// Lets a node take no sockets and tell those it has to come back elsewhere, or lets it take
    /// sockets again. Another node obeys a moment later, and says so in [`Engine::nodes`].
    pub fn set_draining(&self, node: NodeId, draining: bool) -> Result<(), DrainError> {
        if node == self.0.roster.id() {
            self.obey_draining(draining);
            return Ok(());
        }
        if !self.0.roster.knows(node) {
            return Err(DrainError::NotFound);
        }
        if !self.0.cluster.is_up() {
            return Err(DrainError::Unreachable);
        }
        self.0.cluster.tell(Word::Drain(node, draining));
        Ok(())
    }

    fn obey_draining(&self, draining: bool) {
        if !self.0.roster.set_draining(draining) {
            return;
        }
        tracing::info!(draining, "this node takes {} sockets", if draining { "no" } else { "new" });
        self.0.cluster.beat();
        if draining {
            let engine = self.clone();
            self.0.tasks.spawn(async move {
                let spread = engine.0.options.drain_spread;
                tokio::select! {
                    () = engine.0.draining.cancelled() => {}
                    () = engine.send_away(spread, || engine.is_draining()) => {}
                }
            });
        }
    }

    /// Tells every socket to come back elsewhere, each at a moment by chance, as long as it is
    /// so wished.
    async fn send_away(&self, spread: Duration, wished: impl Fn() -> bool) {
        let began = Instant::now();
        let chance = |mailbox| (began + part_of(spread), mailbox);
        let mut leaving: Vec<_> = self.hub().crowd().mailboxes().into_iter().map(chance).collect();
        leaving.sort_by_key(|(at, _)| *at);
        for (at, mailbox) in leaving {
            sleep_until(at).await;
            if !wished() {
                return;
            }
            mailbox.end(Close::Restarting);
        }
    }

    /// Tells every socket to come back: elsewhere, if there is an elsewhere, and then one after
    /// the other, so that nobody there is overrun.
    pub(super) async fn send_all_away(&self) {
        if self.0.roster.has_others() && self.0.cluster.is_up() {
            self.0.roster.set_draining(true);
            self.0.cluster.beat();
            self.send_away(STOP_SPREAD, || true).await;
        }
        self.hub().crowd().end_sessions(Close::Restarting, |_| true);
    }

    /// Takes in what another node told.
    fn hear(&self, heard: Heard) {
        match heard {
            Heard::Appended(appended) => {
                if let Some(room) = self.hub().room(appended.room) {
                    room.take_foreign(appended);
                }
            }
            Heard::Typed(typed) => {
                if let Some(room) = self.hub().room(typed.room) {
                    room.note_typing(typed.user, typed.name.into());
                }
            }
            Heard::LoginsEnded(logins) => self.end_sessions_of(&logins, Close::SignedOut),
            Heard::LoginsReplaced(logins) => self.end_sessions_of(&logins, Close::Replaced),
            Heard::UserChanged(user) => self.0.look.user(user),
            Heard::RoomsChanged => self.0.look.rooms(),
            Heard::Seen(room, user, seq) => self.tell_seen(Seen { room, user, seq }),
            Heard::Planned(due) => self.0.jobs.heard(due),
            Heard::Sought => self.0.matchmaking.heard(),
            Heard::Told(user, frame) => self.tell_user_here(user, &frame.into()),
            Heard::RoomChanged(room) => match self.hub().room(room) {
                Some(room) => room.look_again(),
                None => self.0.look.room(room),
            },
            Heard::Moved(users) => users.into_iter().for_each(|it| self.note_presence(it)),
            Heard::Draining(draining) => self.obey_draining(draining),
            // What was told while nobody heard is found by comparing heads.
            Heard::Up | Heard::Down => self.0.look.all(),
        }
    }

    fn tell_news(&self) {
        match self.0.roster.news() {
            Some(News::Word(word)) => self.0.cluster.tell(word),
            Some(News::TooMuch) => self.0.cluster.beat(),
            None => {}
        }
    }

    /// The users of other nodes became unknown, or known.
    fn set_blind(&self, blind: bool) {
        if !self.0.roster.set_blind(blind) {
            return;
        }
        for room in self.hub().all() {
            room.note_everybody();
            if room.kind().lets_absent_go() {
                room.users().into_iter().for_each(|it| self.0.absences.look_at(it, false));
            }
        }
    }

    /// A user's presence may be another.
    pub(super) fn note_presence(&self, user: UserId) {
        for room in self.hub().rooms_of(user) {
            room.note_user(user, None);
        }
        self.0.absences.look_at(user, self.presence(user).is_seen());
    }
}

/// A part of a time, by chance.
fn part_of(spread: Duration) -> Duration {
    // Without chance nobody is spared; that costs a rush and nothing else.
    let chance = getrandom::u32().unwrap_or_default();
    spread.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

/// Hears the other nodes and tells them, until the engine halts.
pub(super) async fn run(engine: Engine, mut heard: mpsc::Receiver<Heard>) {
    let mut news = ticks(NEWS_EVERY);
    let mut turn: Option<(Instant, bool)> = None;
    loop {
        let turns = async {
            match turn {
                Some((at, blind)) => {
                    sleep_until(at).await;
                    blind
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = engine.halted() => return,
            Some(it) = heard.recv() => {
                match it {
                    Heard::Up => turn = Some((Instant::now() + SEES_AFTER, false)),
                    Heard::Down => turn = Some((Instant::now() + BLIND_AFTER, true)),
                    _ => {}
                }
                engine.hear(it);
            }
            _ = news.tick() => engine.tell_news(),
            blind = turns => {
                turn = None;
                engine.set_blind(blind);
            }
        }
    }
}
