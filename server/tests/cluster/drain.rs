//! Draining a node, from itself and from another, and taking it back.

use crate::{
    deployment::{Deployment, Node, shared_redis, within},
    support::{Login, Person, guest, open, request},
};
use app::protocol::close::Close;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(3);

async fn ask(at: &Node, admin: &Login, method: &str, node: &str) -> u16 {
    let path = format!("/api/v1/nodes/{node}/drain");
    request(at.at, method, &path, Some(&admin.cookie), None).await.0
}

async fn try_open(node: &Node, login: &Login) -> Result<(), u16> {
    let origin = format!("http://{}", node.at);
    open(node.at, "/ws", Some(&login.cookie), Some(&origin)).await.map(drop)
}

/// Drains a node, asked at another or at itself.
async fn drain(deployment: &Deployment, asked: usize, drained: usize) {
    let (asked, drained) = (&deployment.nodes[asked], &deployment.nodes[drained]);
    let admin = deployment.admin().await;
    let ann = guest(drained.at, "Ann").await;
    let mut pages = Vec::new();
    for _ in 0..8 {
        let mut page = Person::connect(drained.at, ann.clone()).await;
        page.hello(vec![]).await;
        pages.push(page);
    }
    let id = drained.id(&admin).await;
    let began = Instant::now();
    assert_eq!(ask(asked, &admin, "POST", &id).await / 100, 2);
    within(SOON, "not ready", async || drained.ready().await == 503).await;
    assert_eq!(try_open(drained, &ann).await, Err(503));
    within(SOON, "told everywhere", async || {
        let nodes = asked.nodes(&admin).await;
        nodes.iter().any(|it| it["id"] == *id && it["draining"] == true)
    })
    .await;
    for page in &mut pages {
        assert_eq!(page.close_code().await, Close::Restarting.code());
    }
    assert!(began.elapsed() < Duration::from_secs(5), "over the time that was set");

    assert_eq!(ask(asked, &admin, "DELETE", &id).await / 100, 2);
    within(SOON, "ready again", async || drained.ready().await == 200).await;
    assert_eq!(try_open(drained, &ann).await, Ok(()));
}

async fn nodes(redis: Option<String>, nodes: usize) -> Deployment {
    let mut deployment = Deployment::start(redis, 0).await;
    for _ in 0..nodes {
        deployment.add(|it| it.drain_spread = Duration::from_secs(2)).await;
    }
    if nodes > 1 {
        deployment.hear_each_other().await;
    }
    deployment
}

#[tokio::test]
async fn a_node_alone_is_drained_and_taken_back() {
    drain(&nodes(None, 1).await, 0, 0).await;
}

#[tokio::test]
async fn with_redis_a_node_is_drained_by_another_and_taken_back() {
    let Some(redis) = shared_redis() else { return };
    drain(&nodes(Some(redis), 2).await, 0, 1).await;
}

#[tokio::test]
async fn with_redis_a_drained_node_keeps_those_who_are_left_when_it_is_taken_back_early() {
    let Some(redis) = shared_redis() else { return };
    let mut deployment = Deployment::start(Some(redis), 0).await;
    deployment.add(|it| it.drain_spread = Duration::from_hours(10)).await;
    let node = &deployment.nodes[0];
    let admin = deployment.admin().await;
    let mut ann = Person::new(node.at, "Ann").await;
    let plaza = node.room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    let id = node.id(&admin).await;
    assert_eq!(ask(node, &admin, "POST", &id).await / 100, 2);
    ann.say(plaza, "still here").await.unwrap();
    assert_eq!(ask(node, &admin, "DELETE", &id).await / 100, 2);
    ann.say(plaza, "and now").await.unwrap();
}

/// Stops a node that has eight sockets; the times after which they were told to come back.
async fn stop(mut deployment: Deployment) -> Vec<Duration> {
    let node = deployment.nodes.pop().unwrap();
    let ann = guest(node.at, "Ann").await;
    let mut pages = Vec::new();
    for _ in 0..8 {
        let mut page = Person::connect(node.at, ann.clone()).await;
        page.hello(vec![]).await;
        pages.push(page);
    }
    let began = Instant::now();
    let told = pages.into_iter().map(|mut page| {
        tokio::spawn(async move {
            assert_eq!(page.close_code().await, Close::Restarting.code());
            began.elapsed()
        })
    });
    let told: Vec<_> = told.collect();
    node.stop().await;
    let mut times = Vec::new();
    for told in told {
        times.push(told.await.unwrap());
    }
    times.sort_unstable();
    times
}

#[tokio::test]
async fn with_redis_a_node_that_stops_sends_its_people_to_the_others_one_by_one() {
    let Some(redis) = shared_redis() else { return };
    let times = stop(nodes(Some(redis), 2).await).await;
    let spread = times[7].saturating_sub(times[0]);
    assert!(spread > Duration::from_millis(500), "{times:?}");
    assert!(times[7] < Duration::from_secs(5), "{times:?}");
}

#[tokio::test]
async fn a_node_alone_stops_at_once() {
    let times = stop(nodes(shared_redis(), 1).await).await;
    assert!(times[7] < Duration::from_millis(1_500), "{times:?}");
}

#[tokio::test]
async fn a_node_that_is_not_there_cannot_be_drained_and_nobody_else_may_try() {
    let deployment = nodes(None, 1).await;
    let admin = deployment.admin().await;
    let node = &deployment.nodes[0];
    let ghost = "00000000-0000-4000-8000-000000000000";
    assert_eq!(ask(node, &admin, "POST", ghost).await, 404);
    let ann = guest(node.at, "Ann").await;
    let id = node.id(&admin).await;
    assert_eq!(ask(node, &ann, "POST", &id).await, 403);
    assert_eq!(node.ready().await, 200);
}
