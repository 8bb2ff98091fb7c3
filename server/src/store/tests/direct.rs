//! Direct rooms and blocks.

use super::*;
use app::protocol::room::RoomKind;

#[tokio::test]
async fn a_pair_has_one_room_though_both_ask_at_once_on_two_nodes() {
    for Fixture { store, ann, home, .. } in each().await {
        let bob = user(&store, "bob").await;
        assert_eq!(store.direct_room(ann.id, bob.id).await.unwrap(), None);
        let other = home.open().await;
        let (now, mut asking) = (Millis(3), Vec::new());
        for n in 0..20 {
            let (node, one, two) =
                if n % 2 == 0 { (&store, ann.id, bob.id) } else { (&other, bob.id, ann.id) };
            asking.push(node.make_direct_room(one, two, now));
        }
        let rooms = futures::future::join_all(asking).await;
        let rooms: HashSet<_> = rooms.into_iter().map(Result::unwrap).collect();
        assert_eq!(rooms.len(), 1);
        let room = *rooms.iter().next().unwrap();
        assert_eq!(store.direct_room(bob.id, ann.id).await.unwrap(), Some(room));
        let row = store.rooms().await.unwrap().into_iter().find(|it| it.id == room).unwrap();
        assert_eq!((row.kind, row.people, row.capacity), (RoomKind::Direct, 2, 2));
        assert!(row.asked_by == Some(ann.id) || row.asked_by == Some(bob.id));
        let members: HashSet<_> =
            store.members(room).await.unwrap().into_iter().map(|it| it.id).collect();
        assert_eq!(members, HashSet::from([ann.id, bob.id]));
    }
}

#[tokio::test]
async fn what_was_seen_never_goes_back_and_only_members_see() {
    for Fixture { store, ann, .. } in each().await {
        let (bob, eve) = (user(&store, "bob").await, user(&store, "eve").await);
        let room = store.make_direct_room(ann.id, bob.id, Millis(0)).await.unwrap();
        let at = |n| Seq::ZERO.plus(n);
        store.see(&[(room, ann.id, at(3)), (room, bob.id, at(1))]).await.unwrap();
        store.see(&[(room, ann.id, at(2)), (room, eve.id, at(9))]).await.unwrap();
        assert_eq!(store.seen(room, ann.id).await.unwrap(), at(3));
        assert_eq!(store.seen(room, bob.id).await.unwrap(), at(1));
        assert_eq!(store.seen(room, eve.id).await.unwrap(), Seq::ZERO);
    }
}

#[tokio::test]
async fn a_member_is_told_of_a_room_or_not() {
    for Fixture { store, ann, room, .. } in each().await {
        let bob = user(&store, "bob").await;
        let direct = store.make_direct_room(ann.id, bob.id, Millis(0)).await.unwrap();
        assert!(!store.set_quiet(room, ann.id, true).await.unwrap(), "she is not in it");
        assert!(store.set_quiet(direct, ann.id, true).await.unwrap());
        assert_eq!(store.quiet_rooms(ann.id).await.unwrap(), HashSet::from([direct]));
        assert_eq!(store.quiet_rooms(bob.id).await.unwrap(), HashSet::new());
        assert!(store.set_quiet(direct, ann.id, true).await.unwrap(), "twice is once");
        assert!(store.set_quiet(direct, ann.id, false).await.unwrap());
        assert_eq!(store.quiet_rooms(ann.id).await.unwrap(), HashSet::new());
    }
}

#[tokio::test]
async fn a_channel_stays_quiet_for_who_was_let_go_of_it() {
    for it in each().await {
        let Fixture { store, ann, room, .. } = &it;
        let (come, go) = (it.by_ann(0, Change::Join(Way::Plain)), it.by_ann(0, Change::Leave));
        appended(store, std::slice::from_ref(&come), Millis(1)).await[0].unwrap();
        assert!(store.set_quiet(*room, ann.id, true).await.unwrap());
        for step in [go, come] {
            appended(store, &[step], Millis(2)).await[0].unwrap();
            assert_eq!(store.quiet_rooms(ann.id).await.unwrap(), HashSet::from([*room]));
        }
    }
}

#[tokio::test]
async fn blocks_are_told_to_their_maker_and_change_the_mark() {
    for Fixture { store, ann, .. } in each().await {
        let (bob, eve) = (user(&store, "bob").await, user(&store, "eve").await);
        let before = store.block_mark().await.unwrap();
        assert!(!store.block(ann.id, UserId(Uuid::nil()), Millis(1)).await.unwrap());
        for (other, at) in [(&bob, 1), (&eve, 2), (&bob, 9)] {
            assert!(store.block(ann.id, other.id, Millis(at)).await.unwrap());
        }
        let row = |user: &User, at| app::protocol::pages::Blocked {
            id: user.id,
            name: user.name.clone(),
            at: Millis(at),
            masked: false,
        };
        assert_eq!(store.blocks(ann.id).await.unwrap(), [row(&eve, 2), row(&bob, 1)]);
        assert_eq!(store.blocks(bob.id).await.unwrap(), []);
        let between = store.block_mark().await.unwrap();
        store.unblock(bob.id, ann.id).await.unwrap();
        assert_eq!(store.block_mark().await.unwrap(), between, "there was none");
        store.unblock(ann.id, bob.id).await.unwrap();
        let after = store.block_mark().await.unwrap();
        assert!(before != between && between != after);
        assert_eq!(store.all_blocks().await.unwrap(), [(ann.id, eve.id)]);
    }
}
