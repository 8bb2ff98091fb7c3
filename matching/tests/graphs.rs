//! The two matchers against brute force and against each other.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use matching::graph::{Edge, exact, improved, weight_of};
use proptest::prelude::*;

/// The greatest weight there is, by trying everything.
fn brute(n: usize, edges: &[Edge]) -> i64 {
    let mut weights = vec![0; n * n];
    for edge in edges.iter().filter(|it| it.a != it.b) {
        for at in [edge.a * n + edge.b, edge.b * n + edge.a] {
            weights[at] = i64::from(edge.weight).max(weights[at]);
        }
    }
    let mut best = vec![0; 1 << n];
    for set in 1_usize..1 << n {
        let first = set.trailing_zeros() as usize;
        let rest = set & (set - 1);
        let with = (0..n).filter(|it| rest >> it & 1 == 1);
        let with = with.map(|it| weights[first * n + it] + best[rest & !(1 << it)]).max();
        best[set] = best[rest].max(with.unwrap_or_default());
    }
    best[(1 << n) - 1]
}

/// Mates are mates of each other, and along edges.
fn assert_matching(n: usize, edges: &[Edge], mates: &[Option<usize>]) {
    assert_eq!(mates.len(), n);
    for (vertex, mate) in mates.iter().enumerate() {
        if let Some(mate) = mate {
            assert_eq!(mates[*mate], Some(vertex));
            let is_edge = |it: &Edge| {
                it.weight > 0 && [(it.a, it.b), (it.b, it.a)].contains(&(vertex, *mate))
            };
            assert!(edges.iter().any(is_edge), "{vertex}-{mate} is no edge");
        }
    }
}

fn assert_best(n: usize, edges: &[Edge]) {
    let mates = exact(n, edges);
    assert_matching(n, edges, &mates);
    assert_eq!(weight_of(&mates, edges), brute(n, edges), "{edges:?}");
}

fn all_pairs(n: usize) -> Vec<(usize, usize)> {
    (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect()
}

/// All weighted graphs of `n` vertices with weights from 0 to `most`.
fn for_every_graph(n: usize, most: u32, mut check: impl FnMut(&[Edge])) {
    let pairs = all_pairs(n);
    let kinds = u64::from(most) + 1;
    for number in 0..kinds.pow(u32::try_from(pairs.len()).unwrap()) {
        let mut digits = number;
        let edges: Vec<_> = pairs
            .iter()
            .map(|&(a, b)| {
                let weight = i32::try_from(digits % kinds).unwrap();
                digits /= kinds;
                Edge { a, b, weight }
            })
            .filter(|it| it.weight > 0)
            .collect();
        check(&edges);
    }
}

#[test]
fn exact_is_best_on_every_small_graph() {
    for_every_graph(4, 4, |edges| assert_best(4, edges));
    for_every_graph(5, 2, |edges| assert_best(5, edges));
    for_every_graph(6, 1, |edges| assert_best(6, edges));
}

#[test]
fn nothing_is_matched_where_there_is_nothing() {
    assert_eq!(exact(0, &[]), []);
    assert_eq!(exact(3, &[]), [None; 3]);
    assert_eq!(improved(3, &[], 1), [None; 3]);
    assert_eq!(exact(2, &[Edge { a: 0, b: 1, weight: 0 }]), [None; 2]);
    assert_eq!(exact(1, &[Edge { a: 0, b: 0, weight: 5 }]), [None]);
}

fn graph(
    n: std::ops::RangeInclusive<usize>,
    most: i32,
) -> impl Strategy<Value = (usize, Vec<Edge>)> {
    n.prop_flat_map(move |n| {
        let edge = (0..n, 0..n, 1..=most).prop_map(|(a, b, weight)| Edge { a, b, weight });
        (Just(n), prop::collection::vec(edge, 0..=n * (n - 1) / 2 + 1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exact_is_best_by_chance((n, edges) in graph(1..=10, 1000)) {
        assert_best(n, &edges);
    }

    #[test]
    fn exact_is_best_where_many_weigh_the_same((n, edges) in graph(6..=12, 3)) {
        assert_best(n, &edges);
    }

    #[test]
    fn improved_is_a_matching((n, edges) in graph(1..=10, 1000), seed: u64) {
        let mates = improved(n, &edges, seed);
        assert_matching(n, &edges, &mates);
        prop_assert!(2 * weight_of(&mates, &edges) >= brute(n, &edges));
    }
}

/// A number without pattern for each number.
fn scatter(number: usize) -> usize {
    let mut word = (number as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    word = (word ^ (word >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    usize::try_from((word ^ (word >> 32)) >> 1).unwrap()
}

fn random(
    n: usize,
    degree: usize,
    seed: usize,
    weight: impl Fn(usize, usize, usize) -> usize,
) -> Vec<Edge> {
    (0..n * degree / 2)
        .map(|at| {
            let (a, b) = (scatter(seed + 3 * at) % n, scatter(seed + 3 * at + 1) % n);
            let weight = weight(a, b, scatter(seed + 3 * at + 2));
            Edge { a, b, weight: i32::try_from(weight).unwrap() }
        })
        .collect()
}

#[test]
fn improved_has_95_of_100_of_the_best_on_500_tickets() {
    let n = 500;
    let places: Vec<_> = (0..n).map(|it| (scatter(it) % 1000, scatter(it + n) % 1000)).collect();
    let near = |a: usize, b: usize, _: usize| {
        let (a, b) = (places[a], places[b]);
        1 + 2000 - a.0.abs_diff(b.0) - a.1.abs_diff(b.1)
    };
    let ring = (0..n).map(|a| {
        let weight = i32::try_from(10 + scatter(a) % 3).unwrap();
        Edge { a, b: (a + 1) % n, weight }
    });
    let shapes = [
        ("sparse", random(n, 4, 1, |_, _, it| 1 + it % 1000)),
        ("usual", random(n, 24, 2, |_, _, it| 600 + it % 1000)),
        ("dense", random(n, 200, 3, |_, _, it| 1 + it % 1000)),
        ("near", random(n, 40, 4, near)),
        ("alike", random(n, 6, 5, |_, _, it| 900 + it % 2)),
        ("popular", random(n, 16, 6, |a, b, it| 1 + 40_000 / (1 + a.min(b)) + it % 50)),
        ("ring", ring.collect()),
    ];
    for (name, edges) in shapes {
        let best = weight_of(&exact(n, &edges), &edges);
        let found = weight_of(&improved(n, &edges, 7), &edges);
        println!("{name}: {found} of {best}");
        assert!(found * 100 >= best * 95, "{name}: {found} of {best}");
    }
}
