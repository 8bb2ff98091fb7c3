//! Match rooms that are kept, opened and left: what stands in the tables afterwards.

use super::{
    matching::{LATER, people},
    questions::matched,
    *,
};
use app::protocol::{
    matching::Openness,
    message::{Deed, Did, What},
    order::{Verdict, Why},
    people::Role,
};

const KEPT: i64 = LATER + 10_000;

fn append(room: RoomId, (user, login): &(User, LoginId), change: Change) -> Append {
    let cid = Some(Cid(Uuid::now_v7()));
    Append { room, author: user.id, login: Some(*login), cid, after: None, fence: None, change }
}

/// The deeds of a log, with their texts.
async fn deeds(store: &Store, room: RoomId) -> Vec<(Deed, String)> {
    let page = store.entries(room, None, None, 99).await.unwrap();
    let deeds = page.entries.into_iter().filter_map(|it| match it.what {
        What::Did(Did { deed, text, .. }) => Some((deed, text)),
        _ => None,
    });
    deeds.collect()
}

#[tokio::test]
async fn two_who_press_keep_on_two_nodes_at_once_are_a_pair_once() {
    for Fixture { store, home, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let room = matched(&store, &people, LATER).await;
        let other = home.open().await;
        let keep = async |node: &Store, who: usize| {
            let batch = [append(room, &people[who], Change::Keep(true))];
            node.append(&batch, Millis(KEPT)).await.unwrap().remove(0).unwrap();
        };
        let ((), ()) = tokio::join!(keep(&store, 0), keep(&other, 1));
        assert_eq!(deeds(&store, room).await, [(Deed::Kept, "pair".to_owned())]);
        let now = store.rooms_now(&[room]).await.unwrap().remove(0);
        assert_eq!((now.row.kind, now.members.len()), (RoomKind::Pair, 2));
        assert_eq!(now.masks, [], "they know each other");
        let meeting = store.meeting(room, people[0].0.id).await.unwrap().unwrap();
        assert_eq!((meeting.openness, meeting.keep), (Openness::Names, true));
        // The next match of the same two cannot become another pair room.
        let again = matched(&store, &people, LATER + KEPT).await;
        let batch = [append(again, &people[0], Change::Keep(true))];
        let refused = other.append(&batch, Millis(2 * KEPT)).await.unwrap().remove(0);
        assert_eq!(refused.map(|it| it.place.fresh), Err(AppendError::NotAgreed));
        // Once the pair has parted, it can.
        let parting = [append(room, &people[1], Change::Leave)];
        store.append(&parting, Millis(2 * KEPT)).await.unwrap().remove(0).unwrap();
        for person in &people {
            let batch = [append(again, person, Change::Keep(true))];
            store.append(&batch, Millis(2 * KEPT)).await.unwrap().remove(0).unwrap();
        }
        assert_eq!(deeds(&store, again).await, [(Deed::Kept, "pair".to_owned())]);
    }
}

#[tokio::test]
async fn masks_stand_until_all_agree_to_names() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let room = matched(&store, &people, LATER).await;
        let masks = async || store.rooms_now(&[room]).await.unwrap().remove(0).masks;
        let before = masks().await;
        assert_eq!(before.len(), 2);
        assert_ne!(before[0].1.name(), before[1].1.name());
        assert!(before.iter().all(|(user, mask)| *user != mask.id()));
        for (who, to) in [(0, Openness::Names), (1, Openness::Pictures)] {
            let batch = [append(room, &people[who], Change::Open(to))];
            store.append(&batch, Millis(KEPT)).await.unwrap().remove(0).unwrap();
        }
        assert_eq!(deeds(&store, room).await, [(Deed::Opened, "pictures".to_owned())]);
        assert_eq!(masks().await.len(), 2);
        let mine = store.meeting(room, people[0].0.id).await.unwrap().unwrap();
        assert_eq!((mine.openness, mine.mine), (Openness::Pictures, Openness::Names));
        let batch = [append(room, &people[1], Change::Open(Openness::Names))];
        store.append(&batch, Millis(KEPT)).await.unwrap().remove(0).unwrap();
        assert_eq!(masks().await, []);
    }
}

#[tokio::test]
async fn a_room_that_was_left_is_purged_with_all_that_stood_beside_it() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let room = matched(&store, &people, LATER).await;
        let batch = [append(room, &people[0], Change::Leave)];
        store.append(&batch, Millis(KEPT)).await.unwrap().remove(0).unwrap();
        let fence = store.take_fence(CARETAKER).await.unwrap();
        while !store.purge_some_of(fence, room).await.unwrap() {}
        assert!(store.meeting(room, people[0].0.id).await.unwrap().is_none());
        assert!(store.entries(room, None, None, 9).await.unwrap().entries.is_empty());
    }
}

#[tokio::test]
async fn whom_one_shuns_is_listed_by_the_mask_and_forgotten_by_it() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let [bob, eve] = [people[0].0.id, people[1].0.id];
        matched(&store, &people, LATER).await;
        let mask = crate::veil::Mask::some(1).next().unwrap();
        store.shun((bob, eve), mask, Millis(5)).await.unwrap();
        store.shun((bob, eve), mask, Millis(6)).await.unwrap();
        let blocks = store.blocks(bob).await.unwrap();
        assert_eq!(blocks.len(), 1);
        assert!(blocks[0].masked && blocks[0].id == mask.id() && blocks[0].name == mask.name());
        assert_eq!(store.all_blocks().await.unwrap(), []);
        for user in [bob, eve] {
            assert!(store.met(&[user]).await.unwrap().iter().all(|it| it.shunned));
        }
        store.unblock(bob, eve).await.unwrap();
        assert_eq!(store.blocks(bob).await.unwrap().len(), 1, "not by who it is");
        store.unblock(bob, mask.id()).await.unwrap();
        assert_eq!(store.blocks(bob).await.unwrap(), []);
        assert!(store.met(&[eve]).await.unwrap().iter().all(|it| !it.shunned));
    }
}

#[tokio::test]
async fn whoever_reports_again_since_they_could_not_leave_has_reported_once() {
    for Fixture { store, .. } in each().await {
        let people = people(&store, ["bob", "eve"]).await;
        let [bob, eve] = [people[0].0.id, people[1].0.id];
        let room = matched(&store, &people, LATER).await;
        let report = |by, against, text: &str| NewReport {
            by,
            against,
            room: Some((room, String::new())),
            seq: None,
            why: Why::Spam,
            text: text.into(),
            excerpt: Vec::new(),
        };
        let reports = async |it: NewReport| store.report(&it, Millis(KEPT)).await.unwrap();
        let (first, fresh) = reports(report(bob, eve, "ads")).await;
        assert!(fresh);
        assert_eq!(reports(report(bob, eve, "ads")).await, (first, false));
        // Who has more to say is heard, and the other may report as well.
        assert!(reports(report(bob, eve, "ads, and worse")).await.1);
        assert!(reports(report(eve, bob, "ads")).await.1);
        let owner = NewUser {
            name: "root".into(),
            name_key: "root".into(),
            password: Some("x".into()),
            role: Role::Owner,
        };
        let by = store.create_user(owner, Millis(0)).await.unwrap().id;
        let until = Millis(KEPT);
        let decision = Decision { by, report: first, verdict: Verdict::None, until, note: "" };
        store.decide_report(&decision, Millis(KEPT)).await.unwrap();
        assert!(reports(report(bob, eve, "ads")).await.1, "what is decided is over");
    }
}
