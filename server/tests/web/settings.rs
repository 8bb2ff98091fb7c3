//! What one changes about oneself, by the API: name, password, account, logins.

use crate::support::{Browser, PASSWORD, Server};

const OTHER_PASSWORD: &str = "wrong pony battery";

async fn signed_in(server: &Server, name: &str, password: &str) -> Browser {
    let mut browser = server.browser();
    let body = serde_json::json!({ "name": name, "password": password }).to_string();
    browser.post("/api/v1/logins", &body).await.expect(201);
    browser
}

#[tokio::test]
async fn a_user_takes_another_name_unless_it_is_taken() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    server.signed_up("Bob").await;
    ann.json("PATCH", "/api/v1/me", r#"{"name":"B0B"}"#).await.refused(409, "name_taken");
    ann.json("PATCH", "/api/v1/me", r#"{"name":"a"}"#).await.refused(422, "name_length");
    let renamed = ann.json("PATCH", "/api/v1/me", r#"{"name":" 하늘 "}"#).await.expect(200);
    assert_eq!(renamed.json()["me"]["name"], "하늘");
    // One's own name in another spelling is not taken by oneself, and the old one is free.
    ann.json("PATCH", "/api/v1/me", r#"{"name":"Annie"}"#).await.expect(200);
    ann.json("PATCH", "/api/v1/me", r#"{"name":"ANNIE"}"#).await.expect(200);
    server.signed_up("하늘").await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_logins() {
    let server = Server::start().await;
    let mut here = server.signed_up("Ann").await;
    let mut there = signed_in(&server, "Ann", PASSWORD).await;
    let change = |current: &str, password: &str| {
        serde_json::json!({ "current": current, "password": password }).to_string()
    };
    let path = "/api/v1/me/password";
    let wrong = change("not the password", OTHER_PASSWORD);
    here.json("PUT", path, &wrong).await.refused(401, "wrong_credentials");
    let common = change(PASSWORD, "1234567890");
    here.json("PUT", path, &common).await.refused(422, "password_common");
    there.get("/api/v1/me").await.expect(200);
    here.json("PUT", path, &change(PASSWORD, OTHER_PASSWORD)).await.expect(204);
    here.get("/api/v1/me").await.expect(200);
    there.get("/api/v1/me").await.refused(401, "not_signed_in");
    signed_in(&server, "Ann", OTHER_PASSWORD).await;
}

#[tokio::test]
async fn a_guest_becomes_an_account_and_stays_the_same_user() {
    let server = Server::start().await;
    server.signed_up("Ann").await;
    let mut guest = server.guest().await;
    let id = guest.get("/api/v1/me").await.json()["me"]["id"].clone();
    let account =
        |name: &str| serde_json::json!({ "name": name, "password": PASSWORD }).to_string();
    let path = "/api/v1/me/account";
    guest.post(path, &account("ANN")).await.refused(409, "name_taken");
    let me = guest.post(path, &account("Gus")).await.expect(200).json();
    assert_eq!((&me["me"]["id"], &me["me"]["role"]), (&id, &"member".into()));
    guest.get("/api/v1/me").await.expect(200);
    guest.post(path, &account("Gustav")).await.refused(403, "not_allowed");
    signed_in(&server, "Gus", PASSWORD).await;
}

#[tokio::test]
async fn logins_are_listed_and_ended_one_by_one_and_together() {
    let server = Server::start().await;
    let mut here = server.signed_up("Ann").await;
    let mut there = signed_in(&server, "Ann", PASSWORD).await;
    let mut third = signed_in(&server, "Ann", PASSWORD).await;
    let mut bob = server.signed_up("Bob").await;
    let list = here.get("/api/v1/logins").await.expect(200).json();
    let list = list["logins"].as_array().unwrap();
    assert_eq!(list.len(), 3);
    assert_eq!(list.iter().filter(|it| it["current"] == true).count(), 1);
    let of = |list: serde_json::Value| {
        let logins = list["logins"].as_array().unwrap().clone();
        let current = logins.into_iter().find(|it| it["current"] == true).unwrap();
        current["id"].as_str().unwrap().to_owned()
    };
    let there_id = of(there.get("/api/v1/logins").await.json());
    // A stranger's login is as absent as one that never was.
    bob.delete(&format!("/api/v1/logins/{there_id}")).await.refused(404, "not_found");
    here.delete("/api/v1/logins/nonsense").await.refused(404, "not_found");
    there.get("/api/v1/me").await.expect(200);
    here.delete(&format!("/api/v1/logins/{there_id}")).await.expect(204);
    there.get("/api/v1/me").await.refused(401, "not_signed_in");
    third.get("/api/v1/me").await.expect(200);
    here.delete("/api/v1/logins").await.expect(204);
    third.get("/api/v1/me").await.refused(401, "not_signed_in");
    here.get("/api/v1/me").await.expect(200);
    bob.get("/api/v1/me").await.expect(200);
}
