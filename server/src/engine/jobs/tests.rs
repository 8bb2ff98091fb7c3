//! What is due is done once, whatever dies in between.

use crate::{
    cluster::Membership,
    engine::{
        Engine, Who,
        tests::{Led, with_ann_among},
    },
    store::{
        Append, CARETAKER, Change, Fence, HostAct, Job, JobDetail, JobKind, MakeRoom, NewUser,
        RoomMade,
    },
};
use app::protocol::{
    ids::{Cid, JobId, Millis, RoomId, Seq},
    message::{Deed, What},
    pages::{Plan, Planned},
    people::Role,
    refusal::Refusal,
    room::{Act, Door, NewRoom, RoomKind},
};
use std::sync::{Arc, atomic::Ordering};
use uuid::Uuid;

/// A node that does not lead yet, with Ann in the plaza.
struct Scene {
    engine: Engine,
    led: Arc<Led>,
    ann: Who,
    room: RoomId,
}

async fn scene() -> Scene {
    let led = Arc::new(Led::default());
    let membership = Membership { cluster: led.clone(), ..Membership::alone("test") };
    let (engine, ann, room) = with_ann_among(membership).await;
    Scene { engine, led, ann, room }
}

impl Scene {
    /// A message that was due long ago.
    async fn plan(&self, id: u128) -> Job {
        let job = Job {
            id: JobId(Uuid::from_u128(id)),
            kind: JobKind::Say,
            due_at: Millis(id.try_into().unwrap()),
            room: Some(self.room),
            account: self.ann.user,
            seq: None,
            detail: JobDetail { text: format!("later {id}"), refused: None },
            done_at: None,
        };
        assert!(self.engine.store().plan_job(&job, 50, Millis(0)).await.unwrap());
        job
    }

    /// Another node leads and begins with what is due.
    async fn another_begins(&self) -> Fence {
        let fence = self.engine.store().take_fence(CARETAKER).await.unwrap();
        let now = Millis(i64::MAX);
        assert!(self.engine.store().begin_jobs(fence, now, 9).await.unwrap().is_some());
        fence
    }

    /// This node leads from now on.
    async fn lead(&self) {
        self.led.0.store(1, Ordering::Relaxed);
        self.engine.do_what_is_due().await.unwrap();
    }

    /// What was said, with the ids.
    async fn said(&self) -> Vec<(String, u128)> {
        let page = self.engine.store().entries(self.room, Some(Seq::ZERO), None, 99).await;
        let said = page.unwrap().entries.into_iter();
        said.filter_map(|it| Some((it.what.text().to_owned(), it.cid?.0.as_u128()))).collect()
    }

    async fn plans(&self) -> Vec<Planned> {
        self.engine.plans(self.ann.user).await.unwrap()
    }
}

fn later(ids: &[u128]) -> Vec<(String, u128)> {
    ids.iter().map(|id| (format!("later {id}"), *id)).collect()
}

#[tokio::test]
async fn what_is_due_is_said_in_its_order_by_whoever_leads() {
    let scene = scene().await;
    for id in [3, 1, 2] {
        scene.plan(id).await;
    }
    scene.engine.do_what_is_due().await.unwrap();
    assert_eq!(scene.said().await, [], "another node leads");
    scene.lead().await;
    assert_eq!(scene.said().await, later(&[1, 2, 3]));
    assert_eq!(scene.plans().await, []);
    scene.engine.do_what_is_due().await.unwrap();
    assert_eq!(scene.said().await, later(&[1, 2, 3]));
}

#[tokio::test]
async fn a_leader_that_dies_before_it_says_something_leaves_it_to_the_next() {
    let scene = scene().await;
    scene.plan(1).await;
    scene.another_begins().await;
    scene.lead().await;
    assert_eq!(scene.said().await, later(&[1]));
    assert_eq!(scene.plans().await, []);
}

#[tokio::test]
async fn a_leader_that_dies_before_it_notes_what_it_said_has_said_it_once() {
    let scene = scene().await;
    let job = scene.plan(1).await;
    let fence = scene.another_begins().await;
    let said = Append {
        room: scene.room,
        author: job.account,
        login: None,
        cid: Some(Cid(job.id.0)),
        after: None,
        fence: Some(fence),
        change: Change::Message(job.detail.text.clone()),
    };
    assert!(scene.engine.store().append(&[said], Millis(5)).await.unwrap()[0].is_ok());
    scene.lead().await;
    assert_eq!(scene.said().await, later(&[1]));
    assert_eq!(scene.plans().await, []);
}

#[tokio::test]
async fn what_was_begun_is_changed_by_nobody() {
    let scene = scene().await;
    let job = scene.plan(1).await;
    scene.another_begins().await;
    let (user, id) = (scene.ann.user, job.id);
    let changed = scene.engine.change_plan(user, id, Some("else".into()), None).await;
    assert_eq!(changed, Err(Refusal::NotFound));
    assert_eq!(scene.engine.cancel_plan(user, id).await, Err(Refusal::NotFound));
}

