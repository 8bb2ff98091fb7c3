//! How long people with such wishes usually wait. The figures come from those who waited before,
//! whether they were matched or left; where too few did, there is no figure.

use crate::{
    ids::{Word, Words},
    ticket::{Size, Ticket, Wish},
};
use std::collections::HashMap;

/// So many similar waits are looked at, the latest.
pub const LOOKED_AT: usize = 100;
/// Of fewer, nothing is said.
pub const FEWEST: usize = 12;

/// What was asked for, as far as it makes a difference to the wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Whether for two or for a group.
    pub is_pair: bool,
    /// In which age band.
    pub band: u8,
    /// In which languages.
    pub languages: Words,
    /// About what.
    pub interests: Words,
    /// Which other wishes, in order; their values do not matter.
    pub others: Vec<Wish>,
}

impl Asking {
    /// What a ticket asks for.
    pub fn of(ticket: &Ticket) -> Self {
        let wishes = &ticket.wishes;
        let mut others: Vec<_> = wishes.iter().skip(wishes.interests.len()).collect();
        others.sort_unstable();
        Self {
            is_pair: ticket.size == Size::Pair,
            band: ticket.limits.band,
            languages: ticket.limits.languages.clone(),
            interests: wishes.interests.iter().map(|it| it.0).collect(),
            others,
        }
    }

    /// Whether somebody else asked for much the same: within the same limits, for the same kinds
    /// of wishes.
    fn is_like(&self, other: &Self) -> bool {
        self.is_pair == other.is_pair
            && self.band == other.band
            && self.languages.shares(&other.languages)
            && self.others == other.others
            && self.interests.is_empty() == other.interests.is_empty()
    }
}

/// Somebody who waited before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// For what.
    pub asking: Asking,
    /// For how long, in milliseconds.
    pub waited_ms: i64,
    /// Whether it ended in a match; who left would have waited longer.
    pub was_matched: bool,
}

/// The usual wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Half are matched within this time.
    pub ms: i64,
    /// Of so many who waited.
    pub of: usize,
}

/// Waits that are over, so kept that those with an interest in common are found.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The latest last.
    past: Vec<Past>,
    /// Where those are who had an interest.
    with_interest: HashMap<Word, Vec<usize>>,
}

/// The latest comes last.
impl FromIterator<Past> for History {
    fn from_iter<I: IntoIterator<Item = Past>>(past: I) -> Self {
        let past: Vec<_> = past.into_iter().collect();
        let mut with_interest: HashMap<Word, Vec<usize>> = HashMap::new();
        for (place, it) in past.iter().enumerate() {
            for interest in it.asking.interests.iter() {
                with_interest.entry(interest).or_default().push(place);
            }
        }
        Self { past, with_interest }
    }
}

impl History {
    /// How long people who ask for this usually wait; nothing where too few asked for it, or fewer
    /// than half of them were matched. Those with an interest in common are looked at first, then
    /// all who asked for the same kinds of things.
    pub fn usual(&self, asking: &Asking) -> Option<Estimate> {
        let near = asking.interests.iter().filter_map(|it| self.with_interest.get(&it));
        let mut near: Vec<_> = near.flatten().copied().collect();
        near.sort_unstable_by(|one, other| other.cmp(one));
        near.dedup();
        let near = near.into_iter().map(|it| &self.past[it]);
        let near: Vec<_> = near.filter(|it| asking.is_like(&it.asking)).take(LOOKED_AT).collect();
        if near.len() >= FEWEST {
            return median(near);
        }
        let all = self.past.iter().rev().filter(|it| asking.is_like(&it.asking));
        let all: Vec<_> = all.take(LOOKED_AT).collect();
        if all.len() >= FEWEST { median(all) } else { None }
    }
}

/// The median by Kaplan and Meier: who left counts as waiting until then, and not after.
fn median(mut waits: Vec<&Past>) -> Option<Estimate> {
    waits.sort_unstable_by_key(|it| (it.waited_ms, !it.was_matched));
    let of = waits.len();
    let mut still_waiting = 1.0;
    for (at, it) in waits.iter().enumerate() {
        if it.was_matched {
            still_waiting *= 1.0 - 1.0 / f64::from(u32::try_from(of - at).ok()?);
        }
        // A little more than half, for what adding up fractions loses.
        if still_waiting <= 0.500_001 {
            return Some(Estimate { ms: it.waited_ms, of });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crowd::Crowd, ticket::Wishes};

    fn ticket(interests: &[u32], mood: Option<u32>) -> Ticket {
        let mut ticket = Crowd::new(1).ticket(1, 0);
        let interests = interests.iter().map(|it| (Word(*it), 1)).collect();
        ticket.wishes = Wishes { interests, mood: mood.map(Word), ..Wishes::default() };
        ticket
    }

    fn past(ticket: &Ticket, waits: impl IntoIterator<Item = i64>, was_matched: bool) -> Vec<Past> {
        let asking = Asking::of(ticket);
        let past = |waited_ms| Past { asking: asking.clone(), waited_ms, was_matched };
        waits.into_iter().map(past).collect()
    }

    fn usual(history: &[Past], ticket: &Ticket) -> Option<Estimate> {
        history.iter().cloned().collect::<History>().usual(&Asking::of(ticket))
    }

    fn wait(history: &[Past], ticket: &Ticket) -> Option<i64> {
        usual(history, ticket).map(|it| it.ms)
    }

    #[test]
    fn nothing_is_said_of_few() {
        let one = ticket(&[1], None);
        assert_eq!(wait(&past(&one, 1..12, true), &one), None);
        assert_eq!(wait(&past(&one, 1..13, true), &one), Some(6));
        assert_eq!(wait(&past(&one, 1..=13, true), &one), Some(7));
    }

    #[test]
    fn who_left_makes_the_wait_longer() {
        let one = ticket(&[1], None);
        let mut history = past(&one, 1..=20, true);
        assert_eq!(wait(&history, &one), Some(10));
        history.extend(past(&one, [5; 10], false));
        assert!(wait(&history, &one) > Some(10));
        assert_eq!(wait(&past(&one, 1..=20, false), &one), None);
    }

    #[test]
    fn only_those_who_asked_for_the_same_count_and_the_latest_only() {
        let (one, moody) = (ticket(&[1], None), ticket(&[1], Some(1)));
        let mut history = past(&one, [9; 50], true);
        assert_eq!(wait(&history, &moody), None);
        let mut other_band = one.clone();
        other_band.limits.band ^= 1;
        assert_eq!(wait(&history, &other_band), None);
        history.extend(past(&one, [3; LOOKED_AT], true));
        assert_eq!(usual(&history, &one), Some(Estimate { ms: 3, of: LOOKED_AT }));
    }

    #[test]
    fn an_interest_in_common_counts_first() {
        let (one, other) = (ticket(&[1], None), ticket(&[2], None));
        let mut history = past(&one, [9; 12], true);
        history.extend(past(&other, [3; 50], true));
        assert_eq!(wait(&history, &one), Some(9));
        assert_eq!(wait(&history[1..], &one), Some(3));
    }
}
