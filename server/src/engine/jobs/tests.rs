//! What is due is done once, whatever dies in between.

use crate::{
    cluster::Membership,
    engine::{
        Engine, Who,
        tests::{Led, with_ann_among},
    },
    store::{Append, CARETAKER, Change, Fence, Job, JobDetail, JobKind},
};
use app::protocol::{
    ids::{Cid, JobId, Millis, RoomId, Seq},
    pages::{Plan, Planned},
    refusal::Refusal,
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
