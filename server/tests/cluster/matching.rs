//! Looking for somebody to talk with, on several nodes.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{Login, Person, account, request},
};
use app::protocol::{
    ids::RoomId,
    matching::{MatchState, MatchView},
    message::{Deed, What},
    packets::ServerPacket,
    room::RoomKind,
    snapshot::RoomSummary,
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

/// A room as somebody sees it on their node.
async fn seen(at: SocketAddr, who: &Login, room: RoomId) -> RoomSummary {
    serde_json::from_str(&ask(at, who, "GET", &format!("rooms/{room}"), "").await).unwrap()
}

#[tokio::test]
async fn two_who_press_keep_on_two_nodes_know_each_other_on_both() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    let (mut people, room) = meet(&deployment).await;
    let nodes: Vec<_> = deployment.nodes.iter().map(|it| it.at).collect();
    for (person, at) in people.iter_mut().zip(&nodes) {
        within(Duration::from_secs(10), "the room", async || {
            let path = format!("/api/v1/rooms/{room}");
            request(*at, "GET", &path, Some(&person.login.cookie), None).await.0 == 200
        })
        .await;
        person.enter(room).await.unwrap();
    }
    let (ann, bob) = (people[0].login.clone(), people[1].login.clone());
    assert_ne!(seen(nodes[0], &ann, room).await.peer, Some(bob.id));
    for (who, at) in [(&ann, nodes[0]), (&bob, nodes[1])] {
        ask(at, who, "PUT", &format!("rooms/{room}/meeting/keep"), r#"{"keep":true}"#).await;
    }
    for person in &mut people {
        let is_kept = |what: &What| matches!(what, What::Did(it) if it.deed == Deed::Kept);
        let kept = person.expect("that it is kept", |it| match it {
            ServerPacket::Appended(it) if it.room == room => {
                it.entries.iter().any(|it| is_kept(&it.what)).then_some(())
            }
            _ => None,
        });
        kept.await;
    }
    for (who, other, at) in [(&ann, &bob, nodes[0]), (&bob, &ann, nodes[1])] {
        let found = seen(at, who, room).await;
        assert_eq!((found.kind, found.peer), (RoomKind::Pair, Some(other.id)));
    }
}

/// Who looks out on one node is told, once, of whoever looks for somebody on another.
#[tokio::test]
async fn a_lookout_is_told_of_on_whichever_node() {
    let Some(redis) = shared_redis() else { return };
    let deployment = Deployment::start(Some(redis), 2).await;
    let mut people = Vec::new();
    for (node, name) in deployment.nodes.iter().zip(["Ann", "Bob"]) {
        let mut person = Person::connect(node.at, account(node.at, name).await).await;
        person.hello(vec![]).await;
        ask(node.at, &person.login, "PUT", "me/born", r#"{"year":1990}"#).await;
        people.push(person);
    }
    let [ann, bob] = &mut people[..] else { panic!("two nodes") };
    let wishes = r#"{"languages":["ko"],"interests":["tea"]}"#;
    ask(deployment.nodes[0].at, &ann.login, "PUT", "match/lookout", wishes).await;
    ask(deployment.nodes[1].at, &bob.login, "PUT", "match", wishes).await;
    let told = |packet: &ServerPacket| match packet {
        ServerPacket::Matching(it) => it.lookout.as_ref().and_then(|it| it.told),
        _ => None,
    };
    let at = ann.expect("a word", told).await;
    let view = ask(deployment.nodes[0].at, &ann.login, "GET", "match", "").await;
    let view: MatchView = serde_json::from_str(&view).unwrap();
    assert_eq!(view.lookout.and_then(|it| it.told), Some(at));
}
