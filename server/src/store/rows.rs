//! What the store gives and takes, whatever the database.

use app::protocol::{
    ids::{LoginId, Millis, Seq, UserId},
    message::Entry,
    people::Role,
    snapshot::RoomSummary,
};
use uuid::Uuid;

/// A channel that the configuration asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSpec {
    /// Its name and address.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// How many people it takes.
    pub capacity: u32,
}

/// A room as stored.
pub type RoomRow = RoomSummary;

/// A member as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
}

/// A page of a room's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPage {
    /// The entries, oldest first, without holes.
    pub entries: Vec<Entry>,
    /// The room's newest entry when the page was read.
    pub head: Seq,
    /// There are entries before the first of these.
    pub more_before: bool,
}

/// A user as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// argon2id in PHC form; none for a guest.
    pub password: Option<String>,
}

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name as it is shown.
    pub name: String,
    /// What names are compared by.
    pub name_key: String,
    /// argon2id in PHC form; none for a guest.
    pub password: Option<String>,
    /// What they may do.
    pub role: Role,
}

/// SHA-256 of a login's token.
pub type TokenHash = [u8; 32];

/// A login as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginRow {
    /// The login.
    pub id: LoginId,
    /// The browser and system, as far as they said.
    pub agent: String,
    /// When it began.
    pub created_at: Millis,
    /// When it was last used.
    pub seen_at: Millis,
}

/// The number of a lease's holder. Each holder has a larger one than all before it, so that a
/// late change by an earlier holder is known and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

/// A row of a log, to be written.
pub(super) struct NewEntry<'a> {
    pub(super) room: Uuid,
    pub(super) seq: i64,
    pub(super) author: Uuid,
    pub(super) cid: Option<Uuid>,
    pub(super) at: i64,
    pub(super) kind: &'static str,
    pub(super) text: &'a str,
}

/// What an append changes of a room.
pub(super) struct RoomChange {
    pub(super) id: Uuid,
    pub(super) head: i64,
    pub(super) people: i64,
}

/// The role of that name; what is not known may the least.
pub(super) fn role_from(text: &str) -> Role {
    match text {
        "admin" => Role::Admin,
        "member" => Role::Member,
        _ => Role::Guest,
    }
}

/// The name of a role in the database.
pub(super) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Member => "member",
        Role::Guest => "guest",
    }
}
