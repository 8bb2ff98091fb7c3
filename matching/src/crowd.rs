//! An invented crowd, always the same from the same seed: for tests, for the bench, and for the
//! simulation in the harness. Interests are as unevenly liked as words are used; of ten people six
//! speak the first language, three the second, one the third.

use crate::{
    chance::mix,
    ids::{Person, TicketId, Word},
    ticket::{GroupSize, Limits, Patience, Size, Ticket, Topic, Wishes},
};

const INTERESTS: u64 = 200;
const TOPICS: u64 = 20;

/// Everybody there might be.
#[derive(Clone, Debug)]
pub struct Crowd {
    seed: u64,
    /// The sum of how much the interests up to each are liked.
    liked: Vec<u64>,
}

impl Crowd {
    /// The crowd of a seed.
    pub fn new(seed: u64) -> Self {
        let mut sum = 0;
        let liked = (1..=INTERESTS)
            .map(|rank| {
                sum += 1_000_000 / rank;
                sum
            })
            .collect();
        Self { seed, liked }
    }

    /// A person who asks for a pair, waiting since then.
    pub fn ticket(&self, number: u32, since: i64) -> Ticket {
        let mut one = Draw { seed: mix(self.seed, u64::from(number)), drawn: 0 };
        let id = u128::from(number);
        let limits = limits(&mut one);
        let wishes = self.wishes(&mut one, &limits);
        let patience = match one.below(10) {
            0 => Patience::QUICK,
            1 => Patience::CHOOSY,
            _ => Patience::USUAL,
        };
        Ticket {
            id: TicketId(id),
            person: Person(id),
            since,
            patience,
            skipped_at: None,
            is_newcomer: one.percent(10),
            standing: 100,
            size: Size::Pair,
            limits,
            wishes,
        }
    }

    /// The same person, asking for a group.
    pub fn group_ticket(&self, number: u32, since: i64) -> Ticket {
        let sizes = [(3, 3), (3, 4), (3, 8), (4, 6), (5, 8)];
        let of = usize::try_from(mix(self.seed, u64::from(number)) % 5).unwrap_or_default();
        let size = GroupSize::new(sizes[of].0, sizes[of].1);
        Ticket { size: size.map_or(Size::Pair, Size::Group), ..self.ticket(number, since) }
    }

    /// The language in which somebody is at home, 0, 1 or 2: a second one is always the next.
    pub fn home(ticket: &Ticket) -> Word {
        let spoken = &ticket.limits.languages;
        let is_home = |it: &u32| !spoken.contains(Word((it + 2) % 3));
        (0..3).filter(|it| spoken.contains(Word(*it))).find(is_home).map_or(Word(0), Word)
    }

    fn wishes(&self, one: &mut Draw, limits: &Limits) -> Wishes {
        let interests = 3 + one.below(4);
        let interests = (0..interests)
            .map(|_| {
                let at = one.below(self.liked.last().copied().unwrap_or(1));
                let rank = self.liked.partition_point(|it| *it <= at);
                (Word(u32::try_from(rank).unwrap_or_default()), one.small(3) + 1)
            })
            .collect();
        let mut maybe = |percent, kinds: u64| {
            one.percent(percent).then(|| Word(u32::try_from(one.below(kinds)).unwrap_or_default()))
        };
        Wishes {
            interests,
            mood: maybe(40, 4),
            pace: maybe(30, 3),
            practise: maybe(20, 3).filter(|it| !limits.languages.contains(*it)),
            pack: maybe(10, 5),
            topic: maybe(4, TOPICS).map(|word| Topic { word, is_only: word.0 % 4 == 0 }),
            musts: Vec::new(),
        }
    }
}

fn limits(one: &mut Draw) -> Limits {
    let home = match one.below(10) {
        0..6 => 0,
        6..9 => 1,
        _ => 2,
    };
    let second = one.percent(25).then(|| Word((home + 1) % 3));
    let is_guest = one.percent(15);
    Limits {
        languages: [Word(home)].into_iter().chain(second).collect(),
        band: u8::from(one.percent(90)),
        is_guest,
        allows_guests: is_guest || one.percent(80),
    }
}

/// The numbers of one person, one after the other.
struct Draw {
    seed: u64,
    drawn: u64,
}

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.drawn += 1;
        mix(self.seed, self.drawn) % end.max(1)
    }

    fn small(&mut self, end: u8) -> u8 {
        u8::try_from(self.below(u64::from(end))).unwrap_or_default()
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}
