//! The tab's side of the socket: one [`Client`] in context, its methods, and what it knows.
//!
//! What decides is pure and lies in [`timeline`], [`outbox`], [`backoff`], [`watch`](mod@watch) and [`gap`],
//! shared with the harness. The rest waits, calls them, and talks to the browser. On the server a `Client` only
//! holds the first paint.

pub mod backoff;
pub mod browser;
mod connect;
pub mod found;
pub mod gap;
pub mod hangul;
pub mod json;
pub mod lines;
pub mod links;
mod matching;
pub mod meeting;
pub mod outbox;
pub mod pace;
pub mod plans;
mod receive;
mod rest;
mod show;
mod socket;
pub mod standing;
mod stored;
mod talk;
pub mod timeline;
pub mod watch;

use crate::{
    i18n::{Texts, texts},
    protocol::{
        ids::{Epoch, Millis, RoomId, Seq, UserId},
        matching::{MatchView, MeetingView},
        message::Deed,
        pages::Planned,
        people::Person,
        refusal::Refusal,
        room::{RoomKind, Standing},
        snapshot::{DoorView, Me, RoomSummary, RoomView, Snapshot},
    },
};
use backoff::Backoff;
use found::Listing;
use leptos::prelude::*;
use outbox::Outbox;
use std::collections::HashMap;
use timeline::Timeline;
use watch::{Lag, Pulse};

/// How the tab is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The page has just been opened; nothing is wrong yet.
    Opening,
    /// Welcomed by the server.
    Live,
    /// Trying again.
    Connecting,
    /// Tries again at that moment.
    Waiting(Millis),
    /// The login was ended.
    SignedOut,
    /// The server speaks a newer protocol.
    Outdated,
    /// The user signed in elsewhere, and wants one login at a time.
    Replaced,
    /// The server does not want this tab back, by that close code.
    Stopped(u16),
}

/// Which room the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// None: another page.
    Nothing,
    /// A room that is being loaded, by its name or id.
    Loading(String),
    /// A room that could not be loaded, by its name or id.
    Failed(String),
    /// A room that is not there.
    Gone,
    /// This room, which the user may know of and not read: see [`Client::door`].
    Door(RoomId),
    /// A room that the user was in until now.
    Lost {
        /// The room.
        room: RoomId,
        /// What sort of room it was.
        kind: RoomKind,
        /// What it is called.
        name: String,
        /// By which deed it was lost, if by one.
        deed: Option<Deed>,
        /// The reason that was given; may be empty.
        reason: String,
    },
    /// This room.
    Room(RoomId),
}

/// Somebody who types in the room shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typist {
    /// Who it is.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// When it is no longer shown.
    pub until: Millis,
}

