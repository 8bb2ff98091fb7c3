//! Why something was refused: an enum without free text, worded by the reader's language.

use super::{ids::Millis, limits::TEXT_CHARS_MAX, message::TextError};
use serde::{Deserialize, Serialize};

/// Why the server did not do what was asked. Expected, and told to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case", from = "FlatRefusal")]
pub enum Refusal {
    /// There is no such room, or none that this user may see.
    #[error("no such room")]
    NoSuchRoom,
    /// There is nothing at that address.
    #[error("not found")]
    NotFound,
    /// The user is not a member of the room.
    #[error("not entered")]
    NotEntered,
    /// The room has as many people as it takes.
    #[error("the room is full")]
    Full {
        /// How many people the room takes.
        capacity: u32,
    },
    /// The text is empty.
    #[error("the text is empty")]
    Empty,
    /// The text is too long.
    #[error("the text is too long")]
    TooLong {
        /// The longest text, in characters.
        chars_max: u32,
    },
    /// Too often; the same again after the pause will do.
    #[error("too fast")]
    TooFast {
        /// The pause, in milliseconds.
        retry_after_ms: u32,
    },
    /// More sends are unanswered than may be.
    #[error("too many in flight")]
    TooManyInFlight,
    /// The server has too much to do; the same again after the pause will do.
    #[error("busy")]
    Busy {
        /// The pause, in milliseconds.
        retry_after_ms: u32,
    },
    /// The server's disk is full: it can be read, not written.
    #[error("the disk is full")]
    DiskFull,
    /// The user may not do that.
    #[error("not allowed")]
    NotAllowed,
    /// Nobody is signed in, or the login was ended.
    #[error("not signed in")]
    NotSignedIn,
    /// Unknown name or wrong password; which of them is not told.
    #[error("wrong name or password")]
    WrongCredentials,
    /// The name is taken, or looks like one that is.
    #[error("the name is taken")]
    NameTaken,
    /// The name is shorter or longer than names may be.
    #[error("the name has a wrong length")]
    NameLength {
        /// The shortest name, in characters.
        chars_min: u32,
        /// The longest name, in characters.
        chars_max: u32,
    },
    /// The name has characters that names may not have.
    #[error("the name has characters that are not allowed")]
    NameCharacters,
    /// The password is shorter or longer than passwords may be.
    #[error("the password has a wrong length")]
    PasswordLength {
        /// The shortest password, in characters.
        chars_min: u32,
        /// The longest password, in characters.
        chars_max: u32,
    },
    /// The password is one of the most common ones, or the name itself.
    #[error("the password is too easy to guess")]
    PasswordCommon,
    /// The request came from another site.
    #[error("foreign origin")]
    ForeignOrigin,
    /// The request could not be read.
    #[error("malformed")]
    Malformed,
    /// A packet of a type that this server does not know.
    #[error("unknown packet")]
    UnknownPacket,
    /// Something failed on the server; it was logged.
    #[error("internal failure")]
    Internal,
    /// The user may not come into the room.
    #[error("banned")]
    Banned {
        /// When they may again; none for never.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Millis>,
    },
    /// The user may not speak.
    #[error("muted")]
    Muted {
        /// When they may again; none for never.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Millis>,
    },
    /// The room wants another password.
    #[error("wrong password")]
    WrongPassword,
    /// Nobody new comes into the room for now.
    #[error("the room is locked")]
    Locked,
    /// The room is closed.
    #[error("the room is closed")]
    Closed,
    /// One sends only once in a while here.
    #[error("slow mode")]
    SlowMode {
        /// When one may again, in milliseconds.
        retry_after_ms: u32,
    },
    /// Only those speak here whom the host lets.
    #[error("speakers only")]
    SpeakersOnly,
    /// That user cannot be written to: they do not wish it, or are gone.
    #[error("not reachable")]
    NotReachable,
    /// The other has not answered the request yet.
    #[error("not answered yet")]
    NotAnswered,
    /// The invitation is over, used up or taken back.
    #[error("the invitation is over")]
    InviteOver,
    /// There are as many of these as there may be.
    #[error("too many")]
    TooMany {
        /// How many there may be.
        limit: u32,
    },
    /// One cannot do that to oneself.
    #[error("not to oneself")]
    CannotToOneself,
    /// The account may not come in.
    #[error("the account is banned")]
    AccountBanned {
        /// When it may again; none for never.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Millis>,
    },
    /// The file is too large, or the picture has too many pixels.
    #[error("too large")]
    TooLarge,
    /// The file is no picture of a kind that is taken.
    #[error("not a picture")]
    NotAPicture,
    /// The link is over, or was used.
    #[error("the link is over")]
    LinkOver,
    /// The number is smaller or larger than it may be.
    #[error("out of bounds")]
    OutOfBounds {
        /// The smallest one.
        least: u32,
        /// The largest one.
        most: u32,
    },
    /// Somebody else has decided it already.
    #[error("decided already")]
    AlreadyDecided,
    /// A server has at least one owner.
    #[error("the last owner")]
    LastOwner,
    /// The moment is past, or too far ahead.
    #[error("not in time")]
    NotInTime,
    /// That cannot be an e-mail address.
    #[error("not an address")]
    NotAnAddress,
    /// Nobody can be found without a language that both speak.
    #[error("no language")]
    NoLanguage,
    /// The user has not told the year of their birth, which it takes.
    #[error("no year of birth")]
    AgeMissing,
    /// The user is too young for it.
    #[error("too young")]
    TooYoung,
    /// It cannot be done before that moment.
    #[error("too soon")]
    TooSoon {
        /// Then it can.
        until: Millis,
    },
    /// The proposal is over.
    #[error("the proposal is over")]
    ProposalOver,
    /// The user has answered it.
    #[error("answered already")]
    AlreadyAnswered,
    /// An open question waits for the user's answer.
    #[error("a question is open")]
    AnswerFirst,
    /// The user has skipped as often as one may on a day.
    #[error("no skips left")]
    NoSkipsLeft,
    /// The question is not open.
    #[error("the question is not open")]
    QuestionOver,
    /// No question can be asked: no pack is chosen, or none of it is left.
    #[error("nothing to ask")]
    NothingToAsk,
    /// Those in the room have not agreed to that yet.
    #[error("not agreed")]
    NotAgreed,
    /// From a newer server.
    #[error("refused")]
    Unknown,
}

