//! The directory of ten thousand rooms, asked over HTTP: how long an answer takes, by what is
//! asked. Ends with an error where the slowest hundredth of a release build takes longer than
//! [`P99_MS_MAX`].

use server::config::Config;
use sqlx::{Connection as _, SqliteConnection};
use std::{
    io::Write as _,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const ROOMS: usize = 10_000;
const USERS: usize = 1_000;
/// How many people the fullest room has; the next ones have fewer and fewer.
const PEOPLE_MAX: usize = 200;
const ASKED: usize = 1_000;
/// The issue's bound.
const P99_MS_MAX: f64 = 20.0;

/// What is asked: the usual list, the other orders, a word that many names have, one that few have,
/// one that none has, and a later page.
const QUERIES: [&str; 7] = [
    "",
    "?sort=name",
    "?sort=new",
    "?q=film",
    "?q=%EC%8B%AC%EC%95%BC%20%EC%98%81%ED%99%94",
    "?q=attic&sort=name",
    "?kind=private&after=00000000-0000-7000-8000-000000000000.3",
];

const NAMES: [&str; 8] = [
    "Film club",
    "심야 영화",
    "Late-night talk",
    "여행 이야기",
    "Study room",
    "오늘의 저녁",
    "Running",
    "책 읽는 방",
];

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    // The first start makes the tables.
    run(folder.path(), async |_| Ok(())).await?;
    fill(&folder.path().join("maru.db")).await?;
    run(folder.path(), measure).await
}

/// Starts a server, does something with it, and stops it.
async fn run(folder: &Path, work: impl AsyncFnOnce(SocketAddr) -> Outcome<()>) -> Outcome<()> {
    let mut config = Config { data_dir: folder.into(), ..Config::default() };
    config.limits.requests_per_sec = 0;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    let stop = CancellationToken::new();
    let began = Instant::now();
    let served = tokio::spawn(server::serve(config, listener, stop.clone()));
    ask(&mut TcpStream::connect(at).await?, "GET", "/api/v1/ready", "").await?;
    say(&format!("started in {:.0} ms", millis(began.elapsed())))?;
    let outcome = work(at).await;
    stop.cancel();
    served.await??;
    outcome
}

/// Puts the rooms into the database, with people in them.
async fn fill(file: &Path) -> Outcome<()> {
    let mut database = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await?;
    let mut tx = database.begin().await?;
    let mut users = Vec::with_capacity(USERS);
    for number in 0..USERS {
        let id = Uuid::now_v7();
        users.push(id);
        sqlx::query(
            "insert into account (id, name, name_key, role, created_at)
             values ($1, $2, $2, 'guest', 0)",
        )
        .bind(id)
        .bind(format!("user {number}"))
        .execute(&mut *tx)
        .await?;
    }
    for (number, name) in NAMES.iter().cycle().take(ROOMS).enumerate() {
        let people = PEOPLE_MAX / (number + 1) + number % 4;
        let room = Uuid::now_v7();
        sqlx::query(
            "insert into room
                 (id, kind, name, topic, capacity, position, head, people, created_at, host_id)
             values ($1, 'private', $2, 'a topic of a few words', 500, 0, 0, $3, 0, $4)",
        )
        .bind(room)
        .bind(format!("{name} {number}"))
        .bind(i64::try_from(people)?)
        .bind(users.get(number % USERS))
        .execute(&mut *tx)
        .await?;
        for user in users.iter().cycle().skip(number % USERS).take(people) {
            sqlx::query("insert into member (room_id, account_id, joined_at) values ($1, $2, 0)")
                .bind(room)
                .bind(user)
                .execute(&mut *tx)
                .await?;
        }
    }
    tx.commit().await?;
    database.close().await?;
    Ok(())
}

/// Asks as often as [`ASKED`] says, over one connection.
async fn measure(at: SocketAddr) -> Outcome<()> {
    let mut stream = TcpStream::connect(at).await?;
    let guest = ask(&mut stream, "POST", "/api/v1/guests", r#"{"name":"asker"}"#).await?;
    let cookie = guest.lines().find_map(|it| it.strip_prefix("set-cookie: "));
    let cookie = cookie.and_then(|it| it.split(';').next()).ok_or("no cookie")?.to_owned();
    let mut all = Vec::with_capacity(ASKED);
    for query in QUERIES {
        let path = format!("/api/v1/directory{query}");
        let mut times = Vec::new();
        for _ in 0..ASKED / QUERIES.len() {
            let began = Instant::now();
            let answer = ask_as(&mut stream, &cookie, &path).await?;
            times.push(millis(began.elapsed()));
            if !answer.contains("\"total\":") {
                return Err(answer.into());
            }
        }
        tell(&format!("directory{query}"), &mut times)?;
        all.extend(times);
    }
    let p99 = tell("all", &mut all)?;
    if !cfg!(debug_assertions) && p99 > P99_MS_MAX {
        return Err(format!("p99 is {p99:.1} ms, more than {P99_MS_MAX} ms").into());
    }
    Ok(())
}

/// Prints the median and the slowest hundredth, and returns the latter.
fn tell(what: &str, times: &mut [f64]) -> Outcome<f64> {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    let (p50, p99) = (at(50), at(99));
    say(&format!("{what:<60} p50 {p50:>6.2} ms   p99 {p99:>6.2} ms"))?;
    Ok(p99)
}

async fn ask_as(stream: &mut TcpStream, cookie: &str, path: &str) -> Outcome<String> {
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
    exchange(stream, head.as_bytes()).await
}

async fn ask(stream: &mut TcpStream, method: &str, path: &str, body: &str) -> Outcome<String> {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    exchange(stream, head.as_bytes()).await
}

/// Sends a request and reads the answer to its end, which its head tells.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> Outcome<String> {
    stream.write_all(request).await?;
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err("the server hung up".into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
        let length: usize = length.ok_or("no length")?.parse()?;
        if body.len() >= length {
            return Ok(text.into_owned());
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
