//! When to try again. Pure: the caller brings the chance.

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

    /// It worked: the next pause is short again.
    pub const fn reset(&mut self) {
        self.attempts = 0;
    }
}

/// The pause after the server said that it restarts, by a chance of 0 to 1, so that not everybody
/// comes back at once.
pub fn restart_pause_ms(random: f64) -> u32 {
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
    fn the_pause_is_a_part_of_the_bound_by_chance() {
        for (random, expected) in [(0.0, 0), (0.5, 250), (-1.0, 0), (7.0, 500), (f64::NAN, 0)] {
            assert_eq!(Backoff::new().next_ms(random), expected, "{random}");
        }
        assert_eq!((restart_pause_ms(0.0), restart_pause_ms(1.0)), (0, 10_000));
    }
}