#[tokio::test]
async fn a_message_that_is_refused_stays_with_the_reason() {
    let scene = scene().await;
    scene.plan(1).await;
    scene.engine.leave(&scene.ann, scene.room).await.unwrap();
    scene.lead().await;
    assert_eq!(scene.said().await, []);
    let plans = scene.plans().await;
    let [plan] = plans.as_slice() else { panic!("{plans:?}") };
    assert_eq!((plan.plan, plan.failed), (Plan::Say, Some(Refusal::NotEntered)));
    assert_eq!((plan.text.as_str(), plan.done_at.is_some()), ("later 1", true));
    scene.engine.enter(&scene.ann, scene.room).await.unwrap();
    scene.engine.do_what_is_due().await.unwrap();
    assert_eq!(scene.said().await, [], "it was refused once and for all");
    scene.engine.cancel_plan(scene.ann.user, plan.id).await.unwrap();
    assert_eq!(scene.plans().await, []);
}

#[tokio::test]
async fn a_reminder_stays_until_it_is_dismissed() {
    let scene = scene().await;
    let (ann, store) = (&scene.ann, scene.engine.store());
    let acked =
        scene.engine.say(ann, scene.room, Cid(Uuid::from_u128(7)), "of this".into()).await.unwrap();
    let job = Job {
        kind: JobKind::Remind,
        seq: Some(acked.seq),
        detail: JobDetail::default(),
        id: JobId(Uuid::from_u128(9)),
        ..scene.plan(8).await
    };
    store.plan_job(&job, 50, Millis(0)).await.unwrap();
    scene.engine.cancel_plan(ann.user, JobId(Uuid::from_u128(8))).await.unwrap();
    scene.lead().await;
    let plans = scene.plans().await;
    let [plan] = plans.as_slice() else { panic!("{plans:?}") };
    assert_eq!((plan.plan, plan.done_at.is_some()), (Plan::Remind, true));
    assert_eq!((plan.text.as_str(), plan.room_name.as_str()), ("of this", "plaza"));
    scene.engine.cancel_plan(ann.user, plan.id).await.unwrap();
    assert_eq!(scene.plans().await, []);
}

#[tokio::test]
async fn only_moments_within_a_year_are_planned_and_entries_that_there_are() {
    let Scene { engine, ann, room, .. } = scene().await;
    let now = crate::engine::clock::now();
    for at in [now.plus(-1), now.plus(366 * 86_400_000), Millis(i64::MAX), Millis(i64::MIN)] {
        let refused = engine.remind(&ann, room, Seq::ZERO.next(), at).await;
        assert_eq!(refused, Err(Refusal::NotInTime), "{at:?}");
    }
    let soon = now.plus(60_000);
    for seq in [Seq::ZERO, Seq::ZERO.plus(99)] {
        assert_eq!(engine.remind(&ann, room, seq, soon).await, Err(Refusal::NotFound));
    }
    let nowhere = RoomId(Uuid::nil());
    let refused = engine.remind(&ann, nowhere, Seq::ZERO.next(), soon).await;
    assert_eq!(refused, Err(Refusal::NoSuchRoom));
}

/// A temporary room of Ann's that is gone when it was empty for a minute, or at a moment.
async fn temporary(scene: &Scene, closes_at: Option<Millis>) -> RoomId {
    let room = NewRoom {
        name: "tent".into(),
        topic: String::new(),
        kind: RoomKind::Temporary,
        door: Door::Open,
        password: None,
        capacity: 9,
        empty_mins: Some(1),
        closes_at,
    };
    let Who { user: host, login, .. } = scene.ann;
    let wanted = MakeRoom { room, password: None, host, login };
    let made = scene.engine.store().make_room(&wanted, Millis(5)).await.unwrap();
    let RoomMade::Made(room) = made else { panic!("{made:?}") };
    scene.engine.room_changed(room).await.unwrap();
    room
}

/// Somebody with a login, in that room.
async fn guest_in(scene: &Scene, name: &str, room: RoomId) -> Who {
    let store = scene.engine.store();
    let new =
        NewUser { name: name.into(), name_key: name.into(), password: None, role: Role::Guest };
    let user = store.create_user(new, Millis(0)).await.unwrap();
    let login = store.create_login(&user, &[9; 32], "", Millis(0)).await.unwrap();
    let who = Who { user: user.id, name: name.into(), role: user.role, login, ..scene.ann.clone() };
    scene.engine.enter(&who, room).await.unwrap();
    who
}

async fn deeds(scene: &Scene, room: RoomId) -> Vec<Deed> {
    let page = scene.engine.store().entries(room, Some(Seq::ZERO), None, 99).await.unwrap();
    let did = |it: app::protocol::message::Entry| match it.what {
        What::Did(it) => Some(it.deed),
        _ => None,
    };
    page.entries.into_iter().filter_map(did).collect()
}

