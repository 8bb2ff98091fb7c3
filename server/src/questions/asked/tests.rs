//! The way of a question, by tables; and that no way of acting shows an answer too early.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

pub(crate) const ANN: UserId = UserId(Uuid::from_u128(1));
pub(crate) const BOB: UserId = UserId(Uuid::from_u128(2));
const EVE: UserId = UserId(Uuid::from_u128(3));
pub(crate) const NOW: Millis = Millis(1_700_000_000_000);
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A question that Ann and Bob were asked; the later the higher its number.
pub(crate) fn asked(n: u8) -> Asked {
    Asked {
        id: AskedId(Uuid::from_u128(n.into())),
        question: format!("pack.q{n}").parse().unwrap(),
        text: Bilingual { ko: format!("질문 {n}?"), en: format!("Question {n}?") },
        brought: Brought::Clock,
        asked_at: NOW.plus(i64::from(n) - 100),
        pair: [ANN, BOB],
        rounds: Vec::new(),
        is_skipped: false,
        skips: Vec::new(),
    }
}

/// The same, answered by some of them at [`NOW`].
pub(crate) fn answered(n: u8, by: &[UserId]) -> Asked {
    let mut asked = asked(n);
    for user in by {
        asked.answer(*user, said(*user, n), NOW).unwrap();
    }
    asked
}

fn said(user: UserId, n: u8) -> AnswerText {
    text(&format!("{} {n}", if user == ANN { "ann" } else { "bob" }))
}

pub(crate) fn text(text: &str) -> AnswerText {
    text.parse().unwrap()
}

fn view(asked: &Asked, user: UserId) -> AskedQuestion {
    asked.view_for(user).unwrap()
}

#[test]
fn answers_are_sealed_until_both_have_answered() {
    let mut asked = asked(1);
    assert_eq!(asked.answer(ANN, text("sea"), NOW), Ok(Answered::Sealed));
    assert_eq!(view(&asked, ANN).mine_sealed.unwrap().text, text("sea"));
    let bobs = view(&asked, BOB);
    assert!(bobs.theirs_sealed && bobs.mine_sealed.is_none() && bobs.answers.is_empty());
    assert_eq!(asked.answer(BOB, text("hills"), NOW.plus(5)), Ok(Answered::Unsealed));
    let pair = view(&asked, BOB).answers.pop().unwrap();
    assert_eq!((pair.mine.text, pair.theirs.text), (text("hills"), text("sea")));
    assert_eq!(pair.unsealed_at, NOW.plus(5));
    let anns = view(&asked, ANN);
    assert_eq!(anns.state, AskedState::Unsealed);
    assert!(anns.mine_sealed.is_none() && !anns.theirs_sealed);
    assert_eq!(anns.anew_at, Some(NOW.plus(5).plus(ANEW_AFTER_MS)));
}

#[test]
fn a_stranger_sees_nothing_and_does_nothing() {
    let mut asked = answered(1, &[ANN, BOB]);
    let refused = QuestionRefusal::NotOfThePair;
    assert_eq!(asked.view_for(EVE), None);
    assert_eq!(asked.answer(EVE, text("x"), NOW), Err(refused));
    assert_eq!(asked.answer_anew(EVE, text("x"), Millis::NEVER), Err(refused));
    assert_eq!(asked.edit(EVE, text("x"), NOW), Err(refused));
    assert_eq!(asked.skip(EVE, 0, NOW), Err(refused));
    assert_eq!(asked.bring_back(EVE), Err(refused));
    assert!(!asked.waits_for(EVE));
}

#[test]
fn one_answers_once_and_edits_while_it_is_sealed() {
    let mut asked = answered(1, &[ANN]);
    assert_eq!(asked.answer(ANN, text("x"), NOW), Err(QuestionRefusal::AlreadyAnswered));
    assert_eq!(asked.edit(BOB, text("x"), NOW), Err(QuestionRefusal::NothingToEdit));
    assert_eq!(asked.edit(ANN, text("lake"), NOW.plus(1)), Ok(()));
    assert_eq!(
        view(&asked, ANN).mine_sealed.unwrap(),
        Answer { text: text("lake"), at: NOW.plus(1) }
    );
    asked.answer(BOB, text("hills"), NOW.plus(2)).unwrap();
    assert_eq!(asked.edit(ANN, text("x"), NOW), Err(QuestionRefusal::NothingToEdit));
    assert_eq!(asked.answer(BOB, text("x"), NOW), Err(QuestionRefusal::AlreadyAnswered));
}

