//! Times in buckets: exact to 1.6 percent, from a microsecond to hours, in a few kilobytes.

/// A histogram of microseconds.
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

/// Buckets for each doubling, as a power of two.
const BITS: u32 = 6;
const PER_DOUBLING: usize = 1 << BITS;

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { buckets: vec![0; PER_DOUBLING * 40], count: 0, max: 0 }
    }

    pub(crate) fn record(&mut self, micros: u64) {
        let last = self.buckets.len() - 1;
        self.buckets[bucket(micros).min(last)] += 1;
        self.count += 1;
        self.max = self.max.max(micros);
    }

    /// Below what the given part of all lies, in milliseconds.
    pub(crate) fn quantile_ms(&self, part: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a count of messages"
        )]
        let mut left = (self.count as f64 * part).ceil() as u64;
        for (at, n) in self.buckets.iter().enumerate() {
            if *n >= left {
                return ms(upper(at).min(self.max));
            }
            left -= n;
        }
        ms(self.max)
    }

    pub(crate) fn max_ms(&self) -> f64 {
        ms(self.max)
    }
}

fn ms(micros: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for printing")]
    let micros = micros as f64;
    micros / 1_000.0
}

/// The first 64 have a bucket each; then 64 for each doubling.
fn bucket(micros: u64) -> usize {
    let doublings = (u64::BITS - micros.leading_zeros()).saturating_sub(BITS + 1);
    let within = usize::try_from(micros >> doublings).unwrap_or(usize::MAX);
    doublings as usize * PER_DOUBLING + within
}

/// The largest number that falls into the bucket.
fn upper(bucket: usize) -> u64 {
    let doublings = (bucket / PER_DOUBLING).saturating_sub(1);
    let within = (bucket - doublings * PER_DOUBLING) as u64;
    ((within + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_lies_in_its_bucket_within_two_percent() {
        for micros in (0..5_000).chain([10_000, 65_535, 65_536, 1_234_567, 3_600_000_000]) {
            let upper = upper(bucket(micros));
            assert!(upper >= micros && upper - micros <= micros / 60, "{micros}: {upper}");
            assert!(micros == 0 || bucket(micros - 1) <= bucket(micros), "{micros}");
        }
    }

    #[test]
    fn quantiles_are_read_from_the_buckets() {
        let mut histogram = Histogram::new();
        (1..=1_000).for_each(|n| histogram.record(n * 1_000));
        for (part, expected) in [(0.5, 500.0), (0.99, 990.0), (0.999, 999.0), (1.0, 1_000.0)] {
            let found = histogram.quantile_ms(part);
            assert!((found - expected).abs() <= expected * 0.02, "{part}: {found}");
        }
    }
}
