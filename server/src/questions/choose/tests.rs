//! What comes next by word, clock and hand, and what holds it back.

use super::*;
use crate::questions::packs::Packs;
use proptest::prelude::*;

const NOW: Millis = Millis(1_700_000_000_000);

fn pack() -> Pack {
    let packs = Packs::built_in();
    packs.get(&"first-light".parse().unwrap()).unwrap().clone()
}

fn settings() -> PairSettings {
    let clock = Clock::new(1, 21, 540).ok();
    PairSettings { by_word: true, clock, ..PairSettings::default() }
}

fn id(slug: &str) -> QuestionId {
    pack().id.question(slug).unwrap()
}

/// What a pair with these settings and this past is asked by a word, the clock and a hand.
fn ask(
    settings: &PairSettings,
    past: &Past,
) -> (Option<QuestionId>, Option<QuestionId>, Result<QuestionId, QuestionRefusal>) {
    let pack = pack();
    let asking = Asking { settings, pack: &pack, past, seed: 7, now: NOW };
    let word = asking.by_word(&Triggers::of(&pack), "여행 좋아하세요?").map(|it| it.0);
    (word, asking.by_clock(), asking.by_hand())
}

#[test]
fn a_word_brings_up_the_question_that_it_names() {
    let pack = pack();
    let past = Past::default();
    let asking = Asking { settings: &settings(), pack: &pack, past: &past, seed: 7, now: NOW };
    let triggers = Triggers::of(&pack);
    let word = |it: &str| Some(Brought::Word { word: it.into() });
    let by = |message| asking.by_word(&triggers, message);
    let trip = by("우리 여행을 가요").unwrap();
    assert_eq!((trip.0, Some(trip.1)), (id("tomorrow-anywhere"), word("여행")));
    let film = by("a film about travels").unwrap();
    assert_eq!((film.0, Some(film.1)), (id("film-twice"), word("film")));
    assert_eq!(by("안녕하세요"), None);
}

#[test]
fn each_question_comes_once() {
    let first = id("tomorrow-anywhere");
    let (word, clock, hand) = ask(&settings(), &Past::default());
    assert_eq!((word, clock, hand), (Some(first.clone()), Some(first.clone()), Ok(first.clone())));
    let past = Past { asked: HashSet::from([first]), ..Past::default() };
    let (word, clock, hand) = ask(&settings(), &past);
    assert_eq!((word, clock, hand), (None, Some(id("drink-order")), Ok(id("drink-order"))));
    let all = pack().questions.into_iter().map(|it| it.id).collect();
    let (word, clock, hand) = ask(&settings(), &Past { asked: all, ..Past::default() });
    assert_eq!((word, clock, hand), (None, None, Err(QuestionRefusal::NothingLeft)));
}

#[test]
fn as_many_are_open_as_may_be_and_no_more() {
    let open = |open| ask(&settings(), &Past { open, ..Past::default() });
    assert!(open(OPEN_QUESTIONS_MAX - 1).0.is_some());
    let refusal = QuestionRefusal::TooManyOpen { limit: OPEN_QUESTIONS_MAX };
    assert_eq!(open(OPEN_QUESTIONS_MAX), (None, None, Err(refusal)));
}

#[test]
fn words_rest_after_one_has_brought_something_up() {
    let word_at =
        |ago: i64| ask(&settings(), &Past { word_at: Some(NOW.plus(-ago)), ..Past::default() });
    assert!(word_at(WORD_EVERY_MS).0.is_some());
    let (word, clock, hand) = word_at(WORD_EVERY_MS - 1);
    assert!(word.is_none() && clock.is_some() && hand.is_ok());
}

#[test]
fn what_is_switched_off_brings_nothing_up() {
    let past = Past::default();
    let no_words = PairSettings { by_word: false, ..settings() };
    let no_clock = PairSettings { clock: None, ..settings() };
    let off = PairSettings { mode: QuestionMode::Off, ..settings() };
    let paused = PairSettings { paused_until: Some(NOW.plus(1)), ..settings() };
    let over = PairSettings { paused_until: Some(NOW), ..settings() };
    assert!(matches!(ask(&no_words, &past), (None, Some(_), Ok(_))));
    assert!(matches!(ask(&no_clock, &past), (Some(_), None, Ok(_))));
    assert!(matches!(ask(&off, &past), (None, None, Ok(_))));
    let until = NOW.plus(1);
    assert_eq!(ask(&paused, &past), (None, None, Err(QuestionRefusal::Paused { until })));
    assert!(matches!(ask(&over, &past), (Some(_), Some(_), Ok(_))));
}

