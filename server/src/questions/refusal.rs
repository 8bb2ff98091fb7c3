//! Why something about a question is refused, and how that is told.

use app::protocol::{
    ids::{AskedId, Millis},
    refusal::Refusal,
};

/// Why something about a question was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionRefusal {
    /// The pair was never asked that.
    #[error("not asked")]
    NotAsked,
    /// The user is not one of the two.
    #[error("not one of the two")]
    NotOfThePair,
    /// The question is skipped, or both have answered.
    #[error("the question is not open")]
    NotOpen,
    /// The user has answered already.
    #[error("already answered")]
    AlreadyAnswered,
    /// Not both have answered, so that there is nothing to answer anew.
    #[error("not both have answered")]
    NotUnsealed,
    /// The user has no sealed answer that could be changed.
    #[error("there is no sealed answer to change")]
    NothingToEdit,
    /// The user has skipped as often today as one may.
    #[error("no skips left today")]
    NoSkipsLeft,
    /// The question is not skipped.
    #[error("the question is not skipped")]
    NotSkipped,
    /// It was answered not long ago.
    #[error("too soon to answer anew")]
    TooSoon {
        /// From then on.
        at: Millis,
    },
    /// The two have paused their questions.
    #[error("the questions are paused")]
    Paused {
        /// Until then.
        until: Millis,
    },
    /// As many are open as may be.
    #[error("too many questions are open")]
    TooManyOpen {
        /// How many may be.
        limit: u32,
    },
    /// The two have not chosen a pack.
    #[error("no pack is chosen")]
    NoPack,
    /// Every question of the pack was asked.
    #[error("every question of the pack was asked")]
    NothingLeft,
    /// The user answers first, and talks on then.
    #[error("answer the question first")]
    AnswerFirst {
        /// The oldest that waits for the user.
        asked: AskedId,
    },
}

impl From<QuestionRefusal> for Refusal {
    fn from(refusal: QuestionRefusal) -> Self {
        match refusal {
            QuestionRefusal::NotAsked | QuestionRefusal::NotOfThePair => Self::NotFound,
            QuestionRefusal::NoPack | QuestionRefusal::NothingLeft => Self::NothingToAsk,
            QuestionRefusal::NotOpen
            | QuestionRefusal::NotUnsealed
            | QuestionRefusal::NothingToEdit
            | QuestionRefusal::NotSkipped => Self::QuestionOver,
            QuestionRefusal::AlreadyAnswered => Self::AlreadyAnswered,
            QuestionRefusal::NoSkipsLeft => Self::NoSkipsLeft,
            QuestionRefusal::TooSoon { at } => Self::TooSoon { until: at },
            QuestionRefusal::Paused { until } => Self::TooSoon { until },
            QuestionRefusal::TooManyOpen { limit } => Self::TooMany { limit },
            QuestionRefusal::AnswerFirst { .. } => Self::AnswerFirst,
        }
    }
}
