mod matching;
mod rooms;

use super::*;
use crate::config::MatchTimes;
use crate::store::{CARETAKER, ChannelSpec, NewUser, StoreAddress, Way};
use app::protocol::{
    ids::{Millis, RoomId, Seq},
    limits,
    packets::ServerPacket,
};
use std::sync::atomic::AtomicU64;

/// An engine over a database in memory, with Ann in the plaza.
async fn with_ann() -> (Engine, Who, RoomId) {
    with_ann_among(Membership::alone("test")).await
}

pub(super) async fn with_ann_among(membership: Membership) -> (Engine, Who, RoomId) {
    let store = Store::open(&StoreAddress::Memory).await.unwrap();
    let plaza = ChannelSpec { name: "plaza".into(), topic: String::new(), capacity: 9 };
    store.ensure_channels(&[plaza], Millis(0)).await.unwrap();
    let new =
        NewUser { name: "Ann".into(), name_key: "ann".into(), password: None, role: Role::Guest };
    let ann = store.create_user(new, Millis(0)).await.unwrap();
    let login = store.create_login(&ann, &[1; 32], "", Millis(0)).await.unwrap();
    let options = EngineOptions {
        sends_per_sec: limits::SENDS_PER_SEC,
        sends_burst: limits::SENDS_BURST,
        frames_per_sec: limits::FRAMES_PER_SEC,
        frames_burst: limits::FRAMES_BURST,
        sockets_per_user: limits::SOCKETS_PER_USER,
        offline_leave: Duration::from_hours(1),
        host_absence: Duration::from_hours(24),
        hello_within: Duration::from_secs(limits::HELLO_SECS),
        disk_free_bytes_min: 0,
        match_guests: false,
        match_times: MatchTimes::default(),
        drain_spread: Duration::from_secs(10),
    };
    let engine =
        Engine::start(store, options, membership, TaskTracker::new(), CancellationToken::new())
            .await
            .unwrap();
    let who =
        Who { user: ann.id, name: "Ann".into(), role: ann.role, login, by_hand: ByHand::Auto };
    let room = engine.room("plaza", who.user).unwrap().id;
    engine.enter(&who, room).await.unwrap();
    (engine, who, room)
}

fn cid() -> Cid {
    Cid(uuid::Uuid::now_v7())
}

#[tokio::test]
async fn with_all_places_taken_a_send_is_refused_as_busy_and_later_taken() {
    let (engine, ann, room) = with_ann().await;
    let most = u32::try_from(limits::COMMANDS_WAITING_MAX).unwrap();
    let places = engine.0.waiting.clone().try_acquire_many_owned(most).unwrap();
    let refused = engine.say(&ann, room, cid(), "hi".into()).await;
    assert_eq!(refused, Err(Refusal::Busy { retry_after_ms: BUSY_RETRY_MS }));
    drop(places);
    engine.say(&ann, room, cid(), "hi".into()).await.unwrap();
    assert_eq!(engine.0.waiting.available_permits(), limits::COMMANDS_WAITING_MAX);
}

#[tokio::test]
async fn a_store_that_fails_is_neither_an_ack_nor_the_end_of_the_room() {
    let (engine, ann, room) = with_ann().await;
    engine.store().close().await;
    let first = cid();
    let say = |cid| engine.say(&ann, room, cid, "hi".into());
    assert_eq!(say(first).await, Err(Refusal::Internal));
    assert_eq!(say(cid()).await, Err(Refusal::Internal));
    assert_eq!(say(first).await, Err(Refusal::Internal));
    assert_eq!(engine.people(room, ann.user).unwrap().len(), 1);
    assert_eq!(engine.0.waiting.available_permits(), limits::COMMANDS_WAITING_MAX);
}

#[tokio::test]
async fn more_than_two_full_batches_at_once_stand_in_the_order_sent() {
    let (engine, ann, room) = with_ann().await;
    let many = 3 * limits::ROOM_BATCH_MAX + 1;
    let engine = &engine;
    let ann = &ann;
    let say = |n: usize| async move {
        let said = engine.say(ann, room, cid(), n.to_string()).await;
        (n.to_string(), said.expect("a place").seq.get())
    };
    // Polled in turn, so that they are sent in turn.
    let mut said = futures::future::join_all((0..many).map(say)).await;
    said.sort_by_key(|it| it.1);
    assert!((0..many).map(|n| n.to_string()).eq(said.iter().map(|it| it.0.clone())));
    let page = engine.store().entries(room, Some(Seq::ZERO), None, 10_000).await.unwrap();
    let stored = page.entries.iter().skip(1).map(|it| (it.what.text().to_owned(), it.seq.get()));
    assert!(stored.eq(said));
}

