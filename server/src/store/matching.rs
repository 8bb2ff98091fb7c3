//! Someone new to talk with: tickets, proposals, and what is known of two people.
//!
//! What an answer, a cancellation or the clock does is decided by `::matching::desk`, in the
//! transaction that does it, from what stands there then.

use super::{Fence, Queries, Store, StoreResult, on_either, postgres};
use crate::veil::Mask;
use ::matching::desk::{State, Terms, Why};
use app::protocol::{
    ids::{LoginId, Millis, ProposalId, RoomId, TicketId, UserId},
    matching::{About, Common, Ended, Lookout, Openness, Wishes},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Those who are matched with each other are of one band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Band {
    /// Not grown up.
    Teen,
    /// Grown up.
    Adult,
}

impl Band {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Teen => "teen",
            Self::Adult => "adult",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        if name == "adult" { Self::Adult } else { Self::Teen }
    }
}

/// A match or pair room, beyond the room itself, as one of those in it may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingRow {
    /// What all agreed to show.
    pub openness: Openness,
    /// Up to where the reader is willing to show themselves.
    pub mine: Openness,
    /// The reader wants to keep the room.
    pub keep: bool,
    /// What they have in common.
    pub common: Shared,
}

/// What a ticket is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TicketState {
    /// Waiting for a round.
    Searching,
    /// A proposal with it is open.
    Proposed,
    /// Everybody said yes.
    Matched,
    /// It is over without a match.
    Ended(Ended),
}

impl TicketState {
    /// What the desk made of it, and why.
    pub(super) const fn of(state: State, why: Why) -> Self {
        match (state, why) {
            (State::Searching, _) => Self::Searching,
            (State::Proposed, _) => Self::Proposed,
            (State::Matched, _) => Self::Matched,
            (State::Expired, Why::NoAnswer) => Self::Ended(Ended::NotAnswered),
            (State::Expired, Why::Away) => Self::Ended(Ended::Away),
            (State::Cancelled | State::Expired, _) => Self::Ended(Ended::Cancelled),
        }
    }

    /// As the desk has it.
    pub(super) const fn desk(self) -> State {
        match self {
            Self::Searching => State::Searching,
            Self::Proposed => State::Proposed,
            Self::Matched => State::Matched,
            Self::Ended(Ended::Cancelled | Ended::Refused) => State::Cancelled,
            Self::Ended(_) => State::Expired,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Searching => "searching",
            Self::Proposed => "proposed",
            Self::Matched => "matched",
            Self::Ended(Ended::NotAnswered) => "not_answered",
            Self::Ended(Ended::Away) => "away",
            Self::Ended(Ended::Refused) => "refused",
            Self::Ended(Ended::Cancelled | Ended::Unknown) => "cancelled",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        match name {
            "searching" => Self::Searching,
            "proposed" => Self::Proposed,
            "matched" => Self::Matched,
            "not_answered" => Self::Ended(Ended::NotAnswered),
            "away" => Self::Ended(Ended::Away),
            "refused" => Self::Ended(Ended::Refused),
            _ => Self::Ended(Ended::Cancelled),
        }
    }

    /// It waits, or is in a proposal.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Searching | Self::Proposed)
    }
}

/// A ticket as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRow {
    /// Which.
    pub id: TicketId,
    /// Whose.
    pub user: UserId,
    /// What is wished for.
    pub wishes: Wishes,
    /// The owner's age band.
    pub band: Band,
    /// The owner has no password.
    pub guest: bool,
    /// Waiting counts from here.
    pub since: Millis,
    /// What it is in.
    pub state: TicketState,
    /// When its owner last did something about it.
    pub acted_at: Millis,
    /// When its owner last said no to a proposal.
    pub skipped_at: Option<Millis>,
    /// When anything of it last changed.
    pub changed_at: Millis,
}

/// A wish to be matched, as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTicket {
    /// Whose.
    pub user: UserId,
    /// By which login.
    pub login: LoginId,
    /// What is wished for.
    pub wishes: Wishes,
    /// The owner's age band.
    pub band: Band,
    /// The owner has no password.
    pub guest: bool,
    /// When it was asked for: waiting counts from here.
    pub at: Millis,
}

/// What somebody asks of those who wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketAsk {
    /// To be one of them, or to have other wishes: the waiting time is kept.
    Take(NewTicket),
    /// Not to be one of them any more; nothing happens to whoever is none.
    Cancel(UserId),
}