/// What the tab knows, and what it can do. Copied freely; the signals live as long as the page.
#[derive(Clone, Copy)]
pub struct Client {
    /// The texts in the reader's language.
    pub texts: &'static Texts,
    /// The signed-in user.
    pub me: RwSignal<Option<Me>>,
    /// The channels, and the room shown if it is none of them.
    pub rooms: RwSignal<Vec<RoomSummary>>,
    /// Which room the page shows.
    pub shown: RwSignal<Shown>,
    /// The room before whose door the user is.
    pub door: RwSignal<Option<DoorView>>,
    /// The rooms that can be found, as far as they are listed.
    pub directory: RwSignal<Listing>,
    /// The user is a member of the room shown.
    pub entered: RwSignal<bool>,
    /// How the user stands in the room shown, besides.
    pub standing: RwSignal<Standing>,
    /// The seconds until the user may send again in the room shown, by its slow mode.
    pub secs_to_send: RwSignal<u32>,
    /// The log of the room shown.
    pub timeline: RwSignal<Timeline>,
    /// Older entries are being loaded.
    pub loading_older: RwSignal<bool>,
    /// The members of the room shown.
    pub people: RwSignal<Vec<Person>>,
    /// Up to where the other one of the direct room shown has seen it.
    pub peer_seen: RwSignal<Seq>,
    /// How much the user was told about themselves and has not confirmed.
    pub notices: RwSignal<u32>,
    /// How it stands with the user's search for somebody; none while they never looked.
    pub matching: RwSignal<Option<MatchView>>,
    /// The seconds since the user began to wait, or that are left to answer a proposal.
    pub secs_of_match: RwSignal<u32>,
    /// The room into which the user was matched since the page was opened.
    pub led_to: RwSignal<Option<RoomId>>,
    /// Of the match or pair room shown: what there is beyond its log.
    pub meeting: RwSignal<Option<MeetingView>>,
    /// Reminders that have come, until the user knows of them.
    pub reminders: RwSignal<Vec<Planned>>,
    /// Something that was done, for the few seconds that it is told.
    pub told: RwSignal<Option<String>>,
    /// Who types in the room shown.
    pub typists: RwSignal<Vec<Typist>>,
    /// What the user has said and the log does not show yet, in all rooms.
    pub outbox: RwSignal<Outbox>,
    /// What the composer of the room shown holds.
    pub draft: RwSignal<String>,
    /// The newest entry that the user has seen, of each room.
    pub seen: RwSignal<HashMap<RoomId, Seq>>,
    /// The line "New" stands after this entry of the room shown.
    pub new_after: RwSignal<Option<Seq>>,
    /// How the tab is connected.
    pub connection: RwSignal<Connection>,
    /// The seconds until the next attempt, while waiting.
    pub secs_left: RwSignal<u32>,
    /// How many messages were caught up on, for the few seconds that it is told.
    pub caught_up: RwSignal<Option<usize>>,
    /// Why something that was asked for in the room was refused.
    pub trouble: RwSignal<Option<Refusal>>,
    /// Minutes to add to UTC for the reader's clock.
    pub zone_min: RwSignal<i32>,
    /// The user wants a sound when somebody was found for them.
    pub chimes: bool,
    /// When the page was made, by the server's clock.
    pub opened_at: Millis,
    link: StoredValue<Link>,
}

/// What no component shows.
#[derive(Default)]
struct Link {
    backoff: Backoff,
    epoch: Option<Epoch>,
    pulse: Pulse,
    /// The socket has been open since the attempt began.
    opened: bool,
    /// The tab was welcomed before: from now on the user is told what they missed.
    was_live: bool,
    /// The room that the running `hello` names.
    greeted: Option<RoomId>,
    /// What is being caught up on.
    catching_up: Option<CatchUp>,
    /// Of the room shown.
    lag: Lag,
    /// When it was last told that the user types.
    typed_at: Millis,
    /// The next time that the outbox is looked at.
    flush_at: Option<Millis>,
    /// Up to where the server was told on this socket that the user has seen a direct room.
    told_seen: Option<(RoomId, Seq)>,
    /// How often it was told who is in the room shown.
    people_told: u32,
    /// What the user had seen when they looked away.
    away_since: Option<Seq>,
    /// The query by which rooms are listed.
    listed: Option<String>,
    /// The rooms whose counts are told.
    watched: Vec<RoomId>,
    /// When the user's place in a line was last asked for, or will be.
    place_asked_at: Millis,
    /// So far the server's clock is ahead of the browser's.
    ahead_ms: i64,
}

/// The stretch of the log that was missed.
#[derive(Clone, Copy)]
struct CatchUp {
    from: Seq,
    to: Seq,
    /// Entries among them that were not sent, since there were too many.
    skipped: u64,
}

