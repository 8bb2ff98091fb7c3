//! The gap rule: apply the next, ignore the old, hold the later and ask.
//!
//! Used by the browser, the harness and, with several nodes, by the server. Pure: no clock, no I/O.

use crate::protocol::{ids::Seq, limits::HOLD_ENTRIES, message::Entry};
use std::{collections::BTreeMap, sync::Arc};

/// Something that has a place in a log.
pub trait Numbered {
    /// Its place.
    fn seq(&self) -> Seq;
}

impl Numbered for Entry {
    fn seq(&self) -> Seq {
        self.seq
    }
}

impl Numbered for Arc<Entry> {
    fn seq(&self) -> Seq {
        self.seq
    }
}

/// What one reader has of one log, and what it holds back until the missing ones have come.
#[derive(Clone, Debug)]
pub struct Gap<T> {
    last: Seq,
    held: BTreeMap<Seq, T>,
    /// The end of the hole that was asked for: nothing is asked again before it is reached.
    asked_to: Option<Seq>,
}

/// What came of some items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken<T> {
    /// The next ones, in order, without holes.
    pub apply: Vec<T>,
    /// Ask for everything after this place: something is missing there.
    pub seek: Option<Seq>,
}

impl<T: Numbered> Gap<T> {
    /// A reader that has everything up to and with `last`.
    pub const fn new(last: Seq) -> Self {
        Self { last, held: BTreeMap::new(), asked_to: None }
    }

    /// The last one without a hole before it.
    pub const fn last(&self) -> Seq {
        self.last
    }

    /// Takes items in whatever order they came, however often.
    pub fn take(&mut self, items: Vec<T>) -> Taken<T> {
        let mut apply = Vec::with_capacity(items.len());
        for item in items {
            let seq = item.seq();
            if seq == self.last.next() {
                self.last = seq;
                apply.push(item);
                self.release(&mut apply);
            } else if seq > self.last {
                self.hold(seq, item);
            }
        }
        Taken { apply, seek: self.ask() }
    }

    /// Takes a whole run of items without looking at each, when it is the next and nothing is held;
    /// otherwise false, and nothing has changed.
    pub fn take_run(&mut self, first: Seq, last: Seq) -> bool {
        let is_next = first == self.last.next() && last >= first && self.held.is_empty();
        if is_next {
            self.last = last;
        }
        is_next
    }

    /// Forgets what was asked: the answer was lost with its socket, and all is being sent again.
    pub const fn forget_asked(&mut self) {
        self.asked_to = None;
    }

    /// Applies those held ones whose turn it is, and drops those that came by another way.
    fn release(&mut self, apply: &mut Vec<T>) {
        while let Some(first) = self.held.first_entry() {
            if *first.key() > self.last.next() {
                break;
            }
            let (seq, item) = first.remove_entry();
            if seq == self.last.next() {
                self.last = seq;
                apply.push(item);
            }
        }
    }

    fn hold(&mut self, seq: Seq, item: T) {
        self.held.insert(seq, item);
        if self.held.len() > HOLD_ENTRIES {
            // The answer to the question brings it again.
            self.held.pop_last();
        }
    }

    fn ask(&mut self) -> Option<Seq> {
        let hole_end = *self.held.keys().next()?;
        if self.asked_to.is_some_and(|asked| asked > self.last) {
            return None;
        }
        self.asked_to = Some(hole_end);
        Some(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Item(u64);

    impl Numbered for Item {
        fn seq(&self) -> Seq {
            Seq::ZERO.plus(self.0)
        }
    }

    /// Each step: what comes → what is applied, and after which place is asked.
    fn check(last: u64, steps: &[(&[u64], &[u64], Option<u64>)]) {
        let mut gap = Gap::new(Seq::ZERO.plus(last));
        for (at, (items, apply, seek)) in steps.iter().enumerate() {
            let taken = gap.take(items.iter().map(|n| Item(*n)).collect());
            let applied: Vec<u64> = taken.apply.iter().map(|it| it.0).collect();
            assert_eq!((&*applied, taken.seek.map(Seq::get)), (*apply, *seek), "step {at}");
        }
    }

    #[test]
    fn the_next_is_applied_and_the_old_ignored() {
        check(0, &[(&[1, 2], &[1, 2], None), (&[1, 2, 3], &[3], None), (&[], &[], None)]);
    }

    #[test]
    fn the_later_is_held_and_asked_for_once() {
        check(5, &[(&[8], &[], Some(5)), (&[9], &[], None), (&[6], &[6], None)]);
        check(5, &[(&[8], &[], Some(5)), (&[6, 7], &[6, 7, 8], None)]);
    }

    #[test]
    fn each_hole_is_asked_for() {
        check(0, &[(&[3, 5], &[], Some(0)), (&[1, 2], &[1, 2, 3], Some(3)), (&[4], &[4, 5], None)]);
    }

    #[test]
    fn disorder_within_one_frame_is_no_hole() {
        check(0, &[(&[3, 1, 2, 2], &[1, 2, 3], None)]);
    }

    #[test]
    fn a_run_is_taken_at_once_when_it_is_the_next() {
        let mut gap = Gap::new(Seq::ZERO.plus(5));
        let run = |gap: &mut Gap<Item>, first, last| {
            gap.take_run(Seq::ZERO.plus(first), Seq::ZERO.plus(last))
        };
        assert!(!run(&mut gap, 5, 7) && !run(&mut gap, 7, 8) && !run(&mut gap, 6, 5));
        assert!(run(&mut gap, 6, 8));
        gap.take(vec![Item(11)]);
        assert!(!run(&mut gap, 9, 10));
        assert_eq!(gap.last().get(), 8);
    }

    #[test]
    fn the_furthest_is_dropped_when_too_many_are_held() {
        let mut gap = Gap::new(Seq::ZERO);
        let max = HOLD_ENTRIES as u64;
        assert_eq!(gap.take((2..max + 10).map(Item).collect()).seek, Some(Seq::ZERO));
        let taken = gap.take(vec![Item(1)]);
        assert_eq!(taken.apply.len(), HOLD_ENTRIES + 1);
        assert_eq!((gap.last().get(), taken.seek), (max + 1, None));
    }
}
