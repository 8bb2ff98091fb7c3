//! Comparing with the database, now and then: whatever other nodes told or failed to tell, this
//! alone makes every node end with every entry, and every ended login without a socket.

use super::{Engine, room::Room};
use crate::{
    planted::{self, Bug},
    store::{RoomNow, StoreResult},
};
use app::protocol::{
    close::Close,
    ids::{RoomId, Seq, UserId},
    room::RoomKind,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// How often, while other nodes are heard: one that cannot be may not know it, nor those who hear
/// everybody else.
const EVERY: Duration = Duration::from_secs(2);
/// How often, while they are not, or while the database fails.
const OFTEN: Duration = Duration::from_secs(1);

/// What to look up before its time.
#[derive(Debug, Default)]
pub(super) struct Look {
    wanted: Mutex<Wanted>,
    now: Notify,
}

#[derive(Debug, Default)]
struct Wanted {
    users: HashSet<UserId>,
    rooms: HashSet<RoomId>,
    all_rooms: bool,
    all: bool,
}

impl Look {
    fn want(&self, what: impl FnOnce(&mut Wanted)) {
        what(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        self.now.notify_one();
    }

    fn take(&self) -> Wanted {
        std::mem::take(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What could not be looked up is wanted the next time.
    fn put_back(&self, Wanted { users, rooms, all_rooms, all }: Wanted) {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.users.extend(users);
        wanted.rooms.extend(rooms);
        wanted.all_rooms |= all_rooms;
        wanted.all |= all;
    }

    /// A user's name, role or logins.
    pub(super) fn user(&self, user: UserId) {
        self.want(|it| _ = it.users.insert(user));
    }

    /// Which rooms there are.
    pub(super) fn rooms(&self) {
        self.want(|it| it.all_rooms = true);
    }

    /// A room that is not known here.
    pub(super) fn room(&self, room: RoomId) {
        self.want(|it| _ = it.rooms.insert(room));
    }

    /// Everything.
    pub(super) fn all(&self) {
        self.want(|it| it.all = true);
    }
}

/// What is known from the last time.
struct Poll {
    engine: Engine,
    generations: HashMap<UserId, i64>,
    company: Company,
}

/// Looks in a row that found another server at the database of a node that is to be alone.
#[derive(Debug, Default)]
struct Company(u32);

impl Company {
    /// Whether it is to be told now: once, and not of connections that are just being closed.
    fn is_to_be_told(&mut self, found: bool) -> bool {
        self.0 = if found { self.0.saturating_add(1) } else { 0 };
        self.0 == 2
    }
}

/// Runs until the engine halts.
pub(super) async fn run(engine: Engine) {
    let (generations, company) = (HashMap::new(), Company::default());
    let mut poll = Poll { engine: engine.clone(), generations, company };
    let mut next = Instant::now() + OFTEN;
    let mut fails = false;
    loop {
        tokio::select! {
            () = engine.halted() => return,
            () = sleep_until(next) => engine.0.look.want(|it| it.all = true),
            () = engine.0.look.now.notified() => {}
        }
        let wanted = engine.0.look.take();
        let all = wanted.all;
        let looked = poll.look(&wanted).await;
        match &looked {
            Err(error) if !fails => tracing::warn!(%error, "cannot compare with the database"),
            Ok(()) if fails => tracing::info!("the database is compared with again"),
            _ => {}
        }
        fails = looked.is_err();
        if fails {
            engine.0.look.put_back(wanted);
        }
        if fails || !engine.0.cluster.is_up() {
            next = Instant::now() + OFTEN;
        } else if all {
            next = Instant::now() + EVERY;
        }
    }
}

impl Poll {
    async fn look(&mut self, wanted: &Wanted) -> StoreResult<()> {
        // A new leader makes what earlier ones began void, whether it has to do anything or not.
        self.engine.fence().await?;
        let mut users = wanted.users.clone();
        if wanted.all_rooms {
            self.engine.load_rooms().await?;
        }
        let rooms: Vec<_> = wanted.rooms.iter().copied().collect();
        self.engine.load_new(&rooms).await?;
        self.engine.reload_blocks().await?;
        let mut generations = None;
        if wanted.all {
            self.compare_heads().await?;
            self.engine.store().refresh_packs().await?;
            self.look_for_company().await?;
            let now = self.generations().await?;
            let known = &self.generations;
            users.extend(now.keys().filter(|it| known.get(it) != now.get(it)));
            generations = Some(now);
        }
        self.engine.recheck(&users).await?;
        // Only now: whoever could not be looked up has to be the next time.
        self.generations = generations.unwrap_or_else(|| std::mem::take(&mut self.generations));
        Ok(())
    }

    /// Nodes without a way to each other show what others do late, and each thinks that it leads.
    async fn look_for_company(&mut self) -> StoreResult<()> {
        let is_alone = self.engine.0.cluster.is_alone();
        let found = is_alone && self.engine.store().has_others().await?;
        if self.company.is_to_be_told(found) {
            tracing::warn!(
                "another server uses this database, and redis_url is not set: people of different \
                 nodes are shown as offline to each other and put out of rooms; set redis_url at \
                 every node, or stop the other one"
            );
        }
        Ok(())
    }

    async fn compare_heads(&self) -> StoreResult<()> {
        if planted::has(Bug::LostPublish) {
            return Ok(());
        }
        // From before asking: what was known then was written then.
        let known: Vec<_> = self.engine.hub().all().into_iter().map(|it| (it.head(), it)).collect();
        let heads = self.engine.store().heads().await?;
        let heads: HashMap<_, _> = heads.into_iter().map(|it| (it.room, it)).collect();
        // Other rooms than channels may be gone for good, and everything with them.
        let is_back = |(known, room): &(Seq, Arc<Room>)| match heads.get(&room.id) {
            Some(now) => now.head < *known,
            None => room.kind() == RoomKind::Channel,
        };
        if known.iter().any(is_back) || !self.engine.store().keeps_epoch().await? {
            self.engine.lose_lineage();
            return Ok(());
        }
        known.iter().filter(|(_, it)| !heads.contains_key(&it.id)).for_each(|it| it.1.look_again());
        let mut new = Vec::new();
        for (id, now) in heads {
            match self.engine.hub().room(id) {
                Some(room) => room.hear_of(&now),
                None if !now.closed => new.push(id),
                None => {}
            }
        }
        self.engine.load_new(&new).await?;
        // Among channels, a new one has its place.
        let is_channel = |it: &RoomId| {
            self.engine.hub().room(*it).is_some_and(|it| it.kind() == RoomKind::Channel)
        };
        if new.iter().any(is_channel) { self.engine.load_rooms().await } else { Ok(()) }
    }

    /// How often the users with sockets here have changed. One who is not known yet counts as
    /// changed: something may have happened since their login was looked up.
    async fn generations(&self) -> StoreResult<HashMap<UserId, i64>> {
        let here = self.engine.hub().crowd().users();
        if here.is_empty() {
            Ok(HashMap::new())
        } else {
            self.engine.store().generations(&here).await
        }
    }
}

impl Engine {
    /// The database is another than the one that was opened, or an older copy of it: what is in
    /// memory is not true, and this process must not go on.
    fn lose_lineage(&self) {
        if self.0.lost.swap(true, Ordering::AcqRel) {
            return;
        }
        metrics::counter!("maru_database_replaced_total").increment(1);
        tracing::error!(
            "the database is not the one it was: numbers went back, or there is a new epoch; this \
             process ends, to be started again"
        );
        self.0.stop.cancel();
    }

    /// Ends the sockets of logins that have ended, and takes over names and roles.
    async fn recheck(&self, users: &HashSet<UserId>) -> StoreResult<()> {
        if users.is_empty() {
            return Ok(());
        }
        let asked = self.hub().crowd().logins_of(users);
        let live = self.store().known_logins(&asked).await?;
        let lost: HashSet<_> = asked.into_iter().filter(|it| !live.contains(it)).collect();
        if !lost.is_empty() {
            self.hub().crowd().end_sessions(Close::SignedOut, |it| lost.contains(&it.login));
        }
        let users: Vec<_> = users.iter().copied().collect();
        for user in self.store().users(&users).await? {
            self.take_user(&user);
        }
        Ok(())
    }

    /// Takes over the rooms that there are, and the order of channels.
    pub(super) async fn load_rooms(&self) -> StoreResult<()> {
        let rooms = self.store().rooms().await?;
        let order: HashMap<RoomId, usize> = rooms.iter().map(|it| it.id).zip(0..).collect();
        let mut new = Vec::new();
        for row in rooms {
            match self.hub().room(row.id) {
                Some(room) => room.compare(row),
                None => new.push(row.id),
            }
        }
        self.load_new(&new).await?;
        self.hub().order(&order);
        Ok(())
    }

    /// Takes over rooms that are not known yet.
    pub(super) async fn load_new(&self, rooms: &[RoomId]) -> StoreResult<()> {
        self.take_new(self.store().rooms_now(rooms).await?);
        Ok(())
    }

    /// As [`Engine::load_new`], of rooms that were read.
    pub(super) fn take_new(&self, rooms: Vec<RoomNow>) {
        for now in rooms {
            self.add_room(now);
        }
        self.0.roster.set_rooms(self.hub().room_count());
    }

    fn add_room(&self, now: RoomNow) {
        let (id, inner) = (now.row.id, &*self.0);
        let room = Arc::new(Room::new(now, inner.around.clone()));
        if !self.hub().add_room(room.clone()) {
            // Another was quicker; what has changed since then, the log or a reading tells.
            self.hub().room(id).into_iter().for_each(|it| it.look_again());
            return;
        }
        room.tell_all();
        if room.kind().lets_absent_go() {
            room.users().into_iter().for_each(|it| inner.absences.look_at(it, false));
        }
        inner.cluster.follow(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn company_is_told_once_each_time_it_comes_and_stays() {
        let mut company = Company::default();
        let looks = [true, false, true, true, true, false, true, true];
        let told = looks.map(|it| company.is_to_be_told(it));
        assert_eq!(told, [false, false, false, true, false, false, false, true]);
    }

    #[test]
    fn what_could_not_be_looked_up_is_wanted_again_with_what_came_meanwhile() {
        let look = Look::default();
        let [ann, bob] = [1, 2].map(|it| UserId(uuid::Uuid::from_u128(it)));
        look.user(ann);
        look.rooms();
        look.room(RoomId(uuid::Uuid::nil()));
        let wanted = look.take();
        look.user(bob);
        look.put_back(wanted);
        let again = look.take();
        assert_eq!(again.users, HashSet::from([ann, bob]));
        assert_eq!(again.rooms.len(), 1);
        assert!(again.all_rooms && !again.all);
    }
}