#[tokio::test]
async fn draining_ends_every_task() {
    let (engine, ann, room) = with_ann().await;
    let last = tokio::spawn({
        let engine = engine.clone();
        async move { engine.say(&ann, room, cid(), "last words".into()).await }
    });
    tokio::task::yield_now().await;
    engine.drain().await;
    last.await.unwrap().expect("what was taken is written");
    let tasks = engine.tasks().clone();
    tasks.close();
    tokio::time::timeout(Duration::from_secs(5), tasks.wait()).await.expect("all tasks end");
}

/// What another node would write: straight into the database.
async fn elsewhere(engine: &Engine, author: UserId, room: RoomId, cid: Cid, change: Change) {
    let append =
        Append { room, author, login: None, cid: Some(cid), after: None, fence: None, change };
    engine.store().append(&[append], Millis(0)).await.unwrap().remove(0).unwrap();
}

async fn bob(engine: &Engine) -> UserId {
    let new =
        NewUser { name: "Bob".into(), name_key: "bob".into(), password: None, role: Role::Guest };
    engine.store().create_user(new, Millis(0)).await.unwrap().id
}

/// The entries behind `cursor` in the room's ring, as soon as it reaches up to `head`.
async fn told(engine: &Engine, room: RoomId, cursor: u64, head: u64) -> Vec<(u64, String)> {
    let room = engine.hub().room(room).unwrap();
    let reached = async {
        while room.head().get() < head {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), reached).await.expect("the ring is filled");
    let reader = Mailbox::new(&Who {
        user: UserId(uuid::Uuid::nil()),
        name: "".into(),
        role: Role::Guest,
        login: LoginId(uuid::Uuid::nil()),
        by_hand: ByHand::Auto,
    });
    let Found::Frames { frames, .. } = room.read(&reader, Seq::ZERO.plus(cursor), 0).found else {
        panic!("not in the ring")
    };
    let entries = frames.iter().flat_map(|frame| match serde_json::from_str(frame).unwrap() {
        ServerPacket::Appended(it) => it.entries,
        other => panic!("{other:?}"),
    });
    entries.map(|it| (it.seq.get(), it.what.text().to_owned())).collect()
}

#[tokio::test]
async fn what_another_node_wrote_in_between_is_told_in_its_place() {
    let (engine, ann, room) = with_ann().await;
    let bob = bob(&engine).await;
    elsewhere(&engine, bob, room, cid(), Change::Join(Way::Plain)).await;
    elsewhere(&engine, bob, room, cid(), Change::Message("from elsewhere".into())).await;
    let acked = engine.say(&ann, room, cid(), "from here".into()).await.unwrap();
    assert_eq!(acked.seq.get(), 4);
    let expected = [(2, ""), (3, "from elsewhere"), (4, "from here")];
    assert_eq!(told(&engine, room, 1, 4).await, expected.map(|(n, text)| (n, text.to_owned())));
    // Whoever joined there is known here.
    let known = async {
        while !engine.is_member(bob, room) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), known).await.expect("Bob is known");
}

#[tokio::test]
async fn what_an_earlier_try_committed_is_acknowledged_and_told() {
    let (engine, ann, room) = with_ann().await;
    let (lost, next) = (cid(), cid());
    elsewhere(&engine, ann.user, room, lost, Change::Message("the answer was lost".into())).await;
    let acked = engine.say(&ann, room, lost, "the answer was lost".into()).await.unwrap();
    assert_eq!(acked.seq.get(), 2);
    engine.say(&ann, room, next, "next".into()).await.unwrap();
    let expected = [(2, "the answer was lost"), (3, "next")];
    assert_eq!(told(&engine, room, 1, 3).await, expected.map(|(n, text)| (n, text.to_owned())));
}

