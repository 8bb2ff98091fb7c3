//! How long a round takes where 1,000, 10,000 and 100,000 wait, all of whom came in the last
//! minute; and, as a table, how that grows beside n log n.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use criterion::{BenchmarkId, Criterion, criterion_group};
use matching::{crowd::Crowd, pairs::Pairs, round::round, ticket::Ticket};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const SPREAD_MS: u32 = 60_000;
/// How many wait, and how many milliseconds a round of them may take, where that was agreed on.
const SIZES: [(u32, Option<u32>); 3] = [(1_000, None), (10_000, Some(200)), (100_000, Some(3_000))];
/// Of so many rounds the middle one counts.
const ROUNDS: usize = 5;

fn waiting(n: u32) -> Vec<Ticket> {
    let crowd = Crowd::new(1);
    (0..n).map(|it| crowd.ticket(it, i64::from(it.wrapping_mul(7919) % SPREAD_MS))).collect()
}

fn one_round(tickets: &[Ticket]) {
    black_box(round(tickets, &Pairs::default(), i64::from(SPREAD_MS), 1));
}

fn rounds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("round");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (n, _) in SIZES {
        let tickets = waiting(n);
        group.bench_with_input(BenchmarkId::from_parameter(n), &tickets, |bencher, tickets| {
            bencher.iter(|| one_round(tickets));
        });
    }
    group.finish();
}

/// The middle one of some rounds, in milliseconds.
fn middle_ms(n: u32) -> f64 {
    let tickets = waiting(n);
    let mut times = [(); ROUNDS].map(|()| {
        let begun = Instant::now();
        one_round(&tickets);
        begun.elapsed()
    });
    times.sort_unstable();
    times[ROUNDS / 2].as_secs_f64() * 1_000.0
}

/// Each size beside the one before: by how much more time it takes, and by how much n log n grows.
fn table() {
    println!("\n| waiting | a round, ms | wanted, ms | times the one before | n log n |");
    println!("|--:|--:|--:|--:|--:|");
    let mut before: Option<(f64, f64)> = None;
    for (n, wanted) in SIZES {
        let (ms, n_log_n) = (middle_ms(n), f64::from(n) * f64::from(n).log2());
        let wanted = wanted.map_or_else(String::new, |it| format!("≤ {it}"));
        let grown = before.map_or_else(
            || " | ".to_owned(),
            |(ms_before, before)| format!("{:.1} | {:.1}", ms / ms_before, n_log_n / before),
        );
        println!("| {n} | {ms:.1} | {wanted} | {grown} |");
        before = Some((ms, n_log_n));
    }
}

criterion_group!(benches, rounds);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    table();
}
