//! Which messages bring a question up, by tables; and that no text makes the search panic.

use super::*;
use crate::questions::packs::Packs;
use proptest::prelude::*;
use std::sync::LazyLock;

const PACK: &str = r#"
id = "p"
depth = 1
title = { ko = "제목", en = "Title" }
about = { ko = "설명", en = "About" }
[[questions]]
id = "noun"
ko = "가?"
en = "a?"
words = { ko = ["영화", "음악", "겨울", "mbti", "PC방"], en = ["film", "dish", "hobby", "k-pop", "café"] }
[[questions]]
id = "trip"
ko = "나?"
en = "b?"
words = { ko = ["여행하다", "여행가다"], en = ["travel", "journey"] }
[[questions]]
id = "trip-two"
ko = "다?"
en = "c?"
words = { ko = ["여행", "휴가"], en = ["box"] }
"#;

fn triggers() -> &'static Triggers {
    static TRIGGERS: LazyLock<Triggers> =
        LazyLock::new(|| Triggers::of(&Pack::parse("p", PACK).unwrap()));
    &TRIGGERS
}

/// The words that a message hits, each once.
fn check(message: &str, expected: &[&str]) {
    let triggers = triggers();
    let mut words: Vec<&str> = triggers.hits(message).iter().map(|it| it.word).collect();
    words.dedup();
    assert_eq!(words, expected, "{message:?}");
}

#[test]
fn a_korean_noun_is_found_with_particles_after_a_consonant() {
    for word in [
        "여행",
        "여행을",
        "여행이",
        "여행은",
        "여행도",
        "여행의",
        "여행에",
        "여행에서",
        "여행으로",
        "여행이랑",
        "여행과",
        "여행하고",
        "여행만",
        "여행까지",
        "여행부터",
        "여행보다",
        "여행처럼",
        "여행마다",
        "여행에서는",
        "여행에서도",
        "여행까지만",
        "여행이나",
        "여행이라도",
        "여행들",
        "여행들을",
        "여행들이랑",
        "여행요",
        "여행이요",
        "여행은요",
        "여행중에",
        "여행때",
        "여행때문에",
    ] {
        check(&format!("그 {word} 어때요?"), &["여행"]);
    }
}

#[test]
fn a_korean_noun_is_found_with_particles_after_a_vowel() {
    for word in [
        "영화",
        "영화를",
        "영화가",
        "영화는",
        "영화로",
        "영화랑",
        "영화와",
        "영화나",
        "영화라도",
        "영화처럼은",
        "영화밖에",
        "영화에서",
        "영화하고는",
        "영화만큼",
        "영화만큼은",
        "영화야",
    ] {
        check(word, &["영화"]);
    }
}

#[test]
fn a_korean_noun_is_found_with_forms_of_to_be() {
    for word in [
        "영화예요",
        "영화였어요",
        "영화였는데",
        "영화네요",
        "영화라서",
        "영화라면요",
        "영화잖아요",
        "영화인데",
        "영화입니다",
        "영화인가요",
        "영화지만",
        "영화까지예요",
        "영화뿐이에요",
        "영화때문이죠",
    ] {
        check(word, &["영화"]);
    }
    for word in [
        "음악이에요",
        "음악이었어요",
        "음악이었는데요",
        "음악이네요",
        "음악이라서",
        "음악이라면",
        "음악인데요",
        "음악입니다",
        "음악이죠",
        "음악이지만",
        "음악이니까",
        "음악이잖아",
    ] {
        check(word, &["음악"]);
    }
}

#[test]
fn forms_of_to_do_and_to_go_are_found_where_they_are_declared() {
    for word in [
        "여행해요",
        "여행했어요",
        "여행했었는데",
        "여행하면서",
        "여행하는",
        "여행하기",
        "여행할까요",
        "여행할래",
        "여행한",
        "여행한다면",
        "여행합시다",
        "여행하고싶다",
        "여행해보고",
        "여행하자",
        "여행가자",
        "여행갈래요",
        "여행갔어요",
        "여행갔을때",
        "여행가고",
        "여행간",
        "여행갑니다",
        "여행가면",
    ] {
        check(word, &["여행"]);
    }
    for word in ["휴가갔어요", "영화해요", "음악할래요", "휴가가자"] {
        check(word, &[]);
    }
}

#[test]
fn another_korean_word_is_not_found() {
    for word in [
        "여행사",
        "여행사를",
        "여행자",
        "여행지",
        "여행지는",
        "여행기",
        "여행길",
        "여행용",
        "여행가",
        "여행가를",
        "여행할인",
        "여행한국",
        "여행사진",
        "여행일정",
        "여행일지",
        "여행객이",
        "신혼여행",
        "해외여행을",
        "영화관",
        "영화제에서",
        "영화인",
        "음악가",
        "음악회",
        "음악인",
        "휴가지",
        "겨울잠",
        "겨울나기",
        "여행2",
        "여행vlog",
        "여 행",
        "여",
        "행",
    ] {
        check(word, &[]);
    }
}

#[test]
fn the_sound_before_a_particle_counts() {
    for word in ["여행를", "여행가", "여행와", "여행로", "영화을", "영화이", "영화으로", "겨울으로"]
    {
        check(word, &[]);
    }
    check("겨울로", &["겨울"]);
    check("겨울을", &["겨울"]);
}

