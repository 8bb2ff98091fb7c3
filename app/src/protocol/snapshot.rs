//! What a page shows first: loaded once by the server, rendered, and handed to the browser.

use super::{
    ids::{Epoch, Millis, RoomId, Seq, UserId},
    message::Entry,
    people::{Person, Role},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};

/// What sort of room it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Public, open to every user.
    Channel,
    /// From a newer server.
    #[serde(other)]
    Unknown,
}

/// A room as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    /// The room.
    pub id: RoomId,
    /// What sort of room it is.
    pub kind: RoomKind,
    /// What it is called; of a channel also its address, `/rooms/{name}`.
    pub name: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// How many people are in it.
    pub people: u32,
    /// How many people it takes.
    pub capacity: u32,
    /// Its newest entry.
    pub head: Seq,
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
    /// The user is a member: may send, and gets what is new.
    pub entered: bool,
    /// The newest entries, oldest first, without holes.
    pub entries: Vec<Entry>,
    /// There are entries before the first one shown.
    pub more_before: bool,
    /// The members.
    pub people: Vec<Person>,
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
    /// The channels; empty when nobody is signed in.
    pub rooms: Vec<RoomSummary>,
    /// The room of a room page.
    pub room: Option<RoomView>,
    /// Own logins, on the settings page.
    pub logins: Vec<LoginSummary>,
    /// Why the form that led here was refused.
    pub refused: Option<Refusal>,
    /// What was typed in the refused form, never a password: name or message text.
    pub typed: Option<String>,
    /// What was done by the form that led here, for a line of confirmation.
    pub done: Option<Done>,
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
}
