//! The order in which a room takes entries in, wherever they come from: apply the next, ignore
//! the old, hold the later and read what is missing. Pure: no clock, no I/O.
//!
//! A sibling of `app::client::gap`: that one takes entries, this one whole frames, and it is told
//! how far the log reaches by whoever has compared heads.

use super::ring::Ring;
use app::protocol::{
    ids::Seq,
    limits::{CATCH_UP_ENTRIES_MAX, RING_FRAMES},
    message::Entry,
};
use axum::extract::ws::Utf8Bytes;
use std::collections::BTreeMap;

/// Frames held back until what is missing before them was read.
const HELD_MAX: usize = 64;

/// Committed entries that follow on each other, and the frame that tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    /// Somebody joined or left by it, and the people are not yet as it says.
    pub(crate) moved: bool,
    /// The entries in it by which something else changed than the log: everything but what was
    /// said.
    pub(crate) turns: Vec<Entry>,
    pub(crate) frame: Utf8Bytes,
}

impl Piece {
    /// Another node's word may be damaged or false.
    fn can_be(&self) -> bool {
        let length = self.last.since(self.first);
        self.first > Seq::ZERO && self.first <= self.last && length < CATCH_UP_ENTRIES_MAX
    }
}

/// What a room has of its log in memory, and what it knows to be missing.
#[derive(Debug)]
pub(crate) struct Feed {
    ring: Ring,
    held: BTreeMap<Seq, Piece>,
    /// The log reaches at least up to here.
    known: Seq,
    /// Times that something may have been written of which nobody can say what, and those that a
    /// reading has settled.
    doubts: u64,
    settled: u64,
    /// The turns of what came into the ring, in the order of the log, until they are taken.
    turned: Vec<Entry>,
    /// Entries were passed over, and their turns.
    skipped: bool,
}

/// What to read from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Everything after this place.
    pub(crate) after: Seq,
    /// As far as is known now.
    known: Seq,
    /// The doubts that it settles.
    doubts: u64,
}

impl Feed {
    /// Everything up to and with `head` is in the store, nothing in memory.
    pub(crate) const fn new(head: Seq) -> Self {
        Self {
            ring: Ring::new(head),
            held: BTreeMap::new(),
            known: head,
            doubts: 0,
            settled: 0,
            turned: Vec::new(),
            skipped: false,
        }
    }

    /// What readers read.
    pub(crate) const fn ring(&self) -> &Ring {
        &self.ring
    }

