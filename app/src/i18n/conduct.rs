//! The texts about what counts when people are matched, about lookouts, and about what one wants to
//! talk about. Like [`People`](super::People) not in the browser.

use crate::protocol::{matching::ConductKind, snapshot::Language};

/// What the page of one's standing and parts of the page of wishes say.
#[expect(missing_docs, reason = "the names of the fields say it")]
pub struct Standings {
    pub title: &'static str,
    pub lead: &'static str,
    pub score: fn(u32) -> String,
    pub clean: &'static str,
    pub pause: fn(&str) -> String,
    pub kind: fn(ConductKind) -> &'static str,
    pub why: fn(ConductKind) -> &'static str,
    pub times: fn(u32) -> String,
    pub points: fn(i32) -> String,
    pub forgotten: fn(&str) -> String,
    pub rules: &'static [&'static str],
    pub to_standing: &'static str,
    pub to_wishes: &'static str,
    pub look_out: &'static str,
    pub look_out_hint: &'static str,
    pub looking_out: fn(&str) -> String,
    pub told: fn(&str) -> String,
    pub stop: &'static str,
    pub understood: &'static str,
    pub about: fn(&str) -> String,
    pub about_message: fn(&str) -> String,
    pub about_hint: &'static str,
}

/// The texts in a language.
pub fn standings(language: Language) -> &'static Standings {
    match language {
        Language::Ko => &KO,
        Language::En => &EN,
    }
}

static EN: Standings = Standings {
    title: "How you stand",
    lead: "When people are put together, it counts a little how they treated those they met. Only you see this. It decides who goes first where several fit, and never whom you may meet at all.",
    score: |score| format!("{score} of 100"),
    clean: "Nothing counts against you.",
    pause: |when| format!("You can look for someone again from {when} on."),
    kind: |kind| match kind {
        ConductKind::Upheld => "Those who keep order here did something about you",
        ConductKind::Reported => "Several people reported you; nobody has looked at it yet",
        ConductKind::NotAnswered => "Someone was here for you, and you did not answer",
        ConductKind::Skipped => "You said no, or left soon after the beginning",
        ConductKind::Good => "You talked for a while, or kept the room",
        ConductKind::Unknown => "Something else",
    },
    why: |kind| match kind {
        ConductKind::Upheld => {
            "It weighs most, and you pause for a day; each time again for twice as long. Where it is taken back, this goes, too."
        }
        ConductKind::Reported => {
            "A single report counts for nothing. What is found to be unfounded goes at once."
        }
        ConductKind::NotAnswered => "Once is free. Others waited for you meanwhile.",
        ConductKind::Skipped => "Five times in two hours are free: you need not meet anybody.",
        ConductKind::Good => "It makes up for what else stands here.",
        ConductKind::Unknown => "",
    },
    times: |n| if n == 1 { "once".to_owned() } else { format!("{n} times") },
    points: |points| match points {
        0 => "counts for nothing".to_owned(),
        1.. => format!("+{points}"),
        _ => format!("−{}", points.unsigned_abs()),
    },
    forgotten: |when| format!("forgotten by {when}"),
    rules: &[
        "All of it weighs less from day to day, and after 30 days at most it is forgotten.",
        "Whom you block, whom you report and how long you wait never count against you.",
    ],
    to_standing: "How you stand",
    to_wishes: "Find someone to talk with",
    look_out: "Tell me when someone like that is here",
    look_out_hint: "Instead of waiting here: you are told once, within a day.",
    looking_out: |when| {
        format!("You will be told when someone like that looks for someone, until {when}.")
    },
    told: |when| format!("Someone like that was looking for someone at {when}."),
    stop: "Do not tell me any more",
    understood: "Understood",
    about: |name| format!("Only with someone who wants to talk about “{name}”, too"),
    about_message: |name| {
        format!("Only with someone who wants to talk about the same message in “{name}”, too")
    },
    about_hint: "You meet only those who chose the same. Take the tick away to meet anyone.",
};

static KO: Standings = Standings {
    title: "만남 태도",
    lead: "사람들을 이어 줄 때, 만난 사람에게 어떻게 대했는지를 조금 살펴요. 이 내용은 본인만 볼 수 있어요. 잘 맞는 사람이 여럿일 때 순서에만 쓰이고, 누구를 만날 수 있는지는 바꾸지 않아요.",
    score: |score| format!("100점 만점에 {score}점"),
    clean: "점수를 깎는 일이 없어요.",
    pause: |when| format!("{when}부터 다시 찾을 수 있어요."),
    kind: |kind| match kind {
        ConductKind::Upheld => "운영진이 조치를 했어요",
        ConductKind::Reported => "여러 사람이 신고했고, 아직 확인하기 전이에요",
        ConductKind::NotAnswered => "이야기할 사람이 있었지만 답하지 않았어요",
        ConductKind::Skipped => "만나지 않겠다고 했거나 곧 나갔어요",
        ConductKind::Good => "한동안 이야기했거나 방을 간직했어요",
        ConductKind::Unknown => "그 밖의 일",
    },
    why: |kind| match kind {
        ConductKind::Upheld => {
            "가장 크게 반영되고 하루 동안 쉬어요. 되풀이되면 쉬는 시간이 두 배가 돼요. 조치가 취소되면 이것도 사라져요."
        }
        ConductKind::Reported => {
            "신고 한 번만으로는 아무것도 바뀌지 않아요. 근거가 없으면 바로 사라져요."
        }
        ConductKind::NotAnswered => "한 번은 괜찮아요. 그동안 다른 분이 기다렸어요.",
        ConductKind::Skipped => "두 시간에 다섯 번까지는 괜찮아요. 꼭 만나야 하는 것은 아니에요.",
        ConductKind::Good => "다른 항목을 만회해 줘요.",
        ConductKind::Unknown => "",
    },
    times: |n| format!("{n}번"),
    points: |points| match points {
        0 => "반영되지 않음".to_owned(),
        1.. => format!("+{points}점"),
        _ => format!("−{}점", points.unsigned_abs()),
    },
    forgotten: |when| format!("{when}까지 모두 잊혀요"),
    rules: &[
        "모두 날마다 조금씩 옅어지고, 늦어도 30일 뒤에는 잊혀요.",
        "누구를 차단하거나 신고했는지, 얼마나 기다렸는지는 점수를 깎지 않아요.",
    ],
    to_standing: "만남 태도 보기",
    to_wishes: "이야기할 사람 찾기",
    look_out: "그런 사람이 오면 알려 주세요",
    look_out_hint: "기다리지 않아도 돼요. 하루 안에 한 번 알려 드려요.",
    looking_out: |when| format!("{when}까지, 그런 사람이 찾기 시작하면 알려 드릴게요."),
    told: |when| format!("{when}에 그런 사람이 누군가를 찾고 있었어요."),
    stop: "그만 알려 주세요",
    understood: "확인",
    about: |name| format!("‘{name}’에 대해 이야기하고 싶은 사람하고만"),
    about_message: |name| format!("‘{name}’의 같은 메시지에 대해 이야기하고 싶은 사람하고만"),
    about_hint: "같은 것을 고른 사람만 만나요. 누구든 만나려면 표시를 지워 주세요.",
};
