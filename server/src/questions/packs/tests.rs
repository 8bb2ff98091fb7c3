//! The built-in packs are sound, and what is wrong with one is told with its place and its mend.

use super::*;
use proptest::prelude::*;

const SOUND: &str = r#"
id = "tea"
depth = 2
title = { ko = "차 한 잔", en = "A cup of tea" }
about = { ko = "따뜻한 질문이에요.", en = "Warm ones." }

[[questions]]
id = "leaf"
ko = "어떤 차를 좋아하세요?"
en = "Which tea do you like?"
words = { ko = ["녹차"], en = ["tea"] }

[[questions]]
id = "cup"
ko = "아끼는 잔이 있나요?"
en = "Is there a cup you love?"
"#;

fn errors(text: &str) -> Vec<String> {
    let errors = Pack::parse("tea.toml", text).expect_err(text);
    errors.iter().map(ToString::to_string).collect()
}

/// The pack above with a part replaced is refused by these errors.
fn check(part: &str, by: &str, expected: &[&str]) {
    assert!(SOUND.contains(part), "{part}");
    assert_eq!(errors(&SOUND.replacen(part, by, 1)), expected, "{part} -> {by}");
}

#[test]
fn a_pack_is_read() {
    let pack = Pack::parse("tea.toml", SOUND).unwrap();
    assert_eq!((pack.id.as_str(), pack.depth, pack.questions.len()), ("tea", 2, 2));
    assert_eq!(pack.title.ko, "차 한 잔");
    let leaf = pack.question(&"tea.leaf".parse().unwrap()).unwrap();
    assert_eq!(leaf.text.en, "Which tea do you like?");
    assert_eq!(leaf.words.iter().map(TriggerWord::stem).collect::<Vec<_>>(), ["녹차", "tea"]);
    assert!(pack.questions.last().unwrap().words.is_empty());
}

