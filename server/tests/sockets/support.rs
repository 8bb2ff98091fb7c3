//! A server on a free port, and people who talk with it.

use crate::served::{Place, Served};
use app::protocol::{
    ids::{Cid, Epoch, RoomId, Seq, UserId},
    limits::VERSION,
    message::Entry,
    packets::{
        Acked, Attend, ClientPacket, Enter, Entered, Have, Hello, Refused, Say, ServerPacket,
        Welcomed,
    },
    refusal::Refusal,
    room::Act,
};
use futures::{SinkExt, StreamExt};
use server::{
    config::{Config, Origin},
    store::{Store, StoreAddress},
};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest},
};
use uuid::Uuid;

/// Longer than anything here takes, shorter than patience.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a test awaits, or a panic that names it.
pub(crate) async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what} did not come in time"))
}

/// So many milliseconds from now.
pub(crate) fn ahead(ms: i64) -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap() + ms
}

/// As many sends and frames as a test likes.
pub(crate) fn unlimited(config: &mut Config) {
    (config.limits.sends_per_sec, config.limits.sends_burst) = (100_000, 100_000);
    (config.limits.frames_per_sec, config.limits.frames_burst) = (100_000, 100_000);
}

/// A server of this process.
pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    served: Served,
    configure: fn(&mut Config),
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub(crate) async fn start_with(configure: fn(&mut Config)) -> Self {
        Self::start_at(Place::new().await, configure).await
    }

    /// A server at that place, perhaps beside others.
    pub(crate) async fn start_at(place: Arc<Place>, configure: fn(&mut Config)) -> Self {
        Self::start_behind(place, Vec::new(), configure).await
    }

    /// A server whose pages come from elsewhere, such as a proxy.
    pub(crate) async fn start_behind(
        place: Arc<Place>,
        origins: Vec<Origin>,
        configure: fn(&mut Config),
    ) -> Self {
        let served = Served::start(place, |config| {
            config.limits.guests_per_hour = 0;
            config.limits.sign_ups_per_hour = 0;
            config.limits.requests_per_sec = 0;
            config.origins = origins;
            configure(config);
        })
        .await;
        Self { at: served.at, served, configure }
    }

    /// Stops in an orderly way and starts again on the same data, at another port.
    pub(crate) async fn restart(self) -> Self {
        let configure = self.configure;
        Self::start_at(self.stop().await, configure).await
    }

    /// Stops in an orderly way.
    pub(crate) async fn stop(self) -> Arc<Place> {
        soon("the server's end", self.served.stop()).await
    }

    /// Begins to stop.
    pub(crate) fn begin_stop(&self) {
        self.served.begin_stop();
    }

    /// The server's database, by a way of one's own.
    pub(crate) async fn store(&self) -> Store {
        let config = self.served.place.config();
        let of_folder = || StoreAddress::File(config.data_dir.join("maru.db"));
        Store::open(&config.database_url.clone().unwrap_or_else(of_folder)).await.unwrap()
    }

    /// A room's id by its name.
    pub(crate) async fn room(&self, who: &Login, name: &str) -> RoomId {
        let (status, body) =
            request(self.at, "GET", &format!("/api/v1/rooms/{name}"), Some(&who.cookie), None)
                .await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<serde_json::Value>(&body).unwrap()["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// The whole log of a room, by REST.
    pub(crate) async fn log(&self, who: &Login, room: RoomId) -> Vec<Entry> {
        log_at(self.at, who, room).await
    }
}

/// The whole log of a room, by REST.
pub(crate) async fn log_at(at: SocketAddr, who: &Login, room: RoomId) -> Vec<Entry> {
    let mut log: Vec<Entry> = Vec::new();
    loop {
        let after = log.last().map_or(0, |it| it.seq.get());
        let path = format!("/api/v1/rooms/{room}/entries?after={after}&limit=100");
        let (status, body) = request(at, "GET", &path, Some(&who.cookie), None).await;
        assert_eq!(status, 200, "{body}");
        let mut page: serde_json::Value = serde_json::from_str(&body).unwrap();
        let entries: Vec<Entry> = serde_json::from_value(page["entries"].take()).unwrap();
        if entries.is_empty() {
            return log;
        }
        log.extend(entries);
    }
}

/// One plain HTTP request on its own connection: status and body, with cookies put before it.
pub(crate) async fn request(
    at: SocketAddr,
    method: &str,
    path: &str,
    cookie: Option<&str>,
    body: Option<&str>,
) -> (u16, String) {
    let (status, _, body) = request_raw(at, method, path, cookie, body).await;
    (status, body)
}

/// A request of somebody who is signed in, to the REST interface.
pub(crate) async fn ask(
    server: &Server,
    who: &Login,
    method: &str,
    path: &str,
    body: &str,
) -> (u16, String) {
    let path = format!("/api/v1/{path}");
    request(server.at, method, &path, Some(&who.cookie), Some(body)).await
}

/// As [`request`], with the login cookie that came along.
pub(crate) async fn request_raw(
    at: SocketAddr,
    method: &str,
    path: &str,
    cookie: Option<&str>,
    body: Option<&str>,
) -> (u16, Option<String>, String) {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let body = body.unwrap_or_default();
    let cookie = cookie.map(|it| format!("cookie: {it}\r\n")).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {at}\r\norigin: http://{at}\r\n{cookie}\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    soon("an answer", stream.read_to_end(&mut answer)).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let cookie = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = value.trim().split(';').next()?;
        (name.eq_ignore_ascii_case("set-cookie") && value.starts_with("maru_login="))
            .then(|| value.to_owned())
    });
    let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        unchunk(body)
    } else {
        body.to_owned()
    };
    (status, cookie, body)
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        whole.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
        if size == 0 {
            break;
        }
    }
    whole
}

