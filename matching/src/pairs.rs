//! What two people are to each other.

use crate::ids::Person;
use std::collections::HashMap;

/// Who met is kept apart for so long: a day.
pub const MET_APART_MS: i64 = 24 * 60 * 60 * 1000;
/// Two of whom one refused the other are kept apart for so long.
pub const REFUSED_APART_MS: i64 = 30 * 60 * 1000;

/// What is known of two people, in no order. The default is: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// Whether one of them has blocked the other, whichever it is.
    pub is_blocked: bool,
    /// When they last were matched.
    pub met_at: Option<i64>,
    /// When one of them last refused a proposal with the other.
    pub refused_at: Option<i64>,
}

impl Between {
    /// Whether these two are not to be put together now.
    pub fn is_apart(&self, now: i64) -> bool {
        let lately = |at: Option<i64>, ms| at.is_some_and(|at| now.saturating_sub(at) < ms);
        self.is_blocked
            || lately(self.met_at, MET_APART_MS)
            || lately(self.refused_at, REFUSED_APART_MS)
    }
}

/// All that is known of pairs of people. The order in which two are named never matters.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    known: HashMap<(Person, Person), Between>,
}

impl Pairs {
    /// One has blocked the other.
    pub fn block(&mut self, a: Person, b: Person) {
        self.entry(a, b).is_blocked = true;
    }

    /// They were matched.
    pub fn met(&mut self, a: Person, b: Person, at: i64) {
        let known = self.entry(a, b);
        known.met_at = known.met_at.max(Some(at));
    }

    /// One refused a proposal with the other.
    pub fn refused(&mut self, a: Person, b: Person, at: i64) {
        let known = self.entry(a, b);
        known.refused_at = known.refused_at.max(Some(at));
    }

    /// What is known of the two.
    pub fn between(&self, a: Person, b: Person) -> Between {
        if self.known.is_empty() {
            return Between::default();
        }
        self.known.get(&ordered(a, b)).copied().unwrap_or_default()
    }

    fn entry(&mut self, a: Person, b: Person) -> &mut Between {
        self.known.entry(ordered(a, b)).or_default()
    }
}

fn ordered(a: Person, b: Person) -> (Person, Person) {
    (a.min(b), a.max(b))
}
