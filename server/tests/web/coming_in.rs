//! Sign-up, sign-in, guests, sign-out, and the cookie.

use crate::support::{PASSWORD, Server, soon};
use std::time::{Duration, Instant};

fn credentials(name: &str, password: &str) -> String {
    serde_json::json!({ "name": name, "password": password }).to_string()
}

#[tokio::test]
async fn the_first_account_runs_the_server_and_others_do_not() {
    let server = Server::start().await;
    let mut guest = server.guest().await;
    assert_eq!(guest.get("/api/v1/me").await.expect(200).json()["me"]["role"], "guest");
    let mut ann = server.signed_up("Ann").await;
    let me = ann.get("/api/v1/me").await.expect(200).json();
    assert_eq!((&me["me"]["name"], &me["me"]["role"]), (&"Ann".into(), &"owner".into()));
    let mut bob = server.signed_up("Bob").await;
    assert_eq!(bob.get("/api/v1/me").await.expect(200).json()["me"]["role"], "member");
}

#[tokio::test]
async fn an_account_signs_in_and_out_and_in_again() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let first = ann.cookies["maru_login"].clone();
    let answer = ann.delete("/api/v1/logins/current").await.expect(204);
    assert!(answer.header("set-cookie").unwrap().starts_with("maru_login=; Path=/; Max-Age=0"));
    assert!(ann.cookies.is_empty());
    ann.get("/api/v1/me").await.refused(401, "not_signed_in");
    // The cookie is not only gone from the browser: it opens nothing any more.
    ann.cookies.insert("maru_login".into(), first.clone());
    ann.get("/api/v1/me").await.refused(401, "not_signed_in");
    ann.cookies.clear();
    let answer = ann.post("/api/v1/logins", &credentials("ann", PASSWORD)).await.expect(201);
    assert_eq!(answer.json()["me"]["name"], "Ann");
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_ne!(ann.cookies["maru_login"], first);
    ann.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_alike() {
    let server = Server::start().await;
    server.signed_up("Ann").await;
    let mut eve = server.browser();
    let mut answers = Vec::new();
    for name in ["Ann", "Nobody", "\u{202E}", ""] {
        let mut fastest = Duration::MAX;
        let mut body = String::new();
        for _ in 0..3 {
            let begun = Instant::now();
            let answer = eve.post("/api/v1/logins", &credentials(name, "wrong password")).await;
            fastest = fastest.min(begun.elapsed());
            body = answer.refused(401, "wrong_credentials").body;
        }
        answers.push((body, fastest));
    }
    for (body, time) in &answers {
        assert_eq!(*body, answers[0].0);
        // To hash takes any machine of today longer than this, and all else takes less.
        assert!(*time > Duration::from_millis(5), "{time:?}");
    }
    assert!(eve.cookies.is_empty());
}

#[tokio::test]
async fn a_guest_has_no_password_to_sign_in_with() {
    let server = Server::start().await;
    let mut guest = server.browser();
    guest.post("/api/v1/guests", r#"{"name":"Gus Guest"}"#).await.expect(201);
    for password in ["", "anything at all"] {
        let body = credentials("Gus Guest", password);
        server.browser().post("/api/v1/logins", &body).await.refused(401, "wrong_credentials");
    }
}

#[tokio::test]
async fn names_that_look_alike_are_taken() {
    let server = Server::start().await;
    server.signed_up("Ann Bolle").await;
    let mut eve = server.browser();
    for name in ["ann bolle", "Аnn Bolle", "Ann Bo11e", "Ánn Bolle", "Ａｎｎ Bolle", "Ann_Bolle"]
    {
        eve.post("/api/v1/users", &credentials(name, PASSWORD)).await.refused(409, "name_taken");
        let guest = serde_json::json!({ "name": name }).to_string();
        eve.post("/api/v1/guests", &guest).await.refused(409, "name_taken");
    }
    for name in ["하늘", "Ann Bolla"] {
        eve.post("/api/v1/users", &credentials(name, PASSWORD)).await.expect(201);
    }
}

#[tokio::test]
async fn bad_names_and_passwords_are_refused_with_their_reason() {
    let server = Server::start().await;
    let mut eve = server.browser();
    let length = eve.post("/api/v1/users", &credentials("a", PASSWORD)).await;
    let length = length.refused(422, "name_length").json();
    assert_eq!((&length["chars_min"], &length["chars_max"]), (&2.into(), &24.into()));
    for (name, password, reason) in [
        ("ann\u{200B}", PASSWORD, "name_characters"),
        ("ann\u{202E}", PASSWORD, "name_characters"),
        ("<script>", PASSWORD, "name_characters"),
        ("Ann", "short", "password_length"),
        ("Ann", "1234567890", "password_common"),
        ("Ann", "Password123", "password_common"),
        ("Annabel Lee", "annabel lee", "password_common"),
    ] {
        eve.post("/api/v1/users", &credentials(name, password)).await.refused(422, reason);
    }
    assert!(eve.cookies.is_empty());
}

#[tokio::test]
async fn bodies_of_a_wrong_shape_are_malformed() {
    let server = Server::start().await;
    let mut eve = server.browser();
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"name":"Ann"}"#,
        r#"{"name":{"$gt":""},"password":"correct horse battery"}"#,
        r#"{"name":["Ann"],"password":"correct horse battery"}"#,
        r#"{"name":"Ann","password":null}"#,
        r#"{"name":"Ann","name":"Bob","password":"correct horse battery"}"#,
    ] {
        eve.post("/api/v1/users", body).await.refused(400, "malformed");
        eve.post("/api/v1/logins", body).await.refused(400, "malformed");
    }
    let plain = [("content-type", "text/plain")];
    let body = credentials("Ann", PASSWORD);
    eve.ask("POST", "/api/v1/users", &plain, &body).await.refused(415, "malformed");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    eve.post("/api/v1/users", &deep).await.refused(400, "malformed");
    let big = credentials("Ann", &"x".repeat(70_000));
    eve.post("/api/v1/users", &big).await.refused(413, "malformed");
}