/// Somebody with a login cookie.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) cookie: String,
    pub(crate) id: UserId,
}

/// Comes in as a guest.
pub(crate) async fn guest(at: SocketAddr, name: &str) -> Login {
    let body = format!(r#"{{"name":"{name}"}}"#);
    let (status, cookie, body) = request_raw(at, "POST", "/api/v1/guests", None, Some(&body)).await;
    assert_eq!(status, 201, "{body}");
    let me: serde_json::Value = serde_json::from_str(&body).unwrap();
    let id = me["me"]["id"].as_str().unwrap().parse().unwrap();
    Login { cookie: cookie.expect("a login cookie"), id }
}

/// Somebody with a socket.
pub(crate) struct Person {
    pub(crate) login: Login,
    socket: WebSocketStream<TcpStream>,
    /// Received and not asked for yet.
    waiting: Vec<ServerPacket>,
    pub(crate) epoch: Option<Epoch>,
}

/// Opens a socket; the answer's status where it is refused.
pub(crate) async fn open(
    at: SocketAddr,
    path: &str,
    cookie: Option<&str>,
    origin: Option<&str>,
) -> Result<WebSocketStream<TcpStream>, u16> {
    let stream = TcpStream::connect(at).await.unwrap();
    let mut request = format!("ws://{at}{path}").into_client_request().unwrap();
    let headers = request.headers_mut();
    if let Some(cookie) = cookie {
        headers.insert("cookie", cookie.parse().unwrap());
    }
    if let Some(origin) = origin {
        headers.insert("origin", origin.parse().unwrap());
    }
    match soon("the upgrade", tokio_tungstenite::client_async(request, stream)).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

impl Person {
    /// A new guest with a socket that has not said hello.
    pub(crate) async fn silent(at: SocketAddr, name: &str) -> Self {
        Self::connect(at, guest(at, name).await).await
    }

    /// A new guest with a greeted socket, following nothing.
    pub(crate) async fn new(at: SocketAddr, name: &str) -> Self {
        let mut person = Self::silent(at, name).await;
        person.hello(vec![]).await;
        person
    }

    /// A socket of that login, as soon as one is to be had.
    pub(crate) async fn come_back(at: SocketAddr, login: Login) -> Self {
        let origin = format!("http://{at}");
        let opened = async {
            loop {
                match open(at, "/ws", Some(&login.cookie), Some(&origin)).await {
                    Ok(socket) => return socket,
                    Err(503) => tokio::time::sleep(Duration::from_millis(20)).await,
                    Err(status) => panic!("refused with {status}"),
                }
            }
        };
        let socket = soon("a socket", opened).await;
        Self { login, socket, waiting: Vec::new(), epoch: None }
    }

    /// A socket of that login.
    pub(crate) async fn connect(at: SocketAddr, login: Login) -> Self {
        let socket =
            open(at, "/ws", Some(&login.cookie), Some(&format!("http://{at}"))).await.unwrap();
        Self { login, socket, waiting: Vec::new(), epoch: None }
    }

    pub(crate) async fn hello(&mut self, rooms: Vec<Have>) -> Welcomed {
        let hello = Hello { version: VERSION, epoch: self.epoch, rooms, attending: true };
        self.send(&ClientPacket::Hello(hello)).await;
        let welcomed = self
            .expect("welcomed", |it| match it {
                ServerPacket::Welcomed(welcomed) => Some(welcomed.clone()),
                _ => None,
            })
            .await;
        self.epoch = Some(welcomed.epoch);
        welcomed
    }

    pub(crate) async fn enter(&mut self, room: RoomId) -> Result<Entered, Refusal> {
        let cid = cid();
        self.send(&ClientPacket::Enter(Enter { cid, room, have: Seq::ZERO })).await;
        self.expect("an answer to enter", |it| match it {
            ServerPacket::Entered(entered) if entered.cid == cid => Some(Ok(entered.clone())),
            ServerPacket::Refused(it) if it.cid == Some(cid) => Some(Err(it.reason)),
            _ => None,
        })
        .await
    }

    /// Says something and awaits the answer.
    pub(crate) async fn say(&mut self, room: RoomId, text: &str) -> Result<Acked, Refusal> {
        let cid = cid();
        self.say_as(cid, room, text).await;
        self.answer_to(cid).await
    }

    pub(crate) async fn say_as(&mut self, cid: Cid, room: RoomId, text: &str) {
        self.say_after(None, cid, room, text).await;
    }

    /// Says something that must not be stored before something else.
    pub(crate) async fn say_after(
        &mut self,
        after: Option<Cid>,
        cid: Cid,
        room: RoomId,
        text: &str,
    ) {
        self.send(&ClientPacket::Say(Say { cid, room, text: text.to_owned(), after })).await;
    }

    pub(crate) async fn answer_to(&mut self, cid: Cid) -> Result<Acked, Refusal> {
        self.expect("an answer to say", |it| match it {
            ServerPacket::Acked(acked) if acked.cid == cid => Some(Ok(*acked)),
            ServerPacket::Refused(Refused { cid: Some(it), reason }) if *it == cid => {
                Some(Err(*reason))
            }
            _ => None,
        })
        .await
    }

    pub(crate) async fn attend(&mut self, attending: bool) {
        self.send(&ClientPacket::Attend(Attend { attending })).await;
    }

    pub(crate) async fn send(&mut self, packet: &ClientPacket) {
        self.send_raw(Message::text(serde_json::to_string(packet).unwrap())).await.unwrap();
    }

    pub(crate) async fn send_raw(&mut self, message: Message) -> Result<(), tungstenite::Error> {
        self.socket.send(message).await
    }

    /// The next packet of that sort; others stay for later.
    pub(crate) async fn expect<T>(
        &mut self,
        what: &str,
        pick: impl Fn(&ServerPacket) -> Option<T>,
    ) -> T {
        if let Some(at) = self.waiting.iter().position(|it| pick(it).is_some()) {
            return pick(&self.waiting.remove(at)).expect("it was picked");
        }
        loop {
            match soon(what, self.socket.next()).await {
                Some(Ok(Message::Text(text))) => {
                    let packet = serde_json::from_str(&text).unwrap();
                    match pick(&packet) {
                        Some(picked) => return picked,
                        None => self.waiting.push(packet),
                    }
                }
                Some(Ok(_)) => {}
                other => panic!("{what} did not come, but {other:?}"),
            }
        }
    }

    /// Everything that came and was not asked for, in its order, up to the first packet for which
    /// that holds.
    pub(crate) async fn heard_until(
        &mut self,
        what: &str,
        ends: impl Fn(&ServerPacket) -> bool,
    ) -> Vec<ServerPacket> {
        let mut heard = Vec::new();
        loop {
            let packet = if self.waiting.is_empty() {
                self.expect(what, |it| Some(it.clone())).await
            } else {
                self.waiting.remove(0)
            };
            heard.push(packet);
            if heard.last().is_some_and(&ends) {
                return heard;
            }
        }
    }

    /// The entries of a room in the order of arrival, up to and with place `last`.
    pub(crate) async fn entries(&mut self, room: RoomId, last: u64) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        while entries.last().is_none_or(|it| it.seq.get() < last) {
            let what = format!("entry {last}");
            let more = self.expect(&what, |it| match it {
                ServerPacket::Appended(it) if it.room == room => Some(it.entries.clone()),
                _ => None,
            });
            entries.extend(more.await);
        }
        entries
    }

    /// The code by which the server closes; whatever else comes is passed over.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            match soon("the close", self.socket.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("closed without a code: {other:?}"),
            }
        }
    }

    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        self.socket.get_mut()
    }
}

