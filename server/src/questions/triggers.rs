//! Does a message bring a question up? By its words, in Korean and English.
//!
//! What is promised:
//! - A word is compared whole, in compatibility form and lower case. Words end at white space,
//!   punctuation and single Korean letters (ㅋㅋ); a hyphen, underscore or apostrophe between two
//!   ASCII letters or digits belongs to the word.
//! - A Korean trigger is a noun. It is found alone, with particles and forms of 이다 (여행을,
//!   여행에서는, 여행이었어요), but not as a part of another noun (여행사, 여행지). Written with
//!   하다 or 가다, it is found with their forms as well (여행했어요, 여행가자).
//! - An English trigger is found alone, in the plural, with 's, and before Korean particles. Other
//!   forms, such as those in -ing, are words of their own.
//! - What looks like a link, an e-mail address or a mention brings nothing up.
//!
//! A word that reads as noun and particle is taken so, though it may be another word (만화가).

mod korean;
mod text;
mod word;

pub use word::{TriggerWord, WordFault};

use super::packs::Pack;
use app::protocol::questions::QuestionId;
use korean::Verbs;
use std::collections::HashMap;

/// The trigger words of a pack, ready to be looked for.
#[derive(Clone, Debug)]
pub struct Triggers {
    questions: Vec<QuestionId>,
    by_form: HashMap<String, Vec<Target>>,
    form_chars_max: usize,
}

/// What a form of a word leads to.
#[derive(Clone, Debug)]
struct Target {
    question: usize,
    word: String,
    verbs: Verbs,
}

/// A word of a message that names a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The question.
    pub question: &'a QuestionId,
    /// The word, as it is told to the two: the bare noun.
    pub word: &'a str,
}

impl Triggers {
    /// The trigger words of a pack.
    pub fn of(pack: &Pack) -> Self {
        let mut by_form: HashMap<String, Vec<Target>> = HashMap::new();
        for (question, it) in pack.questions.iter().enumerate() {
            for word in &it.words {
                let target = Target { question, word: word.stem().to_owned(), verbs: word.verbs() };
                for form in word.forms() {
                    by_form.entry(form).or_default().push(target.clone());
                }
            }
        }
        let form_chars_max = by_form.keys().map(|it| it.chars().count()).max().unwrap_or(0);
        let questions = pack.questions.iter().map(|it| it.id.clone()).collect();
        Self { questions, by_form, form_chars_max }
    }

    /// The questions that a message names, each once: in the order of its words, and for one word
    /// in that of the pack.
    pub fn hits(&self, message: &str) -> Vec<Hit<'_>> {
        let mut seen = vec![false; self.questions.len()];
        let mut hits = Vec::new();
        let normal = text::normal(message);
        for word in text::words(&normal) {
            for target in self.targets(word) {
                let (Some(seen), Some(question)) =
                    (seen.get_mut(target.question), self.questions.get(target.question))
                else {
                    continue;
                };
                if !std::mem::replace(seen, true) {
                    hits.push(Hit { question, word: &target.word });
                }
            }
        }
        hits
    }

    /// What a word leads to: each of its beginnings that is a form, where an ending is left.
    fn targets(&self, word: &str) -> impl Iterator<Item = &Target> {
        let bare = word.strip_suffix("'s").unwrap_or(word);
        let ends = bare.char_indices().skip(1).map(|it| it.0).chain([bare.len()]);
        ends.take(self.form_chars_max).filter_map(move |end| bare.split_at_checked(end)).flat_map(
            |(form, rest)| {
                let targets = self.by_form.get(form).into_iter().flatten();
                targets.filter(move |it| korean::is_ending(rest, form, it.verbs))
            },
        )
    }
}

#[cfg(test)]
mod tests;
