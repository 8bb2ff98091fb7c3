//! Behind the proxy of `deploy/haproxy.cfg`: sockets, who asks, and nodes that drain.

use crate::{
    served::Place,
    support::{Login, Person, Server, free_port, guest, request, request_raw, said, soon},
};
use app::protocol::close::Close;
use serde_json::Value;
use server::config::{Config, Origin};
use std::{net::SocketAddr, path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    process::{Child, Command},
};

/// The proxy, before nodes of this process.
struct Proxy {
    at: SocketAddr,
    _child: Child,
}

impl Proxy {
    /// Starts it at `at` and awaits that it has found a node ready.
    async fn start(at: SocketAddr, nodes: &[SocketAddr]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-q").arg("-f").arg(root.join("deploy/haproxy.cfg"));
        command.env("PATH", format!("{path}:/usr/sbin")).env("MARU_BIND", at.to_string());
        let nodes = nodes.iter().cycle().map(ToString::to_string);
        for (name, node) in ["MARU_ONE", "MARU_TWO", "MARU_THREE"].into_iter().zip(nodes) {
            command.env(name, node);
        }
        let child = command.stdout(std::process::Stdio::null()).kill_on_drop(true).spawn();
        let proxy = Self { at, _child: child.expect("haproxy is there: scripts/setup.sh --tests") };
        proxy.answers(200).await;
        proxy
    }

