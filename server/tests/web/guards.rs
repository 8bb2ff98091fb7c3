//! What every request passes: origin, headers, limits.

use crate::support::{Server, exchange};
use server::config::ForwardedHeader;

const FOREIGN: [&str; 6] = [
    "https://evil.example",
    "null",
    "",
    "http://127.0.0.1",
    "http://127.0.0.1.evil.example",
    "HTTP://LOCALHOST",
];

#[tokio::test]
async fn no_other_site_changes_anything() {
    let server = Server::start().await;
    let mut ann = server.guest().await;
    for origin in FOREIGN {
        for (method, path, kind) in [
            ("POST", "/sign-out", "application/x-www-form-urlencoded"),
            ("POST", "/rooms/plaza/enter", "application/x-www-form-urlencoded"),
            ("POST", "/sign-in", "application/x-www-form-urlencoded"),
            ("DELETE", "/api/v1/logins/current", "application/json"),
            ("PUT", "/api/v1/rooms/plaza/members/me", "application/json"),
            ("PATCH", "/api/v1/me", "application/json"),
        ] {
            let headers = [("origin", origin), ("content-type", kind)];
            ann.ask(method, path, &headers, "").await.refused(403, "foreign_origin");
        }
    }
    for site in ["cross-site", "same-site"] {
        let headers = [("sec-fetch-site", site)];
        ann.ask("POST", "/sign-out", &headers, "").await.refused(403, "foreign_origin");
    }
    ann.get("/api/v1/me").await.expect(200);
    // Neither header: no browser, and nobody's cookie but its own.
    ann.ask("DELETE", "/api/v1/logins/current", &[], "").await.expect(204);
}

#[tokio::test]
async fn each_own_origin_may_and_the_host_header_counts_for_nothing() {
    let server = Server::start().await;
    let port = server.at.port();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let origin = format!("http://{host}:{port}");
        server.guest().await.ask("POST", "/sign-out", &[("origin", &origin)], "").await.expect(303);
    }
    let request = "POST /sign-out HTTP/1.1\r\nhost: evil.example\r\norigin: http://evil.example\r\n\
                   content-length: 0\r\nconnection: close\r\n\r\n";
    exchange(server.at, request.as_bytes()).await.refused(403, "foreign_origin");
}

#[tokio::test]
async fn every_answer_has_its_headers() {
    let server = Server::start().await;
    server.put_file("pkg/maru.js", b"export {};");
    let mut ann = server.guest().await;
    for path in
        ["/rooms", "/settings", "/attic", "/api/v1/me", "/api/v1/attic", "/pkg/maru.js", "/ws"]
    {
        let answer = ann.get(path).await;
        for (name, expected) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(expected), "{path} {name}");
        }
        assert!(answer.header("permissions-policy").is_some(), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path} {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path} {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path} {policy}");
        assert_eq!(answer.header("strict-transport-security"), None);
        let kept = answer.header("cache-control");
        assert_eq!(kept == Some("no-store"), path != "/pkg/maru.js", "{path}");
    }
}

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own_and_its_scripts_have_it() {
    let server = Server::start().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let page = server.browser().get("/sign-in").await.expect(200);
        let policy = page.header("content-security-policy").unwrap();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 22, "{nonce}");
        let scripts = page.body.matches("<script").count();
        let open = page.body.matches(&format!("nonce=\"{nonce}\"")).count();
        assert!(scripts > 0 && open >= scripts, "{scripts} scripts, {open} nonces");
        assert!(!page.body.contains(" style="), "an inline style is blocked by the policy");
        seen.push(nonce);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn files_are_served_compressed_and_kept_as_long_as_their_names_allow() {
    let server = Server::start().await;
    server.put_file("pkg/maru.js", b"export {};");
    server.put_file("pkg/maru.js.br", b"small");
    server.put_file("robots.txt", b"User-agent: *");
    let mut ann = server.browser();
    let plain = ann.get("/pkg/maru.js").await.expect(200);
    assert_eq!(
        (plain.header("cache-control"), plain.body.as_str()),
        (Some("no-cache"), "export {};")
    );
    let headers = [("accept-encoding", "br, gzip")];
    let small = ann.ask("GET", "/pkg/maru.js", &headers, "").await.expect(200);
    assert_eq!((small.header("content-encoding"), small.body.as_str()), (Some("br"), "small"));
    assert_eq!(small.header("content-type"), Some("text/javascript"));
    let robots = ann.get("/robots.txt").await.expect(200);
    assert_eq!(robots.header("cache-control"), Some("public, max-age=3600"));
    for path in ["/pkg/", "/pkg/none.js", "/pkg/../../maru.db", "/pkg/%2e%2e/%2e%2e/maru.db"] {
        assert_eq!(ann.get(path).await.status, 404, "{path}");
    }
    let page = ann.ask("GET", "/sign-in", &headers, "").await.expect(200);
    assert_eq!(page.header("content-encoding"), Some("br"));
}

#[tokio::test]
async fn requests_are_limited_by_address_and_a_listed_proxy_tells_it() {
    let server = Server::start_with(|it| {
        it.limits.requests_per_sec = 1;
        it.proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let mut eve = server.browser();
    let here = [("x-forwarded-for", "1.2.3.4, 10.0.0.1")];
    for _ in 0..5 {
        eve.ask("GET", "/api/v1/status", &here, "").await.expect(200);
    }
    let mut refused = 0;
    for _ in 0..5 {
        let answer = eve.ask("GET", "/api/v1/status", &here, "").await;
        refused += usize::from(answer.status == 429 && answer.json()["reason"] == "too_fast");
    }
    assert!(refused > 0);
    let there = [("x-forwarded-for", "10.0.0.2")];
    eve.ask("GET", "/api/v1/status", &there, "").await.expect(200);
}

#[tokio::test]
async fn visitors_behind_two_proxies_are_told_apart() {
    let server = Server::start_with(|it| {
        it.limits.guests_per_hour = 1;
        it.proxies = vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        it.forwarded_header = ForwardedHeader::Forwarded;
    })
    .await;
    let mut eve = server.browser();
    for (number, last, expected) in [(1, 1, 201), (2, 2, 201), (3, 2, 429), (4, 4, 201)] {
        let visitor = format!("for=6.6.6.{number}, For=\"192.0.2.{last}:80\";proto=https");
        let headers = [
            ("forwarded", visitor.as_str()),
            ("forwarded", "for=10.0.0.1"),
            ("x-forwarded-for", "192.0.2.9"),
            ("content-type", "application/json"),
        ];
        let body = format!(r#"{{"name":"guest {number}"}}"#);
        eve.ask("POST", "/api/v1/guests", &headers, &body).await.expect(expected);
    }
}

#[tokio::test]
async fn without_a_listed_proxy_nobody_chooses_an_address() {
    let server = Server::start_with(|it| it.limits.guests_per_hour = 1).await;
    let mut eve = server.browser();
    for (number, expected) in [(1, 201), (2, 429), (3, 429)] {
        let address = format!("10.0.0.{number}");
        let headers = [("x-forwarded-for", address.as_str()), ("content-type", "application/json")];
        let body = format!(r#"{{"name":"guest {number}"}}"#);
        eve.ask("POST", "/api/v1/guests", &headers, &body).await.expect(expected);
    }
}
