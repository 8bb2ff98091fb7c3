//! What keeps a node from starting, and what does not.

use crate::{
    deployment::{Deployment, shared_redis, within},
    redis::{OwnRedis, signal},
    served::Place,
    support::{Person, free_port, request},
};
use server::config::Secret;
use std::{process::Stdio, time::Duration};
use tokio::process::{Child, Command};

#[tokio::test]
async fn with_redis_a_wrong_password_is_refused_without_showing_it() {
    let Some(redis) = OwnRedis::start(&["--requirepass", "right"]).await else { return };
    let mut deployment = Deployment::start(Some(redis.url_with("right")), 1).await;
    for url in [redis.url_with("wrong-one"), redis.url()] {
        let told = deployment.refused(|it| it.redis_url = Some(Secret::new(url))).await;
        assert!(told.starts_with("redis_url = \"…\"") && told.contains("password"), "{told}");
        assert!(!told.contains("wrong-one") && told.lines().count() == 1, "{told}");
    }
    deployment.add(|_| ()).await;
    deployment.hear_each_other().await;
}

#[tokio::test]
async fn without_redis_at_its_address_a_node_starts_alone() {
    let nowhere = format!("redis://{}", free_port().await);
    let mut deployment = Deployment::start(None, 0).await;
    deployment.add(|it| it.redis_url = Some(Secret::new(nowhere))).await;
    let mut ann = Person::new(deployment.nodes[0].at, "Ann").await;
    let plaza = deployment.nodes[0].room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    ann.say(plaza, "anybody?").await.unwrap();
}

#[tokio::test]
async fn with_redis_the_name_of_a_live_node_is_refused_and_free_when_it_stopped() {
    let Some(redis) = shared_redis() else { return };
    let mut deployment = Deployment::start(Some(redis), 0).await;
    deployment.add(|it| it.node_name = "one".parse().ok()).await;
    let told = deployment.refused(|it| it.node_name = "one".parse().ok()).await;
    assert!(told.contains("node_name = \"one\"") && told.contains("MARU_NODE_NAME"), "{told}");
    deployment.add(|it| it.node_name = "two".parse().ok()).await;
    deployment.nodes.remove(0).stop().await;
    deployment.add(|it| it.node_name = "one".parse().ok()).await;
    deployment.hear_each_other().await;
}

#[tokio::test]
async fn with_redis_one_of_two_nodes_that_start_together_under_one_name_is_refused() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 0).await;
    let start = || Box::pin(deployment.refused(|it| it.node_name = "one".parse().ok()));
    let (told, _) = futures::future::select(start(), start()).await.factor_first();
    assert!(told.contains("node_name = \"one\""), "{told}");
}

/// A real server process called `one`, to be killed.
fn process(place: &Place, at: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_maru"))
        .current_dir(place.path())
        .env_clear()
        .envs(place.env())
        .env("MARU_LISTEN", at)
        .env("MARU_NODE_NAME", "one")
        .env("MARU_LIMITS__GUESTS_PER_HOUR", "0")
        .env("MARU_METRICS_LISTEN", "off")
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn with_redis_a_killed_node_starts_again_at_once_under_its_name() {
    if shared_redis().is_none() {
        return;
    }
    let place = Place::new().await;
    let at = free_port().await;
    let serves = async || {
        tokio::net::TcpStream::connect(at).await.is_ok()
            && request(at, "GET", "/api/v1/ready", None, None).await.0 == 200
    };
    for _ in 0..3 {
        let mut node = process(&place, &at.to_string());
        // Well before the lease of the one before has ended.
        within(Duration::from_secs(5), "a node", serves).await;
        node.kill().await.unwrap();
    }
    let node = process(&place, &at.to_string());
    within(Duration::from_secs(5), "a node", serves).await;
    let other = free_port().await.to_string();
    let output = process(&place, &other).wait_with_output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.lines().last().unwrap().starts_with("maru: node_name = \"one\""), "{told}");
    drop(node);
}

#[tokio::test]
async fn with_redis_a_node_that_was_stopped_for_a_while_ends_with_what_it_missed() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 1).await;
    let at = free_port().await;
    let process = process(&deployment.place, &at.to_string());
    within(Duration::from_secs(10), "a node", async || {
        tokio::net::TcpStream::connect(at).await.is_ok()
    })
    .await;
    let mut ann = Person::new(deployment.nodes[0].at, "Ann").await;
    let plaza = deployment.nodes[0].room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    let mut bob = Person::new(at, "Bob").await;
    bob.enter(plaza).await.unwrap();
    signal(&process, "-STOP").await;
    for n in 0..5 {
        ann.say(plaza, &format!("missed {n}")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    signal(&process, "-CONT").await;
    bob.hears(plaza, "missed 4").await;
    let acked = bob.say(plaza, "back").await.unwrap();
    assert_eq!(acked.seq.get(), 8, "two entered, five were missed");
    assert_eq!(ann.entries(plaza, 8).await.len(), 8);
}
