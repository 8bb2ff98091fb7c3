//! What it costs those who talk that others look for somebody: the same talk without, with and
//! without tickets that come and go, in one run.

use crate::{
    check,
    crowd::{Crowd, World, guests, rooms},
    histogram::Histogram,
    person::Manner,
    searchers::{Figures, Searchers},
    server::{Server, Target},
};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};

/// What was said before a stretch began has arrived by then.
const BETWEEN: Duration = Duration::from_secs(1);

/// Talk beside tickets that come and go.
#[derive(clap::Args)]
pub(crate) struct Beside {
    #[command(flatten)]
    target: Target,
    /// How many rooms.
    #[arg(long, default_value_t = 10)]
    rooms: usize,
    /// How many people in each room.
    #[arg(long, default_value_t = 20)]
    people: usize,
    /// Sends a second of all together.
    #[arg(long, default_value_t = 100)]
    sends_per_sec: u32,
    /// So many tickets come each second, and as many go.
    #[arg(long, default_value_t = 1_000)]
    tickets_per_sec: u32,
    /// How many people look for somebody in turn.
    #[arg(long, default_value_t = 5_000)]
    searchers: usize,
    /// How long each of the stretches lasts: without, with, without.
    #[arg(long, default_value_t = 20)]
    secs: u64,
    /// With them deliveries may take so many times as long, at the 99th of a hundred.
    #[arg(long, default_value_t = 1.5)]
    most: f64,
}

/// A stretch of talk.
struct Stretch {
    deliveries: Histogram,
    figures: Figures,
    elapsed: Duration,
    cpu: Option<Duration>,
}

impl Beside {
    pub(crate) async fn run(self) -> Result<()> {
        let mut server = self.target.start(self.rooms).await?;
        let cookies = guests(&server.address, self.rooms * self.people).await?;
        let found = rooms(&server.address, &cookies[0]).await?;
        ensure!(found.len() >= self.rooms, "the server has only {} load channels", found.len());
        let ids: Vec<_> = found.iter().take(self.rooms).map(|it| it.id).collect();
        let crowd =
            Crowd::gather(&server, World::new(120), &cookies, (&ids, Manner::Enters)).await?;
        let searchers = Searchers::gather(&server, self.searchers).await?;
        let heads = check::settle(&server, &crowd).await?;

        let before = self.stretch(&server, &crowd, &searchers).await?;
        searchers.begin(self.tickets_per_sec);
        // By then as many go as come.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let beside = self.stretch(&server, &crowd, &searchers).await?;
        searchers.begin(0);
        searchers.calm().await?;
        let after = self.stretch(&server, &crowd, &searchers).await?;

        check::drain(&server, &crowd).await?;
        let faults = check::logs(&server, &crowd, &heads).await?;
        server.stop().await?;
        ensure!(faults.is_empty(), "{}", faults.join("; "));
        self.judge([&before, &beside, &after])
    }

    /// Talks for a while, after a moment of silence.
    async fn stretch(
        &self,
        server: &Server,
        crowd: &Crowd,
        searchers: &Searchers,
    ) -> Result<Stretch> {
        tokio::time::sleep(BETWEEN).await;
        crowd.world.state.borrow_mut().deliveries = Histogram::new();
        searchers.take()?;
        let (begun, cpu) = (Instant::now(), server.cpu());
        crowd
            .talk(&(0..crowd.people.len()).collect::<Vec<_>>(), self.sends_per_sec, self.secs)
            .await;
        let (elapsed, figures) = (begun.elapsed(), searchers.take()?);
        let cpu = server.cpu().zip(cpu).map(|(now, then)| now.saturating_sub(then));
        check::drain(server, crowd).await?;
        let deliveries =
            std::mem::replace(&mut crowd.world.state.borrow_mut().deliveries, Histogram::new());
        Ok(Stretch { deliveries, figures, elapsed, cpu })
    }

    fn judge(&self, [before, beside, after]: [&Stretch; 3]) -> Result<()> {
        println!(
            "{} × {} people, {} sends/s, {} s each; {} tickets/s by {} people",
            self.rooms,
            self.people,
            self.sends_per_sec,
            self.secs,
            self.tickets_per_sec,
            self.searchers
        );
        before.print("without");
        beside.print("with");
        after.print("without");
        let p99 = |it: &Stretch| it.deliveries.quantile_ms(0.99);
        let ratio = p99(beside) / f64::midpoint(p99(before), p99(after));
        let cpu =
            |it: &Stretch| it.cpu.unwrap_or_default().as_secs_f64() / it.elapsed.as_secs_f64();
        let more = cpu(beside) - f64::midpoint(cpu(before), cpu(after));
        let [came, went, refused] = beside.rates();
        println!("tickets     {came:.0}/s came, {went:.0}/s went, {refused:.1}/s refused");
        println!(
            "cost        {:.0} µs of CPU for a ticket that comes and goes",
            more / came.max(1.0) * 1e6
        );
        println!("ratio       delivery p99 {ratio:.2} times, at most {}", self.most);
        ensure!(refused < 1.0, "tickets were refused");
        let wanted = f64::from(self.tickets_per_sec) * 0.95;
        ensure!(came >= wanted && went >= wanted, "fewer tickets than wanted");
        ensure!(ratio <= self.most, "those who talk wait too much longer");
        Ok(())
    }
}

impl Stretch {
    /// Tickets that came, went, and were refused, a second.
    fn rates(&self) -> [f64; 3] {
        let Figures { joined, left, refused, .. } = &self.figures;
        #[expect(clippy::cast_precision_loss, reason = "for printing")]
        [*joined, *left, *refused].map(|it| it as f64 / self.elapsed.as_secs_f64())
    }

    fn print(&self, name: &str) {
        let of = |times: &Histogram| [0.5, 0.99].map(|part| times.quantile_ms(part));
        let ([p50, p99], [asked, asked_p99]) = (of(&self.deliveries), of(&self.figures.times));
        let share = self.cpu.unwrap_or_default().as_secs_f64() / self.elapsed.as_secs_f64() * 100.0;
        println!(
            "{name:<11} delivery p50 {p50:.1} ms, p99 {p99:.1}; server {share:.0} % of a core; \
             tickets p50 {asked:.1} ms, p99 {asked_p99:.1}"
        );
    }
}
