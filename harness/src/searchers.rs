//! People who begin to look for somebody and stop again, so many a second, beside those who talk.

use crate::{
    crowd::guests,
    frames::{self, Frame},
    histogram::Histogram,
    http::{Address, Http},
    server::Server,
};
use anyhow::{Result, bail, ensure};
use app::protocol::{
    limits,
    packets::{ClientPacket, Hello},
};
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};

/// Connections by which they ask, each kept for all of them in turn.
const DOORS: usize = 256;
/// Each looks for somebody for so long, and has wishes that nobody meets as early.
const LOOKS_FOR: Duration = Duration::from_secs(3);

/// What came of it so far.
pub(crate) struct Figures {
    pub(crate) joined: u64,
    pub(crate) left: u64,
    pub(crate) refused: u64,
    /// From when it was meant to be asked until the answer was there.
    pub(crate) times: Histogram,
}

/// Who looks for how long is the same for all.
struct Queue {
    cookies: Vec<String>,
    per_sec: Cell<u32>,
    begun: Cell<Instant>,
    next: Cell<u64>,
    /// Who is to stop when.
    stops: RefCell<VecDeque<(usize, Instant)>>,
    figures: RefCell<Figures>,
    fault: RefCell<Option<String>>,
}

/// Something to ask now.
struct Job {
    who: usize,
    joins: bool,
    /// When it was meant to be asked.
    due: Instant,
}

impl Queue {
    fn take(&self, now: Instant) -> Option<Job> {
        let mut stops = self.stops.borrow_mut();
        if let Some((who, due)) = stops.front().copied()
            && due <= now
        {
            stops.pop_front();
            return Some(Job { who, joins: false, due });
        }
        let per_sec = self.per_sec.get();
        let n = self.next.get();
        let after = Duration::from_secs_f64(1.0 / f64::from(per_sec.max(1)));
        let due = self.begun.get() + after.mul_f64(f64::from(u32::try_from(n).unwrap_or(u32::MAX)));
        if per_sec == 0 || due > now {
            return None;
        }
        self.next.set(n + 1);
        let who = usize::try_from(n).unwrap_or_default() % self.cookies.len();
        Some(Job { who, joins: true, due })
    }

    fn done(&self, job: &Job, status: u16) {
        let mut figures = self.figures.borrow_mut();
        let micros = u64::try_from(job.due.elapsed().as_micros()).unwrap_or(u64::MAX);
        figures.times.record(micros);
        match status {
            200 if job.joins => figures.joined += 1,
            200 => figures.left += 1,
            _ => figures.refused += 1,
        }
        drop(figures);
        if job.joins {
            self.stops.borrow_mut().push_back((job.who, Instant::now() + LOOKS_FOR));
        }
    }
}

/// All who look for somebody.
pub(crate) struct Searchers {
    queue: Rc<Queue>,
    tasks: Vec<JoinHandle<()>>,
}

impl Searchers {
    /// So many guests with a socket each, who look for nobody yet.
    pub(crate) async fn gather(server: &Server, count: usize) -> Result<Self> {
        let cookies = guests(&server.address, count).await?;
        let mut http = Http::connect(&server.address).await?;
        let mut tasks = Vec::new();
        for cookie in &cookies {
            let born = json!({ "year": 1990 });
            let stated = http.ask("PUT", "/api/v1/me/born", cookie, Some(&born)).await?;
            ensure!(stated.status == 204, "a year of birth: {} {}", stated.status, stated.body);
            let (stream, read) = frames::open(&server.address, cookie).await?;
            tasks.push(tokio::task::spawn_local(async { _ = attend(stream, read).await }));
        }
        let queue = Rc::new(Queue {
            cookies,
            per_sec: Cell::new(0),
            begun: Cell::new(Instant::now()),
            next: Cell::new(0),
            stops: RefCell::default(),
            figures: RefCell::new(Figures::new()),
            fault: RefCell::default(),
        });
        for _ in 0..DOORS {
            let (queue, address) = (queue.clone(), server.address.clone());
            tasks.push(tokio::task::spawn_local(async move {
                if let Err(error) = ask(&queue, address).await {
                    *queue.fault.borrow_mut() = Some(format!("{error:#}"));
                }
            }));
        }
        Ok(Self { queue, tasks })
    }

    /// So many a second begin from now on, and so many stop; with 0, those who look stop in time.
    pub(crate) fn begin(&self, per_sec: u32) {
        self.queue.per_sec.set(per_sec);
        self.queue.begun.set(Instant::now());
        self.queue.next.set(0);
    }

    /// What came of it since this was asked last.
    pub(crate) fn take(&self) -> Result<Figures> {
        if let Some(fault) = self.queue.fault.borrow().as_ref() {
            bail!("somebody who looks for people: {fault}");
        }
        Ok(self.queue.figures.replace(Figures::new()))
    }

    /// Waits until nobody looks for anybody any more.
    pub(crate) async fn calm(&self) -> Result<()> {
        let begun = Instant::now();
        while !self.queue.stops.borrow().is_empty() {
            ensure!(begun.elapsed() < Duration::from_mins(1), "some still look for somebody");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

impl Drop for Searchers {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Figures {
    fn new() -> Self {
        Self { joined: 0, left: 0, refused: 0, times: Histogram::new() }
    }
}

/// Asks what is due, one after the other.
async fn ask(queue: &Queue, address: Address) -> Result<()> {
    let mut http = Http::connect(&address).await?;
    loop {
        let Some(job) = queue.take(Instant::now()) else {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        let body = job.joins.then(|| wishes(job.who));
        let method = if job.joins { "PUT" } else { "DELETE" };
        let cookie = &queue.cookies[job.who];
        let asked = http.ask(method, "/api/v1/match", cookie, body.as_ref()).await;
        let answer = if let Ok(answer) = asked {
            answer
        } else {
            // A connection without requests is closed after a while; the same again does no harm.
            http = Http::connect(&address).await?;
            http.ask(method, "/api/v1/match", cookie, body.as_ref()).await?
        };
        queue.done(&job, answer.status);
    }
}

/// What nobody else wishes.
fn wishes(who: usize) -> Value {
    let interests = [format!("a{who}"), format!("b{who}"), format!("c{who}")];
    json!({ "languages": ["ko"], "interests": interests, "guests": true })
}

/// Keeps a socket open and lets pass what comes.
async fn attend(mut stream: TcpStream, mut read: Vec<u8>) -> Result<()> {
    let mut out = Vec::new();
    let hello = Hello { version: limits::VERSION, epoch: None, rooms: vec![], attending: true };
    frames::write_text(&mut out, &serde_json::to_vec(&ClientPacket::Hello(hello))?);
    loop {
        while let Some((frame, length)) = frames::split(&read)? {
            match frame {
                Frame::Ping(data) => frames::write_pong(&mut out, data),
                Frame::Close(code) => bail!("closed with {code}"),
                Frame::Text(_) | Frame::Pong(_) => {}
            }
            read.drain(..length);
        }
        if !out.is_empty() {
            stream.write_all(&out).await?;
            out.clear();
        }
        if stream.read_buf(&mut read).await? == 0 {
            bail!("hung up");
        }
    }
}
