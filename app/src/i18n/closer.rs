//! The texts of the page about a match or pair room. They are not part of [`Texts`](super::Texts),
//! so that the browser's half does not carry them.

use crate::protocol::{matching::Openness, snapshot::Language};

/// What the page about a match or pair room says.
#[expect(missing_docs, reason = "the names of the fields say it")]
pub struct Closer {
    pub title: fn(&str) -> String,
    pub back: &'static str,
    pub keep: &'static str,
    pub keep_lead: fn(&str) -> String,
    pub keeps: fn(&str) -> String,
    pub open: &'static str,
    pub open_lead: fn(&str) -> String,
    pub step: fn(Openness) -> &'static str,
    pub is_open: &'static str,
    pub offered: fn(&str) -> String,
    pub offer: fn(Openness) -> &'static str,
    pub part: &'static str,
    pub part_lead: &'static str,
    pub part_pair_lead: &'static str,
    pub whom: &'static str,
    pub report_lead: fn(&str) -> String,
}

/// The texts in a language.
pub fn closer(language: Language) -> &'static Closer {
    match language {
        Language::Ko => &KO,
        Language::En => &EN,
    }
}

static EN: Closer = Closer {
    title: |name| format!("You and {name}"),
    back: "Back to the room",
    keep: "Keep this room",
    keep_lead: |name| {
        format!(
            "The room is gone as soon as one of you leaves. It stays, with all that was said in \
             it, once both you and {name} want to keep it; from then on you know each other by \
             name. Neither is told what the other wants until both do."
        )
    },
    keeps: |name| format!("You want to keep it. It stays as soon as {name} does, too."),
    open: "What you show each other",
    open_lead: |name| {
        format!(
            "Step by step, and each step only when both agree: what you offer here, {name} has to \
             offer, too. A step brings those before it with it, and is not taken back."
        )
    },
    step: |step| match step {
        Openness::Text => "Words; addresses stay plain text",
        Openness::Links => "Links can be opened",
        Openness::Pictures => "Pictures are shown",
        Openness::Names => "You know who the other is",
    },
    is_open: "open",
    offered: |name| format!("You offered it; waiting for {name}"),
    offer: |step| match step {
        Openness::Text => "",
        Openness::Links => "Show links",
        Openness::Pictures => "Show pictures",
        Openness::Names => "Say who I am",
    },
    part: "Leave",
    part_lead: "The room is gone when you leave. Whom you block you never meet again; they are not \
                told why you left.",
    part_pair_lead: "The room is gone for both when you leave, with all its answers. Whom you block \
                     you never meet again; they are not told why you left.",
    whom: "Whom",
    report_lead: |name| {
        format!(
            "You leave, {name} is blocked, and those who keep order here get the last messages, \
             sealed until they look at your report. It stays between you and them."
        )
    },
};

static KO: Closer = Closer {
    title: |name| format!("{name} 님과 나"),
    back: "방으로 돌아가기",
    keep: "이 방 간직하기",
    keep_lead: |name| {
        format!(
            "둘 중 한 사람이 나가면 방은 사라져요. {name} 님과 나 모두 간직하기를 원하면 나눈 \
             이야기와 함께 남고, 그때부터 서로 누구인지 알 수 있어요. 둘 다 원하기 전에는 서로의 \
             마음을 알 수 없어요."
        )
    },
    keeps: |name| format!("간직하고 싶다고 했어요. {name} 님도 원하면 방이 남아요."),
    open: "서로 보여 주는 것",
    open_lead: |name| {
        format!(
            "한 단계씩, 두 사람이 모두 원할 때만 열려요. 여기서 고른 것은 {name} 님도 골라야 \
             열려요. 뒤 단계를 고르면 앞 단계도 함께 열리고, 되돌릴 수 없어요."
        )
    },
    step: |step| match step {
        Openness::Text => "글만 주고받아요. 주소는 글자로만 보여요",
        Openness::Links => "링크를 열 수 있어요",
        Openness::Pictures => "사진을 볼 수 있어요",
        Openness::Names => "서로 누구인지 알 수 있어요",
    },
    is_open: "열렸어요",
    offered: |name| format!("나는 골랐어요. {name} 님을 기다려요"),
    offer: |step| match step {
        Openness::Text => "",
        Openness::Links => "링크 보여 주기",
        Openness::Pictures => "사진 보여 주기",
        Openness::Names => "내가 누구인지 알려 주기",
    },
    part: "나가기",
    part_lead: "나가면 방은 사라져요. 차단한 사람과는 다시 만나지 않고, 왜 나갔는지 알리지 않아요.",
    part_pair_lead: "나가면 두 사람 모두에게서 방과 답변이 사라져요. 차단한 사람과는 다시 만나지 \
                     않고, 왜 나갔는지 알리지 않아요.",
    whom: "누구를",
    report_lead: |name| {
        format!(
            "방을 나가고 {name} 님을 차단해요. 마지막 메시지들은 봉해 두었다가 운영진이 신고를 \
             살펴볼 때만 열어 봐요. 신고했다는 것은 운영진만 알아요."
        )
    },
};