#[test]
fn a_skip_puts_the_question_away_for_both_until_a_hand_brings_it_back() {
    let mut asked = answered(1, &[ANN]);
    assert_eq!(asked.skip(ANN, 0, NOW), Err(QuestionRefusal::AlreadyAnswered));
    assert_eq!(asked.bring_back(BOB), Err(QuestionRefusal::NotSkipped));
    assert_eq!(asked.skip(BOB, SKIPS_PER_DAY, NOW), Err(QuestionRefusal::NoSkipsLeft));
    assert_eq!(asked.skip(BOB, SKIPS_PER_DAY - 1, NOW), Ok(()));
    assert_eq!(asked.state(), AskedState::Skipped);
    assert!(!asked.waits_for(BOB));
    for refused in [
        asked.skip(BOB, 0, NOW),
        asked.edit(ANN, text("x"), NOW),
        asked.answer(BOB, text("x"), NOW).map(|_| ()),
    ] {
        assert_eq!(refused, Err(QuestionRefusal::NotOpen));
    }
    let refused = asked.answer_anew(BOB, text("x"), Millis::NEVER);
    assert_eq!(refused, Err(QuestionRefusal::NotUnsealed));
    assert!(view(&asked, BOB).theirs_sealed, "Ann's answer is kept, sealed");
    assert_eq!(asked.bring_back(ANN), Ok(()));
    assert_eq!(asked.state(), AskedState::Open);
    assert_eq!(asked.answer(BOB, text("hills"), NOW), Ok(Answered::Unsealed));
    assert_eq!(asked.skip(BOB, 0, NOW), Err(QuestionRefusal::NotOpen));
}

#[test]
fn skips_are_counted_by_the_day_of_the_two() {
    let zone_min = 9 * 60;
    let midnight = Millis(day_number(NOW, zone_min) * DAY_MS - 9 * 60 * 60 * 1_000);
    let mut brought_back = asked(1);
    brought_back.skip(ANN, 0, midnight).unwrap();
    brought_back.bring_back(ANN).unwrap();
    let mut last_night = asked(2);
    last_night.skip(ANN, 0, midnight.plus(-1)).unwrap();
    let mut bobs = asked(3);
    bobs.skip(BOB, 0, midnight.plus(1)).unwrap();
    let all = [brought_back, last_night, bobs];
    let used = |user, at, zone| skips_used(&all, user, at, zone);
    assert_eq!(used(ANN, midnight, zone_min), 1);
    assert_eq!(used(ANN, midnight.plus(DAY_MS - 1), zone_min), 1);
    assert_eq!(used(ANN, midnight.plus(DAY_MS), zone_min), 0);
    assert_eq!(used(ANN, midnight.plus(-1), zone_min), 1);
    assert_eq!(used(BOB, midnight, zone_min), 1);
    assert_eq!(used(ANN, midnight, 0), 2, "in Greenwich both fall on one day");
}

#[test]
fn a_month_later_one_answers_anew_and_the_old_answers_stay() {
    let mut asked = answered(1, &[ANN, BOB]);
    let month = NOW.plus(ANEW_AFTER_MS);
    let too_soon = Err(QuestionRefusal::TooSoon { at: month });
    assert_eq!(asked.answer_anew(ANN, text("x"), month.plus(-1)), too_soon);
    assert_eq!(asked.answer_anew(ANN, text("desert"), month), Ok(Answered::Sealed));
    assert_eq!(asked.state(), AskedState::Unsealed, "nobody has to answer again");
    assert!(!asked.waits_for(BOB));
    let bobs = view(&asked, BOB);
    assert!(bobs.theirs_sealed && bobs.mine_sealed.is_none() && bobs.anew_at.is_some());
    assert_eq!(bobs.answers.len(), 1);
    assert_eq!(view(&asked, ANN).anew_at, None);
    let again = asked.answer_anew(ANN, text("x"), month);
    assert_eq!(again, Err(QuestionRefusal::AlreadyAnswered));
    assert_eq!(asked.edit(ANN, text("steppe"), month.plus(1)), Ok(()));
    let answered = asked.answer_anew(BOB, text("island"), month.plus(2));
    assert_eq!(answered, Ok(Answered::Unsealed), "the other need not wait");
    let theirs: Vec<_> = view(&asked, BOB).answers.into_iter().map(|it| it.theirs.text).collect();
    assert_eq!(theirs, [text("steppe"), text("ann 1")]);
    let too_soon = QuestionRefusal::TooSoon { at: month.plus(2).plus(ANEW_AFTER_MS) };
    assert_eq!(asked.answer_anew(BOB, text("x"), month.plus(3)), Err(too_soon));
}

