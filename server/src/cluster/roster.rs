//! Who is where: counted from the sockets of this node, so that a crash leaves nobody behind, and
//! from what other nodes tell, for as long as they are heard.

use super::Word;
use app::protocol::{
    ids::{Millis, UserId},
    people::{ByHand, Presence},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

/// A node of which nothing was heard for so long is gone.
pub(super) const LEASE: Duration = Duration::from_secs(15);
/// More changes than this are not told one by one.
const CHANGES_TOLD_MAX: usize = 500;

/// One run of a server process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(Uuid);

impl NodeId {
    /// A new one.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for NodeId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A node as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Which one.
    pub id: NodeId,
    /// What it is called.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// Its live sockets.
    pub sessions: usize,
    /// Its rooms.
    pub rooms: usize,
    /// When it started.
    pub since: Millis,
    /// It takes no sockets.
    pub draining: bool,
    /// It is the one that was asked.
    pub is_this: bool,
}

/// How a node stands, as it tells the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    id: NodeId,
    name: String,
    version: String,
    sessions: usize,
    rooms: usize,
    since: Millis,
    draining: bool,
    /// How often it has told so.
    beat: u64,
    /// The number of its last change of presence.
    presence: u64,
}

/// The sockets of a user, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sockets {
    open: usize,
    attending: usize,
    by_hand: ByHand,
}

impl Sockets {
    const fn presence(self) -> Presence {
        let tabs = match self {
            Self { open: 0, .. } => Presence::Offline,
            Self { attending: 0, .. } => Presence::Away,
            _ => Presence::Here,
        };
        self.by_hand.over(tabs)
    }
}

/// Another node.
#[derive(Debug)]
struct Other {
    stands: Registration,
    users: HashMap<UserId, Presence>,
    /// The change of presence up to which `users` is known.
    presence: u64,
    /// Changes were missed: all of its users must be read.
    incomplete: bool,
    heard: Instant,
}

#[derive(Debug)]
struct State {
    this: Registration,
    sockets: HashMap<UserId, Sockets>,
    /// Users whose presence here may differ from what was told.
    changed: HashSet<UserId>,
    told: HashMap<UserId, Presence>,
    others: HashMap<NodeId, Other>,
    /// The other nodes cannot be heard.
    blind: bool,
}

/// Who is where.
#[derive(Debug)]
pub struct Roster {
    id: NodeId,
    state: RwLock<State>,
}

/// What is new of the presence of users here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// To be told.
    Word(Word),
    /// Too much to be told: the others have to read it.
    TooMuch,
}

/// What came of a word about presence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    /// Whose presence may be another.
    pub(super) users: Vec<UserId>,
    /// Something was missed: read the users of that node.
    pub(super) read: bool,
}

