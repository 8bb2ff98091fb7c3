//! The packets: requests in the imperative from clients, facts in the past tense from servers.
//!
//! One packet is one JSON text frame `{"type": …, "data": …}`. A change to what stands here is a
//! change of the protocol: `docs/PROTOCOL.md` and the golden files follow it.

use super::{
    ids::{Cid, Epoch, Millis, RoomId, Seq, UserId},
    matching::MatchView,
    message::{Deed, Entry, known_deed},
    pages::Planned,
    people::Person,
    refusal::Refusal,
    snapshot::RoomSummary,
    tree::{Tree, Unreadable},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny},
};

/// Passes over the data of a packet whose type is not known.
fn ignore<'de, D: Deserializer<'de>>(data: D) -> Result<(), D::Error> {
    data.deserialize_any(IgnoredAny).map(|_| ())
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ClientPacket {
    /// First, and once: who speaks which version, and what it already has.
    Hello(Hello),
    /// Become a member of the room, if not one yet, and follow its log.
    Enter(Enter),
    /// Stop being a member of the room.
    Leave(Leave),
    /// Say something in a room.
    Say(Say),
    /// Send the log again from a place on: the reader found a hole.
    Seek(Seek),
    /// The user is typing in this room.
    Type(TypeIn),
    /// Whether the user looks at the page.
    Attend(Attend),
    /// Tell the counts of these rooms, too: they are on the page. Replaces those named before.
    Watch(Watch),
    /// The user has seen a direct room's log up to there.
    See(See),
    /// From a newer client. Refused, never fatal.
    #[serde(other, deserialize_with = "ignore")]
    Unknown,
}

/// The data of [`ClientPacket::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol's version, [`super::limits::VERSION`].
    pub version: u32,
    /// The epoch that the numbers below belong to; absent at the first visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The rooms to follow, at most [`super::limits::HELLO_ROOMS_MAX`].
    #[serde(default)]
    pub rooms: Vec<Have>,
    /// The user looks at the page.
    #[serde(default)]
    pub attending: bool,
}

/// How much of a room's log a client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Have {
    /// The room.
    pub room: RoomId,
    /// The last entry without a hole before it; 0 for nothing.
    pub have: Seq,
}

/// The data of [`ClientPacket::Enter`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enter {
    /// The request's id; the reply carries it.
    pub cid: Cid,
    /// The room.
    pub room: RoomId,
    /// What the client already has of it; absent or 0 for nothing.
    #[serde(default)]
    pub have: Seq,
}

/// The data of [`ClientPacket::Leave`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// The request's id; the reply carries it.
    pub cid: Cid,
    /// The room.
    pub room: RoomId,
}

/// The data of [`ClientPacket::Say`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    /// The message's id, for ever.
    pub cid: Cid,
    /// The room.
    pub room: RoomId,
    /// What to say. Checked by the server as a [`super::message::MessageText`].
    pub text: String,
    /// What the client said before it in that room and has no answer to. The server stores this
    /// only once that is stored; absent where nothing comes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Cid>,
}

/// The data of [`ClientPacket::Seek`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seek {
    /// The room.
    pub room: RoomId,
    /// Send everything after this place.
    pub after: Seq,
}

/// The data of [`ClientPacket::Type`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeIn {
    /// The room.
    pub room: RoomId,
}

/// The data of [`ClientPacket::Attend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attend {
    /// The user looks at the page.
    pub attending: bool,
}

/// The data of [`ClientPacket::Watch`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The rooms, at most [`super::limits::WATCH_ROOMS_MAX`].
    pub rooms: Vec<RoomId>,
}

/// The data of [`ClientPacket::See`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct See {
    /// The room.
    pub room: RoomId,
    /// The last entry that they saw.
    pub seq: Seq,
}

/// What a server tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ServerPacket {
    /// The answer to `hello`.
    Welcomed(Welcomed),
    /// The answer to `enter`.
    Entered(Entered),
    /// The answer to `leave`.
    Left(Leave),
    /// Entries were appended to a room's log; all of one commit travel together.
    Appended(Appended),
    /// What was said is stored: it will survive.
    Acked(Acked),
    /// A request was refused.
    Refused(Refused),
    /// Somebody types in a room.
    Typed(Typed),
    /// Members of a room came, went, or changed their presence.
    PeopleChanged(PeopleChanged),
    /// The counts and heads of rooms that changed.
    RoomsChanged(RoomsChanged),
    /// The user is a member of one more room: let in, made it, or somebody writes to them. Also
    /// when something else about a room of theirs changed.
    Gained(RoomSummary),
    /// The user is a member of a room no longer, and gets nothing more of it.
    Lost(Lost),
    /// The other one of a direct room has seen its log up to there. May be missed.
    Seen(Seen),
    /// A moment has come of which the user wanted to be reminded.
    Reminded(Planned),
    /// The user was told something about themselves or their reports, or confirmed it.
    Noticed(Noticed),
    /// How it stands with the user's search for somebody to talk with.
    Matching(MatchView),
    /// A sign of life, with the heads of all rooms that the session follows.
    Beat(Beat),
    /// From a newer server. Ignored, never fatal.
    #[serde(other, deserialize_with = "ignore")]
    Unknown,
}