/// One node of several, which leads for the term that a test says; 0 for none.
#[derive(Debug, Default)]
pub(super) struct Led(pub(super) AtomicU64);

impl Cluster for Led {
    fn tell(&self, _: Word) {}

    fn beat(&self) {}

    fn follow(&self, _: RoomId) {}

    fn unfollow(&self, _: RoomId) {}

    fn is_up(&self) -> bool {
        true
    }

    fn leads(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|it| *it > 0)
    }
}

#[tokio::test]
async fn only_the_leader_lets_members_go_and_one_that_was_deposed_does_not() {
    let led = Arc::new(Led::default());
    let membership = Membership { cluster: led.clone(), ..Membership::alone("test") };
    let (engine, ann, room) = with_ann_among(membership).await;
    assert_eq!(engine.let_go(ann.user).await, Err(Refusal::NotAllowed), "another node leads");
    led.0.store(1, Ordering::Relaxed);
    assert!(engine.is_member_somewhere(ann.user));
    engine.let_go(ann.user).await.unwrap();
    assert!(!engine.is_member(ann.user, room) && !engine.is_member_somewhere(ann.user));

    engine.enter(&ann, room).await.unwrap();
    // This node was stopped, another took the lead; now this one goes on as if nothing were.
    let deposer = engine.store().take_fence(CARETAKER).await.unwrap();
    assert_eq!(engine.let_go(ann.user).await, Err(Refusal::Internal));
    assert!(engine.is_member(ann.user, room));
    let log = engine.store().entries(room, None, None, 9).await.unwrap();
    assert_eq!(log.head.get(), 3, "it wrote nothing");
    // Leading anew, it is the newest.
    led.0.store(2, Ordering::Relaxed);
    engine.let_go(ann.user).await.unwrap();
    assert!(engine.store().take_fence(CARETAKER).await.unwrap() > deposer);
}

#[tokio::test]
async fn members_whose_time_is_over_together_are_let_go_together() {
    let (engine, ann, room) = with_ann().await;
    let mut users = vec![ann.user];
    for n in 0..8 {
        let name = format!("user {n}");
        let (name_key, role) = (name.clone(), Role::Guest);
        let new = NewUser { name: name.clone(), name_key, password: None, role };
        let user = engine.store().create_user(new, Millis(0)).await.unwrap();
        let login =
            engine.store().create_login(&user, &[100 + n; 32], "", Millis(0)).await.unwrap();
        let who = Who { user: user.id, name: name.into(), role, login, by_hand: ByHand::Auto };
        engine.enter(&who, room).await.unwrap();
        users.push(user.id);
    }
    let leaving = users.iter().map(|user| engine.let_go(*user));
    assert_eq!(futures::future::join_all(leaving).await, [Ok(()); 9]);
    assert_eq!(engine.people(room, ann.user).unwrap(), []);
}

#[tokio::test]
async fn a_new_leader_deposes_the_one_before_without_letting_anybody_go() {
    let led = Arc::new(Led::default());
    let membership = Membership { cluster: led.clone(), ..Membership::alone("test") };
    let (engine, ..) = with_ann_among(membership).await;
    let before = engine.store().take_fence(CARETAKER).await.unwrap();
    led.0.store(1, Ordering::Relaxed);
    engine.0.look.all();
    let leads = async {
        while engine.0.lead.lock().await.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), leads).await.expect("it takes its number");
    assert!(engine.0.lead.lock().await.unwrap().1 > before);
}

async fn stops(engine: &Engine) {
    engine.0.look.all();
    let stopped = tokio::time::timeout(Duration::from_secs(5), engine.0.stop.cancelled());
    stopped.await.expect("it stops");
    assert!(engine.has_lost_lineage());
}

#[tokio::test]
async fn a_server_whose_database_has_a_new_epoch_stops() {
    let (engine, ..) = with_ann().await;
    engine.store().forget_epoch().await.unwrap();
    stops(&engine).await;
}

#[tokio::test]
async fn a_server_whose_database_went_back_stops() {
    let (engine, _, room) = with_ann().await;
    let last = engine.hub().room(room).unwrap().head().next();
    let frame = "{}".into();
    let appended = crate::cluster::Appended { room, first: last, last, moved: false, frame };
    engine.hub().room(room).unwrap().take_foreign(appended);
    stops(&engine).await;
}
