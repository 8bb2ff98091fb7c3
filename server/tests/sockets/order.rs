//! What becomes of sockets when somebody keeps order.

use crate::support::{Login, Person, Server, open, request, sign_up, soon};
use app::protocol::{close::Close, packets::ServerPacket};

/// The owner of a new server, and somebody else with an account.
async fn owner_and_eve(server: &Server) -> (Login, Person) {
    let owner = sign_up(server.at, "Olga").await;
    let eve = sign_up(server.at, "Eve").await;
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
    let count = soon("the notice", async {
        loop {
            if let ServerPacket::Noticed(it) = eve.next().await {
                return it.notices;
            }
        }
    });
    assert_eq!(count.await, 1);
}
