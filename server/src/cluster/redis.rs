//! The way to other nodes over Redis or Valkey: fan-out, presence, leases. It may lose anything.
//!
//! All keys and channels begin with the database's epoch, so that deployments can share a server.

mod beat;
mod claim;
mod link;

use super::{Appended, Cluster, Heard, Membership, NodeId, Roster, Typed, Word};
use crate::{
    config::ConfigError,
    planted::{self, Bug},
};
use app::protocol::ids::{Epoch, RoomId};
use std::{
    collections::HashSet,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Words that wait to be told; more are lost.
const WORDS_WAITING_MAX: usize = 4_096;
/// Their bytes, roughly.
const BYTES_WAITING_MAX: usize = 8 * 1024 * 1024;
/// Words that were heard and wait for the engine.
const HEARD_WAITING_MAX: usize = 1_024;
/// Reasons told while Redis is away.
const REASONS_MAX: usize = 16;
/// Redis has so long to let us in.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Redis has so long to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// What joining needs.
#[derive(Debug)]
pub(crate) struct Joining<'a> {
    /// The server's address, with its password.
    pub(crate) url: &'a str,
    /// What this node is called.
    pub(crate) name: &'a str,
    /// The database's lineage.
    pub(crate) epoch: Epoch,
}

/// The way to other nodes over Redis.
#[derive(Debug)]
struct Redis {
    words: mpsc::Sender<Word>,
    shared: Arc<Shared>,
}

/// What the handle and its task share.
struct Shared {
    client: redis::Client,
    prefix: String,
    roster: Arc<Roster>,
    heard: mpsc::Sender<Heard>,
    waiting_bytes: AtomicUsize,
    rooms: Mutex<HashSet<RoomId>>,
    /// There are rooms to follow that are not followed yet, or followed ones that are gone.
    more_rooms: Notify,
    /// Something is to be told at once of how this node stands.
    beat_now: Notify,
    /// The users of some node have to be read.
    read_now: Notify,
    health: Mutex<Health>,
    told: Mutex<Told>,
    up: AtomicBool,
    lease: Mutex<Lease>,
}

/// Whether all that Redis is for works.
#[derive(Clone, Copy, Debug, Default)]
struct Health {
    /// Own words come back.
    echoes: bool,
    /// This node's keys could be written.
    registered: bool,
}

/// The reasons that were told since the other nodes were heard last.
#[derive(Debug, Default)]
struct Told(HashSet<String>);

impl Told {
    /// Whether this has to be told; each reason once, and not without end.
    fn is_new(&mut self, why: &str) -> bool {
        !why.is_empty() && self.0.len() < REASONS_MAX && self.0.insert(why.to_owned())
    }
}

/// The lease of the one node that does what only one may do.
#[derive(Debug, Default)]
struct Lease {
    term: u64,
    until: Option<Instant>,
}

/// Why there is no way to the other nodes.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Redis(#[from] redis::RedisError),
    #[error("it does not answer")]
    Silent,
    #[error("the connection was closed")]
    Closed,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the client: it knows the password.
        f.debug_struct("Shared").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Joins the other nodes. Where Redis cannot be reached, this node begins without and joins
/// later; a wrong address, a wrong password or a name that is taken is an error.
pub(crate) async fn join(
    joining: Joining<'_>,
    tasks: &TaskTracker,
) -> Result<Membership, ConfigError> {
    let client = claim::open(joining.url)?;
    let roster = Arc::new(Roster::new(NodeId::random(), joining.name));
    let prefix = format!("maru:{}:", joining.epoch);
    claim::claim(&client, &prefix, roster.id(), joining.name).await?;
    let (heard, hearing) = mpsc::channel(HEARD_WAITING_MAX);
    let (words, waiting) = mpsc::channel(WORDS_WAITING_MAX);
    // Nobody is heard yet.
    roster.set_blind(true);
    let shared = Arc::new(Shared {
        client,
        prefix,
        roster: roster.clone(),
        heard,
        waiting_bytes: AtomicUsize::new(0),
        rooms: Mutex::default(),
        more_rooms: Notify::new(),
        beat_now: Notify::new(),
        read_now: Notify::new(),
        health: Mutex::default(),
        told: Mutex::default(),
        up: AtomicBool::new(false),
        lease: Mutex::default(),
    });
    metrics::gauge!("maru_cluster_up").set(0.0);
    let parted = CancellationToken::new();
    tasks.spawn(link::run(shared.clone(), waiting, joining.name.to_owned(), parted.clone()));
    Ok(Membership { cluster: Arc::new(Redis { words, shared }), roster, heard: hearing, parted })
}

