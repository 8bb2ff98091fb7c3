//! Matchmaking, simulated: the rounds of the crate `matching` beside what others do, from an empty
//! room to a crowd. No server is needed.

mod chart;
mod figures;
mod policy;
mod simulate;

use anyhow::{Context as _, Result, ensure};
use figures::Figures;
use policy::Policy;
use simulate::{World, simulate};
use std::{fs, path::PathBuf};

/// How many come in a thousand seconds.
const RATES: [u32; 6] = [20, 100, 500, 2000, 10_000, 50_000];
const ARRIVALS_LEAST: u32 = 3000;
const ARRIVALS_MOST: u32 = 20_000;
/// So many points of a hundred fewer than with first come, first served may be matched.
const SHARE_LOST_MAX: f64 = 3.0;
/// From so many arrivals in a thousand seconds on, matches fit so many times as well.
const FIT_FROM: u32 = 500;
const FIT_TIMES: f64 = 1.5;

/// Simulates matchmaking at several rates of arrival, by our rounds, first come first served, and
/// waves. Fails where ours match too few or fit too badly.
#[derive(clap::Args)]
pub(crate) struct Match {
    /// All that is random comes from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder to draw the charts into.
    #[arg(long, value_name = "FOLDER")]
    charts: Option<PathBuf>,
}

impl Match {
    pub(crate) fn run(&self) -> Result<()> {
        println!(
            "| arrivals/s | policy | matched % | wait p50 s | p95 s | p95 s, fewest | fit | repeats |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        let runs: Vec<_> =
            RATES.into_iter().map(|it| Run::new(it, arrivals(it), self.seed)).collect();
        for run in &runs {
            run.print();
        }
        if let Some(folder) = &self.charts {
            fs::create_dir_all(folder).context("cannot make the folder of the charts")?;
            let write = |name: &str, svg| fs::write(folder.join(name), svg);
            write("share.svg", draw("matched, of a hundred", &runs, Figures::share))?;
            write("fit.svg", draw("mean fit, in hundredths", &runs, |it| 100.0 * it.fit()))?;
            write("wait.svg", draw("wait of the slowest twentieth, s", &runs, |it| it.wait(95)))?;
        }
        runs.iter().try_for_each(Run::judge)
    }
}

fn arrivals(per_1000_secs: u32) -> u32 {
    (per_1000_secs * 4).clamp(ARRIVALS_LEAST, ARRIVALS_MOST)
}

/// One rate of arrival, by all policies.
struct Run {
    per_1000_secs: u32,
    ours: Figures,
    first: Figures,
    waves: Figures,
}

impl Run {
    fn new(per_1000_secs: u32, arrivals: u32, seed: u64) -> Self {
        let world = World { per_1000_secs, arrivals, seed };
        let [ours, first, waves] = Policy::ALL.map(|it| simulate(world, it));
        Self { per_1000_secs, ours, first, waves }
    }

    fn rate(&self) -> f64 {
        f64::from(self.per_1000_secs) / 1000.0
    }

    fn all(&self) -> [&Figures; 3] {
        [&self.ours, &self.first, &self.waves]
    }

    fn print(&self) {
        for (policy, it) in Policy::ALL.into_iter().zip(self.all()) {
            println!(
                "| {} | {} | {:.1} | {:.0} | {:.0} | {:.0} | {:.2} | {} |",
                self.rate(),
                policy.name(),
                it.share(),
                it.wait(50),
                it.wait(95),
                it.wait_of_few(95),
                it.fit(),
                it.repeats()
            );
        }
    }

    /// Whether ours is as good as it should be.
    fn judge(&self) -> Result<()> {
        let (rate, ours, first) = (self.rate(), &self.ours, &self.first);
        let lost = first.share() - ours.share();
        ensure!(lost <= SHARE_LOST_MAX, "at {rate}/s {lost:.1} points fewer are matched");
        let times = ours.fit() / first.fit();
        let must_fit = self.per_1000_secs >= FIT_FROM;
        ensure!(
            !must_fit || times >= FIT_TIMES,
            "at {rate}/s matches fit {times:.2} times as well"
        );
        ensure!(ours.repeats() == 0, "at {rate}/s people met again within a day");
        Ok(())
    }
}

fn draw(title: &str, runs: &[Run], value: impl Fn(&Figures) -> f64) -> String {
    let rates: Vec<_> = runs.iter().map(|it| format!("{}/s", it.rate())).collect();
    let lines: Vec<_> = Policy::ALL
        .into_iter()
        .enumerate()
        .map(|(at, it)| (it.name(), runs.iter().map(|run| value(run.all()[at])).collect()))
        .collect();
    chart::lines(title, &rates, &lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_matches_nearly_as_many_as_first_come_and_better_ones() {
        for rate in [20, 100, 500, 5000] {
            Run::new(rate, 2000, 1).judge().unwrap();
        }
    }

    #[test]
    fn the_same_seed_gives_the_same() {
        let [one, same, other] = [1, 1, 2].map(|seed| Run::new(500, 200, seed));
        let figures = |it: &Run| it.all().map(|it| (it.share(), it.fit(), it.wait(95)));
        assert_eq!(figures(&one), figures(&same));
        assert_ne!(figures(&one), figures(&other));
    }
}
