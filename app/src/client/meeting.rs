//! The match or pair room shown, beyond its log: what is asked and answered, and what both agree to.

use super::{
    Client, browser,
    rest::{self, LoadError},
};
use crate::protocol::{
    ids::{AskedId, RoomId},
    matching::{MeetingView, Openness},
    message::{Deed, Entry, What},
    questions::{AnswerText, AskedQuestion, AskedState, QuestionMode},
    refusal::Refusal,
    room::RoomKind,
    snapshot::RoomSummary,
};
use leptos::{prelude::*, task::spawn_local};
use serde::Serialize;
use std::sync::Arc;

/// The body of a request that answers, or brings a question back.
#[derive(Serialize)]
struct Words<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    back: Option<AskedId>,
}

/// Whether a room has more than its log.
pub fn is_meeting(room: &RoomSummary) -> bool {
    matches!(room.kind, RoomKind::Match | RoomKind::Pair)
}

/// Loads what a room has beyond its log.
pub(super) async fn load(room: RoomId) -> Result<MeetingView, LoadError> {
    rest::load(&format!("rooms/{room}/meeting")).await
}

impl Client {
    /// What those in the room shown agreed to show. Whoever was not matched shows all.
    pub fn openness(self) -> Openness {
        if self.room().is_none_or(|it| it.kind != RoomKind::Match) {
            return Openness::Names;
        }
        self.meeting.read().as_ref().map_or(Openness::Text, |it| it.openness)
    }

    /// The oldest question that the user has not answered, where the two want to be asked.
    pub fn open_question(self) -> Option<AskedQuestion> {
        let meeting = self.meeting.read();
        let it = meeting.as_ref()?;
        let is_paused = it.settings.paused_until.is_some_and(|until| until > self.opened_at);
        if it.settings.mode == QuestionMode::Off || is_paused {
            return None;
        }
        let waits = |it: &&AskedQuestion| it.state == AskedState::Open && it.mine_sealed.is_none();
        it.asked.iter().find(waits).cloned()
    }

    /// The two have chosen what they are asked.
    pub fn has_pack(self) -> bool {
        self.meeting.read_untracked().as_ref().is_some_and(|it| it.settings.pack.is_some())
    }

    /// An open question keeps the user from talking on.
    pub fn is_strict(self) -> bool {
        let mode = self.meeting.read().as_ref().map(|it| it.settings.mode);
        mode == Some(QuestionMode::Strict)
    }

    /// Loads it anew, where the room shown has such.
    pub(super) fn reload_meeting(self) {
        let Some(room) = untrack(|| self.room()).filter(is_meeting) else { return };
        spawn_local(async move {
            if let (Ok(view), true) = (load(room.id).await, self.room_id_now() == Some(room.id)) {
                self.meeting.set(Some(view));
            }
        });
    }

    /// Takes in what the log of the room shown tells about it.
    pub(super) fn meet_by(self, added: &[Arc<Entry>]) {
        let (mut again, mut anew) = (false, false);
        for entry in added {
            match &entry.what {
                What::Asked(_) => again = true,
                What::Did(did) => match did.deed {
                    Deed::Opened if did.text == Openness::Names.name() => anew = true,
                    Deed::Answered | Deed::Skipped | Deed::QuestionsSet | Deed::Opened => {
                        again = true;
                    }
                    Deed::Kept => anew = true,
                    _ => {}
                },
                _ => {}
            }
        }
        if anew {
            // Who is there, and what the room is, is told otherwise from now on.
            if let Some(room) = self.room_id_now() {
                self.load(&room.to_string());
            }
        } else if again {
            self.reload_meeting();
        }
    }

    /// Whether the user wants to keep the room shown.
    pub fn keep_room(self, keep: bool) {
        let body = if keep { r#"{"keep":true}"# } else { r#"{"keep":false}"# };
        self.meet("PUT", "meeting/keep".to_owned(), body.to_owned(), move || {
            // Not loaded anew: a group that is kept is a room like others from then on.
            self.meeting.update(|it| {
                if let Some(it) = it {
                    it.keep = keep;
                }
            });
            if keep {
                self.tell(self.texts.meeting.keep_told.to_owned());
            }
        });
    }

    /// Brings a question up: the next one, or one that was skipped.
    pub fn ask(self, back: Option<AskedId>) {
        self.question("POST", String::new(), &Words { text: None, back }, || {});
    }

    /// Does without a question.
    pub fn skip(self, asked: AskedId) {
        let nothing = Words { text: None, back: None };
        self.question("POST", format!("/{asked}/skip"), &nothing, || {});
    }

    /// Answers a question, or answers it otherwise while it is sealed.
    pub fn answer(self, asked: AskedId, text: &AnswerText) {
        let words = Words { text: Some(text.as_str()), back: None };
        self.question("PUT", format!("/{asked}/answer"), &words, move || {
            self.keep_answer(asked, "");
        });
    }

    fn question(
        self,
        method: &'static str,
        path: String,
        words: &Words<'_>,
        done: impl FnOnce() + 'static,
    ) {
        // Ids and a text: writing them as JSON cannot fail.
        let Ok(body) = serde_json::to_string(words) else { return };
        self.meet(method, format!("questions{path}"), body, move || {
            done();
            self.reload_meeting();
        });
    }

    /// Asks the server for it; what is refused is told, and looked at anew.
    fn meet(self, method: &'static str, path: String, body: String, done: impl FnOnce() + 'static) {
        let Some(room) = self.room_id_now() else { return };
        self.trouble.set(None);
        spawn_local(async move {
            let asked = rest::ask(method, &format!("rooms/{room}/{path}"), Some(&body)).await;
            if self.room_id_now() != Some(room) {
                return;
            }
            let reason = match asked {
                Ok(_) => return done(),
                Err(LoadError::Refused(reason)) => reason,
                Err(LoadError::Unreachable) => Refusal::Unknown,
            };
            self.trouble.set(Some(reason));
            self.reload_meeting();
        });
    }

    /// What the user had begun to answer.
    pub fn kept_answer(self, asked: AskedId) -> Option<String> {
        browser::draft(self.my_id_now()?, asked.0)
    }

    /// Keeps what the user has begun to answer over a reload.
    pub fn keep_answer(self, asked: AskedId, text: &str) {
        if let Some(me) = self.my_id_now() {
            browser::keep_draft(me, asked.0, text);
        }
    }
}
