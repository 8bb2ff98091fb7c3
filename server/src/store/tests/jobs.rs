//! Messages sent later, reminders, and hosts who stay away.

use super::*;

fn say(user: UserId, id: u128, due_at: i64) -> Job {
    Job {
        id: JobId(Uuid::from_u128(id)),
        kind: JobKind::Say,
        due_at: Millis(due_at),
        room: Some(RoomId(Uuid::from_u128(9))),
        account: user,
        seq: None,
        detail: JobDetail { text: format!("said {id}"), refused: None },
        done_at: None,
    }
}

fn remind(user: UserId, id: u128, due_at: i64) -> Job {
    let seq = Some(Seq::ZERO.plus(3));
    Job { kind: JobKind::Remind, seq, detail: JobDetail::default(), ..say(user, id, due_at) }
}

async fn plan(store: &Store, job: &Job) -> bool {
    store.plan_job(job, 3, Millis(0)).await.unwrap()
}

fn ids(jobs: &[Job]) -> Vec<u128> {
    jobs.iter().map(|it| it.id.0.as_u128()).collect()
}

#[tokio::test]
async fn a_user_plans_up_to_so_many_and_the_same_one_once() {
    for Fixture { store, ann, .. } in each().await {
        let bob = user(&store, "bob").await;
        for job in [say(ann.id, 1, 30), remind(ann.id, 2, 20), say(ann.id, 3, 10)] {
            assert!(plan(&store, &job).await);
        }
        assert!(plan(&store, &say(ann.id, 1, 99)).await, "asked again");
        assert!(!plan(&store, &say(ann.id, 4, 10)).await, "too many");
        assert!(plan(&store, &say(bob.id, 5, 10)).await);
        let stolen = store.plan_job(&say(bob.id, 1, 10), 3, Millis(0)).await;
        assert!(matches!(stolen, Err(StoreError::NotFound)));
        let jobs = store.jobs_of(ann.id).await.unwrap();
        assert_eq!(jobs, [say(ann.id, 3, 10), remind(ann.id, 2, 20), say(ann.id, 1, 30)]);
        assert_eq!(store.next_due(0).await.unwrap(), Some(Millis(10)));
    }
}

#[tokio::test]
async fn only_its_user_changes_a_job_and_only_until_it_is_begun() {
    for Fixture { store, ann, .. } in each().await {
        let bob = user(&store, "bob").await;
        let job = say(ann.id, 1, 10);
        plan(&store, &job).await;
        assert!(!store.change_job(bob.id, job.id, Some("mine"), None).await.unwrap());
        assert!(!store.cancel_job(bob.id, job.id).await.unwrap());
        assert!(store.change_job(ann.id, job.id, Some("else"), Some(Millis(50))).await.unwrap());
        assert!(store.change_job(ann.id, job.id, None, Some(Millis(40))).await.unwrap());
        let changed = &store.jobs_of(ann.id).await.unwrap()[0];
        assert_eq!((changed.detail.text.as_str(), changed.due_at), ("else", Millis(40)));

        let fence = store.take_fence(CARETAKER).await.unwrap();
        assert_eq!(store.begin_jobs(fence, Millis(39), 9).await.unwrap(), Some(vec![]));
        assert_eq!(store.begin_jobs(fence, Millis(40), 9).await.unwrap().unwrap().len(), 1);
        assert!(!store.change_job(ann.id, job.id, Some("too late"), None).await.unwrap());
        assert!(!store.cancel_job(ann.id, job.id).await.unwrap());
    }
}

#[tokio::test]
async fn what_was_begun_is_due_until_it_is_finished() {
    for Fixture { store, ann, .. } in each().await {
        let fence = store.take_fence(CARETAKER).await.unwrap();
        for job in [say(ann.id, 1, 30), say(ann.id, 2, 20), remind(ann.id, 3, 10)] {
            plan(&store, &job).await;
        }
        for _ in 0..2 {
            let begun = store.begin_jobs(fence, Millis(30), 9).await.unwrap().unwrap();
            assert_eq!(ids(&begun), [3, 2, 1]);
        }
        let begun = store.begin_jobs(fence, Millis(30), 2).await.unwrap().unwrap();
        assert_eq!(ids(&begun), [3, 2]);
        let why = Refusal::Muted { until: None };
        let refused = JobDetail { refused: Some(why), ..begun[1].detail.clone() };
        let finishes = [
            (1, Finish::Gone),
            (2, Finish::Kept(refused.clone())),
            (3, Finish::Kept(JobDetail::default())),
        ];
        for (id, finish) in finishes {
            let id = JobId(Uuid::from_u128(id));
            store.finish_job(fence, id, &finish, Millis(31)).await.unwrap();
        }
        assert_eq!(store.next_due(0).await.unwrap(), None);
        let kept = store.jobs_of(ann.id).await.unwrap();
        assert_eq!(ids(&kept), [3, 2]);
        assert_eq!((kept[1].done_at, &kept[1].detail), (Some(Millis(31)), &refused));
        assert!(store.cancel_job(ann.id, kept[0].id).await.unwrap());
        assert!(store.cancel_job(ann.id, kept[1].id).await.unwrap());
        assert_eq!(store.jobs_of(ann.id).await.unwrap(), []);
    }
}

#[tokio::test]
async fn what_could_not_be_done_is_due_later_and_its_user_may_change_it_if_nothing_was() {
    for Fixture { store, ann, .. } in each().await {
        let fence = store.take_fence(CARETAKER).await.unwrap();
        for (id, finish, may) in
            [(1, Finish::Later(Millis(50)), true), (2, Finish::Again(Millis(40)), false)]
        {
            let job = say(ann.id, id, 10);
            plan(&store, &job).await;
            store.begin_jobs(fence, Millis(10), 9).await.unwrap();
            store.finish_job(fence, job.id, &finish, Millis(11)).await.unwrap();
            assert_eq!(store.change_job(ann.id, job.id, Some("new"), None).await.unwrap(), may);
        }
        assert_eq!(store.next_due(0).await.unwrap(), Some(Millis(40)));
    }
}

#[tokio::test]
async fn an_earlier_leader_begins_and_finishes_nothing() {
    for Fixture { store, ann, .. } in each().await {
        let before = store.take_fence(CARETAKER).await.unwrap();
        let job = say(ann.id, 1, 10);
        plan(&store, &job).await;
        let now = store.take_fence(CARETAKER).await.unwrap();
        assert_eq!(store.begin_jobs(before, Millis(10), 9).await.unwrap(), None);
        store.finish_job(before, job.id, &Finish::Gone, Millis(10)).await.unwrap();
        assert_eq!(store.begin_jobs(now, Millis(10), 9).await.unwrap().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn nobody_is_to_follow_a_user_who_is_no_host() {
    for Fixture { store, ann, .. } in each().await {
        store.plan_succession(ann.id, Millis(10), Millis(0)).await.unwrap();
        assert_eq!(store.absent_hosts().await.unwrap(), []);
        assert_eq!(store.hosted_rooms(ann.id).await.unwrap(), []);
    }
}
