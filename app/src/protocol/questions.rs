//! Questions that two people answer for each other: their ids, how they come up, what is answered,
//! and what each of the two may see of it.

pub mod book;

use super::{
    ids::{AskedId, Millis, UserId},
    limits::{
        ANSWER_CHARS_MAX, CLOCK_DAYS_MAX, CLOCK_DAYS_MIN, PACK_ID_CHARS_MAX, QUESTION_ID_CHARS_MAX,
        ZONE_MINS_MAX, ZONE_MINS_MIN,
    },
    snapshot::Language,
    tree::{Tree, Unreadable},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::{fmt, str::FromStr};

/// Not an id of a pack or of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, or longer than ids may be.
    #[error("has 1 to {chars_max} characters")]
    Length {
        /// The longest, in characters.
        chars_max: usize,
    },
    /// Something other than a-z, 0-9 and -, or a - at an end.
    #[error("has only a-z, 0-9 and -, and begins and ends with a letter or digit")]
    Characters,
    /// A question's id without the pack before it.
    #[error("is the pack, a dot and the question, such as `first-light.window-seat`")]
    NoPack,
}

/// One part of an id: lower-case ASCII words with hyphens between.
fn part(text: &str, chars_max: usize) -> Result<(), IdError> {
    if text.is_empty() || text.len() > chars_max {
        return Err(IdError::Length { chars_max });
    }
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let fits = text.starts_with(plain)
        && text.ends_with(plain)
        && text.chars().all(|it| plain(it) || it == '-');
    if fits { Ok(()) } else { Err(IdError::Characters) }
}

/// A question pack, by the name it keeps for ever: `first-light`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackId(String);

/// A question, by its pack and its own name there: `first-light.window-seat`. It stays the same
/// when the question is reworded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuestionId(String);

impl PackId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a question of this pack, by its own name.
    pub fn question(&self, slug: &str) -> Result<QuestionId, IdError> {
        part(slug, QUESTION_ID_CHARS_MAX)?;
        Ok(QuestionId(format!("{}.{slug}", self.0)))
    }
}

impl QuestionId {
    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pack it is of.
    pub fn pack(&self) -> PackId {
        PackId(self.halves().0.to_owned())
    }

    /// Its own name in the pack.
    pub fn slug(&self) -> &str {
        self.halves().1
    }

    fn halves(&self) -> (&str, &str) {
        self.0.split_once('.').unwrap_or((&self.0, ""))
    }
}

impl TryFrom<String> for PackId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        part(&text, PACK_ID_CHARS_MAX).map(|()| Self(text))
    }
}

impl TryFrom<String> for QuestionId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        let (pack, slug) = text.split_once('.').ok_or(IdError::NoPack)?;
        part(pack, PACK_ID_CHARS_MAX)?;
        part(slug, QUESTION_ID_CHARS_MAX)?;
        Ok(Self(text))
    }
}

macro_rules! as_text {
    ($($name:ident: $error:ty;)+) => {$(
        impl From<$name> for String {
            fn from(it: $name) -> Self {
                it.0
            }
        }

        impl FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                Self::try_from(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

as_text! {
    PackId: IdError;
    QuestionId: IdError;
    AnswerText: AnswerError;
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bilingual {
    /// In Korean.
    pub ko: String,
    /// In English.
    pub en: String,
}

impl Bilingual {
    /// The text in one of them.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Ko => &self.ko,
            Language::En => &self.en,
        }
    }
}

/// A question pack, as it is chosen from a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackSummary {
    /// Its id.
    pub id: PackId,
    /// What it is called.
    pub title: Bilingual,
    /// What sort of questions they are.
    pub about: Bilingual,
    /// From light, 1, to deep, 5.
    pub depth: u8,
    /// How many questions it has.
    pub questions: u32,
}

/// Something wrong in a pack that was to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFault {
    /// The line, from 1; none where it is in none, as what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What is wrong, and how it is mended; in English.
    pub text: String,
}

/// An answer fit to be stored: trimmed, not empty, at most [`ANSWER_CHARS_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AnswerText(String);

/// Why an answer cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Nothing but white space.
    #[error("the answer is empty")]
    Empty,
    /// More than [`ANSWER_CHARS_MAX`] characters.
    #[error("the answer is longer than {ANSWER_CHARS_MAX} characters")]
    TooLong,
}

impl AnswerText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AnswerText {
    type Error = AnswerError;
    fn try_from(text: String) -> Result<Self, AnswerError> {
        // A NUL cannot be stored as text by PostgreSQL, and nobody can see it.
        let seen = text.replace('\0', "");
        let answer = seen.trim();
        match answer.chars().count() {
            0 => Err(AnswerError::Empty),
            1..=ANSWER_CHARS_MAX => Ok(Self(answer.to_owned())),
            _ => Err(AnswerError::TooLong),
        }
    }
}

