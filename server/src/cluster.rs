//! The fast path between the nodes of a deployment. The database is the truth; what travels here
//! may be lost, and every receiver must be able to do without.

pub(crate) mod redis;
mod roster;
mod word;

pub(crate) use roster::News;
pub use roster::{Node, NodeId, Registration, Roster};
pub use word::{Appended, Typed, Word};

use app::protocol::ids::{LoginId, Millis, RoomId, Seq, UserId};
use std::{fmt::Debug, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// What other nodes told, or what became of the way to them.
#[derive(Clone, Debug)]
pub enum Heard {
    /// Entries were committed on another node.
    Appended(Appended),
    /// Somebody types on another node.
    Typed(Typed),
    /// Logins were ended on another node.
    LoginsEnded(Vec<LoginId>),
    /// These logins gave way to a new one of the same user.
    LoginsReplaced(Vec<LoginId>),
    /// A user has another name or role.
    UserChanged(UserId),
    /// There may be other channels.
    RoomsChanged,
    /// Something was planned for that moment.
    Planned(Millis),
    /// Somebody looks for someone, or answered a proposal.
    Sought,
    /// A packet for all sessions of that user.
    Told(UserId, String),
    /// A room is new, or something about it changed that its log does not tell.
    RoomChanged(RoomId),
    /// Somebody on another node has seen a direct room's log up to there.
    Seen(RoomId, UserId, Seq),
    /// The presence of these users may be another.
    Moved(Vec<UserId>),
    /// This node is asked to take no sockets, or to take them again.
    Draining(bool),
    /// The other nodes can be heard.
    Up,
    /// The other nodes cannot be heard.
    Down,
}

/// The way to the other nodes.
pub trait Cluster: Debug + Send + Sync + 'static {
    /// Tells the other nodes. Never waits: what there is no place for is lost.
    fn tell(&self, word: Word);

    /// Tells at once how this node stands.
    fn beat(&self);

    /// From now on, what is told of that room is heard.
    fn follow(&self, room: RoomId);

    /// Nothing that is told of that room matters any more.
    fn unfollow(&self, room: RoomId);

    /// Whether the other nodes can be heard.
    fn is_up(&self) -> bool;

    /// Whether there is no way to other nodes, since there are to be none.
    fn is_alone(&self) -> bool {
        false
    }

    /// The term for which this node does what only one may do; nothing where another node does.
    fn leads(&self) -> Option<u64>;
}

/// One node alone: there is nobody to tell, and nobody else to lead.
#[derive(Clone, Copy, Debug)]
pub struct Local;

impl Cluster for Local {
    fn tell(&self, _: Word) {}

    fn beat(&self) {}

    fn follow(&self, _: RoomId) {}

    fn unfollow(&self, _: RoomId) {}

    fn is_up(&self) -> bool {
        true
    }

    fn is_alone(&self) -> bool {
        true
    }

    fn leads(&self) -> Option<u64> {
        Some(1)
    }
}

/// A node's part in its deployment.
#[derive(Debug)]
pub struct Membership {
    /// The way to the others.
    pub cluster: Arc<dyn Cluster>,
    /// Who is where.
    pub roster: Arc<Roster>,
    /// What the others tell.
    pub heard: mpsc::Receiver<Heard>,
    /// Cancelled when this node has nothing more to tell.
    pub parted: CancellationToken,
}

impl Membership {
    /// A node alone.
    pub fn alone(name: &str) -> Self {
        let (_, heard) = mpsc::channel(1);
        let roster = Arc::new(Roster::new(NodeId::random(), name));
        Self { cluster: Arc::new(Local), roster, heard, parted: CancellationToken::new() }
    }
}