impl Client {
    /// A client that knows what the first paint knows.
    pub fn new(first: &Snapshot) -> Self {
        let mut rooms = first.rooms.clone();
        let mut shown = Shown::Nothing;
        if let Some(view) = &first.room {
            shown = Shown::Room(view.room.id);
            if rooms.iter().all(|it| it.id != view.room.id) {
                rooms.push(view.room.clone());
            }
        } else if let Some(door) = &first.door {
            shown = Shown::Door(door.room.id);
        } else if matches!(first.refused, Some(Refusal::NoSuchRoom)) {
            shown = Shown::Gone;
        }
        let view = first.room.as_ref();
        let next_send_at = view.and_then(|it| it.standing.next_send_at);
        let texts = texts(first.preferences.language);
        Self {
            texts,
            me: RwSignal::new(first.me.clone()),
            rooms: RwSignal::new(rooms),
            shown: RwSignal::new(shown),
            door: RwSignal::new(first.door.clone()),
            directory: RwSignal::new(
                first.directory.clone().map_or(Listing::Loading, Listing::Listed),
            ),
            entered: RwSignal::new(view.is_some_and(|it| it.standing.entered)),
            standing: RwSignal::new(view.map(|it| it.standing).unwrap_or_default()),
            secs_to_send: RwSignal::new(standing::secs_until(next_send_at, first.at)),
            timeline: RwSignal::new(view.map_or_else(nothing, timeline_of)),
            loading_older: RwSignal::new(false),
            people: RwSignal::new(view.map(|it| it.people.clone()).unwrap_or_default()),
            peer_seen: RwSignal::new(view.map(|it| it.seen).unwrap_or_default()),
            notices: RwSignal::new(first.notices),
            matching: RwSignal::new(first.matching.as_deref().cloned()),
            led_to: RwSignal::new(None),
            secs_of_match: RwSignal::new(matching::secs(first.matching.as_deref(), first.at)),
            meeting: RwSignal::new(view.and_then(|it| it.meeting.as_deref().cloned())),
            reminders: RwSignal::new(Vec::new()),
            told: RwSignal::new(view.and(first.done).map(|it| (texts.done)(it).to_owned())),
            typists: RwSignal::new(Vec::new()),
            outbox: RwSignal::new(Outbox::new()),
            draft: RwSignal::new(view.and(first.typed.clone()).unwrap_or_default()),
            seen: RwSignal::new(HashMap::new()),
            new_after: RwSignal::new(None),
            connection: RwSignal::new(Connection::Opening),
            secs_left: RwSignal::new(0),
            caught_up: RwSignal::new(None),
            trouble: RwSignal::new(view.and(first.refused)),
            zone_min: RwSignal::new(first.preferences.zone_min),
            chimes: first.preferences.chime,
            opened_at: first.at,
            link: StoredValue::new(Link { epoch: first.epoch, ..Link::default() }),
        }
    }

    /// The room shown.
    pub fn room(self) -> Option<RoomSummary> {
        let id = self.room_id()?;
        self.rooms.read().iter().find(|it| it.id == id).cloned()
    }

    /// The id of the room shown.
    pub fn room_id(self) -> Option<RoomId> {
        match *self.shown.read() {
            Shown::Room(id) => Some(id),
            _ => None,
        }
    }

    /// The id of the room shown, for effects that do not depend on it.
    fn room_id_now(self) -> Option<RoomId> {
        untrack(|| self.room_id())
    }

    /// The signed-in user's id, for effects that do not depend on it.
    fn my_id_now(self) -> Option<UserId> {
        self.me.read_untracked().as_ref().map(|it| it.id)
    }

    /// The room has entries that the user has not seen, and wants to be told of.
    pub fn is_unread(self, room: &RoomSummary) -> bool {
        !room.quiet && self.seen.read().get(&room.id).is_some_and(|seen| room.head > *seen)
    }

    /// How many entries of the room the user has not seen; none where they do not want to be told.
    pub fn unread_count(self, room: &RoomSummary) -> u64 {
        if room.quiet {
            return 0;
        }
        self.seen.read().get(&room.id).map_or(0, |seen| room.head.since(*seen))
    }

    /// The tab is welcomed by the server.
    pub fn is_live(self) -> bool {
        self.connection.get() == Connection::Live
    }
}

/// A timeline of no room.
fn nothing() -> Timeline {
    Timeline::new(Seq::ZERO, Vec::new(), false)
}

/// The timeline of a room's first page.
fn timeline_of(view: &RoomView) -> Timeline {
    let start = view.entries.first().map_or(view.room.head, |it| it.seq.minus(1));
    Timeline::new(start, view.entries.clone(), view.more_before)
}
