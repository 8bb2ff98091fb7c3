//! How long a round takes where 1,000, 10,000 and 100,000 wait, all of whom came in the last
//! minute.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use matching::{crowd::Crowd, pairs::Pairs, round::round, ticket::Ticket};
use std::time::Duration;

const SPREAD_MS: u32 = 60_000;

fn waiting(n: u32) -> Vec<Ticket> {
    let crowd = Crowd::new(1);
    (0..n).map(|it| crowd.ticket(it, i64::from(it.wrapping_mul(7919) % SPREAD_MS))).collect()
}

fn rounds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("round");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for n in [1_000, 10_000, 100_000] {
        let tickets = waiting(n);
        group.bench_with_input(BenchmarkId::from_parameter(n), &tickets, |bencher, tickets| {
            bencher.iter(|| round(tickets, &Pairs::default(), i64::from(SPREAD_MS), 1));
        });
    }
    group.finish();
}

criterion_group!(benches, rounds);
criterion_main!(benches);
