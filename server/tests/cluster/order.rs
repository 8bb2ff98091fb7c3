//! Order on the whole server, kept on one node, holds on all.

use crate::{
    deployment::{Deployment, shared_redis, within},
    support::{Login, Person, account, open, request},
};
use app::protocol::{close::Close, ids::RoomId, packets::ServerPacket, refusal::Refusal};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What reaches another node by the database alone takes up to so long.
const BY_DATABASE: Duration = Duration::from_secs(5);
const AT_ONCE: Duration = Duration::from_secs(1);

/// A moderator on the first node; Eve, a member of the plaza, on the second.
struct Scene {
    deployment: Deployment,
    moderator: Login,
    eve: Person,
    plaza: RoomId,
}

async fn scene(redis: Option<String>) -> Scene {
    let deployment = Deployment::start(redis, 2).await;
    let owner = deployment.admin().await;
    let [here, there] = [0, 1].map(|it| deployment.nodes[it].at);
    let moderator = account(here, "Mo Mod").await;
    let mut eve = Person::connect(there, account(there, "Eve").await).await;
    eve.hello(vec![]).await;
    let plaza = deployment.nodes[1].room(&eve.login, "plaza").await;
    eve.enter(plaza).await.unwrap();
    let scene = Scene { deployment, moderator, eve, plaza };
    let path = format!("people/{}/role", scene.moderator.id);
    scene.ask(0, &owner, "PUT", &path, r#"{"role":"moderator"}"#).await;
    scene
}

impl Scene {
    /// Asks that node by REST; a failure ends the test.
    async fn ask(&self, node: usize, who: &Login, method: &str, path: &str, body: &str) -> Value {
        let (at, path) = (self.deployment.nodes[node].at, format!("/api/v1/{path}"));
        let (status, body) = request(at, method, &path, Some(&who.cookie), Some(body)).await;
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// The moderator does something about Eve, on the first node.
    async fn moderates(&self, method: &str, what: &str, body: &str) {
        let path = format!("people/{}/{what}", self.eve.login.id);
        self.ask(0, &self.moderator, method, &path, body).await;
    }
}

async fn ban_across(redis: Option<String>, limit: Duration) {
    let mut scene = scene(redis).await;
    let began = Instant::now();
    scene.moderates("PUT", "ban", r#"{"secs":3600,"reason":"enough"}"#).await;
    assert_eq!(scene.eve.close_code().await, Close::SignedOut.code());
    assert!(began.elapsed() < limit, "{:?}", began.elapsed());
    // No door of any node opens again, be it by the old login or by the password.
    for node in &scene.deployment.nodes {
        let (at, cookie) = (node.at, Some(scene.eve.login.cookie.as_str()));
        let socket = open(at, "/ws", cookie, Some(&format!("http://{at}"))).await;
        assert_eq!(socket.err(), Some(401));
        assert_eq!(request(at, "GET", "/api/v1/me", cookie, None).await.0, 401);
        let body = r#"{"name":"Eve","password":"a long enough one"}"#;
        let (status, body) = request(at, "POST", "/api/v1/logins", None, Some(body)).await;
        assert_eq!(status, 403, "{body}");
        assert!(body.contains("account_banned"), "{body}");
    }
}

#[tokio::test]
async fn without_redis_a_ban_by_a_moderator_closes_the_sockets_on_the_other_node() {
    ban_across(None, BY_DATABASE).await;
}

#[tokio::test]
async fn with_redis_a_ban_by_a_moderator_closes_the_sockets_on_the_other_node_at_once() {
    let Some(redis) = shared_redis() else { return };
    ban_across(Some(redis), AT_ONCE).await;
}

/// A mute is looked up where something is written: it holds everywhere from its answer on.
async fn mute_across(redis: Option<String>) {
    let mut scene = scene(redis).await;
    let plaza = scene.plaza;
    scene.eve.say(plaza, "before").await.unwrap();
    scene.moderates("PUT", "mute", r#"{"secs":3600,"reason":"calm down"}"#).await;
    let refused = scene.eve.say(plaza, "after").await.unwrap_err();
    assert!(matches!(refused, Refusal::Muted { until: Some(_) }), "{refused:?}");
    // Reading goes on, and so does what others say.
    let mut ann = Person::new(scene.deployment.nodes[0].at, "Ann").await;
    ann.enter(plaza).await.unwrap();
    ann.say(plaza, "let her read").await.unwrap();
    scene.eve.hears(plaza, "let her read").await;
    scene.moderates("DELETE", "mute", "").await;
    scene.eve.say(plaza, "thank you").await.unwrap();
}

#[tokio::test]
async fn without_redis_a_mute_on_the_whole_server_holds_on_the_other_node() {
    mute_across(None).await;
}

#[tokio::test]
async fn with_redis_a_mute_on_the_whole_server_holds_on_the_other_node() {
    let Some(redis) = shared_redis() else { return };
    mute_across(Some(redis)).await;
}

/// How many notices the next packet about them counts.
async fn noticed(person: &mut Person) -> u32 {
    let count = |it: &ServerPacket| match it {
        ServerPacket::Noticed(it) => Some(it.notices),
        _ => None,
    };
    person.expect("a notice", count).await
}

async fn told(scene: &Scene, node: usize, who: &Login) -> Vec<String> {
    let body = scene.ask(node, who, "GET", "notices", "").await;
    let notices = body["notices"].as_array().unwrap();
    notices.iter().map(|it| it["told"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn with_redis_the_decision_of_a_report_is_told_to_both_wherever_they_are() {
    let Some(redis) = shared_redis() else { return };
    let mut scene = scene(Some(redis)).await;
    let at = scene.deployment.nodes[1].at;
    let mut bob = Person::connect(at, account(at, "Bob").await).await;
    bob.hello(vec![]).await;
    let eve = scene.eve.login.clone();
    let report = format!(r#"{{"against":"{}","why":"spam"}}"#, eve.id);
    let made = scene.ask(1, &bob.login, "POST", "reports", &report).await;
    // The other node has the queue, decides, and both learn of it on theirs.
    let queue = scene.ask(0, &scene.moderator, "GET", "reports?state=open", "").await;
    assert_eq!(queue["reports"][0]["id"], made["id"]);
    let path = format!("reports/{}/decision", made["id"].as_str().unwrap());
    let warn = r#"{"decision":"warn","note":"no selling"}"#;
    scene.ask(0, &scene.moderator, "POST", &path, warn).await;
    assert_eq!(noticed(&mut bob).await, 1);
    assert_eq!(noticed(&mut scene.eve).await, 1);
    assert_eq!(told(&scene, 1, &bob.login).await, ["report_acted"]);
    assert_eq!(told(&scene, 1, &eve).await, ["warned"]);
}

#[tokio::test]
async fn without_redis_the_next_page_tells_the_decision_of_a_report() {
    let mut scene = scene(None).await;
    let eve = scene.eve.login.clone();
    scene.moderates("POST", "warnings", r#"{"reason":"be kind"}"#).await;
    assert_eq!(told(&scene, 1, &eve).await, ["warned"]);
    // Nor is a role that was given there unknown here for long.
    let owner = scene.deployment.admin().await;
    let path = format!("people/{}/role", eve.id);
    scene.ask(0, &owner, "PUT", &path, r#"{"role":"moderator"}"#).await;
    let (at, cookie) = (scene.deployment.nodes[1].at, eve.cookie.clone());
    within(BY_DATABASE, "the role", async || {
        request(at, "GET", "/api/v1/reports", Some(&cookie), None).await.0 == 200
    })
    .await;
    assert!(scene.eve.say(scene.plaza, "still here").await.is_ok());
}
