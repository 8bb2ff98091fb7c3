//! What may follow a Korean noun without making another word of it.
//!
//! Tables rather than a dictionary: an ending that is in no table makes another word. Endings that
//! also make compounds (인 in 영화인, 지 in 휴가지, 로 in 등산로) are left out or bound to the sound
//! before them.

/// The verbs that a noun makes, where its pack says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verbs {
    does: bool,
    goes: bool,
}

impl Verbs {
    /// The noun, and the verb that is written after it.
    pub(super) fn declared_by(word: &str) -> (&str, Self) {
        if let Some(noun) = word.strip_suffix("하다") {
            return (noun, Self { does: true, goes: false });
        }
        match word.strip_suffix("가다") {
            Some(noun) => (noun, Self { does: false, goes: true }),
            None => (word, Self::default()),
        }
    }
}

/// How the part before an ending sounds at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sound {
    Vowel,
    Rieul,
    Consonant,
    /// Not Hangul: everything may follow.
    Unknown,
}

/// After which sounds an ending stands.
#[derive(Clone, Copy)]
enum After {
    Any,
    Vowel,
    Consonant,
    VowelOrRieul,
    ConsonantNotRieul,
}

use After::{Any, Consonant, ConsonantNotRieul, Vowel, VowelOrRieul};

/// Particles after which others may follow.
const INNER: &[(&str, After)] = &[
    ("에", Any),
    ("에서", Any),
    ("에게", Any),
    ("에게서", Any),
    ("한테", Any),
    ("한테서", Any),
    ("께", Any),
    ("께서", Any),
    ("으로", ConsonantNotRieul),
    ("로", VowelOrRieul),
    ("으로서", ConsonantNotRieul),
    ("로서", VowelOrRieul),
    ("으로써", ConsonantNotRieul),
    ("로써", VowelOrRieul),
    ("으로부터", ConsonantNotRieul),
    ("로부터", VowelOrRieul),
    ("이랑", Consonant),
    ("랑", Vowel),
    ("하고", Any),
    ("과", Consonant),
    ("와", Vowel),
    ("처럼", Any),
    ("같이", Any),
    ("보다", Any),
    ("마다", Any),
    ("조차", Any),
    ("마저", Any),
    ("밖에", Any),
    ("대로", Any),
    ("중에", Any),
];

/// Particles and dependent nouns that 이다 may follow as well.
const NOMINAL: &[&str] = &["까지", "부터", "만", "만큼", "쯤", "뿐", "중", "때", "때문"];

/// Particles after which nothing follows but 요.
const LAST: &[(&str, After)] = &[
    ("은", Consonant),
    ("는", Vowel),
    ("이", Consonant),
    ("가", Vowel),
    ("을", Consonant),
    ("를", Vowel),
    ("도", Any),
    ("의", Any),
    ("에", Any),
    ("만", Any),
    ("까지", Any),
    ("부터", Any),
    ("밖에", Any),
    ("이요", Consonant),
    ("이나", Consonant),
    ("나", Vowel),
    ("이라도", Consonant),
    ("라도", Vowel),
    ("은커녕", Consonant),
    ("는커녕", Vowel),
    ("이든", Consonant),
    ("든", Vowel),
    ("이든지", Consonant),
    ("든지", Vowel),
    ("이야", Consonant),
    ("야", Vowel),
    ("이야말로", Consonant),
    ("야말로", Vowel),
];

/// What follows the 이 of 이다, which falls out after a vowel.
const COPULA: &[&str] = &[
    "라서", "라고", "라는", "라면", "라니", "라며", "니까", "구나", "잖아", "랄까", "거나", "네요",
    "면", "란", "죠", "지요", "지만",
];

/// Forms of 이다 that keep their 이, or are bound to a sound in their own way.
const COPULA_WHOLE: &[(&str, After)] = &[
    ("이다", Any),
    ("이에요", Consonant),
    ("이예요", Consonant),
    ("예요", Vowel),
    ("에요", Any),
    ("입니다", Any),
    ("입니까", Any),
    ("인데", Any),
    ("인데요", Any),
    ("인가", Any),
    ("인지", Any),
    ("인걸", Any),
    ("일까", Any),
    ("일걸", Any),
    ("이고", Consonant),
    ("이며", Consonant),
    ("이지", Consonant),
    ("이네", Consonant),
    ("이니", Consonant),
    ("이군", Consonant),
    ("이라", Consonant),
];

/// The past of 이다; an ending of [`PAST`] follows.
const COPULA_PAST: &[(&str, After)] = &[("이었", Consonant), ("였", Vowel)];

/// How an ending of the past begins.
const PAST: &str = "어었다는던지으을고네습나거잖음더기죠군겠";

