//! One suite for both databases: SQLite always, PostgreSQL where `TEST_POSTGRES_URL` names a server
//! (`scripts/services.sh`).

mod append;
mod copying;
#[path = "../../tests/support/database.rs"]
mod database;
mod direct;
mod jobs;
mod making;
mod matching;
mod meetings;
mod order;
mod orders;
mod people;
mod questions;
mod races;
mod speed;
mod together;
mod users;

use super::*;
use app::protocol::{
    ids::{Cid, JobId},
    people::Role,
    refusal::Refusal,
    room::{Door, NewRoom, RoomKind},
};
use database::Database;
use tempfile::TempDir;
use uuid::Uuid;

/// A database of a test's own, gone with it.
struct Home {
    address: StoreAddress,
    _folder: Option<TempDir>,
    _database: Option<Database>,
}

/// One home on each database.
async fn homes() -> Vec<Home> {
    let folder = tempfile::tempdir().unwrap();
    let address = StoreAddress::File(folder.path().join("maru.db"));
    let mut homes = vec![Home { address, _folder: Some(folder), _database: None }];
    homes.extend(Database::new().await.map(|database| Home {
        address: StoreAddress::Postgres(database.url()),
        _folder: None,
        _database: Some(database),
    }));
    homes
}

impl Home {
    /// One more handle, as of another process.
    async fn open(&self) -> Store {
        Store::open(&self.address).await.unwrap()
    }

    async fn handles(&self, count: usize) -> Vec<Store> {
        let mut handles = Vec::new();
        for _ in 0..count {
            handles.push(self.open().await);
        }
        handles
    }
}

/// Ann, with a login, at a plaza for two that she has not entered.
struct Fixture {
    store: Store,
    room: RoomId,
    ann: User,
    login: LoginId,
    home: Home,
}

/// One fixture on each database.
async fn each() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for home in homes().await {
        let store = home.open().await;
        let [room] = channels(&store, ["plaza"], 2).await;
        let ann = user(&store, "ann").await;
        let login = store.create_login(&ann, &[1; 32], "", Millis(0)).await.unwrap();
        fixtures.push(Fixture { store, room, ann, login, home });
    }
    fixtures
}

/// Makes channels, these only, and tells their ids.
async fn channels<const N: usize>(store: &Store, names: [&str; N], capacity: u32) -> [RoomId; N] {
    let spec = |name: &str| ChannelSpec { name: name.into(), topic: String::new(), capacity };
    store.ensure_channels(&names.map(spec), Millis(0)).await.unwrap();
    let rooms = store.rooms().await.unwrap();
    names.map(|name| rooms.iter().find(|it| it.name == name).unwrap().id)
}

async fn user(store: &Store, name: &str) -> User {
    let new = NewUser {
        name: name.into(),
        name_key: name.into(),
        password: Some("secret".into()),
        role: Role::Member,
    };
    store.create_user(new, Millis(0)).await.unwrap()
}

/// Makes a room of that kind for so many, with an open door.
async fn own_room(
    store: &Store,
    (host, login): (UserId, LoginId),
    (kind, capacity): (RoomKind, u32),
) -> RoomId {
    let room = NewRoom {
        name: "own".into(),
        topic: String::new(),
        kind,
        door: Door::Open,
        password: None,
        capacity,
        empty_mins: None,
        closes_at: None,
    };
    let make = MakeRoom { room, password: None, host, login };
    match store.make_room(&make, Millis(1)).await.unwrap() {
        RoomMade::Made(room) => room,
        other => panic!("{other:?}"),
    }
}

/// Where each change of a batch stands.
fn places(outcomes: Outcomes) -> Vec<Result<Appending, AppendError>> {
    outcomes.into_iter().map(|it| it.map(|done| done.place)).collect()
}

/// Appends a batch, and tells where each change stands.
async fn appended(
    store: &Store,
    batch: &[Append],
    now: Millis,
) -> Vec<Result<Appending, AppendError>> {
    places(store.append(batch, now).await.unwrap())
}

impl Fixture {
    fn by_ann(&self, cid: u128, change: Change) -> Append {
        let cid = (cid > 0).then(|| Cid(Uuid::from_u128(cid)));
        Append {
            room: self.room,
            author: self.ann.id,
            login: Some(self.login),
            cid,
            after: None,
            fence: None,
            change,
        }
    }
}

#[tokio::test]
async fn the_epoch_stays_over_a_restart() {
    for home in homes().await {
        let first = home.open().await;
        let epoch = first.epoch();
        first.close().await;
        assert_eq!(home.open().await.epoch(), epoch);
    }
}

#[tokio::test]
async fn a_restored_backup_has_another_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| StoreAddress::File(folder.path().join(name));
    let first = Store::open(&at("maru.db")).await.unwrap();
    let epoch = first.epoch();
    first.backup(&folder.path().join("copy.db")).await.unwrap();
    assert!(first.backup(&folder.path().join("copy.db")).await.is_err());
    first.close().await;
    assert_eq!(Store::open(&at("maru.db")).await.unwrap().epoch(), epoch);
    assert_ne!(Store::open(&at("copy.db")).await.unwrap().epoch(), epoch);
}
