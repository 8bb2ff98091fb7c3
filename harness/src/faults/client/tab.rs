//! What a tab knows and decides: the shipped outbox, timelines, backoff and watch, put together as
//! `app::client` does it in the browser, and every step of it recorded.
//!
//! No socket and no waiting here: [`Tab::turn`] does what is due, `take` (in `hear`) takes what
//! came, and what is to be written lies in `out`.

use super::{Connection, Manner};
use crate::{
    faults::{
        history::{Digest, Fact, Happened, History, Micros, Remaining, SocketNo, View},
        random::Chance,
    },
    frames,
};
use app::{
    client::{
        backoff::{After, Backoff},
        outbox::{Outbox, Outgoing, SendState},
        pace::Pace,
        timeline::Timeline,
        watch::{Lag, Pulse},
    },
    protocol::{
        ids::{Cid, Epoch, Millis, RoomId, Seq, UserId},
        limits::VERSION,
        message::MessageText,
        packets::{ClientPacket, Enter, Have, Hello, Leave, Say, Seek},
        people::Presence,
    },
};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
};
use uuid::Uuid;

/// What only the clock tells is looked at so often, in milliseconds, as in the browser.
const TICK_MS: i64 = 1_000;
/// Who has so much unsent says no more until some of it is gone.
const UNSENT_MAX: usize = 300;
/// After entering was refused for good, it is tried again so much later, in milliseconds.
const ENTER_AGAIN_MS: i64 = 1_000;

/// One room as the tab has it.
pub(super) struct Room {
    pub(super) id: RoomId,
    pub(super) timeline: Timeline,
    pub(super) lag: Lag,
    /// The user wants to be a member.
    pub(super) is_wanted: bool,
    /// The tab thinks that the user is a member.
    pub(super) is_entered: bool,
    /// The `enter` or `leave` that is not answered yet.
    pub(super) asked: Option<Cid>,
    /// Not to be entered before.
    pub(super) enter_at: Millis,
    /// What must have come before the tab is consistent again.
    pub(super) target: Seq,
    pub(super) presences: HashMap<UserId, Presence>,
    /// It has a host: only members read it, and one may be put out of it.
    pub(super) is_hosted: bool,
    /// The host, and the entry that told of it.
    pub(super) host: Option<(Seq, UserId)>,
}

/// One of the tab's sockets: what is to be written to it.
#[derive(Default)]
pub(super) struct Line {
    pub(super) socket: SocketNo,
    pub(super) out: Vec<u8>,
    pub(super) is_live: bool,
}

/// What the user does by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Comes into rooms, and says nothing.
    Silent,
    /// Comes into rooms, and talks.
    Talking,
    /// Neither talks nor asks to come into rooms with a host: logs and members stay as they are.
    Settling,
}

/// A tab of one user.
pub(crate) struct Tab {
    pub(super) number: usize,
    pub(super) history: Rc<RefCell<History>>,
    pub(super) manner: Manner,
    pub(super) cookie: String,
    pub(super) me: Option<UserId>,
    pub(super) connection: Connection,
    /// The socket was open since the attempt began.
    pub(super) was_opened: bool,
    pub(super) epoch: Option<Epoch>,
    pub(super) rooms: Vec<Room>,
    pub(super) outbox: Outbox,
    pub(super) backoff: Backoff,
    pub(super) pulse: Pulse,
    pub(super) main: Line,
    /// Of the same login, for copies of all sends only.
    pub(super) second: Line,
    sockets: u32,
    chance: Chance,
    pub(super) mood: Mood,
    next_say: Micros,
    said: u64,
    next_tick: Millis,
    pub(super) is_disrupted: bool,
    /// Sends without an answer when it was disrupted.
    pub(super) awaited: HashSet<Cid>,
}

impl Tab {
    /// A tab that has not signed up yet.
    pub(super) fn new(history: Rc<RefCell<History>>, manner: Manner) -> Self {
        let number = history.borrow_mut().add_client(manner.name.clone());
        let sends_copies = manner.copies > 1 || manner.second_door.is_some();
        history.borrow_mut().clients[number].sends_copies = sends_copies;
        let (per_sec, burst) = manner.pace;
        let silence_ms = i64::try_from(manner.silence.as_millis()).unwrap_or(i64::MAX);
        Self {
            number,
            history,
            cookie: String::new(),
            me: None,
            connection: Connection::SigningUp,
            was_opened: false,
            epoch: None,
            rooms: Vec::new(),
            outbox: Outbox::with_pace(Pace::new(per_sec, burst, Millis(0))),
            backoff: Backoff::new(),
            pulse: Pulse::with_silence_ms(silence_ms),
            main: Line::default(),
            second: Line::default(),
            sockets: 0,
            chance: Chance::new(manner.seed).branch(number as u64 + 1),
            mood: Mood::Silent,
            next_say: Micros(0),
            said: 0,
            next_tick: Millis(0),
            is_disrupted: false,
            awaited: HashSet::new(),
            manner,
        }
    }