/// How forms of 하다 and 되다 begin, and how what follows does; an empty second part: anything of
/// [`PAST`]. Whether they may end there is the last.
const DOES: &[(&str, &str, bool)] = &[
    ("하", "고는다면니자지기게며려러네던거냐죠세셔시실신십여잖구나든도느겠", false),
    ("해", "요서도야볼보본봤봐줄주준줘줬라놓두버왔오온올진졌", true),
    ("했", PAST, false),
    ("한", "다대지데걸", true),
    ("할", "까래게지수때거걸만듯려", true),
    ("합", "니시", false),
    ("함", "", true),
    ("되", "고는다면니지기게며려네던거나었어잖겠", false),
    ("돼", "요서도야버", true),
    ("됐", PAST, false),
    ("된", "다대지데", true),
    ("될", "까지거걸때수듯", true),
    ("됩", "니", false),
    ("됨", "", true),
];

/// The same of 가다.
const GOES: &[(&str, &str, bool)] = &[
    ("가", "자고면요서려야게기니다지네던나볼보본봤시세신실셔거든잖느는겠", false),
    ("갔", PAST, false),
    ("간", "다대지데", true),
    ("갈", "까래게지거걸때수듯만려", true),
    ("갑", "니시", false),
    ("감", "", true),
];

/// What follows the table's part of a verb is not looked at up to this length, in characters.
const VERB_END_CHARS_MAX: usize = 8;

/// Whether `rest` may follow the form of a word: nothing, or endings of Korean.
pub(super) fn is_ending(rest: &str, form: &str, verbs: Verbs) -> bool {
    if rest.is_empty() {
        return true;
    }
    if !rest.starts_with(is_syllable) {
        return false;
    }
    let plural = rest.strip_prefix("들");
    is_chain(rest, sound_of(form))
        || plural.is_some_and(|it| it.is_empty() || is_chain(it, Sound::Rieul))
        || (verbs.does && is_verb(rest, DOES))
        || (verbs.goes && is_verb(rest, GOES))
}

/// At most one inner particle, then at most one last one or a form of 이다.
fn is_chain(rest: &str, sound: Sound) -> bool {
    let is_end_after = |ending: &str, with_copula| {
        rest.strip_prefix(ending).is_some_and(|it| is_last(it, sound_of(ending), with_copula))
    };
    is_last(rest, sound, true)
        || INNER.iter().any(|(it, after)| fits(*after, sound) && is_end_after(it, false))
        || NOMINAL.iter().any(|it| is_end_after(it, true))
}

fn is_last(rest: &str, sound: Sound, with_copula: bool) -> bool {
    let is_end = |it: &str| it.is_empty() || it == "요";
    is_end(rest)
        || stripped(rest, LAST, sound).any(is_end)
        || (with_copula && is_copula(rest, sound))
}

fn is_copula(rest: &str, sound: Sound) -> bool {
    let is_end = |it: &str| it.is_empty() || it == "요";
    let without_i = match sound {
        Sound::Vowel => Some(rest),
        Sound::Rieul | Sound::Consonant => rest.strip_prefix('이'),
        Sound::Unknown => Some(rest.strip_prefix('이').unwrap_or(rest)),
    };
    let plain = |rest: &str| COPULA.iter().filter_map(|it| rest.strip_prefix(it)).any(is_end);
    without_i.is_some_and(plain)
        || stripped(rest, COPULA_WHOLE, sound).any(is_end)
        || stripped(rest, COPULA_PAST, sound).any(|it| is_free_end(it, PAST))
}

fn is_verb(rest: &str, table: &[(&str, &str, bool)]) -> bool {
    table.iter().any(|(start, next, ends)| {
        let end = rest.strip_prefix(start);
        end.is_some_and(|it| if it.is_empty() { *ends } else { is_free_end(it, next) })
    })
}

/// Syllables of which only the first is looked at.
fn is_free_end(rest: &str, next: &str) -> bool {
    rest.starts_with(|it| next.contains(it))
        && rest.chars().all(is_syllable)
        && rest.chars().count() <= VERB_END_CHARS_MAX
}

/// What is left after each ending of a table that may stand there.
fn stripped<'a>(
    rest: &'a str,
    table: &'static [(&'static str, After)],
    sound: Sound,
) -> impl Iterator<Item = &'a str> {
    let fitting = table.iter().filter(move |(_, after)| fits(*after, sound));
    fitting.filter_map(move |(ending, _)| rest.strip_prefix(ending))
}

fn fits(after: After, sound: Sound) -> bool {
    match (after, sound) {
        (Any, _) | (_, Sound::Unknown) => true,
        (Vowel, it) => it == Sound::Vowel,
        (Consonant, it) => it != Sound::Vowel,
        (VowelOrRieul, it) => it != Sound::Consonant,
        (ConsonantNotRieul, it) => it == Sound::Consonant,
    }
}

fn is_syllable(it: char) -> bool {
    ('가'..='힣').contains(&it)
}

/// By the last letter of the last syllable: none, ㄹ (the eighth of 28), or another.
fn sound_of(text: &str) -> Sound {
    match text.chars().next_back() {
        Some(last) if is_syllable(last) => match (u32::from(last) - u32::from('가')) % 28 {
            0 => Sound::Vowel,
            8 => Sound::Rieul,
            _ => Sound::Consonant,
        },
        _ => Sound::Unknown,
    }
}
