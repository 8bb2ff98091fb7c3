//! What is planned on any node is done once.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{ahead, cid, log_at, request},
};
use app::protocol::{ids::Cid, packets::ServerPacket};
use std::time::Duration;

/// Both plan on their own node, for the same moments; each message is there once.
async fn plan(deployment: &Deployment) {
    let (ann, bob, plaza) = deployment.ann_and_bob().await;
    let mut planned = Vec::new();
    for n in 0..20 {
        // Far enough for two requests on a busy machine.
        let due = ahead(5_000);
        for (node, who) in deployment.nodes.iter().zip([&ann.login, &bob.login]) {
            let id = cid();
            let path = format!("/api/v1/rooms/{plaza}/later");
            let body = format!(r#"{{"cid":"{id}","text":"{n}","at":{due}}}"#);
            let (status, body) =
                request(node.at, "POST", &path, Some(&who.cookie), Some(&body)).await;
            assert_eq!(status, 201, "{body}");
            planned.push(id);
        }
    }
    within(Duration::from_secs(20), "all messages", async || {
        log_at(deployment.nodes[0].at, &ann.login, plaza)
            .await
            .iter()
            .filter(|it| it.cid.is_some())
            .count()
            >= planned.len()
    })
    .await;
    within(Duration::from_secs(8), "the same log", async || {
        let mut logs = Vec::new();
        for node in &deployment.nodes {
            logs.push(log_at(node.at, &ann.login, plaza).await.len());
        }
        logs[0] == logs[1]
    })
    .await;
    deployment.same_log_everywhere(&ann.login, plaza).await;
    let log = log_at(deployment.nodes[1].at, &ann.login, plaza).await;
    let mut said: Vec<Cid> = log.iter().filter_map(|it| it.cid).collect();
    said.sort_unstable();
    planned.sort_unstable();
    assert_eq!(said, planned);
}

#[tokio::test]
async fn without_redis_what_two_nodes_planned_is_said_once() {
    // Each thinks that it leads.
    plan(&Deployment::start(None, 2).await).await;
}

#[tokio::test]
async fn with_redis_what_two_nodes_planned_is_said_once() {
    let Some(redis) = shared_redis() else { return };
    plan(&Deployment::start(Some(redis), 2).await).await;
}

#[tokio::test]
async fn with_redis_a_reminder_comes_on_whichever_node_its_user_is() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    let (ann, bob, plaza) = deployment.ann_and_bob().await;
    for (node, mut person) in deployment.nodes.iter().zip([ann, bob]) {
        let path = format!("/api/v1/rooms/{plaza}/entries/1/reminders");
        let body = format!(r#"{{"at":{}}}"#, ahead(2_500));
        let cookie = Some(person.login.cookie.as_str());
        let (status, body) = request(node.at, "POST", &path, cookie, Some(&body)).await;
        assert_eq!(status, 201, "{body}");
        person
            .expect("a reminder", |it| matches!(it, ServerPacket::Reminded(_)).then_some(()))
            .await;
    }
}