/// A [`Refusal`] as it is read: see [`super::message::Entry`].
#[derive(Clone, Copy, Deserialize)]
pub(super) struct FlatRefusal {
    reason: Reason,
    #[serde(default)]
    capacity: u32,
    #[serde(default)]
    chars_min: u32,
    #[serde(default)]
    chars_max: u32,
    #[serde(default)]
    retry_after_ms: u32,
    #[serde(default)]
    limit: u32,
    #[serde(default)]
    until: Option<Millis>,
    #[serde(default)]
    least: u32,
    #[serde(default)]
    most: u32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    NoSuchRoom,
    NotFound,
    NotEntered,
    Full,
    Empty,
    TooLong,
    TooFast,
    TooManyInFlight,
    Busy,
    DiskFull,
    NotAllowed,
    NotSignedIn,
    WrongCredentials,
    NameTaken,
    NameLength,
    NameCharacters,
    PasswordLength,
    PasswordCommon,
    ForeignOrigin,
    Malformed,
    UnknownPacket,
    Internal,
    Banned,
    Muted,
    WrongPassword,
    Locked,
    Closed,
    SlowMode,
    SpeakersOnly,
    NotReachable,
    NotAnswered,
    InviteOver,
    TooMany,
    CannotToOneself,
    AccountBanned,
    TooLarge,
    NotAPicture,
    LinkOver,
    OutOfBounds,
    AlreadyDecided,
    LastOwner,
    NotInTime,
    NotAnAddress,
    NoLanguage,
    AgeMissing,
    TooYoung,
    TooSoon,
    ProposalOver,
    AlreadyAnswered,
    AnswerFirst,
    NoSkipsLeft,
    QuestionOver,
    NothingToAsk,
    NotAgreed,
    #[serde(other)]
    Unknown,
}

