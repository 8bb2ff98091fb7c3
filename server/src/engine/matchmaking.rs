//! Someone new to talk with: the rounds, which the node that leads runs, and what users ask of
//! them. Tickets and proposals live in the database; whoever leads next goes on with them.

mod pool;
mod waits;
mod words;

use super::{Engine, Who, clock};
use crate::{
    cluster::Word,
    store::{
        Band, Fence, NewTicket, ProposalRow, Search, StoreResult, TicketRow, TicketState, Turned,
    },
};
use app::{
    i18n::civil,
    protocol::{
        ids::{Millis, ProposalId, TicketId, UserId},
        limits::{ADULT_AGE, MATCH_AGE_MIN},
        matching::{Common, MatchState, MatchView, Proposed, Saving, Searching, Wish, Wishes},
        packets::ServerPacket,
        people::{Presence, Role},
        refusal::Refusal,
    },
};
use pool::Pool;
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, task::spawn_blocking, time::sleep};
use waits::Waits;

/// With tickets, so often it is looked who has gone and what other nodes have written.
const LOOK_MS: i64 = 1_000;
/// Without any.
const IDLE_MS: i64 = 5_000;
/// What other nodes wrote may be seen so much later than their clocks say.
const OVERLAP_MS: i64 = 10_000;
/// So often those who wait are told how it stands, some at a time.
const TELL_MS: i64 = 5_000;
const TOLD_AT_ONCE: usize = 500;
/// Of so many others it is looked how much they have in common with one who waits.
const COMPARED: usize = 200;
/// That a search has ended is shown for so long.
const ENDED_SHOWN_MS: i64 = 10 * 60 * 1_000;
/// What is over is forgotten after so long: usual waits are those of a month.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// The last waits, of which usual ones are told.
const WAITS_MAX: u32 = 2_000;
const FORGET_EVERY_MS: i64 = 10 * 60 * 1_000;

/// What every node has of it, whether or not it leads.
#[derive(Debug, Default)]
pub(super) struct Matchmaking {
    /// Wakes the task that runs the rounds.
    some: Notify,
    waits: Mutex<Waits>,
}

impl Matchmaking {
    /// A ticket or proposal is another than it was.
    pub(super) fn heard(&self) {
        self.some.notify_one();
    }
}

/// What the node that leads knows of those who wait.
#[derive(Debug, Default)]
struct Lead {
    term: Option<Fence>,
    pool: Pool,
    /// Changes before then were read.
    read: Option<Millis>,
    told: Millis,
    /// Whom it was told last, in the order of their waits.
    told_to: usize,
    forgot: Millis,
}

/// Runs until the engine halts.
pub(super) async fn run(engine: Engine) {
    let mut lead = Lead::default();
    let mut wait = Duration::ZERO;
    loop {
        tokio::select! {
            () = engine.halted() => return,
            () = engine.0.matchmaking.some.notified() => {}
            () = sleep(wait) => {}
        }
        wait = match engine.match_people(&mut lead).await {
            Ok(next) => until(next),
            Err(error) => {
                tracing::warn!(%error, "could not run a round");
                until(clock::now().plus(LOOK_MS))
            }
        };
    }
}

/// Not for longer than usual, should the clock have been set back.
fn until(next: Millis) -> Duration {
    Duration::from_millis(next.since(clock::now()).clamp(0, IDLE_MS).unsigned_abs())
}

impl Engine {
    /// Does what is due, where this node leads; returns when to look again.
    async fn match_people(&self, lead: &mut Lead) -> StoreResult<Millis> {
        let now = clock::now();
        let Some(fence) = self.fence().await? else {
            *lead = Lead::default();
            return Ok(now.plus(LOOK_MS));
        };
        if lead.term != Some(fence) {
            *lead = Lead { term: Some(fence), ..Lead::default() };
        }
        self.read_tickets(lead, now).await?;
        let socket = |user| match self.0.roster.of(user) {
            Presence::Unknown => None,
            presence => Some(presence.is_seen()),
        };
        let away = lead.pool.look(socket, now);
        let ends = self.store().next_proposal_end().await?.is_some_and(|it| it <= now);
        if ends || !away.is_empty() {
            let Some(turned) = self.store().end_searches(fence, &away, now).await? else {
                self.forget_fence(fence).await;
                return Ok(now.plus(LOOK_MS));
            };
            self.tell_turned(turned).await?;
            self.read_tickets(lead, now).await?;
        }
        if lead.pool.next_round(now).is_some_and(|it| it <= now)
            && !self.run_round(lead, now).await?
        {
            return Ok(now.plus(LOOK_MS));
        }
        self.tell_those_who_wait(lead, now).await?;
        if now.since(lead.forgot) >= FORGET_EVERY_MS {
            lead.forgot = now;
            self.store().forget_searches(fence, Millis(now.0 - KEPT_MS)).await?;
        }
        let look = if lead.pool.len() == 0 { IDLE_MS } else { LOOK_MS };
        Ok(now.plus(look))
    }

