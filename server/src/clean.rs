//! Texts of one line that others read in lists: names of rooms, topics, reasons. Without what
//! cannot be seen, turns the line around, or overflows it.

use app::protocol::refusal::Refusal;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Marks on one letter; more of them overflow the line.
const MARKS_MAX: usize = 2;

/// A text of one line, which may be empty.
pub(crate) fn line(text: &str, chars_max: usize) -> Result<String, Refusal> {
    let line = clean(text);
    if line.chars().count() > chars_max {
        return Err(Refusal::TooLong { chars_max: u32::try_from(chars_max).unwrap_or(u32::MAX) });
    }
    Ok(line)
}

/// A text of one line in which there is something to see.
pub(crate) fn line_with_something(text: &str, chars_max: usize) -> Result<String, Refusal> {
    let line = line(text, chars_max)?;
    let is_seen = |it: char| !(it.is_whitespace() || is_combining_mark(it) || is_joiner(it));
    if line.chars().any(is_seen) { Ok(line) } else { Err(Refusal::Empty) }
}

/// In composed form, on one line, with single spaces.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut marks = 0;
    for it in text.nfc().filter(|it| !is_hidden(*it)) {
        if it.is_whitespace() || it.is_control() {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
            continue;
        }
        marks = if is_combining_mark(it) { marks + 1 } else { 0 };
        let joins_nothing =
            is_joiner(it) && (clean.is_empty() || clean.ends_with([' ', '\u{200C}', '\u{200D}']));
        if marks <= MARKS_MAX && !joins_nothing {
            clean.push(it);
        }
    }
    clean.trim_end_matches(|it: char| it == ' ' || is_joiner(it)).to_owned()
}

/// Joins the signs around it, as in a family of emoji or a Persian word.
fn is_joiner(it: char) -> bool {
    matches!(it, '\u{200C}' | '\u{200D}')
}

/// Takes no place, looks like a space and is none, or turns the direction of what follows.
fn is_hidden(it: char) -> bool {
    matches!(
        it,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFC}'
        // Korean fillers and the empty Braille pattern.
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}'
        // Tags.
        | '\u{E0000}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        let check = |text: &str, expected: &str| {
            assert_eq!(line(text, 40).as_deref(), Ok(expected), "{text:?}");
        };
        check("  심야 영화방  ", "심야 영화방");
        check("a\r\nb\tc", "a b c");
        check("a\0b", "a b");
        check("Film\u{202E}mliF", "FilmmliF");
        check("\u{2066}a\u{2069}\u{200F}b", "ab");
        check("a\u{200B}\u{200B}\u{FEFF}b", "ab");
        check("\u{3164}\u{2800}", "");
        check("\u{1112}\u{1161}\u{1102}\u{1173}\u{11AF}", "하늘");
        check("<b>\"hi\" & 🙂</b>", "<b>\"hi\" & 🙂</b>");
        check("👩\u{200D}👧", "👩\u{200D}👧");
        check("\u{200D}a\u{200D}\u{200D}b\u{200D}", "a\u{200D}b");
        check("می\u{200C}خواهم", "می\u{200C}خواهم");
        check("a\u{0336}\u{0336}\u{0336}\u{0336}", "a\u{0336}\u{0336}");
        check("a\u{2028}b\u{85}c", "a b c");
    }

    #[test]
    fn a_line_is_bounded_in_characters_and_may_have_to_show_something() {
        let longest = "가".repeat(40);
        assert_eq!(line(&longest, 40), Ok(longest.clone()));
        assert_eq!(line(&format!("{longest}나"), 40), Err(Refusal::TooLong { chars_max: 40 }));
        assert_eq!(line(" ", 40), Ok(String::new()));
        for empty in ["", " ", "\u{200B}", "\u{3164}", "\u{0336}", "\u{200D}"] {
            assert_eq!(line_with_something(empty, 40), Err(Refusal::Empty), "{empty:?}");
        }
        assert_eq!(line_with_something("!", 40), Ok("!".to_owned()));
    }
}
