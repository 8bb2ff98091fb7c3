use super::*;
use app::protocol::ids::Cid;
use uuid::Uuid;

struct Fixture {
    store: Store,
    room: RoomId,
    ann: User,
    login: LoginId,
}

async fn fixture() -> Fixture {
    let store = Store::open(&StoreAddress::Memory).await.unwrap();
    let plaza = ChannelSpec { name: "plaza".into(), topic: String::new(), capacity: 2 };
    store.ensure_channels(&[plaza], Millis(0)).await.unwrap();
    let room = store.rooms().await.unwrap()[0].id;
    let ann = user(&store, "ann").await;
    let login = store.create_login(&ann, &[1; 32], "", Millis(0)).await.unwrap();
    Fixture { store, room, ann, login }
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

impl Fixture {
    fn by_ann(&self, cid: u128, change: Change) -> Append {
        let cid = (cid > 0).then(|| Cid(Uuid::from_u128(cid)));
        Append {
            room: self.room,
            author: self.ann.id,
            login: Some(self.login),
            cid,
            fence: None,
            change,
        }
    }
}

#[tokio::test]
async fn what_is_appended_is_read_back_in_order() {
    let it = fixture().await;
    let batch = [
        it.by_ann(0, Change::Join),
        it.by_ann(1, Change::Message("하나".into())),
        it.by_ann(2, Change::Message("two".into())),
        it.by_ann(1, Change::Message("again".into())),
    ];
    let outcomes = it.store.append(&batch, Millis(5)).await.unwrap();
    let seqs: Vec<_> = outcomes.iter().map(|it| it.unwrap().seq.get()).collect();
    assert_eq!(seqs, [1, 2, 3, 2]);

    let page = it.store.entries(it.room, None, None, 100).await.unwrap();
    let texts: Vec<_> = page.entries.iter().map(|it| it.what.text().to_owned()).collect();
    assert_eq!(texts, ["", "하나", "two"]);
    assert_eq!((page.head.get(), page.more_before), (3, false));
    let room = &it.store.rooms().await.unwrap()[0];
    assert_eq!((room.head.get(), room.people), (3, 1));
    assert_eq!(it.store.members(it.room).await.unwrap()[0].name, "ann");
}

#[tokio::test]
async fn pages_go_both_ways() {
    let it = fixture().await;
    it.store.append(&[it.by_ann(0, Change::Join)], Millis(5)).await.unwrap();
    let batch: Vec<_> = (1..=20).map(|n| it.by_ann(n, Change::Message(n.to_string()))).collect();
    it.store.append(&batch, Millis(6)).await.unwrap();
    let seqs = |page: EntryPage| -> Vec<_> { page.entries.iter().map(|it| it.seq.get()).collect() };
    let seq = |n| Some(Seq::try_from(n).unwrap());
    let page = |after, before| it.store.entries(it.room, after, before, 3);
    assert_eq!(seqs(page(None, None).await.unwrap()), [19, 20, 21]);
    assert_eq!(seqs(page(None, seq(19)).await.unwrap()), [16, 17, 18]);
    assert_eq!(seqs(page(seq(5), None).await.unwrap()), [6, 7, 8]);
    assert!(!page(None, seq(3)).await.unwrap().more_before);
}

#[tokio::test]
async fn the_same_cid_again_is_the_same_entry_whatever_it_says_and_wherever() {
    let it = fixture().await;
    it.store.append(&[it.by_ann(0, Change::Join)], Millis(5)).await.unwrap();
    let first = it.by_ann(7, Change::Message("first".into()));
    let again = it.by_ann(7, Change::Message("other".into()));
    assert!(it.store.append(&[first], Millis(5)).await.unwrap()[0].unwrap().fresh);
    let repeated = it.store.append(&[again], Millis(9)).await.unwrap()[0].unwrap();
    assert_eq!((repeated.seq.get(), repeated.at, repeated.fresh), (2, Millis(5), false));

    // Another author's same cid is another entry.
    let bob = user(&it.store, "bob").await;
    let by_bob = |change, cid| Append { author: bob.id, login: None, ..it.by_ann(cid, change) };
    let batch = [by_bob(Change::Join, 0), by_bob(Change::Message("mine".into()), 7)];
    let outcomes = it.store.append(&batch, Millis(9)).await.unwrap();
    assert_eq!(outcomes[1].unwrap().seq.get(), 4);
}

#[tokio::test]
async fn an_ended_login_and_a_missing_room_are_refused_and_harm_nobody() {
    let it = fixture().await;
    it.store.append(&[it.by_ann(0, Change::Join)], Millis(5)).await.unwrap();
    let ended = Append { login: Some(LoginId(Uuid::nil())), ..it.by_ann(1, Change::Leave) };
    let nowhere = Append { room: RoomId(Uuid::nil()), ..it.by_ann(2, Change::Message("x".into())) };
    let fine = it.by_ann(3, Change::Message("fine".into()));
    let outcomes = it.store.append(&[ended, nowhere, fine], Millis(5)).await.unwrap();
    assert_eq!(outcomes[0], Err(AppendError::SignedOut));
    assert_eq!(outcomes[1], Err(AppendError::NoSuchRoom));
    assert_eq!(outcomes[2].unwrap().seq.get(), 2);
}

#[tokio::test]
async fn a_change_that_the_database_refuses_does_not_take_the_others_along() {
    let it = fixture().await;
    let ghost = Append { author: UserId(Uuid::nil()), login: None, ..it.by_ann(0, Change::Join) };
    let outcomes = it.store.append(&[ghost, it.by_ann(0, Change::Join)], Millis(5)).await.unwrap();
    assert_eq!(outcomes[0], Err(AppendError::Rejected));
    assert_eq!(outcomes[1].unwrap().seq.get(), 1);
}

#[tokio::test]
async fn leaving_and_a_full_room() {
    let it = fixture().await;
    let [bob, cho] = [user(&it.store, "bob").await, user(&it.store, "cho").await];
    let by = |user: &User, change| Append { author: user.id, login: None, ..it.by_ann(0, change) };
    let batch = [
        it.by_ann(0, Change::Join),
        by(&bob, Change::Join),
        by(&cho, Change::Join),
        by(&bob, Change::Leave),
        by(&cho, Change::Join),
    ];
    let outcomes = it.store.append(&batch, Millis(5)).await.unwrap();
    assert_eq!(outcomes[2], Err(AppendError::Full { capacity: 2 }));
    assert_eq!(outcomes[4].unwrap().seq.get(), 4);
    let mut names: Vec<_> =
        it.store.members(it.room).await.unwrap().into_iter().map(|it| it.name).collect();
    names.sort();
    assert_eq!(names, ["ann", "cho"]);
    assert_eq!(it.store.rooms().await.unwrap()[0].people, 2);
}

fn account(name: &str) -> NewUser {
    let (name, password) = (name.to_owned(), Some("old".to_owned()));
    NewUser { name_key: name.clone(), name, password, role: Role::Member }
}

#[tokio::test]
async fn the_first_account_is_the_admin_and_no_later_one() {
    let store = Store::open(&StoreAddress::Memory).await.unwrap();
    let ann = store.create_user(account("ann"), Millis(0)).await.unwrap();
    assert_eq!(ann.role, Role::Admin);
    store.set_role(ann.id, Role::Member).await.unwrap();
    let eve = store.create_user(account("eve"), Millis(0)).await.unwrap();
    assert_eq!(eve.role, Role::Member);
    assert!(matches!(
        store.create_user(account("eve"), Millis(0)).await,
        Err(StoreError::NameTaken)
    ));
}

#[tokio::test]
async fn who_knew_the_old_password_does_not_get_in_by_it() {
    let store = Store::open(&StoreAddress::Memory).await.unwrap();
    let ann = store.create_user(account("ann"), Millis(0)).await.unwrap();
    let here = store.create_login(&ann, &[1; 32], "", Millis(0)).await.unwrap();
    let there = store.create_login(&ann, &[2; 32], "", Millis(0)).await.unwrap();
    assert_eq!(store.set_password(ann.id, "new", Some(here)).await.unwrap(), [there]);
    // Checked against the hash that was read before the change.
    let late = store.create_login(&ann, &[3; 32], "", Millis(0)).await;
    assert!(matches!(late, Err(StoreError::NotFound)));
    assert_eq!(store.logins(ann.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_epoch_stays_over_a_restart_and_changes_with_a_restored_backup() {
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

#[tokio::test]
async fn generations_grow_with_everything_that_other_nodes_must_learn() {
    let it = fixture().await;
    let bob = user(&it.store, "bob").await;
    let generation = async || it.store.generations(&[it.ann.id]).await.unwrap()[&it.ann.id];
    let login = async |n| it.store.create_login(&it.ann, &[n; 32], "", Millis(9)).await.unwrap();
    assert_eq!(generation().await, 0);
    it.store.rename_user(it.ann.id, "Anna", "anna").await.unwrap();
    assert_eq!(generation().await, 1);
    it.store.set_role(it.ann.id, Role::Member).await.unwrap();
    assert_eq!(generation().await, 2);
    assert!(it.store.delete_login(it.ann.id, it.login).await.unwrap());
    assert_eq!(generation().await, 3);
    assert!(!it.store.delete_login(it.ann.id, it.login).await.unwrap());
    assert_eq!(generation().await, 3);
    login(2).await;
    it.store.delete_logins(it.ann.id, None).await.unwrap();
    assert_eq!(generation().await, 4);
    login(3).await;
    assert_eq!(it.store.delete_stale_logins(Millis(10), Millis(0)).await.unwrap().len(), 1);
    assert_eq!(generation().await, 5);
    it.store.set_password(it.ann.id, "new", None).await.unwrap();
    let nobody = UserId(Uuid::nil());
    let found = it.store.generations(&[it.ann.id, bob.id, nobody]).await.unwrap();
    assert_eq!(found, [(it.ann.id, 6), (bob.id, 0)].into());
}

#[tokio::test]
async fn heads_are_those_of_all_rooms() {
    let it = fixture().await;
    assert_eq!(it.store.heads().await.unwrap(), [(it.room, Seq::ZERO)]);
    it.store.append(&[it.by_ann(0, Change::Join)], Millis(5)).await.unwrap();
    assert_eq!(it.store.heads().await.unwrap(), [(it.room, Seq::ZERO.next())]);
}

#[tokio::test]
async fn whoever_took_the_lease_last_may_change_and_nobody_before() {
    let it = fixture().await;
    let by = |fence| Append { fence: Some(fence), ..it.by_ann(0, Change::Join) };
    let first = it.store.take_fence(CARETAKER).await.unwrap();
    assert!(it.store.append(&[by(first)], Millis(5)).await.unwrap()[0].is_ok());
    assert_eq!(it.store.take_fence("other").await.unwrap(), first);
    let second = it.store.take_fence(CARETAKER).await.unwrap();
    assert!(second > first);
    let outcomes = it.store.append(&[by(first), by(second)], Millis(5)).await.unwrap();
    assert_eq!(outcomes[0], Err(AppendError::Deposed));
    assert!(outcomes[1].is_ok());
}
