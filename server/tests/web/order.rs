//! Order on the whole server: roles, reports, sanctions, the audit log and the admin pages.

use crate::support::{Answer, Browser, PASSWORD, Server};
use serde_json::{Value, json};

/// An owner, an admin, a moderator, two members and a guest of one server.
struct Staff {
    server: Server,
    owner: Browser,
    admin: Browser,
    moderator: Browser,
    bob: Browser,
    eve: Browser,
    guest: Browser,
}

async fn id_of(browser: &mut Browser) -> String {
    browser.get("/api/v1/me").await.expect(200).json()["me"]["id"].as_str().unwrap().to_owned()
}

async fn staff() -> Staff {
    let server = Server::start().await;
    let mut owner = server.signed_up("Olga").await;
    let mut admin = server.signed_up("Adam").await;
    let mut moderator = server.signed_up("Mo Mod").await;
    let (bob, eve) = (server.signed_up("Bob").await, server.signed_up("Eve").await);
    for (browser, role) in [(&mut admin, "admin"), (&mut moderator, "moderator")] {
        give(&mut owner, &id_of(browser).await, role).await.expect(204);
    }
    let guest = server.guest().await;
    Staff { server, owner, admin, moderator, bob, eve, guest }
}

async fn give(by: &mut Browser, user: &str, role: &str) -> Answer {
    let body = json!({ "role": role }).to_string();
    by.json("PUT", &format!("/api/v1/people/{user}/role"), &body).await
}

/// Enters the plaza and says something there.
async fn say(browser: &mut Browser, text: &str) -> Answer {
    browser.json("PUT", "/api/v1/rooms/plaza/members/me", "").await.expect(200);
    let body = json!({ "cid": uuid::Uuid::now_v7(), "text": text }).to_string();
    browser.post("/api/v1/rooms/plaza/entries", &body).await
}

