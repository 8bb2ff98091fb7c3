//! Reads a pack by hand rather than by derive, so that every error names its place and its mend,
//! and all of them are told at once.

use super::{
    ABOUT_CHARS_MAX, DEPTHS, Fault, PACK_BYTES_MAX, Pack, PackError, QUESTIONS_MAX, Question,
    TEXT_CHARS_MAX, TITLE_CHARS_MAX, WORDS_MAX,
};
use crate::{
    clean,
    questions::triggers::{TriggerWord, WordFault},
};
use app::protocol::{
    questions::{Bilingual, PackId},
    refusal::Refusal,
};
use std::collections::HashSet;
use toml::{Table, Value};

/// More errors than so many help nobody.
const ERRORS_MAX: usize = 50;

/// A field with the table that it is in, as in `title.ko`; without one where it is at the top.
type Path<'a> = (&'a str, &'static str);
/// How a trigger word of one language is read.
type ReadWord = fn(&str) -> Result<TriggerWord, WordFault>;

/// Reads and checks a pack.
pub(super) fn pack(file: &str, text: &str) -> Result<Pack, Vec<PackError>> {
    let mut table = table_of(text).map_err(|it| vec![PackError::of_pack(file, "pack", "", it)])?;
    let mut reader = Reader { file, question: None, errors: Vec::new() };
    let pack = reader.pack(&mut table);
    match pack {
        Some(pack) if reader.errors.is_empty() => Ok(pack),
        _ => {
            reader.errors.truncate(ERRORS_MAX);
            Err(reader.errors)
        }
    }
}

fn table_of(text: &str) -> Result<Table, Fault> {
    if text.len() > PACK_BYTES_MAX {
        return Err(Fault::TooLarge { bytes_max: PACK_BYTES_MAX });
    }
    text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |it| it.start);
        let line = 1 + text.bytes().take(start).filter(|it| *it == b'\n').count();
        Fault::NotToml { line, message: error.message().to_owned() }
    })
}

/// What was found wrong so far, and at which question the reading is.
struct Reader<'a> {
    file: &'a str,
    question: Option<String>,
    errors: Vec<PackError>,
}

