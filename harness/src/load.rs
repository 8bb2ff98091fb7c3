//! People in rooms who talk: at a given pace whatever the server does, or as fast as it goes.

use crate::{
    check,
    crowd::{Crowd, State, World, guests, large_room, rooms},
    person::Manner,
    report::Report,
    server::{Server, Target, cpu_of},
};
use anyhow::{Result, ensure};
use app::protocol::limits::SENDS_IN_FLIGHT_MAX;
use std::time::{Duration, Instant};

/// People in rooms who talk.
#[derive(clap::Args)]
pub(crate) struct Load {
    #[command(flatten)]
    target: Target,
    /// How many rooms.
    #[arg(long, default_value_t = 1)]
    rooms: usize,
    /// How many people in each room.
    #[arg(long, default_value_t = 20)]
    people: usize,
    /// One large room, in which only its host talks.
    #[arg(long, conflicts_with_all = ["rooms", "senders"])]
    large: bool,
    /// How many people of each room talk.
    #[arg(long)]
    senders: Option<usize>,
    /// Sends a second of all together, whatever the server does. Times count from the moment
    /// at which a send was meant to happen.
    #[arg(long, default_value_t = 100, conflicts_with = "closed")]
    sends_per_sec: u32,
    /// As fast as it goes: who sees an own message says the next one.
    #[arg(long)]
    closed: bool,
    /// With --closed: messages on their way for each who talks.
    #[arg(long, default_value_t = 1)]
    window: usize,
    /// Characters of a message.
    #[arg(long, default_value_t = 120)]
    bytes: usize,
    /// How long they talk.
    #[arg(long, default_value_t = 10)]
    secs: u64,
}

/// How the server and the generator stood at a moment.
struct Moment {
    at: Instant,
    delivered: u64,
    server_cpu: Option<Duration>,
    own_cpu: Option<Duration>,
}

impl Moment {
    fn now(server: &Server, crowd: &Crowd) -> Self {
        let delivered = crowd.world.state.borrow().delivered;
        Self { at: Instant::now(), delivered, server_cpu: server.cpu(), own_cpu: cpu_of("self") }
    }
}

impl Load {
    pub(crate) async fn run(self) -> Result<()> {
        ensure!(self.window <= SENDS_IN_FLIGHT_MAX, "no more than {SENDS_IN_FLIGHT_MAX} in flight");
        let mut server = self.target.start(self.rooms).await?;
        let mut cookies = guests(&server.address, self.rooms * self.people).await?;
        let ids = if self.large {
            let (host, room) = large_room(&server.address, self.people).await?;
            cookies[0] = host;
            vec![room]
        } else {
            let found = rooms(&server.address, &cookies[0]).await?;
            ensure!(found.len() >= self.rooms, "the server has only {} load channels", found.len());
            found.iter().take(self.rooms).map(|it| it.id).collect()
        };
        let world = World::new(self.bytes);
        let crowd = Crowd::gather(&server, world, &cookies, (&ids, Manner::Enters)).await?;
        let heads = check::settle(&server, &crowd).await?;

        let begin = Moment::now(&server, &crowd);
        if self.closed {
            self.closed_loop(&crowd).await;
        } else {
            crowd.talk(&self.sender_numbers(), self.sends_per_sec, self.secs).await;
        }
        let end = Moment::now(&server, &crowd);
        let drained = check::drain(&server, &crowd).await;
        let rest = Moment::now(&server, &crowd);
        let checked = match drained {
            Ok(()) => check::logs(&server, &crowd, &heads).await?,
            Err(error) => vec![error.to_string()],
        };
        let memory_kib = server.memory_kib();
        let faults = {
            let state = crowd.world.state.borrow();
            let report = self.report([&begin, &end, &rest], &state, (memory_kib, &checked));
            report.print(&state);
            report.faults.len()
        };
        server.stop().await?;
        ensure!(faults == 0, "{faults} faults");
        Ok(())
    }

    async fn closed_loop(&self, crowd: &Crowd) {
        crowd.world.is_closed_loop.set(true);
        for sender in self.sender_numbers() {
            for _ in 0..self.window {
                crowd.people[sender].borrow_mut().say(&crowd.world, crowd.world.micros());
            }
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(self.secs) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            crowd.nudge();
        }
        crowd.world.is_closed_loop.set(false);
    }

    /// People are spread over the rooms one after the other, so the first ones of all rooms.
    fn sender_numbers(&self) -> Vec<usize> {
        let talk = if self.large { Some(1) } else { self.senders };
        let each = talk.unwrap_or(self.people).clamp(1, self.people);
        (0..self.rooms * each).collect()
    }

    fn report(
        &self,
        [begin, end, rest]: [&Moment; 3],
        state: &State,
        (memory_kib, checked): (Option<u64>, &[String]),
    ) -> Report {
        let passed = |from: Option<Duration>, to: Option<Duration>| Some(to?.saturating_sub(from?));
        let manner = if self.closed {
            format!("as fast as it goes, {} each in flight", self.window)
        } else {
            format!("{} sends/s", self.sends_per_sec)
        };
        Report {
            title: format!(
                "{} × {} people, {manner}, {} characters, {} s",
                self.rooms, self.people, self.bytes, self.secs
            ),
            elapsed: end.at - begin.at,
            delivered_within: end.delivered - begin.delivered,
            server_cpu: passed(begin.server_cpu, rest.server_cpu),
            server_share: passed(begin.server_cpu, end.server_cpu),
            own_share: passed(begin.own_cpu, end.own_cpu),
            memory_kib,
            faults: state.faults.iter().chain(checked).cloned().collect(),
        }
    }
}
