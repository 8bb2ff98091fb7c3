//! People on different nodes talk.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{Person, cid, said},
};
use app::protocol::{
    ids::Seq,
    packets::{ClientPacket, Have, Outcome, ServerPacket, TypeIn},
};
use std::time::{Duration, Instant};

/// Both talk at once; every reader of every node gets the same entries in the same order.
async fn talk(deployment: &Deployment, sends: usize) {
    let (mut ann, mut bob, plaza) = deployment.ann_and_bob().await;
    for n in 0..sends {
        ann.say_as(cid(), plaza, &format!("ann {n}")).await;
        bob.say_as(cid(), plaza, &format!("bob {n}")).await;
    }
    let last = 2 + 2 * sends as u64;
    let to_ann = ann.entries(plaza, last).await;
    // Bob entered after Ann, and follows from before her.
    let to_bob = bob.entries(plaza, last).await;
    let from = to_bob[0].seq;
    let to_ann: Vec<_> = to_ann.into_iter().filter(|it| it.seq >= from).collect();
    assert_eq!(said(&to_ann), said(&to_bob));
    for name in ["ann", "bob"] {
        let own: Vec<_> = said(&to_bob).into_iter().filter(|it| it.starts_with(name)).collect();
        let typed: Vec<_> = (0..sends).map(|n| format!("{name} {n}")).collect();
        assert_eq!(own, typed, "in the order typed");
    }
    let log = deployment.same_log_everywhere(&ann.login, plaza).await;
    assert_eq!(log as u64, last);
}

#[tokio::test]
async fn without_redis_two_nodes_over_one_database_end_with_the_same_log() {
    let deployment = Deployment::start(None, 2).await;
    talk(&deployment, 20).await;
}

#[tokio::test]
async fn with_redis_two_people_on_two_nodes_talk() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    talk(&deployment, 60).await;
}

/// The middle one.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test]
async fn with_redis_other_nodes_hear_a_message_about_as_soon_as_the_same_node() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 3).await;
    let (mut ann, bob, plaza) = deployment.ann_and_bob().await;
    let mut hearers = vec![Person::new(deployment.nodes[0].at, "Near").await, bob];
    hearers.push(Person::new(deployment.nodes[2].at, "Far").await);
    hearers[0].enter(plaza).await.unwrap();
    hearers[2].enter(plaza).await.unwrap();
    let mut times = [const { Vec::new() }; 3];
    for n in 0..100 {
        let text = format!("tick {n}");
        // One hearer a message: they would be waited for one after the other.
        let hearer = n % 3;
        let said = Instant::now();
        ann.say_as(cid(), plaza, &text).await;
        hearers[hearer].hears(plaza, &text).await;
        times[hearer].push(said.elapsed());
    }
    let [near, two, three] = times.map(median);
    println!("median: same node {near:?}, others {two:?} and {three:?}");
    // Comparing heads alone would take seconds.
    let limit = near + Duration::from_millis(50);
    assert!(two < limit && three < limit, "{near:?}, {two:?}, {three:?}");
}

#[tokio::test]
async fn with_redis_who_types_is_seen_on_another_node() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    let (mut ann, mut bob, plaza) = deployment.ann_and_bob().await;
    within(Duration::from_secs(5), "members known everywhere", async || {
        deployment.nodes[1].presence(&bob.login, plaza, ann.login.id).await.is_some()
    })
    .await;
    ann.send(&ClientPacket::Type(TypeIn { room: plaza })).await;
    let id = ann.login.id;
    bob.expect("typed", |it| match it {
        ServerPacket::Typed(it) if it.user == id => Some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn with_redis_who_changes_the_node_goes_on_where_they_were() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    let (mut ann, _bob, plaza) = deployment.ann_and_bob().await;
    let acked = ann.say(plaza, "here").await.unwrap();
    let mut moved = Person::connect(deployment.nodes[1].at, ann.login.clone()).await;
    moved.epoch = ann.epoch;
    let welcomed = moved.hello(vec![Have { room: plaza, have: acked.seq }]).await;
    let Outcome::Follows { start, head } = welcomed.rooms[0].outcome else {
        panic!("{welcomed:?}")
    };
    assert_eq!((start, head >= acked.seq), (acked.seq, true));
    ann.say(plaza, "there").await.unwrap();
    assert_eq!(said(&moved.entries(plaza, acked.seq.next().get()).await), ["there"]);
}

#[tokio::test]
async fn without_redis_who_has_more_than_a_node_goes_on_where_they_were() {
    let deployment = Deployment::start(None, 2).await;
    let mut ann = Person::new(deployment.nodes[0].at, "Ann").await;
    let plaza = deployment.nodes[0].room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    let acked = ann.say(plaza, "the other node has not heard of it").await.unwrap();
    let mut moved = Person::connect(deployment.nodes[1].at, ann.login.clone()).await;
    moved.epoch = ann.epoch;
    let welcomed = moved.hello(vec![Have { room: plaza, have: acked.seq }]).await;
    let head = Outcome::Follows { start: acked.seq, head: acked.seq };
    assert_eq!(welcomed.rooms[0].outcome, head);
    // One who makes it up begins anew.
    let mut liar = Person::connect(deployment.nodes[1].at, ann.login.clone()).await;
    liar.epoch = ann.epoch;
    let welcomed = liar.hello(vec![Have { room: plaza, have: Seq::ZERO.plus(900) }]).await;
    assert_eq!(welcomed.rooms[0].outcome, Outcome::Follows { start: Seq::ZERO, head: acked.seq });
}

#[tokio::test]
async fn a_new_room_of_one_node_appears_on_the_others() {
    let mut deployment = Deployment::start(shared_redis(), 1).await;
    deployment
        .add(|config| {
            let mut tea = config.channels[0].clone();
            tea.name = "tea".into();
            config.channels.insert(0, tea);
        })
        .await;
    let ann = crate::support::guest(deployment.nodes[0].at, "Ann").await;
    within(Duration::from_secs(7), "the room", async || {
        let body = deployment.nodes[0].get(&ann, "/api/v1/rooms").await;
        // In the order that all have now.
        body["rooms"][0]["name"] == "tea"
    })
    .await;
}
