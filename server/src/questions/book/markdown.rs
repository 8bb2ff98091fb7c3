//! Writes an answer book as Markdown in which what people wrote is text and nothing else.

use super::{BookFile, BookQuestion};
use app::{
    i18n::civil,
    protocol::{ids::Millis, questions::Answer, snapshot::Language},
};

/// What means something to Markdown within a line.
const SPECIAL: &str = "\\`*_[]<>&~|!";
/// What means something at the start of a line.
const SPECIAL_FIRST: &str = "#+-=:";

/// The whole book.
pub(super) fn written(book: &BookFile, language: Language, zone_min: i32) -> String {
    let title = match language {
        Language::Ko => "답변집",
        Language::En => "Answer book",
    };
    let (me, other) = (line(&book.me), line(&book.other));
    let mut text = format!("# {title}: {me} · {other}\n\n{}\n", day(book.made_at, zone_min));
    for question in &book.questions {
        let asked = line(question.text.text(language));
        text.push_str("\n## ");
        text.push_str(&asked);
        text.push('\n');
        answers(&mut text, question, [&me, &other], zone_min);
    }
    text
}

fn answers(text: &mut String, question: &BookQuestion, names: [&str; 2], zone_min: i32) {
    for pair in &question.answers {
        text.push('\n');
        text.push_str(&day(pair.unsealed_at, zone_min));
        text.push('\n');
        for (name, answer) in names.into_iter().zip([&pair.mine, &pair.theirs]) {
            text.push_str("\n**");
            text.push_str(name);
            text.push_str("**\n\n");
            quoted(text, answer);
        }
    }
}

/// An answer as a quotation, with a hard break at the end of each line.
fn quoted(text: &mut String, answer: &Answer) {
    let lines = answer.text.as_str().replace("\r\n", "\n").replace('\r', "\n");
    for it in lines.split('\n') {
        text.push_str("> ");
        text.push_str(&line(it));
        text.push_str("  \n");
    }
}

/// One line of text, with everything escaped that would be more than text.
fn line(text: &str) -> String {
    let text = text.replace(['\r', '\n'], " ");
    let body = text.trim_start_matches([' ', '\t']);
    let mut line = String::with_capacity(text.len() + 8);
    for it in text.chars().take(text.len() - body.len()) {
        line.push_str(if it == '\t' { "&#9;" } else { "&#32;" });
    }
    let digits = body.len() - body.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    for (at, it) in body.char_indices() {
        let starts = at == 0 && SPECIAL_FIRST.contains(it);
        let numbers = at == digits && at > 0 && matches!(it, '.' | ')');
        if starts || numbers || SPECIAL.contains(it) {
            line.push('\\');
        }
        line.push(it);
    }
    line
}

/// The day, as every language reads it.
fn day(at: Millis, zone_min: i32) -> String {
    let civil = civil(at, zone_min);
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text of a line as a reader of Markdown has it.
    fn read(line: &str) -> String {
        let mut text = String::new();
        let mut rest = line;
        while let Some(it) = rest.chars().next() {
            let entity = [("&#32;", ' '), ("&#9;", '\t')].iter().find(|it| rest.starts_with(it.0));
            let (taken, means) = match entity {
                Some((entity, means)) => (entity.len(), *means),
                None if it == '\\' => {
                    let next = rest.chars().nth(1).unwrap();
                    (1 + next.len_utf8(), next)
                }
                None => (it.len_utf8(), it),
            };
            text.push(means);
            rest = rest.split_at(taken).1;
        }
        text
    }

    #[test]
    fn what_would_be_markdown_is_text() {
        for (text, expected) in [
            ("plain. text, 여행!", "plain. text, 여행\\!"),
            ("# heading", "\\# heading"),
            ("- list", "\\- list"),
            ("a - b # c", "a - b # c"),
            ("12. twelve", "12\\. twelve"),
            ("3) three", "3\\) three"),
            ("3.5 km", "3\\.5 km"),
            ("*bold* _it_ `code`", "\\*bold\\* \\_it\\_ \\`code\\`"),
            ("[x](javascript:1)", "\\[x\\](javascript:1)"),
            ("<script>", "\\<script\\>"),
            ("&amp;", "\\&amp;"),
            ("    code", "&#32;&#32;&#32;&#32;code"),
            ("\ttab", "&#9;tab"),
            ("> quote", "\\> quote"),
            ("===", "\\==="),
            ("a | b", "a \\| b"),
            ("\\", "\\\\"),
            ("", ""),
        ] {
            assert_eq!(line(text), expected);
        }
    }

    proptest! {
        #[test]
        fn every_line_reads_as_it_was_written(text in "[ \t#*_`\\\\<>&|\\[\\]()!~+=:.0-9a가-]{0,30}") {
            prop_assert_eq!(read(&line(&text)), text);
        }

        #[test]
        fn no_sign_of_markdown_stands_alone(text in any::<String>()) {
            let line = line(&text);
            let mut bare = line.replace("&#32;", "").replace("&#9;", "");
            prop_assert!(!bare.contains(['\n', '\r']));
            for it in SPECIAL.chars() {
                bare = bare.replace(&format!("\\{it}"), "");
            }
            prop_assert!(!bare.contains(['`', '*', '_', '[', ']', '<', '>', '&', '~', '|']), "{line}");
        }
    }
}
