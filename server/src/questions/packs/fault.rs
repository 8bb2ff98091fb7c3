//! What is wrong with a pack: where, what stands there, and how to mend it.

use crate::questions::triggers::WordFault;
use app::protocol::questions::IdError;
use std::fmt;

/// So much of a wrong value is told, in characters.
const VALUE_CHARS_MAX: usize = 60;

/// Something wrong in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    /// The file, or what the operator called the pack.
    pub file: String,
    /// The question, by its name or else by its place from 1; none where it is the pack's own.
    pub question: Option<String>,
    /// The field.
    pub field: String,
    /// The beginning of what stands there.
    pub value: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong, and how it is mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is no TOML.
    #[error("line {line} is not TOML: {message}")]
    NotToml {
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// The file is too large.
    #[error("too large; make two packs of it, each of at most {bytes_max} bytes")]
    TooLarge {
        /// The largest, in bytes.
        bytes_max: usize,
    },
    /// A field that packs do not have.
    #[error("unknown; remove it, or correct its spelling")]
    Unknown,
    /// A field that must be there.
    #[error("missing; add it")]
    Missing,
    /// Something else stands there.
    #[error("of the wrong kind; write {wanted}")]
    WrongKind {
        /// What should stand there.
        wanted: &'static str,
    },
    /// Nothing to see.
    #[error("empty; write it out")]
    Empty,
    /// Too long a text.
    #[error("too long; shorten it to at most {chars_max} characters")]
    TooLong {
        /// The longest, in characters.
        chars_max: usize,
    },
    /// No letter of the language that it should be in.
    #[error("in another language; write it in {language}")]
    WrongLanguage {
        /// The language that it should be in.
        language: &'static str,
    },
    /// No id.
    #[error("no id; write one that {0}")]
    NotAnId(IdError),
    /// There already.
    #[error("there twice; give each its own")]
    Doubled,
    /// Too many.
    #[error("too many; keep at most {limit}")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// No depth.
    #[error("no depth; write a number from 1 for light to 5 for deep")]
    NotADepth,
    /// Another pack's id than that under which it is to be kept.
    #[error("the id of another pack; write the one under which this is kept")]
    AnotherId,
    /// No word that could bring a question up.
    #[error("no trigger word; {0}")]
    NotAWord(WordFault),
}

impl PackError {
    /// Something wrong with the pack itself.
    pub(super) fn of_pack(file: &str, field: &str, value: &str, fault: Fault) -> Self {
        let (file, field) = (file.to_owned(), field.to_owned());
        let value = value.chars().take(VALUE_CHARS_MAX).collect();
        Self { file, question: None, field, value, fault }
    }
}

impl PackError {
    /// All but the file.
    pub fn without_file(&self) -> String {
        let text = self.to_string();
        text.strip_prefix(&format!("{}: ", self.file)).unwrap_or(&text).to_owned()
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if let Some(question) = &self.question {
            write!(f, "question {question}: ")?;
        }
        write!(f, "`{}`", self.field)?;
        if !self.value.is_empty() {
            write!(f, " = {}", self.value)?;
        }
        write!(f, " is {}", self.fault)
    }
}

impl std::error::Error for PackError {}
