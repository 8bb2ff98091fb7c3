//! Several handles at once, as of several nodes.

use super::*;
use std::sync::Arc;
use tokio::{sync::Barrier, task::JoinSet};

/// Asks as the committer does: again, while others are in the way.
async fn ask(store: &Store, batch: &[Append]) -> Vec<Result<Appending, AppendError>> {
    loop {
        match store.append(batch, Millis(5)).await {
            Ok(outcomes) => return places(outcomes),
            Err(error) => assert!(error.is_away(), "{error}"),
        }
    }
}

/// Runs the same on every handle at once.
async fn at_once<T: Send + 'static>(
    handles: &[Store],
    act: impl AsyncFn(usize, Store) -> T,
) -> Vec<T> {
    let barrier = Barrier::new(handles.len());
    futures::future::join_all(handles.iter().enumerate().map(async |(n, store)| {
        barrier.wait().await;
        act(n, store.clone()).await
    }))
    .await
}

/// The whole log of a room.
async fn log(store: &Store, room: RoomId) -> Vec<app::protocol::message::Entry> {
    store.entries(room, Some(Seq::ZERO), None, 100_000).await.unwrap().entries
}

fn say(it: &Fixture, room: RoomId, cid: u128) -> Append {
    Append { room, ..it.by_ann(cid, Change::Message(cid.to_string())) }
}

#[tokio::test]
async fn a_cid_is_one_entry_though_every_node_asks_at_once_in_the_same_room_or_another() {
    for it in each().await {
        let rooms = channels(&it.store, ["a", "b", "c"], 9).await;
        for room in rooms {
            let join = Append { room, ..it.by_ann(0, Change::Join(Way::Plain)) };
            assert!(it.store.append(&[join], Millis(0)).await.unwrap()[0].is_ok());
        }
        let handles = it.home.handles(4).await;
        let it = &it;
        let told = at_once(&handles, async |n, store| {
            let mut told = Vec::new();
            // Three sends of a cid by each: alone, in a batch, and to other rooms.
            for step in [1_usize, 7, 20] {
                let batch: Vec<_> =
                    (1..=60).map(|cid| say(it, rooms[(n + step) % 3], cid)).collect();
                for some in batch.chunks(step) {
                    let done = ask(&store, some).await.into_iter().map(Result::unwrap);
                    told.extend(some.iter().zip(done).map(|(it, done)| (it.cid, done)));
                }
            }
            told
        })
        .await;
        let mut places = HashMap::new();
        for (cid, done) in told.into_iter().flatten() {
            let place = (done.room, done.seq);
            assert_eq!(*places.entry(cid).or_insert(place), place, "{cid:?}");
        }
        let mut count = 0;
        for room in rooms {
            let log = log(&it.store, room).await;
            let seqs: Vec<_> = log.iter().map(|it| it.seq.get()).collect();
            assert_eq!(seqs, (1..=log.len() as u64).collect::<Vec<_>>());
            for entry in log.iter().filter(|it| it.cid.is_some()) {
                assert_eq!(places[&entry.cid], (room, entry.seq));
                count += 1;
            }
        }
        assert_eq!((count, places.len()), (60, 60));
    }
}

#[tokio::test]
async fn readers_see_no_hole_and_one_order_while_all_nodes_write() {
    for it in each().await {
        it.store.append(&[it.by_ann(0, Change::Join(Way::Plain))], Millis(0)).await.unwrap();
        let handles = it.home.handles(5).await;
        let it = &it;
        let last = 1 + 3 * 100;
        let logs = at_once(&handles, async |n, store| {
            if n < 3 {
                for first in (0..100).step_by(5) {
                    let cid = |k| (n * 100 + first + k + 1) as u128;
                    let batch: Vec<_> = (0..5).map(|k| say(it, it.room, cid(k))).collect();
                    assert!(ask(&store, &batch).await.iter().all(Result::is_ok));
                }
                return Vec::new();
            }
            // Readers take what is new, as a node does that compares heads.
            let mut seen: Vec<app::protocol::message::Entry> = Vec::new();
            while seen.len() < last {
                let after = seen.last().map_or(Seq::ZERO, |it| it.seq);
                let page = store.entries(it.room, Some(after), None, 7).await.unwrap();
                let newest = page.entries.last().map_or(after, |it| it.seq);
                assert!(page.head >= newest, "the head is never behind the entries");
                assert_eq!(newest.since(after), page.entries.len() as u64, "no holes");
                assert!(!page.entries.is_empty() || page.head == after, "what counts is there");
                seen.extend(page.entries);
            }
            seen
        })
        .await;
        assert_eq!(logs[3].len(), last);
        assert_eq!(logs[3], logs[4]);
        assert_eq!(logs[3], log(&it.store, it.room).await);
    }
}

#[tokio::test]
async fn after_a_login_was_ended_nothing_of_it_is_accepted_anywhere() {
    for it in each().await {
        it.store.append(&[it.by_ann(0, Change::Join(Way::Plain))], Millis(0)).await.unwrap();
        let handles = it.home.handles(3).await;
        let (it, ended) = (&it, &tokio::sync::SetOnce::new());
        let accepted = at_once(&handles, async |n, store| {
            if n == 0 {
                // In the middle of the others' sends.
                while store.heads().await.unwrap()[0].head.get() < 10 {
                    tokio::task::yield_now().await;
                }
                assert!(store.delete_login(it.ann.id, it.login).await.unwrap());
                ended.set(()).unwrap();
                return 0;
            }
            for count in 0_u64.. {
                let was_ended = ended.get().is_some();
                let cid = u128::from(count) * 10 + n as u128;
                match ask(&store, &[say(it, it.room, cid)]).await[0] {
                    Ok(_) => assert!(!was_ended, "accepted after the login was ended"),
                    Err(AppendError::SignedOut) => return count,
                    Err(other) => panic!("{other}"),
                }
            }
            0
        })
        .await;
        let heads = it.store.heads().await.unwrap();
        assert_eq!(heads[0].head.get(), 1 + accepted.iter().sum::<u64>());
    }
}