impl Reader<'_> {
    /// The pack; where it is none, an error says why.
    fn pack(&mut self, table: &mut Table) -> Option<Pack> {
        let id = self.pack_id(table);
        let title = self.bilingual_table(table, "title", TITLE_CHARS_MAX);
        let about = self.bilingual_table(table, "about", ABOUT_CHARS_MAX);
        let depth = self.depth(table);
        let questions = self.questions(table, id.as_ref());
        self.nothing_else(table, "");
        Some(Pack { id: id?, title: title?, about: about?, depth: depth?, questions: questions? })
    }

    fn pack_id(&mut self, table: &mut Table) -> Option<PackId> {
        let text = self.string(table, ("", "id"))?;
        text.parse().map_err(|it| self.wrong("id", &format!("{text:?}"), Fault::NotAnId(it))).ok()
    }

    fn depth(&mut self, table: &mut Table) -> Option<u8> {
        let value = self.take(table, ("", "depth"))?;
        let depth = value.as_integer().and_then(|it| u8::try_from(it).ok());
        let depth = depth.filter(|it| DEPTHS.contains(it));
        if depth.is_none() {
            self.wrong("depth", &value.to_string(), Fault::NotADepth);
        }
        depth
    }

    fn questions(&mut self, table: &mut Table, pack: Option<&PackId>) -> Option<Vec<Question>> {
        let list = self.list(table, ("", "questions"), QUESTIONS_MAX)?;
        if list.is_empty() {
            self.wrong("questions", "[]", Fault::Empty);
        }
        let mut seen = HashSet::new();
        let mut questions = Vec::with_capacity(list.len());
        for (at, value) in list.into_iter().enumerate() {
            self.question = Some(format!("no. {}", at + 1));
            let question = self.question_of(value, pack);
            let doubled = question.as_ref().filter(|it| !seen.insert(it.id.clone()));
            if let Some(doubled) = doubled {
                self.wrong("id", &format!("{:?}", doubled.id.slug()), Fault::Doubled);
            }
            questions.push(question);
        }
        self.question = None;
        questions.into_iter().collect()
    }

    fn question_of(&mut self, value: Value, pack: Option<&PackId>) -> Option<Question> {
        let mut table = self.table(value, "questions")?;
        let slug = self.string(&mut table, ("", "id"));
        if let Some(slug) = &slug {
            self.question = Some(format!("`{slug}`"));
        }
        let text = self.bilingual(&mut table, "", TEXT_CHARS_MAX);
        let words = self.words(&mut table);
        self.nothing_else(&table, "");
        let slug = slug?;
        // Where the pack has no id, which is an error of its own, the question's is checked still.
        let pack = pack.cloned().or_else(|| "pack".parse().ok())?;
        let id = pack
            .question(&slug)
            .map_err(|it| self.wrong("id", &format!("{slug:?}"), Fault::NotAnId(it)));
        Some(Question { id: id.ok()?, text: text?, words: words? })
    }

    fn words(&mut self, table: &mut Table) -> Option<Vec<TriggerWord>> {
        let Some(value) = table.remove("words") else { return Some(Vec::new()) };
        let mut table = self.table(value, "words")?;
        let korean = self.words_in(&mut table, ("words", "ko"), TriggerWord::korean);
        let english = self.words_in(&mut table, ("words", "en"), TriggerWord::english);
        self.nothing_else(&table, "words");
        Some([korean?, english?].concat())
    }

    fn words_in(
        &mut self,
        table: &mut Table,
        path: Path<'_>,
        read: ReadWord,
    ) -> Option<Vec<TriggerWord>> {
        if !table.contains_key(path.1) {
            return Some(Vec::new());
        }
        let list = self.list(table, path, WORDS_MAX)?;
        let mut words: Vec<TriggerWord> = Vec::with_capacity(list.len());
        for value in list {
            let fault = match value.as_str().map(read) {
                None => Fault::WrongKind { wanted: "a text" },
                Some(Err(fault)) => Fault::NotAWord(fault),
                Some(Ok(word)) if words.contains(&word) => Fault::Doubled,
                Some(Ok(word)) => {
                    words.push(word);
                    continue;
                }
            };
            self.wrong(&named(path), &value.to_string(), fault);
        }
        Some(words)
    }

    fn bilingual_table(
        &mut self,
        table: &mut Table,
        field: &'static str,
        chars_max: usize,
    ) -> Option<Bilingual> {
        let value = self.take(table, ("", field))?;
        let mut inner = self.table(value, field)?;
        let text = self.bilingual(&mut inner, field, chars_max);
        self.nothing_else(&inner, field);
        text
    }

    /// The fields `ko` and `en` of a table.
    fn bilingual(&mut self, table: &mut Table, of: &str, chars_max: usize) -> Option<Bilingual> {
        let ko = self.text(table, (of, "ko"), chars_max);
        let en = self.text(table, (of, "en"), chars_max);
        Some(Bilingual { ko: ko?, en: en? })
    }

    /// One line in the language that its field is named after.
    fn text(&mut self, table: &mut Table, path: Path<'_>, chars_max: usize) -> Option<String> {
        let text = self.string(table, path)?;
        let fault = match clean::line_with_something(&text, chars_max) {
            Ok(line) => match foreign(&line, path.1) {
                None => return Some(line),
                Some(language) => Fault::WrongLanguage { language },
            },
            Err(Refusal::TooLong { .. }) => Fault::TooLong { chars_max },
            Err(_) => Fault::Empty,
        };
        self.wrong(&named(path), &format!("{text:?}"), fault);
        None
    }

    fn string(&mut self, table: &mut Table, path: Path<'_>) -> Option<String> {
        match self.take(table, path)? {
            Value::String(text) => Some(text),
            other => self.not(&named(path), &other, "a text"),
        }
    }

    fn list(&mut self, table: &mut Table, path: Path<'_>, limit: usize) -> Option<Vec<Value>> {
        match self.take(table, path)? {
            Value::Array(list) if list.len() > limit => {
                let value = format!("[{} of them]", list.len());
                self.wrong(&named(path), &value, Fault::TooMany { limit });
                None
            }
            Value::Array(list) => Some(list),
            other => self.not(&named(path), &other, "a list"),
        }
    }

    fn table(&mut self, value: Value, field: &str) -> Option<Table> {
        match value {
            Value::Table(table) => Some(table),
            other => self.not(field, &other, "a table"),
        }
    }

    /// Takes a field out, so that what is left at the end is what packs do not have.
    fn take(&mut self, table: &mut Table, path: Path<'_>) -> Option<Value> {
        let value = table.remove(path.1);
        if value.is_none() {
            self.wrong(&named(path), "", Fault::Missing);
        }
        value
    }

    fn nothing_else(&mut self, table: &Table, of: &str) {
        for (field, value) in table {
            let field = if of.is_empty() { field.clone() } else { format!("{of}.{field}") };
            self.wrong(&field, &value.to_string(), Fault::Unknown);
        }
    }

    fn not<T>(&mut self, field: &str, value: &Value, wanted: &'static str) -> Option<T> {
        self.wrong(field, &value.to_string(), Fault::WrongKind { wanted });
        None
    }

    fn wrong(&mut self, field: &str, value: &str, fault: Fault) {
        let error = PackError::of_pack(self.file, field, value, fault);
        self.errors.push(PackError { question: self.question.clone(), ..error });
    }
}

fn named((of, field): Path<'_>) -> String {
    if of.is_empty() { field.to_owned() } else { format!("{of}.{field}") }
}

/// The language of the field, where the line has no letter of it.
fn foreign(line: &str, field: &str) -> Option<&'static str> {
    match field {
        "ko" => (!line.contains(|it| ('가'..='힣').contains(&it))).then_some("Korean"),
        _ => (!line.contains(|it: char| it.is_ascii_alphabetic())).then_some("English"),
    }
}
