//! What a proxied connection does to its bytes: pure, by the clock of its caller.

use std::time::{Duration, Instant};

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From whoever connected.
    Up,
    /// To whoever connected.
    Down,
}

/// Which ways nothing passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stall {
    #[default]
    Neither,
    Up,
    Down,
    Both,
}

/// How a connection ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// With a reset, as when a machine on the way forgot it.
    Reset,
    /// With an end, as when a proxy restarts.
    Close,
}

/// What happens to the bytes of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Each byte arrives so much later.
    pub(crate) delay: Duration,
    /// So many bytes a second pass each way.
    pub(crate) bytes_per_sec: Option<u32>,
    /// Nothing passes this way or these ways.
    pub(crate) stall: Stall,
    /// When one side ends, the other is not told.
    pub(crate) half_open: bool,
    /// It ends now.
    pub(crate) cut: Option<Cut>,
    /// It ends after so many more bytes, in the middle of whatever passes.
    pub(crate) cut_after: Option<(u64, Cut)>,
    /// New connections are refused.
    pub(crate) refuse: bool,
}

impl Policy {
    /// Nothing is done.
    pub(crate) fn clear() -> Self {
        Self::default()
    }

    /// Nothing passes either way, and nobody is told.
    pub(crate) fn silent() -> Self {
        Self { stall: Stall::Both, half_open: true, ..Self::default() }
    }

    /// What there is ends, and nothing new begins.
    pub(crate) fn severed(cut: Cut) -> Self {
        Self { cut: Some(cut), refuse: true, ..Self::default() }
    }

    /// Whether nothing passes that way.
    pub(crate) const fn is_stalled(&self, way: Way) -> bool {
        match self.stall {
            Stall::Neither => false,
            Stall::Up => matches!(way, Way::Up),
            Stall::Down => matches!(way, Way::Down),
            Stall::Both => true,
        }
    }

    /// When bytes that came at `at` may go on.
    pub(crate) fn due(&self, at: Instant) -> Instant {
        at + self.delay
    }

    /// How long so many bytes take.
    pub(crate) fn transmission(&self, bytes: usize) -> Duration {
        match self.bytes_per_sec {
            Some(rate) => Duration::from_micros(bytes as u64 * 1_000_000 / u64::from(rate.max(1))),
            None => Duration::ZERO,
        }
    }
}

/// How many bytes of a connection have passed, both ways together.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    passed: u64,
    /// Where counting began, under a limit.
    since: Option<u64>,
}

impl Meter {
    /// Bytes are to pass: how many of them may, and whether the connection ends then.
    pub(crate) fn pass(&mut self, bytes: usize, policy: &Policy) -> (usize, Option<Cut>) {
        let Some((limit, cut)) = policy.cut_after else {
            self.since = None;
            self.passed += bytes as u64;
            return (bytes, None);
        };
        let since = *self.since.get_or_insert(self.passed);
        let left = (since + limit).saturating_sub(self.passed);
        let may = usize::try_from(left).unwrap_or(usize::MAX).min(bytes);
        self.passed += may as u64;
        (may, (may < bytes || left == may as u64).then_some(cut))
    }

    /// How many have passed.
    #[cfg(test)]
    pub(crate) const fn passed(&self) -> u64 {
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_counts_from_when_it_was_set_and_cuts_in_the_middle() {
        let mut meter = Meter::default();
        let clear = Policy::clear();
        assert_eq!(meter.pass(100, &clear), (100, None));
        let cutting = Policy { cut_after: Some((10, Cut::Reset)), ..Policy::clear() };
        assert_eq!(meter.pass(4, &cutting), (4, None));
        assert_eq!(meter.pass(7, &cutting), (6, Some(Cut::Reset)));
        assert_eq!(meter.pass(7, &cutting), (0, Some(Cut::Reset)));
        assert_eq!(meter.passed(), 110);
    }

    #[test]
    fn a_limit_that_is_lifted_is_forgotten() {
        let mut meter = Meter::default();
        let cutting = Policy { cut_after: Some((10, Cut::Close)), ..Policy::clear() };
        assert_eq!(meter.pass(9, &cutting), (9, None));
        assert_eq!(meter.pass(9, &Policy::clear()), (9, None));
        assert_eq!(meter.pass(9, &cutting), (9, None));
        assert_eq!(meter.pass(1, &cutting), (1, Some(Cut::Close)));
    }

    #[test]
    fn times_follow_delay_and_rate() {
        let slow = Policy {
            delay: Duration::from_millis(20),
            bytes_per_sec: Some(1_000),
            ..Policy::clear()
        };
        let now = Instant::now();
        assert_eq!(slow.due(now), now + Duration::from_millis(20));
        assert_eq!(slow.transmission(500), Duration::from_millis(500));
        assert_eq!(Policy::clear().transmission(500), Duration::ZERO);
        assert!(Policy::silent().is_stalled(Way::Up) && !slow.is_stalled(Way::Down));
    }
}
