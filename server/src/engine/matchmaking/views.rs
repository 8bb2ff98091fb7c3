//! How it stands with users' searches, as they are told. What is the same for all is read once for
//! many who ask within a moment.

use super::{
    super::{Engine, clock},
    KEPT_MS,
    waits::Waits,
};
use crate::store::{ProposalRow, Search, Seeker, StoreResult, TicketRow, TicketState};
use app::protocol::{
    ids::{Millis, UserId},
    matching::{About, AboutRoom, Common, MatchState, MatchView, Proposed, Searching},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// So long a count of those who wait is told.
const COUNT_FRESH_MS: i64 = 1_000;
/// The last waits, of which usual ones are told.
const WAITS_MAX: u32 = 2_000;
/// That a search has ended is shown for so long.
const ENDED_SHOWN_MS: i64 = 10 * 60 * 1_000;

/// What this node has read of all who wait, or waited. While one reads it anew, others go on with
/// what was there.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    count: Mutex<Count>,
    waits: Mutex<Waits>,
}

impl Pictures {
    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many wait, as it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    read: Option<Millis>,
    waiting: Option<u32>,
}

impl Count {
    /// The count, while it is fresh. Else whoever asks is to read it.
    fn get(&mut self, now: Millis) -> Option<u32> {
        let is_fresh = self.read.is_some_and(|it| (0..COUNT_FRESH_MS).contains(&now.since(it)));
        if !is_fresh {
            self.read = Some(now);
            return None;
        }
        self.waiting
    }
}

impl Engine {
    /// How it stands with a user's search.
    pub async fn match_view(&self, user: UserId) -> StoreResult<MatchView> {
        let mut views = self.match_views(&[user]).await?;
        let view = views.remove(&user);
        let state = MatchState::Idle { ended: None };
        Ok(view.unwrap_or(MatchView { at: clock::now(), waiting: 0, state, lookout: None }))
    }

    /// How it stands with the searches of some users, in one look for all of them.
    pub(super) async fn match_views(
        &self,
        users: &[UserId],
    ) -> StoreResult<HashMap<UserId, MatchView>> {
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let at = clock::now();
        let mut seekers = self.store().seekers(users).await?;
        if seekers.values().any(is_seeking) {
            self.read_waits(at).await?;
        }
        let waiting = self.count_waiting(at).await?;
        let mut views = HashMap::new();
        for user in users {
            let seeker = seekers.remove(user).unwrap_or_default();
            // Whoever waits is one of those who wait, however old the count is.
            let waiting = waiting.max(u32::from(is_seeking(&seeker)));
            let state = seeker.search.map(|it| self.match_state(it, *user, at));
            let state = state.unwrap_or(MatchState::Idle { ended: None });
            let lookout = seeker.lookout.filter(|it| it.until > at);
            views.insert(*user, MatchView { at, waiting, state, lookout });
        }
        Ok(views)
    }

    fn match_state(&self, search: Search, user: UserId, now: Millis) -> MatchState {
        let band = search.ticket.band;
        let shared = search.proposal.as_ref().and_then(|it| it.shared.about);
        let mut state = state_of(search, user, now);
        match &mut state {
            MatchState::Searching(it) => {
                let mut waits = self.0.matchmaking.pictures.waits();
                (it.usual_secs, it.savings) = waits.usual(&it.wishes, band);
                it.about = it.wishes.about.and_then(|about| self.about_room(user, about));
            }
            MatchState::Proposed(it) => {
                it.about = shared.and_then(|about| self.about_room(user, about));
            }
            MatchState::Idle { .. } | MatchState::Matched { .. } | MatchState::Unknown => {}
        }
        state
    }

    /// What a search is about; nothing where the user may not read it, or not any more.
    pub fn about_room(&self, user: UserId, about: About) -> Option<AboutRoom> {
        let room = self.readable(&about.room.to_string(), user).ok()?;
        Some(AboutRoom { room: room.id, seq: about.seq, name: room.name })
    }

    async fn count_waiting(&self, now: Millis) -> StoreResult<u32> {
        let count = || self.0.matchmaking.pictures.count();
        if let Some(waiting) = count().get(now) {
            return Ok(waiting);
        }
        let waiting = self.store().count_searches().await?;
        count().waiting = Some(waiting);
        Ok(waiting)
    }

    /// Makes sure that it is known how long others waited.
    async fn read_waits(&self, now: Millis) -> StoreResult<()> {
        let waits = || self.0.matchmaking.pictures.waits();
        if waits().wants(now) {
            let rows = self.store().waits(Millis(now.0 - KEPT_MS), WAITS_MAX).await?;
            waits().take(&rows);
        }
        Ok(())
    }
}

fn is_seeking(seeker: &Seeker) -> bool {
    seeker.search.as_ref().is_some_and(|it| it.ticket.state.is_open())
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
                about: None,
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
        about: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_read_by_one_a_second() {
        let mut count = Count::default();
        assert_eq!(count.get(Millis(5_000)), None);
        assert_eq!(count.get(Millis(5_000)), None, "there is nothing to go on with");
        count.waiting = Some(7);
        assert_eq!(count.get(Millis(5_999)), Some(7));
        assert_eq!(count.get(Millis(6_000)), None, "this one reads it");
        assert_eq!(count.get(Millis(6_001)), Some(7));
        assert_eq!(count.get(Millis(4_000)), None, "the clock was set back");
    }
}
