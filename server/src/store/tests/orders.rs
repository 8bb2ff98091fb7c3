//! Any changes in any batches over two handles: the database does what the pure rules say.

use super::*;
use crate::store::decide::{AccountState, Facts, RoomState, decide};
use app::protocol::room::RoomKind;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::cell::Cell;

/// A change as drawn: who, what, in which room, under which id.
type Drawn = (usize, u8, usize, u8);

/// Rooms and people of one case, new ones each time.
struct Case {
    rooms: [RoomId; 2],
    people: Vec<User>,
    logins: Vec<LoginId>,
}

async fn case(store: &Store, number: u32) -> Case {
    let names = [format!("a{number}"), format!("b{number}")];
    let rooms = channels(store, [&names[0], &names[1]], 2).await;
    let (mut people, mut logins) = (Vec::new(), Vec::new());
    for n in 0..3_u8 {
        let user = user(store, &format!("user {number} {n}")).await;
        let mut token = [n; 32];
        token[..4].copy_from_slice(&number.to_be_bytes());
        logins.push(store.create_login(&user, &token, "", Millis(0)).await.unwrap());
        people.push(user);
    }
    Case { rooms, people, logins }
}

impl Case {
    fn append(&self, (who, op, room, cid): Drawn) -> Append {
        let change = match op {
            0 | 1 => Change::Join(Way::Plain),
            2 => Change::Leave,
            3 => Change::Announce("hear".into()),
            _ => Change::Message(format!("{op} by {who}")),
        };
        Append {
            room: self.rooms[room],
            author: self.people[who].id,
            // Nobody's login is the second one of all.
            login: Some(if op == 9 { LoginId(Uuid::nil()) } else { self.logins[who] }),
            cid: (cid > 0).then(|| Cid(Uuid::from_u128(cid.into()))),
            fence: None,
            change,
        }
    }

    /// What is known before anything happened.
    fn facts(&self) -> Facts {
        let room = RoomState::new(RoomKind::Channel, 2);
        Facts {
            rooms: self.rooms.map(|it| (it, room.clone())).into(),
            accounts: self.people.iter().map(|it| (it.id, account(it))).collect(),
            logins: self.logins.iter().copied().collect(),
            ..Facts::default()
        }
    }
}

fn account(user: &User) -> AccountState {
    let (name, role) = (user.name.clone(), user.role);
    AccountState { name, role, picture: None, banned_until: None, muted_until: None }
}

async fn check(stores: &[Store], case: &Case, drawn: &[Drawn], cuts: &[usize]) {
    let appends: Vec<_> = drawn.iter().map(|it| case.append(*it)).collect();
    let mut facts = case.facts();
    let expected = decide(&mut facts, &appends, Millis(7));
    let mut outcomes = Vec::new();
    let mut rest = appends.as_slice();
    for (turn, cut) in cuts.iter().chain([&usize::MAX]).enumerate() {
        let (some, others) = rest.split_at((*cut).min(rest.len()));
        outcomes.extend(stores[turn % stores.len()].append(some, Millis(7)).await.unwrap());
        rest = others;
    }
    assert_eq!(outcomes, expected);
    let rooms = stores[0].rooms().await.unwrap();
    for room in case.rooms {
        let mut told = Vec::new();
        for (append, outcome) in appends.iter().zip(&expected) {
            let done = outcome.as_ref().ok().filter(|_| append.room == room);
            told.extend(done.into_iter().flat_map(|it| it.entries.clone()));
        }
        let page = stores[1].entries(room, Some(Seq::ZERO), None, 1_000).await.unwrap();
        assert_eq!(page.entries, told);
        let state = &facts.rooms[&room];
        let row = rooms.iter().find(|it| it.id == room).unwrap();
        assert_eq!((row.head, row.people), (state.head, state.people));
        let members: HashSet<_> =
            stores[0].members(room).await.unwrap().into_iter().map(|it| (room, it.id)).collect();
        let expected = facts.members.keys().filter(|it| it.0 == room).copied();
        assert_eq!(members, expected.collect());
    }
}

#[test]
fn any_batches_do_what_the_rules_say() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for home in runtime.block_on(homes()) {
        let stores = runtime.block_on(home.handles(2));
        let count = Cell::new(0);
        let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
        let drawn = prop::collection::vec((0..3_usize, 0..10_u8, 0..2_usize, 0..8_u8), 0..60);
        let cuts = prop::collection::vec(0..12_usize, 0..8);
        let outcome = TestRunner::new(config).run(&(drawn, cuts), |(drawn, cuts)| {
            count.set(count.get() + 1);
            runtime.block_on(async {
                let case = case(&stores[0], count.get()).await;
                check(&stores, &case, &drawn, &cuts).await;
            });
            Ok(())
        });
        outcome.unwrap_or_else(|fault| panic!("{fault}"));
    }
}