/// Ann and Bob, both members of the plaza.
pub(crate) async fn two_in_plaza(server: &Server) -> (Person, Person, RoomId) {
    let (ann, plaza) = one_in_plaza(server).await;
    let mut bob = Person::new(server.at, "Bob").await;
    bob.enter(plaza).await.unwrap();
    (ann, bob, plaza)
}

/// Ann, a member of the plaza.
pub(crate) async fn one_in_plaza(server: &Server) -> (Person, RoomId) {
    let mut ann = Person::new(server.at, "Ann").await;
    let plaza = server.room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    (ann, plaza)
}

/// A fresh id.
pub(crate) fn cid() -> Cid {
    Cid(Uuid::now_v7())
}

/// The texts of what was said, in order.
pub(crate) fn said(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|it| it.what.text()).filter(|it| !it.is_empty()).collect()
}

/// A real server process, to be killed.
pub(crate) struct Process(tokio::process::Child);

impl Process {
    /// Starts the binary at that place and awaits that it is ready.
    pub(crate) async fn start(place: &Place, at: SocketAddr) -> Self {
        let child = tokio::process::Command::new(env!("CARGO_BIN_EXE_maru"))
            .current_dir(place.path())
            .envs(place.env())
            .env("MARU_LISTEN", at.to_string())
            .env("MARU_METRICS_LISTEN", "off")
            .env("MARU_LOG", "error")
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let ready = async {
            while TcpStream::connect(at).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        soon("the server", ready).await;
        Self(child)
    }

    /// kill -9.
    pub(crate) async fn kill(mut self) {
        self.0.kill().await.unwrap();
    }
}

/// An address where nothing listens. Its port is none of those that the system gives to outgoing
/// connections: one of them could take it between two starts of a server.
pub(crate) async fn free_port() -> SocketAddr {
    loop {
        let [high, low, ..] = *Uuid::new_v4().as_bytes();
        let port = 10_000 + u16::from_be_bytes([high, low]) % 20_000;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return listener.local_addr().unwrap();
        }
    }
}