#[tokio::test]
async fn forged_cookies_open_nothing() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let real = ann.cookies["maru_login"].clone();
    let other = if real.starts_with('0') { '1' } else { '0' };
    for forged in [
        "",
        "x",
        "1",
        &"0".repeat(64),
        &format!("{other}{}", &real[1..]),
        &real[..63],
        &real.to_uppercase().replace(|it: char| it.is_ascii_digit(), "A"),
        &format!("{real}{real}"),
        "' or 1=1 --",
    ] {
        ann.cookies.insert("maru_login".into(), forged.into());
        ann.get("/api/v1/me").await.refused(401, "not_signed_in");
        ann.get("/rooms").await.goes_to("/sign-in?next=%2Frooms");
    }
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_this_host() {
    let server = Server::start_with(|it| {
        it.origins = vec!["https://chat.example".parse().unwrap()];
    })
    .await;
    let mut ann = server.browser();
    let headers = [("origin", "https://chat.example"), ("content-type", "application/json")];
    let body = credentials("Ann", PASSWORD);
    let answer = ann.ask("POST", "/api/v1/users", &headers, &body).await.expect(201);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-maru_login="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure"));
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    ann.get("/api/v1/me").await.expect(200);
    // Under the other name, as a neighbouring host could set it, it is nothing.
    let token = ann.cookies.remove("__Host-maru_login").unwrap();
    ann.cookies.insert("maru_login".into(), token);
    ann.get("/api/v1/me").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_by_account() {
    let server = Server::start_with(|it| it.limits.logins_per_min = 3).await;
    server.signed_up("Ann").await;
    server.signed_up("Bob").await;
    let mut eve = server.browser();
    for _ in 0..3 {
        let body = credentials("Ann", "wrong password");
        eve.post("/api/v1/logins", &body).await.refused(401, "wrong_credentials");
    }
    // Whether the password is right no longer matters, nor how the name is written.
    let refused = eve.post("/api/v1/logins", &credentials("ANN", PASSWORD)).await;
    let refused = refused.refused(429, "too_fast");
    let wait_ms = refused.json()["retry_after_ms"].as_u64().unwrap();
    assert!((1..=20_000).contains(&wait_ms), "{wait_ms}");
    assert!(refused.header("retry-after").is_some());
    eve.post("/api/v1/logins", &credentials("Bob", PASSWORD)).await.expect(201);
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_by_address() {
    let server = Server::start_with(|it| it.limits.logins_per_min = 1).await;
    let mut eve = server.browser();
    for name in ["one", "two", "three", "four"] {
        let body = credentials(name, "wrong password");
        eve.post("/api/v1/logins", &body).await.refused(401, "wrong_credentials");
    }
    let body = credentials("five", "wrong password");
    eve.post("/api/v1/logins", &body).await.refused(429, "too_fast");
}

#[tokio::test]
async fn new_users_are_limited_by_address() {
    let server = Server::start_with(|it| {
        it.limits.sign_ups_per_hour = 1;
        it.limits.guests_per_hour = 2;
    })
    .await;
    server.signed_up("Ann").await;
    let mut eve = server.browser();
    eve.post("/api/v1/users", &credentials("Eve", PASSWORD)).await.refused(429, "too_fast");
    server.guest().await;
    server.guest().await;
    eve.post("/api/v1/guests", r#"{"name":"Eve"}"#).await.refused(429, "too_fast");
}

#[tokio::test]
async fn a_crowd_at_the_door_is_served_or_told_to_come_back() {
    let server = Server::start_with(|it| it.password_threads = 1).await;
    server.signed_up("Ann").await;
    let crowd = (0..70).map(|_| {
        let mut browser = server.browser();
        async move { browser.post("/api/v1/logins", &credentials("Ann", PASSWORD)).await.status }
    });
    let statuses = soon("the crowd", futures::future::join_all(crowd)).await;
    let let_in = statuses.iter().filter(|it| **it == 201).count();
    let busy = statuses.iter().filter(|it| **it == 503).count();
    assert_eq!(let_in + busy, 70, "{statuses:?}");
    assert!(let_in >= 51, "{let_in}");
    server.browser().post("/api/v1/logins", &credentials("Ann", PASSWORD)).await.expect(201);
}
