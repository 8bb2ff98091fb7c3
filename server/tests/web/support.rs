//! A server on a free port, and a browser that keeps its cookies and believes nothing.

use crate::served::{Place, Served};
use server::{
    config::Config,
    store::{Store, StoreAddress},
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A password that is none of the common ones.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Longer than anything here takes, shorter than patience.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a test awaits, or a panic that names it.
pub(crate) async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what} did not come in time"))
}

/// A server of this process.
pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    served: Served,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// A server without limits of rate but those that `configure` sets.
    pub(crate) async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        let place = Place::new().await;
        let site = place.path().join("site");
        let served = Served::start(place, |config| {
            config.site_dir = site;
            config.limits.guests_per_hour = 0;
            config.limits.sign_ups_per_hour = 0;
            config.limits.logins_per_min = 0;
            config.limits.requests_per_sec = 0;
            config.limits.room_passwords_per_min = 0;
            config.limits.rooms_per_hour = 0;
            configure(config);
        })
        .await;
        Self { at: served.at, served }
    }

    /// Stops in an orderly way.
    pub(crate) async fn stop(self) -> Arc<Place> {
        soon("the server's end", self.served.stop()).await
    }

    /// Where its data is.
    #[allow(dead_code, reason = "not every test looks there")]
    pub(crate) fn place(&self) -> &Arc<Place> {
        &self.served.place
    }

    /// The server's database, by a way of one's own.
    pub(crate) async fn store(&self) -> Store {
        let config = self.served.place.config();
        let of_folder = || StoreAddress::File(config.data_dir.join("maru.db"));
        Store::open(&config.database_url.clone().unwrap_or_else(of_folder)).await.unwrap()
    }

    /// Puts a file into the built site.
    pub(crate) fn put_file(&self, path: &str, bytes: &[u8]) {
        let path = self.served.place.path().join("site").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser {
        Browser { at: self.at, cookies: BTreeMap::new() }
    }

    /// A browser that is signed in to a new account, and the account's name.
    pub(crate) async fn signed_up(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let body = format!(r#"{{"name":"{name}","password":"{PASSWORD}"}}"#);
        browser.post("/api/v1/users", &body).await.expect(201);
        browser
    }

    /// A browser of a new guest.
    pub(crate) async fn guest(&self) -> Browser {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut browser = self.browser();
        let body = format!(r#"{{"name":"visitor {count}"}}"#);
        browser.post("/api/v1/guests", &body).await.expect(201);
        browser
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, self.body);
        self
    }

    /// Expects a refusal of the API.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, reason: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.json()["reason"], reason, "{}", answer.body);
        answer
    }

    #[track_caller]
    pub(crate) fn goes_to(self, path: &str) -> Self {
        let answer = self.expect(303);
        assert_eq!(answer.header("location"), Some(path));
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// Keeps cookies, one connection per request.
#[derive(Clone)]
pub(crate) struct Browser {
    at: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    /// The server that it talks with.
    #[allow(dead_code, reason = "not every test asks")]
    pub(crate) fn at(&self) -> SocketAddr {
        self.at
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.json("DELETE", path, "").await
    }

    pub(crate) async fn post(&mut self, path: &str, json: &str) -> Answer {
        self.json("POST", path, json).await
    }

    /// A request as our own pages' scripts make it.
    pub(crate) async fn json(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let origin = format!("http://{}", self.at);
        let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
        self.ask(method, path, &headers, body).await
    }

    /// A form as our own pages send it.
    pub(crate) async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.at);
        let headers =
            [("origin", origin.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let pair = |(key, value): &(&str, &str)| format!("{key}={}", escaped(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        self.ask("POST", path, &headers, &body).await
    }

    /// A request with these headers, and the cookies.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.at);
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if !self.cookies.is_empty() {
            let pair = |(name, value): (&String, &String)| format!("{name}={value}");
            let pairs: Vec<_> = self.cookies.iter().map(pair).collect();
            head.extend(["cookie: ", &pairs.join("; "), "\r\n"]);
        }
        let length = body.len().to_string();
        head.extend(["content-length: ", &length, "\r\nconnection: close\r\n\r\n"]);
        let answer = exchange(self.at, &[head.as_bytes(), body.as_bytes()].concat()).await;
        self.keep_cookies(&answer);
        answer
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for (_, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, rest) = value.split_once(';').unwrap_or((value, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let byte = |it: u8| {
        if it.is_ascii_alphanumeric() { char::from(it).to_string() } else { format!("%{it:02X}") }
    };
    text.bytes().map(byte).collect()
}

/// Sends bytes and reads the answer to its end.
pub(crate) async fn exchange(at: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(request).await.unwrap();
    read_answer(&mut stream).await
}

/// Reads an answer to its end.
pub(crate) async fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A server that refuses early may reset what it did not read.
    _ = soon("an answer", stream.read_to_end(&mut bytes)).await;
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("cut off: {:?}", String::from_utf8_lossy(&bytes)));
    let (head, body) = (String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers: Vec<_> = head.lines().filter_map(header).collect();
    let chunked = headers.iter().any(|it| it.0 == "transfer-encoding" && it.1 == "chunked");
    let body = if chunked { unchunk(body) } else { body.to_vec() };
    Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|it| it == b"\r\n") {
        let size = std::str::from_utf8(&body[..end]).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let start = end + 2;
        whole.extend_from_slice(&body[start..start + size]);
        if size == 0 {
            break;
        }
        body = &body[start + size + 2..];
    }
    whole
}
