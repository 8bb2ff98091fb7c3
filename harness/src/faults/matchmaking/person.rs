//! Somebody who looks for people again and again: searches, answers, leaves rooms, and writes all
//! of it down.

use super::{
    record::{Act, Record, View, What},
    socket,
};
use crate::{
    faults::random::Chance,
    http::{Answer, Http},
};
use anyhow::{Context as _, Result, ensure};
use app::protocol::{
    ids::{Millis, ProposalId, RoomId},
    matching::{MatchView, Wishes},
    snapshot::Me,
};
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};
use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// A request is given up after so long, and made again.
const TRY: Duration = Duration::from_secs(15);
/// The pause before that.
const PAUSE: Duration = Duration::from_millis(100);
/// Without news it is looked again after so long.
const LOOK: Duration = Duration::from_millis(400);
/// Who met so many gives their place to somebody new: nobody meets the same person twice a day.
const MEETINGS_MAX: usize = 25;
/// The words of which wishes are made: few enough that some fit at once and others late.
const INTERESTS: [&str; 12] = [
    "tea", "film", "chess", "poems", "bread", "rain", "maps", "trains", "moss", "radio", "ink",
    "kites",
];

/// What all people share.
pub(super) struct Stage {
    pub(super) door: SocketAddr,
    pub(super) origin: String,
    /// Nobody searches anew, and everybody says yes.
    pub(super) calm: Cell<bool>,
    /// Some go away for so long that they lose their place.
    pub(super) some_vanish: bool,
    pub(super) records: RefCell<Vec<Rc<RefCell<Record>>>>,
}

/// A user at their browser.
pub(super) struct Person {
    number: usize,
    stage: Rc<Stage>,
    chance: Chance,
    http: Option<Http>,
    cookie: String,
    record: Rc<RefCell<Record>>,
    /// Rung when the socket brought something.
    news: Rc<Notify>,
    presence: Option<Presence>,
}

impl Person {
    pub(super) fn new(number: usize, seed: u64, stage: &Rc<Stage>) -> Self {
        Self {
            number,
            stage: stage.clone(),
            chance: Chance::new(seed).branch(number as u64 + 1),
            http: None,
            cookie: String::new(),
            record: Rc::default(),
            news: Rc::default(),
            presence: None,
        }
    }

    /// Goes on until the task is aborted.
    pub(super) async fn live(mut self) {
        for turn in 0.. {
            self.sign_up(turn).await;
            self.presence = Some(self.attend());
            for _ in 0..MEETINGS_MAX {
                self.meet().await;
            }
            self.presence = None;
            self.record.borrow_mut().is_over = true;
        }
    }

    fn note(&self, what: What) {
        self.record.borrow_mut().acts.push(Act { at: now(), what });
    }

    async fn sign_up(&mut self, turn: usize) {
        self.record = Rc::default();
        self.stage.records.borrow_mut().push(self.record.clone());
        for tries in 0.. {
            let name = format!("m{}x{turn}x{tries}", self.number);
            if let Ok(Ok(())) = timeout(TRY, self.try_sign_up(name)).await {
                break;
            }
            self.http = None;
            sleep(PAUSE).await;
        }
        let born = json!({ "year": 1990 });
        self.ask("PUT", "/api/v1/me/born", Some(&born)).await;
    }

    async fn try_sign_up(&mut self, name: String) -> Result<()> {
        let body = json!({ "name": name });
        let answer = self.http().await?.ask("POST", "/api/v1/guests", "", Some(&body)).await?;
        ensure!(answer.status == 201, "guest: {} {}", answer.status, answer.body);
        self.cookie = answer.cookie.context("a guest got no cookie")?;
        let me: Me = serde_json::from_value(answer.body["me"].clone())?;
        let mut record = self.record.borrow_mut();
        (record.name, record.user) = (name, Some(me.id));
        Ok(())
    }

    /// Keeps a socket open, so that the servers know that somebody is there.
    fn attend(&self) -> Presence {
        let (stage, cookie) = (self.stage.clone(), self.cookie.clone());
        let (record, news) = (self.record.clone(), self.news.clone());
        Presence(tokio::task::spawn_local(socket::attend(stage, cookie, record, news)))
    }

    async fn http(&mut self) -> Result<&mut Http> {
        if self.http.is_none() {
            let (door, origin) = (self.stage.door.to_string(), &self.stage.origin);
            self.http = Some(Http::connect_as(&door, origin).await?);
        }
        self.http.as_mut().context("just connected")
    }

