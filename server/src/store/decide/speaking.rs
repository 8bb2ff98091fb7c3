//! Saying something: who may, how often, and to whom.

use super::{AppendError, MemberState, Turn};
use app::protocol::{
    limits::REQUEST_MESSAGES_MAX,
    message::What,
    room::{Rank, RoomKind},
};

impl Turn<'_> {
    pub(super) fn say(&mut self, text: &str) -> Result<(), AppendError> {
        let author = self.append.author;
        let member = *self.member(author).ok_or_else(|| self.stranger())?;
        if let Some(until) = self.muted(author) {
            return Err(AppendError::Muted { until });
        }
        let keeps_order = self.authority() >= Rank::Cohost;
        let settings = &self.room.settings;
        if settings.kind == RoomKind::Large && !keeps_order && !member.speaker {
            return Err(AppendError::SpeakersOnly);
        }
        if settings.kind.is_intimate() {
            self.may_write()?;
        }
        self.may_talk()?;
        // By any node and any socket, also one that is gone: only what is written counts.
        if self.append.after.is_some_and(|it| !self.facts.known.contains_key(&(author, it))) {
            return Err(AppendError::Early);
        }
        if self.room.settings.slow_secs > 0 {
            if !keeps_order {
                self.in_time(&member)?;
            }
            let place = (self.append.room, author);
            self.facts.members.insert(place, MemberState { said_at: Some(self.now), ..member });
        }
        if self.room.settings.asked_by.is_some_and(|it| it != author) {
            // To answer is to accept, also after a refusal.
            (self.room.settings.asked_by, self.room.settings.locked) = (None, false);
        }
        self.tell(What::Message { text: text.to_owned() });
        self.ask_by_word(text);
        Ok(())
    }

    /// Whether the other of a room of two can be written to.
    pub(super) fn may_write(&self) -> Result<(), AppendError> {
        if self.room.people < 2 || self.facts.apart.contains(&self.append.room) {
            return Err(AppendError::NotReachable);
        }
        let asks = self.room.settings.asked_by == Some(self.append.author);
        if asks && self.room.settings.locked {
            // They were refused.
            return Err(AppendError::NotReachable);
        }
        // Before the answer nothing else stands in the log of a direct room.
        if asks && self.room.head.get() >= u64::from(REQUEST_MESSAGES_MAX) {
            return Err(AppendError::NotAnswered);
        }
        Ok(())
    }

    /// Whether the pause of the slow mode is over.
    fn in_time(&self, member: &MemberState) -> Result<(), AppendError> {
        let pause = i64::from(self.room.settings.slow_secs) * 1_000;
        let left = member.said_at.map_or(0, |it| it.plus(pause).since(self.now));
        match u32::try_from(left) {
            Ok(0) | Err(_) => Ok(()),
            Ok(retry_after_ms) => Err(AppendError::SlowMode { retry_after_ms }),
        }
    }

    /// Lets the other of a direct room write, who asked to.
    pub(super) fn accept(&mut self) -> Result<(), AppendError> {
        let author = self.append.author;
        self.member(author).ok_or_else(|| self.stranger())?;
        let settings = &mut self.room.settings;
        if settings.asked_by.is_some_and(|it| it != author) {
            (settings.asked_by, settings.locked) = (None, false);
        }
        Ok(())
    }
}
