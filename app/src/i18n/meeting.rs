//! The texts about looking for somebody: those of the live page, in [`Texts`](super::Texts), and
//! those of the page of wishes, which are not in the browser.

use crate::protocol::{
    matching::{Ended, Mood, Pace, Wish},
    snapshot::Language,
};

/// What the live page and the sidebar say about looking for somebody.
#[expect(missing_docs, reason = "the names of the fields say it")]
pub struct Meeting {
    pub heading: &'static str,
    pub find: &'static str,
    pub title: &'static str,
    pub waiting: fn(u32) -> String,
    pub looking: &'static str,
    pub who_speaks: fn(&str, &str) -> String,
    pub waiting_now: &'static str,
    pub usual: &'static str,
    pub usual_unknown: &'static str,
    pub in_common: &'static str,
    pub met_of: fn(u32, u32) -> String,
    pub secs: fn(u32) -> String,
    pub relaxed: fn(&str) -> String,
    pub saves: fn(&str, &str) -> String,
    pub wish: fn(Wish) -> &'static str,
    pub stop: &'static str,
    pub change: &'static str,
    pub found: &'static str,
    pub found_in_title: fn(u32) -> String,
    pub shared: &'static str,
    pub secs_to_answer: fn(u32) -> String,
    pub yes: &'static str,
    pub no: &'static str,
    pub said_yes: fn(u32, u32) -> String,
    pub go: &'static str,
    pub ready: &'static str,
    pub idle: &'static str,
    pub again: &'static str,
    pub next: &'static str,
    pub leave: &'static str,
    pub ended: fn(Ended) -> &'static str,
}

pub(super) const EN: Meeting = Meeting {
    heading: "Match",
    find: "Find someone",
    title: "Find someone to talk with",
    waiting: |n| format!("{n} waiting"),
    looking: "Looking for someone…",
    who_speaks: |languages, interests| {
        if interests.is_empty() {
            format!("Who speaks {languages}.")
        } else {
            format!("Who speaks {languages}, and likes {interests}.")
        }
    },
    waiting_now: "waiting now",
    usual: "usual wait",
    usual_unknown: "–",
    in_common: "in common at best",
    met_of: |met, of| format!("{met} of {of}"),
    secs: |secs| if secs < 90 { format!("{secs} s") } else { format!("{} min", secs / 60) },
    relaxed: |wishes| format!("By now others will do, too: {wishes}."),
    saves: |wish, time| format!("Those without “{wish}” waited {time} less."),
    wish: |wish| match wish {
        Wish::Interests => "interests",
        Wish::Mood => "mood",
        Wish::Pace => "pace",
        Wish::Practise => "language to practise",
        Wish::Pack => "questions",
    },
    stop: "Stop looking",
    change: "Change wishes",
    found: "Someone is here",
    found_in_title: |secs| format!("({secs}) Someone is here"),
    shared: "You have in common:",
    secs_to_answer: |secs| format!("{secs} s to answer"),
    yes: "Meet them",
    no: "Not now",
    said_yes: |yes, people| {
        format!("You said yes. {yes} of {people} have; waiting for the others.")
    },
    go: "Go there",
    ready: "Someone is here for you.",
    idle: "You are not looking for anyone.",
    again: "Find someone",
    next: "Next person",
    leave: "Leave",
    ended: |ended| match ended {
        Ended::Cancelled => "You stopped looking.",
        Ended::NotAnswered => {
            "Someone was here, and you did not answer. You are not looking any more."
        }
        Ended::Away => "You were away, so the search ended.",
        Ended::Refused | Ended::Unknown => "The search has ended.",
    },
};

pub(super) const KO: Meeting = Meeting {
    heading: "새로운 만남",
    find: "누군가 만나기",
    title: "이야기할 사람 찾기",
    waiting: |n| format!("{n}명 대기"),
    looking: "찾고 있어요…",
    who_speaks: |languages, interests| {
        if interests.is_empty() {
            format!("{languages} 할 줄 아는 사람")
        } else {
            format!("{languages} 할 줄 알고 {interests} 좋아하는 사람")
        }
    },
    waiting_now: "지금 대기",
    usual: "보통 기다리는 시간",
    usual_unknown: "–",
    in_common: "가장 잘 맞는 사람과 공통점",
    met_of: |met, of| format!("{of}개 중 {met}개"),
    secs: |secs| if secs < 90 { format!("{secs}초") } else { format!("{}분", secs / 60) },
    relaxed: |wishes| format!("이제 이 바람은 맞지 않아도 괜찮아요: {wishes}"),
    saves: |wish, time| format!("‘{wish}’ 없이 찾은 사람은 {time} 덜 기다렸어요."),
    wish: |wish| match wish {
        Wish::Interests => "관심사",
        Wish::Mood => "분위기",
        Wish::Pace => "속도",
        Wish::Practise => "연습할 언어",
        Wish::Pack => "질문",
    },
    stop: "그만 찾기",
    change: "바람 바꾸기",
    found: "이야기할 사람이 있어요",
    found_in_title: |secs| format!("({secs}) 이야기할 사람이 있어요"),
    shared: "함께 좋아하는 것:",
    secs_to_answer: |secs| format!("{secs}초 안에 답해 주세요"),
    yes: "만나 볼래요",
    no: "다음에요",
    said_yes: |yes, people| {
        format!("만나겠다고 했어요. {people}명 중 {yes}명이 답했고, 다른 분을 기다리고 있어요.")
    },
    go: "보러 가기",
    ready: "이야기할 사람이 나타났어요.",
    idle: "지금은 찾고 있지 않아요.",
    again: "누군가 만나기",
    next: "다음 사람",
    leave: "나가기",
    ended: |ended| match ended {
        Ended::Cancelled => "찾기를 그만두었어요.",
        Ended::NotAnswered => "이야기할 사람이 있었지만 답하지 않아서 찾기가 끝났어요.",
        Ended::Away => "자리를 비워서 찾기가 끝났어요.",
        Ended::Refused | Ended::Unknown => "찾기가 끝났어요.",
    },
};

