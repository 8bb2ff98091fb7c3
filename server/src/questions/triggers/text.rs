//! Cuts a message into the words that triggers are compared with.

use unicode_normalization::UnicodeNormalization as _;

/// In compatibility form and lower case. Single Korean letters, which people add to words (여행ㅋㅋ),
/// become spaces before they could join with each other.
pub(super) fn normal(message: &str) -> String {
    let plain = message.chars().map(|it| match it {
        '\u{3131}'..='\u{318e}' | '\u{ffa0}'..='\u{ffdc}' => ' ',
        '\u{2019}' => '\'',
        other => other,
    });
    plain.nfkc().flat_map(char::to_lowercase).collect()
}

/// The words of a text in [`normal`] form, without those of addresses and mentions.
pub(super) fn words(normal: &str) -> impl Iterator<Item = &str> {
    normal.split_whitespace().filter(|it| !is_address(it)).flat_map(words_of)
}

/// A link, with its scheme or without, an e-mail address or a mention.
fn is_address(token: &str) -> bool {
    let neighbours = token.char_indices().filter(|(_, it)| *it == '@' || *it == '.');
    let joins = |(at, it): (usize, char)| {
        let (before, after) = token.split_at(at);
        let before = before.chars().next_back();
        let after = after.chars().nth(1);
        let follows = |fits: fn(char) -> bool| after.is_some_and(fits);
        let has_before = before.is_some_and(char::is_alphanumeric);
        match it {
            '@' => has_before && follows(char::is_alphanumeric),
            _ => has_before && follows(|it| it.is_ascii_alphabetic()),
        }
    };
    token.starts_with('@') || token.contains("://") || neighbours.into_iter().any(joins)
}

/// The words between what is no letter and no digit.
fn words_of(token: &str) -> impl Iterator<Item = &str> {
    let mut rest = token;
    std::iter::from_fn(move || {
        let start = rest.find(is_letter)?;
        let tail = rest.split_at(start).1;
        let end = end_of_word(tail);
        let (word, after) = tail.split_at(end);
        rest = after;
        Some(word)
    })
}

/// Where the word at the start of a text ends.
fn end_of_word(text: &str) -> usize {
    let mut before = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, it)) = letters.next() {
        let joins = matches!(it, '-' | '_' | '\'')
            && [before, letters.peek().map(|it| it.1)]
                .iter()
                .all(|it| it.is_some_and(|it: char| it.is_ascii_alphanumeric()));
        if !is_letter(it) && !joins {
            return at;
        }
        before = Some(it);
    }
    text.len()
}

/// A letter or digit; of Hangul, whole syllables only.
fn is_letter(it: char) -> bool {
    it.is_alphanumeric()
        && !matches!(it, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}')
}
