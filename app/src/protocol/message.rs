//! Entries of a room's log, and the text that one may send.

use super::{
    ids::{Cid, Millis, Seq, UserId},
    limits::TEXT_CHARS_MAX,
};
use serde::{Deserialize, Serialize};

/// One thing that happened in a room, at its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cid: Option<Cid>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What an [`Entry`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
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
    /// From a newer server: takes its place in the log, is not shown.
    Unknown,
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
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Message,
    Joined,
    Left,
    Announced,
    #[serde(other)]
    Unknown,
}

impl From<FlatEntry> for Entry {
    fn from(flat: FlatEntry) -> Self {
        let FlatEntry { seq, at, author, name, cid, kind, text } = flat;
        let what = match kind {
            Kind::Message => What::Message { text },
            Kind::Joined => What::Joined,
            Kind::Left => What::Left,
            Kind::Announced => What::Announced { text },
            Kind::Unknown => What::Unknown,
        };
        Self { seq, at, author, name, cid, what }
    }
}

impl What {
    /// Whether somebody joined or left by it.
    pub const fn moves(&self) -> bool {
        matches!(self, Self::Joined | Self::Left)
    }

    /// What was said or told; empty where nothing was.
    pub fn text(&self) -> &str {
        match self {
            Self::Message { text } | Self::Announced { text } => text,
            Self::Joined | Self::Left | Self::Unknown => "",
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
}
