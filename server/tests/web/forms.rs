//! The pages and their forms, as a browser without scripts uses them.

use crate::support::{PASSWORD, Server};

#[tokio::test]
async fn one_comes_in_reads_enters_and_talks_by_forms() {
    let server = Server::start().await;
    let mut ann = server.browser();
    ann.get("/").await.expect(200);
    ann.get("/rooms").await.goes_to("/sign-in?next=%2Frooms");
    ann.get("/sign-in?next=%2Frooms").await.expect(200);
    ann.form("/sign-up", &[("name", "Ann"), ("password", PASSWORD)]).await.goes_to("/rooms");
    ann.get("/").await.goes_to("/rooms");
    assert!(ann.get("/rooms").await.expect(200).body.contains("late-night"));
    let text = [("text", "first\r\nsecond")];
    let refused = ann.form("/rooms/plaza/say", &text).await.expect(403);
    assert!(refused.body.contains("first"), "the text is kept");
    ann.form("/rooms/plaza/enter", &[]).await.goes_to("/rooms/plaza");
    ann.form("/rooms/plaza/say", &text).await.goes_to("/rooms/plaza");
    let page = ann.get("/rooms/plaza").await.expect(200);
    assert!(page.body.contains("second"), "{}", page.body);
    let empty = ann.form("/rooms/plaza/say", &[("text", " ")]).await.expect(422);
    assert!(empty.body.contains("second"), "the room is still there");
    ann.get("/rooms/plaza/say").await.goes_to("/rooms/plaza");
    ann.form("/rooms/plaza/leave", &[]).await.goes_to("/rooms");
    ann.form("/sign-out", &[]).await.goes_to("/sign-in");
    assert!(!ann.cookies.contains_key("maru_login"));
    ann.get("/rooms/plaza").await.goes_to("/sign-in?next=%2Frooms%2Fplaza");
}

#[tokio::test]
async fn a_refused_form_keeps_the_name_and_never_the_password() {
    let server = Server::start().await;
    server.signed_up("Ann Example").await;
    let mut eve = server.browser();
    let fields = [("name", "Ann Example"), ("password", "a wrong secret")];
    let page = eve.form("/sign-in", &fields).await.expect(401);
    assert!(page.body.contains("Ann Example"));
    assert!(!page.body.contains("a wrong secret"));
    let page =
        eve.form("/sign-up", &[("name", "Ann Example"), ("password", "my new secret")]).await;
    let page = page.expect(409);
    assert!(page.body.contains("Ann Example"));
    assert!(!page.body.contains("my new secret"));
    eve.form("/guest", &[("name", "x")]).await.expect(422);
    eve.form("/guest", &[]).await.expect(422);
    let plain = [("content-type", "text/plain")];
    eve.ask("POST", "/sign-in", &plain, "name=Ann").await.expect(400);
    assert!(!eve.cookies.contains_key("maru_login"));
}

