//! The last frames of a room, encoded once and read by every session at its own pace.

use crate::engine::encode::cut;
use app::protocol::{ids::Seq, limits::RING_FRAMES};
use axum::extract::ws::Utf8Bytes;
use std::collections::VecDeque;

/// Bytes that one room's ring may hold.
const RING_BYTES: usize = 4 * 1024 * 1024;

/// A frame and the entries in it.
#[derive(Clone, Debug)]
struct Kept {
    first: Seq,
    last: Seq,
    frame: Utf8Bytes,
}

/// What a reader finds behind its cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing is new.
    Nothing,
    /// These frames; afterwards the cursor stands at `last`.
    Frames {
        /// The frames, oldest first. The first may begin before the cursor.
        frames: Vec<Utf8Bytes>,
        /// Where the cursor then stands.
        last: Seq,
    },
    /// The cursor fell off the ring: read from the store.
    Fallen,
}

/// The last committed frames of a room, without holes between them.
#[derive(Debug)]
pub struct Ring {
    kept: VecDeque<Kept>,
    bytes: usize,
    head: Seq,
}

impl Ring {
    /// An empty ring of a room whose newest entry is `head`.
    pub const fn new(head: Seq) -> Self {
        Self { kept: VecDeque::new(), bytes: 0, head }
    }

    /// The room's newest entry.
    pub const fn head(&self) -> Seq {
        self.head
    }

    /// Keeps a frame with the entries `first..=last`. A frame that does not follow on the last
    /// one empties the ring first: readers then go to the store.
    pub fn push(&mut self, first: Seq, last: Seq, frame: Utf8Bytes) {
        if first != self.head.next() {
            self.kept.clear();
            self.bytes = 0;
        }
        self.head = self.head.max(last);
        self.bytes += frame.len();
        self.kept.push_back(Kept { first, last, frame });
        while self.kept.len() > RING_FRAMES || self.bytes > RING_BYTES {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= oldest.frame.len();
        }
    }

    /// What lies behind a cursor, up to and with `last`. A frame that goes on after that is cut.
    pub(crate) fn between(&self, cursor: Seq, last: Seq) -> Found {
        if cursor >= last.min(self.head) {
            return Found::Nothing;
        }
        if self.kept.front().is_none_or(|oldest| oldest.first > cursor.next()) {
            return Found::Fallen;
        }
        let from = self.kept.partition_point(|it| it.last <= cursor);
        let mut frames = Vec::new();
        for kept in self.kept.range(from..).take_while(|it| it.first <= last) {
            if kept.last <= last {
                frames.push(kept.frame.clone());
            } else {
                // One that cannot be cut is not told at all.
                frames.extend(cut(&kept.frame, last));
            }
        }
        Found::Frames { frames, last: last.min(self.head) }
    }

    /// What lies behind a cursor.
    pub fn after(&self, cursor: Seq) -> Found {
        if cursor >= self.head {
            return Found::Nothing;
        }
        if self.kept.front().is_none_or(|oldest| oldest.first > cursor.next()) {
            return Found::Fallen;
        }
        let from = self.kept.partition_point(|it| it.last <= cursor);
        let frames = self.kept.range(from..).map(|it| it.frame.clone()).collect();
        Found::Frames { frames, last: self.head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seq(n: u64) -> Seq {
        Seq::try_from(n).unwrap()
    }

    proptest! {
        #[test]
        fn a_reader_at_any_pace_sees_every_frame_or_is_told_to_read_the_store(
            steps in prop::collection::vec((1_u64..9, any::<bool>()), 1..900),
        ) {
            let mut ring = Ring::new(seq(0));
            let (mut head, mut cursor, mut next) = (0, seq(0), 1);
            for (n, read) in steps {
                ring.push(seq(head + 1), seq(head + n), Utf8Bytes::from(format!("{} {}", head + 1, head + n)));
                head += n;
                if !read { continue }
                match ring.after(cursor) {
                    Found::Frames { frames, last } => {
                        for frame in frames {
                            let (first, last) = frame.split_once(' ').unwrap();
                            prop_assert_eq!(first.parse::<u64>().unwrap(), next);
                            next = last.parse::<u64>().unwrap() + 1;
                        }
                        cursor = last;
                    }
                    Found::Fallen => {
                        // As many frames as the ring keeps have passed.
                        prop_assert!(head - cursor.get() > RING_FRAMES as u64);
                        cursor = ring.head();
                        next = head + 1;
                    }
                    Found::Nothing => prop_assert!(false, "there was something"),
                }
                prop_assert_eq!(cursor, seq(head));
                prop_assert_eq!(ring.after(cursor), Found::Nothing);
            }
        }
    }

    #[test]
    fn a_hole_empties_the_ring() {
        let mut ring = Ring::new(seq(4));
        ring.push(seq(5), seq(5), "five".into());
        ring.push(seq(8), seq(9), "eight".into());
        assert_eq!(ring.after(seq(4)), Found::Fallen);
        assert_eq!(
            ring.after(seq(7)),
            Found::Frames { frames: vec!["eight".into()], last: seq(9) }
        );
    }
}
