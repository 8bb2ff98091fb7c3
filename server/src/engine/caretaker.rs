//! What has to be done from time to time: presence and typing told, counts told, ended logins
//! noticed, members who stay away let go.

use super::{By, Engine, encode::frame, session::mailbox::ReplyTo};
use crate::store::Change;
use app::protocol::{
    close::Close,
    ids::{RoomId, UserId},
    packets::{RoomCount, RoomsChanged, ServerPacket},
    people::Presence,
};
use futures::StreamExt;
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use tokio_util::time::{DelayQueue, delay_queue};

/// Presence and typing are gathered for so long.
const VOLATILE_EVERY: Duration = Duration::from_millis(250);
/// Counts and heads of rooms are gathered for so long.
const COUNTS_EVERY: Duration = Duration::from_secs(2);
/// Logins are looked up again so often: another process may have ended some.
const LOGINS_EVERY: Duration = Duration::from_secs(10);
/// A user's first socket opened or last socket closed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Movement {
    /// Somebody is online.
    Came(UserId),
    /// Somebody is offline.
    Went(UserId),
}

/// Runs until the engine halts.
pub(crate) async fn run(engine: Engine, mut movements: mpsc::Receiver<Movement>) {
    let mut absent = Absent::default();
    for room in engine.hub().listed() {
        for person in room.people() {
            absent.went(person.id, engine.offline_leave());
        }
    }
    let mut told = HashMap::new();
    let mut volatile = ticks(VOLATILE_EVERY);
    let mut counts = ticks(COUNTS_EVERY);
    let mut logins = ticks(LOGINS_EVERY);
    loop {
        tokio::select! {
            () = engine.halted() => return,
            _ = volatile.tick() => {
                for room in engine.hub().listed() {
                    room.publish_volatile();
                }
            }
            _ = counts.tick() => tell_counts(&engine, &mut told),
            _ = logins.tick() => end_lost_logins(&engine).await,
            Some(movement) = movements.recv() => match movement {
                Movement::Came(user) => absent.came(user),
                Movement::Went(user) => absent.went(user, engine.offline_leave()),
            },
            Some(user) = absent.next() => let_go(&engine, user),
        }
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Members without a socket, and when they are let go.
#[derive(Default)]
struct Absent {
    queue: DelayQueue<UserId>,
    keys: HashMap<UserId, delay_queue::Key>,
}

impl Absent {
    fn went(&mut self, user: UserId, patience: Duration) {
        self.came(user);
        let key = self.queue.insert(user, patience);
        self.keys.insert(user, key);
    }

    fn came(&mut self, user: UserId) {
        if let Some(key) = self.keys.remove(&user) {
            self.queue.try_remove(&key);
        }
    }

    /// The next user whose time is over; `None` when nobody is away.
    async fn next(&mut self) -> Option<UserId> {
        let user = self.queue.next().await?.into_inner();
        self.keys.remove(&user);
        Some(user)
    }
}

/// Tells all sessions the counts and heads that changed since the last time.
fn tell_counts(engine: &Engine, told: &mut HashMap<RoomId, RoomCount>) {
    let mut rooms = Vec::new();
    for room in engine.hub().listed() {
        let summary = room.summary();
        let count = RoomCount { room: room.id, people: summary.people, head: summary.head };
        if told.insert(room.id, count) != Some(count) {
            rooms.push(count);
        }
    }
    if !rooms.is_empty() && engine.hub().session_count() > 0 {
        engine.hub().post(frame(&ServerPacket::RoomsChanged(RoomsChanged { rooms })));
    }
}

/// Ends the sessions of logins that are not in the store any more.
async fn end_lost_logins(engine: &Engine) {
    let asked = engine.hub().logins();
    match engine.store().known_logins(&asked).await {
        Ok(live) => {
            let lost: HashSet<_> = asked.into_iter().filter(|it| !live.contains(it)).collect();
            engine.hub().end_sessions(Close::SignedOut, |it| lost.contains(&it.login));
        }
        Err(error) => tracing::error!(%error, "could not look the logins up again"),
    }
}

/// Lets a member go who has been offline for long, in every room.
fn let_go(engine: &Engine, user: UserId) {
    if engine.presence(user) != Presence::Offline {
        return;
    }
    for room in engine.hub().listed() {
        if let Some(person) = room.person(user) {
            let by = By { user, name: person.name.into(), role: person.role, login: None };
            engine.command(&room, by, None, Change::Leave, ReplyTo::nobody());
        }
    }
}
