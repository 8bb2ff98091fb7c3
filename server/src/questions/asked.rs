//! One question of a pair, from asked to unsealed, and what each of the two may see of it.
//!
//! What the two answer is kept in rounds. The first round is sealed until both have answered. A
//! month later each of them may begin another one by answering anew: what both had answered stays
//! to be read, the new answers are sealed until both have answered anew, and nobody has to.

use super::refusal::QuestionRefusal;
use app::{
    i18n::day_number,
    protocol::{
        ids::{AskedId, Millis, UserId},
        limits::{ANEW_AFTER_DAYS, SKIPS_PER_DAY},
        questions::{
            Answer, AnswerPair, AnswerText, AskedQuestion, AskedState, Bilingual, Brought,
            QuestionId,
        },
    },
};

/// So long after both have answered, one may answer anew.
const ANEW_AFTER_MS: i64 = ANEW_AFTER_DAYS * 24 * 60 * 60 * 1_000;

/// A question that a pair was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question in this pair.
    pub id: AskedId,
    /// The question in its pack.
    pub question: QuestionId,
    /// What was asked, as it read then: who edits a pack does not change what was answered.
    pub text: Bilingual,
    /// What brought it up.
    pub brought: Brought,
    /// When.
    pub asked_at: Millis,
    /// The two.
    pub pair: [UserId; 2],
    /// What they answered, the first round first. Only the last may be sealed.
    pub rounds: Vec<Round>,
    /// It is put away for both.
    pub is_skipped: bool,
    /// Who skipped it when; also what was brought back since.
    pub skips: Vec<Skip>,
}

/// One answer of each of the two, in the order of [`Asked::pair`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round(pub [Option<Answer>; 2]);

/// One of the two did not want the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Millis,
}

/// What an answer has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It waits for the other's.
    Sealed,
    /// Both see both.
    Unsealed,
    /// It takes the place of one's own, which is sealed.
    Changed,
}

impl Round {
    /// Since when both see both; none while it is sealed.
    pub fn unsealed_at(&self) -> Option<Millis> {
        match &self.0 {
            [Some(one), Some(other)] => Some(one.at.max(other.at)),
            _ => None,
        }
    }
}

impl Asked {
    /// How far it is.
    pub fn state(&self) -> AskedState {
        if self.is_skipped {
            AskedState::Skipped
        } else if self.unsealed_at().is_some() {
            AskedState::Unsealed
        } else {
            AskedState::Open
        }
    }

    /// Whether it is open and has no answer of that one of the two.
    pub fn waits_for(&self, user: UserId) -> bool {
        let Ok(seat) = self.seat(user) else { return false };
        self.state() == AskedState::Open && self.sealed().is_none_or(|it| it.of(seat).is_none())
    }

    /// Takes what somebody writes: another answer in place of their sealed one, an answer to the open
    /// question, or one anew.
    pub fn take(
        &mut self,
        by: UserId,
        text: AnswerText,
        now: Millis,
    ) -> Result<Answered, QuestionRefusal> {
        let seat = self.seat(by)?;
        if !self.is_skipped && self.sealed().is_some_and(|it| it.of(seat).is_some()) {
            self.edit(by, text, now)?;
            return Ok(Answered::Changed);
        }
        match self.state() {
            AskedState::Unsealed => self.answer_anew(by, text, now),
            AskedState::Open | AskedState::Skipped => self.answer(by, text, now),
        }
    }

    /// Takes an answer to the open question.
    pub fn answer(
        &mut self,
        by: UserId,
        text: AnswerText,
        now: Millis,
    ) -> Result<Answered, QuestionRefusal> {
        let seat = self.seat(by)?;
        match self.state() {
            AskedState::Skipped => Err(QuestionRefusal::NotOpen),
            AskedState::Unsealed => Err(QuestionRefusal::AlreadyAnswered),
            AskedState::Open => self.put(seat, text, now),
        }
    }

    /// Takes an answer to a question that both answered a month ago, or that the other has just
    /// answered anew.
    pub fn answer_anew(
        &mut self,
        by: UserId,
        text: AnswerText,
        now: Millis,
    ) -> Result<Answered, QuestionRefusal> {
        let seat = self.seat(by)?;
        if self.state() != AskedState::Unsealed {
            return Err(QuestionRefusal::NotUnsealed);
        }
        match self.anew_at() {
            Some(at) if now < at => Err(QuestionRefusal::TooSoon { at }),
            _ => self.put(seat, text, now),
        }
    }

    /// Changes one's own answer while it is sealed.
    pub fn edit(
        &mut self,
        by: UserId,
        text: AnswerText,
        now: Millis,
    ) -> Result<(), QuestionRefusal> {
        let seat = self.seat(by)?;
        if self.is_skipped {
            return Err(QuestionRefusal::NotOpen);
        }
        let sealed = self.rounds.last_mut().filter(|it| it.unsealed_at().is_none());
        let answer = sealed.and_then(|it| it.0.get_mut(seat)?.as_mut());
        *answer.ok_or(QuestionRefusal::NothingToEdit)? = Answer { text, at: now };
        Ok(())
    }

