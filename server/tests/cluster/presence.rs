//! Who is at hand, whichever node they are on, and members who stay away.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::Person,
};
use app::protocol::people::Presence;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
async fn with_redis_people_of_other_nodes_are_here_away_and_gone() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    let (ann, mut bob, plaza) = deployment.ann_and_bob().await;
    let (id, there) = (bob.login.id, &deployment.nodes[0]);
    let is = async |presence| {
        within(SOON, "Bob's presence", async || {
            there.presence(&ann.login, plaza, id).await == Some(presence)
        })
        .await;
    };
    is(Presence::Here).await;
    bob.attend(false).await;
    is(Presence::Away).await;
    // A second page, on the other node.
    let mut second = Person::connect(there.at, bob.login.clone()).await;
    second.hello(vec![]).await;
    is(Presence::Here).await;
    drop(second);
    is(Presence::Away).await;
    drop(bob);
    is(Presence::Offline).await;
}

#[tokio::test]
async fn with_redis_the_people_of_a_node_that_stops_are_gone_at_once() {
    let Some(redis) = shared_redis() else { return };
    let mut deployment = Deployment::start(Some(redis), 2).await;
    let (ann, bob, plaza) = deployment.ann_and_bob().await;
    let there = &deployment.nodes[0];
    let bobs = async || there.presence(&ann.login, plaza, bob.login.id).await;
    within(SOON, "Bob", async || bobs().await == Some(Presence::Here)).await;
    let stopping = deployment.nodes.pop().unwrap();
    stopping.stop().await;
    let there = &deployment.nodes[0];
    within(SOON, "Bob's end", async || {
        there.presence(&ann.login, plaza, bob.login.id).await == Some(Presence::Offline)
    })
    .await;
    let admin = deployment.admin().await;
    assert_eq!(deployment.nodes[0].nodes(&admin).await.len(), 1);
}

#[tokio::test]
async fn with_redis_nobody_leaves_who_is_on_another_node_and_who_is_away_leaves_once() {
    let Some(redis) = shared_redis() else { return };
    let mut deployment = Deployment::start(Some(redis), 0).await;
    for _ in 0..2 {
        deployment.add(|it| it.offline_leave = Duration::from_secs(4)).await;
    }
    deployment.hear_each_other().await;
    let (mut ann, bob, plaza) = deployment.ann_and_bob().await;
    let mut cho = Person::new(deployment.nodes[1].at, "Cho").await;
    cho.enter(plaza).await.unwrap();
    drop(cho);
    // Ann, Bob and Cho entered, Cho left.
    let log = ann.entries(plaza, 4).await;
    assert_eq!(log.last().unwrap().name, "Cho");
    assert_eq!(deployment.same_log_everywhere(&ann.login, plaza).await, 4);
    drop(bob);
    let log = ann.entries(plaza, 5).await;
    assert_eq!(log.last().unwrap().name, "Bob");
}
