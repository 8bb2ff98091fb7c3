//! The database goes away in the middle of commits: every change is in the log once, and answered
//! right.

#[path = "../../../tests/support/outage.rs"]
mod outage;

use super::*;
use crate::store::{Appending, Change, ChannelSpec, NewUser, StoreAddress, Way};
use app::protocol::{
    ids::{Cid, Millis, Seq, UserId},
    people::Role,
};
use outage::{Cutter, Muter, OwnPostgres, url_at};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::task::JoinSet;
use uuid::Uuid;

const ROOMS: usize = 6;
const TALKERS: usize = 18;
const SENDS: usize = 60;
/// The store answers within this time, or has failed.
const ANSWER_MAX: Duration = Duration::from_secs(6);

impl Committer {
    async fn commit(&self, room: RoomId, changes: Vec<Append>) -> BatchOutcome {
        self.begin(room, changes).await.outcome().await
    }
}

/// What the talkers have seen so far.
#[derive(Debug, Default)]
struct Seen {
    acked: AtomicUsize,
    refused_as_busy: AtomicUsize,
    longest_wait_ms: AtomicU64,
}

/// Somebody who says things in one room, each until it is acknowledged.
struct Talker {
    committer: Committer,
    room: RoomId,
    author: UserId,
    seen: Arc<Seen>,
}

impl Talker {
    async fn talk(self) -> Vec<(Cid, Seq)> {
        let mut acked = Vec::new();
        for n in 0..SENDS {
            let append = Append {
                room: self.room,
                author: self.author,
                login: None,
                cid: Some(Cid(Uuid::now_v7())),
                after: None,
                fence: None,
                change: Change::Message(n.to_string()),
            };
            let done = loop {
                let began = Instant::now();
                let answer = self.committer.commit(self.room, vec![append.clone()]).await;
                let waited = u64::try_from(began.elapsed().as_millis()).unwrap();
                self.seen.longest_wait_ms.fetch_max(waited, Ordering::SeqCst);
                match answer {
                    Ok(mut outcomes) => break outcomes.remove(0).expect("no send is refused"),
                    Err(BatchError::Away) => {
                        self.seen.refused_as_busy.fetch_add(1, Ordering::SeqCst)
                    }
                    Err(other) => panic!("{other:?}"),
                };
            };
            assert_eq!(done.place.room, self.room);
            acked.push((append.cid.unwrap(), done.place.seq));
            self.seen.acked.fetch_add(1, Ordering::SeqCst);
        }
        acked
    }
}

/// A database with rooms and people in them, and all the talking.
struct Load {
    store: Store,
    rooms: Vec<RoomId>,
    seen: Arc<Seen>,
    talkers: JoinSet<Vec<(Cid, Seq)>>,
}

impl Load {
    /// What is there before is made by the straight way; the talking goes by the other.
    async fn begin(straight: String, by: String) -> Self {
        let store = Store::open(&StoreAddress::Postgres(straight)).await.unwrap();
        let channel =
            |n| ChannelSpec { name: format!("room-{n}"), topic: String::new(), capacity: 99 };
        let channels: Vec<_> = (0..ROOMS).map(channel).collect();
        store.ensure_channels(&channels, Millis(0)).await.unwrap();
        let rooms: Vec<_> = store.rooms().await.unwrap().iter().map(|it| it.id).collect();
        let talking = Store::open(&StoreAddress::Postgres(by)).await.unwrap();
        let (committer, task) = Committer::new(talking, 0);
        tokio::spawn(task);
        let (seen, mut talkers) = (Arc::<Seen>::default(), JoinSet::new());
        for n in 0..TALKERS {
            let (name, room) = (format!("talker {n}"), rooms[n % ROOMS]);
            let new =
                NewUser { name: name.clone(), name_key: name, password: None, role: Role::Guest };
            let author = store.create_user(new, Millis(0)).await.unwrap().id;
            let join = Append {
                room,
                author,
                login: None,
                cid: None,
                after: None,
                fence: None,
                change: Change::Join(Way::Plain),
            };
            let joined = committer.commit(room, vec![join]).await;
            assert!(joined.unwrap()[0].is_ok());
            let (committer, seen) = (committer.clone(), seen.clone());
            talkers.spawn(Talker { committer, room, author, seen }.talk());
        }
        Self { store, rooms, seen, talkers }
    }

