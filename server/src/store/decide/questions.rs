//! The questions of two who were matched: what a change does to them, decided by
//! [`crate::questions`] from what stands there.

use super::{AppendError, Deed, Turn};
use crate::questions::{
    asked::{Answered, Asked, Skip, skips_of_day},
    choose::{Asking, Past, may_ask, next_clock_at},
    mode,
    packs::Pack,
    refusal::QuestionRefusal,
    triggers::Triggers,
};
use app::protocol::{
    ids::{AskedId, Millis, RoomId, Seq, UserId},
    message::{self, What},
    questions::{AnswerText, AskedState, Brought, Clock, PairSettings, QuestionId},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The questions of each room of two in a batch.
pub(in crate::store) type Pairs = BTreeMap<RoomId, PairState>;

/// The questions of two, as far as they matter for a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct PairState {
    pub(in crate::store) settings: PairSettings,
    /// When the clock brings up the next one.
    pub(in crate::store) clock_at: Option<Millis>,
    /// When it last did.
    pub(in crate::store) clock_asked_at: Option<Millis>,
    /// The two, the lower id first.
    pub(in crate::store) pair: [UserId; 2],
    /// What they were asked; read where the batch may bring something up.
    pub(in crate::store) past: Past,
    /// Those that are open, and those that the batch is about.
    pub(in crate::store) asked: BTreeMap<AskedId, Placed>,
    /// What was skipped of late; read where the batch skips something.
    pub(in crate::store) skips: Vec<(AskedId, Skip)>,
}

/// A question, and where the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Placed {
    pub(in crate::store) seq: Seq,
    pub(in crate::store) asked: Asked,
}

impl PairState {
    fn open(&self) -> impl Iterator<Item = &Asked> {
        let asked = self.asked.values().map(|it| &it.asked);
        asked.filter(|it| it.state() == AskedState::Open)
    }

    fn zone_min(&self) -> i32 {
        self.settings.clock.map_or(0, Clock::zone_min)
    }

    /// What a word, the clock or a hand chooses from.
    fn asking<'a>(&'a self, pack: &'a Pack, (room, now): (RoomId, Millis)) -> Asking<'a> {
        // The last bytes of a UUID are its random ones.
        let (_, seed) = room.0.as_u64_pair();
        Asking { settings: &self.settings, pack, past: &self.past, seed, now }
    }
}

/// A question that comes up at that place of a room's log. Of the room's own id, so that what is
/// decided twice is decided alike; no other entry has that place.
fn asked_id(room: RoomId, seq: Seq) -> AskedId {
    let (high, low) = room.0.as_u64_pair();
    AskedId(Uuid::from_u64_pair(high, low ^ seq.get()))
}

