//! The nodes by the API: who may see them, and draining one.

use crate::support::{Browser, Server};
use serde_json::Value;
use uuid::Uuid;

/// The node that answers.
async fn this_node(admin: &mut Browser) -> Value {
    let body = admin.get("/api/v1/nodes").await.expect(200).json();
    let nodes = body["nodes"].as_array().unwrap();
    nodes.iter().find(|it| it["is_this"] == true).unwrap().clone()
}

async fn upgrade(browser: &mut Browser, server: &Server) -> crate::support::Answer {
    let origin = format!("http://{}", server.at);
    let headers = [
        ("origin", origin.as_str()),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    browser.ask("GET", "/ws", &headers, "").await
}

#[tokio::test]
async fn only_an_admin_sees_and_drains_the_nodes() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let id = this_node(&mut ann).await["id"].as_str().unwrap().to_owned();
    let drain = format!("/api/v1/nodes/{id}/drain");
    let mut nobody = server.browser();
    nobody.get("/api/v1/nodes").await.refused(401, "not_signed_in");
    nobody.post(&drain, "").await.refused(401, "not_signed_in");
    nobody.delete(&drain).await.refused(401, "not_signed_in");
    for mut other in [server.signed_up("Bob").await, server.guest().await] {
        other.get("/api/v1/nodes").await.refused(403, "not_allowed");
        other.post(&drain, "").await.refused(403, "not_allowed");
        other.delete(&drain).await.refused(403, "not_allowed");
        // They learn no ids by it either.
        other.post("/api/v1/nodes/x/drain", "").await.refused(403, "not_allowed");
    }
    let foreign = [("origin", "https://evil.example")];
    ann.ask("POST", &drain, &foreign, "").await.refused(403, "foreign_origin");
    ann.ask("DELETE", &drain, &foreign, "").await.refused(403, "foreign_origin");
    assert_eq!(this_node(&mut ann).await["draining"], false);
}

#[tokio::test]
async fn a_node_tells_how_it_stands() {
    let server = Server::start_with(|it| it.node_name = "hall-1".parse().ok()).await;
    let node = this_node(&mut server.signed_up("Ann").await).await;
    assert_eq!((&node["name"], &node["rooms"]), (&"hall-1".into(), &4.into()));
    assert_eq!((&node["sessions"], &node["draining"]), (&0.into(), &false.into()));
    assert_eq!(node["version"], env!("CARGO_PKG_VERSION"));
    assert!(node["since"].as_i64().unwrap() > 1_700_000_000_000);
}

#[tokio::test]
async fn a_drained_node_is_not_ready_and_takes_no_sockets_until_that_is_undone() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let id = this_node(&mut ann).await["id"].as_str().unwrap().to_owned();
    let drain = format!("/api/v1/nodes/{id}/drain");
    // Twice is once.
    for _ in 0..2 {
        ann.post(&drain, "").await.expect(204);
        let ready = ann.get("/api/v1/ready").await.expect(503);
        assert_eq!(ready.body, r#"{"ready":false}"#);
        assert_eq!(this_node(&mut ann).await["draining"], true);
        upgrade(&mut ann, &server).await.refused(503, "busy");
    }
    // Pages and API go on: the proxy may still send some.
    ann.get("/rooms").await.expect(200);
    ann.json("PUT", "/api/v1/rooms/plaza/members/me", "").await.expect(200);
    for _ in 0..2 {
        ann.delete(&drain).await.expect(204);
        ann.get("/api/v1/ready").await.expect(200);
        assert_eq!(this_node(&mut ann).await["draining"], false);
    }
}

#[tokio::test]
async fn nodes_that_there_are_not_are_not_found() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    for node in [Uuid::now_v7().to_string(), "this".into(), "%2e%2e".into(), "x".repeat(900)] {
        let drain = format!("/api/v1/nodes/{node}/drain");
        ann.post(&drain, "").await.refused(404, "not_found");
        ann.delete(&drain).await.refused(404, "not_found");
    }
    let id = this_node(&mut ann).await["id"].as_str().unwrap().to_owned();
    ann.json("PUT", &format!("/api/v1/nodes/{id}/drain"), "").await.expect(405);
    ann.get("/api/v1/ready").await.expect(200);
}
