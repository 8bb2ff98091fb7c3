//! One trigger word, as a pack has it.

use super::{korean::Verbs, text};

/// A trigger word, in characters.
pub(super) const WORD_CHARS_MAX: usize = 20;

/// A word that brings a question up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerWord {
    stem: String,
    verbs: Verbs,
    plural: Option<String>,
}

/// Why a word brings nothing up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordFault {
    /// One letter would be found everywhere.
    #[error("write one of at least two letters, before 하다 and 가다")]
    TooShort,
    /// Too long.
    #[error("write one of at most {chars_max} letters")]
    TooLong {
        /// The longest, in characters.
        chars_max: usize,
    },
    /// Spaces, punctuation or an address.
    #[error("write one word, of letters and digits with hyphens between them")]
    NotOneWord,
    /// No Korean letter and no other.
    #[error("write it with a letter of its language")]
    WrongLanguage,
}

impl TriggerWord {
    /// A Korean noun; with 하다 or 가다 after it, it is found with their forms, too. Words in other
    /// letters, as Koreans write them (mbti), are taken as they are.
    pub fn korean(text: &str) -> Result<Self, WordFault> {
        let word = one_word(text)?;
        let (stem, verbs) = Verbs::declared_by(&word);
        if stem.chars().count() < 2 {
            return Err(WordFault::TooShort);
        }
        let stem = stem.to_owned();
        Ok(Self { stem, verbs, plural: None })
    }

    /// An English word; it is found in the plural, too.
    pub fn english(text: &str) -> Result<Self, WordFault> {
        let stem = one_word(text)?;
        if !stem.contains(|it: char| it.is_ascii_alphabetic()) {
            return Err(WordFault::WrongLanguage);
        }
        let plural = Some(plural(&stem));
        Ok(Self { stem, verbs: Verbs::default(), plural })
    }

    /// The word without what is declared after it.
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// Which verbs it makes.
    pub(super) fn verbs(&self) -> Verbs {
        self.verbs
    }

    /// All that it is found by, before endings.
    pub(super) fn forms(&self) -> impl Iterator<Item = String> {
        [Some(self.stem.clone()), self.plural.clone()].into_iter().flatten()
    }
}

/// The text in the form in which messages are compared.
fn one_word(text: &str) -> Result<String, WordFault> {
    let normal = text::normal(text.trim());
    let is_one = text::words(&normal).next() == Some(&normal);
    match normal.chars().count() {
        _ if !is_one || normal.contains('\'') => Err(WordFault::NotOneWord),
        1 => Err(WordFault::TooShort),
        2..=WORD_CHARS_MAX if normal.contains(char::is_alphabetic) => Ok(normal),
        2..=WORD_CHARS_MAX => Err(WordFault::WrongLanguage),
        _ => Err(WordFault::TooLong { chars_max: WORD_CHARS_MAX }),
    }
}

/// The regular plural.
fn plural(word: &str) -> String {
    const HISSES: [&str; 5] = ["s", "x", "z", "ch", "sh"];
    match word.strip_suffix('y') {
        Some(start) if !start.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{start}ies"),
        _ if HISSES.iter().any(|it| word.ends_with(it)) => format!("{word}es"),
        _ => format!("{word}s"),
    }
}
