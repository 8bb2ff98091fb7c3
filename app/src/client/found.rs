//! The rooms that can be found, as the page of all rooms lists them, and whose counts are told.

use super::{Client, Connection, Shown, browser, rest, socket};
use crate::protocol::{
    ids::{Millis, RoomId},
    limits::WATCH_ROOMS_MAX,
    packets::{ClientPacket, RoomCount, Watch},
    snapshot::{Directory, DoorView},
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How far the list of rooms has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// It is being loaded.
    Loading,
    /// It could not be loaded.
    Failed,
    /// It is here.
    Listed(Directory),
}

/// One's place in a line is asked for no more often.
const PLACE_EVERY_MS: i64 = 3_000;

impl Client {
    /// Lists the rooms that fit a query as it stands in the page's address. What the first paint
    /// brought is not loaded again.
    pub fn list(self, query: &str) {
        let is_first = self.link.with_value(|link| link.listed.is_none());
        self.link.update_value(|link| link.listed = Some(query.to_owned()));
        if is_first && matches!(*self.directory.read_untracked(), Listing::Listed(_)) {
            return self.watch_listed();
        }
        self.load_list();
    }

    /// Loads the list anew.
    pub fn load_list(self) {
        let Some(query) = self.link.with_value(|link| link.listed.clone()) else { return };
        if !matches!(*self.directory.read_untracked(), Listing::Listed(_)) {
            self.directory.set(Listing::Loading);
        }
        spawn_local(async move {
            let loaded = rest::load::<Directory>(&format!("directory?{query}")).await;
            if self.link.with_value(|link| link.listed.as_deref() != Some(query.as_str())) {
                return;
            }
            self.directory.set(loaded.map_or(Listing::Failed, Listing::Listed));
            self.watch_listed();
        });
    }

    /// The page of all rooms is left.
    pub fn list_nothing(self) {
        self.watch(Vec::new());
    }

    /// The counts of the room before whose door the user is are told.
    pub fn watch_door(self) {
        let door = self.door.read_untracked().as_ref().map(|it| it.room.id);
        self.watch(door.into_iter().collect());
    }

    fn watch_listed(self) {
        let rooms = match &*self.directory.read_untracked() {
            Listing::Listed(listed) => listed.rooms.iter().map(|it| it.id).collect(),
            Listing::Loading | Listing::Failed => Vec::new(),
        };
        self.watch(rooms);
    }

    /// Asks to be told the counts of these rooms, now and after every new connection.
    pub(super) fn watch(self, mut rooms: Vec<RoomId>) {
        rooms.truncate(WATCH_ROOMS_MAX);
        if self.link.with_value(|link| link.watched == rooms) {
            return;
        }
        self.link.update_value(|link| link.watched.clone_from(&rooms));
        if self.connection.get_untracked() == Connection::Live {
            socket::send(&ClientPacket::Watch(Watch { rooms }));
        }
    }

    /// Tells a new connection what is watched.
    pub(super) fn watch_again(self) {
        let rooms = self.link.with_value(|link| link.watched.clone());
        if !rooms.is_empty() {
            socket::send(&ClientPacket::Watch(Watch { rooms }));
        }
    }

    /// Asks for the user's place among those who wait at the door shown, if they do: at once, or
    /// once as soon as it may be asked again.
    pub(super) fn ask_place(self) {
        if self.waited_for().is_none() {
            return;
        }
        let now = browser::now();
        let since = self.link.with_value(|link| now.since(link.place_asked_at));
        if since >= PLACE_EVERY_MS {
            self.link.update_value(|link| link.place_asked_at = now);
            self.load_place();
        } else if since >= 0 {
            // Who asks meanwhile finds a moment yet to come, and leaves it at that.
            let wait = PLACE_EVERY_MS - since;
            self.link.update_value(|link| link.place_asked_at = Millis(now.0 + wait));
            set_timeout(move || self.load_place(), Duration::from_millis(wait.unsigned_abs()));
        }
    }

    /// The room at whose door the user waits for a place.
    fn waited_for(self) -> Option<RoomId> {
        let waits = |it: &DoorView| it.place.map(|_| it.room.id);
        self.door.read_untracked().as_ref().and_then(waits)
    }

    fn load_place(self) {
        let Some(room) = self.waited_for() else { return };
        spawn_local(async move {
            let Ok(place) = rest::load::<rest::Place>(&format!("rooms/{room}/waiting/me")).await
            else {
                return;
            };
            if *self.shown.read_untracked() != Shown::Door(room) {
                return;
            }
            if place.place.is_none() {
                // In, or taken off the line: either is another page.
                return self.load(&room.to_string());
            }
            self.door.update(|door| {
                if let Some(door) = door {
                    door.place = place.place;
                }
            });
        });
    }

    /// Takes in how the rooms stand that are listed, and the one before whose door the user is.
    pub(super) fn count_found(self, counts: &[RoomCount]) {
        let count_of = |id: RoomId| counts.iter().find(|it| it.room == id).map(|it| it.people);
        let is_listed = |it: &Directory| it.rooms.iter().any(|it| count_of(it.id).is_some());
        if matches!(&*self.directory.read_untracked(), Listing::Listed(it) if is_listed(it)) {
            self.directory.update(|listing| {
                let Listing::Listed(listed) = listing else { return };
                for room in &mut listed.rooms {
                    room.people = count_of(room.id).unwrap_or(room.people);
                }
            });
        }
        let at_door = self.door.read_untracked().as_ref().and_then(|it| count_of(it.room.id));
        if let Some(people) = at_door {
            self.ask_place();
            self.door.update(|door| {
                if let Some(door) = door {
                    door.room.people = people;
                }
            });
        }
    }
}
