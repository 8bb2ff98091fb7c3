//! Frames that may be missed: typing, presence, counts. Nobody waits for them.

use axum::extract::ws::Utf8Bytes;
use std::collections::VecDeque;

/// Frames kept for readers that come a little late.
const FRAMES: usize = 64;

/// The last volatile frames, each with its number from 1.
#[derive(Debug, Default)]
pub(crate) struct Volatile {
    frames: VecDeque<Utf8Bytes>,
    newest: u64,
}

impl Volatile {
    /// Keeps a frame.
    pub(crate) fn push(&mut self, frame: Utf8Bytes) {
        self.frames.push_back(frame);
        self.newest += 1;
        if self.frames.len() > FRAMES {
            self.frames.pop_front();
        }
    }

    /// The number of the newest frame: where a reader who needs none of the past begins.
    pub(crate) const fn newest(&self) -> u64 {
        self.newest
    }

    /// The frames after number `cursor`, and whether any before them were missed.
    pub(crate) fn after(&self, cursor: u64) -> (Vec<Utf8Bytes>, bool) {
        let new = self.newest.saturating_sub(cursor);
        let kept = self.frames.len() as u64;
        let skip = usize::try_from(kept.saturating_sub(new)).unwrap_or(usize::MAX);
        (self.frames.iter().skip(skip).cloned().collect(), new > kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_reader_gets_the_rest_and_is_told_so() {
        let mut volatile = Volatile::default();
        for n in 1..=100 {
            volatile.push(n.to_string().into());
        }
        assert_eq!(volatile.after(100), (vec![], false));
        assert_eq!(volatile.after(98), (vec!["99".into(), "100".into()], false));
        let (frames, missed) = volatile.after(2);
        assert_eq!((frames.len(), frames[0].as_str(), missed), (FRAMES, "37", true));
    }
}
