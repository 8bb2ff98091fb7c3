//! What is there: the rooms, and the sessions by user and login.

use super::{
    crowd::Crowd,
    room::{Room, Volatile},
};
use app::protocol::{
    ids::{RoomId, UserId},
    room::RoomKind,
};
use axum::extract::ws::Utf8Bytes;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// The rooms and sessions of this node. Its locks are held for look-ups only.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    rooms: RwLock<Rooms>,
    crowd: Arc<Crowd>,
    /// Volatile frames for every session.
    bulletin: Mutex<Volatile>,
}

#[derive(Debug, Default)]
struct Rooms {
    by_id: HashMap<RoomId, Arc<Room>>,
    /// In the order of lists.
    channels: Vec<Arc<Room>>,
}

impl Hub {
    fn rooms(&self) -> RwLockReadGuard<'_, Rooms> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn rooms_mut(&self) -> RwLockWriteGuard<'_, Rooms> {
        self.rooms.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn bulletin(&self) -> MutexGuard<'_, Volatile> {
        self.bulletin.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The people.
    pub(crate) fn crowd(&self) -> &Arc<Crowd> {
        &self.crowd
    }

    /// Adds a room; a channel is listed after the others. False where it is there already.
    pub(crate) fn add_room(&self, room: Arc<Room>) -> bool {
        let mut rooms = self.rooms_mut();
        if rooms.by_id.contains_key(&room.id) {
            return false;
        }
        if room.kind() == RoomKind::Channel {
            rooms.channels.push(room.clone());
        }
        rooms.by_id.insert(room.id, room);
        true
    }

    /// Forgets a room.
    pub(crate) fn remove_room(&self, id: RoomId) {
        let mut rooms = self.rooms_mut();
        rooms.by_id.remove(&id);
        rooms.channels.retain(|it| it.id != id);
    }

    /// Lists the channels in that order, those that it does not name after the others.
    pub(crate) fn order(&self, order: &HashMap<RoomId, usize>) {
        let place = |it: &Arc<Room>| order.get(&it.id).copied().unwrap_or(usize::MAX);
        self.rooms_mut().channels.sort_by_key(place);
    }

    /// All channels, in the order of lists.
    pub(crate) fn channels(&self) -> Vec<Arc<Room>> {
        self.rooms().channels.clone()
    }

    /// All rooms, in any order.
    pub(crate) fn all(&self) -> Vec<Arc<Room>> {
        self.rooms().by_id.values().cloned().collect()
    }

    /// How many rooms there are.
    pub(crate) fn room_count(&self) -> usize {
        self.rooms().by_id.len()
    }

    /// The room of that id.
    pub(crate) fn room(&self, id: RoomId) -> Option<Arc<Room>> {
        self.rooms().by_id.get(&id).cloned()
    }

    /// The room of that id, or the channel of that name: only channels have their names as
    /// addresses, so that nobody makes a room that takes one over.
    pub(crate) fn at(&self, address: &str) -> Option<Arc<Room>> {
        let rooms = self.rooms();
        let named = rooms.channels.iter().find(|it| it.has_name(address));
        named.or_else(|| rooms.by_id.get(&address.parse().ok()?)).cloned()
    }

    /// The rooms that a user is a member of, in any order.
    pub(crate) fn rooms_of(&self, user: UserId) -> Vec<Arc<Room>> {
        let ids = self.crowd.rooms_of(user);
        let rooms = self.rooms();
        ids.iter().filter_map(|it| rooms.by_id.get(it).cloned()).collect()
    }

    /// Tells every session something that may be missed.
    pub(crate) fn post(&self, frame: Utf8Bytes) {
        self.bulletin().push(frame);
        self.crowd.wake_all();
    }

    /// The bulletin after `cursor`, and where the cursor then stands.
    pub(crate) fn bulletin_after(&self, cursor: u64) -> (Vec<Utf8Bytes>, u64) {
        let bulletin = self.bulletin();
        (bulletin.after(cursor).0, bulletin.newest())
    }
}
