//! Two at once in a room of one's own, a thousand times each: one outcome, and the log tells it.
//! Over two handles on PostgreSQL, as of two nodes; over the one that there is in memory.
//!
//! As the committers of two nodes do, each takes what waits for some rooms into one transaction.
//! Of every two rooms, what the one node is asked in the first the other is asked in the second,
//! so that both orders come whichever node is faster.

use super::*;
use app::protocol::{
    message::{Deed, What},
    room::{Act, Rank},
};
use std::{array, collections::BTreeSet};

/// Rooms in which the same is tried at the same time, how many of them share a transaction, and
/// rounds of each.
const LANES: usize = 10;
const TOGETHER: usize = 5;
const ROUNDS: usize = 100;

/// A private room and three who may be in it; the first one made it.
struct Lane {
    stores: [Store; 2],
    room: RoomId,
    people: [UserId; 3],
    login: LoginId,
}

type Placed = Result<Done, AppendError>;

async fn lanes() -> Vec<(Vec<Lane>, Option<Home>)> {
    let memory = Store::open(&StoreAddress::Memory).await.unwrap();
    let mut all = vec![([memory.clone(), memory], None)];
    for home in homes().await {
        if matches!(home.address, StoreAddress::Postgres(_)) {
            all.push(([home.open().await, home.open().await], Some(home)));
        }
    }
    let mut made = Vec::new();
    for (stores, home) in all {
        let mut lanes = Vec::new();
        for n in 0..LANES {
            lanes.push(lane(&stores, n).await);
        }
        made.push((lanes, home));
    }
    made
}

async fn lane(stores: &[Store; 2], n: usize) -> Lane {
    let store = &stores[0];
    let host = user(store, &format!("host {n}")).await;
    let token = [u8::try_from(n).unwrap(); 32];
    let login = store.create_login(&host, &token, "", Millis(0)).await.unwrap();
    let [ann, bob] = [format!("ann {n}"), format!("bob {n}")];
    let people = [host.id, user(store, &ann).await.id, user(store, &bob).await.id];
    let room = own_room(store, (host.id, login), (RoomKind::Private, 3)).await;
    Lane { stores: stores.clone(), room, people, login }
}

impl Lane {
    fn by(&self, author: UserId, change: Change) -> Append {
        let cid = Some(Cid(Uuid::now_v7()));
        Append { room: self.room, author, login: None, cid, after: None, fence: None, change }
    }

    fn act(&self, author: UserId, act: Act) -> Append {
        self.by(author, Change::Act(HostAct::new(act, None, Millis(5))))
    }

    /// What the log tells is what is stored: members, their number, one host of them.
    async fn check(&self) {
        let store = &self.stores[1];
        let log = store.entries(self.room, Some(Seq::ZERO), None, 100_000).await.unwrap();
        // Who made the room came first.
        let (mut members, mut host) = (BTreeSet::new(), log.entries[0].author);
        for (entry, seq) in log.entries.iter().zip(1..) {
            assert_eq!(entry.seq.get(), seq, "no holes");
            match &entry.what {
                What::Joined => assert!(members.insert(entry.author)),
                What::Left => assert!(members.remove(&entry.author)),
                What::Message { .. } => assert!(members.contains(&entry.author)),
                What::Did(did) => {
                    let subject = did.subject.as_ref().map(|it| it.id);
                    match did.deed {
                        Deed::Kicked => assert!(members.remove(&subject.unwrap())),
                        Deed::Banned => drop(members.remove(&subject.unwrap())),
                        Deed::Hosted => host = subject.unwrap(),
                        _ => {}
                    }
                    assert!(did.deed != Deed::Hosted || members.contains(&host));
                }
                other => panic!("{other:?}"),
            }
        }
        let stored = store.members(self.room).await.unwrap();
        assert_eq!(stored.iter().map(|it| it.id).collect::<BTreeSet<_>>(), members);
        let hosts: Vec<_> = stored.iter().filter(|it| it.rank == Rank::Host).collect();
        assert_eq!(hosts.iter().map(|it| it.id).collect::<Vec<_>>(), [host]);
        let row = &store.rooms_now(&[self.room]).await.unwrap()[0].row;
        assert_eq!((row.people as usize, row.head), (members.len(), log.head));
        assert!(row.people <= row.capacity);
        assert_eq!(store.sanctions(self.room, Millis(5)).await.unwrap(), []);
    }
}

