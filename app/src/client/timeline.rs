//! What one tab knows of one room's log: entries without holes, oldest first.
//!
//! Pure: whatever order, repeats and cuts the network makes, the view is the same.

use super::gap::Gap;
use crate::protocol::{ids::Seq, message::Entry};
use std::sync::Arc;

/// A stretch of a room's log that has no holes, growing at both ends.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The place before the first entry.
    start: Seq,
    entries: Vec<Arc<Entry>>,
    more_before: bool,
    gap: Gap<Arc<Entry>>,
}

/// What came of some entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The new ones, in order.
    pub added: Vec<Arc<Entry>>,
    /// Ask the server for everything after this place: something is missing there.
    pub seek: Option<Seq>,
}

impl Timeline {
    /// A timeline of the entries after `start`.
    pub fn new(start: Seq, entries: Vec<Entry>, more_before: bool) -> Self {
        let mut gap = Gap::new(start);
        let entries = gap.take(entries.into_iter().map(Arc::new).collect()).apply;
        gap.forget_asked();
        Self { start, entries, more_before, gap }
    }

    /// The place before the first entry.
    pub const fn start(&self) -> Seq {
        self.start
    }

    /// The place of the newest entry without a hole before it.
    pub const fn last(&self) -> Seq {
        self.gap.last()
    }

    /// The entries, oldest first, without holes.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The log has entries before the first one here.
    pub const fn more_before(&self) -> bool {
        self.more_before
    }

    /// Takes in entries; taking them twice changes nothing.
    pub fn apply(&mut self, entries: Vec<Entry>) -> Applied {
        let taken = self.gap.take(entries.into_iter().map(Arc::new).collect());
        self.entries.extend(taken.apply.iter().cloned());
        Applied { added: taken.apply, seek: taken.seek }
    }

    /// Puts a page of history in front, as far as it joins on; `more_before` is what that page
    /// told. A page that does not join on (it was asked for before a restart) changes nothing.
    pub fn prepend(&mut self, older: Vec<Entry>, more_before: bool) {
        let mut start = self.start;
        let mut joined = Vec::with_capacity(older.len());
        let is_end = older.is_empty();
        for entry in older.into_iter().rev() {
            if entry.seq == start && start > Seq::ZERO {
                start = start.minus(1);
                joined.push(Arc::new(entry));
            }
        }
        if is_end || !joined.is_empty() {
            self.start = start;
            self.more_before = more_before && start > Seq::ZERO;
            joined.reverse();
            self.entries.splice(0..0, joined);
        }
    }

    /// A server goes on with entries after `start`. True when what is here does not join on to
    /// that: it was thrown away, and the timeline begins anew. For numbers of another epoch use
    /// [`Self::restart`], for those never join on.
    pub fn follow(&mut self, start: Seq) -> bool {
        self.gap.forget_asked();
        let anew = start < self.start || start > self.last();
        if anew {
            self.restart(start);
        }
        anew
    }

    /// Throws everything away and begins anew after `start`.
    pub fn restart(&mut self, start: Seq) {
        *self = Self::new(start, Vec::new(), start > Seq::ZERO);
    }

