//! Chance that can be repeated: everything random of a fault run comes from its seed.

use std::time::Duration;

/// Numbers from a seed: `SplitMix64`, which needs no more than one word and is good enough to choose
/// times and victims.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The numbers of a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Other numbers of the same seed, for something that must not disturb the rest.
    pub(crate) const fn branch(&self, name: u64) -> Self {
        Self(self.0 ^ name.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    /// The next number.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number from 0 up to, and without, `end`; 0 where that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A time between the two.
    pub(crate) fn time(&mut self, least: Duration, most: Duration) -> Duration {
        let span = most.saturating_sub(least).as_millis();
        let span = usize::try_from(span).unwrap_or(usize::MAX);
        least + Duration::from_millis(self.below(span.saturating_add(1)) as u64)
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        some.get(self.below(some.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let numbers = |seed| {
            let mut chance = Chance::new(seed);
            [(); 4].map(|()| chance.next())
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
        assert_ne!(Chance::new(7).branch(1).next(), Chance::new(7).branch(2).next());
    }

    #[test]
    fn numbers_stay_in_their_bounds() {
        let mut chance = Chance::new(1);
        let (least, most) = (Duration::from_millis(5), Duration::from_millis(7));
        for _ in 0..200 {
            assert!(chance.below(3) < 3);
            assert!((least..=most).contains(&chance.time(least, most)));
        }
        assert_eq!((chance.below(0), chance.pick::<u8>(&[])), (0, None));
    }
}
