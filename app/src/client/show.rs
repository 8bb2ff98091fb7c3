//! Which room is shown, what of it is loaded, and what of it was seen.

use super::{
    Client, Connection, Shown, browser, meeting,
    rest::{self, LoadError, Page, People, Rooms},
    socket,
    timeline::Timeline,
};
use crate::protocol::{
    ids::{RoomId, Seq, UserId},
    limits::PAGE_ENTRIES,
    matching::MeetingView,
    packets::{ClientPacket, See},
    refusal::Refusal,
    room::{Request, RoomKind, Standing},
    snapshot::RoomSummary,
};
use leptos::{prelude::*, task::spawn_local};

/// Members are asked for so often again, where they come and go meanwhile.
const PEOPLE_ASKED_AGAIN: u8 = 3;

impl Client {
    /// Shows a room, by its name or id. The socket stays.
    pub fn show(self, address: &str) {
        let is_shown = match &*self.shown.read_untracked() {
            Shown::Room(id) => {
                let rooms = self.rooms.read_untracked();
                let room = rooms.iter().find(|it| it.id == *id);
                room.is_some_and(|it| it.name == address || it.id.to_string() == address)
            }
            Shown::Loading(loading) => loading == address,
            Shown::Door(id) => id.to_string() == address,
            Shown::Nothing | Shown::Failed(_) | Shown::Gone | Shown::Lost { .. } => false,
        };
        if !is_shown {
            self.load(address);
        }
    }

    /// Shows no room: another page is open.
    pub fn show_nothing(self) {
        if *self.shown.read_untracked() != Shown::Nothing {
            self.clear(Shown::Nothing);
        }
    }

    /// Loads a room anew, by its name or id.
    pub fn load(self, address: &str) {
        self.clear(Shown::Loading(address.to_owned()));
        let address = address.to_owned();
        spawn_local(async move {
            let loaded = load_room(&address).await;
            if *self.shown.read_untracked() != Shown::Loading(address.clone()) {
                return;
            }
            match loaded {
                Ok(loaded) => self.put_loaded(loaded),
                Err(LoadError::Refused(Refusal::NotSignedIn)) => {
                    browser::go_to(&browser::sign_in_address());
                }
                // Its door is a page that the server brings.
                Err(LoadError::Refused(Refusal::NotEntered | Refusal::Banned { .. })) => {
                    browser::reload();
                }
                Err(LoadError::Refused(_)) => self.shown.set(Shown::Gone),
                Err(LoadError::Unreachable) => self.shown.set(Shown::Failed(address)),
            }
        });
    }

    /// Loads the page of history before what is here.
    pub fn load_older(self) {
        let Some(room) = self.room_id_now() else { return };
        let (start, more) = {
            let timeline = self.timeline.read_untracked();
            (timeline.start(), timeline.more_before())
        };
        let is_cut_off = matches!(self.connection.get_untracked(), Connection::Waiting(_));
        if !more || is_cut_off || self.loading_older.get_untracked() {
            return;
        }
        self.loading_older.set(true);
        spawn_local(async move {
            let before = start.next();
            let path = format!("rooms/{room}/entries?before={before}&limit={PAGE_ENTRIES}");
            let loaded = rest::load::<Page>(&path).await;
            self.loading_older.set(false);
            let is_shown = self.room_id_now() == Some(room);
            if let (true, Ok(page)) = (is_shown, loaded) {
                let more_before = page.entries.first().is_some_and(|it| it.seq.get() > 1);
                self.timeline.update(|it| it.prepend(page.entries, more_before));
            }
        });
    }

    /// What the user had begun to write in a room.
    pub fn kept_draft(self, room: RoomId) -> String {
        self.my_id_now().and_then(|me| browser::draft(me, room.0)).unwrap_or_default()
    }

    /// Loads the members of the room shown anew.
    pub(super) fn reload_people(self) {
        self.ask_people(PEOPLE_ASKED_AGAIN);
    }