/// The order in which a hand would ask all.
fn all_by_hand(order: PackOrder, seed: u64) -> Vec<QuestionId> {
    let (pack, settings) = (pack(), PairSettings { order, ..settings() });
    let mut past = Past::default();
    let mut asked = Vec::new();
    loop {
        let next =
            Asking { settings: &settings, pack: &pack, past: &past, seed, now: NOW }.by_hand();
        let Ok(next) = next else { return asked };
        assert!(past.asked.insert(next.clone()), "{next} twice");
        asked.push(next);
    }
}

#[test]
fn a_hand_goes_through_the_whole_pack_in_the_chosen_order() {
    let written: Vec<QuestionId> = pack().questions.into_iter().map(|it| it.id).collect();
    assert_eq!(all_by_hand(PackOrder::AsWritten, 1), written);
    let mixed = all_by_hand(PackOrder::Shuffled, 1);
    assert_eq!(mixed.len(), written.len());
    assert_ne!(mixed, written);
    assert_eq!(mixed, all_by_hand(PackOrder::Shuffled, 1));
    assert_ne!(mixed, all_by_hand(PackOrder::Shuffled, 2));
}

/// 09:00 of a day in Seoul, counted from 1970.
fn seoul(day: i64, hour: i64) -> Millis {
    Millis(day * DAY_MS + hour * HOUR_MS - 9 * HOUR_MS)
}

#[test]
fn the_clock_comes_at_its_hour() {
    let clock = Clock::new(3, 21, 540).unwrap();
    for (set_at, asked_at, expected) in [
        (seoul(10, 9), None, seoul(10, 21)),
        (seoul(10, 20).plus(HOUR_MS - 1), None, seoul(10, 21)),
        (seoul(10, 21), None, seoul(11, 21)),
        (seoul(10, 23), None, seoul(11, 21)),
        (seoul(10, 9), Some(seoul(10, 21)), seoul(13, 21)),
        (seoul(10, 9), Some(seoul(10, 23)), seoul(13, 21)),
        (seoul(10, 9), Some(seoul(11, 1)), seoul(14, 21)),
        (seoul(20, 9), Some(seoul(10, 21)), seoul(20, 21)),
        (seoul(11, 9), Some(seoul(10, 21)), seoul(13, 21)),
    ] {
        assert_eq!(next_clock_at(clock, set_at, asked_at), expected, "{set_at:?} {asked_at:?}");
    }
}

proptest! {
    #[test]
    fn the_clock_keeps_its_hour_and_never_comes_before_it_was_set(
        days in 1_u8..=30, hour in 0_u8..24, zone in -720_i32..=840,
        set_at in 0_i64..4_000_000_000_000, asked_at in prop::option::of(0_i64..4_000_000_000_000),
    ) {
        let clock = Clock::new(days, hour, zone).unwrap();
        let next = next_clock_at(clock, Millis(set_at), asked_at.map(Millis));
        let local = next.0 + i64::from(zone) * MINUTE_MS;
        prop_assert_eq!(local.rem_euclid(DAY_MS), i64::from(hour) * HOUR_MS);
        prop_assert!(next.0 > set_at);
        if let Some(asked_at) = asked_at {
            let apart = day_number(next, zone) - day_number(Millis(asked_at), zone);
            prop_assert!(apart >= i64::from(days));
        } else {
            prop_assert!(next.0 - set_at <= DAY_MS);
        }
    }

    #[test]
    fn the_clock_never_panics(
        set_at in any::<i64>(), asked_at in any::<i64>(), hour in 0_u8..24, zone in -720_i32..=840,
    ) {
        let clock = Clock::new(30, hour, zone).unwrap();
        next_clock_at(clock, Millis(set_at), Some(Millis(asked_at)));
    }
}
