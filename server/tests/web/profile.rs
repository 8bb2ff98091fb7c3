//! What users tell of themselves, and one login at a time.

use crate::support::{Browser, PASSWORD, Server};
use server::config::Config;

async fn id_of(browser: &mut Browser) -> String {
    browser.get("/api/v1/me").await.expect(200).json()["me"]["id"].as_str().unwrap().to_owned()
}

async fn signed_in(server: &Server, name: &str) -> Browser {
    let mut browser = server.browser();
    let body = serde_json::json!({ "name": name, "password": PASSWORD }).to_string();
    browser.post("/api/v1/logins", &body).await.expect(201);
    browser
}

#[tokio::test]
async fn what_one_tells_is_seen_by_others() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let mut bob = server.signed_up("Bob").await;
    let change = serde_json::json!({
        "about": "차를 좋아해요\n<b>", "languages": ["en", "ko"], "interests": ["tea", " late walks "],
        "presence": "busy",
    });
    let path = "/api/v1/me/profile";
    let own = ann.json("PATCH", path, &change.to_string()).await.expect(200).json();
    assert_eq!(own["languages"], serde_json::json!(["ko", "en"]));
    // What is left out stays.
    ann.json("PATCH", path, r#"{"about":"tea"}"#).await.expect(200);
    let id = id_of(&mut ann).await;
    let seen = bob.get(&format!("/api/v1/people/{id}")).await.expect(200).json();
    assert_eq!((&seen["name"], &seen["about"]), (&"Ann".into(), &"tea".into()));
    assert_eq!(seen["interests"], serde_json::json!(["tea", "late walks"]));
    assert_ne!(seen["presence"], "busy", "by hand counts while a tab is open only");
    for (body, reason, status) in [
        (serde_json::json!({ "about": "a".repeat(301) }), "too_long", 422),
        (serde_json::json!({ "languages": ["tlh"] }), "malformed", 400),
        (serde_json::json!({ "interests": ["a"], "presence": "dancing" }), "malformed", 400),
        (
            serde_json::json!({ "interests": "abcdefghijk".chars().collect::<Vec<_>>() }),
            "too_many",
            409,
        ),
    ] {
        ann.json("PATCH", path, &body.to_string()).await.refused(status, reason);
    }
    for user in ["nobody", "019a9f00-0000-7000-8000-000000000001"] {
        bob.get(&format!("/api/v1/people/{user}")).await.refused(404, "not_found");
    }
    let path = format!("/api/v1/people/{id}");
    server.browser().get(&path).await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn the_form_about_oneself_sets_everything_and_shows_what_was_refused() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let fields = [
        ("about", "tea & </textarea><b>walks"),
        ("language-ko", "1"),
        ("language-de", "1"),
        ("interests", "tea, walks"),
        ("presence", "away"),
    ];
    ann.form("/settings/profile", &fields).await.goes_to("/settings");
    let page = ann.get("/settings").await.expect(200).body;
    assert!(page.contains("tea &amp; &lt;/textarea>&lt;b>walks</textarea>"), "{page}");
    assert!(page.contains("value=\"tea, walks\""), "{page}");
    let is_checked = |name: &str| {
        let (_, rest) = page.split_once(name).unwrap();
        rest.split('>').next().unwrap().contains("checked")
    };
    assert!(is_checked("language-ko") && is_checked("language-de") && !is_checked("language-en"));
    assert!(is_checked("value=\"away\"") && !is_checked("value=\"auto\""));
    let long = "z".repeat(301);
    let refused = ann.form("/settings/profile", &[("about", &long)]).await.expect(422);
    assert!(refused.body.contains(&long), "what was typed is lost");
    let own = ann.get("/api/v1/me/profile").await.json();
    assert_eq!(
        (&own["about"], &own["presence"]),
        (&"tea & </textarea><b>walks".into(), &"away".into())
    );
    ann.form("/settings/profile", &[]).await.goes_to("/settings");
    let own = ann.get("/api/v1/me/profile").await.json();
    assert_eq!(own["languages"], serde_json::json!([]));
}

#[tokio::test]
async fn whoever_wants_one_login_at_a_time_has_the_newest() {
    let server = Server::start().await;
    let mut first = server.signed_up("Ann").await;
    let mut second = signed_in(&server, "Ann").await;
    first.get("/api/v1/me").await.expect(200);
    second.form("/settings/one-login", &[("one_login", "true")]).await.goes_to("/settings");
    first.get("/api/v1/me").await.expect(200);
    let mut third = signed_in(&server, "Ann").await;
    first.get("/api/v1/me").await.refused(401, "not_signed_in");
    second.get("/api/v1/me").await.refused(401, "not_signed_in");
    third.form("/settings/one-login", &[]).await.goes_to("/settings");
    signed_in(&server, "Ann").await;
    third.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn the_operator_may_want_one_login_for_everybody() {
    let server = Server::start_with(|it: &mut Config| it.one_login_per_user = true).await;
    let mut first = server.signed_up("Ann").await;
    let mut bob = server.signed_up("Bob").await;
    assert!(!first.get("/settings").await.body.contains("name=\"one_login\""));
    let mut second = signed_in(&server, "Ann").await;
    first.get("/api/v1/me").await.refused(401, "not_signed_in");
    second.get("/api/v1/me").await.expect(200);
    bob.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn where_one_has_blocked_the_other_both_see_the_bare_name() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let mut bob = server.signed_up("Bob").await;
    let about = r#"{"about":"tea","interests":["tea"],"languages":["ko"]}"#;
    for who in [&mut ann, &mut bob] {
        who.json("PATCH", "/api/v1/me/profile", about).await.expect(200);
        who.json("PUT", "/api/v1/rooms/plaza/members/me", "").await.expect(200);
    }
    let none = serde_json::json!([]);
    let (ann_id, bob_id) = (id_of(&mut ann).await, id_of(&mut bob).await);
    ann.json("PUT", &format!("/api/v1/blocks/{bob_id}"), "").await.expect(204);
    for (who, other, name) in [(&mut ann, &bob_id, "Bob"), (&mut bob, &ann_id, "Ann")] {
        let seen = who.get(&format!("/api/v1/people/{other}")).await.expect(200).json();
        assert_eq!((&seen["name"], &seen["about"]), (&name.into(), &"".into()), "{seen}");
        assert_eq!((&seen["interests"], &seen["rooms"]), (&none, &none));
        assert_eq!(
            (&seen["presence"], &seen["blocked"]),
            (&"offline".into(), &(name == "Bob").into())
        );
    }
}
