//! What a page shows first: loaded once by the server, rendered, and handed to the browser.

use super::{
    ids::{Epoch, Millis, RoomId, Seq, UserId},
    matching::{MatchView, MeetingView},
    message::Entry,
    pages::Plain,
    people::{Person, Presence, Role},
    refusal::Refusal,
    room::{Door, Request, RoomKind, Standing},
};
use serde::{Deserialize, Serialize};

/// A room as a list shows it to its reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    /// The room.
    pub id: RoomId,
    /// What sort of room it is.
    pub kind: RoomKind,
    /// What it is called; of a channel also its address, `/rooms/{name}`. A direct room has the
    /// name of the other.
    pub name: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// How many people are in it.
    pub people: u32,
    /// How many people it takes.
    pub capacity: u32,
    /// Its newest entry; 0 for a reader who may not read it.
    pub head: Seq,
    /// How one comes in.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub door: Door,
    /// Nobody new comes in for now.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub locked: bool,
    /// Seconds between two messages of one member; 0 for no such limit.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub slow_secs: u32,
    /// When a temporary room is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Millis>,
    /// The reader is a member. Of channels it is told by the room's page only.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub mine: bool,
    /// The other one of a direct room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<UserId>,
    /// Whether that other is at hand, as far as the reader may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
    /// Whether the two of a direct room have agreed to write to each other.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub request: Request,
    /// The reader does not want to be told of it.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub quiet: bool,
}

impl RoomSummary {
    /// An empty room with everything else as it usually is.
    pub fn new(id: RoomId, kind: RoomKind, name: String, capacity: u32) -> Self {
        Self {
            id,
            kind,
            name,
            topic: String::new(),
            people: 0,
            capacity,
            head: Seq::ZERO,
            door: Door::Open,
            locked: false,
            slow_secs: 0,
            closes_at: None,
            mine: false,
            peer: None,
            presence: None,
            request: Request::None,
            quiet: false,
        }
    }
}

/// Left out on the wire, so that a channel is told in few words.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
    /// The version of their picture, if they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    #[default]
    En,
}

/// The colours of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// What the reader prefers, from cookies and headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// From the cookie `maru_language`, else `Accept-Language`, else English.
    pub language: Language,
    /// From the cookie `maru_theme`.
    pub theme: Theme,
    /// Minutes to add to UTC for the reader's clock, from the cookie `maru_zone`; 0 until known.
    pub zone_min: i32,
    /// A sound when somebody was found to talk with; from the cookie `maru_chime`, else none.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub chime: bool,
}

/// A login in the list of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginSummary {
    /// The login.
    pub id: super::ids::LoginId,
    /// The browser and system, as far as they said; may be empty.
    pub agent: String,
    /// When it began.
    pub since: Millis,
    /// When it was last used, to the minute or so.
    pub seen: Millis,
    /// Whether it is the login that asks.
    pub current: bool,
}

/// One room's page: its log's newest page and its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomView {
    /// The room.
    pub room: RoomSummary,
    /// How the reader stands in it.
    pub standing: Standing,
    /// The newest entries, oldest first, without holes.
    pub entries: Vec<Entry>,
    /// There are entries before the first one shown.
    pub more_before: bool,
    /// The members.
    pub people: Vec<Person>,
    /// Up to where the other one of a direct room has seen the log; 0 elsewhere.
    pub seen: Seq,
    /// Of a match or pair room: what there is beyond its log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Box<MeetingView>>,
}

/// A room as it is seen from outside, by who may know of it and not read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorView {
    /// The room.
    pub room: RoomSummary,
    /// The host's name.
    pub host: Option<String>,
    /// The invitation by which the reader is here.
    pub invite: Option<String>,
    /// The reader may not come in until then; the largest value for never.
    pub banned_until: Option<Millis>,
    /// The reader's place among those who wait for the full room, from 1.
    pub place: Option<u32>,
}

