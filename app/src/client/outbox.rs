//! What the user said and the log does not show yet: sent in order, resent after a cut, and
//! never lost without a word. Pure: no clock, no I/O; the caller stores it and sends what is due.

use super::pace::Pace;
use crate::protocol::{
    ids::{Cid, Millis, RoomId, Seq},
    limits::{SENDS_BURST, SENDS_IN_FLIGHT_MAX, SENDS_PER_SEC},
    message::MessageText,
    packets::{Acked, Refused, Say},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet, VecDeque};

/// Something that the user said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its id, for ever.
    pub cid: Cid,
    /// Where it was said.
    pub room: RoomId,
    /// What was said.
    pub text: String,
    /// When it was said, by the clock of this device.
    pub at: Millis,
    /// How far it came.
    pub state: SendState,
}

/// How far something said has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendState {
    /// Waits for its turn, for a pause to pass, or for a connection.
    Queued,
    /// On its way, not answered yet.
    Sent,
    /// Stored by the server; the log will show it any moment.
    Acked,
    /// Will not be stored unless the user sends it again.
    Refused(Refusal),
}

/// All that is on its way from this tab, in the order said.
#[derive(Clone, Debug)]
pub struct Outbox {
    items: VecDeque<Outgoing>,
    /// Where the acknowledged ones lie in their logs.
    places: HashMap<Cid, Seq>,
    /// Rooms that the server asked to wait for, and until when.
    paused: HashMap<RoomId, Millis>,
    pace: Pace,
    is_connected: bool,
}

/// So much less at once than the server takes, so that a little jitter on the way is no refusal.
const BURST_SPARED: u32 = 2;

impl Default for Outbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Outbox {
    /// Nothing to send, not connected, at the pace that servers take by default.
    pub fn new() -> Self {
        Self::with_pace(Pace::new(SENDS_PER_SEC, SENDS_BURST - BURST_SPARED, Millis(0)))
    }

    /// The same at another pace.
    pub fn with_pace(pace: Pace) -> Self {
        let (places, paused) = (HashMap::new(), HashMap::new());
        Self { items: VecDeque::new(), places, paused, pace, is_connected: false }
    }

    /// Takes in what an earlier page left behind, in front of what is here. What was sent may or
    /// may not have arrived: it is sent again. What was acknowledged is in the log.
    pub fn restore(&mut self, items: Vec<Outgoing>) {
        for mut item in items.into_iter().rev() {
            if item.state == SendState::Sent {
                item.state = SendState::Queued;
            }
            if item.state != SendState::Acked && self.find(item.cid).is_none() {
                self.items.push_front(item);
            }
        }
    }

    /// Adds something that the user said.
    pub fn push(&mut self, cid: Cid, room: RoomId, text: MessageText, now: Millis) {
        let (text, state) = (text.into(), SendState::Queued);
        self.items.push_back(Outgoing { cid, room, text, at: now, state });
    }

    /// What is to be sent now, in order; it counts as sent from here on.
    pub fn due(&mut self, now: Millis) -> Vec<Say> {
        let mut due = Vec::new();
        if !self.is_connected {
            return due;
        }
        self.paused.retain(|_, until| *until > now);
        let mut room_left = SENDS_IN_FLIGHT_MAX.saturating_sub(self.in_flight());
        for at in 0..self.items.len() {
            let item = &mut self.items[at];
            if item.state != SendState::Queued || self.paused.contains_key(&item.room) {
                continue;
            }
            if room_left == 0 || self.pace.take(now).is_err() {
                break;
            }
            room_left -= 1;
            item.state = SendState::Sent;
            due.push(self.say(at));
        }
        due
    }

    /// What was sent and has no answer, in order, as it would be sent again.
    pub fn unanswered(&self) -> Vec<Say> {
        let sent = |at: &usize| self.items[*at].state == SendState::Sent;
        (0..self.items.len()).filter(sent).map(|at| self.say(at)).collect()
    }

    /// When to call [`Self::due`] next; `None` until something else happens.
    pub fn next_due(&self, now: Millis) -> Option<Millis> {
        if !self.is_connected || self.in_flight() >= SENDS_IN_FLIGHT_MAX {
            return None;
        }
        let mut seen = HashSet::new();
        let queued = self.items.iter().filter(|it| it.state == SendState::Queued);
        let unpaused = queued
            .filter(|it| seen.insert(it.room))
            .map(|it| self.paused.get(&it.room).copied().unwrap_or(now))
            .min()?;
        Some(unpaused.max(now.plus(self.pace.wait_ms(now).into())))
    }