    /// Asks until there is an answer other than "later".
    async fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        loop {
            let asked = async {
                let cookie = self.cookie.clone();
                self.http().await?.ask(method, path, &cookie, body).await
            };
            if let Ok(Ok(answer)) = timeout(TRY, asked).await
                && !matches!(answer.status, 429 | 500..)
            {
                return answer;
            }
            self.http = None;
            sleep(PAUSE).await;
        }
    }

    /// The same where the answer is how it stands with the search.
    async fn ask_view(&mut self, method: &str, path: &str, body: Option<&Value>) -> Option<View> {
        let answer = self.ask(method, path, body).await;
        let view = serde_json::from_value::<MatchView>(answer.body).ok();
        let view = view.filter(|_| answer.status == 200).as_ref().and_then(View::of)?;
        self.note(What::Told(view));
        Some(view)
    }

    async fn look(&mut self) -> Option<View> {
        self.ask_view("GET", "/api/v1/match", None).await
    }

    /// Until somebody was met and left again.
    async fn meet(&mut self) {
        let mut silent_to = None;
        loop {
            match self.look().await {
                Some(View::Idle(_)) if !self.stage.calm.get() => {
                    self.wait(20, 800).await;
                    self.search().await;
                }
                Some(View::Searching { .. }) if !self.stage.calm.get() => {
                    self.while_searching().await;
                }
                Some(View::Proposed { proposal, answered: false })
                    if silent_to != Some(proposal) =>
                {
                    silent_to = self.answer(proposal).await;
                }
                Some(View::Matched(room)) => {
                    self.wait(50, 800).await;
                    return self.leave(room).await;
                }
                _ => self.until_news().await,
            }
        }
    }

    async fn wait(&mut self, least: u64, most: u64) {
        sleep(self.chance.time(Duration::from_millis(least), Duration::from_millis(most))).await;
    }

    async fn until_news(&self) {
        _ = timeout(LOOK, self.news.notified()).await;
    }

    async fn search(&mut self) {
        let wishes = self.wishes();
        self.note(What::Asking);
        self.ask_view("PUT", "/api/v1/match", Some(&json!(wishes))).await;
    }

    /// Some take whom they get, some want something in common, and some want what nobody has: these
    /// wait until anybody will do, and are asked.
    fn wishes(&mut self) -> Wishes {
        let interests = match self.chance.below(10) {
            0..=3 => Vec::new(),
            4..=6 => {
                (0..2).filter_map(|_| self.chance.pick(&INTERESTS)).map(|it| (*it).into()).collect()
            }
            _ => vec![format!("only {}", self.number)],
        };
        Wishes { languages: vec!["ko".into()], interests, guests: true, ..Wishes::default() }
    }

    /// Most wait; some give up, some state other wishes, some go away.
    async fn while_searching(&mut self) {
        match self.chance.below(200) {
            0..=2 => {
                self.note(What::Stopping);
                self.ask_view("DELETE", "/api/v1/match", None).await;
            }
            3..=5 => self.search().await,
            6 if self.stage.some_vanish => {
                self.presence = None;
                self.note(What::Disconnected);
                self.wait(1_000, 30_000).await;
                self.presence = Some(self.attend());
            }
            _ => self.until_news().await,
        }
    }

    /// Answers, or does not: then what is not to be answered is returned.
    async fn answer(&mut self, proposal: ProposalId) -> Option<ProposalId> {
        self.wait(0, 600).await;
        let yes = match self.chance.below(100) {
            _ if self.stage.calm.get() => true,
            0..=69 => true,
            70..=84 => false,
            85..=93 => return Some(proposal),
            _ => {
                self.note(What::Stopping);
                self.ask_view("DELETE", "/api/v1/match", None).await;
                return None;
            }
        };
        self.note(What::Answering { proposal, yes });
        let path = format!("/api/v1/match/proposals/{proposal}");
        let body = json!({ "yes": yes });
        if self.ask_view("PUT", &path, Some(&body)).await.is_some() {
            self.note(What::Answered { proposal, yes });
        }
        None
    }

    async fn leave(&mut self, room: RoomId) {
        self.note(What::Leaving(room));
        self.ask("DELETE", &format!("/api/v1/rooms/{room}/members/me"), None).await;
        self.note(What::Left(room));
    }
}

/// A socket that is kept open, and is shut with this.
struct Presence(JoinHandle<()>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The clock of this machine, which the servers have, too.
pub(super) fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Millis(since.map_or(0, |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX)))
}
