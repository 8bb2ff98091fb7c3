//! Entries of a room's log, and the text that one may send.

use super::{
    ids::{AskedId, Cid, Millis, Seq, UserId},
    limits::TEXT_CHARS_MAX,
    questions::{Bilingual, Brought, QuestionId},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that happened in a room, at its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "FlatEntry")]
pub struct Entry {
    /// Its place in the room's log.
    pub seq: Seq,
    /// When the server stored it.
    pub at: Millis,
    /// Who did it.
    pub author: UserId,
    /// The author's name when the entry was read.
    pub name: String,
    /// The author's own id for it; the author's tab finds its dim line by it.
    pub cid: Option<Cid>,
    /// What happened.
    pub what: What,
}

/// What an [`Entry`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody said something.
    Message {
        /// What was said.
        text: String,
    },
    /// Somebody became a member of the room.
    Joined,
    /// Somebody stopped being a member of the room.
    Left,
    /// An admin told something to everyone.
    Announced {
        /// What was told.
        text: String,
    },
    /// A host, or the server, did something about the room or somebody in it.
    Did(Did),
    /// A question came up for those in the room.
    Asked(Box<Asked>),
    /// From a newer server: takes its place in the log, is not shown.
    Unknown,
}

/// A [`Deed`] with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Did {
    /// What was done.
    pub deed: Deed,
    /// To whom, where it was done to somebody.
    pub subject: Option<Subject>,
    /// For how long, where it ends by itself; none for ever.
    pub until: Option<Millis>,
    /// The reason, or the new value of what was set; may be empty.
    pub text: String,
}

/// A question as its entry shows it: what was asked, not what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Which time it is that somebody asks.
    pub id: AskedId,
    /// The question in its pack.
    pub question: QuestionId,
    /// Its words then.
    pub words: Bilingual,
    /// What brought it up.
    pub brought: Brought,
}

/// Somebody to whom something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Who it is.
    pub id: UserId,
    /// Their name when the entry was read.
    pub name: String,
}

macro_rules! deeds {
    ($($(#[$doc:meta])* $deed:ident = $name:literal,)+) => {
        /// What a host, or the server, did. The author of the entry is who did it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Deed {
            $($(#[$doc])* $deed,)+
        }

        impl Deed {
            /// Every deed, for the store and the tests.
            pub const ALL: &[Self] = &[$(Self::$deed,)+];

            /// Its name in entries and in the database.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$deed => $name,)+
                }
            }
        }

        /// What sort of entry it is. Each deed is one, so that an entry is read in one go.
        #[derive(Clone, Copy, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            Message,
            Joined,
            Left,
            Announced,
            Asked,
            $($deed,)+
            #[serde(other)]
            Unknown,
        }

        impl Kind {
            const fn of(what: &What) -> Self {
                match what {
                    What::Message { .. } => Self::Message,
                    What::Joined => Self::Joined,
                    What::Left => Self::Left,
                    What::Announced { .. } => Self::Announced,
                    What::Asked(_) => Self::Asked,
                    What::Did(did) => match did.deed {
                        $(Deed::$deed => Self::$deed,)+
                    },
                    What::Unknown => Self::Unknown,
                }
            }

            const fn deed(self) -> Option<Deed> {
                match self {
                    $(Self::$deed => Some(Deed::$deed),)+
                    Self::Message
                    | Self::Joined
                    | Self::Left
                    | Self::Announced
                    | Self::Asked
                    | Self::Unknown => None,
                }
            }
        }
    };
}

deeds! {
    /// The subject is a member no longer, and may come again.
    Kicked = "kicked",
    /// The subject is a member no longer, and may not come again until then.
    Banned = "banned",
    /// The subject may come again.
    Unbanned = "unbanned",
    /// The subject may not speak until then.
    Muted = "muted",
    /// The subject may speak again.
    Unmuted = "unmuted",
    /// The subject is the host from here on.
    Hosted = "hosted",
    /// The subject has a host's powers beside the host.
    CohostMade = "cohost_made",
    /// The subject is a plain member again.
    CohostEnded = "cohost_ended",
    /// In a large room, the subject may speak.
    SpeakerMade = "speaker_made",
    /// In a large room, the subject only listens again.
    SpeakerEnded = "speaker_ended",
    /// The room has the name in `text`.
    Renamed = "renamed",
    /// The room has the topic in `text`.
    TopicSet = "topic_set",
    /// The room takes as many people as the number in `text` says.
    CapacitySet = "capacity_set",
    /// One may send once in as many seconds as `text` says; 0 ends that.
    SlowSet = "slow_set",
    /// Nobody new comes in.
    Locked = "locked",
    /// One comes in again as before.
    Unlocked = "unlocked",
    /// How one comes in was changed; `text` is a [`super::room::Door`] by its name.
    DoorSet = "door_set",
    /// Speed rounds were set up; `text` has how many, and how many minutes each: `3 × 5`.
    SpeedSet = "speed_set",
    /// The speed rounds were called off.
    SpeedEnded = "speed_ended",
    /// The room is closed: nothing follows this entry.
    Closed = "closed",
    /// The author answered a question; `text` is the [`AskedId`]. The answer stands elsewhere, and
    /// is sealed until all have answered.
    Answered = "answered",
    /// The author skipped a question for all; `text` is the [`AskedId`].
    Skipped = "skipped",
    /// All agreed to show as much of themselves as `text` says, an
    /// [`super::matching::Openness`].
    Opened = "opened",
    /// All want to keep the room: from here on it is a pair room, or a group's.
    Kept = "kept",
    /// The author changed how questions come up.
    QuestionsSet = "questions_set",
}

