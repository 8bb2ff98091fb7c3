//! What the store gives and takes, whatever the database.

use crate::veil::Mask;
use app::protocol::{
    ids::{Cid, InviteId, LoginId, Millis, RoomId, Seq, UserId},
    limits::LARGE_SLOW_SECS,
    matching::Openness,
    message::Entry,
    people::{ByHand, Role},
    room::{Door, NewRoom, Rank, RoomKind},
    snapshot::RoomSummary,
};
use std::borrow::Cow;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRow {
    /// As everybody may see it who may know of it; nothing in it depends on the reader.
    pub summary: RoomSummary,
    /// Its host, in kinds that have one.
    pub host: Option<UserId>,
    /// Who follows the host.
    pub successor: Option<UserId>,
    /// Who asked to write, in a direct room whose other has not answered.
    pub asked_by: Option<UserId>,
}

/// A stored room is read as its summary for most purposes.
impl std::ops::Deref for RoomRow {
    type Target = RoomSummary;
    fn deref(&self) -> &RoomSummary {
        &self.summary
    }
}

/// A member as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
    /// What they may do in the room.
    pub rank: Rank,
    /// They may not speak until then; the largest value for ever.
    pub muted_until: Option<Millis>,
    /// In a large room: they may speak.
    pub speaker: bool,
    /// The version of their picture, if they have one.
    pub picture: Option<String>,
}

/// A room as it is now, with everything that the engine keeps of it in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomNow {
    /// The room.
    pub row: RoomRow,
    /// Its members.
    pub members: Vec<MemberRow>,
    /// Who may not come in until when; the largest value for never.
    pub bans: Vec<(UserId, Millis)>,
    /// Under which masks its people, and those who were in it, are known to each other.
    pub masks: Vec<(UserId, Mask)>,
}

/// How long a room's log is, and what else tells cheaply whether something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomHead {
    /// The room.
    pub room: RoomId,
    /// The newest entry.
    pub head: Seq,
    /// How many people are in it.
    pub people: u32,
    /// It is closed.
    pub closed: bool,
    /// In a direct room: whoever asked to write has not been answered.
    pub asked: bool,
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
    /// What they say about being at hand.
    pub by_hand: ByHand,
    /// A new login of theirs ends the others.
    pub one_login: bool,
    /// The version of their picture, if they have one.
    pub picture: Option<String>,
    /// They may not come in until then; the largest value for ever.
    pub banned_until: Option<Millis>,
    /// They may not speak until then; the largest value for ever.
    pub muted_until: Option<Millis>,
}

impl User {
    /// They may not come in now.
    pub fn is_banned(&self, now: Millis) -> bool {
        self.banned_until.is_some_and(|it| it > now)
    }

    /// They may not speak now.
    pub fn is_muted(&self, now: Millis) -> bool {
        self.muted_until.is_some_and(|it| it > now)
    }
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

/// A room to be made.
#[derive(Clone, Debug)]
pub struct MakeRoom {
    /// As its maker wants it; the caller has made sure that it is within the limits.
    pub room: NewRoom,
    /// argon2id in PHC form, with [`app::protocol::room::Door::Password`].
    pub password: Option<String>,
    /// Its maker, who is its host and its first member.
    pub host: UserId,
    /// By which login; looked up again in the transaction.
    pub login: LoginId,
}

/// What became of a [`MakeRoom`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomMade {
    /// It is there.
    Made(RoomId),
    /// Its maker is the host of as many rooms as one may be.
    TooMany,
    /// The login was ended.
    SignedOut,
}

impl MakeRoom {
    /// Its kind's name in the database.
    pub(super) const fn kind_name(&self) -> &'static str {
        match self.room.kind {
            RoomKind::Temporary => "temporary",
            RoomKind::Large => "large",
            _ => "private",
        }
    }

    /// Entries tell who comes and goes.
    pub(super) fn tells_who_comes(&self) -> bool {
        self.room.kind != RoomKind::Large
    }

    /// In a large room one does not send all the time.
    pub(super) fn slow_secs(&self) -> u32 {
        if self.room.kind == RoomKind::Large { LARGE_SLOW_SECS } else { 0 }
    }
}

/// What a room's door and its settings show beside what the engine knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorFacts {
    /// The host's name.
    pub host: Option<String>,
    /// Who follows the host.
    pub successor: Option<UserId>,
    /// A temporary room is gone when it was empty for so many minutes.
    pub empty_mins: Option<u32>,
    /// The user may not come in until then; the largest value for never.
    pub banned_until: Option<Millis>,
    /// The user's place among those who wait, from 1.
    pub place: Option<u32>,
}

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvite {
    /// Into which room.
    pub room: RoomId,
    /// Who invites: a host of the room, or whoever moderates rooms that can be found.
    pub by: UserId,
    /// What they may do on this server.
    pub role: Role,
    /// SHA-256 of what stands in the link.
    pub token: TokenHash,
    /// Until when it is good; the largest value for ever.
    pub expires_at: Millis,
    /// How often it may be used; none for as often as one likes.
    pub uses: Option<u32>,
}