    /// Puts the open question away for both; `skips_used` is how often this user has skipped today,
    /// see [`skips_used`]. A sealed answer of the other is kept, and stays sealed.
    pub fn skip(
        &mut self,
        by: UserId,
        skips_used: u32,
        now: Millis,
    ) -> Result<(), QuestionRefusal> {
        self.seat(by)?;
        if self.state() != AskedState::Open {
            return Err(QuestionRefusal::NotOpen);
        }
        if !self.waits_for(by) {
            return Err(QuestionRefusal::AlreadyAnswered);
        }
        if skips_used >= SKIPS_PER_DAY {
            return Err(QuestionRefusal::NoSkipsLeft);
        }
        self.is_skipped = true;
        self.skips.push(Skip { by, at: now });
        Ok(())
    }

    /// Opens the skipped question again, in its old place. Whether another one may be open is asked
    /// of [`super::choose::may_ask`] first.
    pub fn bring_back(&mut self, by: UserId) -> Result<(), QuestionRefusal> {
        self.seat(by)?;
        if !self.is_skipped {
            return Err(QuestionRefusal::NotSkipped);
        }
        self.is_skipped = false;
        Ok(())
    }

    /// What a user may see: nothing unless they are one of the two, and the other's answers only of
    /// rounds that both have answered. Every door shows a question by this alone.
    pub fn view_for(&self, user: UserId) -> Option<AskedQuestion> {
        let mine = self.seat(user).ok()?;
        let theirs = 1 - mine;
        let sealed = self.sealed();
        let state = self.state();
        let has_answered_anew = sealed.is_some_and(|it| it.of(mine).is_some());
        let may_answer_anew = state == AskedState::Unsealed && !has_answered_anew;
        Some(AskedQuestion {
            id: self.id,
            question: self.question.clone(),
            text: self.text.clone(),
            brought: self.brought.clone(),
            asked_at: self.asked_at,
            state,
            mine_sealed: sealed.and_then(|it| it.of(mine)).cloned(),
            theirs_sealed: sealed.is_some_and(|it| it.of(theirs).is_some()),
            answers: self.rounds.iter().rev().filter_map(|it| it.pair_for(mine)).collect(),
            anew_at: self.anew_at().or_else(|| self.unsealed_at()).filter(|_| may_answer_anew),
        })
    }

    /// When both first had answered.
    fn unsealed_at(&self) -> Option<Millis> {
        self.rounds.first().and_then(Round::unsealed_at)
    }

    /// From when on somebody may begin another round; none while one is begun, or none was ended.
    fn anew_at(&self) -> Option<Millis> {
        Some(self.rounds.last()?.unsealed_at()?.plus(ANEW_AFTER_MS))
    }

    /// The round that is not answered by both.
    fn sealed(&self) -> Option<&Round> {
        self.rounds.last().filter(|it| it.unsealed_at().is_none())
    }

    fn seat(&self, user: UserId) -> Result<usize, QuestionRefusal> {
        self.pair.iter().position(|it| *it == user).ok_or(QuestionRefusal::NotOfThePair)
    }

    /// Puts an answer into the sealed round, or begins one with it.
    fn put(
        &mut self,
        seat: usize,
        text: AnswerText,
        now: Millis,
    ) -> Result<Answered, QuestionRefusal> {
        if self.sealed().is_none() {
            self.rounds.push(Round::default());
        }
        let round = self.rounds.last_mut();
        let place = round.and_then(|it| it.0.get_mut(seat)).ok_or(QuestionRefusal::NotOfThePair)?;
        if place.is_some() {
            return Err(QuestionRefusal::AlreadyAnswered);
        }
        *place = Some(Answer { text, at: now });
        Ok(if self.sealed().is_some() { Answered::Sealed } else { Answered::Unsealed })
    }
}

impl Round {
    fn of(&self, seat: usize) -> Option<&Answer> {
        self.0.get(seat)?.as_ref()
    }

    /// Both answers, for the one of that seat; none while they are sealed.
    fn pair_for(&self, seat: usize) -> Option<AnswerPair> {
        Some(AnswerPair {
            unsealed_at: self.unsealed_at()?,
            mine: self.of(seat)?.clone(),
            theirs: self.of(1 - seat)?.clone(),
        })
    }
}

/// The questions that wait for a user, the oldest first.
pub fn waiting_for(asked: &[Asked], user: UserId) -> Vec<&Asked> {
    let mut waiting: Vec<&Asked> = asked.iter().filter(|it| it.waits_for(user)).collect();
    waiting.sort_by_key(|it| (it.asked_at, it.id));
    waiting
}

/// How often a user has skipped on the day of `now`, where clocks are `zone_min` minutes ahead of
/// UTC. What was brought back counts as well.
pub fn skips_used(asked: &[Asked], user: UserId, now: Millis, zone_min: i32) -> u32 {
    skips_of_day(asked.iter().flat_map(|it| &it.skips), user, (now, zone_min))
}

/// As [`skips_used`], of skips that are known by themselves.
pub fn skips_of_day<'a>(
    skips: impl IntoIterator<Item = &'a Skip>,
    user: UserId,
    (now, zone_min): (Millis, i32),
) -> u32 {
    let today = day_number(now, zone_min);
    let is_of_today = |it: &&Skip| it.by == user && day_number(it.at, zone_min) == today;
    u32::try_from(skips.into_iter().filter(is_of_today).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(super) mod tests;
