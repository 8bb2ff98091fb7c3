//! What users tell of themselves. As others see it, it is [`super::pages::Profile`].

use super::{
    limits::{ABOUT_CHARS_MAX, INTEREST_CHARS_MAX, INTERESTS_MAX, LANGUAGES_MAX},
    people::ByHand,
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};

/// The languages that one may say one speaks: tag, and name in the language itself.
pub const LANGUAGES: [(&str, &str); 20] = [
    ("ko", "한국어"),
    ("en", "English"),
    ("ja", "日本語"),
    ("zh", "中文"),
    ("yue", "粵語"),
    ("vi", "Tiếng Việt"),
    ("th", "ไทย"),
    ("id", "Bahasa Indonesia"),
    ("tl", "Filipino"),
    ("mn", "Монгол"),
    ("hi", "हिन्दी"),
    ("ar", "العربية"),
    ("tr", "Türkçe"),
    ("ru", "Русский"),
    ("uk", "Українська"),
    ("es", "Español"),
    ("pt", "Português"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
];

/// The name of a language in the language itself.
pub fn language_name(tag: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(it, _)| *it == tag).map(|(_, name)| *name)
}

/// What one tells of oneself, as it was typed; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileChange {
    /// Some sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Tags of languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// Words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interests: Option<Vec<String>>,
    /// Presence by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<ByHand>,
}

impl ProfileChange {
    /// The change as it may be stored.
    pub fn checked(self) -> Result<Self, Refusal> {
        Ok(Self {
            about: self.about.as_deref().map(about).transpose()?,
            languages: self.languages.as_deref().map(languages).transpose()?,
            interests: self.interests.as_deref().map(interests).transpose()?,
            presence: self.presence,
        })
    }
}

/// Letters that turn the direction of what follows, or that nobody sees.
fn is_hidden(it: char) -> bool {
    matches!(it, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn about(text: &str) -> Result<String, Refusal> {
    let text = text.replace("\r\n", "\n");
    let is_shown = |it: &char| *it == '\n' || !(it.is_control() || is_hidden(*it));
    let text: String = text.chars().filter(is_shown).collect();
    let text = text.trim();
    if text.chars().count() > ABOUT_CHARS_MAX {
        return Err(too_long(ABOUT_CHARS_MAX));
    }
    Ok(text.to_owned())
}

fn languages(tags: &[String]) -> Result<Vec<String>, Refusal> {
    if tags.iter().any(|it| language_name(it).is_none()) {
        return Err(Refusal::Malformed);
    }
    // In the order of the list, each once.
    let chosen = |(tag, _): &&(&str, &str)| tags.iter().any(|it| it == tag);
    let chosen: Vec<_> =
        LANGUAGES.iter().filter(chosen).map(|(tag, _)| (*tag).to_owned()).collect();
    if chosen.len() > LANGUAGES_MAX { Err(too_many(LANGUAGES_MAX)) } else { Ok(chosen) }
}

/// What one likes, as it may be stored: nothing in it that nobody sees.
pub(super) fn interests(words: &[String]) -> Result<Vec<String>, Refusal> {
    let mut kept: Vec<String> = Vec::new();
    // A comma within a word separates two.
    for word in words.iter().flat_map(|it| it.split([',', '、', '，', '\n'])) {
        let word: String = word.chars().filter(|it| !(it.is_control() || is_hidden(*it))).collect();
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_new = !kept.iter().any(|it| it.to_lowercase() == word.to_lowercase());
        if word.chars().count() > INTEREST_CHARS_MAX {
            return Err(too_long(INTEREST_CHARS_MAX));
        }
        if !word.is_empty() && is_new {
            kept.push(word);
        }
    }
    if kept.len() > INTERESTS_MAX { Err(too_many(INTERESTS_MAX)) } else { Ok(kept) }
}

fn too_long(chars_max: usize) -> Refusal {
    Refusal::TooLong { chars_max: u32::try_from(chars_max).unwrap_or(u32::MAX) }
}

fn too_many(limit: usize) -> Refusal {
    Refusal::TooMany { limit: u32::try_from(limit).unwrap_or(u32::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn what_one_tells_is_short_and_shows_all_that_it_has() {
        assert_eq!(about(" a\r\nb\u{202e}\u{7} "), Ok("a\nb".to_owned()));
        assert_eq!(about(""), Ok(String::new()));
        assert!(about(&"가".repeat(300)).is_ok());
        assert_eq!(about(&"가".repeat(301)), Err(Refusal::TooLong { chars_max: 300 }));
    }

    #[test]
    fn languages_are_of_the_list_each_once_and_in_its_order() {
        assert_eq!(languages(&words(&["en", "ko", "en"])), Ok(words(&["ko", "en"])));
        assert_eq!(languages(&words(&["xx"])), Err(Refusal::Malformed));
        let all = words(&LANGUAGES.map(|(tag, _)| tag));
        assert_eq!(languages(&all), Err(Refusal::TooMany { limit: 8 }));
    }

    #[test]
    fn interests_are_words_with_commas_between() {
        let check = |typed: &[&str], expected| assert_eq!(interests(&words(typed)), expected);
        check(&["tea,  late   walks ,, TEA"], Ok(words(&["tea", "late walks"])));
        check(&["영화", "음악"], Ok(words(&["영화", "음악"])));
        check(
            &["a,b,c,d,e,f,g,h,i,j"],
            Ok(words(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])),
        );
        check(&["a,b,c,d,e,f,g,h,i,j,k"], Err(Refusal::TooMany { limit: 10 }));
        check(&["123456789012345678901"], Err(Refusal::TooLong { chars_max: 20 }));
    }
}