impl Roster {
    /// The roster of a node that starts now.
    pub fn new(id: NodeId, name: &str) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let this = Registration {
            id,
            name: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sessions: 0,
            rooms: 0,
            since: Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            draining: false,
            beat: 0,
            presence: 0,
        };
        let state = State {
            this,
            sockets: HashMap::new(),
            changed: HashSet::new(),
            told: HashMap::new(),
            others: HashMap::new(),
            blind: false,
        };
        Self { id, state: RwLock::new(state) }
    }

    /// This node.
    pub const fn id(&self) -> NodeId {
        self.id
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The presence of a user, wherever they have sockets.
    pub(crate) fn of(&self, user: UserId) -> Presence {
        let state = self.read();
        let here = state.here(user);
        match here {
            Presence::Offline if state.blind => Presence::Unknown,
            _ if state.blind => here,
            _ => state
                .others
                .values()
                .filter_map(|it| it.users.get(&user))
                .copied()
                .fold(here, nearer),
        }
    }

    /// How many users have a socket open, on any node that is heard.
    pub(crate) fn online(&self) -> usize {
        let state = self.read();
        let elsewhere = state.others.values().flat_map(|it| it.users.keys());
        if state.others.is_empty() {
            return state.sockets.len();
        }
        state.sockets.keys().chain(elsewhere).collect::<HashSet<_>>().len()
    }

    /// A socket was opened; its page is not looked at until told. False when the user has as
    /// many as one may.
    pub(crate) fn open(&self, user: UserId, most: usize) -> bool {
        let mut state = self.write();
        let sockets = state.sockets.entry(user).or_default();
        if sockets.open >= most {
            return false;
        }
        sockets.open += 1;
        state.this.sessions += 1;
        state.changed.insert(user);
        true
    }

    /// A socket's page came into view or went out of it.
    pub(crate) fn attend(&self, user: UserId, attending: bool) {
        let mut state = self.write();
        if let Some(sockets) = state.sockets.get_mut(&user) {
            let n = sockets.attending;
            sockets.attending = if attending { n + 1 } else { n.saturating_sub(1) };
            state.changed.insert(user);
        }
    }

    /// A user who has sockets here says that about being at hand.
    pub(crate) fn set_by_hand(&self, user: UserId, by_hand: ByHand) {
        let mut state = self.write();
        if let Some(sockets) = state.sockets.get_mut(&user) {
            sockets.by_hand = by_hand;
            state.changed.insert(user);
        }
    }

    /// A socket was closed.
    pub(crate) fn close(&self, user: UserId, was_attending: bool) {
        if was_attending {
            self.attend(user, false);
        }
        let mut state = self.write();
        if let Some(sockets) = state.sockets.get_mut(&user) {
            sockets.open = sockets.open.saturating_sub(1);
            if sockets.open == 0 {
                state.sockets.remove(&user);
            }
            state.this.sessions = state.this.sessions.saturating_sub(1);
            state.changed.insert(user);
        }
    }

    /// This node has so many rooms.
    pub(crate) fn set_rooms(&self, rooms: usize) {
        self.write().this.rooms = rooms;
    }

    /// Whether this node takes no sockets.
    pub(crate) fn is_draining(&self) -> bool {
        self.read().this.draining
    }

    /// This node takes no sockets, or takes them again; false when that is so already.
    pub(crate) fn set_draining(&self, draining: bool) -> bool {
        let mut state = self.write();
        std::mem::replace(&mut state.this.draining, draining) != draining
    }

    /// The other nodes cannot be heard, or can again; false when that is so already.
    pub(crate) fn set_blind(&self, blind: bool) -> bool {
        let mut state = self.write();
        std::mem::replace(&mut state.blind, blind) != blind
    }

    /// Whether that is another node that is heard.
    pub(crate) fn knows(&self, node: NodeId) -> bool {
        self.read().others.contains_key(&node)
    }

    /// Whether there are other nodes that take sockets.
    pub(crate) fn has_others(&self) -> bool {
        self.read().others.values().any(|it| !it.stands.draining)
    }

    /// All nodes that are heard, by name.
    pub(crate) fn nodes(&self) -> Vec<Node> {
        let state = self.read();
        let others = state.others.values().map(|it| it.stands.node(false));
        let mut nodes: Vec<_> = others.chain([state.this.node(true)]).collect();
        nodes.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        nodes
    }

    /// What to tell of the presence of the users here, if it changed.
    pub(crate) fn news(&self) -> Option<News> {
        let mut state = self.write();
        let changed = std::mem::take(&mut state.changed);
        let now: Vec<_> = changed.into_iter().map(|it| (it, state.here(it))).collect();
        let now: Vec<_> =
            now.into_iter().filter(|(user, it)| state.was_told(*user) != *it).collect();
        if now.is_empty() {
            return None;
        }
        for (user, presence) in &now {
            if *presence == Presence::Offline {
                state.told.remove(user);
            } else {
                state.told.insert(*user, *presence);
            }
        }
        state.this.presence += 1;
        if now.len() > CHANGES_TOLD_MAX {
            return Some(News::TooMuch);
        }
        Some(News::Word(Word::Presence(state.this.presence, now)))
    }

    /// How this node stands, counted as a beat, and all that was told of its users.
    pub(super) fn beat(&self) -> (Registration, Vec<(UserId, Presence)>) {
        let mut state = self.write();
        state.this.beat += 1;
        (state.this.clone(), state.told.iter().map(|(user, it)| (*user, *it)).collect())
    }

    /// Another node told how it stands. True when its users have to be read.
    pub(super) fn hear_beat(&self, stands: Registration, now: Instant) -> bool {
        let mut state = self.write();
        if stands.id == self.id {
            return false;
        }
        let other = state.others.entry(stands.id).or_insert_with(|| Other {
            stands: stands.clone(),
            users: HashMap::new(),
            presence: 0,
            incomplete: stands.presence > 0,
            heard: now,
        });
        if stands.beat > other.stands.beat {
            other.heard = now;
            other.stands = stands;
        }
        other.incomplete |= other.presence < other.stands.presence;
        other.incomplete
    }

    /// Another node told of some of its users.
    pub(super) fn hear_presence(
        &self,
        from: NodeId,
        change: u64,
        users: Vec<(UserId, Presence)>,
        now: Instant,
    ) -> Moved {
        let mut state = self.write();
        let Some(other) = state.others.get_mut(&from) else {
            return Moved { users: Vec::new(), read: from != self.id };
        };
        other.heard = now;
        if change <= other.presence {
            return Moved::default();
        }
        other.incomplete |= change != other.presence + 1;
        other.presence = change;
        let moved = users.iter().map(|(user, _)| *user).collect();
        for (user, presence) in users {
            if presence == Presence::Offline {
                other.users.remove(&user);
            } else {
                other.users.insert(user, presence);
            }
        }
        Moved { users: moved, read: other.incomplete }
    }

    /// All users of another node were read, as of a change; names those who moved.
    pub(super) fn hear_users(
        &self,
        from: NodeId,
        change: u64,
        users: HashMap<UserId, Presence>,
    ) -> Vec<UserId> {
        let mut state = self.write();
        let Some(other) = state.others.get_mut(&from) else { return Vec::new() };
        if change < other.presence {
            return Vec::new();
        }
        other.presence = change;
        other.incomplete = false;
        let before = std::mem::replace(&mut other.users, users);
        let differs = |user: &&UserId| before.get(*user) != other.users.get(*user);
        let all: HashSet<_> = before.keys().chain(other.users.keys()).collect();
        all.into_iter().filter(differs).copied().collect()
    }

    /// Nodes whose users have to be read.
    pub(super) fn incomplete(&self) -> Vec<NodeId> {
        let state = self.read();
        state.others.iter().filter(|(_, it)| it.incomplete).map(|(id, _)| *id).collect()
    }

    /// A node ended; names its users.
    pub(super) fn remove(&self, node: NodeId) -> Vec<UserId> {
        let gone = self.write().others.remove(&node);
        gone.map(|it| it.users.into_keys().collect()).unwrap_or_default()
    }

    /// Removes the nodes that were not heard for too long; names their users.
    pub(super) fn forget_silent(&self, now: Instant) -> Vec<UserId> {
        let mut state = self.write();
        let mut users = Vec::new();
        state.others.retain(|_, it| {
            let lives = now.saturating_duration_since(it.heard) < LEASE;
            if !lives {
                users.extend(it.users.keys());
            }
            lives
        });
        users
    }
}

