//! Names: what may be one, and when two look alike.

use app::protocol::{
    limits::{NAME_CHARS_MAX, NAME_CHARS_MIN},
    refusal::Refusal,
};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// A name fit to be shown, and the key by which two that look alike are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    shown: String,
    key: String,
}

impl Name {
    /// Checks what was typed.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let shown = normal(typed.trim());
        if !(NAME_CHARS_MIN..=NAME_CHARS_MAX).contains(&shown.chars().count()) {
            return Err(Refusal::NameLength {
                chars_min: limit(NAME_CHARS_MIN),
                chars_max: limit(NAME_CHARS_MAX),
            });
        }
        let letters = shown.chars().any(char::is_alphanumeric);
        let well_formed = shown.chars().all(may_stand_in_a_name) && marks_have_their_place(&shown);
        if !letters || shown.contains("  ") || !well_formed {
            return Err(Refusal::NameCharacters);
        }
        let key = skeleton(&shown);
        Ok(Self { shown, key })
    }

    /// What the keys of names have in which that stands, as it was typed.
    pub fn key_of(part: &str) -> String {
        skeleton(&normal(part.trim()))
    }

    /// As it is shown.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What all names that look like it have in common.
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn limit(chars: usize) -> u32 {
    u32::try_from(chars).unwrap_or(u32::MAX)
}

/// NFKC, but Korean letters that stand alone (ㅋㅋ) stay what they are: NFKC would make of them
/// halves of syllables that no font shows well.
fn normal(text: &str) -> String {
    let alone = |it: char| matches!(it, '\u{3131}'..='\u{3163}' | '\u{3165}'..='\u{318E}');
    let mut normal = String::with_capacity(text.len());
    let mut run = String::new();
    for it in text.chars() {
        if alone(it) {
            normal.extend(run.nfkc());
            run.clear();
            normal.push(it);
        } else {
            run.push(it);
        }
    }
    normal.extend(run.nfkc());
    normal
}

/// Letters, digits and marks of every script, and four signs. No controls, no marks of
/// direction, nothing that takes no space or looks like nothing.
fn may_stand_in_a_name(it: char) -> bool {
    let sign = matches!(it, ' ' | '.' | '_' | '-');
    sign || (!is_deceptive(it) && (it.is_alphanumeric() || is_combining_mark(it)))
}

/// Marks stand on letters of scripts that write with them (Thai, Hindi, Arabic and the like), at
/// most two on one. What is left on others after NFKC only blurs them.
fn marks_have_their_place(name: &str) -> bool {
    let mut marks = None;
    name.chars().all(|it| {
        if !is_combining_mark(it) {
            marks = takes_marks(it).then_some(0);
            return true;
        }
        marks = marks.map(|it| it + 1);
        marks.is_some_and(|it| it <= 2)
    })
}

/// Letters from Hebrew to Khmer, where scripts with marks of their own are.
fn takes_marks(it: char) -> bool {
    let is_korean = matches!(it, '\u{1100}'..='\u{11FF}');
    matches!(it, '\u{0590}'..='\u{17FF}' | '\u{A800}'..='\u{AAFF}' | '\u{10A00}'..='\u{11FFF}')
        && !is_korean
}

/// Letters and marks to the tables, but not to the eye.
fn is_deceptive(it: char) -> bool {
    matches!(
        it,
        // Halves of Korean syllables and their fillers.
        '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}'
        // Drawn as Latin letters through and through: Cherokee, phonetic small capitals, Lisu.
        | '\u{13A0}'..='\u{13FF}' | '\u{AB70}'..='\u{ABBF}'
        | '\u{1D00}'..='\u{1DBF}' | '\u{A4D0}'..='\u{A4FF}'
        // Khmer vowels that are not shown.
        | '\u{17B4}' | '\u{17B5}'
        // Joins and selectors: marks without a look.
        | '\u{034F}' | '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{E0100}'..='\u{E01EF}'
    ) || is_accent(it) // Heaps of them overflow; one alone melts into its letter.
}

/// What remains of a name when what looks alike is made equal.
fn skeleton(name: &str) -> String {
    let mixed = name.chars().any(|it| it.is_ascii_alphabetic()) && name.chars().any(is_greek);
    let whole: String = name.nfkc().collect();
    let mut key = String::with_capacity(whole.len());
    for it in whole.chars() {
        if matches!(it, '\u{AC00}'..='\u{D7A3}') {
            key.push(it);
            continue;
        }
        let bare = std::iter::once(it).nfkd().filter(|it| !is_accent(*it));
        for it in bare {
            push_alike(&mut key, it, mixed);
        }
    }
    // Two narrow letters are one wide one at a glance.
    key.replace("rn", "m").replace("vv", "w")
}

fn is_greek(it: char) -> bool {
    matches!(it, '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}')
}

/// A mark over or under a letter, by which a hasty eye does not tell two letters apart.
fn is_accent(it: char) -> bool {
    matches!(it, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}')
}

fn push_alike(key: &mut String, it: char, mixed: bool) {
    // Among Latin letters a small Greek one is read by its own look, not by its capital's.
    if mixed && let Some(alike) = small_greek(it) {
        key.push(alike);
        return;
    }
    if it == 'ß' || it == 'ẞ' {
        key.push_str("ss");
        return;
    }
    key.extend(it.to_lowercase().map(latin_alike));
}

