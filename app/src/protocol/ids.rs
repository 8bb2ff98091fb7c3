//! Newtypes for everything that names something, so that no id is ever taken for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )+};
}

uuid_id! {
    /// A user: an account or a guest.
    UserId;
    /// A room, of whatever kind.
    RoomId;
    /// Something to be done at a time.
    JobId;
    /// A login: one signed-in browser or API token.
    LoginId;
    /// An invitation into a room.
    InviteId;
    /// A report about somebody.
    ReportId;
    /// Something that a user is told.
    NoticeId;
    /// A question that a pair was asked.
    AskedId;
    /// A line of the audit log.
    AuditId;
    /// A wish to be matched.
    TicketId;
    /// Tickets that were put together, and wait for a yes.
    ProposalId;
    /// The id that a client gives to what it sends. A UUID, version 7 by our own clients;
    /// unique per author for ever, so that what is resent is known again.
    Cid;
    /// The lineage of the database. It changes when a backup was restored: numbers may have
    /// moved back, and what a client has is no longer to be trusted.
    Epoch;
}

/// The place of an entry in its room's log: from 1, without holes. 0 is "before the first".
///
/// Below 2^53, so that it is exact as a plain number in every JSON reader.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(try_from = "u64")]
pub struct Seq(u64);

/// The largest [`Seq`]: 2^53 - 1.
pub const SEQ_MAX: u64 = (1 << 53) - 1;

/// A number that no log can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a seq is below 2^53")]
pub struct SeqTooLarge;

impl Seq {
    /// Before the first entry.
    pub const ZERO: Self = Self(0);

    /// The number itself.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The place `n` further on, held at the largest.
    #[must_use]
    pub fn plus(self, n: u64) -> Self {
        Self(self.0.saturating_add(n).min(SEQ_MAX))
    }

    /// The place `n` back, held at zero.
    #[must_use]
    pub const fn minus(self, n: u64) -> Self {
        Self(self.0.saturating_sub(n))
    }

    /// How many entries lie after `earlier`, up to and with this one.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl TryFrom<u64> for Seq {
    type Error = SeqTooLarge;
    fn try_from(n: u64) -> Result<Self, SeqTooLarge> {
        if n <= SEQ_MAX { Ok(Self(n)) } else { Err(SeqTooLarge) }
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A moment: milliseconds since 1970 in UTC. For showing, never for ordering.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// The moment that does not come: for ever.
    pub const NEVER: Self = Self(i64::MAX);

    /// The moment, where it comes at all.
    pub const fn ending(self) -> Option<Self> {
        if self.0 == i64::MAX { None } else { Some(self) }
    }

    /// The moment `ms` milliseconds later.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How many milliseconds have passed since `earlier`; negative when it lies ahead.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