impl State {
    fn here(&self, user: UserId) -> Presence {
        self.sockets.get(&user).map_or(Presence::Offline, |it| it.presence())
    }

    fn was_told(&self, user: UserId) -> Presence {
        self.told.get(&user).copied().unwrap_or(Presence::Offline)
    }
}

impl Registration {
    /// Which node it is.
    pub(super) const fn id(&self) -> NodeId {
        self.id
    }

    /// The number of its last change of presence.
    pub(super) const fn presence(&self) -> u64 {
        self.presence
    }

    /// How often it has told how it stands.
    pub(super) const fn beats(&self) -> u64 {
        self.beat
    }

    fn node(&self, is_this: bool) -> Node {
        Node {
            id: self.id,
            name: self.name.clone(),
            version: self.version.clone(),
            sessions: self.sessions,
            rooms: self.rooms,
            since: self.since,
            draining: self.draining,
            is_this,
        }
    }
}

/// Whoever is here on one node is here, but for who said so by hand.
fn nearer(one: Presence, other: Presence) -> Presence {
    match (one, other) {
        (Presence::Busy, _) | (_, Presence::Busy) => Presence::Busy,
        (Presence::Here, _) | (_, Presence::Here) => Presence::Here,
        (Presence::Away, _) | (_, Presence::Away) => Presence::Away,
        _ => one,
    }
}

#[cfg(test)]
mod tests;