    async fn read_tickets(&self, lead: &mut Lead, now: Millis) -> StoreResult<()> {
        let since = lead.read.map(|it| Millis(it.0 - OVERLAP_MS));
        let rows = self.store().tickets_changed(since).await?;
        lead.read = Some(now);
        let changed = lead.pool.take(rows);
        if !changed.is_empty() {
            let met = self.store().met(&changed).await?;
            lead.pool.take_met(&changed, &met);
        }
        Ok(())
    }

    /// False where another node leads by now.
    async fn run_round(&self, lead: &mut Lead, now: Millis) -> StoreResult<bool> {
        let Some(fence) = lead.term else { return Ok(false) };
        let seed = now.0.unsigned_abs();
        let mut pool = std::mem::take(&mut lead.pool);
        let engine = self.clone();
        // A round over very many takes its time; others use this thread meanwhile.
        let round = spawn_blocking(move || {
            let found = pool.round(|user| engine.apart_from(user), now, seed);
            (pool, found)
        });
        let Ok((pool, found)) = round.await else {
            *lead = Lead::default();
            return Ok(false);
        };
        lead.pool = pool;
        if found.is_empty() {
            return Ok(true);
        }
        let Some(turned) = self.store().propose(fence, &found, clock::now()).await? else {
            self.forget_fence(fence).await;
            return Ok(false);
        };
        self.tell_turned(turned).await?;
        self.read_tickets(lead, clock::now()).await?;
        Ok(true)
    }

    /// Tells some of those who wait how it stands by now.
    async fn tell_those_who_wait(&self, lead: &mut Lead, now: Millis) -> StoreResult<()> {
        if now.since(lead.told) < TELL_MS {
            return Ok(());
        }
        lead.told = now;
        let all = lead.pool.by_wait();
        if lead.told_to >= all.len() {
            lead.told_to = 0;
        }
        let some: Vec<_> = all.iter().skip(lead.told_to).take(TOLD_AT_ONCE).copied().collect();
        lead.told_to += some.len();
        let waiting = u32::try_from(lead.pool.len()).unwrap_or(u32::MAX);
        for (ticket, user) in some {
            let view = self.match_view_among(user, waiting).await?;
            let relaxed = lead.pool.relaxed(ticket, now);
            let best = lead.pool.best(ticket, COMPARED);
            self.tell_user(user, &ServerPacket::Matching(with(view, ticket, relaxed, best)));
        }
        Ok(())
    }

    /// Something happened to tickets: loads the rooms that were made, and tells those concerned.
    async fn tell_turned(&self, turned: Turned) -> StoreResult<()> {
        for room in turned.rooms {
            self.room_changed(room).await?;
        }
        let users: HashSet<UserId> = turned.users.into_iter().collect();
        if users.is_empty() {
            return Ok(());
        }
        let waiting = self.store().count_searches().await?;
        for user in users {
            let view = self.match_view_among(user, waiting).await?;
            self.tell_user(user, &ServerPacket::Matching(view));
        }
        Ok(())
    }

    /// A ticket or proposal is another than it was: whoever leads is to know.
    async fn search_changed(&self, turned: Turned) -> Result<(), Refusal> {
        self.tell_turned(turned).await?;
        self.0.matchmaking.heard();
        self.0.cluster.tell(Word::Sought);
        Ok(())
    }
}

/// With what only whoever leads knows.
fn with(
    mut view: MatchView,
    ticket: TicketId,
    relaxed: Vec<Wish>,
    best: Option<Common>,
) -> MatchView {
    if let MatchState::Searching(it) = &mut view.state
        && it.ticket == ticket
    {
        (it.relaxed, it.best) = (relaxed, best);
    }
    view
}

/// What users ask.
impl Engine {
    /// How it stands with a user's search.
    pub async fn match_view(&self, user: UserId) -> StoreResult<MatchView> {
        let waiting = self.store().count_searches().await?;
        self.match_view_among(user, waiting).await
    }

    async fn match_view_among(&self, user: UserId, waiting: u32) -> StoreResult<MatchView> {
        let at = clock::now();
        let idle = MatchState::Idle { ended: None };
        let Some(search) = self.store().search_of(user).await? else {
            return Ok(MatchView { at, waiting, state: idle });
        };
        let band = search.ticket.band;
        let mut state = state_of(search, user, at);
        if let MatchState::Searching(it) = &mut state {
            (it.usual_secs, it.savings) = self.usual(&it.wishes, band, at).await?;
        }
        Ok(MatchView { at, waiting, state })
    }

    /// How long those usually waited who wished the same, and what dropping a wish would save.
    async fn usual(
        &self,
        wishes: &Wishes,
        band: Band,
        now: Millis,
    ) -> StoreResult<(Option<u32>, Vec<Saving>)> {
        let waits = || self.0.matchmaking.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits().is_old(now) {
            let rows = self.store().waits(Millis(now.0 - KEPT_MS), WAITS_MAX).await?;
            waits().take(&rows, now);
        }
        Ok(waits().usual(wishes, band))
    }

