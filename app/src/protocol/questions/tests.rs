//! Ids, answers and clocks keep their bounds on every way in, and the wire forms are as written.

use super::*;
use serde_json::json;
use uuid::Uuid;

fn check_question_id(text: &str, expected: Result<(&str, &str), IdError>) {
    let parsed: Result<QuestionId, IdError> = text.parse();
    let halves = parsed.as_ref().map(|it| (it.pack().to_string(), it.slug().to_owned()));
    let expected = expected.map(|(pack, slug)| (pack.to_owned(), slug.to_owned()));
    assert_eq!(halves.map_err(|it| *it), expected, "{text:?}");
}

#[test]
fn a_questions_id_is_its_pack_a_dot_and_its_name() {
    let pack_length = IdError::Length { chars_max: PACK_ID_CHARS_MAX };
    let slug_length = IdError::Length { chars_max: QUESTION_ID_CHARS_MAX };
    check_question_id("first-light.window-seat", Ok(("first-light", "window-seat")));
    check_question_id("a.1", Ok(("a", "1")));
    check_question_id("window-seat", Err(IdError::NoPack));
    check_question_id("", Err(IdError::NoPack));
    check_question_id(".x", Err(pack_length));
    check_question_id("x.", Err(slug_length));
    check_question_id("x.y.z", Err(IdError::Characters));
    check_question_id("X.y", Err(IdError::Characters));
    check_question_id("x.여행", Err(IdError::Characters));
    check_question_id("-x.y", Err(IdError::Characters));
    check_question_id("x.y-", Err(IdError::Characters));
    check_question_id("x. y", Err(IdError::Characters));
    let longest = "x".repeat(PACK_ID_CHARS_MAX);
    check_question_id(&format!("{longest}.y"), Ok((&longest, "y")));
    check_question_id(&format!("{}.y", "x".repeat(PACK_ID_CHARS_MAX + 1)), Err(pack_length));
    check_question_id(&format!("x.{}", "y".repeat(QUESTION_ID_CHARS_MAX + 1)), Err(slug_length));
}

#[test]
fn a_pack_names_its_questions() {
    let pack: PackId = "first-light".parse().unwrap();
    assert_eq!(pack.question("sea").unwrap().as_str(), "first-light.sea");
    assert_eq!(pack.question("a.b"), Err(IdError::Characters));
    assert!("a.b".parse::<PackId>().is_err());
}

#[test]
fn ids_are_checked_when_they_are_read() {
    assert!(serde_json::from_value::<QuestionId>(json!("a.b")).is_ok());
    assert!(serde_json::from_value::<QuestionId>(json!("a b")).is_err());
    assert!(serde_json::from_value::<PackId>(json!("")).is_err());
}

fn check_answer(text: &str, expected: Result<&str, AnswerError>) {
    let parsed = AnswerText::try_from(text.to_owned());
    assert_eq!(parsed.as_ref().map(AnswerText::as_str), expected.as_ref().copied());
}

#[test]
fn an_answer_is_trimmed_and_bounded_in_characters() {
    check_answer("  바다요!\n", Ok("바다요!"));
    check_answer(" \n\t ", Err(AnswerError::Empty));
    check_answer("\0", Err(AnswerError::Empty));
    let longest = "가".repeat(ANSWER_CHARS_MAX);
    check_answer(&longest, Ok(&longest));
    check_answer(&format!(" {longest} "), Ok(&longest));
    check_answer(&format!("{longest}나"), Err(AnswerError::TooLong));
    assert!(serde_json::from_value::<AnswerText>(json!(" ")).is_err());
}

#[test]
fn a_clock_has_an_hour_of_this_earth() {
    for (days, hour, zone, fits) in [
        (1, 0, 0, true),
        (30, 23, 540, true),
        (0, 9, 540, false),
        (31, 9, 540, false),
        (1, 24, 540, false),
        (1, 9, ZONE_MINS_MAX + 1, false),
        (1, 9, ZONE_MINS_MIN - 1, false),
    ] {
        assert_eq!(Clock::new(days, hour, zone).is_ok(), fits, "{days} {hour} {zone}");
        let read = serde_json::from_value::<Clock>(
            json!({"every_days": days, "hour": hour, "zone_min": zone}),
        );
        assert_eq!(read.is_ok(), fits);
    }
}

#[test]
fn names_are_those_of_the_wire() {
    for mode in QuestionMode::ALL {
        assert_eq!(serde_json::to_value(mode).unwrap(), mode.name());
    }
    for order in PackOrder::ALL {
        assert_eq!(serde_json::to_value(order).unwrap(), order.name());
    }
}

#[test]
fn settings_left_out_are_the_gentle_ones() {
    let settings: PairSettings = serde_json::from_value(json!({})).unwrap();
    assert_eq!(settings, PairSettings::default());
    assert_eq!(settings.mode, QuestionMode::Gentle);
}

#[test]
fn a_newer_servers_words_are_borne() {
    let brought = json!({"by": "dream", "how": 1});
    assert_eq!(serde_json::from_value::<Brought>(brought).unwrap(), Brought::Unknown);
}

#[test]
fn a_question_is_written_without_what_it_has_not() {
    let asked = AskedQuestion {
        id: AskedId(Uuid::nil()),
        question: "a.b".parse().unwrap(),
        text: Bilingual { ko: "어디로 갈까요?".into(), en: "Where to?".into() },
        brought: Brought::Word { word: "여행".into() },
        asked_at: Millis(5),
        state: AskedState::Open,
        mine_sealed: None,
        theirs_sealed: true,
        answers: Vec::new(),
        anew_at: None,
    };
    let written = serde_json::to_value(&asked).unwrap();
    assert_eq!(
        written,
        json!({
            "id": Uuid::nil(), "question": "a.b",
            "text": {"ko": "어디로 갈까요?", "en": "Where to?"},
            "brought": {"by": "word", "word": "여행"},
            "asked_at": 5, "state": "open", "theirs_sealed": true,
        })
    );
    assert_eq!(serde_json::from_value::<AskedQuestion>(written).unwrap(), asked);
}
