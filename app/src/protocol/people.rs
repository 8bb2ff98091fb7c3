//! Users as others see them.

use super::{ids::UserId, room::Rank};
use serde::{Deserialize, Serialize};

/// What a user may do on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An account without a password, kept by its login cookie.
    Guest,
    /// An account.
    Member,
    /// An account that keeps order among the others.
    Moderator,
    /// An account that runs the server.
    Admin,
    /// The account that the server belongs to: made first, or named by an owner.
    Owner,
}

/// Whether a user is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Has a tab open and in view.
    Here,
    /// Has tabs open, none of them in view.
    Away,
    /// Has no tab open.
    Offline,
    /// Has no tab open here, and the other nodes cannot be asked. Also what a newer server tells.
    #[serde(other)]
    Unknown,
}

impl Presence {
    /// Whether they are known to have a tab open.
    pub const fn is_seen(self) -> bool {
        matches!(self, Self::Here | Self::Away)
    }
}

/// A member of a room as its people list shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
    /// Whether they are at hand.
    pub presence: Presence,
    /// What they may do in the room.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub rank: Rank,
    /// They may not speak in the room for now.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub muted: bool,
    /// In a large room: they may speak.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub speaker: bool,
}

impl Person {
    /// A plain member.
    pub const fn new(id: UserId, name: String, role: Role, presence: Presence) -> Self {
        Self { id, name, role, presence, rank: Rank::Member, muted: false, speaker: false }
    }
}

/// Left out on the wire.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
