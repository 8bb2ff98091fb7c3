//! What is found in a book, and that nothing sealed is ever taken along.

use super::*;
use crate::questions::asked::{
    Asked,
    tests::{ANN, BOB, NOW, answered, asked, text},
};
use proptest::prelude::*;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Ann's book: two answered by both, one open that she has answered, one that waits for her, and
/// one that was skipped.
fn book() -> Vec<AskedQuestion> {
    let mut first = asked(1);
    first.answer(ANN, text("제주 바다요"), NOW).unwrap();
    first.answer(BOB, text("The Hills"), NOW.plus(DAY_MS)).unwrap();
    let mut second = asked(2);
    second.question = "other.q2".parse().unwrap();
    second.answer(BOB, text("tea"), NOW).unwrap();
    second.answer(ANN, text("coffee"), NOW.plus(2 * DAY_MS)).unwrap();
    let mut skipped = asked(5);
    skipped.skip(BOB, 0, NOW).unwrap();
    let all = [first, second, answered(3, &[ANN]), answered(4, &[BOB]), skipped];
    all.iter().filter_map(|it| it.view_for(ANN)).collect()
}

/// The numbers of the questions that a filter finds.
fn check(filter: &BookFilter, expected: &[u128]) {
    let book = book();
    let found: Vec<u128> = find(&book, filter).iter().map(|it| it.id.0.as_u128()).collect();
    assert_eq!(found, expected, "{filter:?}");
}

#[test]
fn a_filter_finds_what_it_says() {
    let all = BookFilter { show: BookShow::All, ..BookFilter::default() };
    let answered = BookFilter::default();
    check(&answered, &[2, 1]);
    check(&BookFilter { show: BookShow::Open, ..all.clone() }, &[4, 3]);
    check(&BookFilter { show: BookShow::Skipped, ..all.clone() }, &[5]);
    check(&all, &[2, 1, 5, 4, 3]);
    check(&BookFilter { order: BookOrder::OldestFirst, ..all.clone() }, &[3, 4, 5, 1, 2]);
    check(&BookFilter { order: BookOrder::ByPack, ..answered.clone() }, &[2, 1]);
    check(&BookFilter { pack: "pack".parse().ok(), ..answered.clone() }, &[1]);
    check(&BookFilter { since: Some(NOW.plus(2 * DAY_MS)), ..answered.clone() }, &[2]);
    check(&BookFilter { until: Some(NOW.plus(2 * DAY_MS)), ..answered }, &[1]);
}

#[test]
fn a_text_is_found_in_questions_and_answers_that_one_may_see() {
    let filter = |text: &str, whose| BookFilter {
        text: text.into(),
        whose,
        show: BookShow::All,
        ..BookFilter::default()
    };
    check(&filter("바다", None), &[1]);
    check(&filter(" hILLS ", None), &[1]);
    check(&filter("ＴＥＡ", None), &[2]);
    check(&filter("질문 2", None), &[2]);
    check(&filter("question", None), &[2, 1, 5, 4, 3]);
    check(&filter("question", Some(Whose::Mine)), &[]);
    check(&filter("hills", Some(Whose::Theirs)), &[1]);
    check(&filter("hills", Some(Whose::Mine)), &[]);
    check(&filter("ann 3", Some(Whose::Mine)), &[3]);
    check(&filter("bob 4", None), &[]);
}

#[test]
fn markdown_tells_who_answered_what() {
    let book = book();
    let found = find(&book, &BookFilter::default());
    let file = BookFile::of(&found, ["Ann", "B*b"], NOW);
    let expected = "\
# Answer book: Ann · B\\*b

2023-11-15

## Question 2?

2023-11-17

**Ann**

> coffee  

**B\\*b**

> tea  

## Question 1?

2023-11-16

**Ann**

> 제주 바다요  

**B\\*b**

> The Hills  
";
    assert_eq!(file.to_markdown(Language::En, 540), expected);
    assert!(file.to_markdown(Language::Ko, 540).starts_with("# 답변집: Ann · B\\*b\n"));
    assert!(file.to_markdown(Language::Ko, 540).contains("## 질문 1?"));
}

#[test]
fn an_answer_of_several_lines_stays_one_quotation() {
    let mut question = asked(1);
    question.answer(ANN, text("one\r\n\n# two"), NOW).unwrap();
    question.answer(BOB, text("three"), NOW).unwrap();
    let view = question.view_for(ANN).unwrap();
    let markdown = BookFile::of(&[&view], ["a", "b"], NOW).to_markdown(Language::En, 0);
    assert!(markdown.contains("> one  \n>   \n> \\# two  \n"), "{markdown}");
}

/// Questions with any texts, answered by nobody, one, both, or anew by one.
fn any_book() -> impl Strategy<Value = Vec<Asked>> {
    let answer = "\\PC{0,12}".prop_map(|it| text(&format!("{it}.")));
    let one = (1_u8..=9, 0_u8..=4, answer.clone(), answer);
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let question = |(n, stage, anns, bobs): (u8, u8, _, _)| {
            let mut asked = asked(n);
            let sealed = text("sealed-secret");
            match stage {
                0 => {}
                1 => drop(asked.answer(ANN, sealed, NOW)),
                2 => drop(asked.answer(BOB, sealed, NOW)),
                _ => {
                    asked.answer(ANN, anns, NOW).unwrap();
                    asked.answer(BOB, bobs, NOW).unwrap();
                }
            }
            if stage == 4 {
                asked.answer_anew(BOB, text("sealed-secret"), NOW.plus(31 * DAY_MS)).unwrap();
            }
            asked
        };
        all.into_iter().map(question).collect()
    })
}

proptest! {
    #[test]
    fn what_is_taken_along_reads_back_and_has_nothing_sealed(book in any_book(), by_ann in any::<bool>()) {
        let user = if by_ann { ANN } else { BOB };
        let views: Vec<AskedQuestion> = book.iter().filter_map(|it| it.view_for(user)).collect();
        let all = BookFilter { show: BookShow::All, ..BookFilter::default() };
        let file = BookFile::of(&find(&views, &all), ["Ann", "Bob"], NOW);
        let json = file.to_json().unwrap();
        prop_assert_eq!(&serde_json::from_str::<BookFile>(&json).unwrap(), &file);
        let markdown = file.to_markdown(Language::En, 0);
        prop_assert!(!json.contains("sealed-secret") && !markdown.contains("sealed-secret"));
        let answered = book.iter().filter(|it| it.state() == AskedState::Unsealed).count();
        prop_assert_eq!(file.questions.len(), answered);
        prop_assert_eq!(markdown.matches("\n## ").count(), answered);
    }
}
