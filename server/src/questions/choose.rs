//! Which question comes next, and when: by a word of the talk, by the clock, by a hand.
//!
//! Each question comes once per pair. At most [`OPEN_QUESTIONS_MAX`] are open at a time, and words
//! bring up at most one in [`WORD_EVERY_MS`], so that talking is not drowned. While the two pause,
//! nothing comes; where they have switched questions off, a hand alone brings one.

use super::{mode, packs::Pack, refusal::QuestionRefusal, seed::place, triggers::Triggers};
use app::{
    i18n::day_number,
    protocol::{
        ids::Millis,
        limits::OPEN_QUESTIONS_MAX,
        questions::{Brought, Clock, PackOrder, PairSettings, QuestionId, QuestionMode},
    },
};
use std::collections::HashSet;

/// A word brings nothing up for so long after one has.
pub const WORD_EVERY_MS: i64 = 10 * 60 * 1_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const HOUR_MS: i64 = 60 * 60 * 1_000;
const MINUTE_MS: i64 = 60 * 1_000;

/// What a pair was asked before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// All that it ever was, also what was skipped.
    pub asked: HashSet<QuestionId>,
    /// How many are open.
    pub open: u32,
    /// When a word brought one up last.
    pub word_at: Option<Millis>,
}

/// A pair that is to be asked something.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// What the two have chosen.
    pub settings: &'a PairSettings,
    /// Their pack.
    pub pack: &'a Pack,
    /// What they were asked before.
    pub past: &'a Past,
    /// The pair's own number, for [`PackOrder::Shuffled`]; the same for ever.
    pub seed: u64,
    /// When.
    pub now: Millis,
}

/// Whether another question may be open: not in a pause, and not where enough are. A hand that
/// brings a skipped one back asks this, too.
pub fn may_ask(settings: &PairSettings, open: u32, now: Millis) -> Result<(), QuestionRefusal> {
    if let Some(until) = mode::paused_until(settings, now) {
        return Err(QuestionRefusal::Paused { until });
    }
    if open >= OPEN_QUESTIONS_MAX {
        return Err(QuestionRefusal::TooManyOpen { limit: OPEN_QUESTIONS_MAX });
    }
    Ok(())
}

impl Asking<'_> {
    /// The question that a message of one of the two brings up, if any. `triggers` are those of the
    /// pack.
    pub fn by_word(&self, triggers: &Triggers, message: &str) -> Option<(QuestionId, Brought)> {
        let rests = self.past.word_at.is_some_and(|it| self.now < it.plus(WORD_EVERY_MS));
        if !self.settings.by_word || rests || !self.may_come_by_itself() {
            return None;
        }
        let hits = triggers.hits(message);
        let hit = hits.into_iter().find(|it| !self.past.asked.contains(it.question))?;
        Some((hit.question.clone(), Brought::Word { word: hit.word.to_owned() }))
    }

    /// The question that the clock brings up at its time, if any.
    pub fn by_clock(&self) -> Option<QuestionId> {
        self.settings.clock?;
        if self.may_come_by_itself() { self.next() } else { None }
    }

    /// The question that one of the two asks for.
    pub fn by_hand(&self) -> Result<QuestionId, QuestionRefusal> {
        may_ask(self.settings, self.past.open, self.now)?;
        self.next().ok_or(QuestionRefusal::NothingLeft)
    }

    fn may_come_by_itself(&self) -> bool {
        self.settings.mode != QuestionMode::Off
            && may_ask(self.settings, self.past.open, self.now).is_ok()
    }

    /// The next one that was not asked yet, in the order that the two have chosen.
    fn next(&self) -> Option<QuestionId> {
        let ids = self.pack.questions.iter().map(|it| &it.id);
        let mut left = ids.filter(|it| !self.past.asked.contains(it));
        let next = match self.settings.order {
            PackOrder::AsWritten => left.next(),
            PackOrder::Shuffled => left.min_by_key(|it| (place(self.seed, it), it.as_str())),
        };
        next.cloned()
    }
}

/// When the clock comes next, for two who set it at `set_at` and whom it asked last at `asked_at`:
/// at its hour on the day that is due, or on the first day on which that hour lies after the
/// setting. It may lie behind by now: then it is due at once, and once only.
pub fn next_clock_at(clock: Clock, set_at: Millis, asked_at: Option<Millis>) -> Millis {
    let zone = clock.zone_min();
    let at_hour = |day: i64| {
        let hour_ms = i64::from(clock.hour()) * HOUR_MS - i64::from(zone) * MINUTE_MS;
        Millis(day.saturating_mul(DAY_MS).saturating_add(hour_ms))
    };
    let day = day_number(set_at, zone);
    let first = if at_hour(day) > set_at { at_hour(day) } else { at_hour(day + 1) };
    let due = asked_at.map(|it| at_hour(day_number(it, zone) + i64::from(clock.every_days())));
    due.map_or(first, |it| it.max(first))
}

#[cfg(test)]
mod tests;