#[tokio::test]
async fn a_mute_that_is_over_is_told_once() {
    let scene = scene().await;
    let room = temporary(&scene, None).await;
    let bob = guest_in(&scene, "Bob", room).await;
    let act = HostAct {
        act: Act::Mute { user: bob.user, secs: Some(1), reason: String::new() },
        until: Millis(1),
        password: None,
    };
    let mute = Append {
        room,
        author: scene.ann.user,
        login: Some(scene.ann.login),
        cid: None,
        after: None,
        fence: None,
        change: Change::Act(act),
    };
    scene.engine.store().append(&[mute], Millis(0)).await.unwrap()[0].as_ref().unwrap();
    scene.engine.do_what_is_due().await.unwrap();
    assert_eq!(deeds(&scene, room).await, [Deed::Muted], "another node leads");
    scene.lead().await;
    assert_eq!(deeds(&scene, room).await, [Deed::Muted, Deed::Unmuted]);
    scene.engine.do_what_is_due().await.unwrap();
    assert_eq!(deeds(&scene, room).await, [Deed::Muted, Deed::Unmuted]);
}

#[tokio::test]
async fn a_temporary_room_is_closed_at_its_moment_and_purged_later() {
    let scene = scene().await;
    let room = temporary(&scene, Some(Millis(7))).await;
    scene.lead().await;
    assert_eq!(deeds(&scene, room).await, [Deed::Closed]);
    let store = scene.engine.store();
    let later = crate::engine::clock::now().plus(60_000);
    assert_eq!(store.over(later, 0, 9).await.unwrap().closed, [room]);
    let before = Fence(0);
    assert!(store.purge_some_of(before, room).await.unwrap(), "nothing is left for it to do");
    assert_eq!(deeds(&scene, room).await, [Deed::Closed], "another node leads by now");
    let fence = store.take_fence(CARETAKER).await.unwrap();
    assert!(!store.purge_some_of(fence, room).await.unwrap(), "entries first");
    assert!(store.purge_some_of(fence, room).await.unwrap());
    assert_eq!(deeds(&scene, room).await, []);
    assert!(store.over(later, 0, 9).await.unwrap().closed.is_empty());
}

#[tokio::test]
async fn a_host_who_stays_away_is_followed_by_another_once() {
    let scene = scene().await;
    let room = temporary(&scene, None).await;
    guest_in(&scene, "Bob", room).await;
    let store = scene.engine.store();
    // Away since long ago, as far as was noted.
    store.plan_succession(scene.ann.user, Millis(9), Millis(0)).await.unwrap();
    store.plan_succession(scene.ann.user, Millis(99), Millis(0)).await.unwrap();
    assert_eq!(store.absent_hosts().await.unwrap(), [scene.ann.user]);
    scene.lead().await;
    assert_eq!(deeds(&scene, room).await, [Deed::Hosted]);
    assert_eq!(store.hosted_rooms(scene.ann.user).await.unwrap(), []);
    scene.engine.do_what_is_due().await.unwrap();
    assert_eq!(deeds(&scene, room).await, [Deed::Hosted]);
}

#[tokio::test]
async fn the_question_of_the_day_is_told_once_whoever_leads() {
    let scene = scene().await;
    let new = NewUser {
        name: "Root".into(),
        name_key: "root".into(),
        password: Some("secret".into()),
        role: Role::Owner,
    };
    let owner = scene.engine.store().create_user(new, Millis(0)).await.unwrap();
    assert_eq!(
        scene.engine.set_daily(&scene.ann, scene.room, true).await,
        Err(Refusal::NotAllowed),
        "Ann is a guest"
    );
    let store = scene.engine.store();
    let login = store.create_login(&owner, &[9; 32], "", Millis(0)).await.unwrap();
    let root =
        Who { user: owner.id, name: "Root".into(), role: owner.role, login, ..scene.ann.clone() };
    scene.engine.set_daily(&root, scene.room, true).await.unwrap();
    let told = async || {
        let page = store.entries(scene.room, Some(Seq::ZERO), None, 99).await.unwrap();
        page.entries.into_iter().filter(|it| matches!(it.what, What::Announced { .. })).count()
    };
    assert_eq!(told().await, 0, "another node leads");
    scene.lead().await;
    assert_eq!(told().await, 1);
    scene.another_begins().await;
    scene.lead().await;
    assert_eq!(told().await, 1);
    // Off and on again on the same day tells nothing twice.
    for on in [false, true] {
        scene.engine.set_daily(&root, scene.room, on).await.unwrap();
    }
    scene.engine.do_what_is_due().await.unwrap();
    assert_eq!(told().await, 1);
    assert!(store.has_daily(scene.room).await.unwrap());
}