    /// Awaits that it answers so.
    async fn answers(&self, expected: u16) {
        let found = async {
            while TcpStream::connect(self.at).await.is_err()
                || request(self.at, "GET", "/api/v1/ready", None, None).await.0 != expected
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon("the proxy's answer", found).await;
    }
}

/// Pages come from there.
fn origins(at: SocketAddr) -> Vec<Origin> {
    vec![format!("http://{at}").parse().unwrap()]
}

/// A server that is reached at the proxy only, and the proxy.
async fn behind_proxy(configure: fn(&mut Config)) -> (Server, Proxy) {
    let at = free_port().await;
    let server = Server::start_behind(Place::new().await, origins(at), configure).await;
    let proxy = Proxy::start(at, &[server.at]).await;
    (server, proxy)
}

async fn admin(at: SocketAddr) -> Login {
    let body = r#"{"name":"Ann","password":"correct horse battery"}"#;
    let (status, cookie, body) = request_raw(at, "POST", "/api/v1/users", None, Some(body)).await;
    assert_eq!(status, 201, "{body}");
    let me: Value = serde_json::from_str(&body).unwrap();
    Login { cookie: cookie.unwrap(), id: me["me"]["id"].as_str().unwrap().parse().unwrap() }
}

#[tokio::test]
async fn people_talk_through_the_proxy_until_its_node_drains() {
    let (server, proxy) = behind_proxy(|it| it.drain_spread = Duration::from_millis(50)).await;
    let ann = admin(proxy.at).await;
    let mut ann = Person::connect(proxy.at, ann).await;
    ann.hello(vec![]).await;
    let mut bob = Person::new(proxy.at, "Bob").await;
    let plaza = server.room(&bob.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    bob.enter(plaza).await.unwrap();
    ann.say(plaza, "through the wall").await.unwrap();
    assert_eq!(bob.entries(plaza, 3).await.last().unwrap().what.text(), "through the wall");
    let own = ann.login.cookie.clone();
    let cookie = Some(own.as_str());
    let (_, nodes) = request(proxy.at, "GET", "/api/v1/nodes", cookie, None).await;
    let nodes: Value = serde_json::from_str(&nodes).unwrap();
    assert_eq!(nodes["nodes"][0]["sessions"], 2);
    let drain = format!("/api/v1/nodes/{}/drain", nodes["nodes"][0]["id"].as_str().unwrap());
    assert_eq!(request(proxy.at, "POST", &drain, cookie, None).await.0, 204);
    for person in [&mut ann, &mut bob] {
        assert_eq!(person.close_code().await, Close::Restarting.code());
    }
    // The proxy's own 503: there is no node to send anybody to. The node itself still answers.
    let found = async {
        while request(proxy.at, "GET", "/rooms", cookie, None).await.0 != 503 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon("the node's way out of the proxy", found).await;
    assert_eq!(request(server.at, "GET", "/rooms", cookie, None).await.0, 200);
    let undone = ask(None, server.at, &format!("DELETE {drain}"), &own, "").await;
    assert_eq!(undone, 204);
    proxy.answers(200).await;
    let mut bob = Person::connect(proxy.at, bob.login).await;
    bob.hello(vec![]).await;
    server.stop().await;
}

/// A request from that address of this machine, with these headers and no origin: its status.
async fn ask(from: Option<&str>, at: SocketAddr, what: &str, cookie: &str, rest: &str) -> u16 {
    let socket = TcpSocket::new_v4().unwrap();
    if let Some(from) = from {
        socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
    }
    let mut stream = socket.connect(at).await.unwrap();
    let (headers, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let headers = format!("connection: close\n{headers}").trim_end().replace('\n', "\r\n");
    let request = format!(
        "{what} HTTP/1.1\r\nhost: {at}\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n{headers}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    soon("an answer", stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn visitors_behind_the_proxy_are_told_apart_and_none_chooses_an_address() {
    let (_server, proxy) = behind_proxy(|it| {
        it.limits.guests_per_hour = 1;
        it.proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let come = async |from: &str, name: &str, headers: &str| {
        let rest = format!("{headers}\n\n{{\"name\":\"{name}\"}}");
        ask(Some(from), proxy.at, "POST /api/v1/guests", "a=b", &rest).await
    };
    assert_eq!(come("127.0.0.2", "one", "").await, 201);
    assert_eq!(come("127.0.0.2", "two", "").await, 429);
    assert_eq!(come("127.0.0.2", "two", "x-forwarded-for: 6.6.6.6").await, 429);
    let both = "x-forwarded-for: 6.6.6.7\nx-forwarded-for: 6.6.6.8\nforwarded: for=6.6.6.9";
    assert_eq!(come("127.0.0.2", "two", both).await, 429);
    assert_eq!(come("127.0.0.3", "two", both).await, 201);
}

#[tokio::test]
async fn a_node_that_is_gone_is_passed_over() {
    let at = free_port().await;
    let (here, there) = (Place::new().await, Place::new().await);
    let gone = Server::start_behind(here, origins(at), |_| ()).await;
    let stays = Server::start_behind(there, origins(at), |_| ()).await;
    let proxy = Proxy::start(at, &[gone.at, stays.at]).await;
    gone.stop().await;
    // Whether the proxy knows it yet or not: nobody is told of it.
    for number in 0..20 {
        guest(proxy.at, &format!("visitor {number}")).await;
    }
}

/// The nodes, by name, as that one tells.
async fn nodes(at: SocketAddr, cookie: &str) -> Vec<Value> {
    let (status, body) = request(at, "GET", "/api/v1/nodes", Some(cookie), None).await;
    assert_eq!(status, 200, "{body}");
    let mut body: Value = serde_json::from_str(&body).unwrap();
    serde_json::from_value(body["nodes"].take()).unwrap()
}

#[tokio::test]
async fn a_rolling_restart_moves_people_and_loses_nothing() {
    let place = Place::new().await;
    if place.is_file() {
        // Several nodes take a database that several can open, and Redis.
        return;
    }
    let at = free_port().await;
    let quick: fn(&mut Config) = |it| it.drain_spread = Duration::from_millis(50);
    let mut servers = Vec::new();
    for _ in 0..2 {
        servers.push(Server::start_behind(place.clone(), origins(at), quick).await);
    }
    let proxy = Proxy::start(at, &[servers[0].at, servers[1].at]).await;
    let ann = admin(proxy.at).await;
    let own = ann.cookie.clone();
    let mut bob = Person::new(proxy.at, "Bob").await;
    let plaza = servers[0].room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    for (number, server) in servers.iter().enumerate() {
        bob.say(plaza, &format!("before {number}")).await.unwrap();
        let all = nodes(server.at, &own).await;
        assert_eq!(all.len(), 2, "{all:?}");
        let this = all.iter().find(|it| it["is_this"] == true).unwrap();
        let was_here = this["sessions"] == 1;
        // Asked at the other one, which passes it on.
        let drain = format!("/api/v1/nodes/{}/drain", this["id"].as_str().unwrap());
        let other = servers[1 - number].at;
        assert_eq!(ask(None, other, &format!("POST {drain}"), &own, "").await, 204);
        let drained = async {
            while request(server.at, "GET", "/api/v1/ready", None, None).await.0 != 503 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon("the drained node", drained).await;
        if was_here {
            assert_eq!(bob.close_code().await, Close::Restarting.code());
            bob = Person::come_back(proxy.at, bob.login).await;
            bob.hello(vec![]).await;
        }
        bob.say(plaza, &format!("after {number}")).await.unwrap();
        assert_eq!(ask(None, other, &format!("DELETE {drain}"), &own, "").await, 204);
        let back = async {
            while request(server.at, "GET", "/api/v1/ready", None, None).await.0 != 200 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon("the node that is back", back).await;
    }
    let log = servers[1].log(&bob.login, plaza).await;
    assert_eq!(said(&log), ["before 0", "after 0", "before 1", "after 1"]);
}
