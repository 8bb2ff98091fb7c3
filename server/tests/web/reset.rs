//! A forgotten password: links by mail, what they do, and what they must never do.

use crate::{
    smtp::{Caught, Smtp},
    support::{Browser, PASSWORD, Server, exchange, soon},
};
use app::protocol::ids::Millis;
use server::{
    config::{Config, MailConfig},
    store::NewReset,
};
use sha2::{Digest as _, Sha256};
use std::{
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

const OTHER_PASSWORD: &str = "wrong pony battery";

/// Mails by that server, without limits of rate.
fn mailing(at: SocketAddr) -> impl FnOnce(&mut Config) {
    move |config| {
        let from = "Maru <maru@chat.example>".parse().unwrap();
        config.mail = MailConfig::new(&format!("smtp://{at}"), from);
        config.limits.resets_per_hour = 0;
    }
}

async fn with_email(server: &Server, name: &str, email: &str) -> Browser {
    let mut browser = server.signed_up(name).await;
    let body = serde_json::json!({ "current": PASSWORD, "email": email }).to_string();
    browser.json("PUT", "/api/v1/me/email", &body).await.expect(204);
    browser
}

/// The token of the link in a letter.
fn token_of(letter: &Caught) -> String {
    let (_, rest) = letter.text.split_once("/reset?token=").expect("a link");
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

async fn ask(server: &Server, name: &str) {
    let body = serde_json::json!({ "name": name }).to_string();
    server.browser().post("/api/v1/resets", &body).await.expect(202);
}

async fn redeem(server: &Server, token: &str, password: &str) -> crate::support::Answer {
    let body = serde_json::json!({ "password": password }).to_string();
    server.browser().json("PUT", &format!("/api/v1/resets/{token}"), &body).await
}

async fn sign_in(server: &Server, name: &str, password: &str) -> u16 {
    let body = serde_json::json!({ "name": name, "password": password }).to_string();
    server.browser().post("/api/v1/logins", &body).await.status
}

#[tokio::test]
async fn a_mailed_link_sets_a_password_once_and_ends_all_logins() {
    let mut smtp = Smtp::start(0).await;
    let server = Server::start_with(mailing(smtp.at)).await;
    let mut ann = with_email(&server, "Ann", "Ann@Mail.Example").await;
    let mut stranger = server.browser();
    let page = stranger.get("/forgot").await.expect(200);
    assert!(page.body.contains("action=\"/forgot\""), "{}", page.body);
    stranger.form("/forgot", &[("name", "ann")]).await.goes_to("/forgot");
    let letter = soon("a letter", smtp.letter()).await;
    assert!(letter.to.contains("<ann@mail.example>"), "{}", letter.to);
    assert!(letter.text.contains("From: Maru <maru@chat.example>"), "{}", letter.text);
    let token = token_of(&letter);
    assert_eq!(token.len(), 64);
    let link = format!("http://127.0.0.1:{}/reset?token={token}\r\n", server.at.port());
    assert!(letter.text.contains(&link), "{}", letter.text);

    let path = format!("/reset?token={token}");
    let page = stranger.get(&path).await.expect(200);
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    for attribute in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
        assert!(!page.body.contains(attribute), "{attribute} in {}", page.body);
    }
    let weak = stranger.form("/reset", &[("token", &token), ("password", "1234567890")]).await;
    assert!(weak.expect(422).body.contains(&token), "the form is there again");
    let fields = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    let done = stranger.form("/reset", &fields).await.goes_to("/sign-in");
    assert_eq!(done.header("referrer-policy"), Some("no-referrer"));
    assert!(!stranger.cookies.contains_key("maru_login"), "nobody is signed in by it");
    ann.get("/api/v1/me").await.refused(401, "not_signed_in");
    assert_eq!(sign_in(&server, "Ann", PASSWORD).await, 401);
    assert_eq!(sign_in(&server, "Ann", OTHER_PASSWORD).await, 201);

    redeem(&server, &token, PASSWORD).await.refused(410, "link_over");
    assert!(stranger.get(&path).await.expect(410).body.contains("/forgot"));
}

#[tokio::test]
async fn the_answer_is_the_same_for_every_name_and_nobody_else_gets_mail() {
    let mut smtp = Smtp::start(0).await;
    let server = Server::start_with(mailing(smtp.at)).await;
    with_email(&server, "Ann", "ann@mail.example").await;
    server.signed_up("Bob").await;
    let mut answers = Vec::new();
    for name in ["Bob", "Nobody", "nobody@mail.example", "", "\u{0}", "ann"] {
        let mut stranger = server.browser();
        let mut answer = stranger.form("/forgot", &[("name", name)]).await.expect(303);
        answer.headers.retain(|(key, _)| key != "date");
        answers.push((answer.headers, answer.body, stranger.cookies));
    }
    assert!(answers.windows(2).all(|it| it[0] == it[1]), "{answers:?}");
    // Only Ann has an address.
    let letter = soon("a letter", smtp.letter()).await;
    assert!(letter.to.contains("ann@mail.example") && smtp.is_empty());
    ask(&server, "ANN@mail.example").await;
    soon("a letter by address", smtp.letter()).await;
}

#[tokio::test]
async fn a_link_is_for_one_account_and_void_after_another_password() {
    let mut smtp = Smtp::start(0).await;
    let server = Server::start_with(mailing(smtp.at)).await;
    let mut ann = with_email(&server, "Ann", "ann@mail.example").await;
    server.signed_up("Bob").await;
    ask(&server, "Ann").await;
    let first = token_of(&soon("a letter", smtp.letter()).await);
    ask(&server, "Ann").await;
    let second = token_of(&soon("a letter", smtp.letter()).await);
    // Links are independent, until one is used.
    let change = serde_json::json!({ "current": PASSWORD, "password": OTHER_PASSWORD });
    ann.json("PUT", "/api/v1/me/password", &change.to_string()).await.expect(204);
    for token in [&first, &second] {
        redeem(&server, token, PASSWORD).await.refused(410, "link_over");
    }
    for token in ["", "0", &"0".repeat(64), &"é".repeat(32), "%00", "{\"$ne\":1}"] {
        let path = format!("/api/v1/resets/{}", token.replace(['{', '}', '"'], "%22"));
        let body = serde_json::json!({ "password": PASSWORD }).to_string();
        if path.is_ascii() {
            let answer = server.browser().json("PUT", &path, &body).await;
            assert!([404, 410].contains(&answer.status), "{path} {}", answer.status);
        }
    }
    let odd = r#"{"password":{"$ne":null}}"#;
    let path = format!("/api/v1/resets/{first}");
    server.browser().json("PUT", &path, odd).await.refused(400, "malformed");
    assert_eq!(sign_in(&server, "Ann", OTHER_PASSWORD).await, 201);
    assert_eq!(sign_in(&server, "Bob", PASSWORD).await, 201);
    // The last one by mail, of two: the other is void with it.
    ask(&server, "Ann").await;
    let third = token_of(&soon("a letter", smtp.letter()).await);
    ask(&server, "Ann").await;
    let fourth = token_of(&soon("a letter", smtp.letter()).await);
    redeem(&server, &third, PASSWORD).await.expect(204);
    redeem(&server, &fourth, OTHER_PASSWORD).await.refused(410, "link_over");
}

#[tokio::test]
async fn links_begin_with_the_configured_origin_whatever_a_request_says() {
    let mut smtp = Smtp::start(0).await;
    let mailing = mailing(smtp.at);
    let server = Server::start_with(|config| {
        mailing(config);
        config.origins = vec!["https://chat.example".parse().unwrap()];
        config.proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let mut ann = server.browser();
    let origin = ("origin", "https://chat.example");
    let json = ("content-type", "application/json");
    let body = serde_json::json!({ "name": "Ann", "password": PASSWORD }).to_string();
    ann.ask("POST", "/api/v1/users", &[origin, json], &body).await.expect(201);
    let body = serde_json::json!({ "current": PASSWORD, "email": "ann@mail.example" }).to_string();
    ann.ask("PUT", "/api/v1/me/email", &[origin, json], &body).await.expect(204);
    let body = r#"{"name":"Ann"}"#;
    let request = format!(
        "POST /api/v1/resets HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\n\
         forwarded: host=evil.example\r\norigin: https://chat.example\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    exchange(server.at, request.as_bytes()).await.expect(202);
    let letter = soon("a letter", smtp.letter()).await;
    assert!(letter.text.contains("https://chat.example/reset?token="), "{}", letter.text);
    assert!(!letter.text.contains("evil"), "{}", letter.text);
}

#[tokio::test]
async fn an_account_and_an_address_ask_for_so_many_links_and_no_more() {
    let mut smtp = Smtp::start(0).await;
    let mailing = mailing(smtp.at);
    let server = Server::start_with(|config| {
        mailing(config);
        config.limits.resets_per_hour = 2;
        config.proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    with_email(&server, "Ann", "ann@mail.example").await;
    with_email(&server, "Bob", "bob@mail.example").await;
    let asks = async |name: &str, from: &str| {
        let headers = [("x-forwarded-for", from), ("content-type", "application/json")];
        let body = serde_json::json!({ "name": name }).to_string();
        server.browser().ask("POST", "/api/v1/resets", &headers, &body).await
    };
    for _ in 0..2 {
        asks("Ann", "192.0.2.1").await.expect(202);
        soon("a letter", smtp.letter()).await;
    }
    asks("Ann", "192.0.2.1").await.refused(429, "too_fast");
    asks("Nobody", "192.0.2.1").await.refused(429, "too_fast");
    // From elsewhere the answer is as ever, and Ann gets no third letter.
    asks("Ann", "192.0.2.2").await.expect(202);
    asks("Bob", "192.0.2.3").await.expect(202);
    let letter = soon("a letter", smtp.letter()).await;
    assert!(letter.to.contains("bob@mail.example"), "{}", letter.to);
}

#[tokio::test]
async fn a_busy_mail_server_is_asked_again_and_keeps_nobody_waiting() {
    let mut smtp = Smtp::start(1).await;
    let server = Server::start_with(mailing(smtp.at)).await;
    with_email(&server, "Ann", "ann@mail.example").await;
    ask(&server, "Ann").await;
    soon("a letter at the second try", smtp.letter()).await;
    // Nobody listens at all: the answer is the same, and the server stops at once.
    drop(smtp);
    ask(&server, "Ann").await;
    server.stop().await;
}

#[tokio::test]
async fn without_mail_the_page_says_whom_to_ask_and_nothing_is_asked_for() {
    let server = Server::start().await;
    let mut stranger = server.browser();
    let page = stranger.get("/forgot").await.expect(200);
    assert!(!page.body.contains("action=\"/forgot\""), "{}", page.body);
    stranger.form("/forgot", &[("name", "Ann")]).await.expect(403);
    stranger.post("/api/v1/resets", r#"{"name":"Ann"}"#).await.refused(403, "not_allowed");
    stranger.get("/passreset").await.goes_to("/forgot");
    let token = "0".repeat(64);
    let path = format!("/reset?token={token}");
    stranger.get(&format!("/passreset?token={token}")).await.goes_to(&path);
    stranger.form("/passreset", &[("token", &token), ("password", PASSWORD)]).await.expect(410);
    stranger.form("/passreset", &[("name", "Ann")]).await.expect(403);
}

#[tokio::test]
async fn an_address_is_set_with_the_password_and_shown_to_oneself_only() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let mut bob = server.signed_up("Bob").await;
    let set = |current: &str, email: &str| {
        serde_json::json!({ "current": current, "email": email }).to_string()
    };
    let path = "/api/v1/me/email";
    let wrong = set("not the password", "ann@mail.example");
    ann.json("PUT", path, &wrong).await.refused(401, "wrong_credentials");
    ann.json("PUT", path, &set(PASSWORD, "no address")).await.refused(422, "not_an_address");
    ann.json("PUT", path, &set(PASSWORD, "ann@mail.example")).await.expect(204);
    assert!(ann.get("/settings").await.body.contains("ann@mail.example"));
    let own = ann.get("/api/v1/me/profile").await.expect(200).json();
    assert_eq!(own["email"], "ann@mail.example");
    let id = ann.get("/api/v1/me").await.json()["me"]["id"].as_str().unwrap().to_owned();
    for page in [&format!("/api/v1/people/{id}"), "/api/v1/rooms/plaza/people"] {
        let answer = bob.get(page).await.expect(200);
        assert!(!answer.body.contains("mail.example"), "{}", answer.body);
    }
    let fields = [("current", PASSWORD), ("email", "")];
    ann.form("/settings/email", &fields).await.goes_to("/settings");
    assert!(ann.get("/api/v1/me/profile").await.json()["email"].is_null());
    let mut guest = server.guest().await;
    guest.json("PUT", path, &set("", "g@mail.example")).await.refused(403, "not_allowed");
}

#[tokio::test]
async fn a_link_is_over_after_half_an_hour() {
    let server = Server::start().await;
    server.signed_up("Ann").await;
    let store = server.store().await;
    let ann = store.user_by_name_key("ann").await.unwrap().unwrap();
    let bound_to = Sha256::digest(ann.password.as_ref().unwrap()).into();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let now = Millis(i64::try_from(now).unwrap());
    for (n, age_min, expected) in [(1, 31, 410), (2, 29, 204)] {
        let token = [n; 32];
        let at = now.plus(-age_min * 60 * 1000);
        let new = NewReset { token: Sha256::digest(token).into(), user: ann.id, bound_to, at };
        store.add_reset(&new).await.unwrap();
        let text = format!("{n:02x}").repeat(32);
        assert_eq!(redeem(&server, &text, OTHER_PASSWORD).await.status, expected, "{age_min}");
    }
    store.close().await;
}
