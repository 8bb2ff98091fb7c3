//! What the user plans: messages that are sent later, and reminders.

use super::{
    Client, browser,
    rest::{self, LoadError},
};
use crate::protocol::{
    ids::{Cid, JobId, Millis, Seq},
    message::MessageText,
    pages::{Plan, Planned},
};
use leptos::{prelude::*, task::spawn_local};
use serde::Serialize;
use std::time::Duration;

/// So long a line of confirmation is shown.
const TOLD_SHOWN: Duration = Duration::from_secs(6);
/// The hour at which what is planned for tomorrow comes.
const MORNING: u32 = 9;

/// A time to come, as the user chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So many minutes from now.
    InMins(i64),
    /// Tomorrow morning.
    Tomorrow,
    /// At that moment.
    At(Millis),
}

impl When {
    /// What a field for date and time holds; none where it is not filled.
    pub fn at_local(value: &str) -> Option<Self> {
        browser::local_moment(value).map(Self::At)
    }

    fn moment(self) -> Millis {
        match self {
            Self::InMins(mins) => browser::now().plus(mins * 60_000),
            Self::Tomorrow => browser::tomorrow_at(MORNING),
            Self::At(at) => at,
        }
    }
}

/// The body of a request that plans something; a reminder has the moment only.
#[derive(Serialize)]
struct NewPlan {
    at: Millis,
    #[serde(flatten)]
    say: Option<SayLater>,
}

/// A message that is sent later.
#[derive(Serialize)]
struct SayLater {
    cid: Cid,
    text: MessageText,
}

impl Client {
    /// Sends what the composer holds at another time. False when there is nothing to send.
    pub fn send_later(self, when: When) -> bool {
        let Some(room) = self.room_id_now() else { return false };
        let Ok(text) = MessageText::try_from(self.draft.get_untracked()) else { return false };
        let say = Some(SayLater { cid: browser::new_cid(), text: text.clone() });
        let plan = NewPlan { at: when.moment(), say };
        self.plan(format!("rooms/{room}/later"), plan, move || {
            self.drop_draft(room, &text);
            self.texts.direct.later_set
        });
        true
    }

    /// Reminds the user of an entry of the room shown.
    pub fn remind(self, seq: Seq, when: When) {
        let Some(room) = self.room_id_now() else { return };
        let plan = NewPlan { at: when.moment(), say: None };
        self.plan(format!("rooms/{room}/entries/{seq}/reminders"), plan, move || {
            self.texts.direct.remind_set
        });
    }

    /// The user knows of a reminder that came.
    pub fn dismiss(self, id: JobId) {
        self.reminders.update(|it| it.retain(|it| it.id != id));
        // Where it does not get through, it is shown again by the next page.
        spawn_local(async move { _ = rest::delete(&format!("later/{id}")).await });
    }

    /// Asks for it, and tells what came of it.
    fn plan(
        self,
        path: String,
        plan: NewPlan,
        done: impl FnOnce() -> fn(&str) -> String + 'static,
    ) {
        // Ids, numbers and a text: writing them as JSON cannot fail.
        let Ok(body) = serde_json::to_string(&plan) else { return };
        spawn_local(async move {
            match rest::post(&path, &body).await {
                Ok(_) => {
                    let zone_min = self.zone_min.get_untracked();
                    let when = self.texts.moment(plan.at, self.opened_at, zone_min);
                    self.tell(done()(&when));
                }
                Err(LoadError::Refused(reason)) => self.trouble.set(Some(reason)),
                Err(LoadError::Unreachable) => self.tell(self.texts.direct.not_done.to_owned()),
            }
        });
    }

    /// Shows a line above the composer for a while.
    pub(super) fn tell(self, line: String) {
        self.trouble.set(None);
        self.told.set(Some(line.clone()));
        let forget = move || {
            if self.told.read_untracked().as_ref() == Some(&line) {
                self.told.set(None);
            }
        };
        set_timeout(forget, TOLD_SHOWN);
    }

    /// A moment has come of which the user wanted to be reminded.
    pub(super) fn reminded(self, reminder: Planned) {
        let is_known = self.reminders.read_untracked().iter().any(|it| it.id == reminder.id);
        if !is_known {
            self.reminders.update(|it| it.push(reminder));
        }
    }

    /// Loads the reminders that have come while nobody was there to be told.
    pub(super) fn reload_reminders(self) {
        spawn_local(async move {
            if let Ok(loaded) = rest::load::<rest::Planned>("later").await {
                let is_due = |it: &Planned| it.plan == Plan::Remind && it.done_at.is_some();
                loaded.planned.into_iter().filter(is_due).for_each(|it| self.reminded(it));
            }
        });
    }
}