/// An invitation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteRow {
    /// The invitation.
    pub id: InviteId,
    /// Into which room.
    pub room: RoomId,
    /// The name of who made it.
    pub by: String,
    /// When it was made.
    pub created_at: Millis,
    /// Until when it is good; the largest value for ever.
    pub expires_at: Millis,
    /// How often it may still be used; none for as often as one likes.
    pub uses_left: Option<u32>,
    /// How often it was used.
    pub used: u32,
}

/// SHA-256 of a login's or an invitation's token.
pub type TokenHash = [u8; 32];

/// A picture in both sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPicture {
    /// `image/png` or `image/jpeg`.
    pub mime: &'static str,
    /// 64 pixels wide and high.
    pub small: Vec<u8>,
    /// 256 pixels wide and high.
    pub large: Vec<u8>,
}

/// A picture in one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureRow {
    /// Its version.
    pub version: String,
    /// What it is.
    pub mime: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A link by which a forgotten password is set anew.
#[derive(Clone, Debug)]
pub struct NewReset {
    /// SHA-256 of the token in the link.
    pub token: TokenHash,
    /// Whose password.
    pub user: UserId,
    /// SHA-256 of the password's hash now: with another password the link is void.
    pub bound_to: TokenHash,
    /// When it was made.
    pub at: Millis,
}

/// Such a link as stored.
#[derive(Clone, Debug)]
pub struct ResetRow {
    /// Whose password.
    pub user: User,
    /// SHA-256 of the password's hash when it was made.
    pub bound_to: TokenHash,
    /// When it was made.
    pub at: Millis,
}

/// A login to be begun.
#[derive(Clone, Copy, Debug)]
pub struct NewLogin<'a> {
    /// SHA-256 of its token.
    pub token: &'a TokenHash,
    /// The browser and system, as far as they said.
    pub agent: &'a str,
    /// When it begins.
    pub at: Millis,
}

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
    pub(super) text: Cow<'a, str>,
    pub(super) subject: Option<Uuid>,
    pub(super) until: Option<i64>,
}

/// A row of a member, to be written.
pub(super) struct MemberChange {
    pub(super) room: Uuid,
    pub(super) account: Uuid,
    pub(super) joined_at: i64,
    pub(super) cohost_at: Option<i64>,
    pub(super) speaker: i64,
    pub(super) said_at: Option<i64>,
}

/// What an append reads of all that its changes are about.
#[derive(Default)]
pub(super) struct Wanted {
    /// Locked: nobody else changes them until the transaction ends.
    pub(super) rooms: Vec<RoomId>,
    /// Kept: none of them ends before the transaction does.
    pub(super) logins: Vec<LoginId>,
    /// Users, each with how they stand in the room, if they do.
    pub(super) people: Vec<(RoomId, UserId)>,
    /// Ids of changes, of which the places are wanted of those that are known.
    pub(super) known: Vec<(UserId, Cid)>,
}

/// The rows of a [`Wanted`].
pub(super) struct Found<R> {
    pub(super) rooms: Vec<R>,
    pub(super) logins: Vec<R>,
    pub(super) people: Vec<R>,
    pub(super) known: Vec<R>,
}

impl<R> Default for Found<R> {
    fn default() -> Self {
        Self { rooms: Vec::new(), logins: Vec::new(), people: Vec::new(), known: Vec::new() }
    }
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
        "owner" => Role::Owner,
        "admin" => Role::Admin,
        "moderator" => Role::Moderator,
        "member" => Role::Member,
        _ => Role::Guest,
    }
}

/// The name of a role in the database.
pub(super) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Moderator => "moderator",
        Role::Member => "member",
        Role::Guest => "guest",
    }
}

/// The kind of room of that name.
pub(super) fn kind_from(text: &str) -> RoomKind {
    match text {
        "channel" => RoomKind::Channel,
        "private" => RoomKind::Private,
        "direct" => RoomKind::Direct,
        "match" => RoomKind::Match,
        "pair" => RoomKind::Pair,
        "temporary" => RoomKind::Temporary,
        "large" => RoomKind::Large,
        _ => RoomKind::Unknown,
    }
}

/// The name of a kind of room in the database.
pub(super) const fn kind_name(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Channel => "channel",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
        RoomKind::Match => "match",
        RoomKind::Pair => "pair",
        RoomKind::Temporary => "temporary",
        RoomKind::Large => "large",
        RoomKind::Unknown => "",
    }
}

/// The step of openness of that name; what is not known shows the least.
pub(super) fn openness_from(text: &str) -> Openness {
    Openness::ALL.into_iter().find(|it| it.name() == text).unwrap_or_default()
}

/// The door of that name; what is not known is the narrowest.
pub(super) fn door_from(text: &str) -> Door {
    match text {
        "open" => Door::Open,
        "password" => Door::Password,
        _ => Door::Invite,
    }
}
