//! Keeps the order of what one author says when something of it could not be written for a while.
//! Pure: the caller brings the clock.
//!
//! Its client asks again, with the same id. What the same author said after it may wait in the
//! room's inbox already, and must not be written before it.

use app::protocol::ids::{Cid, UserId};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// After so long without the first one, the others may pass: it has been given up.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(10);

/// What has to come first, of each author of whom something was not written.
#[derive(Debug, Default)]
pub(super) struct Order(HashMap<UserId, (Cid, Instant)>);

impl Order {
    /// Whether it may be written now. Where it is what the others wait for, they no longer do.
    pub(super) fn admits(&mut self, author: UserId, cid: Cid, now: Instant) -> bool {
        match self.0.get(&author) {
            None => true,
            Some((first, since)) if *first == cid || now >= *since + GIVEN_UP_AFTER => {
                self.0.remove(&author);
                true
            }
            Some(_) => false,
        }
    }

    /// It was not written, as far as is known: what its author says after it waits.
    pub(super) fn hold(&mut self, author: UserId, cid: Cid, now: Instant) {
        self.0.entry(author).or_insert((cid, now));
    }

    /// It was written after all: nothing waits for it.
    pub(super) fn found(&mut self, author: UserId, cid: Cid) {
        if self.0.get(&author).is_some_and(|it| it.0 == cid) {
            self.0.remove(&author);
        }
    }

    /// Forgets those that were given up.
    pub(super) fn give_up(&mut self, now: Instant) {
        self.0.retain(|_, (_, since)| now < *since + GIVEN_UP_AFTER);
    }

    /// Nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ANN: UserId = UserId(Uuid::from_u128(1));
    const BOB: UserId = UserId(Uuid::from_u128(2));
    const ONE: Cid = Cid(Uuid::from_u128(1));
    const TWO: Cid = Cid(Uuid::from_u128(2));

    #[test]
    fn nothing_passes_what_was_not_written_until_it_comes_again() {
        let now = Instant::now();
        let mut order = Order::default();
        order.hold(ANN, ONE, now);
        order.hold(ANN, TWO, now);
        assert!(!order.admits(ANN, TWO, now) && order.admits(BOB, TWO, now));
        assert!(order.admits(ANN, ONE, now) && order.admits(ANN, TWO, now) && order.is_empty());
    }

    #[test]
    fn nobody_waits_for_what_the_log_has_or_for_what_was_given_up() {
        let now = Instant::now();
        let mut order = Order::default();
        order.hold(ANN, ONE, now);
        order.found(ANN, TWO);
        assert!(!order.admits(ANN, TWO, now));
        order.found(ANN, ONE);
        assert!(order.admits(ANN, TWO, now));
        order.hold(ANN, ONE, now);
        let almost = now + GIVEN_UP_AFTER.saturating_sub(Duration::from_millis(1));
        assert!(!order.admits(ANN, TWO, almost));
        assert!(order.admits(ANN, TWO, now + GIVEN_UP_AFTER));
    }

    #[test]
    fn whoever_never_comes_again_is_forgotten() {
        let now = Instant::now();
        let mut order = Order::default();
        order.hold(ANN, ONE, now);
        order.give_up(now);
        assert!(!order.is_empty());
        order.give_up(now + GIVEN_UP_AFTER);
        assert!(order.is_empty());
    }
}
