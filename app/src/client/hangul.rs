//! What Enter means while an input method composes.

/// What Enter does to the text being composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnterMeans {
    /// The syllable is whole as it stands: finish it and send.
    Send,
    /// A candidate is being chosen: Enter only confirms it.
    Confirm,
}

/// Hangul has no candidates to choose from, so Enter over it means to send; Enter over anything
/// else that is composed (kana, pinyin, zhuyin) chooses.
pub fn enter_means(composed: &str) -> EnterMeans {
    let mut letters = composed.chars().filter(|it| !it.is_ascii() && !it.is_whitespace());
    let Some(first) = letters.next() else { return EnterMeans::Confirm };
    if is_hangul(first) && letters.all(is_hangul) { EnterMeans::Send } else { EnterMeans::Confirm }
}

const fn is_hangul(letter: char) -> bool {
    matches!(
        letter,
        '\u{1100}'..='\u{11FF}'   // Jamo
        | '\u{3130}'..='\u{318F}' // compatibility Jamo
        | '\u{A960}'..='\u{A97F}' // Jamo, extended
        | '\u{AC00}'..='\u{D7FF}' // syllables, Jamo extended
        | '\u{FFA0}'..='\u{FFDC}' // half width
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_sends_hangul_and_confirms_all_else() {
        for composed in ["ㅎ", "하", "한", "한글", "ᄒ"] {
            assert_eq!(enter_means(composed), EnterMeans::Send, "{composed}");
        }
        for composed in ["", "にほん", "日本", "nihon", "ni hao", "你", "ㄋㄧ", "한日"] {
            assert_eq!(enter_means(composed), EnterMeans::Confirm, "{composed}");
        }
    }
}
