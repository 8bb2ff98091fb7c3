//! What has to be done from time to time: presence and typing told, counts told, members who stay
//! away let go.

use super::{
    By, Engine,
    absences::Clocks,
    encode::frame,
    waiters::{self, Waiters},
};
use crate::store::{CARETAKER, Change, Fence, StoreResult};
use app::protocol::{
    ids::UserId,
    packets::{RoomsChanged, ServerPacket},
    people::Presence,
    refusal::Refusal,
    room::RoomKind,
};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Presence and typing are gathered for so long.
const VOLATILE_EVERY: Duration = Duration::from_millis(250);
/// Counts and heads of rooms are gathered for so long.
const COUNTS_EVERY: Duration = Duration::from_secs(2);
/// A member who could not be let go is tried again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Runs until the engine halts.
pub(super) async fn run(engine: Engine) {
    let mut clocks = Clocks::default();
    let mut volatile = ticks(VOLATILE_EVERY);
    let mut counts = ticks(COUNTS_EVERY);
    let (mut waiters, mut waits) = (Waiters::default(), ticks(waiters::EVERY));
    let (kept, mut again) = tokio::sync::mpsc::channel(1_024);
    loop {
        tokio::select! {
            () = engine.halted() => return,
            _ = volatile.tick() => {
                engine.tell_volatile();
            }
            _ = counts.tick() => engine.tell_counts(),
            _ = waits.tick() => {
                if let Err(error) = engine.look_at_waiters(&mut waiters).await {
                    tracing::warn!(%error, "could not look who waits");
                }
            }
            users = engine.0.absences.next() => {
                for (user, seen) in users {
                    look_at(&engine, &mut clocks, user, seen);
                }
            }
            Some(user) = again.recv() => clocks.start(user, AGAIN_AFTER),
            Some(user) = clocks.next() => {
                if engine.0.cluster.leads().is_none() {
                    // Another node does it; should that one end, this one may have to.
                    if engine.is_member_somewhere(user) {
                        clocks.start(user, AGAIN_AFTER);
                    }
                } else if engine.presence(user) == Presence::Offline {
                    let (engine, kept) = (engine.clone(), kept.clone());
                    engine.0.tasks.clone().spawn(async move {
                        if let Err(refusal) = engine.let_go(user).await {
                            tracing::warn!(%refusal, %user, "could not let a member go");
                            // The engine has ended: the next one begins anew.
                            let _ = kept.send(user).await;
                        }
                    });
                }
            }
        }
    }
}

pub(super) fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// A clock runs for whoever is known to be offline, from when that became known.
fn look_at(engine: &Engine, clocks: &mut Clocks, user: UserId, seen: bool) {
    engine.note_host(user);
    let presence = engine.presence(user);
    if seen || presence != Presence::Offline {
        clocks.stop(user);
    }
    if presence == Presence::Offline {
        clocks.start(user, engine.0.options.offline_leave);
    }
}

impl Engine {
    /// Tells readers what changed among the people of rooms, and who types there; forgets rooms
    /// that were closed.
    fn tell_volatile(&self) {
        for id in self.0.around.rounds.volatile.take() {
            let Some(room) = self.hub().room(id) else { continue };
            room.publish_volatile();
            if room.is_closed() {
                self.hub().remove_room(id);
                self.0.cluster.unfollow(id);
                self.0.roster.set_rooms(self.hub().room_count());
            }
        }
    }

    /// Tells the counts and heads that changed since the last time: of channels to all sessions,
    /// of other rooms to those of their members and to those that watch them.
    fn tell_counts(&self) {
        let mut rooms = Vec::new();
        let crowd = self.hub().crowd();
        for id in self.0.around.rounds.counts.take() {
            let Some(room) = self.hub().room(id) else { continue };
            let Some(count) = room.take_count() else { continue };
            if room.kind() == RoomKind::Channel {
                rooms.push(count);
            } else if crowd.session_count() > 0 {
                crowd.each_of(room.users().iter(), |it| it.bring(|news| news.counted(id)));
                crowd.watchers(id).iter().for_each(|it| it.bring(|news| news.counted(id)));
            }
        }
        if !rooms.is_empty() && crowd.session_count() > 0 {
            self.hub().post(frame(&ServerPacket::RoomsChanged(RoomsChanged { rooms })));
        }
    }

    /// Whether there is a room to let that user go from.
    pub(super) fn is_member_somewhere(&self, user: UserId) -> bool {
        self.hub().rooms_of(user).iter().any(|it| it.kind().lets_absent_go())
    }

    /// Lets a member go who has been offline for long, in every room.
    pub(super) async fn let_go(&self, user: UserId) -> Result<(), Refusal> {
        for room in self.hub().rooms_of(user) {
            if !room.kind().lets_absent_go() || !room.has(user) {
                continue;
            }
            if self.presence(user) != Presence::Offline {
                return Ok(());
            }
            let fence = self.fence().await?.ok_or(Refusal::NotAllowed)?;
            let by = By { user, login: None, fence: Some(fence) };
            let done = self.change(by, room.id, None, Change::Leave).await;
            if done.is_err() {
                // Perhaps another node leads by now.
                self.forget_fence(fence).await;
            }
            done?;
        }
        Ok(())
    }

    /// Another node leads by now, it seems. A number taken since is none of this.
    pub(super) async fn forget_fence(&self, fence: Fence) {
        let mut lead = self.0.lead.lock().await;
        *lead = lead.filter(|(_, it)| *it != fence);
    }

    /// The number by which the database tells the node that leads from those that did; none where
    /// this one does not. One is taken for each term: another would make the one before void.
    pub(super) async fn fence(&self) -> StoreResult<Option<Fence>> {
        let mut lead = self.0.lead.lock().await;
        let Some(term) = self.0.cluster.leads() else { return Ok(None) };
        match *lead {
            Some((of, fence)) if of == term => Ok(Some(fence)),
            _ => {
                let fence = self.store().take_fence(CARETAKER).await?;
                *lead = Some((term, fence));
                Ok(Some(fence))
            }
        }
    }
}