    /// What is told of the members meanwhile may be newer than the answer: then it is asked for
    /// again, so often at most.
    fn ask_people(self, again: u8) {
        let Some(room) = self.room_id_now() else { return };
        let told = move || self.link.with_value(|link| link.people_told);
        let before = told();
        spawn_local(async move {
            let loaded = rest::load::<People>(&format!("rooms/{room}/people")).await;
            if self.room_id_now() != Some(room) {
                return;
            }
            if told() != before && again > 0 {
                return self.ask_people(again - 1);
            }
            if let Ok(loaded) = loaded {
                self.peer_seen.update(|it| *it = loaded.seen.max(*it));
                self.set_people(loaded.people);
            }
        });
    }

    /// Loads the list of rooms anew.
    pub(super) fn reload_rooms(self) {
        spawn_local(async move {
            if let Ok(loaded) = rest::load::<Rooms>("rooms").await {
                let shown = untrack(|| self.room());
                self.rooms.set(loaded.rooms);
                if let Some(shown) = shown {
                    self.add_room(shown);
                }
                self.start_unknown_seen();
                self.look();
            }
        });
    }

    /// Puts a room into the list as it is now.
    pub(super) fn put_room(self, room: RoomSummary) {
        self.rooms.update(|rooms| match rooms.iter_mut().find(|it| it.id == room.id) {
            Some(known) => *known = room,
            None => rooms.push(room),
        });
    }

    /// As [`Client::put_room`], of a room that the socket told of. There only a change of the wish
    /// tells that one does not want to be told of it: where it may be over, the list is asked for.
    pub(super) fn put_told(self, room: RoomSummary) {
        let was_quiet = self.rooms.read_untracked().iter().any(|it| it.id == room.id && it.quiet);
        let is_over = was_quiet && !room.quiet;
        self.put_room(RoomSummary { quiet: was_quiet || room.quiet, ..room });
        if is_over {
            self.reload_rooms();
        }
    }

    /// Sets whether the user wants to be told of the room shown.
    pub fn set_quiet(self, quiet: bool) {
        let Some(room) = self.room_id_now() else { return };
        self.trouble.set(None);
        spawn_local(async move {
            let path = format!("rooms/{room}/quiet");
            let set = if quiet { rest::put(&path).await } else { rest::delete(&path).await };
            match set {
                Ok(_) => self.rooms.update(|rooms| {
                    if let Some(room) = rooms.iter_mut().find(|it| it.id == room) {
                        room.quiet = quiet;
                    }
                }),
                Err(LoadError::Refused(reason)) => self.trouble.set(Some(reason)),
                Err(LoadError::Unreachable) => self.trouble.set(Some(Refusal::Unknown)),
            }
        });
    }

    /// Puts a room into the list if it is not in it.
    fn add_room(self, room: RoomSummary) {
        if self.rooms.read_untracked().iter().all(|it| it.id != room.id) {
            self.rooms.update(|rooms| rooms.push(room));
        }
    }

    /// Shows that in the place of what was shown.
    pub(super) fn clear(self, shown: Shown) {
        self.shown.set(shown);
        self.timeline.set(super::nothing());
        self.people.set(Vec::new());
        self.peer_seen.set(Seq::ZERO);
        self.told.set(None);
        self.typists.set(Vec::new());
        self.entered.set(false);
        self.standing.set(Standing::default());
        self.secs_to_send.set(0);
        self.door.set(None);
        self.meeting.set(None);
        self.new_after.set(None);
        self.trouble.set(None);
        self.loading_older.set(false);
        self.draft.set(String::new());
        self.link.update_value(|link| {
            link.lag.moved();
            link.catching_up = None;
        });
    }

    fn put_loaded(self, Loaded { room, page, people, meeting }: Loaded) {
        let id = room.id;
        let start = page.entries.first().map_or(page.head, |it| it.seq.minus(1));
        let more_before = start > Seq::ZERO;
        self.put_room(room);
        self.meeting.set(meeting);
        self.timeline.set(Timeline::new(start, page.entries, more_before));
        self.start_new_line(id);
        self.draft.set(self.kept_draft(id));
        self.shown.set(Shown::Room(id));
        self.peer_seen.set(people.seen);
        self.set_people(people.people);
        self.drop_logged(id);
        self.look();
        if self.connection.get_untracked() == Connection::Live {
            self.seek(self.timeline.read_untracked().last());
        }
    }