/// What an open question does to the talk of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionMode {
    /// Whoever has not answered yet answers before they talk on.
    Strict,
    /// A banner reminds of it; talking goes on.
    #[default]
    Gentle,
    /// Nothing; nor does a question come up by a word or the clock.
    Off,
}

impl QuestionMode {
    /// Every mode, for forms and the store.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Gentle, Self::Off];

    /// Its name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Gentle => "gentle",
            Self::Off => "off",
        }
    }
}

/// In which order a pack is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackOrder {
    /// As the pack has them.
    #[default]
    AsWritten,
    /// Mixed, in an order of the pair's own that stays the same.
    Shuffled,
}

impl PackOrder {
    /// Every order, for forms and the store.
    pub const ALL: [Self; 2] = [Self::AsWritten, Self::Shuffled];

    /// Its name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsWritten => "as_written",
            Self::Shuffled => "shuffled",
        }
    }
}

/// When the clock brings a question up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "FlatClock")]
pub struct Clock {
    every_days: u8,
    hour: u8,
    zone_min: i32,
}

/// Not a clock: too seldom, no hour, or no zone of this earth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not every 1 to 30 days at an hour from 0 to 23 of a time zone")]
pub struct NotAClock;

#[derive(Deserialize)]
struct FlatClock {
    every_days: u8,
    hour: u8,
    zone_min: i32,
}

impl Clock {
    /// Every so many days, at that hour, where clocks are `zone_min` minutes ahead of UTC.
    pub fn new(every_days: u8, hour: u8, zone_min: i32) -> Result<Self, NotAClock> {
        let fits = (CLOCK_DAYS_MIN..=CLOCK_DAYS_MAX).contains(&every_days)
            && hour < 24
            && (ZONE_MINS_MIN..=ZONE_MINS_MAX).contains(&zone_min);
        if fits { Ok(Self { every_days, hour, zone_min }) } else { Err(NotAClock) }
    }

    /// One every so many days.
    pub const fn every_days(self) -> u8 {
        self.every_days
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// How many minutes the clocks of the two are ahead of UTC.
    pub const fn zone_min(self) -> i32 {
        self.zone_min
    }
}

impl TryFrom<FlatClock> for Clock {
    type Error = NotAClock;
    fn try_from(it: FlatClock) -> Result<Self, NotAClock> {
        Self::new(it.every_days, it.hour, it.zone_min)
    }
}

/// What the two have chosen for their questions. Each of them may change it, for both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairSettings {
    /// The pack that is asked; none while they have not chosen one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<PackId>,
    /// What an open question does.
    #[serde(default)]
    pub mode: QuestionMode,
    /// In which order the clock and a hand take them.
    #[serde(default)]
    pub order: PackOrder,
    /// Whether a word of the talk brings its question up.
    #[serde(default)]
    pub by_word: bool,
    /// When the clock does; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// Nothing is asked and nobody waits until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Millis>,
}

/// What brought a question up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Brought {
    /// A word of the talk.
    Word {
        /// The word, as the pack has it.
        word: String,
    },
    /// The clock.
    Clock,
    /// One of the two.
    Hand {
        /// Who.
        user: UserId,
    },
    /// From a newer server.
    Unknown,
}

impl<'de> Deserialize<'de> for Brought {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        Self::of(&tree).map_err(D::Error::custom)
    }
}

impl Brought {
    fn of(tree: &Tree) -> Result<Self, Unreadable> {
        match tree.field::<String>("by")?.as_str() {
            "word" => Ok(Self::Word { word: tree.field("word")? }),
            "clock" => Ok(Self::Clock),
            "hand" => Ok(Self::Hand { user: tree.field("user")? }),
            _ => Ok(Self::Unknown),
        }
    }
}

/// How far a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedState {
    /// Not both have answered.
    Open,
    /// Both have, and each sees both answers.
    Unsealed,
    /// One of them did not want it; a hand may bring it back.
    Skipped,
}

/// One answer of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was answered.
    pub text: AnswerText,
    /// When it was written last.
    pub at: Millis,
}

/// Two answers that both may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerPair {
    /// The reader's.
    pub mine: Answer,
    /// The other's.
    pub theirs: Answer,
    /// When the later of the two came.
    pub unsealed_at: Millis,
}

/// A question of a pair as one of the two may see it. What the other has answered is in it only
/// where both have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedQuestion {
    /// The question in this pair.
    pub id: AskedId,
    /// The question in its pack.
    pub question: QuestionId,
    /// What was asked, as it read then.
    pub text: Bilingual,
    /// What brought it up.
    pub brought: Brought,
    /// When.
    pub asked_at: Millis,
    /// How far it is.
    pub state: AskedState,
    /// The reader's answer that is still sealed, the first or one anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine_sealed: Option<Answer>,
    /// The other has an answer that is still sealed.
    #[serde(default)]
    pub theirs_sealed: bool,
    /// What both have answered, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<AnswerPair>,
    /// From then on the reader may answer anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew_at: Option<Millis>,
}

#[cfg(test)]
mod tests;
