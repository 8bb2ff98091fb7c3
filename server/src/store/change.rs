//! Changes to the logs, and what becomes of them.

use super::Fence;
use app::protocol::{
    ids::{Cid, LoginId, Millis, RoomId, Seq, UserId},
    message::What,
    refusal::Refusal,
};

/// The lease that [`Append::fence`] is checked against.
pub const CARETAKER: &str = "caretaker";

/// A change to a room's log, asked for by a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The room.
    pub room: RoomId,
    /// Who asks.
    pub author: UserId,
    /// By which login; it is looked up again in the transaction, so that nothing of an ended
    /// login is accepted. `None` for what the server does by itself.
    pub login: Option<LoginId>,
    /// The author's id for it: with one known already, nothing is appended.
    pub cid: Option<Cid>,
    /// Who asks as the holder of the lease [`CARETAKER`]: nothing of an earlier holder is
    /// accepted.
    pub fence: Option<Fence>,
    /// What to append.
    pub change: Change,
}

impl Append {
    /// The `cid` as the entry shows it: that of a message, which its author's client knows. Those
    /// of other changes are the server's own, by which it asks again.
    pub fn shown_cid(&self) -> Option<Cid> {
        self.cid.filter(|_| matches!(self.change, Change::Message(_)))
    }
}

/// What to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something said; the author must be a member.
    Message(String),
    /// The author becomes a member; nothing where they are one.
    Join,
    /// The author stops being a member; nothing where they are none.
    Leave,
    /// Something told by an admin; whoever calls has made sure of that.
    Announce(String),
}

impl Change {
    /// As it stands in the log.
    pub fn what(&self) -> What {
        match self {
            Self::Message(text) => What::Message { text: text.clone() },
            Self::Join => What::Joined,
            Self::Leave => What::Left,
            Self::Announce(text) => What::Announced { text: text.clone() },
        }
    }

    /// Its kind and text in the database.
    pub(super) fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Message(text) => ("message", text),
            Self::Join => ("joined", ""),
            Self::Leave => ("left", ""),
            Self::Announce(text) => ("announced", text),
        }
    }
}

/// Where an accepted change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appending {
    /// The room. Another one than asked for, where the `cid` was used there before.
    pub room: RoomId,
    /// Its place in the log; the head, where nothing was appended.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// It was appended just now.
    pub fresh: bool,
}

impl Appending {
    pub(super) const fn nothing(room: RoomId, head: Seq, now: Millis) -> Self {
        Self { room, seq: head, at: now, fresh: false }
    }
}

/// Why a change was not accepted, while others of the same transaction were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// There is no such room.
    #[error("no such room")]
    NoSuchRoom,
    /// The author is not a member.
    #[error("not a member")]
    NotEntered,
    /// The room takes no more people.
    #[error("the room is full")]
    Full {
        /// How many it takes.
        capacity: u32,
    },
    /// The login was ended.
    #[error("the login was ended")]
    SignedOut,
    /// Another node holds the lease by now.
    #[error("the lease has another holder")]
    Deposed,
    /// Too little of the disk is free.
    #[error("the disk is full")]
    DiskFull,
    /// The database refused this very change.
    #[error("the database refused the change")]
    Rejected,
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::NoSuchRoom => Self::NoSuchRoom,
            AppendError::NotEntered => Self::NotEntered,
            AppendError::Full { capacity } => Self::Full { capacity },
            AppendError::SignedOut => Self::NotSignedIn,
            AppendError::DiskFull => Self::DiskFull,
            AppendError::Deposed | AppendError::Rejected => Self::Internal,
        }
    }
}

/// What became of each change of a batch.
pub type Outcomes = Vec<Result<Appending, AppendError>>;
