//! A heavy matching of a graph of any size: the heaviest edges first, then exchanges of up to
//! three edges around one, as long as they gain (after Maue and Sanders, "Engineering algorithms
//! for approximate weighted matching", 2007).

use super::{Edge, Mates};
use crate::chance::mix;

/// Rounds of exchanges at most; gains are small after a few.
const PASSES: u64 = 8;
/// Where fewer than one in so many vertices still gain something, it is enough.
const FEW_GAINS: usize = 500;
/// So many of the best exchanges at one end: at most two of them stand in the way of one at the
/// other end.
const ARMS: usize = 3;

/// A heavy matching among `n` vertices; the seed decides in which order exchanges are tried.
pub fn improved(n: usize, edges: &[Edge], seed: u64) -> Mates {
    let mut matching = Matching::greedy(n, edges);
    let mut order: Vec<usize> = (0..n).collect();
    for pass in 0..PASSES {
        order.sort_unstable_by_key(|it| mix(seed.wrapping_add(pass), *it as u64));
        let gains = order.iter().filter(|it| matching.improve(**it)).count();
        if gains * FEW_GAINS < n.max(1) {
            break;
        }
    }
    matching.mates
}

struct Matching {
    /// Where the neighbours of each vertex begin in `near`.
    starts: Vec<usize>,
    /// Neighbours and weights, in order of the neighbours.
    near: Vec<(usize, i32)>,
    /// The heaviest edge at each vertex.
    heaviest: Vec<i32>,
    mates: Mates,
    /// What each vertex's match is worth; 0 where it has none.
    held: Vec<i32>,
}

/// Matching a vertex anew: with whom, for what weight, and what that gains there.
#[derive(Clone, Copy)]
struct Arm {
    to: usize,
    weight: i32,
    gain: i32,
}

impl Matching {
    fn greedy(n: usize, edges: &[Edge]) -> Self {
        let (starts, near) = neighbours(n, edges);
        let most = |at: &[usize]| near[at[0]..at[1]].iter().map(|it| it.1).max().unwrap_or(0);
        let heaviest = starts.windows(2).map(most).collect();
        let (mates, held) = (vec![None; n], vec![0; n]);
        let mut matching = Self { starts, near, heaviest, mates, held };
        let mut order: Vec<_> = edges.iter().filter(|it| it.weight > 0 && it.a != it.b).collect();
        order.sort_unstable_by_key(|it| (-it.weight, it.a, it.b));
        for edge in order {
            if matching.mates[edge.a].is_none() && matching.mates[edge.b].is_none() {
                matching.marry(edge.a, edge.b, edge.weight);
            }
        }
        matching
    }

    fn near(&self, vertex: usize) -> &[(usize, i32)] {
        &self.near[self.starts[vertex]..self.starts[vertex + 1]]
    }

    fn weight(&self, a: usize, b: usize) -> Option<i32> {
        let near = self.near(a);
        near.binary_search_by_key(&b, |it| it.0).ok().map(|at| near[at].1)
    }

    fn marry(&mut self, a: usize, b: usize, weight: i32) {
        for left in [self.mates[a], self.mates[b]].into_iter().flatten() {
            self.mates[left] = None;
            self.held[left] = 0;
        }
        (self.mates[a], self.mates[b]) = (Some(b), Some(a));
        (self.held[a], self.held[b]) = (weight, weight);
    }

    /// The best exchanges at a vertex, the best one first.
    fn arms(&self, vertex: usize) -> impl Iterator<Item = Arm> + Clone {
        let mut best = [None::<Arm>; ARMS];
        for &(to, weight) in self.near(vertex) {
            let mut next = Some(Arm { to, weight, gain: weight - self.held[to] });
            if self.mates[vertex] == Some(to) {
                continue;
            }
            for place in &mut best {
                if next.map(|it| it.gain) > place.map(|it| it.gain) {
                    std::mem::swap(place, &mut next);
                }
            }
        }
        best.into_iter().flatten().filter(|it| it.gain > 0)
    }

    /// Makes the best exchange around a vertex and its mate, where one gains.
    fn improve(&mut self, vertex: usize) -> bool {
        let Some(mate) = self.mates[vertex] else {
            let best = self.arms(vertex).next();
            if let Some(arm) = best {
                self.marry(vertex, arm.to, arm.weight);
            }
            return best.is_some();
        };
        if mate < vertex {
            return false;
        }
        let held = self.held[vertex];
        let (arms, square) = (self.best_arms(vertex, mate), self.best_square(vertex, mate));
        let gain = arms.iter().flatten().map(|it| it.gain).sum::<i32>() - held;
        if square.is_some_and(|it| it.gain > gain.max(0)) {
            self.turn_square(vertex, mate, square);
            return true;
        }
        if gain <= 0 {
            return false;
        }
        for (end, arm) in [vertex, mate].into_iter().zip(arms) {
            if let Some(arm) = arm {
                self.marry(end, arm.to, arm.weight);
            }
        }
        true
    }

    /// The best exchange at each of two mates, or at one of them, such that neither is in the way
    /// of the other.
    fn best_arms(&self, vertex: usize, mate: usize) -> [Option<Arm>; 2] {
        let gain = |it: &[Option<Arm>; 2]| it.iter().flatten().map(|it| it.gain).sum::<i32>();
        let (here, there) = (self.arms(vertex), self.arms(mate));
        let mut best = [here.clone().next(), None];
        let alone = [None, there.clone().next()];
        if gain(&alone) > gain(&best) {
            best = alone;
        }
        for one in here {
            for other in there.clone() {
                let both = [Some(one), Some(other)];
                let in_the_way = one.to == other.to || self.mates[one.to] == Some(other.to);
                if !in_the_way && gain(&both) > gain(&best) {
                    best = both;
                }
            }
        }
        best
    }

    /// Two pairs that change partners: with whom the vertex would go, and the gain.
    fn best_square(&self, vertex: usize, mate: usize) -> Option<Arm> {
        let squares = self.near(vertex).iter().filter_map(|&(to, weight)| {
            let other = self.mates[to].filter(|_| to != mate)?;
            let gain = weight - self.held[vertex] - self.held[to];
            if gain + self.heaviest[mate] <= 0 {
                return None;
            }
            Some(Arm { to, weight, gain: gain + self.weight(mate, other)? })
        });
        squares.max_by_key(|it| it.gain)
    }

    fn turn_square(&mut self, vertex: usize, mate: usize, square: Option<Arm>) {
        let other = square.and_then(|it| self.mates[it.to].map(|other| (it, other)));
        if let Some((arm, other)) = other {
            let weight = self.weight(mate, other).unwrap_or_default();
            self.marry(vertex, arm.to, arm.weight);
            self.marry(mate, other, weight);
        }
    }
}

fn neighbours(n: usize, edges: &[Edge]) -> (Vec<usize>, Vec<(usize, i32)>) {
    let mut all: Vec<_> = edges
        .iter()
        .filter(|it| it.weight > 0 && it.a != it.b)
        .flat_map(|it| [(it.a, it.b, -it.weight), (it.b, it.a, -it.weight)])
        .collect();
    all.sort_unstable();
    all.dedup_by_key(|it| (it.0, it.1));
    let mut starts = vec![0; n + 1];
    for (from, ..) in &all {
        starts[from + 1] += 1;
    }
    for at in 0..n {
        starts[at + 1] += starts[at];
    }
    (starts, all.into_iter().map(|(_, to, weight)| (to, -weight)).collect())
}