/// A page of the directory: the rooms that can be found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// The rooms, as they are now.
    pub rooms: Vec<RoomSummary>,
    /// How many there are in all that fit what is looked for.
    pub total: u32,
    /// Where the next page begins, for `after`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// In which order the directory is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectorySort {
    /// The fullest first.
    #[default]
    People,
    /// By name.
    Name,
    /// The newest first.
    New,
}

/// What is looked for in the directory: the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryQuery {
    /// Part of a name or topic; empty for any.
    #[serde(default)]
    pub q: String,
    /// In which order.
    #[serde(default)]
    pub sort: DirectorySort,
    /// Of which kind; otherwise all that can be found but the channels, which have a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RoomKind>,
    /// The [`Directory::next`] of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many, at most [`super::limits::DIRECTORY_PAGE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Everything that a page's first paint needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The signed-in user, if any.
    pub me: Option<Me>,
    /// What the reader prefers.
    pub preferences: Preferences,
    /// The lineage of the server's numbers; absent when nobody is signed in.
    pub epoch: Option<Epoch>,
    /// The server's clock, for "today" and the like.
    pub at: Millis,
    /// The channels, then the rooms that the user is a member of; empty when nobody is signed in.
    pub rooms: Vec<RoomSummary>,
    /// The room of a room page.
    pub room: Option<RoomView>,
    /// The room of a room page that the user may not read, or not yet.
    pub door: Option<DoorView>,
    /// The rooms that can be found, on the page of the rooms.
    #[serde(default)]
    pub directory: Option<Directory>,
    /// What was looked for there.
    #[serde(default)]
    pub sought: DirectoryQuery,
    /// Own logins, on the settings page.
    pub logins: Vec<LoginSummary>,
    /// Why the form that led here was refused.
    pub refused: Option<Refusal>,
    /// What was typed in the refused form, never a password: name or message text.
    pub typed: Option<String>,
    /// What was typed in a refused form of several fields, by their names; never a password.
    /// Such forms are on pages that do not live in the browser.
    #[serde(skip)]
    pub fields: Vec<(String, String)>,
    /// What was done by the form that led here, for a line of confirmation.
    pub done: Option<Done>,
    /// How much the user was told and has not confirmed.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub notices: u32,
    /// How it stands with the user's search for somebody, where they look or the page shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching: Option<Box<MatchView>>,
    /// What a page without a script shows beside: never in the browser.
    #[serde(skip)]
    pub plain: Plain,
}

/// Something that a form did, told on the page that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// The settings were saved.
    Saved,
    /// The guest is an account now.
    Upgraded,
    /// A login was ended.
    LoginEnded,
    /// The announcement was sent.
    Announced,
    /// The user left a room.
    LeftRoom,
    /// The user signed out.
    SignedOut,
    /// A report was made.
    Reported,
    /// A report was decided.
    Decided,
    /// A link for a new password was asked for; whether there is an account is not told.
    ResetAsked,
    /// A new password was set by a link.
    PasswordSet,
    /// A message will be sent later, or is sent at another time or with another text.
    Planned,
    /// A message is not sent later after all.
    Cancelled,
    /// The user will be reminded.
    WillRemind,
    /// A reminder is gone.
    Dismissed,
    /// The user is told when somebody like that looks for someone.
    LookoutKept,
    /// The user is told no more, or knows of it.
    LookoutEnded,
    /// A request to write was accepted.
    Accepted,
    /// A request to write was refused.
    Declined,
    /// Somebody is blocked.
    Blocked,
    /// Somebody is blocked no longer.
    Unblocked,
    /// The room was made.
    RoomMade,
    /// The room is closed.
    RoomClosed,
    /// What a host wanted was done.
    Acted,
    /// An invitation was made; its link is shown.
    Invited,
    /// An invitation was taken back.
    InviteTaken,
    /// The user waits for a place in a full room.
    Waits,
    /// The user waits no longer.
    WaitsNot,
}
