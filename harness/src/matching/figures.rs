//! What came of it.

use matching::{crowd::Crowd, fit::fit, ids::Word, ticket::Ticket};

/// What came of a simulation, so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    came: u32,
    waits: Vec<i64>,
    waits_of_few: Vec<i64>,
    fits: Vec<u16>,
    repeats: u32,
}

impl Figures {
    pub(super) const fn came(&mut self) {
        self.came += 1;
    }

    pub(super) fn matched(&mut self, a: &Ticket, b: &Ticket, met_before: bool, now: i64) {
        self.fits.push(fit(a, b).as_per_mille());
        self.repeats += u32::from(met_before);
        for one in [a, b] {
            self.waits.push(one.waited(now));
            if Crowd::home(one) == Word(2) {
                self.waits_of_few.push(one.waited(now));
            }
        }
    }

    /// Of a hundred who came, so many were matched.
    pub(super) fn share(&self) -> f64 {
        100.0 * ratio(self.waits.len(), self.came as usize)
    }

    /// The wait of that many of a hundred who were matched, in seconds.
    pub(super) fn wait(&self, percent: usize) -> f64 {
        percentile(&self.waits, percent)
    }

    /// The same of those who speak the language that the fewest speak.
    pub(super) fn wait_of_few(&self, percent: usize) -> f64 {
        percentile(&self.waits_of_few, percent)
    }

    /// The mean fit of the matches, from 0 to 1.
    pub(super) fn fit(&self) -> f64 {
        let sum: usize = self.fits.iter().map(|it| usize::from(*it)).sum();
        ratio(sum, 1000 * self.fits.len())
    }

    /// How many matches were of two who had met before.
    pub(super) const fn repeats(&self) -> u32 {
        self.repeats
    }
}

fn percentile(waits: &[i64], percent: usize) -> f64 {
    let mut waits = waits.to_vec();
    waits.sort_unstable();
    let at = (waits.len() * percent / 100).min(waits.len().saturating_sub(1));
    let ms = waits.get(at).map_or(0, |it| u32::try_from(*it).unwrap_or(u32::MAX));
    f64::from(ms) / 1000.0
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |it: usize| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
    number(part) / number(whole).max(1.0)
}
