//! A round: who of all that wait is put together now.

use crate::{
    chance::mix,
    fit::Fit,
    graph::{Edge, exact, improved},
    ids::TicketId,
    pairs::Pairs,
    ticket::{Size, Ticket},
    weight::Worth,
};
use std::collections::HashSet;

mod candidates;
mod groups;

/// Rounds are so far apart where many wait.
pub const ROUND_MS: i64 = 1000;
/// So few are looked at as soon as something changes.
pub const FEW: usize = 3;
/// A part of the graph with so many tickets is matched exactly.
const EXACT_MAX: usize = 200;
/// All exact matching of a round costs no more steps than this; a part of `n` costs `n³`.
const EXACT_STEPS: usize = 40_000_000;

/// Tickets that a round puts together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// Two, or the members of a group; who waits longest comes first.
    pub tickets: Vec<TicketId>,
    /// How well they fit; in a group, the mean of all pairs.
    pub fit: Fit,
}

/// When the next round is due: at once where few wait, otherwise [`ROUND_MS`] after the last;
/// never where nobody could be matched.
pub fn next_round_at(waiting: usize, last_round: Option<i64>, now: i64) -> Option<i64> {
    match waiting {
        0 | 1 => None,
        2..=FEW => Some(now),
        _ => Some(last_round.map_or(now, |it| it.saturating_add(ROUND_MS).max(now))),
    }
}

/// Puts together who may meet and fits, such that all of it together is worth the most: exactly
/// for up to some hundred tickets, nearly for more. Of several tickets of one person, only that
/// which waits longest takes part. The same tickets in any order, pairs, time and seed give the
/// same; another seed looks at other candidates where there are too many to look at all.
pub fn round(tickets: &[Ticket], pairs: &Pairs, now: i64, seed: u64) -> Vec<Together> {
    let mut all: Vec<&Ticket> = tickets.iter().collect();
    all.sort_unstable_by_key(|it| (it.since, it.id));
    let mut people = HashSet::with_capacity(all.len());
    all.retain(|it| people.insert(it.person));
    let pool = Pool { tickets: all, pairs, now };
    let (two, more): (Vec<_>, Vec<_>) = candidates::find(&pool, seed)
        .into_iter()
        .partition(|it| pool.tickets[it.a].size == Size::Pair);
    let mut found = pool.twos(&two, seed);
    found.extend(groups::find(&pool, &more));
    found
}

/// Who waits, from the one who waits longest on, each by its place.
struct Pool<'a> {
    tickets: Vec<&'a Ticket>,
    pairs: &'a Pairs,
    now: i64,
}

/// Two who may be put together, by their places.
#[derive(Clone, Copy)]
struct Candidate {
    a: usize,
    b: usize,
    worth: Worth,
}

impl Pool<'_> {
    /// Matches pairs, part by part of the graph, the small parts first.
    fn twos(&self, candidates: &[Candidate], seed: u64) -> Vec<Together> {
        let mut parts = parts(self.tickets.len(), candidates);
        parts.sort_by_key(|it| it.places.len());
        let mut steps = EXACT_STEPS;
        let mut found = Vec::new();
        for part in parts {
            let n = part.places.len();
            let cost = n.pow(3);
            let mates = if n <= EXACT_MAX && cost <= steps {
                steps -= cost;
                exact(n, &part.edges)
            } else {
                improved(n, &part.edges, mix(seed, n as u64))
            };
            for (one, other) in mates.iter().enumerate() {
                if let Some(other) = other.filter(|it| *it > one) {
                    found.push(self.together(&[part.places[one], part.places[other]]));
                }
            }
        }
        found
    }

    fn together(&self, places: &[usize]) -> Together {
        let mut places = places.to_vec();
        places.sort_unstable();
        let fits: Vec<_> = pairs_of(&places)
            .map(|(a, b)| crate::fit::fit(self.tickets[a], self.tickets[b]))
            .map(|it| u32::from(it.as_per_mille()))
            .collect();
        let mean = fits.iter().sum::<u32>() / u32::try_from(fits.len()).unwrap_or(u32::MAX).max(1);
        Together {
            tickets: places.iter().map(|it| self.tickets[*it].id).collect(),
            fit: Fit::per_mille(mean),
        }
    }
}

fn pairs_of(places: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    places.iter().enumerate().flat_map(|(at, a)| places[at + 1..].iter().map(move |b| (*a, *b)))
}

/// A part of the graph that no edge leaves.
struct Part {
    places: Vec<usize>,
    edges: Vec<Edge>,
}

fn parts(n: usize, candidates: &[Candidate]) -> Vec<Part> {
    let mut above: Vec<usize> = (0..n).collect();
    for it in candidates {
        let (a, b) = (root(&mut above, it.a), root(&mut above, it.b));
        above[a.max(b)] = a.min(b);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of = vec![usize::MAX; n];
    let mut number = vec![0; n];
    let mut place = |vertex: usize, parts: &mut Vec<Part>| {
        let root = root(&mut above, vertex);
        if part_of[root] == usize::MAX {
            part_of[root] = parts.len();
            parts.push(Part { places: Vec::new(), edges: Vec::new() });
        }
        let part = part_of[root];
        let places = &mut parts[part].places;
        if number[vertex] == 0 {
            places.push(vertex);
            number[vertex] = places.len();
        }
        (part, number[vertex] - 1)
    };
    for it in candidates {
        let (part, a) = place(it.a, &mut parts);
        let (_, b) = place(it.b, &mut parts);
        parts[part].edges.push(Edge { a, b, weight: it.worth.weight });
    }
    parts
}

fn root(above: &mut [usize], vertex: usize) -> usize {
    let mut at = vertex;
    while above[at] != at {
        above[at] = above[above[at]];
        at = above[at];
    }
    at
}
