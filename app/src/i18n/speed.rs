//! The texts of the page of speed rounds. Like [`People`](super::People) not in the browser.

use crate::protocol::snapshot::Language;

/// What the page of speed rounds says.
#[expect(missing_docs, reason = "the names of the fields say it")]
pub struct Speed {
    pub title: &'static str,
    pub lead: &'static str,
    pub back: &'static str,
    pub none: &'static str,
    pub plan: fn(u32, u32) -> String,
    pub next: fn(u32, u32, &str) -> String,
    pub weekly_on: &'static str,
    pub guests: fn(u32) -> String,
    pub enter_first: &'static str,
    pub join_lead: &'static str,
    pub join: &'static str,
    pub joined: &'static str,
    pub leave: &'static str,
    pub born: &'static str,
    pub start_title: &'static str,
    pub rounds: &'static str,
    pub length: &'static str,
    pub mins: fn(u32) -> String,
    pub begins: &'static str,
    pub in_mins: fn(u32) -> String,
    pub weekly: &'static str,
    pub start: &'static str,
    pub end: &'static str,
}

/// The texts in a language.
pub fn speed(language: Language) -> &'static Speed {
    match language {
        Language::Ko => &KO,
        Language::En => &EN,
    }
}

static EN: Speed = Speed {
    title: "Speed rounds",
    lead: "Whoever joins in talks with one other person for a few minutes, in a room of their own, \
           and then with the next one. Nobody's name is shown before both want it.",
    back: "Back to the room",
    none: "No speed rounds are set up here.",
    plan: |rounds, mins| match rounds {
        1 => format!("One round of {mins} min"),
        _ => format!("{rounds} rounds of {mins} min"),
    },
    next: |round, of, when| format!("Round {round} of {of} begins at {when}."),
    weekly_on: "They come again every week.",
    guests: |n| match n {
        0 => "Nobody has joined in yet.".to_owned(),
        1 => "One person has joined in.".to_owned(),
        _ => format!("{n} people have joined in."),
    },
    enter_first: "Enter the room to join in.",
    join_lead: "You meet people of your age group who share a language with you, never somebody \
                whom you blocked. Be in Maru when a round begins; without a partner you sit one \
                out and come first in the next.",
    join: "Join in",
    joined: "You have joined in. When a round begins, you are led to your partner.",
    leave: "Do not join in",
    born: "The year you were born",
    start_title: "Set up speed rounds",
    rounds: "Rounds",
    length: "Length of a round",
    mins: |n| format!("{n} min"),
    begins: "The first begins",
    in_mins: |n| match n {
        0 => "now".to_owned(),
        n if n >= 60 => format!("in {} h", n / 60),
        n => format!("in {n} min"),
    },
    weekly: "Again every week",
    start: "Set up",
    end: "Call the rounds off",
};

static KO: Speed = Speed {
    title: "스피드 대화",
    lead: "함께하는 사람끼리 둘씩, 둘만의 방에서 몇 분 동안 이야기하고 다음 사람을 만나요. \
           둘 다 원하기 전에는 이름이 보이지 않아요.",
    back: "방으로 돌아가기",
    none: "여기에는 열린 스피드 대화가 없어요.",
    plan: |rounds, mins| format!("{mins}분씩 {rounds}라운드"),
    next: |round, of, when| format!("{of}라운드 중 {round}라운드가 {when}에 시작해요."),
    weekly_on: "매주 다시 열려요.",
    guests: |n| match n {
        0 => "아직 함께하는 사람이 없어요.".to_owned(),
        _ => format!("{n}명이 함께해요."),
    },
    enter_first: "함께하려면 방에 들어가세요.",
    join_lead: "같은 연령대이고 쓰는 말이 통하는 사람을 만나요. 차단한 사람은 만나지 않아요. \
                라운드가 시작할 때 Maru에 있으면 돼요. 짝이 없으면 한 번 쉬고 다음에 먼저 만나요.",
    join: "함께하기",
    joined: "함께하고 있어요. 라운드가 시작하면 짝이 있는 방으로 안내할게요.",
    leave: "그만하기",
    born: "태어난 해",
    start_title: "스피드 대화 열기",
    rounds: "라운드 수",
    length: "한 라운드의 길이",
    mins: |n| format!("{n}분"),
    begins: "첫 라운드 시작",
    in_mins: |n| match n {
        0 => "지금".to_owned(),
        n if n >= 60 => format!("{}시간 뒤", n / 60),
        n => format!("{n}분 뒤"),
    },
    weekly: "매주 다시 열기",
    start: "열기",
    end: "스피드 대화 취소",
};