#[test]
fn what_is_wrong_with_the_pack_is_told() {
    check(
        r#"id = "tea""#,
        r#"id = "Tea""#,
        &["tea.toml: `id` = \"Tea\" is no id; write one that has only a-z, 0-9 and -, and begins \
         and ends with a letter or digit"],
    );
    check(r#"id = "tea""#, "", &["tea.toml: `id` is missing; add it"]);
    check(
        "depth = 2",
        "depth = 6",
        &["tea.toml: `depth` = 6 is no depth; write a number from 1 for light to 5 for deep"],
    );
    check(
        "depth = 2",
        "depth = -1\ncolour = \"red\"",
        &[
            "tea.toml: `depth` = -1 is no depth; write a number from 1 for light to 5 for deep",
            "tea.toml: `colour` = \"red\" is unknown; remove it, or correct its spelling",
        ],
    );
    check(r#", en = "A cup of tea""#, "", &["tea.toml: `title.en` is missing; add it"]);
    check(
        r#""A cup of tea" }"#,
        r#""A cup of tea", de = "Tee" }"#,
        &["tea.toml: `title.de` = \"Tee\" is unknown; remove it, or correct its spelling"],
    );
    check(
        r#"{ ko = "차 한 잔", en = "A cup of tea" }"#,
        "3",
        &["tea.toml: `title` = 3 is of the wrong kind; write a table"],
    );
    check(
        "depth = 2",
        "depth = ",
        &[
            "tea.toml: `pack` is line 3 is not TOML: string values must be quoted, expected literal string",
        ],
    );
}

#[test]
fn what_is_wrong_with_a_question_is_told() {
    check(
        "어떤 차를 좋아하세요?",
        " ",
        &["tea.toml: question `leaf`: `ko` = \" \" is empty; write it out"],
    );
    check(
        "어떤 차를 좋아하세요?",
        "Which tea?",
        &[
            "tea.toml: question `leaf`: `ko` = \"Which tea?\" is in another language; write it in Korean",
        ],
    );
    check(
        "Which tea do you like?",
        "무슨 차?",
        &[
            "tea.toml: question `leaf`: `en` = \"무슨 차?\" is in another language; write it in English",
        ],
    );
    check(
        r#"en = "Which tea do you like?""#,
        "",
        &["tea.toml: question `leaf`: `en` is missing; add it"],
    );
    check(
        "Which tea do you like?",
        &"x".repeat(301),
        &[&format!(
            "tea.toml: question `leaf`: `en` = \"{} is too long; shorten it to at most 300 characters",
            "x".repeat(59)
        )],
    );
    check(
        r#"id = "cup""#,
        r#"id = "leaf""#,
        &["tea.toml: question `leaf`: `id` = \"leaf\" is there twice; give each its own"],
    );
    check(r#"id = "cup""#, "", &["tea.toml: question no. 2: `id` is missing; add it"]);
    check(
        r#"["녹차"]"#,
        r#"["차"]"#,
        &[
            "tea.toml: question `leaf`: `words.ko` = \"차\" is no trigger word; write one of at least \
         two letters, before 하다 and 가다",
        ],
    );
    check(
        r#"["tea"]"#,
        r#"["tea", "green tea", 3, "Tea"]"#,
        &[
            "tea.toml: question `leaf`: `words.en` = \"green tea\" is no trigger word; write one word, \
         of letters and digits with hyphens between them",
            "tea.toml: question `leaf`: `words.en` = 3 is of the wrong kind; write a text",
            "tea.toml: question `leaf`: `words.en` = \"Tea\" is there twice; give each its own",
        ],
    );
    check(
        "words = {",
        "words = { de = [\"Tee\"],",
        &[
            "tea.toml: question `leaf`: `words.de` = [\"Tee\"] is unknown; remove it, or correct its \
         spelling",
        ],
    );
}

#[test]
fn texts_are_cleaned_as_other_lines_are() {
    let pack = Pack::parse("tea.toml", &SOUND.replace("A cup of tea", " A  cup\\nof tea\\u202e"));
    assert_eq!(pack.unwrap().title.en, "A cup of tea");
}

#[test]
fn a_pack_has_no_more_than_its_limits() {
    let head = SOUND.split("[[questions]]").next().unwrap();
    let questions = |n: usize| {
        let one = |at| format!("[[questions]]\nid = \"q{at}\"\nko = \"가?\"\nen = \"a?\"\n");
        format!("{head}{}", (0..n).map(one).collect::<String>())
    };
    assert_eq!(Pack::parse("x", &questions(QUESTIONS_MAX)).unwrap().questions.len(), 200);
    assert_eq!(
        errors(&questions(QUESTIONS_MAX + 1)),
        ["tea.toml: `questions` = [201 of them] is too many; keep at most 200"]
    );
    assert_eq!(
        errors(&format!("{head}questions = []")),
        ["tea.toml: `questions` = [] is empty; write it out"]
    );
    assert_eq!(
        errors(&"#".repeat(PACK_BYTES_MAX + 1)),
        ["tea.toml: `pack` is too large; make two packs of it, each of at most 262144 bytes"]
    );
}

#[test]
fn the_built_in_packs_are_five_from_light_to_deep_with_enough_questions() {
    let packs = Packs::built_in();
    let depths: Vec<u8> = packs.by_depth().iter().map(|it| it.depth).collect();
    assert_eq!(depths, [1, 2, 3, 4, 5]);
    for ((file, _), pack) in BUILT_IN.iter().zip(packs.by_depth()) {
        assert_eq!(*file, format!("{}.toml", pack.id));
        assert!(pack.questions.len() >= 26, "{file} has {}", pack.questions.len());
        assert!(pack.questions.iter().filter(|it| !it.words.is_empty()).count() >= 15, "{file}");
    }
    assert!(packs.questions().count() >= 130);
}

#[test]
fn no_built_in_question_is_asked_twice() {
    let packs = Packs::built_in();
    for text in [|it: &Question| it.text.ko.clone(), |it: &Question| it.text.en.clone()] {
        let mut texts: Vec<String> = packs.questions().map(text).collect();
        let all = texts.len();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), all);
    }
}

#[test]
fn every_built_in_question_asks() {
    let packs = Packs::built_in();
    for question in packs.questions() {
        let Bilingual { ko, en } = &question.text;
        assert!(en.contains('?') || en.ends_with('.'), "{en}");
        assert!(ko.contains('요'), "{ko}");
    }
}

#[test]
fn an_operators_pack_takes_the_place_of_a_built_in_one() {
    let own = SOUND.replace(r#"id = "tea""#, r#"id = "first-light""#);
    let packs = Packs::with(&[("own.toml", &own)]).unwrap();
    assert_eq!(packs.by_depth().len(), 5);
    let id: QuestionId = "first-light.leaf".parse().unwrap();
    assert_eq!(packs.question(&id).unwrap().text.en, "Which tea do you like?");
    assert!(packs.question(&"first-light.season".parse().unwrap()).is_none());
}

#[test]
fn a_blank_text_takes_a_built_in_pack_away() {
    let packs = Packs::with(&[("first-light", " \n"), ("tea", SOUND)]).unwrap();
    assert!(packs.get(&"first-light".parse().unwrap()).is_none());
    let ids: Vec<&str> = packs.by_depth().iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["tea", "these-days", "roads-behind", "rooms-inside", "open-water"]);
}

#[test]
fn packs_that_share_an_id_or_are_too_many_are_refused() {
    let errors = Packs::with(&[("a.toml", SOUND), ("b.toml", SOUND)]).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors.first().unwrap().to_string(),
        "b.toml: `id` = tea is there twice; give each its own"
    );
    let many: Vec<(String, String)> = (0..PACKS_MAX)
        .map(|it| (format!("{it}.toml"), SOUND.replace("\"tea\"\n", &format!("\"tea-{it}\"\n"))))
        .collect();
    let named: Vec<(&str, &str)> = many.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    let (fitting, _) = named.split_at(PACKS_MAX - BUILT_IN.len());
    assert_eq!(Packs::with(fitting).unwrap().by_depth().len(), PACKS_MAX);
    assert!(Packs::with(&named).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = Pack::parse("x", &text);
    }

    #[test]
    fn a_pack_cut_anywhere_is_read_or_refused_with_a_reason(at in 0..SOUND.len()) {
        if let Some(text) = SOUND.get(..at) {
            prop_assert!(Pack::parse("x", text).map_or_else(|it| !it.is_empty(), |_| true));
        }
    }
}
