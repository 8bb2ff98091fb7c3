//! Those who wait, as a round sees them. Pure: `now` is an argument.

mod lookouts;

use super::words::{Words, want};
use crate::store::{MetRow, NewProposal, Shared, TicketRow, TicketState};
use ::matching::{
    fit::{fit, reasons},
    ids::{Person, TicketId as Id},
    pairs::Pairs,
    round::{next_round_at, round},
    standing::{Deed, score},
    ticket::{Interests, Ticket},
    weight::wanted,
};
use app::protocol::{
    ids::{Millis, TicketId, UserId},
    matching::{Common, Wish},
};
use lookouts::Lookouts;
use std::collections::{HashMap, HashSet};

const SECOND_MS: i64 = 1_000;

/// A ticket, as stored and as a round takes it.
#[derive(Clone, Debug)]
struct Waiting {
    row: TicketRow,
    ticket: Ticket,
}

/// All open tickets, and what is known of their owners.
#[derive(Debug, Default)]
pub(super) struct Pool {
    waiting: HashMap<TicketId, Waiting>,
    /// Each owner's ticket.
    tickets: HashMap<UserId, TicketId>,
    words: Words,
    /// Of each owner, those of whom something is known.
    met: HashMap<UserId, Vec<MetRow>>,
    /// Since when owners have no socket.
    away: HashMap<UserId, Millis>,
    last_round: Option<Millis>,
    lookouts: Lookouts,
}

impl Pool {
    /// Whether a ticket is to be taken over that is in this state since then, as it is now.
    pub(super) fn wants(&self, id: TicketId, state: TicketState, changed_at: Millis) -> bool {
        let known = self.waiting.get(&id).map(|it| &it.row);
        let is_known = known.is_some_and(|it| (it.state, it.changed_at) == (state, changed_at));
        if state.is_open() { !is_known } else { known.is_some() }
    }

    /// Forgets all tickets but these.
    pub(super) fn keep(&mut self, ids: &HashSet<TicketId>) {
        let gone = self.waiting.keys().filter(|it| !ids.contains(it)).copied().collect::<Vec<_>>();
        for id in gone {
            self.forget(id);
        }
    }

    fn forget(&mut self, id: TicketId) {
        let Some(gone) = self.waiting.remove(&id) else { return };
        let user = gone.row.user;
        if self.tickets.get(&user) == Some(&id) {
            self.tickets.remove(&user);
            self.met.remove(&user);
            self.away.remove(&user);
        }
    }

    /// The owners of those of the tickets that are open and not known so: it is to be asked whom
    /// they met.
    pub(super) fn news(&self, rows: &[TicketRow]) -> Vec<UserId> {
        let is_new =
            |it: &&TicketRow| it.state.is_open() && self.wants(it.id, it.state, it.changed_at);
        rows.iter().filter(is_new).map(|it| it.user).collect()
    }

    /// Takes over tickets as they are now.
    pub(super) fn take(&mut self, rows: Vec<TicketRow>) {
        for row in rows {
            if !self.wants(row.id, row.state, row.changed_at) {
                continue;
            }
            if row.state.is_open() {
                // Nobody has two: the end of the other one was not seen yet.
                if let Some(other) = self.tickets.insert(row.user, row.id)
                    && other != row.id
                {
                    self.waiting.remove(&other);
                }
                let ticket = Ticket {
                    id: Id(row.id.0.as_u128()),
                    person: person(row.user),
                    since: row.since.0,
                    skipped_at: row.skipped_at.map(|it| it.0),
                    ..self.words.ticket(&row.wishes, row.band, row.guest, row.since)
                };
                self.lookouts.note(row.id);
                self.waiting.insert(row.id, Waiting { row, ticket });
            } else {
                self.forget(row.id);
            }
        }
    }

    /// Whom these owners met.
    pub(super) fn take_met(&mut self, users: &[UserId], rows: &[MetRow]) {
        for user in users {
            self.met.insert(*user, Vec::new());
        }
        let users: HashSet<UserId> = users.iter().copied().collect();
        for row in rows {
            for user in [row.one, row.other].iter().filter(|it| users.contains(*it)) {
                self.met.entry(*user).or_default().push(*row);
            }
        }
        for waiting in self.waiting.values_mut().filter(|it| users.contains(&it.row.user)) {
            let met = self.met.get(&waiting.row.user);
            waiting.ticket.is_newcomer = met.is_none_or(|it| it.iter().all(|it| it.at.is_none()));
        }
    }

