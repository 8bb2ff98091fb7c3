//! Question packs: what is in them, and how they are read from TOML.
//!
//! `docs/questions.md` tells operators how to write one.

mod fault;
pub mod place;
mod read;

pub use fault::{Fault, PackError};

use super::triggers::TriggerWord;
use app::protocol::questions::{Bilingual, PackId, QuestionId};
use std::collections::BTreeMap;

/// Packs of one server.
pub const PACKS_MAX: usize = 100;
/// Questions in a pack.
pub const QUESTIONS_MAX: usize = 200;
/// A pack as it is written, in bytes.
pub const PACK_BYTES_MAX: usize = 256 * 1024;
/// The text of a question, in characters.
pub const TEXT_CHARS_MAX: usize = 300;
/// The title of a pack, in characters.
pub const TITLE_CHARS_MAX: usize = 40;
/// What a pack says about itself, in characters.
pub const ABOUT_CHARS_MAX: usize = 200;
/// Trigger words of a question, in each language.
pub const WORDS_MAX: usize = 20;
/// From light to deep.
pub const DEPTHS: std::ops::RangeInclusive<u8> = 1..=5;

/// The packs that come with the server, each with its file's name, from light to deep.
pub const BUILT_IN: [(&str, &str); 5] = [
    ("first-light.toml", include_str!("../../packs/first-light.toml")),
    ("these-days.toml", include_str!("../../packs/these-days.toml")),
    ("roads-behind.toml", include_str!("../../packs/roads-behind.toml")),
    ("rooms-inside.toml", include_str!("../../packs/rooms-inside.toml")),
    ("open-water.toml", include_str!("../../packs/open-water.toml")),
];

/// A pack of questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The name that it keeps for ever.
    pub id: PackId,
    /// What it is called.
    pub title: Bilingual,
    /// What sort of questions they are.
    pub about: Bilingual,
    /// From light, 1, to deep, 5.
    pub depth: u8,
    /// The questions, in the order of the pack.
    pub questions: Vec<Question>,
}

/// A question of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name that it keeps for ever.
    pub id: QuestionId,
    /// What is asked.
    pub text: Bilingual,
    /// The words that bring it up.
    pub words: Vec<TriggerWord>,
}

impl Pack {
    /// Reads and checks a pack; `file` is what its errors call it. All that is wrong is told at
    /// once, as far as it can be read.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<PackError>> {
        read::pack(file, text)
    }

    /// One of its questions.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions.iter().find(|it| it.id == *id)
    }
}

/// The packs of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packs(BTreeMap<PackId, Pack>);

impl Packs {
    /// The packs that come with the server.
    pub fn built_in() -> Self {
        Self::with(&[]).expect("the built-in packs are checked by a test")
    }

    /// The built-in packs and those of the operator, as name and text. One of the operator's takes
    /// the place of a built-in one of the same id; a blank text takes the built-in pack of that
    /// name away.
    pub fn with(own: &[(&str, &str)]) -> Result<Self, Vec<PackError>> {
        let mut packs = read_all(&BUILT_IN)?;
        let (hidden, own): (Vec<(&str, &str)>, Vec<_>) =
            own.iter().partition(|it| it.1.trim().is_empty());
        packs.retain(|id, _| !hidden.iter().any(|it| it.0 == id.as_str()));
        packs.extend(read_all(&own)?);
        if packs.len() > PACKS_MAX {
            let name = own.last().map_or("", |it| it.0);
            let fault = Fault::TooMany { limit: PACKS_MAX };
            return Err(vec![PackError::of_pack(name, "packs", &packs.len().to_string(), fault)]);
        }
        Ok(Self(packs))
    }

    /// One of them.
    pub fn get(&self, id: &PackId) -> Option<&Pack> {
        self.0.get(id)
    }

    /// One of their questions.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.get(&id.pack())?.question(id)
    }

    /// All of them, from light to deep.
    pub fn by_depth(&self) -> Vec<&Pack> {
        let mut packs: Vec<&Pack> = self.0.values().collect();
        packs.sort_by_key(|it| it.depth);
        packs
    }

    /// Every question of every pack, by id.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.0.values().flat_map(|it| &it.questions)
    }
}

/// Reads packs that do not name the same id twice.
fn read_all(files: &[(&str, &str)]) -> Result<BTreeMap<PackId, Pack>, Vec<PackError>> {
    let mut packs = BTreeMap::new();
    let mut errors = Vec::new();
    for (file, text) in files {
        match Pack::parse(file, text) {
            Err(faults) => errors.extend(faults),
            Ok(pack) if packs.contains_key(&pack.id) => {
                errors.push(PackError::of_pack(file, "id", pack.id.as_str(), Fault::Doubled));
            }
            Ok(pack) => {
                packs.insert(pack.id.clone(), pack);
            }
        }
    }
    if errors.is_empty() { Ok(packs) } else { Err(errors) }
}

#[cfg(test)]
mod tests;
