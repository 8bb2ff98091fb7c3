//! What only the clock tells of a connection: that it is dead, that an attempt came to nothing,
//! that the log lags behind what was told. Pure: the caller brings the clock.

use crate::protocol::{ids::Millis, limits::SILENCE_SECS};

#[expect(clippy::cast_possible_wrap, reason = "40 fits")]
const SILENCE_MS: i64 = SILENCE_SECS as i64 * 1000;
/// An attempt that has come to nothing for so long is given up, in milliseconds.
const ATTEMPT_MS: i64 = 15_000;
/// So long after a head was told whose entries have not come, they are asked for, in milliseconds.
const LAG_MS: i64 = 5_000;

/// When something was last heard on a socket, or the attempt to open it began.
#[derive(Clone, Debug)]
pub struct Pulse {
    at: Millis,
    silence_ms: i64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self::with_silence_ms(SILENCE_MS)
    }
}

impl Pulse {
    /// With another bound for a socket that is silent.
    pub const fn with_silence_ms(silence_ms: i64) -> Self {
        Self { at: Millis(0), silence_ms }
    }

    /// A frame came, or an attempt begins.
    pub const fn beat(&mut self, now: Millis) {
        self.at = now;
    }

    /// An open socket has been silent for so long that it is dead.
    pub const fn is_dead(&self, now: Millis) -> bool {
        now.since(self.at) > self.silence_ms
    }

    /// An attempt has come to nothing for so long that it is given up.
    pub const fn is_given_up(&self, now: Millis) -> bool {
        now.since(self.at) > ATTEMPT_MS
    }
}

/// Whether entries that the client was told of have not come, and for how long.
#[derive(Clone, Debug, Default)]
pub struct Lag {
    since: Option<Millis>,
}

impl Lag {
    /// A beat told of the newest entry; `is_behind` says whether it is still missing here.
    pub fn told(&mut self, is_behind: bool, now: Millis) {
        self.since = if is_behind { self.since.or(Some(now)) } else { None };
    }

    /// Entries came: what is still missing is on its way, as far as one knows.
    pub const fn moved(&mut self) {
        self.since = None;
    }

    /// What is missing is to be asked for now. True once, and again after the same time.
    pub fn is_seek_due(&mut self, now: Millis) -> bool {
        let is_due = self.since.is_some_and(|since| now.since(since) >= LAG_MS);
        if is_due {
            self.since = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_dead_after_a_silence_and_an_attempt_sooner() {
        let mut pulse = Pulse::default();
        pulse.beat(Millis(1_000));
        for (at, is_given_up, is_dead) in [
            (0, false, false),
            (16_000, false, false),
            (16_001, true, false),
            (41_000, true, false),
            (41_001, true, true),
        ] {
            let found = (pulse.is_given_up(Millis(at)), pulse.is_dead(Millis(at)));
            assert_eq!(found, (is_given_up, is_dead), "{at}");
        }
        pulse.beat(Millis(41_001));
        assert!(!pulse.is_dead(Millis(41_002)));
        assert!(Pulse::with_silence_ms(5).is_dead(Millis(6)));
    }

    #[test]
    fn what_does_not_come_is_asked_for_every_five_seconds() {
        let mut lag = Lag::default();
        assert!(!lag.is_seek_due(Millis(100_000)));
        lag.told(true, Millis(1_000));
        lag.told(true, Millis(3_000));
        let due: Vec<bool> =
            [5_999, 6_000, 6_001, 11_000].map(|at| lag.is_seek_due(Millis(at))).into();
        assert_eq!(due, [false, true, false, true]);
    }

    #[test]
    fn nothing_is_asked_for_when_it_has_come() {
        let mut lag = Lag::default();
        lag.told(true, Millis(0));
        lag.told(false, Millis(1_000));
        assert!(!lag.is_seek_due(Millis(9_000)));
        lag.told(true, Millis(9_000));
        lag.moved();
        assert!(!lag.is_seek_due(Millis(20_000)));
    }
}