    /// The log has entries that are not here yet.
    pub fn behind(&self, head: Seq) -> bool {
        head > self.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{
        ids::{Millis, UserId},
        message::What,
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    fn entry(n: u64) -> Entry {
        let (seq, author) = (Seq::ZERO.plus(n), UserId(Uuid::nil()));
        let what = What::Message { text: n.to_string() };
        Entry { seq, at: Millis(0), author, name: "ann".into(), cid: None, what }
    }

    fn entries(places: impl IntoIterator<Item = u64>) -> Vec<Entry> {
        places.into_iter().map(entry).collect()
    }

    fn seqs(timeline: &Timeline) -> Vec<u64> {
        timeline.entries().iter().map(|it| it.seq.get()).collect()
    }

    fn at(n: u64) -> Seq {
        Seq::ZERO.plus(n)
    }

    #[test]
    fn a_page_of_history_joins_on_or_changes_nothing() {
        let mut timeline = Timeline::new(at(5), entries(6..=7), true);
        timeline.prepend(entries(1..=3), true);
        assert_eq!((seqs(&timeline), timeline.start()), (vec![6, 7], at(5)));
        timeline.prepend(entries(3..=5), true);
        assert_eq!((seqs(&timeline), timeline.more_before()), (vec![3, 4, 5, 6, 7], true));
        timeline.prepend(entries(1..=5), true);
        assert_eq!((seqs(&timeline), timeline.more_before()), ((1..=7).collect(), false));
    }

    #[test]
    fn an_empty_page_of_history_says_whether_there_is_more() {
        let mut timeline = Timeline::new(at(5), entries(6..=6), true);
        timeline.prepend(Vec::new(), false);
        assert!(!timeline.more_before());
    }

    #[test]
    fn following_keeps_what_joins_on_and_throws_away_what_does_not() {
        for (start, thrown_away, left) in
            [(7, false, vec![6, 7]), (6, false, vec![6, 7]), (5, false, vec![6, 7])]
                .into_iter()
                .chain([(8, true, vec![]), (4, true, vec![])])
        {
            let mut timeline = Timeline::new(at(5), entries(6..=7), true);
            assert_eq!(timeline.follow(at(start)), thrown_away, "{start}");
            assert_eq!(seqs(&timeline), left, "{start}");
            assert_eq!(timeline.last(), at(if thrown_away { start } else { 7 }), "{start}");
        }
    }

    #[test]
    fn a_lost_answer_is_asked_for_again_after_following() {
        let mut timeline = Timeline::new(at(0), entries(1..=2), false);
        assert_eq!(timeline.apply(entries([5])).seek, Some(at(2)));
        assert_eq!(timeline.apply(entries([6])).seek, None);
        assert!(!timeline.follow(at(2)));
        assert_eq!(timeline.apply(entries([6])).seek, Some(at(2)));
        assert!(timeline.behind(at(3)) && !timeline.behind(at(2)));
    }

    /// What the network may do to the log on its way.
    #[derive(Clone, Debug)]
    enum Deed {
        /// Frames of the log, from anywhere, of any length, again or for the first time.
        Frame { from: u64, len: u64 },
        /// The answers to all that was asked arrive.
        Answer,
        /// The socket is cut: answers are lost, and the log is followed again.
        Cut,
        /// A page of history arrives.
        Older { from: u64 },
    }

    fn deed() -> impl Strategy<Value = Deed> {
        prop_oneof![
            6 => (1..700_u64, 1..40_u64).prop_map(|(from, len)| Deed::Frame { from, len }),
            1 => (1..700_u64, 250..400_u64).prop_map(|(from, len)| Deed::Frame { from, len }),
            2 => Just(Deed::Answer),
            1 => Just(Deed::Cut),
            1 => (1..700_u64).prop_map(|from| Deed::Older { from }),
        ]
    }

    proptest! {
        #[test]
        fn any_order_any_repeats_and_any_cuts_give_the_same_view(
            start in 0..50_u64,
            head in 50..700_u64,
            deeds in prop::collection::vec(deed(), 0..60),
        ) {
            let mut timeline = Timeline::new(at(start), Vec::new(), true);
            let mut asked = Vec::new();
            let mut added = Vec::new();
            let mut take = |timeline: &mut Timeline, entries: Vec<Entry>| {
                let applied = timeline.apply(entries);
                added.extend(applied.added.iter().map(|it| it.seq.get()));
                prop_assert!(timeline.gap.last() <= at(head));
                Ok(applied.seek)
            };
            for deed in deeds {
                match deed {
                    Deed::Frame { from, len } => {
                        let to = (from + len).min(head + 1);
                        asked.extend(take(&mut timeline, entries(from.min(to)..to))?);
                    }
                    Deed::Answer => {
                        for after in std::mem::take(&mut asked) {
                            asked.extend(take(&mut timeline, entries(after.get() + 1..=head))?);
                        }
                    }
                    Deed::Cut => {
                        asked.clear();
                        let have = timeline.last();
                        prop_assert!(!timeline.follow(have));
                    }
                    Deed::Older { from } => {
                        let to = timeline.start().get();
                        timeline.prepend(entries(from..=to), true);
                    }
                }
                prop_assert_eq!(timeline.entries().len() as u64, timeline.last().since(timeline.start()));
            }
            // A beat tells the head; what is missing is asked for, and comes.
            if timeline.behind(at(head)) {
                let after = timeline.last().get();
                take(&mut timeline, entries(after + 1..=head))?;
            }
            prop_assert_eq!(seqs(&timeline), (timeline.start().get() + 1..=head).collect::<Vec<_>>());
            prop_assert_eq!(added, (start + 1..=head).collect::<Vec<_>>());
        }

        #[test]
        fn a_hole_is_always_asked_for(missing in 1..100_u64, after in 1..100_u64) {
            let head = missing + after;
            let mut timeline = Timeline::new(at(0), Vec::new(), false);
            let seek = timeline.apply(entries((1..=head).filter(|it| *it != missing))).seek;
            prop_assert_eq!(seek, Some(at(missing - 1)));
            prop_assert_eq!(timeline.apply(entries([missing])).added.len() as u64, head - missing + 1);
        }
    }
}
