//! Whether to come back, and when. Pure: the caller brings the chance.

use crate::protocol::close::{Close, may_come_back};

/// Pauses between attempts: full jitter, doubling from half a second to half a minute.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    attempts: u32,
}

/// The bound of the first pause, in milliseconds.
const FIRST_MS: f64 = 500.0;
/// No pause is longer, in milliseconds.
const LONGEST_MS: f64 = 30_000.0;
/// The pause after the server said that it restarts spreads over so long, in milliseconds.
const RESTART_MS: f64 = 10_000.0;

/// What a client does after its socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Comes back after so many milliseconds.
    Wait(u32),
    /// Stays away: the login was ended.
    SignedOut,
    /// Stays away: the user signed in elsewhere, and wants one login at a time.
    Replaced,
    /// Stays away until the page is loaded anew: the server speaks another version.
    Outdated,
    /// Stays away: the server does not want it back, by that close code.
    Stopped(u16),
}

impl Backoff {
    /// Nothing was tried yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The pause before the next attempt, by a chance of 0 to 1.
    pub fn next_ms(&mut self, random: f64) -> u32 {
        let bound = (FIRST_MS * 2_f64.powi(self.attempts.min(16).cast_signed())).min(LONGEST_MS);
        self.attempts = self.attempts.saturating_add(1);
        part_of(bound, random)
    }

    /// What to do after a socket ended with that code, or an attempt came to nothing (1006), by a
    /// chance of 0 to 1.
    pub fn after_close(&mut self, code: u16, random: f64) -> After {
        match Close::from_code(code) {
            Some(Close::Restarting) => After::Wait(restart_pause_ms(random)),
            Some(Close::SignedOut) => After::SignedOut,
            Some(Close::Replaced) => After::Replaced,
            Some(Close::Outdated) => After::Outdated,
            _ if !may_come_back(code) => After::Stopped(code),
            _ => After::Wait(self.next_ms(random)),
        }
    }

    /// It worked: the next pause is short again.
    pub const fn reset(&mut self) {
        self.attempts = 0;
    }
}

/// The pause after the server said that it restarts, by a chance of 0 to 1, so that not everybody
/// comes back at once.
fn restart_pause_ms(random: f64) -> u32 {
    part_of(RESTART_MS, random)
}

fn part_of(bound: f64, random: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 30,000; `as` turns a NaN into 0"
    )]
    let ms = (bound * random.clamp(0.0, 1.0)) as u32;
    ms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_up_to_half_a_minute_and_starts_again() {
        let mut backoff = Backoff::new();
        let bounds: Vec<u32> = (0..9).map(|_| backoff.next_ms(1.0)).collect();
        assert_eq!(bounds, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        backoff.reset();
        assert_eq!(backoff.next_ms(1.0), 500);
    }

    #[test]
    fn a_close_code_tells_whether_and_when_to_come_back() {
        for (code, expected) in [
            (1006, After::Wait(500)),
            (4006, After::Wait(500)),
            (4000, After::Wait(10_000)),
            (4501, After::SignedOut),
            (4506, After::Replaced),
            (4500, After::Outdated),
            (4502, After::Stopped(4502)),
            (4999, After::Stopped(4999)),
        ] {
            assert_eq!(Backoff::new().after_close(code, 1.0), expected, "{code}");
        }
        let mut backoff = Backoff::new();
        backoff.after_close(1006, 1.0);
        backoff.after_close(4000, 1.0);
        assert_eq!(backoff.after_close(1006, 1.0), After::Wait(1_000));
    }

    #[test]
    fn the_pause_is_a_part_of_the_bound_by_chance() {
        for (random, expected) in [(0.0, 0), (0.5, 250), (-1.0, 0), (7.0, 500), (f64::NAN, 0)] {
            assert_eq!(Backoff::new().next_ms(random), expected, "{random}");
        }
        assert_eq!((restart_pause_ms(0.0), restart_pause_ms(1.0)), (0, 10_000));
    }
}
