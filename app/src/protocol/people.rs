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
    /// Has tabs open, none of them in view; or says so by hand.
    Away,
    /// Has a tab open, and does not want to be disturbed. Clients that do not know it read it as
    /// unknown.
    Busy,
    /// Has no tab open.
    Offline,
    /// Has no tab open here, and the other nodes cannot be asked. Also what a newer server tells.
    #[serde(other)]
    Unknown,
}

impl Presence {
    /// Whether they are known to have a tab open.
    pub const fn is_seen(self) -> bool {
        matches!(self, Self::Here | Self::Away | Self::Busy)
    }
}

/// What a user says about being at hand, whatever their tabs say. It counts while one is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByHand {
    /// The tabs tell.
    #[default]
    Auto,
    /// Away.
    Away,
    /// Not to be disturbed.
    Busy,
}

impl ByHand {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Away, Self::Busy];

    /// Its name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Away => "away",
            Self::Busy => "busy",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What others see of somebody whose tabs say `tabs`.
    pub const fn over(self, tabs: Presence) -> Presence {
        match (self, tabs) {
            (Self::Away, Presence::Here | Presence::Away) => Presence::Away,
            (Self::Busy, Presence::Here | Presence::Away) => Presence::Busy,
            _ => tabs,
        }
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
    /// The version of their picture, if they have one; its address is
    /// `/api/v1/people/{id}/picture?size=small&v={picture}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

impl Person {
    /// A plain member.
    pub const fn new(id: UserId, name: String, role: Role, presence: Presence) -> Self {
        Self {
            id,
            name,
            role,
            presence,
            rank: Rank::Member,
            muted: false,
            speaker: false,
            picture: None,
        }
    }
}

/// Left out on the wire.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
