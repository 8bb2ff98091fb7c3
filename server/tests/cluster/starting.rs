//! What keeps a node from starting, and what does not.

use crate::{
    deployment::{Deployment, shared_redis, within},
    redis::OwnRedis,
    support::{Person, free_port, request},
};
use server::config::Secret;
use std::{path::Path, process::Stdio, time::Duration};

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

fn process(folder: &Path, redis: &str, at: &str) -> tokio::process::Child {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_maru"))
        .current_dir(folder)
        .env_clear()
        .env("MARU_LISTEN", at)
        .env("MARU_DATA_DIR", folder)
        .env("MARU_REDIS_URL", redis)
        .env("MARU_NODE_NAME", "one")
        .env("MARU_METRICS_LISTEN", "off")
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn with_redis_a_killed_node_starts_again_at_once_under_its_name() {
    let Some(redis) = shared_redis() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = free_port().await;
    let serves = async || {
        tokio::net::TcpStream::connect(at).await.is_ok()
            && request(at, "GET", "/api/v1/ready", None, None).await.0 == 200
    };
    for _ in 0..3 {
        let mut node = process(folder.path(), &redis, &at.to_string());
        // Well before the lease of the one before has ended.
        within(Duration::from_secs(5), "a node", serves).await;
        // Long enough to have its lease.
        node.kill().await.unwrap();
    }
    let node = process(folder.path(), &redis, &at.to_string());
    within(Duration::from_secs(5), "a node", serves).await;
    let other = free_port().await.to_string();
    let output = process(folder.path(), &redis, &other).wait_with_output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.lines().last().unwrap().starts_with("maru: node_name = \"one\""), "{told}");
    drop(node);
}
