//! Rooms of one's own on several nodes: who is out is out everywhere.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{Login, Person, account, act, cid, make_room, request},
};
use app::protocol::{
    ids::{RoomId, Seq},
    message::{Deed, What},
    packets::{Have, Lost, Outcome, ServerPacket},
    refusal::Refusal,
    room::Act,
};
use serde_json::Value;
use std::time::Duration;

fn lost(packet: &ServerPacket) -> Option<Lost> {
    match packet {
        ServerPacket::Lost(it) => Some(it.clone()),
        _ => None,
    }
}

async fn person(deployment: &Deployment, node: usize, name: &str) -> Person {
    let at = deployment.nodes[node].at;
    let mut person = Person::connect(at, account(at, name).await).await;
    person.hello(vec![]).await;
    person
}

/// Ann, who is host of an open room, on the first node; Bob, a member, on the second.
async fn attic(deployment: &Deployment) -> (Person, Person, RoomId) {
    deployment.admin().await;
    let mut ann = person(deployment, 0, "Ann").await;
    let mut bob = person(deployment, 1, "Bob").await;
    let attic = make_room(deployment.nodes[0].at, &ann.login, "private", "open").await;
    ann.enter(attic).await.unwrap();
    bob.enter(attic).await.unwrap();
    (ann, bob, attic)
}

async fn kick_across(deployment: &Deployment) {
    let (mut ann, mut bob, attic) = attic(deployment).await;
    let at = deployment.nodes[0].at;
    let kick = Act::Kick { user: bob.login.id, reason: String::new() };
    // She must know of him before.
    within(Duration::from_secs(7), "the kick", async || {
        act(at, &ann.login, attic, &kick).await.0 == 204
    })
    .await;
    for n in 0..20 {
        ann.say_as(cid(), attic, &format!("{n}")).await;
    }
    let last = ann.say(attic, "the last").await.unwrap();
    let heard = bob.heard_until("the loss", |it| lost(it).is_some()).await;
    assert_eq!(lost(heard.last().unwrap()).unwrap().deed, Some(Deed::Kicked));
    let end = heard.iter().rev().find_map(|it| match it {
        ServerPacket::Appended(it) if it.room == attic => it.entries.last().cloned(),
        _ => None,
    });
    assert!(matches!(&end.unwrap().what, What::Did(did) if did.deed == Deed::Kicked));
    // His node has all of hers by then, and he gets none of it.
    let mut cleo = person(deployment, 1, "Cleo").await;
    cleo.enter(attic).await.unwrap();
    cleo.entries(attic, last.seq.get()).await;
    assert_eq!(bob.say(attic, "hello?").await, Err(Refusal::NotEntered));
    let plaza = deployment.nodes[1].room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    let own = bob.say(plaza, "here").await.unwrap().seq;
    let is_own = |it: &ServerPacket| matches!(it, ServerPacket::Appended(it) if it.room == plaza && it.entries.iter().any(|it| it.seq == own));
    let heard = bob.heard_until("his own", is_own).await;
    let of_attic =
        |it: &&ServerPacket| matches!(it, ServerPacket::Appended(it) if it.room == attic);
    assert_eq!(heard.iter().filter(of_attic).count(), 0);
    deployment.same_log_everywhere(&ann.login, attic).await;
}

#[tokio::test]
async fn without_redis_a_user_who_is_kicked_on_another_node_hears_nothing_after_it() {
    kick_across(&Deployment::start(None, 2).await).await;
}

#[tokio::test]
async fn with_redis_a_user_who_is_kicked_on_another_node_hears_nothing_after_it() {
    let Some(redis) = shared_redis() else { return };
    kick_across(&Deployment::start(Some(redis), 2).await).await;
}

