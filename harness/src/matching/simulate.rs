//! A waiting room, simulated second by second: who comes, who is put together by a policy, and
//! who has had enough of waiting.

use super::{figures::Figures, policy::Policy};
use crate::faults::Chance;
use matching::{
    crowd::Crowd,
    ids::{Person, TicketId},
    pairs::Pairs,
    ticket::Ticket,
};
use std::collections::{HashMap, HashSet};

/// People who come, again and again.
const PEOPLE: usize = 20_000;
/// How many others each has blocked.
const BLOCKS: usize = 2;
/// Nobody leaves sooner, in milliseconds, and most not much later than after [`STAYS_MS`] more.
const STAYS_LEAST_MS: i64 = 15_000;
const STAYS_MS: usize = 90_000;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    /// So many come in a thousand seconds.
    pub(super) per_1000_secs: u32,
    /// So many come in all.
    pub(super) arrivals: u32,
    pub(super) seed: u64,
}

/// Somebody who waits.
struct Waiting {
    ticket: Ticket,
    leaves_at: i64,
}

/// Plays a world by a policy. The same people come at the same moments whatever the policy.
pub(super) fn simulate(world: World, policy: Policy) -> Figures {
    let mut room = Room::new(world);
    while !room.is_over() {
        room.now += 1000;
        room.admit();
        room.waiting.retain(|it| it.leaves_at > room.now);
        let tickets: Vec<_> = room.waiting.iter().map(|it| it.ticket.clone()).collect();
        let matches = policy.decide(&tickets, &room.pairs, room.now, world.seed);
        room.take(&matches);
    }
    room.figures
}

struct Room {
    world: World,
    now: i64,
    crowd: Crowd,
    pairs: Pairs,
    chance: Chance,
    came: u32,
    next_at: i64,
    waiting: Vec<Waiting>,
    figures: Figures,
}

impl Room {
    fn new(world: World) -> Self {
        let mut chance = Chance::new(world.seed);
        let mut pairs = Pairs::default();
        for person in 0..PEOPLE * BLOCKS {
            let other = chance.below(PEOPLE);
            pairs.block(Person((person % PEOPLE) as u128), Person(other as u128));
        }
        Self {
            world,
            now: 0,
            crowd: Crowd::new(world.seed),
            pairs,
            chance,
            came: 0,
            next_at: 0,
            waiting: Vec::new(),
            figures: Figures::default(),
        }
    }

    fn is_over(&self) -> bool {
        self.came == self.world.arrivals && self.waiting.is_empty()
    }

    /// Lets in who came since the last second.
    fn admit(&mut self) {
        while self.came < self.world.arrivals && self.next_at <= self.now {
            let person = u32::try_from(self.chance.below(PEOPLE)).unwrap_or_default();
            let stays = STAYS_LEAST_MS + exponential(&mut self.chance, STAYS_MS);
            let ticket = Ticket {
                id: TicketId(u128::from(self.came)),
                ..self.crowd.ticket(person, self.next_at)
            };
            self.came += 1;
            // Nobody waits twice at the same time.
            if !self.waiting.iter().any(|it| it.ticket.person == ticket.person) {
                self.figures.came();
                self.waiting.push(Waiting { ticket, leaves_at: self.next_at + stays });
            }
            let mean = 1_000_000 / self.world.per_1000_secs.max(1);
            self.next_at += exponential(&mut self.chance, mean as usize);
        }
    }

    fn take(&mut self, matches: &[(TicketId, TicketId)]) {
        let mut gone = HashSet::new();
        {
            let by_id: HashMap<_, _> =
                self.waiting.iter().map(|it| (it.ticket.id, &it.ticket)).collect();
            for (a, b) in matches {
                let (Some(one), Some(other)) = (by_id.get(a), by_id.get(b)) else { continue };
                let between = self.pairs.between(one.person, other.person);
                self.figures.matched(one, other, between.met_at.is_some(), self.now);
                self.pairs.met(one.person, other.person, self.now);
                gone.extend([*a, *b]);
            }
        }
        self.waiting.retain(|it| !gone.contains(&it.ticket.id));
    }
}

/// How long it takes until something happens that happens at any moment alike, in milliseconds.
fn exponential(chance: &mut Chance, mean_ms: usize) -> i64 {
    let drawn = u32::try_from(chance.below(1_000_000)).unwrap_or_default();
    let share = f64::from(drawn + 1) / 1_000_000.0;
    let mean = f64::from(u32::try_from(mean_ms).unwrap_or(u32::MAX));
    milliseconds(-share.ln() * mean)
}

#[expect(clippy::cast_possible_truncation, reason = "some minutes, in milliseconds")]
fn milliseconds(time: f64) -> i64 {
    time as i64
}
