//! Two who write to each other from different nodes: requests, seen marks and blocks.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{Login, Person, account, request},
};
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    packets::{ClientPacket, See, ServerPacket},
    people::Presence,
    refusal::Refusal,
    room::Request,
    snapshot::RoomSummary,
};
use serde_json::Value;
use std::time::Duration;

/// What reaches another node by the database alone takes up to so long.
const SOON: Duration = Duration::from_secs(7);

/// Ann, with an account, on the first node; Bob on the second; both members of the plaza.
struct Pair {
    deployment: Deployment,
    ann: Person,
    bob: Person,
    plaza: RoomId,
}

async fn somebody(deployment: &Deployment, node: usize, name: &str) -> Person {
    let at = deployment.nodes[node].at;
    let mut person = Person::connect(at, account(at, name).await).await;
    person.hello(vec![]).await;
    person
}

async fn pair(redis: Option<String>) -> Pair {
    let deployment = Deployment::start(redis, 2).await;
    deployment.admin().await;
    let mut ann = somebody(&deployment, 0, "Ann").await;
    let mut bob = somebody(&deployment, 1, "Bob").await;
    let plaza = deployment.nodes[0].room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    bob.enter(plaza).await.unwrap();
    Pair { deployment, ann, bob, plaza }
}

impl Pair {
    async fn ask(&self, node: usize, method: &str, path: &str, body: &str) -> (u16, Value) {
        let who = [&self.ann.login, &self.bob.login][node];
        let (at, path) = (self.deployment.nodes[node].at, format!("/api/v1/{path}"));
        let (status, body) = request(at, method, &path, Some(&who.cookie), Some(body)).await;
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    /// Ann asks to write to Bob and says something; his node knows of it when this returns.
    async fn asked(&mut self) -> RoomId {
        let (status, body) =
            self.ask(0, "POST", &format!("direct/{}", self.bob.login.id), "").await;
        assert_eq!(status, 200, "{body}");
        let room: RoomSummary = serde_json::from_value(body).unwrap();
        self.ann.enter(room.id).await.unwrap();
        self.ann.say(room.id, "hello").await.unwrap();
        within(SOON, "the request", async || {
            self.ask(1, "GET", "requests", "").await.1["requests"][0]["last"]["text"] == "hello"
        })
        .await;
        room.id
    }

    /// Both have written.
    async fn agreed(&mut self) -> RoomId {
        let room = self.asked().await;
        let path = format!("requests/{room}");
        assert_eq!(self.ask(1, "POST", &path, r#"{"answer":"accept"}"#).await.0, 204);
        self.bob.enter(room).await.unwrap();
        self.bob.say(room, "welcome").await.unwrap();
        room
    }

    /// How the one sees the other in the people list of a room, on their own node.
    async fn presence(&self, node: usize, room: RoomId) -> Option<Presence> {
        let (reader, other) = self.both(node);
        self.deployment.nodes[node].presence(reader, room, other).await
    }

    fn both(&self, node: usize) -> (&Login, UserId) {
        let (ann, bob) = (&self.ann.login, &self.bob.login);
        if node == 0 { (ann, bob.id) } else { (bob, ann.id) }
    }
}

async fn write_across(redis: Option<String>) {
    let mut pair = pair(redis).await;
    let room = pair.asked().await;
    let gained = |it: &ServerPacket| match it {
        ServerPacket::Gained(it) if it.id == room => Some((it.request, it.name.clone())),
        _ => None,
    };
    assert_eq!(pair.bob.expect("the request", gained).await, (Request::Received, "Ann".into()));
    for text in ["two", "three"] {
        pair.ann.say(room, text).await.unwrap();
    }
    assert_eq!(pair.ann.say(room, "four").await, Err(Refusal::NotAnswered));
    let path = format!("requests/{room}");
    assert_eq!(pair.ask(1, "POST", &path, r#"{"answer":"accept"}"#).await.0, 204);
    // Whether she may write is looked up where it is written.
    pair.ann.say(room, "at last").await.unwrap();
    pair.bob.enter(room).await.unwrap();
    pair.bob.say(room, "welcome").await.unwrap();
    pair.ann.hears(room, "welcome").await;
    pair.bob.hears(room, "at last").await;
    within(SOON, "the answer on her node", async || {
        pair.ask(0, "GET", &format!("rooms/{room}"), "").await.1["request"].is_null()
    })
    .await;
    pair.deployment.same_log_everywhere(&pair.ann.login, room).await;
}

#[tokio::test]
async fn without_redis_two_on_two_nodes_ask_accept_and_write() {
    write_across(None).await;
}

#[tokio::test]
async fn with_redis_two_on_two_nodes_ask_accept_and_write() {
    let Some(redis) = shared_redis() else { return };
    write_across(Some(redis)).await;
}

#[tokio::test]
async fn with_redis_a_seen_mark_is_told_on_the_other_node_and_not_before_the_answer() {
    let Some(redis) = shared_redis() else { return };
    let mut pair = pair(Some(redis)).await;
    let room = pair.asked().await;
    let see = |n| ClientPacket::See(See { room, seq: Seq::ZERO.plus(n) });
    let refused = |it: &ServerPacket| match it {
        ServerPacket::Refused(it) => Some(it.reason),
        _ => None,
    };
    pair.bob.send(&see(1)).await;
    assert_eq!(pair.bob.expect("a refusal", refused).await, Refusal::NotAllowed);
    pair.bob.enter(room).await.unwrap();
    let answer = pair.bob.say(room, "hello you").await.unwrap().seq;
    pair.bob.send(&ClientPacket::See(See { room, seq: answer })).await;
    let id = pair.bob.login.id;
    let seen = |it: &ServerPacket| match it {
        ServerPacket::Seen(it) if it.user == id => Some(it.seq),
        _ => None,
    };
    assert_eq!(pair.ann.expect("a seen mark", seen).await, answer);
}

#[tokio::test]
async fn without_redis_what_was_seen_on_the_other_node_is_read_from_the_database() {
    let mut pair = pair(None).await;
    let room = pair.agreed().await;
    let seq = Seq::ZERO.plus(2);
    pair.bob.send(&ClientPacket::See(See { room, seq })).await;
    within(SOON, "the seen mark", async || {
        pair.ask(0, "GET", &format!("rooms/{room}/people"), "").await.1["seen"] == seq.get()
    })
    .await;
}

async fn block_across(redis: Option<String>) {
    let knows = redis.is_some();
    let mut pair = pair(redis).await;
    let room = pair.agreed().await;
    let plaza = pair.plaza;
    if knows {
        for node in [0, 1] {
            within(SOON, "each other", async || {
                pair.presence(node, plaza).await == Some(Presence::Here)
            })
            .await;
        }
    }
    let path = format!("blocks/{}", pair.ann.login.id);
    assert_eq!(pair.ask(1, "PUT", &path, "").await.0, 204);
    // It is looked up where it is written, so it holds at once, for both alike.
    assert_eq!(pair.ann.say(room, "hi").await, Err(Refusal::NotReachable));
    assert_eq!(pair.bob.say(room, "hi").await, Err(Refusal::NotReachable));
    // In the plaza they still hear each other, and are offline to each other.
    for node in [0, 1] {
        within(SOON, "an absence", async || {
            pair.presence(node, plaza).await == Some(Presence::Offline)
        })
        .await;
    }
    within(SOON, "a room of nobody who is there", async || {
        pair.ask(0, "GET", &format!("rooms/{room}"), "").await.1["presence"] == "offline"
    })
    .await;
    assert_eq!(pair.ask(1, "DELETE", &path, "").await.0, 204);
    pair.ann.say(room, "hi again").await.unwrap();
    pair.bob.hears(room, "hi again").await;
    if knows {
        for node in [0, 1] {
            within(SOON, "a return", async || {
                pair.presence(node, plaza).await == Some(Presence::Here)
            })
            .await;
        }
    }
}

#[tokio::test]
async fn without_redis_a_block_holds_both_ways_on_both_nodes() {
    block_across(None).await;
}

#[tokio::test]
async fn with_redis_a_block_holds_both_ways_on_both_nodes() {
    let Some(redis) = shared_redis() else { return };
    block_across(Some(redis)).await;
}
