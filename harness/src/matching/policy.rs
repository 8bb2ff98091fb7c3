//! How it is decided who is put together.

use matching::{
    fit::{fit, may_meet},
    ids::TicketId,
    pairs::{Between, Pairs},
    round::round,
    ticket::Ticket,
};

const WAVE_MS: i64 = 30_000;

/// Ours, and what others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// The rounds of the crate `matching`.
    Ours,
    /// Whoever comes gets whoever has waited longest and may be met.
    First,
    /// Every thirty seconds, whoever has waited longest gets whoever fits best.
    Waves,
}

impl Policy {
    pub(super) const ALL: [Self; 3] = [Self::Ours, Self::First, Self::Waves];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "Maru",
            Self::First => "first come, first served",
            Self::Waves => "waves of 30 s",
        }
    }

    /// Whom it puts together of those who wait, in the order in which they came.
    pub(super) fn decide(
        self,
        waiting: &[Ticket],
        pairs: &Pairs,
        now: i64,
        seed: u64,
    ) -> Vec<(TicketId, TicketId)> {
        let seed = seed.wrapping_add(now.unsigned_abs());
        match self {
            Self::Ours => round(waiting, pairs, now, seed)
                .into_iter()
                .filter_map(|it| Some((*it.tickets.first()?, *it.tickets.get(1)?)))
                .collect(),
            Self::First => in_order(waiting, pairs, now, |_, _| 0),
            Self::Waves if now % WAVE_MS == 0 => {
                in_order(waiting, pairs, now, |a, b| fit(a, b).as_per_mille())
            }
            Self::Waves => Vec::new(),
        }
    }
}

/// Each in turn gets the best of those who are left and may be met; of equals, the first. The
/// limits hold as for us, but nobody remembers who met whom.
fn in_order(
    waiting: &[Ticket],
    pairs: &Pairs,
    now: i64,
    how_good: impl Fn(&Ticket, &Ticket) -> u16,
) -> Vec<(TicketId, TicketId)> {
    let mut taken = vec![false; waiting.len()];
    let mut found = Vec::new();
    for (at, one) in waiting.iter().enumerate() {
        if taken[at] {
            continue;
        }
        let may = |other: &Ticket| {
            let is_blocked = pairs.between(one.person, other.person).is_blocked;
            may_meet(one, other, Between { is_blocked, ..Between::default() }, now).is_ok()
        };
        let best = (at + 1..waiting.len())
            .filter(|it| !taken[*it] && may(&waiting[*it]))
            .max_by_key(|it| (how_good(one, &waiting[*it]), std::cmp::Reverse(*it)));
        if let Some(best) = best {
            taken[best] = true;
            found.push((one.id, waiting[best].id));
        }
    }
    found
}