impl Cluster for Redis {
    fn tell(&self, word: Word) {
        if planted::has(Bug::LostPublish) && is_lost(&word) {
            return;
        }
        let bytes = word.bytes();
        let waiting = self.shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        if waiting + bytes > BYTES_WAITING_MAX || self.words.try_send(word).is_err() {
            self.shared.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            metrics::counter!("maru_cluster_words_lost_total").increment(1);
        }
    }

    fn beat(&self) {
        self.shared.beat_now.notify_one();
    }

    fn follow(&self, room: RoomId) {
        if lock(&self.shared.rooms).insert(room) {
            self.shared.more_rooms.notify_one();
        }
    }

    fn unfollow(&self, room: RoomId) {
        if lock(&self.shared.rooms).remove(&room) {
            self.shared.more_rooms.notify_one();
        }
    }

    fn is_up(&self) -> bool {
        self.shared.up.load(Ordering::Acquire)
    }

    fn leads(&self) -> Option<u64> {
        let lease = lock(&self.shared.lease);
        let holds = lease.until.is_some_and(|until| Instant::now() < until);
        holds.then_some(lease.term)
    }
}

/// The planted bug `lost-publish`.
fn is_lost(word: &Word) -> bool {
    matches!(word, Word::Appended(_))
}

impl Shared {
    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn node_key(&self, what: &str, node: NodeId) -> String {
        format!("{}{what}:{node}", self.prefix)
    }

    fn room_channel(&self, room: RoomId) -> String {
        format!("{}room:{room}", self.prefix)
    }

    /// Where a word goes.
    fn channel(&self, word: &Word) -> String {
        match word {
            Word::Appended(Appended { room, .. })
            | Word::Typed(Typed { room, .. })
            | Word::Seen(room, ..) => self.room_channel(*room),
            Word::Drain(node, _) | Word::Wake(node) => self.node_key("to", *node),
            Word::Echo(_) => self.node_key("to", self.roster.id()),
            _ => self.key("all"),
        }
    }

    /// Takes note of how it goes, and tells when that changes, or the reason, once.
    async fn judge(&self, why: &(dyn fmt::Display + Sync), change: impl FnOnce(&mut Health)) {
        let is_up = {
            let mut health = lock(&self.health);
            change(&mut health);
            health.echoes && health.registered
        };
        let changed = self.up.swap(is_up, Ordering::AcqRel) != is_up;
        if is_up {
            *lock(&self.told) = Told::default();
        } else if lock(&self.told).is_new(&why.to_string()) {
            tracing::warn!(
                "Redis: {why}; what other nodes write is read from the database until it is back"
            );
        }
        if !changed {
            return;
        }
        metrics::gauge!("maru_cluster_up").set(if is_up { 1.0 } else { 0.0 });
        if is_up {
            tracing::info!("Redis: the other nodes are heard");
        }
        self.forward(if is_up { Heard::Up } else { Heard::Down }).await;
    }

    /// Hands something to the engine.
    async fn forward(&self, heard: Heard) {
        // The engine has ended: nobody needs it any more.
        let _ = self.heard.send(heard).await;
    }
}

/// Awaits an answer of Redis, but not for ever.
async fn answer<T>(asked: impl Future<Output = redis::RedisResult<T>>) -> Result<T, Fault> {
    match timeout(ANSWER_WITHIN, asked).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Fault::Silent),
    }
}

/// A lock whose holder died left nothing half done: every change here is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_told_once() {
        let mut told = Told::default();
        assert!(told.is_new("refused") && told.is_new("a wrong password"));
        assert!(!told.is_new("refused") && !told.is_new(""));
        assert_eq!((0..99).filter(|n| told.is_new(&n.to_string())).count(), REASONS_MAX - 2);
    }
}