impl Turn<'_> {
    /// One of the two asks for a question.
    pub(super) fn ask(&mut self, back: Option<AskedId>) -> Result<(), AppendError> {
        self.may_take_part()?;
        let (author, place) = (self.append.author, (self.append.room, self.now));
        let by = Brought::Hand { user: author };
        if let Some(id) = back {
            return self.bring_back(id, by);
        }
        let pair = self.pair()?;
        let (pack, _) = self.pack(pair).ok_or(QuestionRefusal::NoPack)?;
        let question = pair.asking(pack, place).by_hand()?;
        self.bring_up(&question, by);
        Ok(())
    }

    /// One of the two answers.
    pub(super) fn answer(&mut self, id: AskedId, text: &AnswerText) -> Result<(), AppendError> {
        self.may_take_part()?;
        let (author, now) = (self.append.author, self.now);
        let placed = self.pair_mut()?.asked.get_mut(&id).ok_or(QuestionRefusal::NotAsked)?;
        if placed.asked.take(author, text.clone(), now)? != Answered::Changed {
            self.recount();
            self.tell_did(Deed::Answered, None, &id.to_string());
        }
        Ok(())
    }

    /// One of the two puts a question away.
    pub(super) fn skip(&mut self, id: AskedId) -> Result<(), AppendError> {
        self.may_take_part()?;
        let (author, now) = (self.append.author, self.now);
        let pair = self.pair_mut()?;
        let day = (now, pair.zone_min());
        let used = skips_of_day(pair.skips.iter().map(|it| &it.1), author, day);
        let placed = pair.asked.get_mut(&id).ok_or(QuestionRefusal::NotAsked)?;
        placed.asked.skip(author, used, now)?;
        pair.skips.push((id, Skip { by: author, at: now }));
        self.recount();
        self.tell_did(Deed::Skipped, None, &id.to_string());
        Ok(())
    }

    /// One of the two chooses how questions come up.
    pub(super) fn set_questions(&mut self, wanted: &PairSettings) -> Result<(), AppendError> {
        self.member(self.append.author).ok_or_else(|| self.stranger())?;
        let (pair, now) = (self.pair()?, self.now);
        let pack = wanted.pack.as_ref().filter(|it| pair.settings.pack.as_ref() != Some(*it));
        if pack.is_some_and(|it| self.facts.packs.get(it).is_none()) {
            return Err(QuestionRefusal::NoPack.into());
        }
        let paused_until = wanted.paused_until.and_then(|it| mode::pause(it, now));
        let settings = PairSettings { paused_until, ..wanted.clone() };
        if settings == pair.settings {
            return Ok(());
        }
        let pair = self.pair_mut()?;
        if settings.clock != pair.settings.clock {
            let asked_at = pair.clock_asked_at;
            pair.clock_at = settings.clock.map(|it| next_clock_at(it, now, asked_at));
        }
        pair.settings = settings;
        self.tell_did(Deed::QuestionsSet, None, "");
        Ok(())
    }

    /// The clock is due: brings a question up, where one may come, and says when it is due again.
    pub(super) fn ask_by_clock(&mut self) {
        let (room, now) = (self.append.room, self.now);
        let Ok(pair) = self.pair() else { return };
        let Some(clock) = pair.settings.clock.filter(|_| pair.clock_at.is_some_and(|at| at <= now))
        else {
            return;
        };
        let pack = self.pack(pair).filter(|_| self.may_write().is_ok());
        let question = pack.and_then(|(pack, _)| pair.asking(pack, (room, now)).by_clock());
        // Where nothing may come now, it is looked again at the clock's hour of the next day.
        let asked_at = question.as_ref().map(|_| now);
        let next = next_clock_at(clock, now, asked_at);
        if let Ok(pair) = self.pair_mut() {
            pair.clock_at = Some(next);
            pair.clock_asked_at = asked_at.or(pair.clock_asked_at);
        }
        if let Some(question) = question {
            self.bring_up(&question, Brought::Clock);
        }
    }

    /// What was just said may bring a question up.
    pub(super) fn ask_by_word(&mut self, text: &str) {
        let place = (self.append.room, self.now);
        let Ok(pair) = self.pair() else { return };
        let Some((pack, triggers)) = self.pack(pair) else { return };
        if let Some((question, brought)) = pair.asking(pack, place).by_word(triggers, text) {
            self.bring_up(&question, brought);
        }
    }

    /// Whether an open question lets the author talk.
    pub(super) fn may_talk(&self) -> Result<(), AppendError> {
        let Ok(pair) = self.pair() else { return Ok(()) };
        let open: Vec<Asked> = pair.open().cloned().collect();
        Ok(mode::may_talk(&pair.settings, &open, self.append.author, self.now)?)
    }

    /// Whether the author is one of the two, and may say something to the other.
    fn may_take_part(&self) -> Result<(), AppendError> {
        let author = self.append.author;
        self.member(author).ok_or_else(|| self.stranger())?;
        self.pair()?;
        if let Some(until) = self.muted(author) {
            return Err(AppendError::Muted { until });
        }
        self.may_write()
    }

    fn pair(&self) -> Result<&PairState, AppendError> {
        self.facts.pairs.get(&self.append.room).ok_or(AppendError::NotAllowed)
    }

    fn pair_mut(&mut self) -> Result<&mut PairState, AppendError> {
        self.facts.pairs.get_mut(&self.append.room).ok_or(AppendError::NotAllowed)
    }

    /// The pack that the two have chosen, where there still is one of that name.
    fn pack(&self, pair: &PairState) -> Option<(&Pack, &Triggers)> {
        self.facts.packs.get(pair.settings.pack.as_ref()?)
    }

    fn recount(&mut self) {
        if let Ok(pair) = self.pair_mut() {
            pair.past.open = u32::try_from(pair.open().count()).unwrap_or(u32::MAX);
        }
    }

    fn bring_back(&mut self, id: AskedId, brought: Brought) -> Result<(), AppendError> {
        let (author, now) = (self.append.author, self.now);
        let pair = self.pair_mut()?;
        let free = may_ask(&pair.settings, pair.past.open, now);
        let placed = pair.asked.get_mut(&id).ok_or(QuestionRefusal::NotAsked)?;
        if placed.asked.state() == AskedState::Skipped {
            free?;
        }
        placed.asked.bring_back(author)?;
        let entry = message::Asked {
            id,
            question: placed.asked.question.clone(),
            words: placed.asked.text.clone(),
            brought,
        };
        self.recount();
        self.tell(What::Asked(Box::new(entry)));
        Ok(())
    }

    fn bring_up(&mut self, question: &QuestionId, brought: Brought) {
        let Some(words) = self.facts.packs.packs().question(question).map(|it| it.text.clone())
        else {
            return;
        };
        let (room, now, seq) = (self.append.room, self.now, self.room.head.next());
        let id = asked_id(room, seq);
        let Ok(pair) = self.pair_mut() else { return };
        let asked = Asked {
            id,
            question: question.clone(),
            text: words.clone(),
            brought: brought.clone(),
            asked_at: now,
            pair: pair.pair,
            rounds: Vec::new(),
            is_skipped: false,
            skips: Vec::new(),
        };
        pair.asked.insert(id, Placed { seq, asked });
        pair.past.asked.insert(question.clone());
        if matches!(brought, Brought::Word { .. }) {
            pair.past.word_at = Some(now);
        }
        self.recount();
        let entry = message::Asked { id, question: question.clone(), words, brought };
        self.tell(What::Asked(Box::new(entry)));
    }
}
