//! Rooms of one's own: finding, making, entering, inviting; and what those outside learn of them.

use crate::support::{Answer, Browser, Server};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

const PASSWORD: &str = "sesame 1234";

/// Makes a private room and returns its id.
async fn make(host: &mut Browser, name: &str, door: &str) -> String {
    let body = serde_json::json!({
        "name": name, "topic": "whispered things", "kind": "private", "door": door,
        "password": PASSWORD, "capacity": 10,
    });
    let room = host.post("/api/v1/rooms", &body.to_string()).await.expect(201).json();
    room["id"].as_str().unwrap().to_owned()
}

/// Makes an invitation and returns its token.
async fn invite(host: &mut Browser, room: &str, wish: &str) -> String {
    let path = format!("/api/v1/rooms/{room}/invites");
    let made = host.post(&path, wish).await.expect(201).json();
    made["token"].as_str().unwrap().to_owned()
}

async fn enter(who: &mut Browser, room: &str, key: &str) -> Answer {
    who.json("PUT", &format!("/api/v1/rooms/{room}/members/me"), key).await
}

fn ids(answer: &Answer) -> BTreeSet<String> {
    let rooms = answer.json()["rooms"].as_array().unwrap().clone();
    rooms.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_room_is_made_found_and_entered_by_its_password() {
    let server = Server::start().await;
    let (mut ann, mut bob) = (server.signed_up("Ann").await, server.signed_up("Bob").await);
    let room = make(&mut ann, " 심야\u{202E} 영화방 ", "password").await;
    let found = bob.get("/api/v1/directory?q=%EC%98%81%ED%99%94").await.expect(200);
    assert_eq!(ids(&found), [room.clone()].into());
    let shown = &found.json()["rooms"][0];
    assert_eq!((&shown["name"], &shown["people"]), (&"심야 영화방".into(), &1.into()));
    assert_eq!((&shown["door"], &shown["head"]), (&"password".into(), &0.into()));
    enter(&mut bob, &room, "").await.refused(403, "wrong_password");
    enter(&mut bob, &room, r#"{"password":"sesame"}"#).await.refused(403, "wrong_password");
    let path = format!("/api/v1/rooms/{room}/entries");
    bob.get(&path).await.refused(403, "not_entered");
    enter(&mut bob, &room, &format!(r#"{{"password":"{PASSWORD}"}}"#)).await.expect(200);
    bob.get(&path).await.expect(200);
    // The counts of the directory are of now.
    let found = ann.get("/api/v1/directory?sort=people&limit=1").await.expect(200).json();
    assert_eq!((&found["rooms"][0]["people"], &found["rooms"][0]["id"]), (&2.into(), &room.into()));
    assert_eq!((&found["total"], &found["next"]), (&1.into(), &Value::Null));
}

#[tokio::test]
async fn guests_make_no_rooms_and_what_does_not_fit_is_refused() {
    let server = Server::start_with(|it| it.limits.rooms_per_hour = 2).await;
    let mut eve = server.guest().await;
    let body = r#"{"name":"A","kind":"private","capacity":2}"#;
    eve.post("/api/v1/rooms", body).await.refused(403, "not_allowed");
    let mut ann = server.signed_up("Ann").await;
    for (body, status, reason) in [
        (r#"{"name":" ","kind":"private","capacity":2}"#, 422, "name_length"),
        (r#"{"name":"A","kind":"private","capacity":1}"#, 422, "out_of_bounds"),
        (r#"{"name":"A","kind":"channel","capacity":9}"#, 400, "malformed"),
        (r#"{"name":"A","kind":"private","door":"password","capacity":9}"#, 422, "password_length"),
        (r#"{"name":["A"],"kind":"private","capacity":9}"#, 400, "malformed"),
        (r#"{"name":"A","kind":"private","capacity":-9}"#, 400, "malformed"),
    ] {
        ann.post("/api/v1/rooms", body).await.refused(status, reason);
    }
    for expected in [201, 201, 429] {
        ann.post("/api/v1/rooms", body).await.expect(expected);
    }
}

#[tokio::test]
async fn nothing_of_a_hidden_room_is_told_to_strangers() {
    // Haste must not be what makes two answers differ.
    let server = Server::start_with(|config| config.limits.sends_burst = 100_000).await;
    let mut ann = server.signed_up("Ann").await;
    let hidden = make(&mut ann, "Hidden Attic", "invite").await;
    let unknown = Uuid::now_v7().to_string();
    // Whoever moderates the server does not know of it either.
    let mut eve = server.signed_up("Eve").await;
    for path in [
        "/rooms",
        "/rooms?q=attic",
        "/api/v1/rooms",
        "/api/v1/directory?q=attic",
        "/api/v1/directory",
    ] {
        let answer = eve.get(path).await.expect(200);
        // What was sought stands in its own field.
        let body = answer.body.replace("value=\"attic\"", "");
        for secret in ["Hidden Attic", "whispered", hidden.as_str()] {
            assert!(!body.contains(secret), "{path} tells {secret}");
        }
    }
    for route in server::all_routes().filter(|it| it.path.contains("{room}")) {
        let asked = [&hidden, &unknown].map(|room| {
            let path = route.path.replace("{room}", room).replace("{invite}", &unknown);
            path.replace("{seq}", "1").replace("{user}", &unknown)
        });
        let mut answers = Vec::new();
        for (path, room) in asked.iter().zip([&hidden, &unknown]) {
            let answer = send(&mut eve, route.method, path).await;
            let flash = eve.cookies.remove("maru_flash");
            let alike = |text: &str| text.replace(room.as_str(), "room");
            let to = answer.header("location").map(alike);
            answers.push((answer.status, to, flash, without_nonce(&alike(&answer.body))));
        }
        assert_eq!(answers[0], answers[1], "{} {}", route.method, route.path);
        assert!(!answers[0].3.contains("Attic"), "{} {}", route.method, route.path);
    }
}

/// A request with a body that suits most.
async fn send(who: &mut Browser, method: &str, path: &str) -> Answer {
    let method = method.to_ascii_uppercase();
    if path.starts_with("/api/") {
        let body = match path.rsplit('/').next().unwrap() {
            "acts" => r#"{"act":"topic","topic":"t"}"#.to_owned(),
            "entries" => format!(r#"{{"cid":"{}","text":"hi"}}"#, Uuid::now_v7()),
            _ => "{}".to_owned(),
        };
        let body = if method == "GET" { "" } else { &body };
        return who.json(&method, path, body).await;
    }
    if method == "POST" {
        return who.form(path, &[("act", "topic"), ("topic", "t"), ("text", "hi")]).await;
    }
    who.get(path).await
}

/// A page but for what is another on each.
fn without_nonce(page: &str) -> String {
    let mut rest = page;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once("nonce=\"") {
        plain.push_str(before);
        rest = after.split_once('"').map_or("", |it| it.1);
    }
    let mut whole = plain + rest;
    while let Some((before, after)) = whole.split_once(" crossorigin=\"") {
        whole = before.to_owned() + after.split_once('"').map_or("", |it| it.1);
    }
    // The clock is in the snapshot, and in what it has of matchmaking.
    while let Some((before, after)) = whole.split_once("\\\"at\\\":") {
        whole = before.to_owned() + after.split_once(',').map_or("", |it| it.1);
    }
    whole
}

#[tokio::test]
async fn an_invitation_opens_its_own_room_only_as_often_as_it_says() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let (attic, cellar) =
        (make(&mut ann, "Attic", "invite").await, make(&mut ann, "Cellar", "invite").await);
    let open = make(&mut ann, "Garden", "open").await;
    let token = invite(&mut ann, &attic, r#"{"uses":1,"secs":3600}"#).await;
    assert_eq!(token.len(), 64);
    let key = format!(r#"{{"invite":"{token}"}}"#);
    let (mut bob, mut eve) = (server.guest().await, server.guest().await);
    let seen = bob.get(&format!("/api/v1/invites/{token}")).await.expect(200).json();
    assert_eq!((&seen["room"]["name"], &seen["host"]), (&"Attic".into(), &"Ann".into()));
    assert_eq!((&seen["room"]["people"], &seen["room"]["capacity"]), (&1.into(), &10.into()));
    assert_eq!(seen["room"]["head"], 0);
    enter(&mut bob, &cellar, &key).await.refused(404, "no_such_room");
    enter(&mut bob, &open, &key).await.refused(410, "invite_over");
    bob.get(&format!("/api/v1/rooms/{attic}")).await.refused(404, "no_such_room");
    enter(&mut bob, &attic, &key).await.expect(200);
    // It raises nobody.
    bob.get(&format!("/api/v1/rooms/{attic}/invites")).await.refused(403, "not_allowed");
    for path in [format!("/api/v1/invites/{token}"), "/api/v1/invites/nonsense".into()] {
        eve.get(&path).await.refused(410, "invite_over");
        eve.post(&path, "").await.refused(410, "invite_over");
    }
    enter(&mut eve, &attic, &key).await.refused(404, "no_such_room");
    let listed = ann.get(&format!("/api/v1/rooms/{attic}/invites")).await.expect(200).json();
    let listed = &listed["invites"][0];
    assert_eq!((&listed["by"], &listed["used"]), (&"Ann".into(), &1.into()));
    assert_eq!((&listed["uses_left"], &listed["token"]), (&0.into(), &Value::Null));
}

#[tokio::test]
async fn an_invitation_is_taken_back_by_hosts_of_its_room_only() {
    let server = Server::start().await;
    let (mut ann, mut bob) = (server.signed_up("Ann").await, server.signed_up("Bob").await);
    let (attic, garden) =
        (make(&mut ann, "Attic", "invite").await, make(&mut bob, "Garden", "open").await);
    let token = invite(&mut ann, &attic, "{}").await;
    let listed = ann.get(&format!("/api/v1/rooms/{attic}/invites")).await.json();
    let id = listed["invites"][0]["id"].as_str().unwrap().to_owned();
    bob.delete(&format!("/api/v1/rooms/{attic}/invites/{id}")).await.refused(404, "no_such_room");
    bob.delete(&format!("/api/v1/rooms/{garden}/invites/{id}")).await.refused(404, "not_found");
    bob.get(&format!("/api/v1/invites/{token}")).await.expect(200);
    ann.delete(&format!("/api/v1/rooms/{attic}/invites/{id}")).await.expect(204);
    bob.get(&format!("/api/v1/invites/{token}")).await.refused(410, "invite_over");
    for wish in [r#"{"uses":0}"#, r#"{"secs":0}"#, r#"{"uses":10001}"#] {
        let path = format!("/api/v1/rooms/{attic}/invites");
        ann.post(&path, wish).await.refused(422, "out_of_bounds");
    }
}

#[tokio::test]
async fn trying_passwords_is_limited_however_the_room_is_written() {
    let server = Server::start_with(|it| it.limits.room_passwords_per_min = 3).await;
    let mut ann = server.signed_up("Ann").await;
    let room = make(&mut ann, "Attic", "password").await;
    let mut eve = server.guest().await;
    let spellings = [room.clone(), room.to_uppercase(), room.replace('-', "")];
    for spelling in &spellings {
        enter(&mut eve, spelling, r#"{"password":"guess"}"#).await.refused(403, "wrong_password");
    }
    let limited = enter(&mut eve, &room, r#"{"password":"guess"}"#).await.refused(429, "too_fast");
    assert!(limited.header("retry-after").is_some());
    // Nor by the form, nor for a room that there is not.
    let path = format!("/rooms/{room}/enter");
    eve.form(&path, &[("password", "guess")]).await.goes_to(&format!("/rooms/{room}"));
    let unknown = Uuid::now_v7().to_string();
    enter(&mut eve, &unknown, r#"{"password":"guess"}"#).await.refused(429, "too_fast");
    // Others from the same address still may, up to four times as often.
    let mut refused = 0;
    for _ in 0..5 {
        let mut bob = server.guest().await;
        for _ in 0..3 {
            let answer = enter(&mut bob, &room, r#"{"password":"guess"}"#).await;
            refused += usize::from(answer.status == 429);
        }
    }
    // Twelve a minute from one address, of which six were used up above.
    assert!((6..=9).contains(&refused), "{refused}");
}

#[tokio::test]
async fn no_answer_is_kept_and_no_other_site_changes_anything_by_any_route() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let room = make(&mut ann, "Attic", "open").await;
    let before = standing(&mut ann).await;
    for route in server::all_routes() {
        let path = route.path.replace("{room}", &room);
        let path = path.replace(['{', '}'], "");
        if route.method == "get" {
            let answer = ann.get(&path).await;
            let kept = answer.header("cache-control");
            // What is kept by its name for ever says so itself.
            assert!(
                kept.is_some_and(|it| it == "no-store" || it.starts_with("private")),
                "{path}: {kept:?}"
            );
            continue;
        }
        let method = route.method.to_ascii_uppercase();
        for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
            let headers = [("origin", "https://evil.example"), ("content-type", kind)];
            let answer = ann.ask(&method, &path, &headers, "").await;
            answer.refused(403, "foreign_origin");
        }
    }
    // Nor does reading change anything, also where a form is sent to.
    assert_eq!(standing(&mut ann).await, before);
}

/// What a user has and is, as far as it is told.
async fn standing(who: &mut Browser) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["me", "me/profile", "rooms", "directory", "notices", "blocks", "requests", "later"]
    {
        all.push(who.get(&format!("/api/v1/{path}")).await.expect(200).json());
    }
    all
}

#[tokio::test]
async fn a_refused_form_for_a_room_keeps_what_was_typed_but_the_password() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let fields = [
        ("name", "Film club"),
        ("topic", "films of the week"),
        ("kind", "private"),
        ("door", "password"),
        ("password", "abc"),
        ("capacity", "17"),
    ];
    let page = ann.form("/rooms/new", &fields).await.expect(422);
    for typed in ["Film club", "films of the week", "17"] {
        assert!(page.body.contains(typed), "{typed}");
    }
    assert!(!page.body.contains("value=\"abc\""));
    let fields = fields.map(|it| if it.0 == "password" { ("password", "abcd") } else { it });
    let made = ann.form("/rooms/new", &fields).await.expect(303);
    let path = made.header("location").unwrap().to_owned();
    assert!(ann.get(&path).await.expect(200).body.contains("Film club"));
    let mut bob = server.guest().await;
    assert!(bob.get(&path).await.expect(200).body.contains("Film club"), "its door");
    let enter = format!("{path}/enter");
    bob.form(&enter, &[("password", "abcx")]).await.goes_to(&path);
    bob.get(&format!("/api/v1{path}/people")).await.refused(403, "not_entered");
    bob.form(&enter, &[("password", "abcd")]).await.goes_to(&path);
    bob.get(&format!("/api/v1{path}/people")).await.expect(200);
}

#[tokio::test]
async fn a_link_is_shown_once_to_who_made_it_and_opens_the_room_by_a_form() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let room = make(&mut ann, "Attic", "invite").await;
    let settings = format!("/rooms/{room}/settings");
    let invites = format!("/rooms/{room}/invites");
    ann.form(&invites, &[("secs", "0"), ("uses", "")]).await.goes_to(&settings);
    let page = ann.get(&settings).await.expect(200);
    let (_, link) = page.body.split_once("/invite/").expect("the link");
    let token: String = link.chars().take(64).collect();
    assert!(!ann.get(&settings).await.expect(200).body.contains(&token), "told once");
    let mut bob = server.guest().await;
    let link = format!("/invite/{token}");
    server.browser().get(&link).await.goes_to(&format!("/sign-in?next=%2Finvite%2F{token}"));
    let door = bob.get(&link).await.expect(200);
    assert!(door.body.contains("Attic") && door.body.contains("Ann"));
    bob.form(&link, &[]).await.goes_to(&format!("/rooms/{room}"));
    bob.get(&link).await.goes_to(&format!("/rooms/{room}"));
    bob.get(&settings).await.goes_to(&format!("/rooms/{room}"));
    let over = bob.get(&format!("/invite/{}", "0".repeat(64))).await;
    assert_eq!(over.status, 410);
}

/// Somebody does something in a room by REST: the answer, and where a form for the same led.
async fn acts(who: &mut Browser, room: &str, act: &[(&str, &str)]) -> (u16, String) {
    let body: serde_json::Map<_, _> =
        act.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect();
    let path = format!("/rooms/{room}/acts");
    let answer = who.post(&format!("/api/v1{path}"), &Value::from(body).to_string()).await;
    // The form is refused for the same reason: whatever it says, it changes nothing.
    who.form(&path, act).await.expect(303);
    who.cookies.remove("maru_flash");
    let refused = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
    (answer.status, refused["reason"].as_str().unwrap_or_default().to_owned())
}

async fn people(who: &mut Browser, room: &str) -> BTreeSet<String> {
    let people = who.get(&format!("/api/v1/rooms/{room}/people")).await.expect(200).json();
    let people = people["people"].as_array().unwrap().clone();
    people.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn nobody_is_put_out_of_a_room_by_who_has_no_power_there_on_any_path() {
    let server = Server::start().await;
    let mut owner = server.signed_up("Olga").await;
    let (mut ann, mut bob) = (server.signed_up("Ann").await, server.signed_up("Bob").await);
    let (mut cleo, mut mo) = (server.signed_up("Cleo").await, server.signed_up("Mo Mod").await);
    let mut eve = server.signed_up("Eve").await;
    let id = async |who: &mut Browser| {
        who.get("/api/v1/me").await.json()["me"]["id"].as_str().unwrap().to_owned()
    };
    let role = format!("/api/v1/people/{}/role", id(&mut mo).await);
    owner.json("PUT", &role, r#"{"role":"moderator"}"#).await.expect(204);
    let attic = make(&mut ann, "Attic", "open").await;
    // Bob is host elsewhere, co-host here nowhere; Cleo is whom they want to be rid of.
    let garden = make(&mut bob, "Garden", "open").await;
    for who in [&mut bob, &mut cleo] {
        enter(who, &attic, "").await.expect(200);
    }
    let hidden = r#"{"act":"door","door":"invite"}"#;
    ann.post(&format!("/api/v1/rooms/{attic}/acts"), hidden).await.expect(204);
    let (victim, host) = (id(&mut cleo).await, id(&mut ann).await);
    let spellings = [attic.clone(), attic.to_uppercase(), attic.replace('-', "")];
    for act in ["kick", "ban", "mute"] {
        for room in &spellings {
            for (who, expected) in [
                (&mut bob, (403, "not_allowed")),
                (&mut cleo, (403, "not_allowed")),
                (&mut eve, (404, "no_such_room")),
                // Whoever moderates the server has no say where the room is hidden.
                (&mut mo, (404, "no_such_room")),
            ] {
                let subject = if expected.0 == 404 { &victim } else { &host };
                for user in [&victim, subject] {
                    let told = acts(who, room, &[("act", act), ("user", user.as_str())]).await;
                    let oneself = told.1 == "cannot_to_oneself";
                    assert!(oneself || told == (expected.0, expected.1.into()), "{act}: {told:?}");
                }
            }
        }
        // One's powers end at the door of one's own room.
        acts(&mut bob, &garden, &[("act", act), ("user", victim.as_str())]).await;
    }
    for (mut who, what) in [(bob.clone(), "ban"), (bob.clone(), "mute"), (ann.clone(), "ban")] {
        let path = format!("/api/v1/people/{victim}/{what}");
        who.json("PUT", &path, r#"{"reason":"mine"}"#).await.refused(403, "not_allowed");
    }
    let close = [("act", "close"), ("reason", "mine")];
    assert_eq!(acts(&mut bob, &attic, &close).await.0, 403);
    for who in [&mut bob, &mut mo] {
        let path = format!("/admin/rooms/{attic}/close");
        who.form(&path, &[("reason", "mine")]).await.expect(303);
    }
    let all = ["Ann", "Bob", "Cleo"].map(str::to_owned);
    assert_eq!(people(&mut ann, &attic).await, all.into());
    let none = ann.get(&format!("/api/v1/rooms/{attic}/sanctions")).await.expect(200).json();
    assert_eq!(none["sanctions"], serde_json::json!([]));
    // A co-host acts against members only.
    let made = format!(r#"{{"act":"cohost","user":"{}","on":true}}"#, id(&mut bob).await);
    ann.post(&format!("/api/v1/rooms/{attic}/acts"), &made).await.expect(204);
    for act in ["kick", "ban"] {
        let told = acts(&mut bob, &attic, &[("act", act), ("user", host.as_str())]).await;
        assert_eq!(told, (403, "not_allowed".into()));
    }
    let kick = format!(r#"{{"act":"kick","user":"{victim}"}}"#);
    bob.post(&format!("/api/v1/rooms/{attic}/acts"), &kick).await.expect(204);
    assert_eq!(people(&mut ann, &attic).await, ["Ann", "Bob"].map(str::to_owned).into());
}
