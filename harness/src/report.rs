//! The figures of a run, printed.

use crate::{crowd::State, histogram::Histogram};
use std::time::Duration;

/// What a run came to, beside what its people saw.
pub(crate) struct Report {
    pub(crate) title: String,
    /// From the first send to the last.
    pub(crate) elapsed: Duration,
    pub(crate) delivered_within: u64,
    /// From the first send until all had arrived.
    pub(crate) server_cpu: Option<Duration>,
    /// Within `elapsed`.
    pub(crate) server_share: Option<Duration>,
    /// The same of the generator: near 100 % it is what is being measured.
    pub(crate) own_share: Option<Duration>,
    pub(crate) memory_kib: Option<u64>,
    pub(crate) faults: Vec<String>,
}

impl Report {
    #[expect(clippy::cast_precision_loss, reason = "for printing")]
    pub(crate) fn print(&self, state: &State) {
        let secs = self.elapsed.as_secs_f64();
        let sends = state.sent.len();
        let refused = state.sent.values().filter(|it| it.refused).count();
        println!("{}", self.title);
        println!(
            "sends       {sends}, {:.0}/s, refused {refused}, asked to wait {}",
            sends as f64 / secs,
            state.pauses
        );
        println!(
            "deliveries  {}, {:.0}/s, in frames of {:.1} entries",
            state.delivered,
            self.delivered_within as f64 / secs,
            state.delivered as f64 / state.frames.max(1) as f64
        );
        print_times("ack", &state.acks);
        print_times("delivery", &state.deliveries);
        let share = |cpu: Option<Duration>| {
            cpu.map_or("?".into(), |it| format!("{:.0} %", it.as_secs_f64() / secs * 100.0))
        };
        if let Some(cpu) = self.server_cpu {
            let per_million = cpu.as_secs_f64() / (state.delivered.max(1) as f64 / 1e6);
            println!(
                "server      {per_million:.2} CPU s per million deliveries, {} of a core, {} MiB",
                share(self.server_share),
                self.memory_kib.unwrap_or_default() / 1024
            );
        }
        println!(
            "generator   {} of its core, {} frames decoded of {}",
            share(self.own_share),
            state.decoded,
            state.frames
        );
        println!("network     {} repeats, {} seeks", state.repeats, state.seeks);
        if self.faults.is_empty() {
            println!("checked     nothing lost, nothing doubled, nothing out of order\n");
        }
        for fault in self.faults.iter().take(20) {
            println!("FAULT       {fault}");
        }
    }
}

fn print_times(what: &str, times: &Histogram) {
    let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|part| times.quantile_ms(part));
    println!(
        "{what:<11} p50 {p50:.1} ms, p99 {p99:.1}, p99.9 {p999:.1}, longest {:.1}",
        times.max_ms()
    );
}