    /// Takes up what the user had seen when the last page closed.
    pub(super) fn start_seen(self, me: UserId) {
        self.seen.set(browser::seen(me));
        self.start_unknown_seen();
        if let Some(room) = self.room_id_now() {
            self.start_new_line(room);
        }
        self.look();
    }

    /// A room that was never looked at is unread from here on, not from its beginning.
    pub(super) fn start_unknown_seen(self) {
        let rooms = self.rooms.read_untracked();
        let is_unknown = |it: &&RoomSummary| !self.seen.read_untracked().contains_key(&it.id);
        let unknown: Vec<(RoomId, Seq)> =
            rooms.iter().filter(is_unknown).map(|it| (it.id, it.head)).collect();
        if !unknown.is_empty() {
            self.seen.update(|seen| seen.extend(unknown));
        }
    }

    /// Puts the line "New" behind what the user has seen of a room, if anything came since.
    fn start_new_line(self, room: RoomId) {
        let seen = self.seen.read_untracked().get(&room).copied();
        let timeline = self.timeline.read_untracked();
        let is_news = seen.is_some_and(|seen| seen < timeline.last());
        self.new_after.set(seen.filter(|_| is_news));
    }

    /// Entries came after `before` while the user looked away.
    pub(super) fn mark_new(self, before: Seq) {
        if browser::is_attending() {
            return self.look();
        }
        let away_since = self.link.with_value(|link| link.away_since);
        if let Some(since) = away_since {
            self.link.update_value(|link| link.away_since = None);
            self.new_after.set(Some(since.min(before)));
        }
    }

    /// The user looks at the room shown: it counts as seen.
    pub(super) fn look(self) {
        let Some(room) = self.room_id_now() else { return };
        if !browser::is_attending() {
            return;
        }
        let last = self.timeline.read_untracked().last();
        self.tell_seen(room, last);
        if self.seen.read_untracked().get(&room).is_some_and(|seen| *seen == last) {
            return;
        }
        self.seen.update(|seen| _ = seen.insert(room, last));
        if let Some(me) = self.my_id_now() {
            // What other tabs have seen meanwhile stays seen.
            self.seen.update(|seen| {
                for (room, last) in browser::seen(me) {
                    let known = seen.entry(room).or_default();
                    *known = last.max(*known);
                }
            });
            browser::keep_seen(me, &self.seen.read_untracked());
        }
    }

    /// Tells the other one of a direct room how much of it the user has seen; not who only asks to
    /// write.
    fn tell_seen(self, room: RoomId, seq: Seq) {
        let tells = |it: RoomSummary| it.kind.is_intimate() && it.request != Request::Received;
        let is_direct = untrack(|| self.room()).is_some_and(tells);
        let is_live = self.connection.get_untracked() == Connection::Live;
        let is_told = self.link.with_value(|link| link.told_seen == Some((room, seq)));
        if is_direct && is_live && !is_told {
            self.link.update_value(|link| link.told_seen = Some((room, seq)));
            socket::send(&ClientPacket::See(See { room, seq }));
        }
    }
}

/// A room with what its page shows.
struct Loaded {
    room: RoomSummary,
    page: Page,
    people: People,
    meeting: Option<MeetingView>,
}

async fn load_room(address: &str) -> Result<Loaded, LoadError> {
    let address = String::from(js_sys::encode_uri_component(address));
    let room: RoomSummary = rest::load(&format!("rooms/{address}")).await?;
    if !room.mine && room.kind != RoomKind::Channel {
        return Err(LoadError::Refused(Refusal::NotEntered));
    }
    let page = rest::load(&format!("rooms/{}/entries", room.id)).await?;
    let people = rest::load(&format!("rooms/{}/people", room.id)).await?;
    // Where it is not to be had now, it comes with the next connection.
    let meeting = if meeting::is_meeting(&room) { meeting::load(room.id).await.ok() } else { None };
    Ok(Loaded { room, page, people, meeting })
}
