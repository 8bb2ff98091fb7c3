//! Pictures: what is taken in, what comes out, and what must never.

use crate::support::{Answer, Browser, Server, read_answer, soon};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use server::config::Config;
use std::io::Cursor;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

const MIB: usize = 1024 * 1024;

fn picture(format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(300, 200, |x, _| Rgb([if x < 150 { 0 } else { 255 }, 9, 9]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn unlimited(config: &mut Config) {
    config.limits.pictures_per_hour = 0;
}

fn head(server: &Server, who: &Browser, method: &str, path: &str, kind: &str) -> String {
    let cookie = who.cookies.get("maru_login").cloned().unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncookie: maru_login={cookie}\r\n\
         content-type: {kind}\r\nconnection: close\r\n",
        server.at
    )
}

async fn send(server: &Server, who: &Browser, (path, kind): (&str, &str), body: &[u8]) -> Answer {
    let method = if path.starts_with("/api") { "PUT" } else { "POST" };
    let head = head(server, who, method, path, kind);
    let mut stream = TcpStream::connect(server.at).await.unwrap();
    let head = format!("{head}content-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that refuses early does not read the rest.
    _ = stream.write_all(body).await;
    read_answer(&mut stream).await
}

const OWN: &str = "/api/v1/me/picture";

async fn id_of(browser: &mut Browser) -> String {
    browser.get("/api/v1/me").await.expect(200).json()["me"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_picture_is_seen_by_who_is_signed_in_and_kept_by_its_version() {
    let server = Server::start().await;
    let mut ann = server.signed_up("Ann").await;
    let mut bob = server.signed_up("Bob").await;
    let id = id_of(&mut ann).await;
    let bytes = picture(ImageFormat::Png);
    // Whatever the request says that it is.
    let first = send(&server, &ann, (OWN, "text/html"), &bytes).await.expect(200).json();
    let first = first["picture"].as_str().unwrap().to_owned();
    ann.json("PUT", "/api/v1/rooms/plaza/members/me", "").await.expect(200);
    let people = bob.get("/api/v1/rooms/plaza/people").await.expect(200).json();
    assert_eq!(people["people"][0]["picture"], first.as_str());
    for size in ["small", "large"] {
        let path = format!("/api/v1/people/{id}/picture?size={size}&v={first}");
        let seen = bob.get(&path).await.expect(200);
        assert_eq!(seen.header("content-type"), Some("image/jpeg"));
        assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
        let kept = "private, max-age=31536000, immutable";
        assert_eq!(seen.header("cache-control"), Some(kept));
        assert!(seen.header("content-security-policy").unwrap().contains("default-src 'none'"));
        assert!(seen.body.contains("JFIF"));
        server.browser().get(&path).await.refused(401, "not_signed_in");
    }
    let second = send(&server, &ann, (OWN, "image/png"), &bytes).await.expect(200).json();
    assert_ne!(second["picture"], first.as_str());
    let old = bob.get(&format!("/api/v1/people/{id}/picture?v={first}")).await.expect(200);
    assert_eq!(old.header("cache-control"), Some("private, no-cache"));
    // It is there in the list at once, and gone as soon.
    let people = bob.get("/api/v1/rooms/plaza/people").await.expect(200).json();
    assert_eq!(people["people"][0]["picture"], second["picture"]);
    ann.delete(OWN).await.expect(204);
    bob.get(&format!("/api/v1/people/{id}/picture?v={first}")).await.refused(404, "not_found");
    let people = bob.get("/api/v1/rooms/plaza/people").await.expect(200).json();
    assert!(people["people"][0]["picture"].is_null());
    let mut stranger = server.browser();
    stranger.delete(OWN).await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn the_plain_form_takes_a_picture_and_the_settings_show_it() {
    let server = Server::start_with(unlimited).await;
    let mut ann = server.signed_up("Ann").await;
    let form = |name: &str, bytes: &[u8], more: &str| {
        let mut body = format!(
            "--XX\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"{name}\"\r\n\
             content-type: image/svg+xml\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n{more}--XX--\r\n").as_bytes());
        body
    };
    let to = ("/settings/picture", "multipart/form-data; boundary=XX");
    let bytes = picture(ImageFormat::Png);
    for name in ["me.png", "../../maru.db", "/etc/passwd", "a\u{202e}gnp.exe", &"x".repeat(4096)] {
        send(&server, &ann, to, &form(name, &bytes, "")).await.goes_to("/settings");
    }
    let page = ann.get("/settings").await.expect(200).body;
    assert!(page.contains("/picture?size=large&amp;v="), "{page}");
    // The right end of the picture alone.
    let field = |name: &str, value: &str| {
        format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let square = field("x", "200") + &field("y", "10") + &field("size", "100");
    send(&server, &ann, to, &form("me.png", &bytes, &square)).await.goes_to("/settings");
    let id = id_of(&mut ann).await.parse().unwrap();
    let store = server.store().await;
    let kept = store.picture(id, true).await.unwrap().unwrap();
    let kept = image::load_from_memory(&kept.bytes).unwrap().to_rgb8();
    assert_eq!((kept.width(), kept.height()), (256, 256));
    assert!(kept.pixels().all(|it| it.0[0] > 200), "the left half is there, too");
    store.close().await;
    for square in [field("x", "1"), field("x", "-1") + &field("y", "0") + &field("size", "9")] {
        let refused = form("me.png", &bytes, &square);
        send(&server, &ann, to, &refused).await.goes_to("/settings");
        ann.get("/settings").await.expect(200);
    }
    ann.form("/settings/picture/remove", &[]).await.goes_to("/settings");
    assert!(!ann.get("/settings").await.body.contains("/picture?size=large"));
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_is_refused() {
    let server = Server::start_with(unlimited).await;
    let ann = server.signed_up("Ann").await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for bytes in [&svg[..], b"<!doctype html><p>hi", b"<?xml version='1.0'?>", b""] {
        let refused = send(&server, &ann, (OWN, "image/png"), bytes).await;
        refused.refused(422, "not_a_picture");
    }
    let large = vec![0; 10 * MIB + 1];
    send(&server, &ann, (OWN, "image/png"), &large).await.refused(413, "too_large");
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bomb.extend([50_000_u32.to_be_bytes(), 50_000_u32.to_be_bytes()].concat());
    bomb.extend(b"\x08\x06\0\0\0\x2a\x2c\xe0\xc4");
    let status = send(&server, &ann, (OWN, "image/png"), &bomb).await.status;
    assert!([413, 422].contains(&status), "{status}");
    // Other doors take no more than ever.
    let refused = send(&server, &ann, ("/settings/name", "text/plain"), &large[..MIB]).await;
    assert_ne!(refused.status, 200);
}

#[tokio::test]
async fn an_endless_body_is_cut_off_at_the_limit() {
    let server = Server::start_with(unlimited).await;
    let mut ann = server.signed_up("Ann").await;
    let multipart = "multipart/form-data; boundary=XX";
    let begin = "--XX\r\ncontent-disposition: form-data; name=\"picture\"\r\n\r\n";
    for (path, kind, begin) in
        [(OWN, "image/png", ""), (OWN, multipart, begin), ("/settings/picture", multipart, begin)]
    {
        let method = if path == OWN { "PUT" } else { "POST" };
        let head = head(&server, &ann, method, path, kind);
        let mut stream = TcpStream::connect(server.at).await.unwrap();
        let head = format!("{head}transfer-encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = |bytes: &[u8]| {
            let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
            chunk.extend_from_slice(bytes);
            chunk.extend_from_slice(b"\r\n");
            chunk
        };
        if !begin.is_empty() {
            stream.write_all(&chunk(begin.as_bytes())).await.unwrap();
        }
        let block = chunk(&vec![7; 64 * 1024]);
        let mut sent = 0;
        let cut = async {
            while sent < 1024 * MIB && stream.write_all(&block).await.is_ok() {
                sent += block.len();
            }
        };
        soon("the end of the body", cut).await;
        // What the limit lets in, and what lies in the buffers of two sockets.
        assert!(sent < 32 * MIB, "{path} {kind}: {sent}");
        ann.get("/api/v1/me").await.expect(200);
    }
}

#[tokio::test]
async fn so_many_pictures_an_hour_and_no_more() {
    let server = Server::start_with(|it: &mut Config| it.limits.pictures_per_hour = 2).await;
    let ann = server.signed_up("Ann").await;
    let bob = server.signed_up("Bob").await;
    let bytes = picture(ImageFormat::Jpeg);
    for _ in 0..2 {
        send(&server, &ann, (OWN, "image/jpeg"), &bytes).await.expect(200);
    }
    send(&server, &ann, (OWN, "image/jpeg"), &bytes).await.refused(429, "too_fast");
    send(&server, &bob, (OWN, "image/jpeg"), &bytes).await.expect(200);
}