#[tokio::test]
async fn a_ban_on_two_nodes_at_once_has_one_outcome_everywhere() {
    let deployment = Deployment::start(shared_redis(), 2).await;
    let (ann, mut bob, attic) = attic(&deployment).await;
    let [here, there] = [0, 1].map(|it| deployment.nodes[it].at);
    let ban = Act::Ban { user: bob.login.id, secs: None, reason: String::new() };
    let (one, two) =
        tokio::join!(act(here, &ann.login, attic, &ban), act(there, &ann.login, attic, &ban));
    assert!(one.0 == 204 || two.0 == 204, "{one:?} {two:?}");
    let gone = bob.expect("the loss", lost).await;
    assert_eq!((gone.room, gone.deed), (attic, Some(Deed::Banned)));
    within(Duration::from_secs(7), "a ban on both nodes", async || {
        let mut refused = true;
        for at in [here, there] {
            let path = format!("/api/v1/rooms/{attic}/members/me");
            let (_, body) = request(at, "PUT", &path, Some(&bob.login.cookie), Some("{}")).await;
            refused &= body.contains("banned");
        }
        refused
    })
    .await;
    deployment.same_log_everywhere(&ann.login, attic).await;
}

async fn close_across(deployment: &Deployment) {
    let (ann, mut bob, attic) = attic(deployment).await;
    let close = Act::Close { reason: "over".into() };
    let (at, id) = (deployment.nodes[0].at, attic);
    assert_eq!(act(at, &ann.login, attic, &close).await.0, 204);
    let heard = bob.heard_until("the loss", |it| lost(it).is_some()).await;
    let reason = "over".to_owned();
    let expected = Lost { room: id, deed: Some(Deed::Closed), reason };
    assert_eq!(lost(heard.last().unwrap()), Some(expected));
    assert_eq!(bob.say(attic, "hello?").await, Err(Refusal::NoSuchRoom));
    for node in &deployment.nodes {
        let body = node.get(&ann.login, "/api/v1/rooms").await.to_string();
        assert!(!body.contains("Attic"), "{body}");
        assert_eq!(node.ready().await, 200, "no lineage is lost by it");
    }
}

#[tokio::test]
async fn without_redis_a_room_that_is_closed_on_another_node_is_gone() {
    close_across(&Deployment::start(None, 2).await).await;
}

#[tokio::test]
async fn with_redis_a_room_that_is_closed_on_another_node_is_gone() {
    let Some(redis) = shared_redis() else { return };
    close_across(&Deployment::start(Some(redis), 2).await).await;
}

#[tokio::test]
async fn whoever_made_a_room_on_one_node_follows_it_at_once_on_another() {
    let deployment = Deployment::start(None, 2).await;
    deployment.admin().await;
    let ann = person(&deployment, 0, "Ann").await;
    let attic = make_room(deployment.nodes[0].at, &ann.login, "private", "invite").await;
    let mut moved = Person::connect(deployment.nodes[1].at, ann.login.clone()).await;
    let welcomed = moved.hello(vec![Have { room: attic, have: Seq::ZERO }]).await;
    assert!(matches!(welcomed.rooms[0].outcome, Outcome::Follows { .. }), "{welcomed:?}");
}

#[tokio::test]
async fn whoever_asks_another_node_for_a_room_finds_it_at_once() {
    let deployment = Deployment::start(None, 2).await;
    deployment.admin().await;
    let ann = person(&deployment, 0, "Ann").await;
    let mut bob = person(&deployment, 1, "Bob").await;
    let [here, there] = [0, 1].map(|it| deployment.nodes[it].at);
    let make = async |door| make_room(here, &ann.login, "private", door).await;
    // Each time another room: of what was asked for once, the node knows.
    for (method, api, rest) in [
        ("GET", "", ""),
        ("GET", "/api/v1", ""),
        ("PUT", "/api/v1", "/members/me"),
        ("PUT", "/api/v1", "/waiting/me"),
    ] {
        let attic = make("open").await;
        let path = format!("{api}/rooms/{attic}{rest}");
        let (status, body) = request(there, method, &path, Some(&bob.login.cookie), None).await;
        assert_eq!(status, 200, "{method} {path}: {body}");
    }
    let attic = make("open").await;
    assert_eq!(bob.enter(attic).await.unwrap().room.id, attic);
    let hidden = make("invite").await;
    let path = format!("/api/v1/rooms/{hidden}");
    let of = async |who: &Login, at, method, path: &str| {
        request(at, method, path, Some(&who.cookie), Some("{}")).await
    };
    assert_eq!(of(&bob.login, there, "GET", &path).await.0, 404);
    assert_eq!(of(&ann.login, there, "GET", &path).await.0, 200);
    // A member of whom only the other node knows, of a room that this one knows.
    let attic = make("open").await;
    let path = format!("/api/v1/rooms/{attic}");
    assert_eq!(of(&bob.login, there, "GET", &path).await.0, 200);
    let people = format!("{path}/people");
    assert_eq!(of(&bob.login, there, "GET", &people).await.0, 403);
    assert_eq!(of(&bob.login, here, "PUT", &format!("{path}/members/me")).await.0, 200);
    assert_eq!(of(&bob.login, there, "GET", &people).await.0, 200);
}

