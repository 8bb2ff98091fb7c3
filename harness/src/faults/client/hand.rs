//! What others have a client do in rooms with hosts.

use super::{
    Connection,
    tab::{Room, Tab},
};
use app::protocol::ids::{RoomId, Seq, UserId};
use std::{cell::RefCell, rc::Rc};
use tokio::sync::Notify;

/// A client, for whoever does not own it.
#[derive(Clone)]
pub(crate) struct Hand {
    tab: Rc<RefCell<Tab>>,
    wake: Rc<Notify>,
}

impl Hand {
    pub(super) const fn of(tab: Rc<RefCell<Tab>>, wake: Rc<Notify>) -> Self {
        Self { tab, wake }
    }

    /// Who it is, once signed up.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.tab.borrow().me
    }

    /// Its login cookie.
    pub(crate) fn cookie(&self) -> String {
        self.tab.borrow().cookie.clone()
    }

    /// Whether it still has its login, as far as it knows.
    pub(crate) fn is_signed_in(&self) -> bool {
        let tab = self.tab.borrow();
        !matches!(tab.connection, Connection::Ended(_))
    }

    /// Wants to be in a room with a host from now on.
    pub(crate) fn add_room(&self, room: RoomId) {
        self.tab.borrow_mut().rooms.push(Room::hosted(room));
        self.wake.notify_one();
    }

    /// Wants to be in that room, or no longer.
    pub(crate) fn want_room(&self, room: RoomId, is_wanted: bool) {
        let mut tab = self.tab.borrow_mut();
        if let Some(at) = tab.rooms.iter().position(|it| it.id == room) {
            tab.want(at, is_wanted);
        }
        self.wake.notify_one();
    }

    /// Whether it thinks that it is a member there.
    pub(crate) fn is_member(&self, room: RoomId) -> bool {
        self.tab.borrow().rooms.iter().any(|it| it.id == room && it.is_entered)
    }

    /// The host of the room as it knows, and since which entry.
    pub(crate) fn host(&self, room: RoomId) -> Option<(Seq, UserId)> {
        self.tab.borrow().rooms.iter().find(|it| it.id == room)?.host
    }
}