impl TicketAsk {
    /// Who asks.
    pub const fn user(&self) -> UserId {
        match self {
            Self::Take(new) => new.user,
            Self::Cancel(user) => *user,
        }
    }
}

/// What those in a proposal have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The languages of all.
    pub languages: Vec<String>,
    /// What all like.
    pub interests: Vec<String>,
    /// The pack of questions that they begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// What they want to talk about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// How many of each one's wishes are met.
    pub met: HashMap<TicketId, Common>,
}

/// Tickets that a round put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProposal {
    /// Which.
    pub tickets: Vec<TicketId>,
    /// What they have in common.
    pub shared: Shared,
}

/// An open proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRow {
    /// Which.
    pub id: ProposalId,
    /// To be answered until then.
    pub until: Millis,
    /// What they have in common.
    pub shared: Shared,
    /// Who is in it.
    pub seats: Vec<Seat>,
}

/// A ticket's place in a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The ticket.
    pub ticket: TicketId,
    /// Its owner.
    pub user: UserId,
    /// They said yes.
    pub yes: bool,
}

/// How it stands with somebody's last search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The ticket.
    pub ticket: TicketRow,
    /// The open proposal that it is in.
    pub proposal: Option<ProposalRow>,
    /// The room into which it was matched, while its owner is a member there.
    pub room: Option<RoomId>,
}

/// How it stands with somebody who may look for others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeker {
    /// Their last search; none where they never looked for anybody.
    pub search: Option<Search>,
    /// What they want to be told of, as they last said, whether or not that is over.
    pub lookout: Option<Lookout>,
}

/// What came of something that happened to tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turned {
    /// For whom it stands otherwise now.
    pub users: Vec<UserId>,
    /// The rooms that were made.
    pub rooms: Vec<RoomId>,
}

impl Turned {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.users.extend(other.users);
        self.rooms.extend(other.rooms);
    }
}

/// What two people are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetRow {
    /// One of them.
    pub one: UserId,
    /// The other.
    pub other: UserId,
    /// When they last were matched, if ever.
    pub at: Option<Millis>,
    /// When one of them last said no to the other.
    pub skipped_at: Option<Millis>,
    /// One of them does not want to meet the other again.
    pub shunned: bool,
}

/// How long somebody waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitRow {
    /// When it ended.
    pub at: Millis,
    /// How long it was, in milliseconds.
    pub waited_ms: i64,
    /// It ended with a match.
    pub matched: bool,
    /// Whoever waited was of that band.
    pub band: Band,
    /// For what.
    pub wishes: Wishes,
}

/// Tickets of users.
impl Store {
    /// Does what several users ask, each of them once, in one transaction and one flush; what came
    /// of each ask. Whether somebody may look for others is checked when it is done: not by a login
    /// that has ended, not while they are muted, nor in a pause.
    pub async fn ask_tickets(
        &self,
        asks: &[TicketAsk],
        now: Millis,
    ) -> StoreResult<Vec<Result<Turned, Refusal>>> {
        let done = on_either!(self, it => it.ask_tickets(asks, now))?;
        let mut answers = Vec::with_capacity(done.len());
        for (ask, done) in asks.iter().zip(done) {
            answers.push(match done {
                Some(answer) => answer,
                // Others are in the proposal, too.
                None => self.cancel_search(ask.user(), now).await.map_err(Refusal::from),
            });
        }
        Ok(answers)
    }

    /// How it stands with a user's last search; none where they never looked for anybody.
    pub async fn search_of(&self, user: UserId) -> StoreResult<Option<Search>> {
        Ok(self.seekers(&[user]).await?.remove(&user).and_then(|it| it.search))
    }

