//! People with the shipped client core behind real sockets, who talk, lose their sockets, come back
//! and record all that they did and saw.
//!
//! Each is one task of a `LocalSet`. The pure parts (outbox, gap rule, timeline, backoff, watch)
//! are those of the browser; `tab` and `hear` put them together as `app::client` does, `port` is
//! the socket. [`People`] is what a runner uses.

mod hand;
mod hear;
mod people;
mod port;
mod sign_up;
mod tab;
#[cfg(test)]
mod tests;

pub(crate) use hand::Hand;
pub(crate) use people::People;
pub(crate) use port::Reading;
pub(crate) use sign_up::register;

use super::history::{Happened, History, Micros};
use crate::http::Http;
use anyhow::{Context as _, Result, ensure};
use app::{
    client::backoff::After,
    protocol::{
        ids::Millis,
        limits::{SENDS_BURST, SENDS_PER_SEC, SILENCE_SECS},
    },
};
use port::{Address, Port, PortEvent};
use std::{
    cell::{Ref, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};
use tab::{Line, Mood, Tab};
use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{Instant, sleep, sleep_until, timeout},
};

/// An HTTP request of a client is given up after so long.
const HTTP: Duration = Duration::from_secs(15);
/// The second socket is opened again so long after it ended.
const SECOND_AGAIN: Duration = Duration::from_secs(1);

/// How a client behaves, and where it connects to.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// 2 to 24 characters, unlike all others of the deployment; the sign-up may add to it.
    pub(crate) name: String,
    /// Where HTTP and the socket go to: the fault proxy.
    pub(crate) door: SocketAddr,
    /// What the server takes for the page's address; `http://{door}` if absent.
    pub(crate) origin: Option<String>,
    /// A second socket of the same login goes there and sends a copy of everything.
    pub(crate) second_door: Option<SocketAddr>,
    /// How often each send is written to each socket.
    pub(crate) copies: usize,
    /// It has an account, which may make rooms, and is no guest.
    pub(crate) has_account: bool,
    /// The names of the channels that it enters.
    pub(crate) rooms: Vec<String>,
    /// How often it says something, while it talks.
    pub(crate) sends_per_sec: f64,
    /// How long what it says is, in characters.
    pub(crate) chars: usize,
    /// Its words, pauses and choices come from this and its number.
    pub(crate) seed: u64,
    pub(crate) reading: Reading,
    /// A socket without a frame for so long is given up.
    pub(crate) silence: Duration,
    /// What the outbox sends: a second in the long run, and at once. As shipped, unless the
    /// servers are set to take more.
    pub(crate) pace: (u32, u32),
}

impl Manner {
    /// As a shipped client behaves, saying something twice a second.
    pub(crate) fn new(name: String, door: SocketAddr, rooms: Vec<String>, seed: u64) -> Self {
        Self {
            name,
            door,
            origin: None,
            second_door: None,
            copies: 1,
            has_account: false,
            rooms,
            sends_per_sec: 2.0,
            chars: 60,
            seed,
            reading: Reading::All,
            silence: Duration::from_secs(SILENCE_SECS),
            pace: (SENDS_PER_SEC, SENDS_BURST - 2),
        }
    }

    fn origin(&self) -> String {
        self.origin.clone().unwrap_or_else(|| format!("http://{}", self.door))
    }
}

/// How a client is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Has no login yet.
    SigningUp,
    /// Tries again at that moment of the run.
    Waiting(Millis),
    /// Opens a socket, or waits for the answer to `hello`.
    Connecting,
    /// Welcomed.
    Live,
    /// Does not come back.
    Ended(After),
}

