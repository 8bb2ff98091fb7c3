//! What becomes of a change to a log: where it stands, what there is to be shown of it, or why
//! nothing was done.

use super::rows::MemberRow;
use crate::questions::refusal::QuestionRefusal;
use app::protocol::{
    ids::{Millis, RoomId, Seq, UserId},
    message::Entry,
    refusal::Refusal,
};

/// The pause for what came before something earlier was written. Where that was refused for good,
/// the client knows by then, and sends this without naming it.
const EARLY_RETRY_MS: u32 = 1_000;

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

/// What an accepted change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Where it stands: the answer to whoever asked.
    pub place: Appending,
    /// What was appended just now, in the order of the log: mostly one entry, none where nothing
    /// was to be told, several where one thing led to another (a host left and another follows, a
    /// place got free and somebody waited for it).
    pub entries: Vec<Entry>,
    /// Whose membership is another now. Not told when the room was closed: then nobody is a
    /// member any more.
    pub moves: Vec<Moved>,
}

/// Somebody whose membership is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Who it is.
    pub user: UserId,
    /// The member as they are now; none where they are a member no longer.
    pub now: Option<MemberRow>,
}

impl Done {
    /// Nothing was done but to find out where it stands.
    pub const fn before(place: Appending) -> Self {
        Self { place, entries: Vec::new(), moves: Vec::new() }
    }
}

/// Why a change was not accepted, while others of the same transaction were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// There is no such room, it is closed, or whoever asks may not know of it.
    #[error("no such room")]
    NoSuchRoom,
    /// The author is not a member.
    #[error("not a member")]
    NotEntered,
    /// The room takes no more people, and no more wait for it.
    #[error("the room is full")]
    Full {
        /// How many it takes.
        capacity: u32,
    },
    /// The author may not come in.
    #[error("banned until {}", until.0)]
    Banned {
        /// Until then; the largest value for ever.
        until: Millis,
    },
    /// The author may not speak, here or anywhere.
    #[error("muted until {}", until.0)]
    Muted {
        /// Until then; the largest value for ever.
        until: Millis,
    },
    /// The author may not do anything on this server.
    #[error("the account is banned until {}", until.0)]
    AccountBanned {
        /// Until then; the largest value for ever.
        until: Millis,
    },
    /// Nobody new comes in for now.
    #[error("the room is locked")]
    Locked,
    /// The room wants a password, or another one than was shown.
    #[error("wrong password")]
    WrongPassword,
    /// The invitation is over, used up or taken back.
    #[error("the invitation is over")]
    InviteOver,
    /// What the author said before it is not written yet.
    #[error("something earlier is not written yet")]
    Early,
    /// The author said something not long ago.
    #[error("slow mode")]
    SlowMode {
        /// When they may again, in milliseconds.
        retry_after_ms: u32,
    },
    /// Only those speak here whom the host lets.
    #[error("speakers only")]
    SpeakersOnly,
    /// The other of a direct room is gone, or one of the two wants nothing to do with the other.
    #[error("not reachable")]
    NotReachable,
    /// The other of a direct room has not answered yet.
    #[error("not answered")]
    NotAnswered,
    /// The author has not the rank for it, against this subject, or it is nothing for such a room.
    #[error("not allowed")]
    NotAllowed,
    /// One does not do that to oneself.
    #[error("not to oneself")]
    CannotToOneself,
    /// To whom it should be done is not a member, or not there at all.
    #[error("nobody to do it to")]
    NotFound,
    /// There are as many as there may be.
    #[error("no more than {limit}")]
    TooMany {
        /// How many there may be.
        limit: u32,
    },
    /// Something about a question is in the way.
    #[error("{0}")]
    Question(QuestionRefusal),
    /// Those in the room have not agreed to it, or cannot.
    #[error("not agreed")]
    NotAgreed,
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

impl From<QuestionRefusal> for AppendError {
    fn from(refusal: QuestionRefusal) -> Self {
        Self::Question(refusal)
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::NoSuchRoom => Self::NoSuchRoom,
            AppendError::NotEntered => Self::NotEntered,
            AppendError::Full { capacity } => Self::Full { capacity },
            AppendError::Banned { until } => Self::Banned { until: until.ending() },
            AppendError::Muted { until } => Self::Muted { until: until.ending() },
            AppendError::AccountBanned { until } => Self::AccountBanned { until: until.ending() },
            AppendError::Locked => Self::Locked,
            AppendError::WrongPassword => Self::WrongPassword,
            AppendError::InviteOver => Self::InviteOver,
            AppendError::SlowMode { retry_after_ms } => Self::SlowMode { retry_after_ms },
            AppendError::SpeakersOnly => Self::SpeakersOnly,
            AppendError::NotReachable => Self::NotReachable,
            AppendError::NotAnswered => Self::NotAnswered,
            AppendError::NotAllowed => Self::NotAllowed,
            AppendError::CannotToOneself => Self::CannotToOneself,
            AppendError::NotFound => Self::NotFound,
            AppendError::TooMany { limit } => Self::TooMany { limit },
            AppendError::Question(refusal) => refusal.into(),
            AppendError::NotAgreed => Self::NotAgreed,
            AppendError::SignedOut => Self::NotSignedIn,
            AppendError::DiskFull => Self::DiskFull,
            AppendError::Early => Self::Busy { retry_after_ms: EARLY_RETRY_MS },
            AppendError::Deposed | AppendError::Rejected => Self::Internal,
        }
    }
}

/// What became of each change of a batch.
pub type Outcomes = Vec<Result<Done, AppendError>>;
