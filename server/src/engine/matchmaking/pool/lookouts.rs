//! Who wants to be told when somebody like that looks for someone. The limits are those of a
//! match; of the wishes half will do. Pure: `now` is an argument.

use super::{Pool, Waiting, person};
use crate::store::{Band, LookoutRow, MetRow, TicketState};
use ::matching::{fit::may_meet, ids::TicketId as Id, pairs::Between, ticket::Ticket};
use app::protocol::{
    ids::{Millis, TicketId, UserId},
    matching::{Wish, Wishes},
};
use std::collections::{HashMap, HashSet, VecDeque};

/// So many are compared at one look; what is left, at the next one.
const COMPARED_MAX: usize = 100_000;

/// The lookouts of which nobody was told, and what they have not been compared with.
#[derive(Debug, Default)]
pub(super) struct Lookouts {
    open: HashMap<UserId, Looking>,
    /// Lookouts to be compared with all who wait.
    new: VecDeque<UserId>,
    /// Tickets to be compared with all lookouts.
    fresh: VecDeque<TicketId>,
}

/// A lookout, as stored and as if its owner waited.
#[derive(Debug)]
struct Looking {
    row: LookoutRow,
    ticket: Ticket,
}

impl Lookouts {
    /// A ticket is new, or another than it was.
    pub(super) fn note(&mut self, ticket: TicketId) {
        self.fresh.push_back(ticket);
    }
}

impl Pool {
    /// Takes over lookouts as they are now.
    pub(in super::super) fn take_lookouts(
        &mut self,
        rows: impl Iterator<Item = (Band, LookoutRow)>,
    ) {
        for (band, row) in rows {
            if self.lookouts.open.get(&row.user).is_some_and(|it| it.row.since >= row.since) {
                continue;
            }
            let ticket = Ticket {
                // No ticket has it.
                id: Id(row.user.0.as_u128()),
                person: person(row.user),
                ..self.words.ticket(&row.wishes, band, row.guest, row.since)
            };
            self.lookouts.new.push_back(row.user);
            self.lookouts.open.insert(row.user, Looking { row, ticket });
        }
    }

    /// The lookouts whose owners are to be told by now, each with the moment when it was made.
    pub(in super::super) fn sighted(
        &mut self,
        apart: impl Fn(UserId, UserId) -> bool,
        now: Millis,
    ) -> Vec<(UserId, Millis)> {
        let mut lookouts = std::mem::take(&mut self.lookouts);
        lookouts.open.retain(|_, it| it.row.until > now);
        let seen = self.compare(&mut lookouts, apart, now);
        lookouts.open.retain(|user, _| !seen.iter().any(|it| it.0 == *user));
        self.lookouts = lookouts;
        seen
    }

    fn compare(
        &self,
        lookouts: &mut Lookouts,
        apart: impl Fn(UserId, UserId) -> bool,
        now: Millis,
    ) -> Vec<(UserId, Millis)> {
        if lookouts.open.is_empty() {
            lookouts.fresh.clear();
            return Vec::new();
        }
        let seekers: HashSet<UserId> = self.waiting.values().map(|it| it.row.user).collect();
        let mut seen: HashMap<UserId, Millis> = HashMap::new();
        let mut compared = 0;
        let mut look = |looking: &Looking, waiting: &Waiting| {
            compared += 1;
            // Who looks for somebody meets them sooner.
            if !seekers.contains(&looking.row.user)
                && self.is_like(looking, waiting, now)
                && !apart(looking.row.user, waiting.row.user)
            {
                seen.insert(looking.row.user, looking.row.since);
            }
            compared
        };
        while let Some(user) = lookouts.new.pop_front() {
            let Some(looking) = lookouts.open.get(&user) else { continue };
            let compared = self.searching().map(|it| look(looking, it)).last();
            if compared.is_some_and(|it| it > COMPARED_MAX) {
                return seen.into_iter().collect();
            }
        }
        while let Some(ticket) = lookouts.fresh.pop_front() {
            let waiting = self.waiting.get(&ticket);
            let Some(waiting) = waiting.filter(|it| self.is_searching(it)) else { continue };
            let compared = lookouts.open.values().map(|it| look(it, waiting)).last();
            if compared.is_some_and(|it| it > COMPARED_MAX) {
                break;
            }
        }
        seen.into_iter().collect()
    }

    fn is_like(&self, looking: &Looking, waiting: &Waiting, now: Millis) -> bool {
        let met = self.met.get(&waiting.row.user).into_iter().flatten();
        let known = met.clone().find(|it| [it.one, it.other].contains(&looking.row.user));
        let between = between(known);
        let wishes = (&looking.row.wishes, &waiting.row.wishes);
        half_met(wishes) && may_meet(&looking.ticket, &waiting.ticket, between, now.0).is_ok()
    }

    pub(super) fn is_searching(&self, waiting: &Waiting) -> bool {
        waiting.row.state == TicketState::Searching && !self.away.contains_key(&waiting.row.user)
    }
}

fn between(met: Option<&MetRow>) -> Between {
    Between {
        is_blocked: met.is_some_and(|it| it.shunned),
        met_at: met.and_then(|it| it.at).map(|it| it.0),
        refused_at: met.and_then(|it| it.skipped_at).map(|it| it.0),
    }
}

