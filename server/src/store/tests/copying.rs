//! A whole deployment moves to another database, of the same kind or the other, or nothing does.

use super::*;
use app::protocol::message::Entry;
use std::path::Path;

/// What can be seen of a deployment.
#[derive(Debug, PartialEq)]
struct Seen {
    epoch: Epoch,
    rooms: Vec<RoomRow>,
    logs: Vec<Vec<Entry>>,
    members: Vec<HashSet<UserId>>,
    ann: User,
    logins: Vec<LoginRow>,
    generation: i64,
    next_fence: Fence,
}

async fn see(store: &Store, ann: UserId) -> Seen {
    let rooms = store.rooms().await.unwrap();
    let (mut logs, mut members) = (Vec::new(), Vec::new());
    for room in &rooms {
        let page = store.entries(room.id, Some(Seq::ZERO), None, 10_000).await.unwrap();
        logs.push(page.entries);
        let people = store.members(room.id).await.unwrap();
        members.push(people.into_iter().map(|it| it.id).collect());
    }
    Seen {
        epoch: store.epoch(),
        rooms,
        logs,
        members,
        ann: store.user(ann).await.unwrap().unwrap(),
        logins: store.logins(ann).await.unwrap(),
        generation: store.generations(&[ann]).await.unwrap()[&ann],
        next_fence: store.take_fence(CARETAKER).await.unwrap(),
    }
}

/// Somebody with all that there can be, over more rows than one page.
async fn fill(it: &Fixture) {
    let guest = NewUser {
        name: "손님".into(),
        name_key: "guest".into(),
        password: None,
        role: Role::Guest,
    };
    it.store.create_user(guest, Millis(3)).await.unwrap();
    channels(&it.store, ["plaza", "empty"], 9).await;
    it.store.append(&[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await.unwrap();
    for first in [1, 601] {
        let said = |n: u128| it.by_ann(n, Change::Message(format!("{n}. 말")));
        let batch: Vec<_> = (first..first + 600).map(said).collect();
        it.store.append(&batch, Millis(6)).await.unwrap();
    }
    it.store.rename_user(it.ann.id, "Anna", "anna").await.unwrap();
    it.store.take_fence(CARETAKER).await.unwrap();
}

/// Fixtures of each kind, each with an empty database of each kind to move to.
async fn moves() -> Vec<(Fixture, Home)> {
    let mut moves = Vec::new();
    for to in 0..2 {
        for it in each().await {
            fill(&it).await;
            if let Some(home) = homes().await.into_iter().nth(to) {
                moves.push((it, home));
            }
        }
    }
    moves
}

#[tokio::test]
async fn a_deployment_moves_as_a_whole_and_never_onto_another() {
    for (it, target) in moves().await {
        let (from, to) = (&it.home.address, &target.address);
        let refused = Store::copy(from, to).await;
        assert!(matches!(refused, Err(CopyError::InUse(_))), "a server uses it: {refused:?}");
        it.store.close().await;
        // A closed session of PostgreSQL is seen for a moment longer.
        let copied = loop {
            match Store::copy(from, to).await {
                Err(CopyError::InUse(_)) => tokio::task::yield_now().await,
                other => break other.unwrap(),
            }
        };
        assert!(
            copied.contains(&("entry", 1_201)) && copied.contains(&("account", 2)),
            "{copied:?}"
        );
        let (before, after) = (it.home.open().await, target.open().await);
        assert_eq!(see(&before, it.ann.id).await, see(&after, it.ann.id).await);
        before.close().await;
        after.close().await;
        let again = loop {
            match Store::copy(from, to).await {
                Err(CopyError::InUse(_)) => tokio::task::yield_now().await,
                other => break other,
            }
        };
        assert!(matches!(again, Err(CopyError::NotEmpty { table: "account", .. })), "{again:?}");
    }
}

#[tokio::test]
async fn a_copy_that_ends_early_leaves_nothing_behind() {
    for target in homes().await {
        let it = each().await.remove(0);
        fill(&it).await;
        it.store.close().await;
        let StoreAddress::File(path) = &it.home.address else { panic!("the first is a file") };
        // A log with a hole, as no server writes it, is found when everything was copied.
        let hole = "update entry set seq = 90000 where seq = 700";
        change(path, hole).await;
        let copied = Store::copy(&it.home.address, &target.address).await;
        assert!(matches!(copied, Err(CopyError::Wrong(_))), "{copied:?}");
        change(path, "update entry set seq = 700 where seq = 90000").await;
        loop {
            match Store::copy(&it.home.address, &target.address).await {
                Err(CopyError::InUse(_)) => tokio::task::yield_now().await,
                other => break drop(other.expect("the target was left empty")),
            }
        }
    }
}

#[tokio::test]
async fn a_source_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| StoreAddress::File(folder.path().join(name));
    let copied = Store::copy(&at("none.db"), &at("new.db")).await;
    assert!(matches!(copied, Err(CopyError::NoSource(_))), "{copied:?}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn a_forgotten_epoch_is_made_anew_at_the_next_start() {
    for home in homes().await {
        let store = home.open().await;
        store.forget_epoch().await.unwrap();
        assert_ne!(home.open().await.epoch(), store.epoch());
    }
}

/// Changes a file behind the store's back.
async fn change(path: &Path, sql: &'static str) {
    use sqlx::Connection as _;
    let address = format!("sqlite:{}", path.display());
    let mut file = sqlx::SqliteConnection::connect(&address).await.unwrap();
    sqlx::query(sql).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}
