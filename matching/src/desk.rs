//! What becomes of tickets and proposals: pure decisions on one proposal and its tickets, as they
//! stand in the transaction that carries them out.

use crate::ids::TicketId;

mod rules;

pub use rules::{decide, due, propose, propose_on};

/// How long a proposal waits for all to say yes.
pub const ANSWER_MS: i64 = 15_000;
/// Who did something in so short a time is there, and is not asked.
pub const ACTIVE_MS: i64 = 10_000;
/// Who lost the connection may come back for so long.
pub const AWAY_MS: i64 = 20_000;

/// How long a proposal waits, and when nobody need be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// A proposal waits so long for all to say yes, in milliseconds.
    pub answer_ms: i64,
    /// Who did something in so short a time is there, and is not asked.
    pub active_ms: i64,
}

impl Terms {
    /// Where nothing else was set.
    pub const USUAL: Self = Self { answer_ms: ANSWER_MS, active_ms: ACTIVE_MS };
}

/// What a ticket is in. The last three are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Waiting for a round.
    Searching,
    /// A proposal with it is open.
    Proposed,
    /// Everybody said yes.
    Matched,
    /// Its owner does not want any more.
    Cancelled,
    /// Its owner did not answer, was away for too long, or waited as long as they wanted to.
    Expired,
}

impl State {
    /// Whether it stays so for ever.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Matched | Self::Cancelled | Self::Expired)
    }
}

/// A ticket as the desk knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which ticket.
    pub ticket: TicketId,
    /// What it is in.
    pub state: State,
    /// When its owner last did something.
    pub active_at: i64,
    /// Since when its owner has no connection; nothing where there is one.
    pub away_since: Option<i64>,
    /// When it expires though its owner is there.
    pub gives_up_at: Option<i64>,
}

/// Some tickets put together, waiting for a yes of each. It is open as long as it exists: the
/// caller removes it when [`Change::Closed`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Who is asked, two or more.
    pub asked: Vec<Asked>,
    /// Until when an answer counts.
    pub until: i64,
}

/// One who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose ticket.
    pub ticket: TicketId,
    /// Whether they said yes, or need not.
    pub said_yes: bool,
}

/// What happens to a proposal or to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its owner takes the proposal.
    Yes(TicketId),
    /// Its owner refuses it.
    No(TicketId),
    /// Its owner wants no match any more.
    Cancel(TicketId),
    /// Its owner's last connection is gone.
    Left(TicketId),
    /// Its owner has a connection again.
    Back(TicketId),
    /// Time has passed.
    Clock,
}

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// This one said yes; others are still asked.
    SaidYes(TicketId),
    /// The ticket is in another state from now on. `since` stays as it is.
    Now(TicketId, State, Why),
    /// The owner's connection: gone since then, or there.
    Away(TicketId, Option<i64>),
    /// The two are kept apart for a while: [`crate::pairs::Pairs::refused`].
    Refused {
        /// Who said no. Their `skipped_at` is now.
        by: TicketId,
        /// To whom.
        of: TicketId,
    },
    /// The proposal is no more.
    Closed(Outcome),
}

/// Why a ticket is in another state: what its owner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A round put it together with others.
    Proposed,
    /// All said yes.
    Taken,
    /// Its owner said no, and searches on.
    Refused,
    /// Somebody else refused, cancelled, went away or did not answer; the waiting time is kept.
    OtherGone,
    /// Its owner cancelled it.
    Cancelled,
    /// Its owner did not answer in time.
    NoAnswer,
    /// Its owner was away for too long.
    Away,
    /// Its owner waited as long as they wanted to.
    GaveUp,
}

/// How a proposal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// All said yes: a match.
    Taken,
    /// Somebody said no.
    Refused,
    /// Somebody cancelled or was away for too long.
    Broken,
    /// Somebody did not answer in time.
    Unanswered,
}

/// Why an event changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// That ticket is not of this proposal.
    NotAsked,
    /// That ticket said yes before, or need not answer.
    AlreadyAnswered,
    /// The time to answer is over.
    TooLate,
    /// No proposal with that ticket is open.
    NoProposal,
    /// The ticket was matched: what is left is leaving the room.
    AlreadyMatched,
    /// The ticket is not, or not any more, searching.
    NotSearching,
    /// The proposal would be of one, or of one ticket twice.
    NotSeveral,
}