    /// What these owners did.
    pub(super) fn take_deeds(
        &mut self,
        users: &[UserId],
        deeds: &HashMap<UserId, Vec<Deed>>,
        now: Millis,
    ) {
        let users: HashSet<UserId> = users.iter().copied().collect();
        for waiting in self.waiting.values_mut().filter(|it| users.contains(&it.row.user)) {
            let deeds = deeds.get(&waiting.row.user).map_or(&[][..], Vec::as_slice);
            let total = score(deeds, now.0).total;
            waiting.ticket.standing = u8::try_from(total).unwrap_or_default();
        }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The owners.
    pub(super) fn users(&self) -> Vec<UserId> {
        self.waiting.values().map(|it| it.row.user).collect()
    }

    /// Whether each owner has a socket; `None` where that is not known. Returns those who have had
    /// none for longer than the grace.
    pub(super) fn look(
        &mut self,
        has_socket: impl Fn(UserId) -> Option<bool>,
        grace_ms: i64,
        now: Millis,
    ) -> HashSet<UserId> {
        let users = self.users();
        for user in users {
            match has_socket(user) {
                Some(true) if self.away.remove(&user).is_some() => {
                    // Whoever looks out for somebody like that was not told meanwhile.
                    if let Some(ticket) = self.tickets.get(&user) {
                        self.lookouts.note(*ticket);
                    }
                }
                Some(false) => _ = self.away.entry(user).or_insert(now),
                Some(true) | None => {}
            }
        }
        let gone = self.away.iter().filter(|(_, since)| now.since(**since) >= grace_ms);
        gone.map(|(user, _)| *user).collect()
    }

    /// When the next round is due, if nothing changes before.
    pub(super) fn next_round(&self, now: Millis) -> Option<Millis> {
        let searching = self.searching().count();
        next_round_at(searching, self.last_round.map(|it| it.0), now.0).map(Millis)
    }

    fn searching(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.values().filter(|it| self.is_searching(it))
    }

    /// Puts together who is to be proposed to each other. `apart` has those with whom somebody is
    /// not to be matched at all.
    pub(super) fn round(
        &mut self,
        apart: impl Fn(UserId) -> Vec<UserId>,
        now: Millis,
        seed: u64,
    ) -> Vec<NewProposal> {
        self.last_round = Some(now);
        let mut pairs = Pairs::default();
        let mut tickets = Vec::new();
        for waiting in self.searching() {
            let user = waiting.row.user;
            tickets.push(waiting.ticket.clone());
            for other in apart(user) {
                pairs.block(person(user), person(other));
            }
            for met in self.met.get(&user).into_iter().flatten() {
                let (one, other) = (person(met.one), person(met.other));
                if met.shunned {
                    pairs.block(one, other);
                }
                if let Some(at) = met.at {
                    pairs.met(one, other, at.0);
                }
                if let Some(at) = met.skipped_at {
                    pairs.refused(one, other, at.0);
                }
            }
        }
        let found = round(&tickets, &pairs, now.0, seed);
        found.iter().filter_map(|it| self.proposal(&it.tickets)).collect()
    }

    fn proposal(&self, ids: &[Id]) -> Option<NewProposal> {
        let together = ids.iter().map(|it| self.waiting.get(&ticket_id(*it)));
        let together = together.collect::<Option<Vec<_>>>()?;
        let (first, others) = together.split_first()?;
        let mut shared = Shared::default();
        let in_all = |word: &String, list: fn(&TicketRow) -> &Vec<String>| {
            others.iter().all(|it| list(&it.row).contains(word))
        };
        let languages = first.row.wishes.languages.iter();
        shared.languages =
            languages.filter(|it| in_all(it, |row| &row.wishes.languages)).cloned().collect();
        let interests = first.row.wishes.interests.iter();
        shared.interests =
            interests.filter(|it| in_all(it, |row| &row.wishes.interests)).cloned().collect();
        let packs = together.iter().filter_map(|it| it.row.wishes.pack.clone());
        shared.pack = packs.min();
        // Who came for something in particular is together with those who came for the same.
        shared.about = first.row.wishes.about;
        for one in &together {
            let others = together.iter().filter(|it| it.row.id != one.row.id);
            let met = others.map(|it| common(one, it)).max_by_key(|it| it.met);
            shared.met.insert(one.row.id, met.unwrap_or(Common { met: 0, of: 0 }));
        }
        Some(NewProposal { tickets: together.iter().map(|it| it.row.id).collect(), shared })
    }

    /// The wishes of a ticket that by now may remain unmet.
    pub(super) fn relaxed(&self, id: TicketId, now: Millis) -> Vec<Wish> {
        let Some(Waiting { row, ticket }) = self.waiting.get(&id) else { return Vec::new() };
        let wanted = wanted(ticket.waited(now.0), ticket.patience);
        let keeps = |wish: Wish| {
            let until = |secs: u32| row.since.plus(i64::from(secs) * SECOND_MS);
            row.wishes.keep.iter().any(|it| it.wish == wish && now < until(it.secs))
        };
        let wished = Wish::ALL.into_iter().filter(|it| row.wishes.has(*it) && !keeps(*it));
        wished.filter(|wish| fit(ticket, &mirror(ticket, *wish)) >= wanted).collect()
    }

    /// How much the best of some of those who wait has in common with a ticket.
    pub(super) fn best(&self, id: TicketId, most: usize) -> Option<Common> {
        let mine = self.waiting.get(&id)?;
        let others = self.searching().filter(|it| it.row.id != id).take(most);
        others.map(|it| common(mine, it)).max_by_key(|it| it.met)
    }

    /// The tickets that wait, the longest wait first.
    pub(super) fn by_wait(&self) -> Vec<(TicketId, UserId)> {
        let mut all: Vec<_> =
            self.searching().map(|it| (it.row.since, it.row.id, it.row.user)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, id, user)| (id, user)).collect()
    }
}