    /// How it stands with the last searches of some users, and with their lookouts.
    pub async fn seekers(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, Seeker>> {
        on_either!(self, it => it.seekers(users))
    }

    /// Ends a user's search, whatever proposal it is in; nothing where they have none.
    pub async fn cancel_search(&self, user: UserId, now: Millis) -> StoreResult<Turned> {
        on_either!(self, it => it.cancel_search(user, now))
    }

    /// A user says yes or no to a proposal that they are in.
    pub async fn answer_proposal(
        &self,
        user: UserId,
        proposal: ProposalId,
        yes: bool,
        now: Millis,
    ) -> StoreResult<Result<Turned, Refusal>> {
        on_either!(self, it => it.answer_proposal(user, proposal, yes, now))
    }

    /// A user does not want to be matched again with somebody whom they know by a mask only.
    pub async fn shun(
        &self,
        (by, of): (UserId, UserId),
        mask: Mask,
        now: Millis,
    ) -> StoreResult<()> {
        on_either!(self, it => it.shun((by, of), mask, now))
    }

    /// Somebody was blocked by whoever was matched with them.
    pub async fn note_blocked(&self, user: UserId, now: Millis) -> StoreResult<()> {
        on_either!(self, it => it.note_blocked(user, now))
    }

    /// A match or pair room as that user may know it; none where they never were in it.
    pub async fn meeting(&self, room: RoomId, user: UserId) -> StoreResult<Option<MeetingRow>> {
        on_either!(self, it => it.meeting(room, user))
    }

    /// How many wait.
    pub async fn count_searches(&self) -> StoreResult<u32> {
        on_either!(self, it => it.count_searches())
    }

    /// How long others waited since then, the last ones first.
    pub async fn waits(&self, since: Millis, most: u32) -> StoreResult<Vec<WaitRow>> {
        on_either!(self, it => it.waits(since, most))
    }

    /// The year in which a user was born, as they stated it.
    pub async fn born(&self, user: UserId) -> StoreResult<Option<i64>> {
        on_either!(self, it => it.born(user))
    }

    /// States the year in which a user was born; false where they have stated it before.
    pub async fn set_born(&self, user: UserId, year: i64) -> StoreResult<bool> {
        on_either!(self, it => it.set_born(user, year))
    }
}

/// What the node does that leads. Nothing of an earlier leader is accepted: none is returned.
impl Store {
    /// Those tickets that changed since then, open or not, or all open ones with `None`, of which
    /// the whole is wanted, by what they are in and when they changed last.
    pub async fn tickets_changed(
        &self,
        since: Option<Millis>,
        wants: impl Fn(TicketId, TicketState, Millis) -> bool + Sync,
    ) -> StoreResult<Vec<TicketRow>> {
        on_either!(self, it => it.tickets_changed(since, &wants))
    }

    /// How much later than its moment says a change may be seen, in milliseconds: a commit takes
    /// its time, and where several nodes write, their clocks differ.
    pub const fn lag_ms(&self) -> i64 {
        match &self.queries {
            Queries::Sqlite(_) => 2_000,
            Queries::Postgres(_) => 10_000,
        }
    }

    /// What is known of these users with anybody.
    pub async fn met(&self, users: &[UserId]) -> StoreResult<Vec<MetRow>> {
        on_either!(self, it => it.met(users))
    }

    /// Proposes some of what a round found, in one transaction; what cannot be any more is left
    /// out.
    pub async fn propose(
        &self,
        fence: Fence,
        found: &[NewProposal],
        terms: Terms,
        now: Millis,
    ) -> StoreResult<Option<Turned>> {
        on_either!(self, it => it.propose(fence, found, terms, now))
    }

    /// The open tickets of those who are away, of some of very many, and of proposals whose time is
    /// over: of each proposal one.
    pub async fn ended_searches(
        &self,
        away: &HashSet<UserId>,
        now: Millis,
    ) -> StoreResult<Vec<TicketId>> {
        on_either!(self, it => it.ended_searches(away, now))
    }

    /// Ends a search, or for all that are in it the proposal that it is in, where its time is over
    /// or somebody of it is away.
    pub async fn end_search(
        &self,
        fence: Fence,
        ticket: TicketId,
        away: &HashSet<UserId>,
        now: Millis,
    ) -> StoreResult<Option<Turned>> {
        on_either!(self, it => it.end_search(fence, ticket, away, now))
    }

    /// When the first open proposal ends, if there is one.
    pub async fn next_proposal_end(&self) -> StoreResult<Option<Millis>> {
        on_either!(self, it => it.next_proposal_end())
    }

    /// Forgets tickets, proposals, waits and conduct of before then, so many at most, and the
    /// lookouts that are over.
    pub async fn forget_searches(
        &self,
        fence: Fence,
        before: Millis,
        now: Millis,
    ) -> StoreResult<()> {
        on_either!(self, it => it.forget_searches(fence, before, now))
    }
}
