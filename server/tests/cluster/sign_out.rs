//! What ends or changes on one node ends or changes on all.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{Person, open, request, sign_in},
};
use app::protocol::close::Close;
use std::time::{Duration, Instant};

async fn sign_out(deployment: &Deployment, limit: Duration) {
    let (mut ann, mut bob, plaza) = deployment.ann_and_bob().await;
    // Signed out on the first node; the socket is on the second.
    let cookie = bob.login.cookie.clone();
    let began = Instant::now();
    let (status, _) =
        request(deployment.nodes[0].at, "DELETE", "/api/v1/logins/current", Some(&cookie), None)
            .await;
    assert_eq!(status, 204);
    assert_eq!(bob.close_code().await, Close::SignedOut.code());
    assert!(began.elapsed() < limit, "{:?}", began.elapsed());
    ann.say(plaza, "he is gone").await.unwrap();
    let at = deployment.nodes[1].at;
    let again = open(at, "/ws", Some(&cookie), Some(&format!("http://{at}"))).await;
    assert_eq!(again.err(), Some(401));
}

#[tokio::test]
async fn without_redis_a_sign_out_reaches_the_other_node_by_the_database() {
    let deployment = Deployment::start(None, 2).await;
    sign_out(&deployment, Duration::from_secs(5)).await;
}

#[tokio::test]
async fn with_redis_a_sign_out_reaches_the_other_node_at_once() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    sign_out(&deployment, Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_logins_on_every_node() {
    let deployment = Deployment::start(shared_redis(), 2).await;
    let [one, two] = [&deployment.nodes[0], &deployment.nodes[1]];
    let here = deployment.admin().await;
    let there = sign_in(two.at, "Root", "a long enough one").await;
    let mut page = Person::connect(two.at, there).await;
    page.hello(vec![]).await;
    let body = r#"{"current":"a long enough one","password":"an even longer one"}"#;
    let (status, body) =
        request(one.at, "PUT", "/api/v1/me/password", Some(&here.cookie), Some(body)).await;
    assert_eq!(status, 204, "{body}");
    assert_eq!(page.close_code().await, Close::SignedOut.code());
}

#[tokio::test]
async fn a_new_name_is_shown_on_every_node() {
    let deployment = Deployment::start(shared_redis(), 2).await;
    let (ann, mut bob, plaza) = deployment.ann_and_bob().await;
    let at = deployment.nodes[0].at;
    let body = Some(r#"{"name":"Robert"}"#);
    let (status, body) = request(at, "PATCH", "/api/v1/me", Some(&bob.login.cookie), body).await;
    assert_eq!(status, 200, "{body}");
    let there = &deployment.nodes[1];
    within(Duration::from_secs(5), "the new name", async || {
        let body = there.get(&ann.login, &format!("/api/v1/rooms/{plaza}/people")).await;
        body["people"].as_array().unwrap().iter().any(|it| it["name"] == "Robert")
    })
    .await;
    // The list and the socket learn of it one after the other.
    within(Duration::from_secs(5), "the new name beside what is said", async || {
        let acked = bob.say(plaza, "it is me").await.unwrap();
        bob.entries(plaza, acked.seq.get()).await.pop().unwrap().name == "Robert"
    })
    .await;
}
