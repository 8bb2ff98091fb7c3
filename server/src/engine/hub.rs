//! What is there: the rooms, and the sessions by user and login.

use super::{
    room::{Room, Volatile},
    session::mailbox::Mailbox,
};
use app::protocol::{
    close::Close,
    ids::{LoginId, RoomId, UserId},
};
use axum::extract::ws::Utf8Bytes;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
};

/// The rooms and sessions of this node. Its locks are held for look-ups only.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    rooms: RwLock<Rooms>,
    sessions: Mutex<Sessions>,
    /// Volatile frames for every session.
    bulletin: Mutex<Volatile>,
}

#[derive(Debug, Default)]
struct Rooms {
    by_id: HashMap<RoomId, Arc<Room>>,
    /// In the order of lists.
    listed: Vec<Arc<Room>>,
}

#[derive(Debug, Default)]
struct Sessions {
    by_user: HashMap<UserId, Vec<Arc<Mailbox>>>,
    count: usize,
}

impl Hub {
    fn rooms(&self) -> RwLockReadGuard<'_, Rooms> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bulletin(&self) -> MutexGuard<'_, Volatile> {
        self.bulletin.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists a room after the others.
    pub(crate) fn add_room(&self, room: Arc<Room>) {
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        rooms.by_id.insert(room.id, room.clone());
        rooms.listed.push(room);
    }

    /// Lists the rooms in that order, those that it does not name after the others.
    pub(crate) fn order(&self, order: &HashMap<RoomId, usize>) {
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        rooms.listed.sort_by_key(|it| order.get(&it.id).copied().unwrap_or(usize::MAX));
    }

    /// All rooms, in the order of lists.
    pub(crate) fn listed(&self) -> Vec<Arc<Room>> {
        self.rooms().listed.clone()
    }

    /// The room of that id.
    pub(crate) fn room(&self, id: RoomId) -> Option<Arc<Room>> {
        self.rooms().by_id.get(&id).cloned()
    }

    /// Counts a session in.
    pub(crate) fn add_session(&self, mailbox: &Arc<Mailbox>) {
        let mut sessions = self.sessions();
        sessions.by_user.entry(mailbox.user).or_default().push(mailbox.clone());
        sessions.count += 1;
    }

    /// Counts a session out.
    pub(crate) fn remove_session(&self, mailbox: &Arc<Mailbox>) {
        let mut sessions = self.sessions();
        let Some(own) = sessions.by_user.get_mut(&mailbox.user) else { return };
        let before = own.len();
        own.retain(|it| !Arc::ptr_eq(it, mailbox));
        let gone = before - own.len();
        if own.is_empty() {
            sessions.by_user.remove(&mailbox.user);
        }
        sessions.count -= gone;
    }

    /// How many sessions there are.
    pub(crate) fn session_count(&self) -> usize {
        self.sessions().count
    }

    /// The sessions of a user.
    pub(crate) fn sessions_of(&self, user: UserId) -> Vec<Arc<Mailbox>> {
        self.sessions().by_user.get(&user).cloned().unwrap_or_default()
    }

    /// The users who have sessions.
    pub(crate) fn users(&self) -> Vec<UserId> {
        self.sessions().by_user.keys().copied().collect()
    }

    /// All sessions.
    pub(crate) fn mailboxes(&self) -> Vec<Arc<Mailbox>> {
        self.sessions().by_user.values().flatten().cloned().collect()
    }

    /// The logins by which users have sessions.
    pub(crate) fn logins_of(&self, users: &HashSet<UserId>) -> Vec<LoginId> {
        let sessions = self.sessions();
        let own = users.iter().filter_map(|it| sessions.by_user.get(it)).flatten();
        let mut logins: Vec<_> = own.map(|it| it.login).collect();
        logins.sort_unstable();
        logins.dedup();
        logins
    }

    /// Ends every session for which `which` holds.
    pub(crate) fn end_sessions(&self, why: Close, which: impl Fn(&Mailbox) -> bool) {
        for mailbox in self.sessions().by_user.values().flatten() {
            if which(mailbox) {
                mailbox.end(why);
            }
        }
    }

    /// Tells every session something that may be missed.
    pub(crate) fn post(&self, frame: Utf8Bytes) {
        self.bulletin().push(frame);
        for mailbox in self.sessions().by_user.values().flatten() {
            mailbox.wake();
        }
    }

    /// The bulletin after `cursor`, and where the cursor then stands.
    pub(crate) fn bulletin_after(&self, cursor: u64) -> (Vec<Utf8Bytes>, u64) {
        let bulletin = self.bulletin();
        (bulletin.after(cursor).0, bulletin.newest())
    }
}
