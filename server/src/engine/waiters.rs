//! Those who wait for a place in a full room and went away: others come before them.

use super::{By, Engine};
use crate::store::StoreResult;
use app::protocol::{
    ids::{RoomId, UserId},
    people::Presence,
};
use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;

/// How often is looked who waits.
pub(super) const EVERY: Duration = Duration::from_secs(10);
/// Whoever was offline for so long waits no longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Those who wait while they are offline, and since when.
#[derive(Debug, Default)]
pub(super) struct Waiters(HashMap<(RoomId, UserId), Instant>);

impl Waiters {
    /// Those of whom it is enough, of all who wait and are offline now.
    fn over(&mut self, offline: &[(RoomId, UserId)], now: Instant) -> Vec<(RoomId, UserId)> {
        self.0.retain(|it, _| offline.contains(it));
        let mut over = Vec::new();
        for waiter in offline {
            let since = *self.0.entry(*waiter).or_insert(now);
            if now.duration_since(since) >= PATIENCE {
                over.push(*waiter);
            }
        }
        over
    }
}

impl Engine {
    /// Takes those off who are away for too long, where this node does such things.
    pub(super) async fn look_at_waiters(&self, waiters: &mut Waiters) -> StoreResult<()> {
        if !self.leads() {
            waiters.0.clear();
            return Ok(());
        }
        let mut waiting = self.store().waiting().await?;
        waiting.retain(|(_, user)| self.presence(*user) == Presence::Offline);
        let over = waiters.over(&waiting, Instant::now());
        let fence = if over.is_empty() { None } else { self.fence().await? };
        if fence.is_none() {
            return Ok(());
        }
        for (room, user) in over {
            let by = By { user, login: None, fence };
            if let Err(refusal) = self.end_waiting(by, room).await {
                tracing::warn!(%refusal, %user, "could not take somebody off who waits");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn whoever_comes_back_in_time_keeps_their_place() {
        let place = |n| (RoomId(Uuid::from_u128(1)), UserId(Uuid::from_u128(n)));
        let (ann, bob) = (place(1), place(2));
        let (began, mut waiters) = (Instant::now(), Waiters::default());
        let half = began + PATIENCE / 2;
        assert_eq!(waiters.over(&[ann, bob], began), []);
        // Ann is back for a moment.
        assert_eq!(waiters.over(&[bob], half), []);
        assert_eq!(waiters.over(&[ann, bob], half), []);
        assert_eq!(waiters.over(&[ann, bob], began + PATIENCE), [bob]);
    }
}