    /// Returns when so many sends were acknowledged.
    async fn acked(&self, count: usize) {
        while self.seen.acked.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Everything that was acknowledged is in the log, once, at its place and in the order sent.
    async fn check(mut self) {
        let mut acked = HashMap::new();
        while let Some(some) = self.talkers.join_next().await {
            let some = some.unwrap();
            assert!(some.is_sorted_by(|a, b| a.1 < b.1), "in the order sent");
            acked.extend(some);
        }
        assert_eq!(acked.len(), TALKERS * SENDS);
        for room in &self.rooms {
            let page = self.store.entries(*room, Some(Seq::ZERO), None, 10_000).await.unwrap();
            let places: Vec<_> = page.entries.iter().map(|it| it.seq.get()).collect();
            assert_eq!(places, (1..=page.head.get()).collect::<Vec<_>>(), "no holes");
            for entry in page.entries {
                if let Some(cid) = entry.cid {
                    assert_eq!(acked.remove(&cid), Some(entry.seq), "once, and at its place");
                }
            }
        }
        assert!(acked.is_empty(), "acknowledged and not in the log: {acked:?}");
    }
}

#[test]
fn one_batch_of_each_room_is_written_at_a_time() {
    let room = |n| RoomId(Uuid::from_u128(n));
    let batch = |n| Batch { room: room(n), changes: Vec::new(), done: oneshot::channel().0 };
    let rooms = |all: &[Batch]| -> Vec<_> { all.iter().map(|it| it.room).collect() };
    let (batches, mut inbox) = mpsc::channel(9);
    for n in [2, 1, 3] {
        batches.try_send(batch(n)).unwrap();
    }
    let (first, left) = together(batch(1), &mut inbox);
    assert_eq!(rooms(&first), [room(1), room(2)]);
    let (second, left) = together(left.expect("the room again"), &mut inbox);
    assert_eq!(rooms(&second), [room(1), room(3)]);
    assert!(left.is_none() && inbox.is_empty());
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_and_tells_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreAddress::File(folder.path().join("maru.db"))).await.unwrap();
    let plaza = ChannelSpec { name: "plaza".into(), topic: String::new(), capacity: 9 };
    store.ensure_channels(&[plaza], Millis(0)).await.unwrap();
    let room = store.rooms().await.unwrap()[0].id;
    let new =
        NewUser { name: "ann".into(), name_key: "ann".into(), password: None, role: Role::Guest };
    let author = store.create_user(new, Millis(0)).await.unwrap().id;
    let change =
        |change, cid| Append { room, author, login: None, cid, after: None, fence: None, change };
    let said = || change(Change::Message("hi".into()), Some(Cid(Uuid::now_v7())));
    let (join, first, second) = (change(Change::Join(Way::Plain), None), said(), said());
    let done = store.append(&[join, first.clone()], Millis(5)).await.unwrap();

    let (committer, task) = Committer::new(store.clone(), u64::MAX);
    tokio::spawn(task);
    let again = committer.commit(room, vec![first, second]).await.unwrap();
    assert_eq!(
        again[0],
        done[1].clone().map(|it| Done::before(Appending { fresh: false, ..it.place }))
    );
    assert_eq!(again[1], Err(AppendError::DiskFull));
    assert_eq!(store.heads().await.unwrap()[0].head.get(), 2);
}

#[tokio::test]
async fn a_database_that_is_killed_and_comes_back_loses_and_doubles_nothing() {
    let Some(mut postgres) = OwnPostgres::new().await else { return };
    let load = Load::begin(postgres.url(), postgres.url()).await;
    for quarter in 1..=2 {
        load.acked(quarter * TALKERS * SENDS / 4).await;
        postgres.stop_at_once();
        postgres.start().await;
    }
    load.acked(3 * TALKERS * SENDS / 4).await;
    postgres.stop_at_once();
    // Away for longer than anybody's patience: told as busy, and asked again.
    while load.seen.refused_as_busy.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    postgres.start().await;
    load.check().await;
}

#[tokio::test]
async fn a_connection_that_is_cut_during_commit_loses_and_doubles_nothing() {
    let Some(postgres) = OwnPostgres::new().await else { return };
    let cutter = Cutter::new(postgres.at, 7).await;
    let load = Load::begin(postgres.url(), url_at(cutter.at)).await;
    let seen = load.seen.clone();
    load.check().await;
    assert!(cutter.cuts.load(Ordering::SeqCst) > 20);
    assert_eq!(seen.refused_as_busy.load(Ordering::SeqCst), 0, "nobody noticed");
}

#[tokio::test]
async fn connections_that_fall_silent_keep_nobody_waiting_for_ever() {
    let Some(postgres) = OwnPostgres::new().await else { return };
    let muter = Muter::new(postgres.at).await;
    let load = Load::begin(postgres.url(), url_at(muter.at)).await;
    let seen = load.seen.clone();
    for third in 1..=2 {
        load.acked(third * TALKERS * SENDS / 3).await;
        muter.mute();
    }
    load.check().await;
    let waited = Duration::from_millis(seen.longest_wait_ms.load(Ordering::SeqCst));
    // A batch that is asked within the patience, and the one that waits for it.
    assert!(waited < 2 * (PATIENCE + ANSWER_MAX), "answered or refused as busy after {waited:?}");
}