/// The Latin letter that a small Greek one looks like, where its capital looks like another.
fn small_greek(it: char) -> Option<char> {
    Some(match it {
        'γ' => 'y',
        'η' => 'n',
        'μ' | 'υ' => 'u',
        'ν' => 'v',
        'ω' => 'w',
        _ => return None,
    })
}

/// The Latin letter or digit that a small letter, or its capital, is mistaken for.
fn latin_alike(it: char) -> char {
    match it {
        'а' | 'α' | 'ɑ' => 'a',
        'в' | 'β' | 'ь' => 'b',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'є' | 'ҽ' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' | 'н' | 'η' | 'հ' => 'h',
        '1' | 'i' | 'і' | 'ι' | 'ı' | 'ӏ' | 'ɩ' | 'ⅼ' | 'ǀ' | 'ן' => 'l',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'ν' | 'ո' => 'n',
        '0' | 'о' | 'ο' | 'σ' | 'ς' | 'օ' | 'ѳ' | 'θ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' | 'ᴦ' => 'r',
        'ѕ' | 'ꜱ' => 's',
        'т' | 'τ' => 't',
        'ս' | 'ʋ' => 'u',
        'ѵ' => 'v',
        'ԝ' | 'ω' | 'ա' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'υ' | 'ү' | 'γ' => 'y',
        'ζ' => 'z',
        // How words are kept apart is no difference.
        ' ' | '.' | '-' => '_',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_brought_into_one_form() {
        let check = |typed: &str, expected: &str| {
            assert_eq!(Name::parse(typed).map(|it| it.shown), Ok(expected.to_owned()), "{typed:?}");
        };
        check("  Ann ", "Ann");
        check("김하늘", "김하늘");
        // What macOS sends: syllables in halves.
        check("\u{1112}\u{1161}\u{1102}\u{1173}\u{11AF}", "하늘");
        check("ㅋㅋ왕", "ㅋㅋ왕");
        check("Ａｎｎ", "Ann");
        check("Jose\u{0301}", "José");
        check("ann.b_c-d 2", "ann.b_c-d 2");
        check("さくら", "さくら");
        check("नमस्ते", "नमस्ते");
        check("ที่นี่", "ที่นี่");
        check("مُحَمَّد", "مُحَمَّد");
        check(&"가".repeat(24), &"가".repeat(24));
    }

    #[test]
    fn names_that_are_none_are_refused() {
        let length = Refusal::NameLength { chars_min: 2, chars_max: 24 };
        let check = |typed: &str, expected: Refusal| {
            assert_eq!(Name::parse(typed), Err(expected), "{typed:?}");
        };
        check("", length);
        check(" a ", length);
        check(&"a".repeat(25), length);
        for typed in [
            "a  b",
            "a\tb",
            "a\nb",
            "a\0b",
            "--",
            "._",
            "<b>",
            "a@b",
            "a/b",
            "ann\u{200B}",
            "ann\u{202E}b",
            "\u{FEFF}ann",
            "a\u{2066}b",
            "\u{3164}\u{3164}",
            "\u{115F}\u{1160}",
            "ann\u{FFA0}",
            "a\u{034F}b",
            "\u{2800}\u{2800}",
            "ann\u{FE0F}",
            "😀😀",
            "q\u{0308}\u{0308}",
            "a\u{00AD}b",
            // Marks where they do not belong, or in heaps.
            "Anna\u{0483}",
            "Anna\u{20E3}",
            "Anna\u{FE20}",
            "Anna\u{0670}",
            "Anna\u{3099}",
            "하늘\u{0E49}",
            "ก\u{0E49}\u{0E49}\u{0E49}",
            // Cherokee, small capitals, Lisu.
            "Ꭺnna",
            "ᴀnna",
            "ꓮꓠꓠꓮ",
        ] {
            check(typed, Refusal::NameCharacters);
        }
    }

    #[test]
    fn names_that_look_alike_have_one_key() {
        let key = |typed: &str| Name::parse(typed).map(|it| it.key).unwrap();
        let check = |one: &str, other: &str, same: bool| {
            assert_eq!(key(one) == key(other), same, "{one:?} {other:?}");
        };
        check("Ann", "ann", true);
        check("Ann", "Аnn", true); // Cyrillic А
        check("paypal", "раураl", true); // Cyrillic р, а, у
        check("paypal", "PAYPAI", true); // capital i
        check("bob1", "bobl", true);
        check("Bob", "B0b", true);
        check("Hello", "Ηello", true); // Greek Eta
        check("Anna", "Aηηa", true); // small Greek eta
        check("Ann", "Ａｎｎ", true);
        check("José", "Jose", true);
        check("Amna", "Arnna", true);
        check("ann b", "ann_b", true);
        check("ann.b", "ann-b", true);
        check("Νίκη", "νικη", true);
        check("Straße", "strasse", true);
        check("ㅎㅏ늘", "하늘", true);
        check("하늘", "하눌", false);
        check("하늘", "한을", false);
        check("がく", "かく", false);
        check("Ann", "Anna", false);
        check("annb", "ann b", false);
    }
}
