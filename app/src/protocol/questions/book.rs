//! The answer book, and what of it one wants to read.

use super::{AskedQuestion, PackId};
use crate::protocol::ids::Millis;
use serde::{Deserialize, Serialize};

/// Which questions of the book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookShow {
    /// Those that both have answered.
    #[default]
    Answered,
    /// Those that wait for an answer.
    Open,
    /// Those that one of the two did not want.
    Skipped,
    /// All of them.
    All,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookOrder {
    /// What was answered last comes first.
    #[default]
    NewestFirst,
    /// What was answered last comes last.
    OldestFirst,
    /// Pack by pack, the newest first in each.
    ByPack,
}

/// Whose answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The reader's.
    Mine,
    /// The other's.
    Theirs,
}

/// What is wanted; what is left out does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookFilter {
    /// Questions of this pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<PackId>,
    /// Questions in which this stands, in the question or in an answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The text is to stand in an answer of that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<Whose>,
    /// Answered from then on; asked, where they are not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Answered before then; asked, where they are not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Which.
    #[serde(default)]
    pub show: BookShow,
    /// In which order.
    #[serde(default)]
    pub order: BookOrder,
}

/// The answer book as one of the two reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerBook {
    /// How many questions the two were asked.
    pub asked: u32,
    /// How many of them both have answered.
    pub answered: u32,
    /// The packs that they are from.
    pub packs: Vec<PackId>,
    /// Those that are wanted, in the order that is.
    pub found: Vec<AskedQuestion>,
}