    /// The turns since the last call, in the order of the log.
    pub(crate) fn take_turned(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.turned)
    }

    /// Whether turns were passed over since the last call.
    pub(crate) const fn take_skipped(&mut self) -> bool {
        std::mem::replace(&mut self.skipped, false)
    }

    /// Takes a piece, in whatever order they come, however often. True when people moved by what
    /// is in the ring now.
    pub(crate) fn take(&mut self, piece: Piece) -> bool {
        if !piece.can_be() {
            return false;
        }
        self.known = self.known.max(piece.last);
        if piece.last <= self.ring.head() {
            return false;
        }
        if piece.first == self.ring.head().next() {
            let moved = self.apply(piece);
            return self.release() || moved;
        }
        // One that overlaps what is there is read again from where that ends.
        if piece.first > self.ring.head() {
            self.held.insert(piece.first, piece);
            if self.held.len() > HELD_MAX {
                self.held.pop_last();
            }
        }
        false
    }

    /// The log is said to reach up to `head`.
    pub(crate) fn hear_of(&mut self, head: Seq) {
        self.known = self.known.max(head);
    }

    /// Something may have been written of which nobody will tell.
    pub(crate) const fn doubt(&mut self) {
        self.doubts += 1;
    }

    /// What has to be read now; nothing when all that is known is there.
    pub(crate) fn missing(&self) -> Option<Reading> {
        let behind = self.known > self.ring.head() || self.doubts != self.settled;
        behind.then_some(self.reading_after())
    }

    /// A reading of everything that is not there, whether any is known or not.
    pub(crate) const fn reading_after(&self) -> Reading {
        Reading { after: self.ring.head(), known: self.known, doubts: self.doubts }
    }

    /// A reading came back with these pieces, of a log that then reached up to `head`. True when
    /// people moved by what is in the ring now.
    pub(crate) fn take_read(&mut self, reading: Reading, pieces: Vec<Piece>, head: Seq) -> bool {
        self.settled = self.settled.max(reading.doubts);
        let mut moved = false;
        for piece in pieces {
            moved |= self.take(piece);
        }
        self.hear_of(head);
        // Whoever told of more was wrong, and nobody has told of more since.
        if head < reading.known && self.known == reading.known {
            self.known = head.max(self.ring.head());
            self.held.clear();
        }
        // Those who joined or left in between are not known either.
        self.skip(head) || moved
    }

    /// Gives up filling when too much is missing of a log that the store says reaches up to
    /// `head`: readers then go there, each for itself. True when something was passed over.
    fn skip(&mut self, head: Seq) -> bool {
        let too_far = head.since(self.ring.head()) > CATCH_UP_ENTRIES_MAX;
        if too_far {
            self.ring = Ring::new(head.minus(RING_FRAMES as u64));
            self.skipped = true;
            self.release();
        }
        too_far
    }

    fn apply(&mut self, Piece { first, last, moved, turns, frame }: Piece) -> bool {
        self.ring.push(first, last, frame);
        self.turned.extend(turns);
        moved
    }

    /// Applies those held ones whose turn it is, and drops those that came by another way.
    fn release(&mut self) -> bool {
        let mut moved = false;
        while let Some(first) = self.held.first_entry() {
            if *first.key() > self.ring.head().next() {
                break;
            }
            let piece = first.remove();
            if piece.first == self.ring.head().next() {
                moved |= self.apply(piece);
            }
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::room::Found;
    use proptest::prelude::*;

    fn seq(n: u64) -> Seq {
        Seq::try_from(n).unwrap()
    }

    fn piece(first: u64, last: u64) -> Piece {
        let frame = format!("{first} {last}").into();
        Piece { first: seq(first), last: seq(last), moved: false, turns: Vec::new(), frame }
    }

    /// Reads like a session: every entry once, in order; from the store where it must.
    #[derive(Default)]
    struct Reader {
        cursor: Seq,
    }

    impl Reader {
        fn read(&mut self, feed: &Feed) -> Result<(), TestCaseError> {
            match feed.ring().after(self.cursor) {
                Found::Nothing => {}
                Found::Frames { frames, last } => {
                    for frame in frames {
                        let (first, to) = frame.split_once(' ').unwrap();
                        let (first, to): (u64, u64) = (first.parse().unwrap(), to.parse().unwrap());
                        // The first frame may begin before the cursor, no other may.
                        prop_assert!(first <= self.cursor.get() + 1, "a hole");
                        self.cursor = self.cursor.max(seq(to));
                    }
                    prop_assert_eq!(self.cursor, last);
                }
                Found::Fallen => self.cursor = feed.ring().head(),
            }
            Ok(())
        }
    }

    /// What the store answers: pages of five.
    fn page(log: u64, after: u64) -> Vec<Piece> {
        let last = log.min(after + 5);
        if last > after { vec![piece(after + 1, last)] } else { vec![] }
    }

    proptest! {
        /// Commits of several nodes arrive in any order, twice or never; readings come back late;
        /// heads are compared now and then. Readers see every entry in order, and in the end all.
        #[test]
        fn whatever_is_lost_late_or_doubled_the_ring_has_no_holes_and_ends_complete(
            commits in prop::collection::vec(1_u64..4, 1..60),
            events in prop::collection::vec((0_usize..60, 0_u8..10), 0..200),
        ) {
            let mut log = Vec::new();
            let mut head = 0;
            for n in commits {
                log.push((head + 1, head + n));
                head += n;
            }
            let mut feed = Feed::new(Seq::ZERO);
            let mut reader = Reader::default();
            let mut reading: Option<(Reading, u64)> = None;
            let mut committed = 0;
            for (which, what) in events {
                match what {
                    0 => feed.hear_of(seq(committed)),
                    1 => feed.doubt(),
                    // A reading begins, or the one under way comes back.
                    2 | 3 => match reading.take() {
                        Some((it, then)) => {
                            feed.take_read(it, page(then, it.after.get()), seq(then));
                        }
                        None => reading = feed.missing().map(|it| (it, committed)),
                    },
                    _ => {
                        let (first, last) = log[which % log.len()];
                        committed = committed.max(last);
                        feed.take(piece(first, last));
                    }
                }
                prop_assert!(feed.ring().head().get() <= committed);
                reader.read(&feed)?;
            }
            feed.hear_of(seq(head));
            let mut readings = 0;
            while let Some(it) = feed.missing() {
                feed.take_read(it, page(head, it.after.get()), seq(head));
                reader.read(&feed)?;
                readings += 1;
                prop_assert!(readings <= head + 1, "it ends");
            }
            prop_assert_eq!(feed.ring().head(), seq(head));
            prop_assert_eq!(reader.cursor, seq(head));
            prop_assert!(feed.held.is_empty());
        }
    }

    #[test]
    fn a_false_head_is_believed_only_until_the_store_was_asked() {
        let mut feed = Feed::new(seq(3));
        feed.hear_of(seq(900));
        feed.take(piece(950, 951));
        let reading = feed.missing().unwrap();
        feed.take_read(reading, vec![piece(4, 5)], seq(5));
        assert_eq!((feed.missing(), feed.ring().head()), (None, seq(5)));
        assert!(feed.held.is_empty());
    }

    #[test]
    fn what_was_told_while_reading_is_read_too() {
        let mut feed = Feed::new(seq(3));
        feed.take(piece(5, 5));
        let reading = feed.missing().unwrap();
        feed.take(piece(8, 9));
        feed.take_read(reading, vec![piece(4, 4)], seq(4));
        assert_eq!(feed.ring().head(), seq(5));
        assert_eq!(feed.missing().unwrap().after, seq(5));
    }

    #[test]
    fn a_doubt_that_came_up_while_reading_is_read_for_again() {
        let mut feed = Feed::new(seq(3));
        feed.doubt();
        let reading = feed.missing().unwrap();
        feed.doubt();
        feed.take_read(reading, vec![], seq(3));
        let again = feed.missing().expect("what came after the reading began");
        feed.take_read(again, vec![], seq(3));
        assert_eq!(feed.missing(), None);
    }

    #[test]
    fn one_that_is_far_behind_leaves_the_reading_to_the_readers() {
        let mut feed = Feed::new(seq(3));
        feed.hear_of(seq(1_009));
        feed.take_read(feed.missing().unwrap(), vec![piece(4, 8)], seq(1_008));
        assert_eq!(feed.ring().head(), seq(8), "not far");
        feed.hear_of(seq(9_000));
        assert!(feed.take_read(feed.missing().unwrap(), vec![piece(9, 9)], seq(9_000)));
        assert_eq!(feed.ring().head(), seq(9_000 - RING_FRAMES as u64));
        assert_eq!(feed.ring().after(seq(3)), Found::Fallen);
    }

    #[test]
    fn a_false_word_far_ahead_skips_nothing() {
        let mut feed = Feed::new(seq(3));
        feed.take(piece(1_000_000, 1_000_000));
        feed.hear_of(seq(2_000_000));
        feed.take_read(feed.missing().unwrap(), vec![], seq(3));
        assert_eq!((feed.missing(), feed.ring().head()), (None, seq(3)));
        feed.take(piece(4, 4));
        assert_eq!(feed.ring().head(), seq(4));
    }

    #[test]
    fn a_piece_that_cannot_be_is_dropped() {
        let mut feed = Feed::new(seq(3));
        feed.take(piece(5, 4));
        feed.take(piece(4, 2_000_000));
        feed.take(piece(0, 4));
        assert_eq!((feed.missing(), feed.ring().head()), (None, seq(3)));
    }
}