#[tokio::test]
async fn an_invitation_made_on_one_node_is_good_at_once_on_another() {
    let deployment = Deployment::start(None, 2).await;
    deployment.admin().await;
    let ann = person(&deployment, 0, "Ann").await;
    let bob = person(&deployment, 1, "Bob").await;
    let [here, there] = [0, 1].map(|it| deployment.nodes[it].at);
    for (method, path) in
        [("GET", "/invite/"), ("GET", "/api/v1/invites/"), ("POST", "/api/v1/invites/")]
    {
        let attic = make_room(here, &ann.login, "private", "invite").await;
        let invites = format!("/api/v1/rooms/{attic}/invites");
        let (status, body) =
            request(here, "POST", &invites, Some(&ann.login.cookie), Some("{}")).await;
        assert_eq!(status, 201, "{body}");
        let invite: Value = serde_json::from_str(&body).unwrap();
        let path = format!("{path}{}", invite["token"].as_str().unwrap());
        let (status, body) = request(there, method, &path, Some(&bob.login.cookie), None).await;
        assert_eq!(status, 200, "{method} {path}: {body}");
    }
}

/// The last place is taken on one node, somebody waits on the other, and is let in there.
async fn last_place_across(deployment: &Deployment) {
    let (ann, mut bob, attic) = attic(deployment).await;
    let [here, there] = [0, 1].map(|it| deployment.nodes[it].at);
    let two = Act::Capacity { capacity: 2 };
    assert_eq!(act(here, &ann.login, attic, &two).await.0, 204);
    let mut cleo = person(deployment, 1, "Cleo").await;
    let mut dan = person(deployment, 0, "Dan").await;
    // Where the last place is taken is looked up where it is written.
    assert_eq!(cleo.enter(attic).await.unwrap_err(), Refusal::Full { capacity: 2 });
    for (at, person, place) in [(there, &cleo, 1), (here, &dan, 2)] {
        let path = format!("/api/v1/rooms/{attic}/waiting/me");
        let cookie = Some(person.login.cookie.as_str());
        let (status, body) = request(at, "PUT", &path, cookie, Some("{}")).await;
        assert_eq!(status, 200, "{body}");
        assert!(body.contains(&format!(r#""place":{place}"#)), "{body}");
    }
    let gained = |it: &ServerPacket| match it {
        ServerPacket::Gained(it) if it.id == attic => Some(it.mine),
        _ => None,
    };
    // She who waits first is on the other node than the host who makes room for her.
    let kick = Act::Kick { user: bob.login.id, reason: String::new() };
    within(Duration::from_secs(7), "the kick", async || {
        act(here, &ann.login, attic, &kick).await.0 == 204
    })
    .await;
    assert_eq!(bob.expect("the loss", lost).await.deed, Some(Deed::Kicked));
    assert!(cleo.expect("the place", gained).await);
    cleo.say(attic, "thank you").await.unwrap();
    // Her leaving there lets the next one in here.
    let path = format!("/api/v1/rooms/{attic}/members/me");
    let (status, body) = request(there, "DELETE", &path, Some(&cleo.login.cookie), None).await;
    assert_eq!(status, 204, "{body}");
    assert!(dan.expect("the place", gained).await);
    dan.say(attic, "at last").await.unwrap();
    deployment.same_log_everywhere(&ann.login, attic).await;
}

#[tokio::test]
async fn without_redis_whoever_waits_on_another_node_is_let_in() {
    last_place_across(&Deployment::start(None, 2).await).await;
}

#[tokio::test]
async fn with_redis_whoever_waits_on_another_node_is_let_in() {
    let Some(redis) = shared_redis() else { return };
    last_place_across(&Deployment::start(Some(redis), 2).await).await;
}
