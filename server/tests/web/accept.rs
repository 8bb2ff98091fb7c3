//! The accept loop: clocks, caps, and stopping.

use crate::support::{Server, exchange, read_answer, soon};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const STATUS: &[u8] = b"GET /api/v1/status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// Whether the other end closes, whatever it says before.
async fn closes(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    _ = soon("the close", stream.read_to_end(&mut rest)).await;
}

#[tokio::test]
async fn half_a_header_does_not_stay_open() {
    let server = Server::start_with(|it| it.header_timeout = Duration::from_millis(300)).await;
    let mut silent = TcpStream::connect(server.at).await.unwrap();
    let mut half = TcpStream::connect(server.at).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    // Others are served meanwhile.
    exchange(server.at, STATUS).await.expect(200);
    closes(&mut half).await;
    closes(&mut silent).await;
}

#[tokio::test]
async fn a_header_that_drips_in_is_cut_off_too() {
    let server = Server::start_with(|it| it.header_timeout = Duration::from_millis(300)).await;
    let stream = TcpStream::connect(server.at).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let drip = async {
        _ = write.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await;
        while write.write_all(b"a: b\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let closed = async {
        let mut rest = Vec::new();
        _ = read.read_to_end(&mut rest).await;
    };
    soon("the end", async { tokio::join!(drip, closed) }).await;
}

#[tokio::test]
async fn half_a_body_does_not_stay_open() {
    let server = Server::start_with(|it| it.request_timeout = Duration::from_millis(300)).await;
    let mut half = TcpStream::connect(server.at).await.unwrap();
    let head = "POST /api/v1/users HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{\"name\":";
    half.write_all(head.as_bytes()).await.unwrap();
    read_answer(&mut half).await.expect(408);
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let server = Server::start_with(|it| it.limits.sockets_per_address = 1).await;
    let one = TcpStream::connect(server.at).await.unwrap();
    let two = TcpStream::connect(server.at).await.unwrap();
    let refused = exchange(server.at, b"").await.expect(503);
    assert_eq!(refused.header("retry-after"), Some("5"));
    drop((one, two));
    again(&server).await;
}

#[tokio::test]
async fn one_address_has_so_many_sockets_and_no_more() {
    let server = Server::start_with(|it| it.limits.sockets_per_address = 1).await;
    let cookie = server.guest().await.cookies["maru_login"].clone();
    let at = server.at;
    let upgrade = format!(
        "GET /ws HTTP/1.1\r\nhost: {at}\r\norigin: http://{at}\r\ncookie: maru_login={cookie}\r\n\
         connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: bWFydS1tYXJ1LW1hcnUxMg==\r\n\r\n"
    );
    let open = async || {
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let mut first = [0; 12];
        soon("an answer", stream.read_exact(&mut first)).await.unwrap();
        (stream, String::from_utf8_lossy(&first).into_owned())
    };
    let (first, answer) = open().await;
    assert_eq!(answer, "HTTP/1.1 101");
    assert_eq!(open().await.1, "HTTP/1.1 429");
    drop(first);
    soon("a place", async { while open().await.1 != "HTTP/1.1 101" {} }).await;
}

#[tokio::test]
async fn all_addresses_together_have_so_many_connections_and_no_more() {
    let server = Server::start_with(|it| {
        it.limits.connections_max = 2;
        it.proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let one = TcpStream::connect(server.at).await.unwrap();
    let two = TcpStream::connect(server.at).await.unwrap();
    exchange(server.at, b"").await.expect(503);
    drop((one, two));
    again(&server).await;
}

/// As soon as the server noticed that others went, there is a place again.
async fn again(server: &Server) {
    soon("a place", async {
        loop {
            let mut stream = TcpStream::connect(server.at).await.unwrap();
            if stream.write_all(STATUS).await.is_ok()
                && read_answer(&mut stream).await.status == 200
            {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_http_is_turned_away() {
    let server = Server::start().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /api/v1/users HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/v1/users HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(server.at).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        closes(&mut stream).await;
    }
    let long = [b"GET /", "a".repeat(100_000).as_bytes(), b" HTTP/1.1\r\n\r\n"].concat();
    let mut stream = TcpStream::connect(server.at).await.unwrap();
    _ = stream.write_all(&long).await;
    closes(&mut stream).await;
    exchange(server.at, STATUS).await.expect(200);
}

#[tokio::test]
async fn stopping_closes_idle_connections_and_refuses_new_ones() {
    let server = Server::start().await;
    let at = server.at;
    let mut idle = TcpStream::connect(at).await.unwrap();
    idle.write_all(b"GET /api/v1/ready HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    soon("an answer", idle.read_exact(&mut first)).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let place = server.stop().await;
    closes(&mut idle).await;
    assert!(TcpStream::connect(at).await.is_err());
    assert_eq!(place.path().join("maru.db").is_file(), place.is_file());
}
