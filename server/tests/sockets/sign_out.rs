//! After a login ended, nothing more of it is taken or told.

use crate::support::{Login, Person, Server, guest, open, request, request_raw, soon};
use app::protocol::{
    close::Close,
    packets::ServerPacket,
    people::{Person as Listed, Presence},
};

#[tokio::test]
async fn signing_out_closes_the_sockets_of_that_login_only() {
    let server = Server::start().await;
    let mut ann = Person::new(server.at, "Ann").await;
    let mut bob = Person::new(server.at, "Bob").await;
    let plaza = server.room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    let cookie = ann.login.cookie.clone();
    let (status, _) =
        request(server.at, "DELETE", "/api/v1/logins/current", Some(&cookie), None).await;
    assert_eq!(status, 204);
    let code = tokio::time::timeout(std::time::Duration::from_secs(1), ann.close_code()).await;
    assert_eq!(code.expect("within a second"), Close::SignedOut.code());
    let origin = format!("http://{}", server.at);
    assert_eq!(open(server.at, "/ws", Some(&cookie), Some(&origin)).await.err(), Some(401));
    bob.say(plaza, "still here").await.unwrap();
}

#[tokio::test]
async fn identity_comes_from_the_login_whatever_the_query_says() {
    let server = Server::start().await;
    let ann = guest(server.at, "Ann").await;
    let bob = guest(server.at, "Bob").await;
    let origin = format!("http://{}", server.at);
    let path = format!("/ws?uid={}&nick=Bob&user={}", bob.id, bob.id);
    drop(open(server.at, &path, Some(&ann.cookie), Some(&origin)).await.unwrap());
    let mut person = Person::connect(server.at, ann.clone()).await;
    assert_eq!(person.hello(vec![]).await.me, ann.id);
}

#[tokio::test]
async fn foreign_missing_and_lookalike_origins_are_refused() {
    let server = Server::start().await;
    let ann = guest(server.at, "Ann").await;
    let own = format!("http://{}", server.at);
    for (origin, expected) in [
        (Some(own.as_str()), None),
        (None, Some(403)),
        (Some("null"), Some(403)),
        (Some("https://evil.example"), Some(403)),
        (Some(&format!("{own}.evil.example")), Some(403)),
        (Some(&own.replace("http:", "https:")), Some(403)),
        (Some("http://127.0.0.1"), Some(403)),
    ] {
        let opened = open(server.at, "/ws", Some(&ann.cookie), origin).await;
        assert_eq!(opened.err(), expected, "{origin:?}");
    }
}

#[tokio::test]
async fn forged_and_missing_cookies_are_refused() {
    let server = Server::start().await;
    let ann = guest(server.at, "Ann").await;
    let own = format!("http://{}", server.at);
    let mut forged = ann.cookie.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    for cookie in [None, Some("maru_login="), Some("maru_login=x"), Some(forged.as_str())] {
        let opened = open(server.at, "/ws", cookie, Some(&own)).await;
        assert_eq!(opened.err(), Some(401), "{cookie:?}");
    }
}

#[tokio::test]
async fn a_user_has_so_many_sockets_and_no_more() {
    let server = Server::start_with(|it| it.limits.sockets_per_user = 2).await;
    let ann = guest(server.at, "Ann").await;
    let mut one = Person::connect(server.at, ann.clone()).await;
    one.hello(vec![]).await;
    let mut two = Person::connect(server.at, ann.clone()).await;
    two.hello(vec![]).await;
    let mut three = Person::connect(server.at, ann.clone()).await;
    assert_eq!(three.close_code().await, Close::TooManySockets.code());
    drop(one);
    // As soon as the server noticed, there is a place again.
    soon("a place", async {
        loop {
            let mut again = Person::connect(server.at, ann.clone()).await;
            let sent = again.send_raw(tokio_tungstenite::tungstenite::Message::text(
                r#"{"type":"hello","data":{"version":1,"rooms":[]}}"#,
            ));
            if sent.await.is_ok() && again.first_is_welcome().await {
                break;
            }
        }
    })
    .await;
}

/// An account, signed in.
async fn account(server: &Server, path: &str, name: &str) -> Login {
    let body = format!(r#"{{"name":"{name}","password":"correct horse battery"}}"#);
    let (status, cookie, body) = request_raw(server.at, "POST", path, None, Some(&body)).await;
    assert_eq!(status, 201, "{body}");
    let me: serde_json::Value = serde_json::from_str(&body).unwrap();
    let id = me["me"]["id"].as_str().unwrap().parse().unwrap();
    Login { id, cookie: cookie.unwrap() }
}

#[tokio::test]
async fn who_wants_one_login_at_a_time_is_told_why_the_old_one_ends() {
    let server = Server::start_with(|it| it.one_login_per_user = true).await;
    let first = account(&server, "/api/v1/users", "Ann").await;
    let mut here = Person::connect(server.at, first).await;
    here.hello(vec![]).await;
    let second = account(&server, "/api/v1/logins", "Ann").await;
    assert_eq!(soon("the old one's end", here.close_code()).await, Close::Replaced.code());
    Person::connect(server.at, second).await.hello(vec![]).await;
}

#[tokio::test]
async fn presence_by_hand_is_seen_at_once_and_survives_a_restart() {
    let server = Server::start().await;
    let mut ann = Person::new(server.at, "Ann").await;
    let plaza = server.room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    let mut bob = Person::new(server.at, "Bob").await;
    bob.enter(plaza).await.unwrap();
    let bob_login = bob.login.clone();
    let set = async |presence: &str| {
        let body = format!(r#"{{"presence":"{presence}"}}"#);
        let cookie = Some(bob_login.cookie.as_str());
        let path = "/api/v1/me/profile";
        assert_eq!(request(server.at, "PATCH", path, cookie, Some(&body)).await.0, 200);
    };
    let mut until = async |presence: Presence| {
        ann.expect(&format!("Bob {presence:?}"), |it| {
            let ServerPacket::PeopleChanged(changed) = it else { return None };
            let is_bob = |it: &&Listed| it.id == bob_login.id && it.presence == presence;
            changed.people.iter().find(is_bob).map(|_| ())
        })
        .await;
    };
    until(Presence::Here).await;
    set("busy").await;
    until(Presence::Busy).await;
    set("auto").await;
    until(Presence::Here).await;
    set("away").await;
    until(Presence::Away).await;
    let (ann_login, bob_login) = (ann.login.clone(), bob.login.clone());
    drop((ann, bob));
    let server = server.restart().await;
    let mut bob = Person::connect(server.at, bob_login.clone()).await;
    bob.hello(vec![]).await;
    bob.attend(true).await;
    let path = format!("/api/v1/people/{}", bob_login.id);
    soon("Bob away again", async {
        loop {
            let (_, body) = request(server.at, "GET", &path, Some(&ann_login.cookie), None).await;
            if body.contains(r#""presence":"away""#) {
                break;
            }
        }
    })
    .await;
}