/// Asks as the committer does: again, while others are in the way.
async fn ask(store: &Store, batch: &[Append]) -> Outcomes {
    loop {
        match store.append(batch, Millis(5)).await {
            Ok(outcomes) => return outcomes,
            Err(error) => assert!(error.is_away(), "{error}"),
        }
    }
}

/// What is tried: how a lane begins, the two that are asked for at once, and what came of them. A
/// round ends with some changes that make all as it was.
struct Race<B, P, J> {
    begin: B,
    pair: P,
    judge: J,
}

impl<B, P, J> Race<B, P, J>
where
    B: Fn(&Lane) -> Vec<Append>,
    P: Fn(&Lane) -> [Append; 2],
    J: AsyncFn(&mut Lane, [Placed; 2]) -> Vec<Append>,
{
    /// Tries it in all lanes at once, round after round.
    async fn run(self) {
        for (mut lanes, _home) in lanes().await {
            let store = lanes[0].stores[0].clone();
            let mut next: Vec<_> = lanes.iter().flat_map(&self.begin).collect();
            for _ in 0..ROUNDS {
                let done = ask(&store, &next).await;
                assert!(done.iter().all(Result::is_ok), "{done:?}");
                let some = lanes.chunks_mut(TOGETHER).map(async |it| self.round(it).await);
                next = futures::future::join_all(some).await.into_iter().flatten().collect();
            }
            ask(&store, &next).await;
            for lane in lanes {
                lane.check().await;
            }
        }
    }

    /// Both at once in some lanes, each by a handle of its own.
    async fn round(&self, lanes: &mut [Lane]) -> Vec<Append> {
        let mut batches = [Vec::new(), Vec::new()];
        for (n, lane) in lanes.iter().enumerate() {
            let [one, other] = (self.pair)(lane);
            batches[n % 2].push(one);
            batches[1 - n % 2].push(other);
        }
        let stores = lanes[0].stores.clone();
        let both = (ask(&stores[0], &batches[0]), ask(&stores[1], &batches[1]));
        let (first, second) = futures::future::join(both.0, both.1).await;
        let mut next = Vec::new();
        for (n, (lane, mut done)) in lanes.iter_mut().zip(first.into_iter().zip(second)).enumerate()
        {
            if n % 2 == 1 {
                done = (done.1, done.0);
            }
            next.extend((self.judge)(lane, done.into()).await);
        }
        next
    }
}

fn join() -> Change {
    Change::Join(Way::Plain)
}

fn kick(user: UserId) -> Act {
    Act::Kick { user, reason: String::new() }
}

fn seq(done: &Placed) -> Seq {
    done.as_ref().unwrap().place.seq
}

#[tokio::test]
async fn a_kick_comes_before_what_is_said_or_after_it() {
    let begin = |it: &Lane| vec![it.by(it.people[1], join())];
    let pair = |it: &Lane| {
        let [host, ann, _] = it.people;
        [it.act(host, kick(ann)), it.by(ann, Change::Message("wait".into()))]
    };
    let judge = async |it: &mut Lane, [kicked, said]: [Placed; 2]| {
        match said {
            Ok(_) => assert!(seq(&said) < seq(&kicked)),
            Err(why) => assert_eq!(why, AppendError::NotEntered),
        }
        vec![it.by(it.people[1], join())]
    };
    Race { begin, pair, judge }.run().await;
}