/// Whether somebody with those wishes is like what is wished for: in half of its kinds at least.
fn half_met((wished, other): (&Wishes, &Wishes)) -> bool {
    let is_met = |wish: &Wish| match wish {
        Wish::Interests => wished.interests.iter().any(|it| other.interests.contains(it)),
        Wish::Mood => wished.mood == other.mood,
        Wish::Pace => wished.pace == other.pace,
        Wish::Practise => wished.practise.iter().any(|it| other.languages.contains(it)),
        Wish::Pack => wished.pack == other.pack,
    };
    let asked: Vec<_> = Wish::ALL.into_iter().filter(|it| wished.has(*it)).collect();
    asked.iter().filter(|it| is_met(it)).count() * 2 >= asked.len()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};
    use app::protocol::matching::Mood;

    fn looking(n: u128, wishes: Wishes) -> (Band, LookoutRow) {
        let (since, until) = (Millis(5), Millis(50_000));
        let row = LookoutRow { user: user(n), wishes, since, until, born: 1990, guest: false };
        (Band::Adult, row)
    }

    fn tea() -> Wishes {
        row(9, &["ko"], &["tea"], 0).wishes
    }

    /// Who is told that somebody is there, with one lookout and one ticket.
    fn told(lookout: (Band, LookoutRow), ticket: crate::store::TicketRow) -> Vec<u128> {
        let mut pool = Pool::default();
        pool.take_lookouts([lookout].into_iter());
        assert!(pool.sighted(|_, _| false, Millis(5)).is_empty(), "nobody is there");
        pool.take(vec![ticket]);
        let seen = pool.sighted(|_, _| false, Millis(6));
        assert!(pool.sighted(|_, _| false, Millis(7)).is_empty(), "once");
        seen.into_iter().map(|it| it.0.0.as_u128() - 0x100).collect()
    }

    #[test]
    fn who_looks_out_is_told_once_of_somebody_like_that_and_within_the_limits() {
        let tea_drinker = || row(1, &["ko"], &["tea", "film"], 0);
        assert_eq!(told(looking(2, tea()), tea_drinker()), [2]);
        assert!(told(looking(1, tea()), tea_drinker()).is_empty(), "not of oneself");
        let mut french = tea_drinker();
        french.wishes.languages = vec!["fr".into()];
        assert!(told(looking(2, tea()), french).is_empty(), "no language");
        let mut teen = tea_drinker();
        teen.band = Band::Teen;
        assert!(told(looking(2, tea()), teen).is_empty(), "across the bands");
        let mut guest = tea_drinker();
        guest.guest = true;
        assert!(told(looking(2, tea()), guest).is_empty(), "guests are not wished for");
        let choosy = Wishes { mood: Some(Mood::Deep), pack: Some("deep".into()), ..tea() };
        assert!(told(looking(2, choosy), tea_drinker()).is_empty(), "one of three");
        let half = Wishes { mood: Some(Mood::Deep), ..tea() };
        assert_eq!(told(looking(2, half), tea_drinker()), [2]);
    }

    #[test]
    fn who_is_apart_met_today_away_or_matched_by_now_is_not_told_of() {
        let seen = |change: fn(&mut Pool), apart: bool| {
            let mut pool = Pool::default();
            pool.take(vec![row(1, &["ko"], &["tea"], 0)]);
            change(&mut pool);
            pool.take_lookouts([looking(2, tea())].into_iter());
            pool.sighted(|_, _| apart, Millis(6)).len()
        };
        assert_eq!(seen(|_| (), false), 1, "of whoever waits already, too");
        assert_eq!(seen(|_| (), true), 0);
        let met = |pool: &mut Pool| {
            let (one, other) = (user(1), user(2));
            let today =
                MetRow { one, other, at: Some(Millis(1)), skipped_at: None, shunned: false };
            pool.take_met(&[one], &[today]);
        };
        assert_eq!(seen(met, false), 0);
        assert_eq!(seen(|it| drop(it.look(|_| Some(false), 20_000, Millis(1))), false), 0);
        let matched = |pool: &mut Pool| {
            let row = row(1, &["ko"], &["tea"], 0);
            let matched = TicketState::Matched;
            pool.take(vec![crate::store::TicketRow {
                state: matched,
                changed_at: Millis(3),
                ..row
            }]);
        };
        assert_eq!(seen(matched, false), 0);
        let seeks = |pool: &mut Pool| pool.take(vec![row(2, &["fr"], &[], 0)]);
        assert_eq!(seen(seeks, false), 0, "who looks for somebody is not told");
    }

    #[test]
    fn of_whom_was_away_when_they_began_to_look_it_is_told_once_they_are_there() {
        let mut pool = Pool::default();
        pool.take_lookouts([looking(2, tea())].into_iter());
        pool.take(vec![row(1, &["ko"], &["tea"], 0)]);
        for (is_there, told) in [(false, 0), (true, 1), (true, 0)] {
            pool.look(|_| Some(is_there), 20_000, Millis(6));
            assert_eq!(pool.sighted(|_, _| false, Millis(6)).len(), told);
        }
    }

    #[test]
    fn a_lookout_is_what_it_was_changed_to_last_and_ends() {
        let mut pool = Pool::default();
        pool.take(vec![row(1, &["ko"], &["tea"], 0)]);
        let mut later = looking(2, row(9, &["fr"], &[], 0).wishes);
        later.1.since = Millis(6);
        pool.take_lookouts([looking(2, tea()), later, looking(2, tea())].into_iter());
        assert!(pool.sighted(|_, _| false, Millis(7)).is_empty());
        pool.take_lookouts([looking(3, tea())].into_iter());
        assert!(pool.sighted(|_, _| false, Millis(50_000)).is_empty(), "it is over");
    }
}
