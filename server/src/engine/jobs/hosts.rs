//! Hosts who stay away: since when, and who follows them.

use crate::{
    engine::{Engine, clock},
    store::{Change, Fence, Finish, StoreResult},
};
use app::protocol::{
    ids::{Millis, UserId},
    people::Presence,
};
use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// So often the hosts are compared with who is at hand, by one leader.
const COMPARED_EVERY: Duration = Duration::from_mins(10);
/// A host who may be at hand is looked at again after so long.
const UNSURE_MS: i64 = 60_000;

/// What is known of hosts.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Who came or went.
    moved: HashSet<UserId>,
    /// In which term, and when, all of them were compared.
    compared: Option<(Fence, Instant)>,
}

impl Hosts {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// A user's presence may be another: of a host it matters how long they are away.
    pub(in crate::engine) fn note_host(&self, user: UserId) {
        let hosts = || self.hub().rooms_of(user).iter().any(|it| it.host() == Some(user));
        if self.leads() && hosts() {
            self.0.jobs.hosts.known().moved.insert(user);
            self.0.jobs.some.notify_one();
        }
    }

    /// Notes since when hosts are away, and who of them is back.
    pub(super) async fn look_at_hosts(&self) {
        let moved = std::mem::take(&mut self.0.jobs.hosts.known().moved);
        for user in moved {
            if let Err(error) = self.look_at_host(user).await {
                // It is found when all are compared.
                tracing::warn!(%error, "could not note that a host came or went");
            }
        }
    }

    async fn look_at_host(&self, user: UserId) -> StoreResult<()> {
        let now = clock::now();
        match self.presence(user) {
            Presence::Offline => {
                self.store().plan_succession(user, self.absent_until(now), now).await
            }
            Presence::Unknown => {
                // All are compared once the other nodes can be heard.
                self.0.jobs.hosts.known().compared = None;
                Ok(())
            }
            _ => self.store().cancel_succession(user).await,
        }
    }

    /// Who came or went while nobody noted it is found: in each term, and from time to time.
    pub(super) async fn compare_hosts(&self, fence: Fence) -> StoreResult<()> {
        let is_fresh = |(of, at): (Fence, Instant)| of == fence && at.elapsed() < COMPARED_EVERY;
        if self.0.jobs.hosts.known().compared.is_some_and(is_fresh) {
            return Ok(());
        }
        let away: HashSet<_> = self.store().absent_hosts().await?.into_iter().collect();
        let hosts: HashSet<_> = self.hub().all().iter().filter_map(|it| it.host()).collect();
        let mut is_sure = true;
        for user in hosts.union(&away) {
            let presence = self.presence(*user);
            is_sure &= presence != Presence::Unknown;
            if (presence == Presence::Offline) != away.contains(user) {
                self.look_at_host(*user).await?;
            }
        }
        if is_sure {
            self.0.jobs.hosts.known().compared = Some((fence, Instant::now()));
        }
        Ok(())
    }

    /// When a host who is away from now on has been away for long.
    fn absent_until(&self, now: Millis) -> Millis {
        let ms = self.options().host_absence.as_millis();
        now.plus(i64::try_from(ms).unwrap_or(i64::MAX).max(1))
    }

    /// A host was away for long: whoever follows has their rooms.
    pub(super) async fn succeed(&self, fence: Fence, user: UserId) -> Finish {
        let now = clock::now();
        match self.presence(user) {
            Presence::Offline => {}
            Presence::Unknown => return Finish::Again(now.plus(UNSURE_MS)),
            _ => return Finish::Gone,
        }
        let rooms = self.store().hosted_rooms(user).await.unwrap_or_default();
        for room in rooms {
            let change = (None, Change::Succeed);
            if let Err(refusal) = self.change_itself(fence, room, user, change).await {
                tracing::warn!(%refusal, room.id = %room, "could not give a room to the next host");
            }
        }
        // Where nobody was there to follow, somebody may be by then.
        match self.store().hosted_rooms(user).await {
            Ok(left) if left.is_empty() => Finish::Gone,
            _ => Finish::Again(self.absent_until(now)),
        }
    }
}
