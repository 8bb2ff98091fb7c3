//! Members who have no socket anywhere, and since when.

use app::protocol::ids::UserId;
use futures::StreamExt;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::time::{DelayQueue, delay_queue};

/// Users whose presence is to be looked at, and whether they were seen since the last look.
#[derive(Debug, Default)]
pub(super) struct Absences {
    users: Mutex<HashMap<UserId, bool>>,
    some: Notify,
}

impl Absences {
    /// Somebody may have come or gone; `seen` when they were at hand a moment ago.
    pub(super) fn look_at(&self, user: UserId, seen: bool) {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        *users.entry(user).or_default() |= seen;
        drop(users);
        self.some.notify_one();
    }

    /// Those to be looked at, as soon as there are some.
    pub(super) async fn next(&self) -> HashMap<UserId, bool> {
        loop {
            self.some.notified().await;
            let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
            if !users.is_empty() {
                return std::mem::take(&mut users);
            }
        }
    }
}

/// Absent members, and when their time is over.
#[derive(Default)]
pub(super) struct Clocks {
    queue: DelayQueue<UserId>,
    keys: HashMap<UserId, delay_queue::Key>,
}

impl Clocks {
    /// The user is away; a clock that runs goes on.
    pub(super) fn start(&mut self, user: UserId, patience: Duration) {
        if !self.keys.contains_key(&user) {
            let key = self.queue.insert(user, patience);
            self.keys.insert(user, key);
        }
    }

    /// The user is at hand, or may be.
    pub(super) fn stop(&mut self, user: UserId) {
        if let Some(key) = self.keys.remove(&user) {
            self.queue.try_remove(&key);
        }
    }

    /// The next user whose time is over; `None` when nobody is away.
    pub(super) async fn next(&mut self) -> Option<UserId> {
        let user = self.queue.next().await?.into_inner();
        self.keys.remove(&user);
        Some(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_may_run_for_two_years_the_longest_that_can_be_set() {
        let two_years = Duration::from_hours(2 * 365 * 24);
        Clocks::default().start(UserId(uuid::Uuid::nil()), two_years);
    }
}
