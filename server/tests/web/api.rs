//! Rooms, logs and announcements by the API, and how the server is.

use crate::support::{Browser, Server};
use uuid::Uuid;

async fn say(browser: &mut Browser, room: &str, text: &str) -> crate::support::Answer {
    let body = serde_json::json!({ "cid": Uuid::now_v7(), "text": text }).to_string();
    browser.post(&format!("/api/v1/rooms/{room}/entries"), &body).await
}

#[tokio::test]
async fn rooms_are_listed_entered_and_left() {
    let server = Server::start().await;
    server.browser().get("/api/v1/rooms").await.refused(401, "not_signed_in");
    let mut ann = server.guest().await;
    let rooms = ann.get("/api/v1/rooms").await.expect(200).json();
    let names: Vec<_> = rooms["rooms"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["plaza", "music", "film", "late-night"]);
    assert_eq!(rooms["rooms"][0]["capacity"], 500);
    let id = rooms["rooms"][0]["id"].as_str().unwrap().to_owned();
    say(&mut ann, "plaza", "hello").await.refused(403, "not_entered");
    let entered = ann.json("PUT", &format!("/api/v1/rooms/{id}/members/me"), "").await;
    assert_eq!(entered.expect(200).json()["people"], 1);
    let again = ann.get("/api/v1/rooms").await.expect(200).json();
    assert_eq!(
        again["rooms"].as_array().unwrap().len(),
        4,
        "a channel that one is in is listed once"
    );
    let people = ann.get("/api/v1/rooms/plaza/people").await.expect(200).json();
    assert_eq!(people["people"][0]["role"], "guest");
    ann.delete("/api/v1/rooms/plaza/members/me").await.expect(204);
    assert_eq!(ann.get(&format!("/api/v1/rooms/{id}")).await.expect(200).json()["people"], 0);
    for path in ["/api/v1/rooms/attic", "/api/v1/rooms/attic/people"] {
        ann.get(path).await.refused(404, "no_such_room");
    }
    ann.get("/api/v1/attic").await.refused(404, "not_found");
    ann.delete("/api/v1/rooms").await.expect(405);
}

#[tokio::test]
async fn what_was_said_is_read_page_by_page() {
    let server = Server::start().await;
    let mut ann = server.guest().await;
    ann.json("PUT", "/api/v1/rooms/plaza/members/me", "").await.expect(200);
    for text in ["one", "two", " three \n"] {
        say(&mut ann, "plaza", text).await.expect(201);
    }
    let read = async |browser: &mut Browser, query: &str| {
        let page = browser.get(&format!("/api/v1/rooms/plaza/entries{query}")).await;
        let page = page.expect(200).json();
        assert_eq!(page["head"], 4);
        let entries = page["entries"].as_array().unwrap();
        entries.iter().map(|it| it["seq"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(read(&mut ann, "").await, [1, 2, 3, 4]);
    assert_eq!(read(&mut ann, "?limit=2").await, [3, 4]);
    assert_eq!(read(&mut ann, "?before=3&limit=1").await, [2]);
    assert_eq!(read(&mut ann, "?after=1&limit=2").await, [2, 3]);
    assert_eq!(read(&mut ann, "?limit=0").await, [4]);
    assert_eq!(read(&mut ann, "?limit=100000").await, [1, 2, 3, 4]);
    for query in ["?after=-1", "?after=x", "?before=9007199254740992", "?limit=-1", "?after=1e308"]
    {
        let path = format!("/api/v1/rooms/plaza/entries{query}");
        ann.get(&path).await.refused(400, "malformed");
    }
    let page = ann.get("/api/v1/rooms/plaza/entries?after=3").await.json();
    assert_eq!(page["entries"][0]["text"], "three");
}

#[tokio::test]
async fn the_same_cid_is_the_same_entry() {
    let server = Server::start().await;
    let mut ann = server.guest().await;
    ann.json("PUT", "/api/v1/rooms/plaza/members/me", "").await.expect(200);
    let body = serde_json::json!({ "cid": Uuid::now_v7(), "text": "once" }).to_string();
    let first = ann.post("/api/v1/rooms/plaza/entries", &body).await.expect(201).json();
    let second = ann.post("/api/v1/rooms/plaza/entries", &body).await.expect(201).json();
    assert_eq!(first, second);
    assert_eq!(first["seq"], 2);
}

#[tokio::test]
async fn texts_that_cannot_be_sent_are_refused() {
    let server =
        Server::start_with(|it| (it.limits.sends_per_sec, it.limits.sends_burst) = (1, 3)).await;
    let mut ann = server.guest().await;
    ann.json("PUT", "/api/v1/rooms/plaza/members/me", "").await.expect(200);
    say(&mut ann, "plaza", " \n ").await.refused(422, "empty");
    let long = say(&mut ann, "plaza", &"가".repeat(4_001)).await.refused(422, "too_long");
    assert_eq!(long.json()["chars_max"], 4_000);
    say(&mut ann, "plaza", &"가".repeat(4_000)).await.expect(201);
    say(&mut ann, "attic", "hello").await.refused(404, "no_such_room");
    say(&mut ann, "plaza", "two").await.expect(201);
    // A busy machine may take a second for one of them, not for two in each of twenty.
    let mut answer = say(&mut ann, "plaza", "three").await.expect(201);
    for _ in 0..20 {
        if answer.status == 201 {
            answer = say(&mut ann, "plaza", "and more").await;
        }
    }
    let fast = answer.refused(429, "too_fast");
    assert_eq!(fast.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn only_an_admin_announces() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let mut bob = server.signed_up("Bob").await;
    let all = r#"{"text":"The hall closes at ten."}"#;
    bob.post("/api/v1/announcements", all).await.refused(403, "not_allowed");
    ann.post("/api/v1/announcements", r#"{"text":" "}"#).await.refused(422, "empty");
    ann.post("/api/v1/announcements", all).await.expect(201);
    for room in ["plaza", "late-night"] {
        let page = bob.get(&format!("/api/v1/rooms/{room}/entries")).await.expect(200).json();
        assert_eq!(page["entries"][0]["kind"], "announced");
    }
}

#[tokio::test]
async fn anybody_may_ask_how_the_server_is() {
    let server = Server::start_with(|it| it.name = "The Hall".into()).await;
    let status = server.browser().get("/api/v1/status").await.expect(200).json();
    assert_eq!((&status["name"], &status["rooms"]), (&"The Hall".into(), &4.into()));
    assert_eq!(status["sessions"], 0);
    let ready = server.browser().get("/api/v1/ready").await.expect(200);
    assert_eq!(ready.body, r#"{"ready":true}"#);
}
