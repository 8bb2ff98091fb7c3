//! After a login ended, nothing more of it is taken or told.

use crate::support::{Person, Server, guest, open, request, soon};
use app::protocol::close::Close;

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