#[tokio::test]
async fn a_host_who_yields_and_leaves_at_once_leaves_one_host() {
    let begin = |it: &Lane| {
        let [_, ann, bob] = it.people;
        vec![it.by(ann, join()), it.by(bob, join())]
    };
    let pair = |it: &Lane| {
        let [host, _, bob] = it.people;
        [it.act(host, Act::Yield { user: bob }), it.by(host, Change::Leave)]
    };
    let judge = async |it: &mut Lane, [yielded, left]: [Placed; 2]| {
        let [host, ann, bob] = it.people;
        let left = left.unwrap();
        // Bob follows by the host's will, or one of the two by their order.
        let next = match yielded {
            Ok(yielded) => {
                assert!(yielded.place.seq < left.place.seq && left.entries.len() == 1);
                bob
            }
            Err(why) => {
                assert_eq!((why, left.entries.len()), (AppendError::NotAllowed, 2));
                let hosted = left.moves.iter().filter_map(|it| it.now.as_ref());
                hosted.map(|it| it.id).next().unwrap()
            }
        };
        it.people = [next, if next == ann { bob } else { ann }, host];
        vec![it.by(host, join())]
    };
    Race { begin, pair, judge }.run().await;
}

#[tokio::test]
async fn nobody_comes_into_a_room_that_is_closed() {
    let begin = |_: &Lane| Vec::new();
    let pair = |it: &Lane| {
        let [host, ann, _] = it.people;
        [it.act(host, Act::Close { reason: String::new() }), it.by(ann, join())]
    };
    let judge = async |it: &mut Lane, [closed, joined]: [Placed; 2]| {
        match joined {
            Ok(_) => assert!(seq(&joined) < seq(&closed)),
            Err(why) => assert_eq!(why, AppendError::NoSuchRoom),
        }
        let [store, other] = &it.stores;
        assert!(other.members(it.room).await.unwrap().is_empty());
        let log = other.entries(it.room, None, None, 1).await.unwrap();
        assert_eq!((log.head, log.entries[0].seq), (seq(&closed), seq(&closed)));
        it.room = own_room(store, (it.people[0], it.login), (RoomKind::Private, 3)).await;
        Vec::new()
    };
    Race { begin, pair, judge }.run().await;
}

#[tokio::test]
async fn the_last_place_is_taken_by_one_of_two() {
    let begin = |it: &Lane| vec![it.act(it.people[0], Act::Capacity { capacity: 2 })];
    let pair = |it: &Lane| [it.by(it.people[1], join()), it.by(it.people[2], join())];
    let judge = async |it: &mut Lane, both: [Placed; 2]| {
        let [_, ann, bob] = it.people;
        let full = Err(AppendError::Full { capacity: 2 });
        let taken = array::from_fn::<_, 2, _>(|n| both[n].is_ok());
        assert!(taken[0] != taken[1] && both.contains(&full), "{both:?}");
        vec![it.by(if taken[0] { ann } else { bob }, Change::Leave)]
    };
    Race { begin, pair, judge }.run().await;
}

#[tokio::test]
async fn of_two_who_ban_at_once_one_does() {
    let begin = |it: &Lane| {
        let [host, ann, bob] = it.people;
        let cohost = it.act(host, Act::Cohost { user: bob, on: true });
        vec![it.by(ann, join()), it.by(bob, join()), cohost]
    };
    let pair = |it: &Lane| {
        let [host, ann, bob] = it.people;
        let ban = || Act::Ban { user: ann, secs: None, reason: String::new() };
        [it.act(host, ban()), it.act(bob, ban())]
    };
    let judge = async |it: &mut Lane, both: [Placed; 2]| {
        let [host, ann, _] = it.people;
        let fresh = both.iter().filter(|it| it.as_ref().is_ok_and(|it| it.place.fresh));
        assert!(fresh.count() == 1 && both.iter().all(Result::is_ok), "{both:?}");
        // With both bans in place, one would be left.
        vec![it.act(host, Act::Unban { user: ann }), it.by(ann, join())]
    };
    Race { begin, pair, judge }.run().await;
}
