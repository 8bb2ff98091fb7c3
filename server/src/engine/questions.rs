//! Questions that two answer for each other: what pages and REST ask of them.
//!
//! An answer leaves this file by [`Asked::view_for`] alone.

use super::{Engine, Who, clock};
use crate::{
    questions::{
        asked::{Asked, skips_of_day},
        book,
    },
    store::{Change, PairQuestions},
    veil::Veil,
};
use app::protocol::{
    ids::{AskedId, RoomId, UserId},
    limits::SKIPS_PER_DAY,
    questions::{
        AnswerText, AskedQuestion, AskedState, Clock, PairSettings,
        book::{AnswerBook, BookFilter},
    },
    refusal::Refusal,
};

/// Beside the open questions, so many of the others are shown in the room; the book has all.
const NEWEST: u32 = 20;

/// What one of two may see of their questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuestionsView {
    /// What they have chosen.
    pub settings: PairSettings,
    /// The open questions, the oldest first, then the newest of the others.
    pub asked: Vec<AskedQuestion>,
    /// How many both have answered.
    pub answered: u32,
    /// How many more the reader may skip today.
    pub skips_left: u32,
}

impl Engine {
    /// What the user may see of the questions of a room that they are in; none where two who were
    /// matched are not all who are in it.
    pub async fn questions_view(
        &self,
        user: UserId,
        room: RoomId,
    ) -> Result<Option<QuestionsView>, Refusal> {
        let Some(all) = self.pair_questions(user, room, NEWEST).await? else { return Ok(None) };
        let mut asked = views(&all.asked, user, &self.veil(room));
        let place = |it: &AskedQuestion| match it.state {
            AskedState::Open => (0, it.asked_at.0, it.id),
            AskedState::Unsealed | AskedState::Skipped => (1, -it.asked_at.0, it.id),
        };
        asked.sort_by_key(place);
        let zone_min = all.settings.clock.map_or(0, Clock::zone_min);
        let skips = skips_of_day(&all.skips, user, (clock::now(), zone_min));
        Ok(Some(QuestionsView {
            settings: all.settings,
            asked,
            answered: all.answered,
            skips_left: SKIPS_PER_DAY.saturating_sub(skips),
        }))
    }

    /// The answer book of two, as one of them reads it.
    pub async fn book(
        &self,
        user: UserId,
        room: RoomId,
        filter: &BookFilter,
    ) -> Result<AnswerBook, Refusal> {
        let all = self.pair_questions(user, room, u32::MAX).await?.ok_or(Refusal::NotAllowed)?;
        let book = views(&all.asked, user, &self.veil(room));
        let found = book::find(&book, filter).into_iter().cloned().collect();
        let mut packs: Vec<_> = book.iter().map(|it| it.question.pack()).collect();
        packs.sort();
        packs.dedup();
        Ok(AnswerBook { asked: all_of(&book), answered: all.answered, packs, found })
    }

    /// Asks for a question: the next one, or that one back which was skipped.
    pub async fn ask(&self, who: &Who, room: RoomId, back: Option<AskedId>) -> Result<(), Refusal> {
        self.change_questions(who, room, Change::Ask { back }).await
    }

    /// Answers a question: for the first time, in place of one's sealed answer, or anew.
    pub async fn answer_question(
        &self,
        who: &Who,
        room: RoomId,
        asked: AskedId,
        text: AnswerText,
    ) -> Result<(), Refusal> {
        self.change_questions(who, room, Change::Answer { asked, text }).await
    }

    /// Puts a question away, for both.
    pub async fn skip_question(
        &self,
        who: &Who,
        room: RoomId,
        asked: AskedId,
    ) -> Result<(), Refusal> {
        self.change_questions(who, room, Change::Skip(asked)).await
    }

    /// Chooses how questions come up, for both.
    pub async fn set_questions(
        &self,
        who: &Who,
        room: RoomId,
        settings: PairSettings,
    ) -> Result<(), Refusal> {
        self.change_questions(who, room, Change::SetQuestions(settings)).await
    }

    async fn change_questions(
        &self,
        who: &Who,
        room: RoomId,
        change: Change,
    ) -> Result<(), Refusal> {
        self.found(who.user, room)?;
        self.change(who.into(), room, None, change).await?;
        Ok(())
    }

    async fn pair_questions(
        &self,
        user: UserId,
        room: RoomId,
        newest: u32,
    ) -> Result<Option<PairQuestions>, Refusal> {
        let room = self.read(user, room)?;
        Ok(self.store().pair_questions(room.id, newest).await?)
    }
}

fn views(asked: &[Asked], user: UserId, veil: &Veil) -> Vec<AskedQuestion> {
    let mut views: Vec<_> = asked.iter().filter_map(|it| it.view_for(user)).collect();
    for view in &mut views {
        veil.brought(user, &mut view.brought);
    }
    views
}

fn all_of(book: &[AskedQuestion]) -> u32 {
    u32::try_from(book.len()).unwrap_or(u32::MAX)
}
