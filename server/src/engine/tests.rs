use super::*;
use crate::store::{ChannelSpec, NewUser, StoreAddress};
use app::protocol::{ids::Millis, limits};

/// An engine over a database in memory, with Ann in the plaza.
async fn with_ann() -> (Engine, Who, RoomId) {
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
        hello_within: Duration::from_secs(limits::HELLO_SECS),
        disk_free_bytes_min: 0,
        drain_spread: Duration::from_secs(10),
    };
    let membership = Membership::alone("test");
    let engine =
        Engine::start(store, options, membership, TaskTracker::new(), CancellationToken::new())
            .await
            .unwrap();
    let who = Who { user: ann.id, name: "Ann".into(), role: ann.role, login };
    let room = engine.room("plaza").unwrap().id;
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
    for _ in 0..2 {
        let outcome = engine.say(&ann, room, cid(), "hi".into()).await;
        assert_eq!(outcome, Err(Refusal::Internal));
    }
    assert_eq!(engine.people(room).unwrap().len(), 1);
    assert_eq!(engine.0.waiting.available_permits(), limits::COMMANDS_WAITING_MAX);
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