/// A person: the handle to its task.
pub(crate) struct Client {
    tab: Rc<RefCell<Tab>>,
    wake: Rc<Notify>,
    task: JoinHandle<()>,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Client {
    /// Signs up, however long that takes, and stays connected from then on. Needs a `LocalSet`.
    pub(crate) fn start(history: &Rc<RefCell<History>>, manner: Manner) -> Self {
        let tab = Rc::new(RefCell::new(Tab::new(Rc::clone(history), manner)));
        let wake = Rc::new(Notify::new());
        let task = tokio::task::spawn_local(run(Rc::clone(&tab), Rc::clone(&wake)));
        Self { tab, wake, task }
    }

    /// Its number in the history.
    pub(crate) fn number(&self) -> usize {
        self.tab.borrow().number
    }

    /// Its login cookie, once signed up.
    pub(crate) fn cookie(&self) -> String {
        self.tab.borrow().cookie.clone()
    }

    /// To have it do something, for whoever does not own it.
    pub(crate) fn hand(&self) -> Hand {
        Hand::of(Rc::clone(&self.tab), Rc::clone(&self.wake))
    }

    /// How it behaves.
    pub(crate) fn manner(&self) -> Ref<'_, Manner> {
        Ref::map(self.tab.borrow(), |it| &it.manner)
    }

    /// How it is connected.
    pub(crate) fn connection(&self) -> Connection {
        self.tab.borrow().connection
    }

    /// Live, and a member of all channels that it wants to be in.
    pub(crate) fn is_in(&self) -> bool {
        let tab = self.tab.borrow();
        let mut channels = tab.rooms.iter().filter(|it| !it.is_hosted);
        tab.connection == Connection::Live && channels.all(|it| it.is_entered == it.is_wanted)
    }

    /// Lost its socket and has not caught up yet.
    pub(crate) fn is_disrupted(&self) -> bool {
        self.tab.borrow().is_disrupted
    }

    /// Begins to talk, or stops.
    pub(crate) fn talk(&self, talks: bool) {
        self.tab.borrow_mut().talk(talks);
        self.wake.notify_one();
    }

    /// Neither talks nor comes in from here on.
    pub(crate) fn settle(&self) {
        self.tab.borrow_mut().mood = Mood::Settling;
    }

    /// Reads otherwise from now on.
    pub(crate) fn set_reading(&self, reading: Reading) {
        self.tab.borrow_mut().manner.reading = reading;
        self.wake.notify_one();
    }

    /// The browser says that the network is back: there is no reason to wait.
    pub(crate) fn network_is_back(&self) {
        self.tab.borrow_mut().wake();
        self.wake.notify_one();
    }

    /// Loads the page anew: what is queued survives as it does in `IndexedDB`.
    pub(crate) fn reload(&self) {
        self.tab.borrow_mut().reload();
        self.wake.notify_one();
    }

    /// Enters the room of that place in its [`Manner`], or leaves it.
    pub(crate) fn want(&self, at: usize, is_wanted: bool) {
        self.tab.borrow_mut().want(at, is_wanted);
        self.wake.notify_one();
    }

    /// Ends its login over HTTP at the given door, and returns when the server has answered. The
    /// socket is for the server to close.
    pub(crate) async fn sign_out(&self, door: SocketAddr) -> Result<()> {
        let (cookie, origin) = (self.cookie(), self.manner().origin());
        let request = async {
            let mut http = Http::connect_as(&door.to_string(), &origin).await?;
            http.ask("DELETE", "/api/v1/logins/current", &cookie, None).await
        };
        let answer = timeout(HTTP, request).await.context("no answer to the sign-out")??;
        ensure!(answer.status == 204, "sign-out: {} {}", answer.status, answer.body);
        let mut tab = self.tab.borrow_mut();
        tab.talk(false);
        tab.note(Happened::SignedOut);
        Ok(())
    }

    fn finish(&self) {
        self.tab.borrow_mut().finish();
        self.task.abort();
    }
}

/// A client's task.
async fn run(tab: Rc<RefCell<Tab>>, wake: Rc<Notify>) {
    sign_up::until_done(&tab).await;
    let mut sockets =
        Sockets { tab, first: Port::new(), second: Port::new(), second_at: Instant::now() };
    loop {
        let until = sockets.turn();
        tokio::select! {
            event = sockets.first.next() => sockets.on_first(event),
            event = sockets.second.next() => sockets.on_second(event),
            () = wake.notified() => {}
            () = sleep_until(until) => {}
        }
    }
}