    /// A new socket was welcomed.
    pub fn connected(&mut self, now: Millis) {
        self.disconnected();
        self.paused.retain(|_, until| *until > now);
        self.is_connected = true;
    }

    /// The socket is gone: whatever was not answered will be sent again, in its old order.
    pub fn disconnected(&mut self) {
        self.is_connected = false;
        for item in &mut self.items {
            if item.state == SendState::Sent {
                item.state = SendState::Queued;
            }
        }
    }

    /// The server has stored it. It stays until the log shows it.
    pub fn acked(&mut self, acked: &Acked) {
        if let Some(at) = self.find(acked.cid) {
            self.items[at].state = SendState::Acked;
            self.places.insert(acked.cid, acked.seq);
        }
    }

    /// The log shows it. True when it was here; it no longer is.
    pub fn logged(&mut self, cid: Cid) -> bool {
        self.places.remove(&cid);
        self.find(cid).is_some_and(|at| self.items.remove(at).is_some())
    }

    /// The log of a room goes on after `start`: what was stored up to there will not be shown by
    /// it any more, and has no need to wait for that.
    pub fn passed(&mut self, room: RoomId, start: Seq) {
        let places = &mut self.places;
        self.items.retain(|it| {
            let is_past = it.room == room && places.get(&it.cid).is_some_and(|seq| *seq <= start);
            if is_past {
                places.remove(&it.cid);
            }
            !is_past
        });
    }

    /// The server was set back to a backup: what the log had not shown yet may have gone with the
    /// old one. All of it is sent again, in its old order; a server that has it says so.
    pub fn set_back(&mut self) {
        self.places.clear();
        for item in &mut self.items {
            if item.state == SendState::Acked {
                item.state = SendState::Queued;
            }
        }
    }

    /// The server refused it. True when that was about something here.
    ///
    /// When the same will do after a pause, it and all that was sent to that room after it wait in
    /// their order: the server stores none of those before this one.
    pub fn refused(&mut self, refused: &Refused, now: Millis) -> bool {
        let Some(at) = refused.cid.and_then(|cid| self.find(cid)) else {
            return false;
        };
        match (refused.reason.retry_after_ms(), self.items[at].state) {
            (Some(pause), SendState::Sent) => {
                let room = self.items[at].room;
                self.paused.insert(room, now.plus(pause.into()));
                for item in self.items.range_mut(at..) {
                    if item.room == room && item.state == SendState::Sent {
                        item.state = SendState::Queued;
                    }
                }
            }
            // Stored already, or waiting already since an earlier one was refused.
            (_, SendState::Acked) | (Some(_), _) => {}
            (None, _) => self.items[at].state = SendState::Refused(refused.reason),
        }
        true
    }

    /// Sends something refused again.
    pub fn retry(&mut self, cid: Cid, now: Millis) {
        if let Some(at) = self.find(cid)
            && matches!(self.items[at].state, SendState::Refused(_))
        {
            self.items[at].state = SendState::Queued;
            self.items[at].at = now;
        }
    }

    /// Gives up something that is not on its way; its text, for the composer.
    pub fn discard(&mut self, cid: Cid) -> Option<String> {
        let at = self.find(cid)?;
        match self.items[at].state {
            SendState::Queued | SendState::Refused(_) => self.items.remove(at).map(|it| it.text),
            SendState::Sent | SendState::Acked => None,
        }
    }

    /// All that is here, in the order said.
    pub fn items(&self) -> impl Iterator<Item = &Outgoing> {
        self.items.iter()
    }

    fn find(&self, cid: Cid) -> Option<usize> {
        self.items.iter().position(|it| it.cid == cid)
    }

    /// The packet of an item. It states what must be stored before it: what was said before it in
    /// that room and is on its way as well. What was refused or discarded must not.
    fn say(&self, at: usize) -> Say {
        let Outgoing { cid, room, text, .. } = &self.items[at];
        let mut earlier = self.items.range(..at).rev().filter(|it| it.room == *room);
        let after = earlier.find(|it| it.state == SendState::Sent).map(|it| it.cid);
        Say { cid: *cid, room: *room, text: text.clone(), after }
    }

    fn in_flight(&self) -> usize {
        self.items.iter().filter(|it| it.state == SendState::Sent).count()
    }
}

#[cfg(test)]
mod tests;
