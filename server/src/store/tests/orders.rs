//! Any changes in any batches over two handles: the database does what the pure rules say.

use super::*;
use crate::store::decide::{AccountState, Facts, MemberState, RoomState, decide};
use app::protocol::{
    ids::{Cid, InviteId},
    limits::LARGE_SLOW_SECS,
    room::{Act, Door, Rank, RoomKind},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{cell::Cell, collections::BTreeSet};

/// A change as drawn: who, what, in which room, to whom, under which id, and what was said before.
type Drawn = (usize, u8, usize, usize, u8, u8);

/// Rooms and people of one case, new ones each time: a channel for two, a private room for three
/// and a large one for two, both with the first of the people as host.
struct Case {
    rooms: [RoomId; 3],
    people: Vec<User>,
    logins: Vec<LoginId>,
}

async fn case(store: &Store, number: u32) -> Case {
    let [channel] = channels(store, [&format!("a{number}")], 2).await;
    let (mut people, mut logins) = (Vec::new(), Vec::new());
    for n in 0..4_u8 {
        let user = user(store, &format!("user {number} {n}")).await;
        let mut token = [n; 32];
        token[..4].copy_from_slice(&number.to_be_bytes());
        logins.push(store.create_login(&user, &token, "", Millis(0)).await.unwrap());
        people.push(user);
    }
    let mut rooms = [channel; 3];
    for (room, (kind, capacity)) in
        rooms[1..].iter_mut().zip([(RoomKind::Private, 3), (RoomKind::Large, 2)])
    {
        *room = own_room(store, (people[0].id, logins[0]), (kind, capacity)).await;
    }
    Case { rooms, people, logins }
}

impl Case {
    fn append(&self, (who, op, room, whom, cid, after): Drawn) -> Append {
        let id = |it: u8| (it > 0).then(|| Cid(Uuid::from_u128(it.into())));
        Append {
            room: self.rooms[room],
            author: self.people[who].id,
            // Nobody's login is the second one of all.
            login: Some(if op == 39 { LoginId(Uuid::nil()) } else { self.logins[who] }),
            cid: id(cid),
            after: id(after).filter(|_| op >= 40),
            fence: None,
            change: change(op, who, self.people[whom].id),
        }
    }

    /// What is known before anything happened: all there is.
    fn facts(&self) -> Facts {
        let host = self.people[0].id;
        let own = |kind, capacity, head| {
            let mut room = RoomState::new(kind, capacity);
            room.settings.host = Some(host);
            RoomState { people: 1, head: Seq::ZERO.plus(head), ..room }
        };
        let mut large = own(RoomKind::Large, 2, 0);
        large.settings.slow_secs = LARGE_SLOW_SECS;
        let rooms = [RoomState::new(RoomKind::Channel, 2), own(RoomKind::Private, 3, 1), large];
        let member =
            MemberState { joined_at: Millis(1), cohost_at: None, speaker: false, said_at: None };
        Facts {
            rooms: self.rooms.into_iter().zip(rooms).collect(),
            members: self.rooms[1..].iter().map(|it| ((*it, host), member)).collect(),
            accounts: self.people.iter().map(|it| (it.id, account(it))).collect(),
            logins: self.logins.iter().copied().collect(),
            ..Facts::default()
        }
    }
}

fn change(op: u8, who: usize, user: UserId) -> Change {
    let reason = "so".to_owned();
    let act = match op {
        0..=4 => return Change::Join(Way::Plain),
        5 | 6 => return Change::Leave,
        7 => return Change::Announce("hear".into()),
        8 => return Change::Wait(Way::Plain),
        9 => return Change::StopWaiting,
        10 => return Change::Succeed,
        11 => return Change::Join(Way::PasswordShown("hash".into())),
        12 => return Change::Join(Way::Invited(InviteId(Uuid::nil()))),
        13 => return Change::Lapse(RoomSanction::Mute),
        14 => Act::Kick { user, reason },
        15 => Act::Ban { user, secs: None, reason },
        16 => Act::Ban { user, secs: Some(5), reason },
        17 => Act::Unban { user },
        18 => Act::Mute { user, secs: None, reason },
        19 => Act::Unmute { user },
        20 => Act::Yield { user },
        21 | 22 => Act::Cohost { user, on: op == 21 },
        23 => Act::Successor { user: Some(user) },
        24 => Act::Successor { user: None },
        25 => Act::Speaker { user, on: true },
        26 | 27 => Act::Capacity { capacity: u32::from(op) - 23 },
        28 | 29 => Act::Slow { secs: u32::from(op) - 28 },
        30 | 31 => Act::Lock { on: op == 30 },
        32 => Act::Door { door: Door::Open, password: None },
        33 => Act::Door { door: Door::Password, password: None },
        34 => Act::Rename { name: format!("by {who}") },
        35 => Act::Close { reason },
        _ => return Change::Message(format!("{op} by {who}")),
    };
    Change::Act(HostAct::new(act, Some("hash".into()), Millis(7)))
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
    for room in case.rooms {
        let mut told = Vec::new();
        for (append, outcome) in appends.iter().zip(&expected) {
            let done = outcome.as_ref().ok().filter(|_| append.room == room);
            told.extend(done.into_iter().flat_map(|it| it.entries.clone()));
        }
        let page = stores[1].entries(room, Some(Seq::ZERO), None, 1_000).await.unwrap();
        let made = usize::from(room == case.rooms[1]);
        assert_eq!(page.entries[made..], told);
        compare(&stores[0], room, &facts).await;
    }
}

/// What is stored of a room is what the rules left.
async fn compare(store: &Store, room: RoomId, facts: &Facts) {
    let state = &facts.rooms[&room];
    let settings = &state.settings;
    match store.rooms_now(&[room]).await.unwrap().first().map(|it| &it.row) {
        None => assert!(settings.closed_at.is_some()),
        Some(row) => {
            assert_eq!((row.head, row.people), (state.head, state.people));
            assert_eq!((row.host, row.successor), (settings.host, settings.successor));
            assert_eq!((row.door, row.capacity), (settings.door, settings.capacity));
            assert_eq!((row.locked, row.slow_secs), (settings.locked, settings.slow_secs));
            assert!(settings.name.as_ref().is_none_or(|it| *it == row.name));
        }
    }
    let rank = |user, member: &MemberState| match member.cohost_at {
        _ if settings.host == Some(user) => Rank::Host,
        Some(_) => Rank::Cohost,
        None => Rank::Member,
    };
    let stored = store.members(room).await.unwrap();
    let stored: BTreeSet<_> = stored.iter().map(|it| (it.id, it.rank, it.speaker)).collect();
    let members = facts.members.iter().filter(|it| it.0.0 == room);
    let members = members.map(|((_, user), it)| (*user, rank(*user, it), it.speaker));
    assert_eq!(stored, members.collect());
    let stored = store.sanctions(room, Millis(0)).await.unwrap();
    let stored: BTreeSet<_> = stored.iter().map(|it| (it.user, it.banned, it.until)).collect();
    let sanctions = facts.sanctions.iter().filter(|it| it.0.0 == room);
    let is_ban = |it: &RoomSanction| *it == RoomSanction::Ban;
    let expected =
        sanctions.map(|((_, user, it), state)| (*user, is_ban(it), state.until.ending()));
    assert_eq!(stored, expected.collect());
    assert_eq!(u64::from(settings.sanctions), stored.len() as u64);
    let waiting = facts.waiting.get(&room).map(Vec::as_slice).unwrap_or_default();
    let waiting: Vec<_> = waiting.iter().map(|it| it.1).collect();
    let stored = store.waiting().await.unwrap().into_iter().filter(|it| it.0 == room);
    assert_eq!(stored.map(|it| it.1).collect::<Vec<_>>(), waiting);
    assert_eq!(u64::from(settings.waiting), waiting.len() as u64);
}

#[test]
fn any_batches_do_what_the_rules_say() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for home in runtime.block_on(homes()) {
        let count = Cell::new(0);
        let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
        let one = (0..4_usize, 0..46_u8, 0..3_usize, 0..4_usize, 0..30_u8, 0..6_u8);
        let drawn = prop::collection::vec(one, 0..80);
        let cuts = prop::collection::vec(0..12_usize, 0..12);
        let outcome = TestRunner::new(config).run(&(drawn, cuts), |(drawn, cuts)| {
            count.set(count.get() + 1);
            runtime.block_on(async {
                // New ones each time, to which nothing was said twice so far.
                let stores = home.handles(3).await;
                let case = case(&stores[0], count.get()).await;
                check(&stores, &case, &drawn, &cuts).await;
                for store in stores {
                    store.close().await;
                }
            });
            Ok(())
        });
        outcome.unwrap_or_else(|fault| panic!("{fault}"));
    }
}