/// An [`Entry`] as it is read: without a tag to look for first, which costs time in the harness
/// and kilobytes in the browser.
#[derive(Deserialize)]
struct FlatEntry {
    seq: Seq,
    at: Millis,
    author: UserId,
    name: String,
    #[serde(default)]
    cid: Option<Cid>,
    kind: Kind,
    #[serde(default)]
    text: String,
    #[serde(default)]
    subject: Option<UserId>,
    #[serde(default)]
    subject_name: String,
    #[serde(default)]
    until: Option<Millis>,
    #[serde(default)]
    asked: Option<Box<Asked>>,
}

/// An [`Entry`] as it is written.
#[derive(Serialize)]
struct FlatRef<'a> {
    seq: Seq,
    at: Millis,
    author: UserId,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cid: Option<Cid>,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<&'a Asked>,
}

/// A deed by its name; none where a newer server names one that is not known.
pub(super) fn known_deed<'de, D: Deserializer<'de>>(name: D) -> Result<Option<Deed>, D::Error> {
    Ok(Kind::deserialize(name)?.deed())
}

impl From<FlatEntry> for Entry {
    fn from(flat: FlatEntry) -> Self {
        let FlatEntry { seq, at, author, name, cid, kind, text, subject, .. } = flat;
        let FlatEntry { subject_name, until, asked, .. } = flat;
        let what = match kind {
            Kind::Message => What::Message { text },
            Kind::Joined => What::Joined,
            Kind::Left => What::Left,
            Kind::Announced => What::Announced { text },
            Kind::Asked => asked.map_or(What::Unknown, What::Asked),
            other => other.deed().map_or(What::Unknown, |deed| {
                let subject = subject.map(|id| Subject { id, name: subject_name });
                What::Did(Did { deed, subject, until, text })
            }),
        };
        Self { seq, at, author, name, cid, what }
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (text, did) = match &self.what {
            What::Message { text } | What::Announced { text } => (Some(text.as_str()), None),
            What::Did(did) => (Some(did.text.as_str()).filter(|it| !it.is_empty()), Some(did)),
            What::Joined | What::Left | What::Asked(_) | What::Unknown => (None, None),
        };
        let asked = match &self.what {
            What::Asked(asked) => Some(&**asked),
            _ => None,
        };
        let subject = did.and_then(|it| it.subject.as_ref());
        let flat = FlatRef {
            seq: self.seq,
            at: self.at,
            author: self.author,
            name: &self.name,
            cid: self.cid,
            kind: Kind::of(&self.what),
            text,
            subject: subject.map(|it| it.id),
            subject_name: subject.map(|it| it.name.as_str()),
            until: did.and_then(|it| it.until),
            asked,
        };
        flat.serialize(serializer)
    }
}

impl What {
    /// Whether the people of the room, or what they may do, are others by it.
    pub const fn moves(&self) -> bool {
        match self {
            Self::Joined | Self::Left => true,
            Self::Did(did) => did.subject.is_some(),
            Self::Message { .. } | Self::Announced { .. } | Self::Asked(_) | Self::Unknown => false,
        }
    }

    /// The question, where one came up.
    pub fn asked(&self) -> Option<&Asked> {
        match self {
            Self::Asked(asked) => Some(asked),
            _ => None,
        }
    }

    /// What was said, told or given as a reason; empty where nothing was.
    pub fn text(&self) -> &str {
        match self {
            Self::Message { text } | Self::Announced { text } => text,
            Self::Did(did) => &did.text,
            Self::Joined | Self::Left | Self::Asked(_) | Self::Unknown => "",
        }
    }
}

/// Text fit to be sent: trimmed, not empty, at most [`TEXT_CHARS_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageText(String);

/// Why a text cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// More than [`TEXT_CHARS_MAX`] characters.
    #[error("the text is longer than {TEXT_CHARS_MAX} characters")]
    TooLong,
}

impl MessageText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a draft holds this text and nothing else.
    pub fn is_all_of(&self, draft: &str) -> bool {
        Self::try_from(draft.to_owned()).as_ref() == Ok(self)
    }
}

impl From<MessageText> for String {
    fn from(text: MessageText) -> Self {
        text.0
    }
}

impl TryFrom<String> for MessageText {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        // A NUL cannot be stored as text by PostgreSQL, and nobody can see it.
        let text = text.replace('\0', "");
        let trimmed = text.trim();
        match trimmed.chars().count() {
            0 => Err(TextError::Empty),
            1..=TEXT_CHARS_MAX => Ok(Self(trimmed.to_owned())),
            _ => Err(TextError::TooLong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, TextError>) {
        let parsed = MessageText::try_from(text.to_owned());
        assert_eq!(parsed.as_ref().map(MessageText::as_str), expected.as_ref().copied());
    }

    #[test]
    fn a_text_is_trimmed_and_bounded_in_characters() {
        check("  hi\n", Ok("hi"));
        check(" \n\t ", Err(TextError::Empty));
        check("\0", Err(TextError::Empty));
        let longest = "가".repeat(TEXT_CHARS_MAX);
        check(&longest, Ok(&longest));
        check(&format!(" {longest} "), Ok(&longest));
        check(&format!("{longest}나"), Err(TextError::TooLong));
    }

    #[test]
    fn a_draft_that_went_on_is_more_than_what_was_sent() {
        let sent = MessageText::try_from("see you".to_owned()).unwrap();
        for (draft, is_all) in [
            ("see you", true),
            (" see you\n", true),
            ("see you tomorrow", false),
            ("and you?", false),
            ("", false),
        ] {
            assert_eq!(sent.is_all_of(draft), is_all, "{draft:?}");
        }
    }
}