impl From<FlatRefusal> for Refusal {
    fn from(flat: FlatRefusal) -> Self {
        let FlatRefusal { reason, capacity, chars_min, chars_max, retry_after_ms, limit, .. } =
            flat;
        let FlatRefusal { until, least, most, .. } = flat;
        match reason {
            Reason::NoSuchRoom => Self::NoSuchRoom,
            Reason::NotFound => Self::NotFound,
            Reason::NotEntered => Self::NotEntered,
            Reason::Full => Self::Full { capacity },
            Reason::Empty => Self::Empty,
            Reason::TooLong => Self::TooLong { chars_max },
            Reason::TooFast => Self::TooFast { retry_after_ms },
            Reason::TooManyInFlight => Self::TooManyInFlight,
            Reason::Busy => Self::Busy { retry_after_ms },
            Reason::DiskFull => Self::DiskFull,
            Reason::NotAllowed => Self::NotAllowed,
            Reason::NotSignedIn => Self::NotSignedIn,
            Reason::WrongCredentials => Self::WrongCredentials,
            Reason::NameTaken => Self::NameTaken,
            Reason::NameLength => Self::NameLength { chars_min, chars_max },
            Reason::NameCharacters => Self::NameCharacters,
            Reason::PasswordLength => Self::PasswordLength { chars_min, chars_max },
            Reason::PasswordCommon => Self::PasswordCommon,
            Reason::ForeignOrigin => Self::ForeignOrigin,
            Reason::Malformed => Self::Malformed,
            Reason::UnknownPacket => Self::UnknownPacket,
            Reason::Internal => Self::Internal,
            Reason::Banned => Self::Banned { until },
            Reason::Muted => Self::Muted { until },
            Reason::WrongPassword => Self::WrongPassword,
            Reason::Locked => Self::Locked,
            Reason::Closed => Self::Closed,
            Reason::SlowMode => Self::SlowMode { retry_after_ms },
            Reason::SpeakersOnly => Self::SpeakersOnly,
            Reason::NotReachable => Self::NotReachable,
            Reason::NotAnswered => Self::NotAnswered,
            Reason::InviteOver => Self::InviteOver,
            Reason::TooMany => Self::TooMany { limit },
            Reason::CannotToOneself => Self::CannotToOneself,
            Reason::AccountBanned => Self::AccountBanned { until },
            Reason::TooLarge => Self::TooLarge,
            Reason::NotAPicture => Self::NotAPicture,
            Reason::LinkOver => Self::LinkOver,
            Reason::NotAnAddress => Self::NotAnAddress,
            Reason::OutOfBounds => Self::OutOfBounds { least, most },
            Reason::AlreadyDecided => Self::AlreadyDecided,
            Reason::LastOwner => Self::LastOwner,
            Reason::NotInTime => Self::NotInTime,
            Reason::NoLanguage => Self::NoLanguage,
            Reason::AgeMissing => Self::AgeMissing,
            Reason::TooYoung => Self::TooYoung,
            Reason::TooSoon => Self::TooSoon { until: until.unwrap_or(Millis::NEVER) },
            Reason::ProposalOver => Self::ProposalOver,
            Reason::AlreadyAnswered => Self::AlreadyAnswered,
            Reason::AnswerFirst => Self::AnswerFirst,
            Reason::NoSkipsLeft => Self::NoSkipsLeft,
            Reason::QuestionOver => Self::QuestionOver,
            Reason::NothingToAsk => Self::NothingToAsk,
            Reason::NotAgreed => Self::NotAgreed,
            Reason::Unknown => Self::Unknown,
        }
    }
}

impl From<TextError> for Refusal {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Empty => Self::Empty,
            TextError::TooLong => {
                Self::TooLong { chars_max: u32::try_from(TEXT_CHARS_MAX).unwrap_or(u32::MAX) }
            }
        }
    }
}

impl Refusal {
    /// How long to wait before the very same may be sent again, in milliseconds; `None` when
    /// sending it again would be refused again.
    pub const fn retry_after_ms(self) -> Option<u32> {
        match self {
            Self::TooFast { retry_after_ms }
            | Self::Busy { retry_after_ms }
            | Self::SlowMode { retry_after_ms } => Some(retry_after_ms),
            Self::TooManyInFlight => Some(500),
            _ => None,
        }
    }
}
