//! Matchings of the greatest weight in a graph: [`exact()`] for some hundred vertices, [`improved()`]
//! for any number.

mod exact;
mod improved;

pub use exact::exact;
pub use improved::improved;

/// Two vertices, and what matching them is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// One end.
    pub a: usize,
    /// The other end.
    pub b: usize,
    /// Greater than 0; edges that are not count for nothing.
    pub weight: i32,
}

/// Whom each vertex is matched with.
pub type Mates = Vec<Option<usize>>;

/// What a matching is worth: the sum over its edges.
pub fn weight_of(mates: &[Option<usize>], edges: &[Edge]) -> i64 {
    let mut best = std::collections::HashMap::new();
    for edge in edges.iter().filter(|it| mates[it.a] == Some(it.b)) {
        let weight = best.entry((edge.a.min(edge.b), edge.a.max(edge.b))).or_insert(0);
        *weight = edge.weight.max(*weight);
    }
    best.into_values().map(i64::from).sum()
}