#[test]
fn only_what_both_answered_is_answered_anew() {
    let refused = Err(QuestionRefusal::NotUnsealed);
    assert_eq!(asked(1).answer_anew(ANN, text("x"), Millis::NEVER), refused);
    assert_eq!(answered(1, &[ANN]).answer_anew(BOB, text("x"), Millis::NEVER), refused);
}

#[test]
fn what_waits_comes_oldest_first() {
    let mut back = asked(1);
    back.skip(BOB, 0, NOW).unwrap();
    back.bring_back(BOB).unwrap();
    let mut skipped = asked(5);
    skipped.skip(ANN, 0, NOW).unwrap();
    let all = [
        answered(4, &[BOB]),
        back,
        skipped,
        answered(6, &[ANN, BOB]),
        asked(3),
        answered(2, &[ANN]),
    ];
    let waiting =
        |user| -> Vec<AskedId> { waiting_for(&all, user).into_iter().map(|it| it.id).collect() };
    assert_eq!(waiting(ANN), [asked(1).id, asked(3).id, asked(4).id]);
    assert_eq!(waiting(BOB), [asked(1).id, asked(2).id, asked(3).id]);
    assert!(waiting(EVE).is_empty());
}

/// Something that one of the two does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Answer,
    Anew,
    Edit,
    Skip,
    Back,
}

fn deeds() -> impl Strategy<Value = Vec<(Deed, bool, i64)>> {
    use Deed::{Anew, Answer, Back, Edit, Skip};
    let deed = prop::sample::select(vec![Answer, Anew, Edit, Skip, Back]);
    prop::collection::vec((deed, any::<bool>(), 0..40 * DAY_MS), 0..24)
}

/// Does it, whether it is refused or not; what is written names who wrote it and in which step.
fn act(asked: &mut Asked, step: usize, deed: Deed, by: UserId, now: Millis) {
    let text = text(&format!("{}-{step}-end", if by == ANN { "ann" } else { "bob" }));
    let _refused_or_not = match deed {
        Deed::Answer => asked.answer(by, text, now).map(|_| ()),
        Deed::Anew => asked.answer_anew(by, text, now).map(|_| ()),
        Deed::Edit => asked.edit(by, text, now),
        Deed::Skip => asked.skip(by, 0, now),
        Deed::Back => asked.bring_back(by),
    };
}

proptest! {
    #[test]
    fn no_view_ever_has_a_sealed_answer_of_the_other(deeds in deeds()) {
        let mut asked = asked(1);
        let mut now = NOW;
        for (step, (deed, is_ann, pause)) in deeds.into_iter().enumerate() {
            now = now.plus(pause);
            let before = asked.clone();
            act(&mut asked, step, deed, if is_ann { ANN } else { BOB }, now);
            for (user, other) in [(ANN, 1), (BOB, 0)] {
                let seen = serde_json::to_string(&view(&asked, user)).unwrap();
                let sealed = asked.rounds.iter().filter(|it| it.unsealed_at().is_none());
                for answer in sealed.filter_map(|it| it.of(other)) {
                    prop_assert!(!seen.contains(answer.text.as_str()), "{seen}");
                }
            }
            let sealed = asked.rounds.iter().filter(|it| it.unsealed_at().is_none()).count();
            prop_assert!(sealed <= 1 && (sealed == 0 || asked.sealed().is_some()));
            let ended = before.rounds.iter().filter(|it| it.unsealed_at().is_some());
            for (old, new) in ended.zip(&asked.rounds) {
                prop_assert_eq!(old, new, "what both have seen does not change");
            }
        }
    }

    #[test]
    fn the_two_see_the_same_turned_around(deeds in deeds()) {
        let mut asked = asked(1);
        let mut now = NOW;
        for (step, (deed, is_ann, pause)) in deeds.into_iter().enumerate() {
            now = now.plus(pause);
            act(&mut asked, step, deed, if is_ann { ANN } else { BOB }, now);
        }
        let (anns, bobs) = (view(&asked, ANN), view(&asked, BOB));
        prop_assert_eq!(anns.state, bobs.state);
        prop_assert_eq!(anns.mine_sealed.is_some(), bobs.theirs_sealed);
        prop_assert_eq!(bobs.mine_sealed.is_some(), anns.theirs_sealed);
        prop_assert_eq!(anns.answers.len(), bobs.answers.len());
        for (one, other) in anns.answers.iter().zip(&bobs.answers) {
            prop_assert_eq!(&one.mine, &other.theirs);
            prop_assert_eq!(&one.theirs, &other.mine);
        }
    }
}
