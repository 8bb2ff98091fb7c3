//! Opens the socket, notices when it is dead, and comes back.

use super::{
    Client, Connection,
    backoff::After,
    browser,
    rest::{self, LoadError},
    socket::{self, SocketEvent},
    stored,
};
use crate::protocol::{
    ids::{Millis, Seq},
    limits::VERSION,
    packets::{Attend, ClientPacket, Have, Hello, Seek},
    refusal::Refusal,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

impl Client {
    /// Begins, in the browser: connects, listens, and takes what an earlier page left behind.
    pub fn start(self) {
        let zone_min = browser::zone_min();
        browser::keep_zone(zone_min);
        self.zone_min.set(zone_min);
        let Some(me) = self.my_id_now() else { return };
        self.start_seen(me);
        spawn_local(async move {
            self.restore(stored::kept(me).await);
        });
        self.connect();
        set_interval(move || self.tick(), Duration::from_secs(1));
        let wake = move |_: web_sys::Event| self.wake();
        let look = move |_: web_sys::Event| self.attend();
        for (name, wakes) in [("online", true), ("offline", false)] {
            let listener = window_event_listener_untyped(name, move |event| {
                if wakes { wake(event) } else { self.lost_network() }
            });
            // The page listens for as long as it lives.
            std::mem::forget(listener);
        }
        std::mem::forget(window_event_listener_untyped("pageshow", wake));
        std::mem::forget(window_event_listener_untyped("visibilitychange", look));
    }

    /// Opens a socket now, whatever the pause was to be.
    pub fn connect(self) {
        let first = self.connection.get_untracked() == Connection::Opening;
        if !first {
            self.connection.set(Connection::Connecting);
        }
        self.link.update_value(|link| {
            link.pulse.beat(browser::now());
            link.opened = false;
        });
        socket::open(move |event| match event {
            SocketEvent::Opened => self.greet(),
            SocketEvent::Frame(frame) => {
                self.link.update_value(|link| link.pulse.beat(browser::now()));
                self.receive(&frame);
            }
            SocketEvent::Closed { code } => self.closed(code),
        });
    }

    /// Tells the server whether the user looks at the page; looking again is a reason to hurry.
    pub fn attend(self) {
        let attending = browser::is_attending();
        if self.connection.get_untracked() == Connection::Live {
            socket::send(&ClientPacket::Attend(Attend { attending }));
        }
        if attending {
            self.wake();
            self.look();
        } else {
            let last = self.timeline.read_untracked().last();
            self.link.update_value(|link| link.away_since = Some(last));
        }
    }

    /// Asks for everything after what is here of the room shown; the session follows it then.
    pub(super) fn seek(self, after: Seq) {
        if let Some(room) = self.room_id_now() {
            socket::send(&ClientPacket::Seek(Seek { room, after }));
        }
    }

    fn greet(self) {
        let room = self.room_id_now();
        let have = self.timeline.read_untracked().last();
        let epoch = self.link.with_value(|link| link.epoch);
        self.link.update_value(|link| {
            link.opened = true;
            link.greeted = room;
        });
        socket::send(&ClientPacket::Hello(Hello {
            version: VERSION,
            epoch,
            rooms: room.map(|room| Have { room, have }).into_iter().collect(),
            attending: browser::is_attending(),
        }));
    }

    fn closed(self, code: u16) {
        socket::close();
        self.outbox.update(super::outbox::Outbox::disconnected);
        self.typists.set(Vec::new());
        let mut after = After::Wait(0);
        self.link.update_value(|link| after = link.backoff.after_close(code, browser::random()));
        match after {
            After::Wait(pause_ms) => {
                self.wait(pause_ms);
                if !self.link.with_value(|link| link.opened) {
                    self.ask_whether_signed_in();
                }
            }
            After::SignedOut => self.connection.set(Connection::SignedOut),
            After::Replaced => self.connection.set(Connection::Replaced),
            After::Outdated => self.connection.set(Connection::Outdated),
            After::Stopped(code) => self.connection.set(Connection::Stopped(code)),
        }
    }

    fn wait(self, pause_ms: u32) {
        let until = browser::now().plus(pause_ms.into());
        self.connection.set(Connection::Waiting(until));
        self.count_down(until);
        let pause = Duration::from_millis(pause_ms.into());
        set_timeout(
            move || {
                if self.connection.get_untracked() == Connection::Waiting(until) {
                    self.connect();
                }
            },
            pause,
        );
    }

    /// A socket that is refused at the door says only that it failed: the reason is asked for.
    fn ask_whether_signed_in(self) {
        spawn_local(async move {
            let answer = rest::load::<rest::MeIs>("me").await;
            let is_waiting = matches!(self.connection.get_untracked(), Connection::Waiting(_));
            if is_waiting && answer.err() == Some(LoadError::Refused(Refusal::NotSignedIn)) {
                self.connection.set(Connection::SignedOut);
            }
        });
    }

    /// The network or the tab is back: there is no reason to wait.
    fn wake(self) {
        match self.connection.get_untracked() {
            Connection::Waiting(_) => self.connect(),
            Connection::Live => self.check_silence(browser::now()),
            _ => {}
        }
    }

    /// The browser has no network: the socket is as good as dead, the user shall know at once.
    fn lost_network(self) {
        if self.connection.get_untracked() == Connection::Live {
            self.closed(1006);
        }
    }

    /// Once a second: what only the clock tells.
    fn tick(self) {
        let now = browser::now();
        self.count_standing();
        self.count_match();
        match self.connection.get_untracked() {
            Connection::Waiting(until) => self.count_down(until),
            Connection::Live => {
                self.check_silence(now);
                self.check_lag(now);
            }
            Connection::Connecting | Connection::Opening => {
                if self.link.with_value(|link| link.pulse.is_given_up(now)) {
                    self.closed(1006);
                }
            }
            Connection::SignedOut
            | Connection::Replaced
            | Connection::Outdated
            | Connection::Stopped(_) => {}
        }
        if self.typists.read_untracked().iter().any(|it| it.until <= now) {
            self.typists.update(|typists| typists.retain(|it| it.until > now));
        }
    }

    fn count_down(self, until: Millis) {
        let left_ms = until.since(browser::now()).max(0);
        let secs_left = u32::try_from((left_ms + 999) / 1000).unwrap_or(0);
        if self.secs_left.get_untracked() != secs_left {
            self.secs_left.set(secs_left);
        }
    }

    fn check_silence(self, now: Millis) {
        if self.link.with_value(|link| link.pulse.is_dead(now)) {
            self.closed(1006);
        }
    }

    fn check_lag(self, now: Millis) {
        let mut is_due = false;
        self.link.update_value(|link| is_due = link.lag.is_seek_due(now));
        if is_due {
            self.seek(self.timeline.read_untracked().last());
        }
    }
}