struct Sockets {
    tab: Rc<RefCell<Tab>>,
    first: Port,
    second: Port,
    /// The second socket is not opened before.
    second_at: Instant,
}

impl Sockets {
    /// Does what is due; when more is.
    fn turn(&mut self) -> Instant {
        let tab = Rc::clone(&self.tab);
        let tab = &mut *tab.borrow_mut();
        self.first.set_reading(tab.manner.reading);
        let opens = tab.turn();
        let is_connected = matches!(tab.connection, Connection::Connecting | Connection::Live);
        if opens {
            tab.opening();
            self.first.open(address_of(tab, tab.manner.door));
        } else if !is_connected && !self.first.is_shut() {
            self.first.shut();
        }
        self.first.send(&mut tab.main.out);
        self.turn_second(tab)
    }

    fn turn_second(&mut self, tab: &mut Tab) -> Instant {
        let until = moment(tab, tab.next_turn());
        let Some(door) = tab.manner.second_door else { return until };
        if self.second.is_shut() {
            if tab.connection != Connection::Live || Instant::now() < self.second_at {
                return until.min(Instant::now() + SECOND_AGAIN);
            }
            let socket = tab.next_socket();
            tab.second = Line { socket, ..Line::default() };
            tab.note(Happened::Opening { socket, door });
            self.second.open(address_of(tab, door));
        }
        self.second.send(&mut tab.second.out);
        until
    }

    fn on_first(&mut self, event: PortEvent) {
        let tab = &mut *self.tab.borrow_mut();
        if event == PortEvent::Opened {
            tab.opened();
        }
        let mut code = self.first.frames(|frame| tab.take(frame));
        if code.is_none() && event == PortEvent::Ended {
            code = Some(1006);
        }
        if let Some(code) = code {
            self.first.shut();
            tab.closed(code);
            if !tab.was_opened {
                tokio::task::spawn_local(ask_whether_signed_in(Rc::clone(&self.tab)));
            }
        }
    }

    fn on_second(&mut self, event: PortEvent) {
        let tab = &mut *self.tab.borrow_mut();
        if event == PortEvent::Opened {
            tab.note(Happened::Opened { socket: tab.second.socket });
            tab.greet_second();
        }
        let mut code = self.second.frames(|frame| tab.take_second(frame));
        if code.is_none() && event == PortEvent::Ended {
            code = Some(1006);
        }
        if let Some(code) = code {
            self.second.shut();
            self.second_at = Instant::now() + SECOND_AGAIN;
            tab.second.is_live = false;
            tab.note(Happened::Closed { socket: tab.second.socket, code });
        }
    }
}

fn address_of(tab: &Tab, door: SocketAddr) -> Address {
    Address { door, origin: tab.manner.origin(), cookie: tab.cookie.clone() }
}

/// A moment of the run as the clock of the tasks has it.
fn moment(tab: &Tab, at: Micros) -> Instant {
    Instant::from_std(tab.history.borrow().begun()) + Duration::from_micros(at.0)
}

/// A socket that is refused at the door says only that it failed: the reason is asked for.
async fn ask_whether_signed_in(tab: Rc<RefCell<Tab>>) {
    let Address { door, origin, cookie } = {
        let tab = tab.borrow();
        address_of(&tab, tab.manner.door)
    };
    let request = async {
        let mut http = Http::connect_as(&door.to_string(), &origin).await?;
        http.ask("GET", "/api/v1/me", &cookie, None).await
    };
    let Ok(Ok(answer)) = timeout(HTTP, request).await else { return };
    let mut tab = tab.borrow_mut();
    let is_signed_out = answer.status == 401 && answer.body["reason"] == "not_signed_in";
    if is_signed_out && matches!(tab.connection, Connection::Waiting(_)) {
        tab.connection = Connection::Ended(After::SignedOut);
    }
}

/// Waits until something is so, looking often; false when the limit is over before.
async fn until_so(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !is_so() {
        if Instant::now() >= end {
            return false;
        }
        sleep(Duration::from_millis(10)).await;
    }
    true
}
