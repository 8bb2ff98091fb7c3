//! A token bucket, for who sends and for who counts. Pure: the caller brings the clock.

use crate::protocol::ids::Millis;

/// How often something may be done: so many a second in the long run, so many at once.
#[derive(Clone, Debug)]
pub struct Pace {
    per_sec: u32,
    /// The most that the bucket holds, in thousandths of a token.
    full: i64,
    /// What it holds, in thousandths: one token a second is one thousandth a millisecond.
    level: i64,
    at: Millis,
}

/// One token, in the bucket's unit.
const TOKEN: i64 = 1_000;

impl Pace {
    /// A full bucket.
    pub const fn new(per_sec: u32, burst: u32, now: Millis) -> Self {
        let full = burst as i64 * TOKEN;
        Self { per_sec, full, level: full, at: now }
    }

    /// Takes one token, or tells after how many milliseconds there will be one.
    pub fn take(&mut self, now: Millis) -> Result<(), u32> {
        self.level = self.level_at(now);
        self.at = now;
        match self.wait_ms(now) {
            0 => {
                self.level -= TOKEN;
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// After how many milliseconds there will be a token; 0 when there is one.
    pub fn wait_ms(&self, now: Millis) -> u32 {
        let missing = TOKEN - self.level_at(now);
        if missing <= 0 {
            return 0;
        }
        if self.per_sec == 0 || self.full < TOKEN {
            return u32::MAX;
        }
        let per_ms = i64::from(self.per_sec);
        u32::try_from((missing + per_ms - 1) / per_ms).unwrap_or(u32::MAX)
    }

    /// A clock that was put back adds nothing.
    fn level_at(&self, now: Millis) -> i64 {
        let passed = now.since(self.at).max(0);
        self.level.saturating_add(passed.saturating_mul(i64::from(self.per_sec))).min(self.full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes at these moments, with these answers.
    fn check(per_sec: u32, burst: u32, takes: &[(i64, Result<(), u32>)]) {
        let mut pace = Pace::new(per_sec, burst, Millis(0));
        for (at, expected) in takes {
            assert_eq!(pace.take(Millis(*at)), *expected, "at {at}");
        }
    }

    #[test]
    fn a_burst_passes_and_then_so_many_a_second() {
        let ok = Ok(());
        check(5, 2, &[(0, ok), (0, ok), (0, Err(200)), (199, Err(1)), (200, ok), (200, Err(200))]);
        check(3, 1, &[(0, ok), (0, Err(334)), (334, ok)]);
    }

    #[test]
    fn a_long_rest_fills_the_bucket_and_no_more() {
        check(5, 2, &[(0, Ok(())), (i64::MAX, Ok(())), (i64::MAX, Ok(())), (i64::MAX, Err(200))]);
    }

    #[test]
    fn a_clock_put_back_gives_nothing_and_takes_nothing() {
        check(5, 1, &[(1_000, Ok(())), (500, Err(200)), (600, Err(100)), (700, Ok(()))]);
    }

    #[test]
    fn a_pace_of_nothing_never_passes() {
        check(0, 1, &[(0, Ok(())), (1_000_000, Err(u32::MAX))]);
        check(5, 0, &[(1_000_000, Err(u32::MAX))]);
    }
}
