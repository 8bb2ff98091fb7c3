//! Looking for somebody to talk with, on several nodes.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{Login, Person, account, request},
};
use app::protocol::{
    ids::RoomId,
    matching::{MatchState, MatchView},
};
use std::{net::SocketAddr, time::Duration};

async fn ask(at: SocketAddr, who: &Login, method: &str, path: &str, body: &str) -> String {
    let path = format!("/api/v1/{path}");
    let (status, body) = request(at, method, &path, Some(&who.cookie), Some(body)).await;
    assert!((200..300).contains(&status), "{path} {status} {body}");
    body
}

/// Each looks on their own node; both come into one room.
pub(crate) async fn meet(deployment: &Deployment) -> (Vec<Person>, RoomId) {
    let mut people = Vec::new();
    for (node, name) in deployment.nodes.iter().zip(["Ann", "Bob"]) {
        let mut person = Person::connect(node.at, account(node.at, name).await).await;
        person.hello(vec![]).await;
        people.push(person);
    }
    for (node, Person { login: who, .. }) in deployment.nodes.iter().zip(&people) {
        ask(node.at, who, "PUT", "me/born", r#"{"year":1990}"#).await;
        ask(node.at, who, "PUT", "match", r#"{"languages":["ko"]}"#).await;
    }
    let mut met = None;
    within(Duration::from_secs(30), "one room with both", async || {
        let mut rooms: Vec<RoomId> = Vec::new();
        for (node, Person { login: who, .. }) in deployment.nodes.iter().zip(&people) {
            let view = ask(node.at, who, "GET", "match", "").await;
            match serde_json::from_str::<MatchView>(&view).unwrap().state {
                MatchState::Matched { room } => rooms.push(room),
                MatchState::Proposed(it) if !it.answered => {
                    let path = format!("match/proposals/{}", it.proposal);
                    ask(node.at, who, "PUT", &path, r#"{"yes":true}"#).await;
                }
                _ => {}
            }
        }
        let [one, other] = rooms[..] else { return false };
        assert_eq!(one, other);
        met = Some(one);
        true
    })
    .await;
    (people, met.unwrap())
}

#[tokio::test]
async fn two_on_two_nodes_meet_in_one_room() {
    let Some(redis) = shared_redis() else { return };
    meet(&Deployment::start(Some(redis), 2).await).await;
}
