//! Who is there: the sessions by user and login, the rooms that each user is a member of, and the
//! rooms that sessions watch.

use super::session::mailbox::{Mailbox, SessionId};
use app::protocol::{
    close::Close,
    ids::{LoginId, RoomId, UserId},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The sessions of this node, and the members of all rooms. Its locks are held for look-ups only,
/// and nothing else is locked by whoever holds one.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    sessions: Mutex<Sessions>,
    rooms: Mutex<HashMap<UserId, HashSet<RoomId>>>,
    watches: Mutex<Watches>,
}

#[derive(Debug, Default)]
struct Sessions {
    by_user: HashMap<UserId, Vec<Arc<Mailbox>>>,
    count: usize,
}

#[derive(Debug, Default)]
struct Watches {
    by_room: HashMap<RoomId, HashMap<SessionId, Arc<Mailbox>>>,
    by_session: HashMap<SessionId, Vec<RoomId>>,
}

impl Crowd {
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<UserId, HashSet<RoomId>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a session in.
    pub(crate) fn add_session(&self, mailbox: &Arc<Mailbox>) {
        let mut sessions = self.sessions();
        sessions.by_user.entry(mailbox.user).or_default().push(mailbox.clone());
        sessions.count += 1;
    }

    /// Counts a session out.
    pub(crate) fn remove_session(&self, mailbox: &Arc<Mailbox>) {
        self.watch(mailbox, Vec::new());
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

    /// The session watches these rooms, in the place of those it watched.
    pub(crate) fn watch(&self, mailbox: &Arc<Mailbox>, rooms: Vec<RoomId>) {
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        let Watches { by_room, by_session } = &mut *watches;
        for room in by_session.remove(&mailbox.id).unwrap_or_default() {
            let Some(others) = by_room.get_mut(&room) else { continue };
            others.remove(&mailbox.id);
            if others.is_empty() {
                by_room.remove(&room);
            }
        }
        for room in &rooms {
            by_room.entry(*room).or_default().insert(mailbox.id, mailbox.clone());
        }
        if !rooms.is_empty() {
            by_session.insert(mailbox.id, rooms);
        }
    }

    /// The sessions that watch a room.
    pub(crate) fn watchers(&self, room: RoomId) -> Vec<Arc<Mailbox>> {
        let watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        watches.by_room.get(&room).map(|it| it.values().cloned().collect()).unwrap_or_default()
    }

    /// Does something with every session of these users.
    pub(crate) fn each_of<'a>(
        &self,
        users: impl Iterator<Item = &'a UserId>,
        act: impl Fn(&Arc<Mailbox>),
    ) {
        let sessions = self.sessions();
        if sessions.count > 0 {
            users.filter_map(|it| sessions.by_user.get(it)).flatten().for_each(act);
        }
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

    /// Lets every session look for what is new.
    pub(crate) fn wake_all(&self) {
        for mailbox in self.sessions().by_user.values().flatten() {
            mailbox.wake();
        }
    }

    /// A user is a member of a room.
    pub(crate) fn joined(&self, user: UserId, room: RoomId) {
        self.rooms().entry(user).or_default().insert(room);
    }

    /// A user is a member of a room no longer.
    pub(crate) fn left(&self, user: UserId, room: RoomId) {
        let mut rooms = self.rooms();
        let Some(own) = rooms.get_mut(&user) else { return };
        own.remove(&room);
        if own.is_empty() {
            rooms.remove(&user);
        }
    }

    /// The rooms that a user is a member of, in any order.
    pub(crate) fn rooms_of(&self, user: UserId) -> Vec<RoomId> {
        self.rooms().get(&user).map(|it| it.iter().copied().collect()).unwrap_or_default()
    }
}
