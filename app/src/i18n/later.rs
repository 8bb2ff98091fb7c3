//! The texts of the page of planned things. Like [`People`](super::People) not in the browser.

use crate::protocol::snapshot::Language;

/// What the page of planned things says.
#[expect(missing_docs, reason = "the names of the fields say it")]
pub struct Later {
    pub title: &'static str,
    pub lead: &'static str,
    pub says: &'static str,
    pub no_says: &'static str,
    pub reminders: &'static str,
    pub no_reminders: &'static str,
    pub failed: &'static str,
    pub at: fn(&str) -> String,
    pub to: fn(&str) -> String,
    pub why_failed: fn(&str) -> String,
    pub came: fn(&str) -> String,
    pub edit: &'static str,
    pub text: &'static str,
    pub when: &'static str,
    pub save: &'static str,
    pub cancel: &'static str,
    pub forget: &'static str,
    pub go_there: &'static str,
}

/// The texts in a language.
pub fn later(language: Language) -> &'static Later {
    match language {
        Language::Ko => &KO,
        Language::En => &EN,
    }
}

static EN: Later = Later {
    title: "Planned",
    lead: "Messages that are sent later, and what you want to be reminded of.",
    says: "To be sent",
    no_says: "Nothing. The clock beside a room's Send button plans a message.",
    reminders: "Reminders",
    no_reminders: "None. The menu of a message can remind you of it.",
    failed: "Could not be sent",
    at: |when| format!("on {when}"),
    to: |room| format!("in {room}"),
    why_failed: |why| format!("Not sent: {why}"),
    came: |when| format!("came on {when}"),
    edit: "Edit",
    text: "Message",
    when: "When",
    save: "Save",
    cancel: "Cancel it",
    forget: "Remove",
    go_there: "Go there",
};

static KO: Later = Later {
    title: "예약",
    lead: "나중에 보낼 메시지와 다시 알림이에요.",
    says: "보낼 메시지",
    no_says: "없어요. 방의 보내기 단추 옆 시계로 예약할 수 있어요.",
    reminders: "다시 알림",
    no_reminders: "없어요. 메시지의 메뉴에서 다시 알려 달라고 할 수 있어요.",
    failed: "보내지 못한 메시지",
    at: |when| format!("{when}에"),
    to: |room| format!("{room}에서"),
    why_failed: |why| format!("보내지 못했어요. {why}"),
    came: |when| format!("{when}에 알려 드렸어요"),
    edit: "고치기",
    text: "메시지",
    when: "언제",
    save: "저장",
    cancel: "취소하기",
    forget: "지우기",
    go_there: "보러 가기",
};