fn ticket_id(id: Id) -> TicketId {
    TicketId(uuid::Uuid::from_u128(id.0))
}

fn person(user: UserId) -> Person {
    Person(user.0.as_u128())
}

/// Somebody who has all that is wished for but one thing, and wishes for nothing else.
fn mirror(ticket: &Ticket, missing: Wish) -> Ticket {
    let mut other = ticket.clone();
    if missing == Wish::Interests {
        other.wishes.interests = Interests::default();
    } else {
        other.wishes = ticket.wishes.without(want(missing));
    }
    let practised = ticket.wishes.practise.filter(|_| missing != Wish::Practise);
    other.wishes.practise = None;
    other.limits.languages = ticket.limits.languages.iter().chain(practised).collect();
    other
}

/// How many of the first one's wishes the second one meets.
fn common(one: &Waiting, other: &Waiting) -> Common {
    let met = reasons(&one.ticket, &other.ticket).first;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Common { met: count(met.met), of: count(met.asked) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Band;
    use app::protocol::matching::{Kept, Mood, Pace, Wishes as Wished};
    use uuid::Uuid;

    pub(super) fn row(n: u128, languages: &[&str], interests: &[&str], since: i64) -> TicketRow {
        let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
        let wishes = Wished {
            languages: words(languages),
            interests: words(interests),
            ..Wished::default()
        };
        TicketRow {
            id: TicketId(Uuid::from_u128(n)),
            user: user(n),
            wishes,
            band: Band::Adult,
            guest: false,
            since: Millis(since),
            state: TicketState::Searching,
            acted_at: Millis(since),
            skipped_at: None,
            changed_at: Millis(since),
        }
    }

    pub(super) fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(0x100 + n))
    }

    fn pool(rows: &[TicketRow]) -> Pool {
        let mut pool = Pool::default();
        pool.take(rows.to_vec());
        pool
    }

    fn take(pool: &mut Pool, row: TicketRow) -> Vec<UserId> {
        let news = pool.news(std::slice::from_ref(&row));
        pool.take(vec![row]);
        news
    }

    fn round_of(pool: &mut Pool, now: i64) -> Vec<Vec<u128>> {
        let found = pool.round(|_| Vec::new(), Millis(now), 1);
        let ids = |it: NewProposal| {
            let mut ids: Vec<_> = it.tickets.iter().map(|it| it.0.as_u128()).collect();
            ids.sort_unstable();
            ids
        };
        found.into_iter().map(ids).collect()
    }

    #[test]
    fn who_shares_a_language_and_an_interest_is_put_together_with_what_they_share() {
        let ann = row(1, &["en", "ko"], &["film", "tea"], 0);
        let bob = row(2, &["ko"], &["chess", "tea"], 0);
        let mut pool = pool(&[ann, bob, row(3, &["fr"], &["tea"], 0)]);
        let found = pool.round(|_| Vec::new(), Millis(20_000), 1);
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (one.shared.languages.join(","), one.shared.interests.join(",")),
            ("ko".into(), "tea".into())
        );
        assert_eq!(one.shared.met[&TicketId(Uuid::from_u128(1))], Common { met: 1, of: 2 });
    }

    #[test]
    fn who_is_apart_away_or_met_today_is_not_put_together() {
        let rows = [row(1, &["ko"], &["tea"], 0), row(2, &["ko"], &["tea"], 0)];
        assert_eq!(round_of(&mut pool(&rows), 1_000), [[1, 2]]);
        let blocked = pool(&rows).round(|_| vec![user(1), user(2)], Millis(1_000), 1);
        assert_eq!(blocked, []);
        let mut away = pool(&rows);
        let grace = 20_000;
        assert!(away.look(|it| Some(it != user(1)), grace, Millis(0)).is_empty());
        assert!(round_of(&mut away, 1_000).is_empty());
        let gone = away.look(|it| Some(it != user(1)), grace, Millis(grace));
        assert_eq!(gone, HashSet::from([user(1)]));
        assert!(away.look(|_| Some(true), grace, Millis(grace)).is_empty());
        let mut met = pool(&rows);
        let (one, other) = (user(1), user(2));
        let today = MetRow { one, other, at: Some(Millis(500)), skipped_at: None, shunned: false };
        met.take_met(&[user(1)], &[today]);
        assert!(round_of(&mut met, 1_000).is_empty());
    }

    #[test]
    fn a_ticket_is_what_it_was_changed_to_last() {
        let first = row(1, &["ko"], &["tea"], 0);
        let mut pool = pool(std::slice::from_ref(&first));
        let later = TicketRow { changed_at: Millis(9), ..row(1, &["fr"], &[], 0) };
        assert_eq!(take(&mut pool, later.clone()), [user(1)]);
        assert!(take(&mut pool, later.clone()).is_empty(), "read again");
        pool.take(vec![row(2, &["ko"], &["tea"], 0)]);
        assert!(round_of(&mut pool, 60_000).is_empty(), "one speaks French by now");
        let proposed = TicketRow { state: TicketState::Proposed, ..later };
        assert_eq!(take(&mut pool, proposed), [user(1)], "within the same millisecond");
        let over = TicketRow { state: TicketState::Matched, changed_at: Millis(10), ..first };
        assert!(pool.wants(over.id, over.state, over.changed_at));
        pool.take(vec![over.clone()]);
        assert!(!pool.wants(over.id, over.state, over.changed_at), "it is forgotten already");
        assert_eq!(pool.len(), 1);
        let again = TicketRow { id: TicketId(Uuid::from_u128(3)), ..row(2, &["ko"], &[], 11) };
        pool.take(vec![again.clone()]);
        assert_eq!(pool.by_wait(), [(again.id, user(2))], "nobody has two");
        pool.keep(&HashSet::new());
        assert_eq!(pool.len(), 0, "whatever is not among all that are open");
    }

    #[test]
    fn wishes_relax_with_the_time_but_those_that_are_kept() {
        let mut ann = row(1, &["ko"], &["tea"], 0);
        ann.wishes.mood = Some(Mood::Deep);
        ann.wishes.pace = Some(Pace::Slow);
        ann.wishes.keep = vec![Kept { wish: Wish::Mood, secs: 300 }];
        let id = ann.id;
        let pool = pool(&[ann]);
        let relaxed = |secs: i64| pool.relaxed(id, Millis(secs * 1_000));
        assert!(!relaxed(0).contains(&Wish::Mood));
        assert_eq!(relaxed(100), [Wish::Interests, Wish::Pace]);
        assert_eq!(relaxed(400), [Wish::Interests, Wish::Mood, Wish::Pace]);
    }
}