#[tokio::test]
async fn after_coming_in_one_goes_where_one_wanted_within_this_site() {
    let server = Server::start().await;
    for (number, (next, expected)) in [
        ("/rooms/film", "/rooms/film"),
        ("/settings?x=1", "/settings?x=1"),
        ("", "/rooms"),
        ("https://evil.example/", "/rooms"),
        ("//evil.example/", "/rooms"),
        ("/\\evil.example/", "/rooms"),
        ("/a\r\nset-cookie: maru_login=x", "/rooms"),
        ("javascript:alert(1)", "/rooms"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("guest {number}");
        let fields = [("name", name.as_str()), ("next", next)];
        server.browser().form("/guest", &fields).await.goes_to(expected);
    }
}

#[tokio::test]
async fn coming_in_anew_ends_the_login_before() {
    let server = Server::start().await;
    let mut ann = server.guest().await;
    let before = ann.clone();
    ann.form("/sign-up", &[("name", "Ann"), ("password", PASSWORD)]).await.goes_to("/rooms");
    assert_ne!(before.cookies["maru_login"], ann.cookies["maru_login"]);
    before.clone().get("/api/v1/me").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn the_look_is_chosen_by_cookie_then_by_what_the_browser_says() {
    let server = Server::start().await;
    let mut ann = server.browser();
    assert!(ann.get("/sign-in").await.body.contains(r#"<html lang="en""#));
    let korean = [("accept-language", "ko-KR,ko;q=0.9,en;q=0.8")];
    let page = ann.ask("GET", "/sign-in", &korean, "").await.expect(200);
    assert!(page.body.contains(r#"<html lang="ko""#));
    let look = [("language", "en"), ("theme", "dark")];
    ann.form("/settings/look", &look).await.goes_to("/sign-in");
    let page = ann.ask("GET", "/sign-in", &korean, "").await.expect(200);
    assert!(page.body.contains(r#"<html lang="en""#) && page.body.contains(r#"data-theme="dark""#));
    // What is not known is not kept, and one goes back only within this site.
    let look = [("language", "\"><script>"), ("theme", "pink"), ("back", "//evil.example")];
    ann.form("/settings/look", &look).await.goes_to("/sign-in");
    assert_eq!(
        (&ann.cookies["maru_language"], &ann.cookies["maru_theme"]),
        (&"en".into(), &"dark".into())
    );
    ann.form("/settings/look", &[("back", "/guest")]).await.goes_to("/guest");
}

#[tokio::test]
async fn the_settings_say_once_what_was_done_or_why_not() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    server.signed_up("Bob").await;
    ann.form("/settings/name", &[("name", "Bob")]).await.goes_to("/settings");
    assert!(ann.cookies.contains_key("maru_flash"));
    let told = ann.get("/settings").await.expect(200);
    assert!(!ann.cookies.contains_key("maru_flash"), "told once");
    let plain = ann.get("/settings").await.expect(200);
    assert!(told.body.contains("That name is taken") && !plain.body.contains("That name is taken"));
    for (path, fields, done) in [
        ("/settings/name", vec![("name", "Annie")], "Saved."),
        ("/settings/look", vec![("language", "en")], "Saved."),
        ("/settings/logins/end-others", vec![], "Signed out there."),
        (
            "/settings/password",
            vec![("current", "x"), ("password", "y")],
            "A password has 10 to 256 characters.",
        ),
        (
            "/settings/account",
            vec![("name", "Annie"), ("password", PASSWORD)],
            "You may not do that.",
        ),
        ("/settings/logins/nonsense/end", vec![], "There is nothing at this address."),
    ] {
        ann.form(path, &fields).await.goes_to("/settings");
        let page = ann.get("/settings").await.expect(200);
        assert!(page.body.contains(done), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn who_is_not_signed_in_changes_nothing_by_forms() {
    let server = Server::start().await;
    let mut eve = server.browser();
    for (path, back) in [
        ("/rooms/plaza/enter", "/sign-in?next=%2Frooms%2Fplaza"),
        ("/rooms/plaza/say", "/sign-in?next=%2Frooms%2Fplaza"),
        ("/rooms/plaza/leave", "/sign-in?next=%2Frooms%2Fplaza"),
        ("/settings/name", "/sign-in?next=%2Fsettings"),
        ("/settings/password", "/sign-in?next=%2Fsettings"),
        ("/settings/logins/end-others", "/sign-in?next=%2Fsettings"),
        ("/admin/announce", "/sign-in?next=%2Fadmin%2Fannounce"),
    ] {
        eve.form(path, &[]).await.goes_to(back);
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so() {
    let server = Server::start().await;
    let mut ann = server.guest().await;
    for path in ["/attic", "/rooms/attic", "/.env", "/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"] {
        let page = ann.get(path).await.expect(404);
        assert!(page.body.starts_with("<!DOCTYPE html>"), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    }
    // A name with markup is text, wherever it is shown.
    let page = ann.get("/rooms/%3Cscript%3Ealert(1)%3C%2Fscript%3E").await.expect(404);
    assert!(!page.body.contains("<script>alert"));
    ann.form("/attic", &[]).await.expect(405);
}
