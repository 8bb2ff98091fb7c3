//! What becomes of sockets when somebody keeps order.

use crate::support::{Login, Person, Server, open, request, sign_in};
use app::protocol::{close::Close, packets::ServerPacket};

const PASSWORD: &str = "correct horse battery";

async fn account(server: &Server, name: &str) -> Login {
    let body = format!(r#"{{"name":"{name}","password":"{PASSWORD}"}}"#);
    let (status, _) = request(server.at, "POST", "/api/v1/users", None, Some(&body)).await;
    assert_eq!(status, 201);
    sign_in(server.at, name, PASSWORD).await
}

/// The owner of a new server, and somebody else with an account.
async fn owner_and_eve(server: &Server) -> (Login, Person) {
    let (owner, eve) = (account(server, "Olga").await, account(server, "Eve").await);
    (owner, Person::connect(server.at, eve).await)
}

#[tokio::test]
async fn a_ban_closes_the_sockets_at_once_and_opens_none_again() {
    let server = Server::start().await;
    let (owner, mut eve) = owner_and_eve(&server).await;
    eve.hello(vec![]).await;
    let path = format!("/api/v1/people/{}/ban", eve.login.id);
    let body = Some(r#"{"reason":"enough"}"#);
    let (status, _) = request(server.at, "PUT", &path, Some(&owner.cookie), body).await;
    assert_eq!(status, 204);
    let code = tokio::time::timeout(std::time::Duration::from_secs(1), eve.close_code()).await;
    assert_eq!(code.expect("within a second"), Close::SignedOut.code());
    let origin = format!("http://{}", server.at);
    let again = open(server.at, "/ws", Some(&eve.login.cookie), Some(&origin)).await;
    assert_eq!(again.err(), Some(401));
}

#[tokio::test]
async fn whoever_is_told_something_hears_of_it_on_the_socket() {
    let server = Server::start().await;
    let (owner, mut eve) = owner_and_eve(&server).await;
    eve.hello(vec![]).await;
    let path = format!("/api/v1/people/{}/warnings", eve.login.id);
    let body = Some(r#"{"reason":"be kind"}"#);
    let (status, _) = request(server.at, "POST", &path, Some(&owner.cookie), body).await;
    assert_eq!(status, 201);
    let count = eve
        .expect("a notice", |it| match it {
            ServerPacket::Noticed(it) => Some(it.notices),
            _ => None,
        })
        .await;
    assert_eq!(count, 1);
}