    /// Begins to look for somebody, or goes on with other wishes.
    pub async fn search(&self, who: &Who, wishes: Wishes) -> Result<MatchView, Refusal> {
        let wishes = wishes.checked()?;
        let guest = who.role == Role::Guest;
        if guest && !self.options().match_guests {
            return Err(Refusal::NotAllowed);
        }
        if let Some(about) = wishes.about {
            let head = self.read(who.user, about.room)?.head();
            if about.seq.is_some_and(|it| it > head) {
                return Err(Refusal::NotFound);
            }
        }
        let now = clock::now();
        let born = self.store().born(who.user).await?.ok_or(Refusal::AgeMissing)?;
        let band = band(born, now).ok_or(Refusal::TooYoung)?;
        let new = NewTicket { user: who.user, login: who.login, wishes, band, guest };
        self.store().take_ticket(&new, now).await?.ok_or(Refusal::NotSignedIn)?;
        self.search_changed(Turned { users: vec![who.user], rooms: Vec::new() }).await?;
        Ok(self.match_view(who.user).await?)
    }

    /// Looks for nobody any more; nothing where they did not.
    pub async fn stop_search(&self, user: UserId) -> Result<MatchView, Refusal> {
        let turned = self.store().cancel_search(user, clock::now()).await?;
        self.search_changed(turned).await?;
        Ok(self.match_view(user).await?)
    }

    /// Says yes or no to a proposal.
    pub async fn answer_proposal(
        &self,
        user: UserId,
        proposal: ProposalId,
        yes: bool,
    ) -> Result<MatchView, Refusal> {
        let turned = self.store().answer_proposal(user, proposal, yes, clock::now()).await??;
        self.search_changed(turned).await?;
        Ok(self.match_view(user).await?)
    }

    /// States the year in which a user was born. It is stated once.
    pub async fn state_born(&self, user: UserId, year: i64) -> Result<(), Refusal> {
        let this = year_of(clock::now());
        let (least, most) = (this - AGE_MAX, this - 1);
        if !(least..=most).contains(&year) {
            let bound = |it: i64| u32::try_from(it).unwrap_or_default();
            return Err(Refusal::OutOfBounds { least: bound(least), most: bound(most) });
        }
        if self.store().set_born(user, year).await? {
            Ok(())
        } else {
            Err(Refusal::AlreadyAnswered)
        }
    }
}

/// The oldest that somebody may say to be, in years.
const AGE_MAX: i64 = 120;

fn year_of(now: Millis) -> i64 {
    civil(now, 0).year
}

/// The band of who was born in that year; none for those who are too young. One is as old as one
/// becomes in the year: birthdays are not asked for.
fn band(born: i64, now: Millis) -> Option<Band> {
    match year_of(now) - born {
        age if age >= ADULT_AGE => Some(Band::Adult),
        age if age >= MATCH_AGE_MIN => Some(Band::Teen),
        _ => None,
    }
}

fn state_of(search: Search, user: UserId, now: Millis) -> MatchState {
    let Search { ticket, proposal, room } = search;
    match (ticket.state, proposal, room) {
        (TicketState::Proposed, Some(proposal), _) => {
            MatchState::Proposed(Box::new(proposed(&proposal, &ticket, user)))
        }
        // Between two reads the proposal may have ended: searching again, most likely.
        (TicketState::Searching | TicketState::Proposed, ..) => {
            MatchState::Searching(Box::new(Searching {
                ticket: ticket.id,
                wishes: ticket.wishes,
                since: ticket.since,
                usual_secs: None,
                relaxed: Vec::new(),
                best: None,
                savings: Vec::new(),
            }))
        }
        (TicketState::Matched, _, Some(room)) => MatchState::Matched { room },
        (TicketState::Matched, _, None) => MatchState::Idle { ended: None },
        (TicketState::Ended(why), ..) => {
            let is_new = now.since(ticket.changed_at) < ENDED_SHOWN_MS;
            MatchState::Idle { ended: Some(why).filter(|_| is_new) }
        }
    }
}

fn proposed(row: &ProposalRow, ticket: &TicketRow, user: UserId) -> Proposed {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Proposed {
        proposal: row.id,
        until: row.until,
        answered: row.seats.iter().any(|it| it.user == user && it.yes),
        people: count(row.seats.len()),
        yes: count(row.seats.iter().filter(|it| it.yes).count()),
        languages: row.shared.languages.clone(),
        interests: row.shared.interests.clone(),
        common: row.shared.met.get(&ticket.id).copied().unwrap_or(Common { met: 0, of: 0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_go_by_the_year() {
        // 20 November 2026.
        let now = Millis(1_795_132_800_000);
        let check = |born, expected| assert_eq!(band(born, now), expected, "{born}");
        check(2013, None);
        check(2012, Some(Band::Teen));
        check(2008, Some(Band::Teen));
        check(2007, Some(Band::Adult));
        check(1950, Some(Band::Adult));
    }
}
