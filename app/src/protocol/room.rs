//! Rooms of one's own: how one comes in, who may do what, and what hosts do.

use super::ids::{Millis, UserId};
use serde::{Deserialize, Serialize};

/// What sort of room it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Public: every user may read it, and enter it to talk.
    Channel,
    /// A room of one's own, with a host. Only members read it.
    Private,
    /// Two people who write to each other.
    Direct,
    /// People who were matched, until they keep it or part.
    Match,
    /// Two people who kept their match: one for each two, for good.
    Pair,
    /// A room of one's own that is gone when it was empty for a while, or at a time.
    Temporary,
    /// A room of one's own for many: counts instead of lists, no lines for who came and went, and
    /// only those speak whom the host lets.
    Large,
    /// From a newer server.
    #[serde(other)]
    Unknown,
}

impl RoomKind {
    /// Somebody made it and is its host.
    pub const fn has_host(self) -> bool {
        matches!(self, Self::Private | Self::Temporary | Self::Large)
    }

    /// Those in it write to each other and to nobody else: nobody comes in, its words stand left
    /// and right, and each is told how far the other has seen it.
    pub const fn is_intimate(self) -> bool {
        matches!(self, Self::Direct | Self::Match | Self::Pair)
    }

    /// Members who stay away for long are let go.
    pub const fn lets_absent_go(self) -> bool {
        matches!(self, Self::Channel | Self::Temporary)
    }
}

/// How one who is no member comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// As one likes; the room is found in the list.
    #[default]
    Open,
    /// By the room's password or an invitation; the room is found in the list, with a lock.
    Password,
    /// By an invitation only; to all others the room does not exist.
    Invite,
}

impl Door {
    /// Its name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Password => "password",
            Self::Invite => "invite",
        }
    }
}

/// What a member may do in the room.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// To talk.
    #[default]
    Member,
    /// To keep order, too.
    Cohost,
    /// Everything.
    Host,
}

/// How the other of a direct room stands to being written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Both write.
    #[default]
    None,
    /// The reader asked, and the other has not answered yet.
    Sent,
    /// The other asks the reader.
    Received,
}

/// What the reader says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestAnswer {
    /// Both write.
    Accept,
    /// The room is gone from the reader's list; who asked is not told.
    Refuse,
    /// And nothing more comes from them.
    RefuseAndBlock,
}

/// What somebody does in a room by its powers. `secs` absent: for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Puts a member out; they may come again.
    Kick {
        /// Whom.
        user: UserId,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Puts somebody out, or keeps them out before they came.
    Ban {
        /// Whom.
        user: UserId,
        /// For how long, in seconds.
        #[serde(default)]
        secs: Option<u32>,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Lets somebody come again.
    Unban {
        /// Whom.
        user: UserId,
    },
    /// Lets a member not speak.
    Mute {
        /// Whom.
        user: UserId,
        /// For how long, in seconds.
        #[serde(default)]
        secs: Option<u32>,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Lets a member speak again.
    Unmute {
        /// Whom.
        user: UserId,
    },
    /// Makes a member the host in the own place.
    Yield {
        /// Whom.
        user: UserId,
    },
    /// Gives a member a co-host's powers, or takes them.
    Cohost {
        /// Whom.
        user: UserId,
        /// Whether they have them.
        on: bool,
    },
    /// Names the member who follows the host, or nobody. Is not told in the log.
    Successor {
        /// Whom.
        user: Option<UserId>,
    },
    /// In a large room: lets a member speak, or only listen.
    Speaker {
        /// Whom.
        user: UserId,
        /// Whether they speak.
        on: bool,
    },
    /// Gives the room another name.
    Rename {
        /// The name.
        name: String,
    },
    /// Gives the room another topic.
    Topic {
        /// The topic; may be empty.
        topic: String,
    },
    /// Sets how many people the room takes. Who is in stays in.
    Capacity {
        /// How many.
        capacity: u32,
    },
    /// Lets everybody but the hosts send only once in a while.
    Slow {
        /// Seconds between two messages of one member; 0 for no such limit.
        secs: u32,
    },
    /// Lets nobody new in, or lets them in again.
    Lock {
        /// Whether it is locked.
        on: bool,
    },
    /// Sets how one comes in.
    Door {
        /// How.
        door: Door,
        /// The password, with [`Door::Password`]; absent to keep the one there is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<String>,
    },
    /// Sets up speed rounds: whoever joins in is put together with one other for a while, and then
    /// with another.
    Speed {
        /// How many rounds.
        rounds: u32,
        /// How long each is, in minutes.
        mins: u32,
        /// In how many minutes the first begins.
        in_mins: u32,
        /// They come again a week later, and so on.
        #[serde(default)]
        weekly: bool,
    },
    /// Calls the speed rounds off; those who talk go on until their round is over.
    SpeedOver,
    /// Closes the room for good: everybody is out and what was said is gone.
    Close {
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
}

impl Act {
    /// The least rank that may do it.
    pub const fn rank(&self) -> Rank {
        match self {
            Self::Kick { .. }
            | Self::Ban { .. }
            | Self::Unban { .. }
            | Self::Mute { .. }
            | Self::Unmute { .. }
            | Self::Speaker { .. }
            | Self::Topic { .. }
            | Self::Slow { .. }
            | Self::Speed { .. }
            | Self::SpeedOver
            | Self::Lock { .. } => Rank::Cohost,
            Self::Yield { .. }
            | Self::Cohost { .. }
            | Self::Successor { .. }
            | Self::Rename { .. }
            | Self::Capacity { .. }
            | Self::Door { .. }
            | Self::Close { .. } => Rank::Host,
        }
    }

    /// To whom it is done, where it is done to somebody.
    pub const fn subject(&self) -> Option<UserId> {
        match self {
            Self::Kick { user, .. }
            | Self::Ban { user, .. }
            | Self::Unban { user }
            | Self::Mute { user, .. }
            | Self::Unmute { user }
            | Self::Yield { user }
            | Self::Cohost { user, .. }
            | Self::Speaker { user, .. } => Some(*user),
            Self::Successor { user } => *user,
            _ => None,
        }
    }
}

/// A new room, as its maker wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRoom {
    /// What it is called.
    pub name: String,
    /// What it is about; may be empty.
    #[serde(default)]
    pub topic: String,
    /// [`RoomKind::Private`], [`RoomKind::Temporary`] or [`RoomKind::Large`].
    pub kind: RoomKind,
    /// How one comes in.
    #[serde(default)]
    pub door: Door,
    /// With [`Door::Password`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// How many people it takes.
    pub capacity: u32,
    /// A temporary room is gone when it was empty for so many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty_mins: Option<u32>,
    /// A temporary room is gone at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Millis>,
}

/// How the reader stands in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The reader is a member: may send, and gets what is new.
    pub entered: bool,
    /// What the reader may do.
    pub rank: Rank,
    /// The reader may not speak until then; [`Millis`]'s largest value for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Millis>,
    /// In a large room: the reader may speak.
    #[serde(default)]
    pub speaker: bool,
    /// By slow mode, the reader may send again at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_send_at: Option<Millis>,
}