#[tokio::test]
async fn of_two_leaders_only_the_last_one_is_heard() {
    for it in each().await {
        let handles = it.home.handles(4).await;
        let it = &it;
        let fences = at_once(&handles, async |n, store| {
            let mut mine = Vec::new();
            for round in 0..10 {
                let fence = store.take_fence(CARETAKER).await.unwrap();
                let change = Change::Announce("hi".into());
                let append = Append {
                    fence: Some(fence),
                    ..it.by_ann((n * 10 + round + 1) as u128, change)
                };
                mine.push((fence, ask(&store, &[append]).await[0]));
            }
            assert!(mine.is_sorted_by(|a, b| a.0 < b.0), "fences grow");
            mine
        })
        .await;
        let mut all: Vec<_> = fences.into_iter().flatten().collect();
        all.sort_by_key(|(fence, _)| *fence);
        assert!(all.windows(2).all(|it| it[0].0 < it[1].0), "no two have the same fence");
        assert!(all.last().unwrap().1.is_ok());
        // In the log they stand in the order of their fences.
        let places: Vec<_> = all.iter().filter_map(|(_, it)| it.ok()).map(|it| it.seq).collect();
        assert!(places.is_sorted());
        assert_eq!(it.store.heads().await.unwrap()[0].head.get(), places.len() as u64);
        let refused = |it: &Result<Appending, _>| matches!(it, Ok(_) | Err(AppendError::Deposed));
        assert!(all.iter().all(|(_, it)| refused(it)));
    }
}

#[tokio::test]
async fn the_last_places_of_a_room_are_taken_once() {
    for it in each().await {
        let [room] = channels(&it.store, ["small"], 5).await;
        let mut people = Vec::new();
        for n in 0..20 {
            people.push(user(&it.store, &format!("user {n}")).await.id);
        }
        let handles = it.home.handles(4).await;
        let (it, people) = (&it, &people);
        let joined = at_once(&handles, async |n, store| {
            let mut joined = 0;
            for author in people.iter().skip(n * 5).take(5) {
                let join = Append {
                    room,
                    author: *author,
                    login: None,
                    ..it.by_ann(0, Change::Join(Way::Plain))
                };
                match ask(&store, &[join]).await[0] {
                    Ok(done) => joined += u32::from(done.fresh),
                    Err(why) => assert_eq!(why, AppendError::Full { capacity: 5 }),
                }
            }
            joined
        })
        .await;
        assert_eq!(joined.iter().sum::<u32>(), 5);
        assert_eq!(it.store.members(room).await.unwrap().len(), 5);
        let rooms = it.store.rooms().await.unwrap();
        assert_eq!(rooms.iter().find(|it| it.id == room).unwrap().people, 5);
    }
}

#[tokio::test]
async fn of_accounts_made_at_once_one_is_the_admin_and_a_name_is_given_once() {
    for home in homes().await {
        let handles = home.handles(5).await;
        let made = at_once(&handles, async |n, store| {
            let new = |name: String| NewUser {
                name_key: name.clone(),
                name,
                password: Some("secret".into()),
                role: Role::Member,
            };
            let own = store.create_user(new(format!("user {n}")), Millis(0)).await.unwrap();
            let wanted = store.create_user(new("wanted".into()), Millis(0)).await;
            assert!(matches!(wanted, Ok(_) | Err(StoreError::NameTaken)), "{wanted:?}");
            (own.role == Role::Owner, wanted.is_ok())
        })
        .await;
        assert_eq!(made.iter().filter(|it| it.0).count(), 1);
        assert_eq!(made.iter().filter(|it| it.1).count(), 1);
    }
}

#[tokio::test]
async fn no_login_by_the_old_password_outlives_its_change() {
    for home in homes().await {
        let handles = home.handles(2).await;
        for round in 0..20_u8 {
            let ann = user(&handles[0], &format!("ann {round}")).await;
            let ann = &ann;
            at_once(&handles, async |n, store| {
                if n == 0 {
                    store.set_password(ann.id, "new", None).await.unwrap();
                } else {
                    let made = store.create_login(ann, &[round; 32], "", Millis(0)).await;
                    assert!(matches!(made, Ok(_) | Err(StoreError::NotFound)), "{made:?}");
                }
            })
            .await;
            assert!(handles[0].logins(ann.id).await.unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn nodes_that_start_at_once_share_schema_epoch_and_channels() {
    for home in homes().await {
        if !matches!(home.address, StoreAddress::Postgres(_)) {
            // A file belongs to one node.
            continue;
        }
        let home = Arc::new(home.address.clone());
        let mut starts = JoinSet::new();
        for _ in 0..4 {
            let address = home.clone();
            starts.spawn(async move {
                let store = Store::open(&address).await.unwrap();
                let rooms = channels(&store, ["plaza", "music"], 9).await;
                (store.epoch(), rooms)
            });
        }
        let all = starts.join_all().await;
        assert!(all.windows(2).all(|it| it[0] == it[1]), "{all:?}");
    }
}