#[test]
fn letters_and_punctuation_around_a_word_do_not_hide_it() {
    for message in [
        "여행ㅋㅋㅋ",
        "여행ㅠㅠ",
        "ㅇㅋ여행ㄱㄱ",
        "여행!!",
        "(여행)",
        "‘여행’을",
        "#여행",
        "좋아.여행",
        "여행/맛집",
        "여행~",
        "여행🙂",
        "여행\u{1112}\u{1161}고",
        "카페,여행,영화관",
        "\u{110b}\u{1167}\u{1112}\u{1162}\u{11bc}을",
        "**여행**",
    ] {
        check(message, &["여행"]);
    }
}

#[test]
fn an_english_word_is_found_alone_in_the_plural_and_with_s() {
    for (message, word) in [
        ("I love to travel.", "travel"),
        ("Travels with my aunt", "travel"),
        ("TRAVEL", "travel"),
        ("Ｔｒａｖｅｌ", "travel"),
        ("my journey's end", "journey"),
        ("my journey’s end", "journey"),
        ("journeys", "journey"),
        ("dishes", "dish"),
        ("two boxes", "box"),
        ("hobbies?", "hobby"),
        ("a (film)", "film"),
        ("\"films\"", "film"),
        ("the films' end", "film"),
        ("film/tea", "film"),
        ("K-pop!", "k-pop"),
        ("cafe\u{301}", "café"),
        ("film을", "film"),
        ("film이에요", "film"),
        ("MBTI가 뭐예요", "mbti"),
        ("mbti는", "mbti"),
        ("pc방에서", "pc방"),
    ] {
        check(message, &[word]);
    }
}

#[test]
fn another_english_word_is_not_found() {
    for message in [
        "traveling",
        "travelling",
        "traveller",
        "traveled",
        "untravel",
        "travel-size",
        "time-travel",
        "travel_log",
        "travel2",
        "filmes",
        "dishs",
        "boxs",
        "hobbys",
        "filmmaker",
        "microfilm",
        "pop",
        "k",
        "cafe",
        "boxing",
        "journeyed",
        "filmx을",
        "travel한국",
    ] {
        check(message, &[]);
    }
}

#[test]
fn links_addresses_and_mentions_bring_nothing_up() {
    for message in [
        "https://x.kr/여행",
        "http://travel/",
        "(https://x.kr/q?film)",
        "www.travel.com",
        "travel.com",
        "naver.com/여행",
        "film@x.kr",
        "@travel",
        "@여행",
        "ftp://film",
        "여행.com",
    ] {
        check(message, &[]);
    }
    check("https://x.kr 여행", &["여행"]);
}

#[test]
fn hits_come_in_the_order_of_the_words_and_each_question_once() {
    let triggers = triggers();
    let hits = |message| -> Vec<(&str, &str)> {
        triggers.hits(message).into_iter().map(|it| (it.question.slug(), it.word)).collect()
    };
    assert_eq!(
        hits("여행 가서 영화를 봤어요"),
        [("trip", "여행"), ("trip-two", "여행"), ("noun", "영화")]
    );
    assert_eq!(hits("영화, 음악, 여행가자"), [("noun", "영화"), ("trip", "여행")]);
    assert_eq!(hits("film film films"), [("noun", "film")]);
    assert_eq!(hits(""), []);
}

#[test]
fn a_word_that_could_be_found_everywhere_or_nowhere_is_no_trigger() {
    for (word, fault) in [
        ("꿈", WordFault::TooShort),
        ("일하다", WordFault::TooShort),
        ("집가다", WordFault::TooShort),
        ("여행 가방", WordFault::NotOneWord),
        ("", WordFault::NotOneWord),
        ("여행!", WordFault::NotOneWord),
        ("x.kr", WordFault::NotOneWord),
        ("2026", WordFault::WrongLanguage),
    ] {
        assert_eq!(TriggerWord::korean(word), Err(fault), "{word}");
    }
    let chars_max = word::WORD_CHARS_MAX;
    for (word, fault) in [
        ("I", WordFault::TooShort),
        ("don't", WordFault::NotOneWord),
        ("-x", WordFault::NotOneWord),
        ("여행", WordFault::WrongLanguage),
        ("abcdefghijklmnopqrstu", WordFault::TooLong { chars_max }),
    ] {
        assert_eq!(TriggerWord::english(word), Err(fault), "{word}");
    }
}

#[test]
fn every_built_in_trigger_brings_its_question_up() {
    for pack in Packs::built_in().by_depth() {
        let triggers = Triggers::of(pack);
        for question in &pack.questions {
            for word in &question.words {
                let message = format!("어제 {} 이야기", word.stem());
                let hits = triggers.hits(&message);
                assert!(hits.iter().any(|it| *it.question == question.id), "{}", word.stem());
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_search_panic(text in any::<String>()) {
        triggers().hits(&text);
    }

    #[test]
    fn korean_text_finds_a_noun_only_where_it_stands(text in "[가-힣여행영화을는하가해 .@'\\-ㅋ]{0,40}") {
        for hit in triggers().hits(&text) {
            prop_assert!(text.contains(hit.word), "{} in {text}", hit.word);
        }
    }

    #[test]
    fn whatever_stands_around_a_word_it_is_found(before in "[가-힣 ]{0,9}", after in "[가-힣 ]{0,9}") {
        let message = format!("{before} 휴가를 {after}");
        prop_assert!(triggers().hits(&message).iter().any(|it| it.word == "휴가"), "{message}");
    }
}
