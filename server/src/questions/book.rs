//! The answer book of a pair: finding in it, and taking it along as Markdown or JSON.
//!
//! It is made of what one of the two may see ([`super::asked::Asked::view_for`]), and what is taken
//! along has no sealed answer at all, not even one's own.

mod markdown;

use app::protocol::{
    ids::Millis,
    questions::{
        AnswerPair, AskedQuestion, AskedState, Bilingual, QuestionId,
        book::{BookFilter, BookOrder, BookShow, Whose},
    },
    snapshot::Language,
};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use unicode_normalization::UnicodeNormalization as _;

/// How the file is made; another number where it is made in another way.
pub const FILE_VERSION: u32 = 1;

/// The questions of a book that are wanted, in the order that is.
pub fn find<'a>(book: &'a [AskedQuestion], filter: &BookFilter) -> Vec<&'a AskedQuestion> {
    let wanted = folded(filter.text.trim());
    let mut found: Vec<&AskedQuestion> = book
        .iter()
        .filter(|it| is_shown(it, filter))
        .filter(|it| wanted.is_empty() || has_text(it, filter.whose, &wanted))
        .collect();
    match filter.order {
        BookOrder::NewestFirst => found.sort_by_key(|it| Reverse((moment(it), it.id))),
        BookOrder::OldestFirst => found.sort_by_key(|it| (moment(it), it.id)),
        BookOrder::ByPack => {
            found.sort_by_key(|it| (it.question.pack(), Reverse((moment(it), it.id))));
        }
    }
    found
}

/// When both had answered it last; until then, when it was asked.
fn moment(question: &AskedQuestion) -> Millis {
    question.answers.first().map_or(question.asked_at, |it| it.unsealed_at)
}

fn is_shown(question: &AskedQuestion, filter: &BookFilter) -> bool {
    let moment = moment(question);
    let state = match filter.show {
        BookShow::Answered => Some(AskedState::Unsealed),
        BookShow::Open => Some(AskedState::Open),
        BookShow::Skipped => Some(AskedState::Skipped),
        BookShow::All => None,
    };
    state.is_none_or(|it| it == question.state)
        && filter.pack.as_ref().is_none_or(|it| *it == question.question.pack())
        && filter.since.is_none_or(|it| moment >= it)
        && filter.until.is_none_or(|it| moment < it)
}

/// Whether a text stands in the question or an answer, or in an answer of one of the two.
fn has_text(question: &AskedQuestion, whose: Option<Whose>, wanted: &str) -> bool {
    let has = |text: &str| folded(text).contains(wanted);
    let mine = || {
        let sealed = question.mine_sealed.iter();
        sealed.chain(question.answers.iter().map(|it| &it.mine)).any(|it| has(it.text.as_str()))
    };
    let theirs = || question.answers.iter().any(|it| has(it.theirs.text.as_str()));
    match whose {
        Some(Whose::Mine) => mine(),
        Some(Whose::Theirs) => theirs(),
        None => has(&question.text.ko) || has(&question.text.en) || mine() || theirs(),
    }
}

/// The form in which texts are sought: wide and narrow, large and small letters are the same.
fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// An answer book to be taken along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookFile {
    /// [`FILE_VERSION`].
    pub version: u32,
    /// When it was made.
    pub made_at: Millis,
    /// The name of whose file it is: `mine` in the answers.
    pub me: String,
    /// The other's name: `theirs` in the answers.
    pub other: String,
    /// What both have answered.
    pub questions: Vec<BookQuestion>,
}

/// A question of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookQuestion {
    /// The question in its pack.
    pub question: QuestionId,
    /// What was asked.
    pub text: Bilingual,
    /// When.
    pub asked_at: Millis,
    /// What both have answered, the newest first.
    pub answers: Vec<AnswerPair>,
}

impl BookFile {
    /// The file of what was found; questions that not both have answered are left out.
    pub fn of(found: &[&AskedQuestion], [me, other]: [&str; 2], made_at: Millis) -> Self {
        let answered = found.iter().filter(|it| !it.answers.is_empty());
        let questions = answered.map(|it| BookQuestion {
            question: it.question.clone(),
            text: it.text.clone(),
            asked_at: it.asked_at,
            answers: it.answers.clone(),
        });
        Self {
            version: FILE_VERSION,
            made_at,
            me: me.to_owned(),
            other: other.to_owned(),
            questions: questions.collect(),
        }
    }

    /// As JSON, for other programs.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// As Markdown, to be read; days are those where clocks are `zone_min` minutes ahead of UTC.
    pub fn to_markdown(&self, language: Language, zone_min: i32) -> String {
        markdown::written(self, language, zone_min)
    }
}

#[cfg(test)]
mod tests;
