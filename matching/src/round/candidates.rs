//! Who is compared with whom. Where few wait: all with all. Where many wait, tickets of the same
//! size, band, language and topic are put in several orders in which those who are alike stand
//! near each other, and each is compared with those who follow it; so a round of `n` costs about
//! `n log n`, and everybody keeps a bounded number of candidates.

use super::{Candidate, Pool};
use crate::{
    chance::mix,
    ids::Word,
    ticket::{Size, Ticket},
    weight::{Worth, worth},
};

/// Up to so many tickets in all, everybody is compared with everybody and keeps all candidates.
const ALL_MAX: usize = 300;
/// In a shelf of so many, too, everybody is compared with everybody.
const SHELF_MAX: usize = 40;
/// So many orders by likeness, each another one.
const ORDERS: u64 = 6;
/// In an order, each is compared with so many that follow.
const WINDOW: usize = 4;
/// So many candidates does everybody keep, the best ones.
const KEPT: usize = 10;

/// What two must have in common, or they never may meet.
type Shelf = (bool, u8, Word, Option<Word>);

/// The two hashes by which an order is made, and the place.
type Key = (u64, u64, u32);

/// The candidates of a round, each pair once, in the order of their places.
pub(super) fn find(pool: &Pool, seed: u64) -> Vec<Candidate> {
    let is_small = pool.tickets.len() <= ALL_MAX;
    let mut search = Search {
        pool,
        kept: vec![Vec::new(); pool.tickets.len()],
        most: if is_small { usize::MAX } else { KEPT },
    };
    let shelved = shelved(pool);
    for shelf in shelved.chunk_by(|a, b| a.0 == b.0) {
        let places: Vec<_> = shelf.iter().map(|it| it.1).collect();
        if is_small || places.len() <= SHELF_MAX {
            search.compare_all(&places);
        } else {
            search.compare_near(&places, seed);
        }
    }
    search.candidates()
}

/// Every ticket on each shelf on which it may find somebody.
fn shelved(pool: &Pool) -> Vec<(Shelf, usize)> {
    let mut all = Vec::with_capacity(2 * pool.tickets.len());
    for (place, ticket) in pool.tickets.iter().enumerate() {
        let is_pair = ticket.size == Size::Pair;
        let topic = ticket.wishes.topic;
        let open = topic.is_none_or(|it| !it.is_only).then_some(None);
        for topic in open.into_iter().chain(topic.map(|it| Some(it.word))) {
            let shelf = |language| ((is_pair, ticket.limits.band, language, topic), place);
            all.extend(ticket.limits.languages.iter().map(shelf));
        }
    }
    all.sort_unstable();
    all
}

struct Search<'a> {
    pool: &'a Pool<'a>,
    kept: Vec<Vec<(Worth, u32)>>,
    most: usize,
}

impl Search<'_> {
    fn compare_all(&mut self, places: &[usize]) {
        for (a, b) in super::pairs_of(places) {
            self.compare(a, b);
        }
    }

    fn compare_near(&mut self, places: &[usize], seed: u64) {
        // The places are in the order of waiting: who waits longest meets who waits as long.
        self.compare_window(places.iter().copied());
        let mut order: Vec<Key> = Vec::with_capacity(places.len());
        for number in 0..ORDERS {
            let seed = mix(seed, number);
            order.clear();
            order.extend(places.iter().map(|it| key(self.pool.tickets[*it], *it, seed)));
            order.sort_unstable();
            self.compare_window(order.iter().map(|it| it.2 as usize));
        }
    }

    fn compare_window(&mut self, order: impl Iterator<Item = usize>) {
        let mut last = [None; WINDOW];
        for (at, place) in order.enumerate() {
            for other in last.into_iter().flatten() {
                self.compare(other, place);
            }
            last[at % WINDOW] = Some(place);
        }
    }

    fn compare(&mut self, a: usize, b: usize) {
        let (one, other) = (self.pool.tickets[a], self.pool.tickets[b]);
        if let Some(worth) = worth(one, other, self.pool.pairs, self.pool.now) {
            self.keep(a, b, worth);
            self.keep(b, a, worth);
        }
    }

    fn keep(&mut self, of: usize, other: usize, worth: Worth) {
        let Ok(other) = u32::try_from(other) else { return };
        let kept = &mut self.kept[of];
        if self.most == usize::MAX {
            kept.push((worth, other));
            return;
        }
        if kept.iter().any(|it| it.1 == other) {
            return;
        }
        if kept.len() < self.most {
            kept.push((worth, other));
            return;
        }
        let worst = kept.iter_mut().min_by_key(|it| (it.0.weight, it.1));
        if let Some(worst) = worst.filter(|it| (it.0.weight, it.1) < (worth.weight, other)) {
            *worst = (worth, other);
        }
    }

    /// What either of two keeps.
    fn candidates(self) -> Vec<Candidate> {
        let mut all: Vec<_> = self
            .kept
            .into_iter()
            .enumerate()
            .flat_map(|(of, kept)| {
                kept.into_iter().map(move |(worth, other)| {
                    let other = other as usize;
                    Candidate { a: of.min(other), b: of.max(other), worth }
                })
            })
            .collect();
        all.sort_unstable_by_key(|it| (it.a, it.b));
        all.dedup_by_key(|it| (it.a, it.b));
        all
    }
}

/// Where a ticket stands in the order of a seed: by the two of its features that the seed puts
/// first. Two who have much in common probably have the same two. What weighs more comes first
/// more often.
fn key(ticket: &Ticket, place: usize, seed: u64) -> Key {
    let mut first = [u64::MAX; 2];
    let wishes = &ticket.wishes;
    let mut note = |kind: u64, word: u64, weight: u64| {
        let hashes = (0..weight).map(|time| mix(seed, kind << 56 | time << 40 | word));
        let hash = hashes.min().unwrap_or(u64::MAX);
        if hash < first[0] {
            first = [hash, first[0]];
        } else if hash < first[1] {
            first[1] = hash;
        }
    };
    for (word, weight) in wishes.interests.iter() {
        note(0, u64::from(word.0), u64::from(weight));
    }
    let single = [(1, wishes.mood, 2), (2, wishes.pace, 1), (3, wishes.pack, 2)];
    for (kind, word, weight) in single {
        if let Some(word) = word {
            note(kind, u64::from(word.0), weight);
        }
    }
    if first == [u64::MAX; 2] {
        first[0] = mix(seed, place as u64);
    }
    (first[0], first[1], u32::try_from(place).unwrap_or(u32::MAX))
}