async fn report(by: &mut Browser, against: &str, more: Value) -> Answer {
    let mut body = json!({ "against": against, "why": "spam" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    by.post("/api/v1/reports", &body.to_string()).await
}

async fn told(browser: &mut Browser) -> Vec<String> {
    let notices = browser.get("/api/v1/notices").await.expect(200).json();
    let notices = notices["notices"].as_array().unwrap();
    notices.iter().map(|it| it["told"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn roles_are_given_downwards_only() {
    let mut it = staff().await;
    let (bob, owner) = (id_of(&mut it.bob).await, id_of(&mut it.owner).await);
    give(&mut it.eve, &bob, "member").await.refused(403, "not_allowed");
    give(&mut it.moderator, &bob, "moderator").await.refused(403, "not_allowed");
    give(&mut it.admin, &bob, "admin").await.refused(403, "not_allowed");
    give(&mut it.admin, &owner, "member").await.refused(403, "not_allowed");
    give(&mut it.owner, &owner, "member").await.refused(409, "last_owner");
    give(&mut it.owner, &bob, "king").await.refused(400, "malformed");
    give(&mut it.owner, "nobody", "member").await.refused(404, "not_found");
    give(&mut it.admin, &bob, "moderator").await.expect(204);
    it.bob.get("/api/v1/reports").await.expect(200);
    give(&mut it.admin, &bob, "member").await.expect(204);
    it.bob.get("/api/v1/reports").await.refused(403, "not_allowed");
    assert_eq!(told(&mut it.bob).await, ["role_changed", "role_changed"]);
}

#[tokio::test]
async fn a_report_carries_the_server_s_own_excerpt_and_ends_with_both_told() {
    let mut it = staff().await;
    let eve = id_of(&mut it.eve).await;
    for n in 0..15 {
        say(&mut it.eve, &format!("buy {n}")).await.expect(201);
    }
    let answer = report(&mut it.bob, &eve, json!({ "room": "plaza", "seq": 12, "text": "again" }));
    let id = answer.await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let again = report(&mut it.bob, &eve, json!({ "room": "plaza", "seq": 12 })).await;
    assert_eq!(again.expect(200).json()["id"], id);
    let queue = it.moderator.get("/api/v1/reports?state=open").await.expect(200).json();
    assert_eq!(queue["reports"].as_array().unwrap().len(), 1);
    let seqs: Vec<_> = queue["reports"][0]["excerpt"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["seq"].as_u64())
        .collect();
    assert_eq!(seqs, (2..=16).map(Some).collect::<Vec<_>>());
    let path = format!("/api/v1/reports/{id}/decision");
    let mute = r#"{"decision":"mute","secs":3600,"note":"no selling"}"#;
    it.bob.post(&path, mute).await.refused(403, "not_allowed");
    it.eve.post(&path, mute).await.refused(403, "not_allowed");
    it.moderator.post(&path, r#"{"decision":"mute","secs":0}"#).await.refused(422, "out_of_bounds");
    it.moderator.post(&path, mute).await.expect(204);
    it.admin.post(&path, mute).await.refused(409, "already_decided");
    assert_eq!(told(&mut it.bob).await, ["report_acted"]);
    let notice = it.eve.get("/api/v1/notices").await.json()["notices"][0].clone();
    assert_eq!((&notice["told"], &notice["why"]), (&json!("muted"), &json!("spam")));
    assert_eq!(notice["text"], "no selling");
    let confirm = format!("/api/v1/notices/{}/confirm", notice["id"].as_str().unwrap());
    it.bob.post(&confirm, "").await.refused(404, "not_found");
    it.eve.post(&confirm, "").await.expect(204);
}

#[tokio::test]
async fn reports_of_what_one_does_not_see_are_refused() {
    let mut it = staff().await;
    let (eve, bob) = (id_of(&mut it.eve).await, id_of(&mut it.bob).await);
    say(&mut it.eve, "hello").await.expect(201);
    report(&mut it.bob, &bob, json!({})).await.refused(403, "cannot_to_oneself");
    report(&mut it.bob, &eve, json!({ "room": "attic" })).await.refused(404, "no_such_room");
    let far = report(&mut it.bob, &eve, json!({ "room": "plaza", "seq": 99 })).await;
    far.refused(404, "not_found");
    report(&mut it.bob, &eve, json!({ "seq": 1 })).await.refused(400, "malformed");
    report(&mut it.bob, &eve, json!({ "why": "dislike" })).await.refused(400, "malformed");
    // Somebody else's words are not held against anybody.
    let admin = id_of(&mut it.admin).await;
    let wrong = report(&mut it.bob, &admin, json!({ "room": "plaza", "seq": 2 })).await;
    wrong.refused(404, "not_found");
    let nobody = uuid::Uuid::now_v7().to_string();
    report(&mut it.bob, &nobody, json!({})).await.refused(404, "not_found");
    report(&mut it.guest, &eve, json!({})).await.expect(201);
    for _ in 0..10 {
        report(&mut it.bob, &eve, json!({})).await.expect(201);
    }
    report(&mut it.bob, &eve, json!({})).await.refused(429, "too_fast");
}

#[tokio::test]
async fn a_banned_user_comes_in_by_no_door() {
    let mut it = staff().await;
    let eve = id_of(&mut it.eve).await;
    let path = format!("/api/v1/people/{eve}/ban");
    let ban = r#"{"secs":3600,"reason":"enough"}"#;
    it.bob.json("PUT", &path, ban).await.refused(403, "not_allowed");
    it.moderator.json("PUT", &path, ban).await.expect(204);
    it.eve.get("/api/v1/me").await.refused(401, "not_signed_in");
    say_refused(&mut it.eve).await;
    it.eve.get("/rooms").await.goes_to("/sign-in?next=%2Frooms");
    let body = json!({ "name": "Eve", "password": PASSWORD }).to_string();
    let mut back = it.server.browser();
    let refused = back.post("/api/v1/logins", &body).await.refused(403, "account_banned");
    assert!(refused.json()["until"].is_i64());
    let wrong = json!({ "name": "Eve", "password": "wrong horse battery" }).to_string();
    // Who does not know the password learns nothing of the ban.
    back.post("/api/v1/logins", &wrong).await.refused(401, "wrong_credentials");
    back.form("/sign-in", &[("name", "Eve"), ("password", PASSWORD)]).await.expect(403);
    assert!(back.cookies.is_empty());
    it.moderator.delete(&path).await.expect(204);
    back.post("/api/v1/logins", &body).await.expect(201);
    assert_eq!(told(&mut back).await, ["unbanned", "banned"]);
    let admin = id_of(&mut it.admin).await;
    let up = format!("/api/v1/people/{admin}/ban");
    it.moderator.json("PUT", &up, ban).await.refused(403, "not_allowed");
}

async fn say_refused(browser: &mut Browser) {
    let body = json!({ "cid": uuid::Uuid::now_v7(), "text": "still here" }).to_string();
    let answer = browser.post("/api/v1/rooms/plaza/entries", &body).await;
    answer.refused(401, "not_signed_in");
}

#[tokio::test]
async fn everything_done_by_a_role_is_in_the_audit_log_and_nobody_s_words_are() {
    let mut it = staff().await;
    let eve = id_of(&mut it.eve).await;
    say(&mut it.eve, "a secret of mine").await.expect(201);
    let id = report(&mut it.bob, &eve, json!({ "room": "plaza", "seq": 2 })).await.expect(201);
    let id = id.json()["id"].as_str().unwrap().to_owned();
    let decision = format!("/api/v1/reports/{id}/decision");
    it.moderator.post(&decision, r#"{"decision":"warn","note":"be kind"}"#).await.expect(204);
    let announced = r#"{"text":"the hall closes at ten"}"#;
    it.admin.post("/api/v1/announcements", announced).await.expect(201);
    let node = it.admin.get("/api/v1/nodes").await.expect(200).json();
    let node = node["nodes"][0]["id"].as_str().unwrap().to_owned();
    let drain = format!("/api/v1/nodes/{node}/drain");
    it.admin.post(&drain, "").await.expect(204);
    it.admin.delete(&drain).await.expect(204);
    it.moderator.get("/api/v1/audit").await.refused(403, "not_allowed");
    let log = it.admin.get("/api/v1/audit").await.expect(200);
    assert!(!log.body.contains("secret") && !log.body.contains("closes at ten"), "{}", log.body);
    let lines = log.json()["lines"].as_array().unwrap().clone();
    let actions: Vec<_> = lines.iter().map(|it| it["action"].as_str().unwrap()).collect();
    let announced = ["announce"; 4];
    let expected = [&["undrain", "drain"][..], &announced, &["warn", "decide", "role", "role"]];
    assert_eq!(actions, expected.concat());
    let mine = it.admin.get(&format!("/api/v1/audit?person={eve}&action=warn")).await.json();
    assert_eq!(mine["lines"][0]["by_name"], "Mo Mod");
    assert_eq!(mine["lines"].as_array().unwrap().len(), 1);
    it.admin.get("/api/v1/audit?action=dance").await.refused(400, "malformed");
}

#[tokio::test]
async fn each_admin_page_is_there_for_who_has_its_power_only() {
    let mut it = staff().await;
    let all = ["", "/people", "/rooms", "/reports", "/audit", "/nodes", "/announce"];
    for (n, part) in all.iter().enumerate() {
        let path = format!("/admin{part}");
        for browser in [&mut it.owner, &mut it.admin] {
            browser.get(&path).await.expect(200);
        }
        // Moderators see people, rooms and reports.
        it.moderator.get(&path).await.expect(if n < 4 { 200 } else { 404 });
        for browser in [&mut it.bob, &mut it.guest] {
            browser.get(&path).await.expect(404);
        }
        let sign_in = format!("/sign-in?next={}", path.replace('/', "%2F"));
        it.server.browser().get(&path).await.goes_to(&sign_in);
    }
}

#[tokio::test]
async fn forms_do_what_the_api_does_without_a_script() {
    let mut it = staff().await;
    let eve = id_of(&mut it.eve).await;
    say(&mut it.eve, "buy this").await.expect(201);
    let fields = [("why", "spam"), ("text", "look"), ("room", "plaza"), ("seq", "2")];
    let path = format!("/people/{eve}/report");
    it.bob.form(&path, &fields).await.goes_to(&format!("/people/{eve}"));
    let long = "x".repeat(1_001);
    let fields = [("why", "hate"), ("text", long.as_str()), ("room", "plaza"), ("seq", "2")];
    let page = it.guest.form(&path, &fields).await.expect(422).body;
    assert!(page.contains(&long), "what was typed is gone");
    assert!(page.contains("name=\"room\" value=\"plaza\""), "what it is about is gone");
    let fields = [("why", "hate"), ("room", "plaza"), ("seq", "2")];
    it.guest.form(&path, &fields).await.goes_to(&format!("/people/{eve}"));
    let queue = it.moderator.get("/admin/reports").await.expect(200).body;
    assert!(queue.contains("Bob") && queue.contains("buy this"), "{queue}");
    let reports = it.moderator.get("/api/v1/reports").await.json();
    let id = reports["reports"][0]["id"].as_str().unwrap();
    let fields = [("decision", "warn"), ("secs", "86400"), ("note", "stop"), ("back", "//evil")];
    it.moderator.form(&format!("/admin/reports/{id}"), &fields).await.goes_to("/admin/reports");
    let page = it.eve.get("/notices").await.expect(200).body;
    assert!(page.contains("You were warned.") && page.contains("stop"), "{page}");
    let notice = it.eve.get("/api/v1/notices").await.json()["notices"][0]["id"].clone();
    let confirm = format!("/notices/{}/confirm", notice.as_str().unwrap());
    it.eve.form(&confirm, &[]).await.goes_to("/notices");
    let ban = [("act", "ban"), ("secs", ""), ("reason", "enough"), ("back", "/admin/people?q=eve")];
    let person = format!("/admin/people/{eve}");
    it.bob.form(&person, &ban).await.goes_to("/admin/people?q=eve");
    it.eve.get("/api/v1/me").await.expect(200);
    it.moderator.form(&person, &ban).await.goes_to("/admin/people?q=eve");
    it.eve.get("/api/v1/me").await.expect(401);
    let people = it.moderator.get("/admin/people?q=EVE").await.expect(200).body;
    assert!(people.contains("banned for ever") && !people.contains(">Bob<"), "{people}");
    let role = [("act", "role"), ("role", "moderator"), ("back", "")];
    let bob = id_of(&mut it.bob).await;
    it.admin.form(&format!("/admin/people/{bob}"), &role).await.goes_to("/admin/people");
    it.bob.get("/admin/reports").await.expect(200);
    for (room, told) in [("all", "Announced."), ("attic", "There is no such")] {
        let word = [("room", room), ("text", "hello all")];
        it.admin.form("/admin/announce", &word).await.goes_to("/admin/announce");
        assert!(it.admin.get("/admin/announce").await.body.contains(told), "{told}");
    }
}

#[tokio::test]
async fn names_and_words_with_markup_are_text_on_the_admin_pages() {
    let mut it = staff().await;
    let eve = id_of(&mut it.eve).await;
    say(&mut it.eve, "<script>alert(1)</script>").await.expect(201);
    let more = json!({ "room": "plaza", "seq": 2, "text": "<img src=x onerror=alert(2)>" });
    report(&mut it.bob, &eve, more).await.expect(201);
    let warning = json!({ "reason": "<b onmouseover=alert(3)>" }).to_string();
    it.moderator.post(&format!("/api/v1/people/{eve}/warnings"), &warning).await.expect(201);
    for (browser, path) in [
        (&mut it.moderator, "/admin/reports"),
        (&mut it.admin, "/admin/audit"),
        (&mut it.eve, "/notices"),
    ] {
        let page = browser.get(path).await.expect(200).body;
        for markup in ["<script>alert", "<img src=x", "<b onmouse"] {
            assert!(!page.contains(markup), "{path} has {markup}");
        }
        assert!(page.contains("alert("), "{path} shows it as text");
    }
    // What is sought is shown again.
    let page = it.admin.get("/admin/people?q=%22%3E%3Cscript%3Ealert(4)").await.expect(200).body;
    assert!(!page.contains("<script>alert"), "{page}");
}

#[tokio::test]
async fn hidden_rooms_have_no_name_for_those_who_oversee_and_are_closed_by_admins() {
    let mut it = staff().await;
    let room = json!({ "name": "Secret den", "kind": "private", "door": "invite", "capacity": 9 });
    let made = it.bob.post("/api/v1/rooms", &room.to_string()).await.expect(201).json();
    let id = made["id"].as_str().unwrap().to_owned();
    let page = it.admin.get("/admin/rooms").await.expect(200).body;
    assert!(page.contains("A hidden room") && !page.contains("Secret den"), "{page}");
    it.admin.get(&format!("/api/v1/rooms/{id}")).await.refused(404, "no_such_room");
    let path = format!("/admin/rooms/{id}/close");
    let why = [("reason", "against the rules of the house")];
    it.moderator.form(&path, &why).await.goes_to("/admin/rooms");
    it.bob.get(&format!("/api/v1/rooms/{id}")).await.expect(200);
    it.admin.form(&path, &[("reason", " ")]).await.goes_to("/admin/rooms");
    it.bob.get(&format!("/api/v1/rooms/{id}")).await.expect(200);
    it.admin.form(&path, &why).await.goes_to("/admin/rooms");
    it.bob.get(&format!("/api/v1/rooms/{id}")).await.refused(404, "no_such_room");
    let line = it.admin.get("/api/v1/audit?action=close").await.json()["lines"][0].clone();
    assert_eq!((&line["by_name"], &line["object_name"]), (&json!("Adam"), &json!("")));
    assert_eq!(line["detail"]["reason"], "against the rules of the house");
}