/// Makes an account and signs in to it.
pub(crate) async fn account(at: SocketAddr, name: &str) -> Login {
    let body = format!(r#"{{"name":"{name}","password":"a long enough one"}}"#);
    let (status, cookie, body) = request_raw(at, "POST", "/api/v1/users", None, Some(&body)).await;
    assert_eq!(status, 201, "{body}");
    let me: serde_json::Value = serde_json::from_str(&body).unwrap();
    let id = me["me"]["id"].as_str().unwrap().parse().unwrap();
    Login { cookie: cookie.expect("a login cookie"), id }
}

/// Makes a room of one's own.
pub(crate) async fn make_room(at: SocketAddr, who: &Login, kind: &str, door: &str) -> RoomId {
    let capacity = if kind == "large" { 1_000 } else { 9 };
    let body = format!(
        r#"{{"name":"Attic","topic":"","kind":"{kind}","door":"{door}","capacity":{capacity}}}"#
    );
    let (status, body) = request(at, "POST", "/api/v1/rooms", Some(&who.cookie), Some(&body)).await;
    assert_eq!(status, 201, "{body}");
    let room: serde_json::Value = serde_json::from_str(&body).unwrap();
    room["id"].as_str().unwrap().parse().unwrap()
}

/// Does something in a room by one's powers; the answer's status and body.
pub(crate) async fn act(at: SocketAddr, who: &Login, room: RoomId, act: &Act) -> (u16, String) {
    let (path, body) = (format!("/api/v1/rooms/{room}/acts"), serde_json::to_string(act).unwrap());
    request(at, "POST", &path, Some(&who.cookie), Some(&body)).await
}

/// Signs in to an account.
pub(crate) async fn sign_in(at: SocketAddr, name: &str, password: &str) -> Login {
    let body = format!(r#"{{"name":"{name}","password":"{password}"}}"#);
    let (status, cookie, body) = request_raw(at, "POST", "/api/v1/logins", None, Some(&body)).await;
    assert_eq!(status, 201, "{body}");
    let me: serde_json::Value = serde_json::from_str(&body).unwrap();
    let id = me["me"]["id"].as_str().unwrap().parse().unwrap();
    Login { cookie: cookie.expect("a login cookie"), id }
}

impl Person {
    /// Whether the first frame is a packet, rather than a close.
    pub(crate) async fn first_is_welcome(&mut self) -> bool {
        matches!(soon("a frame", self.socket.next()).await, Some(Ok(Message::Text(_))))
    }
}

/// Makes an account.
pub(crate) async fn sign_up(at: SocketAddr, name: &str) -> Login {
    let body = format!(r#"{{"name":"{name}","password":"a long enough one"}}"#);
    let (status, cookie, body) = request_raw(at, "POST", "/api/v1/users", None, Some(&body)).await;
    assert_eq!(status, 201, "{body}");
    let me: serde_json::Value = serde_json::from_str(&body).unwrap();
    let id = me["me"]["id"].as_str().unwrap().parse().unwrap();
    Login { cookie: cookie.expect("a login cookie"), id }
}