    /// Signed up: the rooms are known, nothing of them is here.
    pub(super) fn begin(&mut self, me: UserId, cookie: String, rooms: &[RoomId]) {
        (self.me, self.cookie) = (Some(me), cookie);
        self.history.borrow_mut().clients[self.number].user = Some(me);
        self.rooms = rooms.iter().map(|id| Room::new(*id)).collect();
        self.connection = Connection::Waiting(self.millis());
    }

    /// The clock of the core: milliseconds since the run began.
    pub(super) fn millis(&self) -> Millis {
        Millis((self.history.borrow().now().0 / 1_000).cast_signed())
    }

    pub(super) fn note(&self, what: Happened) {
        self.history.borrow_mut().happened(self.number, what);
    }

    /// A number from 0 to 1.
    fn random(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a chance")]
        let chance = (self.chance.next() >> 11) as f64 / (1_u64 << 53) as f64;
        chance
    }

    /// Begins or ends to talk by itself.
    pub(super) fn talk(&mut self, talks: bool) {
        if talks && self.mood != Mood::Talking {
            self.next_say = self.history.borrow().now();
            self.plan_next_say();
        }
        self.mood = if talks { Mood::Talking } else { Mood::Silent };
    }

    fn plan_next_say(&mut self) {
        let mean = 1_000_000.0 / self.manner.sends_per_sec.max(0.001);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number of microseconds"
        )]
        let pause = (mean * (0.5 + self.random())) as u64;
        self.next_say = Micros(self.next_say.0 + pause);
    }

    /// Does all that is due now. True when a socket is to be opened.
    pub(super) fn turn(&mut self) -> bool {
        let now = self.millis();
        self.say_what_is_due();
        if now >= self.next_tick {
            self.next_tick = now.plus(TICK_MS);
            self.tick(now);
        }
        self.enter_rooms(now);
        self.flush();
        matches!(self.connection, Connection::Waiting(until) if now >= until)
    }

    /// When to come back for [`Self::turn`], if nothing else happens.
    pub(super) fn next_turn(&self) -> Micros {
        let now = self.millis();
        let mut next = self.next_tick;
        if let Connection::Waiting(until) = self.connection {
            next = next.min(until);
        }
        if let Some(due) = self.outbox.next_due(now) {
            next = next.min(due);
        }
        let next = Micros(next.0.max(0).cast_unsigned() * 1_000);
        if self.mood == Mood::Talking { next.min(self.next_say) } else { next }
    }

    fn tick(&mut self, now: Millis) {
        match self.connection {
            Connection::Live => {
                if self.pulse.is_dead(now) {
                    return self.closed(1006);
                }
                for at in 0..self.rooms.len() {
                    if self.rooms[at].is_read() && self.rooms[at].lag.is_seek_due(now) {
                        self.disrupt();
                        self.seek(at);
                    }
                }
            }
            Connection::Connecting if self.pulse.is_given_up(now) => self.closed(1006),
            _ => {}
        }
    }

    fn say_what_is_due(&mut self) {
        let now = self.history.borrow().now();
        while self.mood == Mood::Talking && self.next_say <= now {
            let intended = self.next_say;
            self.plan_next_say();
            let waiting = |it: &&Outgoing| matches!(it.state, SendState::Queued | SendState::Sent);
            if self.outbox.items().filter(waiting).count() < UNSENT_MAX {
                self.say(intended);
            }
        }
    }

    /// Says something in one of the rooms entered; false when there is none.
    pub(super) fn say(&mut self, intended: Micros) -> bool {
        let entered: Vec<RoomId> =
            self.rooms.iter().filter(|it| it.is_entered).map(|it| it.id).collect();
        let Some(room) = self.chance.pick(&entered).copied() else { return false };
        self.said += 1;
        let begin = format!("{}:{}:", self.number, self.said);
        let text = format!("{begin:x<width$}", width = self.manner.chars);
        let Ok(text) = MessageText::try_from(text) else { return false };
        let (cid, digest) = (Cid(Uuid::now_v7()), Digest::of_message(text.as_str()));
        self.note(Happened::Said { cid, room, text: digest, intended });
        self.outbox.push(cid, room, text, self.millis());
        true
    }

    /// Writes what is due, to both lines, as often as wished.
    pub(super) fn flush(&mut self) {
        for say in self.outbox.due(self.millis()) {
            self.write_say(&say);
        }
    }

    fn write_say(&mut self, say: &Say) {
        let packet = ClientPacket::Say(say.clone());
        self.note(Happened::Sent { socket: self.main.socket, cid: say.cid });
        for _ in 0..self.manner.copies.max(1) {
            write(&mut self.main.out, &packet);
        }
        if self.second.is_live {
            self.note(Happened::Sent { socket: self.second.socket, cid: say.cid });
            for _ in 0..self.manner.copies.max(1) {
                write(&mut self.second.out, &packet);
            }
        }
    }

    /// The second socket sends what the first has sent and nobody has answered, in the same order.
    pub(super) fn copy_unanswered(&mut self) {
        for say in self.outbox.unanswered() {
            self.note(Happened::Sent { socket: self.second.socket, cid: say.cid });
            write(&mut self.second.out, &ClientPacket::Say(say));
        }
    }

    fn enter_rooms(&mut self, now: Millis) {
        if self.connection != Connection::Live {
            return;
        }
        let mut asked_in = Vec::new();
        let stays = self.mood == Mood::Settling;
        for room in self.rooms.iter_mut().filter(|it| !(stays && it.is_hosted)) {
            if room.is_wanted && !room.is_entered && room.asked.is_none() && now >= room.enter_at {
                let cid = Cid(Uuid::now_v7());
                room.asked = Some(cid);
                if room.is_hosted {
                    asked_in.push(room.id);
                }
                let have = room.timeline.last();
                write(&mut self.main.out, &ClientPacket::Enter(Enter { cid, room: room.id, have }));
            }
        }
        for room in asked_in {
            self.note(Happened::AskedIn { room });
        }
    }

    /// Wants to be a member of the room, or no longer.
    pub(super) fn want(&mut self, at: usize, is_wanted: bool) {
        let Some(room) = self.rooms.get_mut(at) else { return };
        room.is_wanted = is_wanted;
        if !is_wanted && room.is_entered && self.connection == Connection::Live {
            let leave = Leave { cid: Cid(Uuid::now_v7()), room: room.id };
            room.asked = Some(leave.cid);
            write(&mut self.main.out, &ClientPacket::Leave(leave));
        }
    }

    /// Asks for everything after what is here of a room.
    pub(super) fn seek(&mut self, at: usize) {
        let (room, after) = (self.rooms[at].id, self.rooms[at].timeline.last());
        self.note(Happened::Sought { socket: self.main.socket, room, after });
        write(&mut self.main.out, &ClientPacket::Seek(Seek { room, after }));
    }

    /// A socket is being opened: its number.
    pub(super) fn next_socket(&mut self) -> SocketNo {
        self.sockets += 1;
        SocketNo(self.sockets - 1)
    }

    /// The first socket is being opened.
    pub(super) fn opening(&mut self) {
        let socket = self.next_socket();
        self.main = Line { socket, ..Line::default() };
        self.connection = Connection::Connecting;
        self.was_opened = false;
        let now = self.millis();
        self.pulse.beat(now);
        self.note(Happened::Opening { socket, door: self.manner.door });
    }

    /// The first socket is open: hello.
    pub(super) fn opened(&mut self) {
        self.was_opened = true;
        self.note(Happened::Opened { socket: self.main.socket });
        let rooms = self.rooms.iter().map(|it| Have { room: it.id, have: it.timeline.last() });
        let rooms = rooms.collect();
        let hello = Hello { version: VERSION, epoch: self.epoch, rooms, attending: true };
        write(&mut self.main.out, &ClientPacket::Hello(hello));
    }

    /// The second socket is open: hello, and no rooms.
    pub(super) fn greet_second(&mut self) {
        let epoch = self.epoch;
        let hello = Hello { version: VERSION, epoch, rooms: Vec::new(), attending: true };
        write(&mut self.second.out, &ClientPacket::Hello(hello));
    }

    /// The first socket ended, or is given up.
    pub(super) fn closed(&mut self, code: u16) {
        self.note(Happened::Closed { socket: self.main.socket, code });
        if self.connection == Connection::Live {
            self.disrupt();
        }
        self.main.out.clear();
        self.outbox.disconnected();
        for room in &mut self.rooms {
            room.asked = None;
        }
        let random = self.random();
        self.connection = match self.backoff.after_close(code, random) {
            After::Wait(pause_ms) => Connection::Waiting(self.millis().plus(pause_ms.into())),
            after => Connection::Ended(after),
        };
    }

    /// The network or the tab is back: there is no reason to wait.
    pub(super) fn wake(&mut self) {
        let now = self.millis();
        match self.connection {
            Connection::Waiting(_) => self.connection = Connection::Waiting(now),
            Connection::Live if self.pulse.is_dead(now) => self.closed(1006),
            _ => {}
        }
    }

    /// The page is loaded anew: only what IndexedDB would have kept is left.
    pub(super) fn reload(&mut self) {
        if matches!(self.connection, Connection::Live | Connection::Connecting) {
            self.closed(1001);
        }
        let kept: Vec<Outgoing> =
            self.outbox.items().filter(|it| it.state != SendState::Acked).cloned().collect();
        let (per_sec, burst) = self.manner.pace;
        self.outbox = Outbox::with_pace(Pace::new(per_sec, burst, self.millis()));
        self.outbox.restore(kept);
        for at in 0..self.rooms.len() {
            self.give_up_view(at, false);
            self.rooms[at].timeline.restart(Seq::ZERO);
        }
        if let Connection::Waiting(_) = self.connection {
            self.connection = Connection::Waiting(self.millis());
        }
    }

    pub(super) fn disrupt(&mut self) {
        if !self.is_disrupted {
            self.is_disrupted = true;
            self.note(Happened::Disrupted);
        }
        let unanswered = self.outbox.items().filter(|it| it.state == SendState::Sent);
        self.awaited.extend(unanswered.map(|it| it.cid));
    }

    /// Looks whether the tab is consistent again.
    pub(super) fn look_recovered(&mut self) {
        if !self.is_disrupted || self.connection != Connection::Live {
            return;
        }
        if self.rooms.iter().any(|it| it.is_read() && it.timeline.behind(it.target)) {
            return;
        }
        let awaited = &self.awaited;
        let waits = |it: &Outgoing| {
            matches!(it.state, SendState::Queued | SendState::Sent) && awaited.contains(&it.cid)
        };
        if !self.outbox.items().any(waits) {
            self.is_disrupted = false;
            self.awaited.clear();
            self.note(Happened::Recovered);
        }
    }

    /// Records what is here of a room, before it is thrown away or when the run ends.
    pub(super) fn give_up_view(&mut self, at: usize, is_last: bool) {
        let room = &self.rooms[at];
        let Some(epoch) = self.epoch else { return };
        if room.timeline.entries().is_empty() && !is_last {
            return;
        }
        let history = &mut *self.history.borrow_mut();
        let facts = room.timeline.entries().iter();
        let facts = facts.map(|it| history.facts.number(Fact::of(room.id, it))).collect();
        let view = View { room: room.id, epoch, start: room.timeline.start(), facts, is_last };
        history.clients[self.number].views.push(view);
    }

    /// The run ends: what is here is recorded.
    pub(super) fn finish(&mut self) {
        self.mood = Mood::Settling;
        self.connection = Connection::Ended(After::Stopped(1000));
        (0..self.rooms.len()).for_each(|at| self.give_up_view(at, true));
        let items = self.outbox.items();
        let remaining = items
            .map(|it| Remaining {
                cid: it.cid,
                is_refused: matches!(it.state, SendState::Refused(_)),
            })
            .collect();
        self.history.borrow_mut().clients[self.number].remaining = remaining;
    }

    /// Nothing waits to be answered or to be shown by the log.
    pub(super) fn is_drained(&self) -> bool {
        self.outbox.items().all(|it| matches!(it.state, SendState::Refused(_)))
    }

    /// It asked to come into a room with a host, or to leave one, and has no answer.
    pub(super) fn is_at_door(&self) -> bool {
        self.rooms.iter().any(|it| it.is_hosted && it.asked.is_some())
    }

    /// All rooms have these heads.
    pub(super) fn has_all(&self, heads: &HashMap<RoomId, Seq>) -> bool {
        let lacks = |it: &&Room| heads.get(&it.id).is_some_and(|head| it.timeline.behind(*head));
        !self.rooms.iter().filter(|it| it.is_read()).any(|it| lacks(&it))
    }

    /// Wants to enter the room again, a while after it was refused.
    pub(super) fn enter_later(&mut self, at: usize, retry_after_ms: Option<u32>) {
        let pause_ms = retry_after_ms.map_or(ENTER_AGAIN_MS, i64::from);
        self.rooms[at].asked = None;
        self.rooms[at].enter_at = self.millis().plus(pause_ms);
    }
}

impl Room {
    fn new(id: RoomId) -> Self {
        Self {
            id,
            timeline: Timeline::new(Seq::ZERO, Vec::new(), false),
            lag: Lag::default(),
            is_wanted: true,
            is_entered: false,
            asked: None,
            enter_at: Millis(0),
            target: Seq::ZERO,
            presences: HashMap::new(),
            is_hosted: false,
            host: None,
        }
    }

    /// One with a host.
    pub(super) fn hosted(id: RoomId) -> Self {
        Self { is_hosted: true, ..Self::new(id) }
    }

    /// Whether its log comes: that of a channel does in any case.
    pub(super) const fn is_read(&self) -> bool {
        !self.is_hosted || self.is_entered
    }
}

/// Adds a packet to what is to be written.
pub(super) fn write(out: &mut Vec<u8>, packet: &ClientPacket) {
    if let Ok(text) = serde_json::to_vec(packet) {
        frames::write_text(out, &text);
    }
}