/// The data of [`ServerPacket::Welcomed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcomed {
    /// Whose login this is.
    pub me: UserId,
    /// The lineage of the server's numbers.
    pub epoch: Epoch,
    /// The server's clock.
    pub at: Millis,
    /// An answer for each room of the `hello`, in its order.
    pub rooms: Vec<Resumed>,
}

/// How a session goes on with a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// The room.
    pub room: RoomId,
    /// What follows, or why nothing does.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl<'de> Deserialize<'de> for Resumed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        let read = || Ok(Self { room: tree.field("room")?, outcome: Outcome::of(&tree)? });
        read().map_err(D::Error::custom::<Unreadable>)
    }
}

/// What follows in a room that a `hello` named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Entries after `start` follow. Where `start` is not what the client has, it forgets what it
    /// has and starts anew from there.
    Follows {
        /// The place after which entries follow.
        start: Seq,
        /// The newest entry now.
        head: Seq,
    },
    /// The room is gone, or the user is no longer in it.
    Refused(Refusal),
}

impl Outcome {
    fn of(tree: &Tree) -> Result<Self, Unreadable> {
        match tree.get("outcome").and_then(Tree::text) {
            Some("follows") => {
                Ok(Self::Follows { start: tree.field("start")?, head: tree.field("head")? })
            }
            Some("refused") => tree.read().map(Self::Refused),
            _ => Err(Unreadable),
        }
    }
}

/// The data of [`ServerPacket::Entered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// The request's id.
    pub cid: Cid,
    /// The room as it is now; its `head` is the newest entry.
    pub room: RoomSummary,
    /// Entries after this place follow; as in [`Outcome::Follows`].
    pub start: Seq,
}

/// The data of [`ServerPacket::Appended`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// The room.
    pub room: RoomId,
    /// The entries, by rising `seq`, without holes between them.
    pub entries: Vec<Entry>,
}

/// The data of [`ServerPacket::Acked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acked {
    /// The message's id.
    pub cid: Cid,
    /// The room.
    pub room: RoomId,
    /// Its place in the log.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
}

/// The data of [`ServerPacket::Refused`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The request's id, where it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<Cid>,
    /// Why.
    #[serde(flatten)]
    pub reason: Refusal,
}

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        let read = || Ok(Self { cid: tree.field("cid")?, reason: tree.read()? });
        read().map_err(D::Error::custom::<Unreadable>)
    }
}

/// The data of [`ServerPacket::Typed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// The room.
    pub room: RoomId,
    /// Who types.
    pub user: UserId,
    /// What they are called.
    pub name: String,
}

/// The data of [`ServerPacket::PeopleChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleChanged {
    /// The room.
    pub room: RoomId,
    /// Everybody, when true: whoever is not in `people` is gone. Otherwise only what changed.
    pub all: bool,
    /// Members as they are now.
    pub people: Vec<Person>,
    /// Those who are members no longer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<UserId>,
}

/// The data of [`ServerPacket::RoomsChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomsChanged {
    /// The rooms that changed.
    pub rooms: Vec<RoomCount>,
}

/// How a room stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomCount {
    /// The room.
    pub room: RoomId,
    /// How many people are in it.
    pub people: u32,
    /// Its newest entry.
    pub head: Seq,
}

/// The data of [`ServerPacket::Lost`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The room.
    pub room: RoomId,
    /// By which deed, if by one: kicked, banned, closed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known_deed")]
    pub deed: Option<Deed>,
    /// The reason that was given; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The data of [`ServerPacket::Seen`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The room.
    pub room: RoomId,
    /// Who has seen it.
    pub user: UserId,
    /// The last entry that they saw.
    pub seq: Seq,
}

/// The data of [`ServerPacket::Noticed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noticed {
    /// How much they were told and have not confirmed.
    pub notices: u32,
}

/// The data of [`ServerPacket::Beat`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The server's clock.
    pub at: Millis,
    /// The newest entry of each room that the session follows.
    pub heads: Vec<Have>,
}