/// What the page of wishes says.
#[expect(missing_docs, reason = "the names of the fields say it")]
pub struct Wishing {
    pub title: &'static str,
    pub lead: &'static str,
    pub languages: &'static str,
    pub languages_hint: &'static str,
    pub interests: &'static str,
    pub interests_hint: &'static str,
    pub mood: &'static str,
    pub any: &'static str,
    pub mood_name: fn(Mood) -> &'static str,
    pub pace: &'static str,
    pub pace_name: fn(Pace) -> &'static str,
    pub practise: &'static str,
    pub no_practise: &'static str,
    pub pack: &'static str,
    pub no_pack: &'static str,
    pub people: &'static str,
    pub two: &'static str,
    pub group: fn(u32) -> String,
    pub guests: &'static str,
    pub born: &'static str,
    pub born_hint: &'static str,
    pub start: &'static str,
    pub save: &'static str,
}

/// The texts in a language.
pub fn wishing(language: Language) -> &'static Wishing {
    match language {
        Language::Ko => &WISHING_KO,
        Language::En => &WISHING_EN,
    }
}

static WISHING_EN: Wishing = Wishing {
    title: "Find someone to talk with",
    lead: "Say whom you would like to meet. What you wish relaxes while you wait; language, age and whom you blocked never do.",
    languages: "Languages you speak",
    languages_hint: "You are matched with someone who speaks at least one of them.",
    interests: "What you like",
    interests_hint: "Up to ten words, with commas between them.",
    mood: "Mood",
    any: "Any",
    mood_name: |mood| match mood {
        Mood::Light => "This and that",
        Mood::Deep => "What matters",
        Mood::Playful => "Jokes and games",
        Mood::Quiet => "To listen, or be heard",
    },
    pace: "Pace",
    pace_name: |pace| match pace {
        Pace::Quick => "Back and forth",
        Pace::Slow => "In one's own time",
    },
    practise: "Language to practise",
    no_practise: "None",
    pack: "Questions to begin with",
    no_pack: "None",
    people: "How many",
    two: "Two of you",
    group: |n| format!("Up to {n}"),
    guests: "Someone without an account will do, too",
    born: "Year you were born",
    born_hint: "Asked once and shown to nobody: the young and the grown-up are never matched with each other.",
    start: "Start looking",
    save: "Go on with these wishes",
};

static WISHING_KO: Wishing = Wishing {
    title: "이야기할 사람 찾기",
    lead: "어떤 사람을 만나고 싶은지 알려 주세요. 기다리는 동안 바람은 조금씩 느슨해지지만, 언어와 나이, 차단은 언제나 지켜요.",
    languages: "할 줄 아는 언어",
    languages_hint: "이 가운데 하나라도 같이 쓰는 사람과 만나요.",
    interests: "좋아하는 것",
    interests_hint: "쉼표로 나누어 열 개까지 적어 주세요.",
    mood: "분위기",
    any: "아무거나",
    mood_name: |mood| match mood {
        Mood::Light => "이런저런 이야기",
        Mood::Deep => "깊은 이야기",
        Mood::Playful => "농담과 놀이",
        Mood::Quiet => "들어 주고 들려주기",
    },
    pace: "속도",
    pace_name: |pace| match pace {
        Pace::Quick => "바로바로 주고받기",
        Pace::Slow => "여유 있을 때 천천히",
    },
    practise: "연습하고 싶은 언어",
    no_practise: "없음",
    pack: "함께 답할 질문",
    no_pack: "없음",
    people: "인원",
    two: "둘이서",
    group: |n| format!("{n}명까지"),
    guests: "계정이 없는 손님도 괜찮아요",
    born: "태어난 해",
    born_hint: "한 번만 묻고 아무에게도 보여 주지 않아요. 청소년과 성인은 서로 만나지 않아요.",
    start: "찾기 시작",
    save: "이 바람으로 계속 찾기",
};
