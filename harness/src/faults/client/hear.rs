//! A tab takes in what the server tells, as `app::client`'s `receive` does it in the browser.

use super::{
    Connection,
    tab::{Room, Tab},
};
use crate::faults::history::{Fact, Happened};
use app::{
    client::outbox::{Outgoing, SendState},
    protocol::{
        ids::{Cid, RoomId, Seq},
        message::{Deed, Did, Entry, What},
        packets::{
            Acked, Appended, Beat, Entered, Outcome, PeopleChanged, Refused, RoomsChanged,
            ServerPacket, Welcomed,
        },
        people::Person,
        refusal::Refusal,
    },
};

impl Tab {
    /// Takes one frame of the first socket. What cannot be read is from a newer server.
    pub(super) fn take(&mut self, frame: &[u8]) {
        let now = self.millis();
        self.pulse.beat(now);
        let Ok(packet) = serde_json::from_slice::<ServerPacket>(frame) else { return };
        match packet {
            ServerPacket::Welcomed(it) => self.welcomed(it),
            ServerPacket::Entered(it) => self.has_entered(&it),
            ServerPacket::Left(it) => self.has_left(it.room),
            ServerPacket::Appended(it) => self.appended(it),
            ServerPacket::Acked(it) => {
                let socket = self.main.socket;
                self.note(Happened::Acked { socket, cid: it.cid, room: it.room, seq: it.seq });
                self.acked(&it);
            }
            ServerPacket::Refused(it) => self.refused(&it),
            ServerPacket::PeopleChanged(it) => self.people_changed(it),
            ServerPacket::RoomsChanged(it) => self.rooms_changed(&it),
            ServerPacket::Beat(it) => self.beat(&it),
            ServerPacket::Lost(it) => self.lost(it.room),
            ServerPacket::Typed(_)
            | ServerPacket::Gained(_)
            | ServerPacket::Seen(_)
            | ServerPacket::Reminded(_)
            | ServerPacket::Noticed(_)
            | ServerPacket::Matching(_)
            | ServerPacket::Unknown => {}
        }
        self.look_recovered();
    }

    /// Takes one frame of the second socket, which only sends copies.
    pub(super) fn take_second(&mut self, frame: &[u8]) {
        let socket = self.second.socket;
        match serde_json::from_slice::<ServerPacket>(frame) {
            Ok(ServerPacket::Welcomed(it)) => {
                self.note(Happened::Welcomed { socket, user: it.me, epoch: it.epoch });
                self.second.is_live = true;
                self.copy_unanswered();
            }
            Ok(ServerPacket::Acked(it)) => {
                self.note(Happened::Acked { socket, cid: it.cid, room: it.room, seq: it.seq });
                self.acked(&it);
            }
            Ok(ServerPacket::Refused(Refused { cid: Some(cid), reason })) => {
                self.note_refused(socket, cid, reason);
            }
            _ => {}
        }
    }

    fn place(&self, room: RoomId) -> Option<usize> {
        self.rooms.iter().position(|it| it.id == room)
    }

    fn welcomed(&mut self, welcomed: Welcomed) {
        let Welcomed { me, epoch, rooms, .. } = welcomed;
        self.note(Happened::Welcomed { socket: self.main.socket, user: me, epoch });
        let is_new_epoch = self.epoch.is_some_and(|it| it != epoch);
        if is_new_epoch {
            (0..self.rooms.len()).for_each(|at| self.give_up_view(at, false));
            self.outbox.set_back();
            // Of a room in which it is not by now, a browser has nothing when it comes in again.
            for room in self.rooms.iter_mut().filter(|it| it.is_hosted) {
                room.timeline.restart(Seq::ZERO);
            }
        }
        self.epoch = Some(epoch);
        self.backoff.reset();
        for resumed in rooms {
            let Some(at) = self.place(resumed.room) else { continue };
            self.rooms[at].lag.moved();
            match resumed.outcome {
                Outcome::Follows { start, head } => {
                    self.follow(at, start, head, is_new_epoch);
                    self.rooms[at].target = head;
                }
                Outcome::Refused(_) => {
                    self.has_left(resumed.room);
                    if !self.rooms[at].is_hosted {
                        self.seek(at);
                    }
                }
            }
        }
        self.connection = Connection::Live;
        let now = self.millis();
        self.outbox.connected(now);
        self.flush();
    }

    /// The log of a room goes on after `start`.
    fn follow(&mut self, at: usize, start: Seq, head: Seq, is_new_epoch: bool) {
        let Room { id: room, ref timeline, .. } = self.rooms[at];
        let have = timeline.last();
        let socket = self.main.socket;
        self.note(Happened::Followed { socket, room, have, start, head });
        if is_new_epoch {
            // Its view was recorded with its own epoch.
            self.rooms[at].timeline.restart(start);
        } else {
            if start < self.rooms[at].timeline.start() || start > have {
                self.give_up_view(at, false);
            }
            if !self.rooms[at].timeline.follow(start) {
                return;
            }
        }
        self.outbox.passed(room, start);
    }

    fn has_entered(&mut self, entered: &Entered) {
        let Some(at) = self.place(entered.room.id) else { return };
        self.follow(at, entered.start, entered.room.head, false);
        self.note_entered(at, true);
    }

    fn has_left(&mut self, room: RoomId) {
        if let Some(at) = self.place(room) {
            self.note_entered(at, false);
        }
    }

    /// The user is out of the room, on this socket at least.
    fn lost(&mut self, room: RoomId) {
        self.note(Happened::PutOut { socket: self.main.socket, room });
        self.has_left(room);
    }

    /// Nothing of a room with a host is shown any more: what was acknowledged there is not waited
    /// for, and whoever was put out comes back a little later.
    fn turned_away(&mut self, at: usize) {
        let room = self.rooms[at].id;
        self.rooms[at].lag.moved();
        self.rooms[at].target = Seq::ZERO;
        self.enter_later(at, None);
        self.outbox.passed(room, Seq::ZERO.plus(u64::from(u32::MAX)));
    }

    fn note_entered(&mut self, at: usize, is_entered: bool) {
        self.rooms[at].asked = None;
        let room = self.rooms[at].id;
        if self.rooms[at].is_hosted && !is_entered {
            self.turned_away(at);
        }
        if self.rooms[at].is_entered != is_entered {
            self.rooms[at].is_entered = is_entered;
            self.note(if is_entered {
                Happened::Entered { room }
            } else {
                Happened::Left { room }
            });
        }
    }

    fn appended(&mut self, Appended { room, entries }: Appended) {
        let socket = self.main.socket;
        for entry in &entries {
            let fact = Fact::of(room, entry);
            self.history.borrow_mut().saw(self.number, socket, fact);
        }
        let Some(at) = self.place(room) else {
            return entries.iter().for_each(|it| self.logged(it));
        };
        self.rooms[at].note_host(&entries);
        let applied = self.rooms[at].timeline.apply(entries);
        applied.added.iter().for_each(|it| self.logged(it));
        if applied.seek.is_some() {
            self.seek(at);
        }
        if !applied.added.is_empty() {
            self.rooms[at].lag.moved();
        }
    }

    fn logged(&mut self, entry: &Entry) {
        if let Some(cid) = entry.cid {
            self.outbox.logged(cid);
        }
    }

    fn acked(&mut self, acked: &Acked) {
        let at = self.place(acked.room);
        // Where the log will not show it, because it has already, nothing is left to wait for.
        let is_shown = at.is_some_and(|at| {
            let room = &self.rooms[at];
            !room.is_read() || !room.timeline.behind(acked.seq)
        });
        self.outbox.acked(acked);
        if is_shown {
            self.outbox.logged(acked.cid);
        }
        self.flush();
        self.look_recovered();
    }

    fn refused(&mut self, refused: &Refused) {
        let Refused { cid, reason } = *refused;
        if let Some(at) = self.rooms.iter().position(|it| it.asked.is_some() && it.asked == cid) {
            return self.enter_later(at, reason.retry_after_ms());
        }
        let Some(cid) = cid else { return };
        let state = self.outbox.items().find(|it| it.cid == cid).map(|it: &Outgoing| it.state);
        if state.is_some_and(|it| it != SendState::Acked) {
            self.note_refused(self.main.socket, cid, reason);
        }
        let now = self.millis();
        let room = self.outbox.items().find(|it| it.cid == cid).map(|it| it.room);
        let was_said = self.outbox.refused(refused, now);
        if let (true, Refusal::NotEntered, Some(room)) = (was_said, reason, room) {
            self.has_left(room);
        }
        self.flush();
    }

    fn note_refused(&self, socket: crate::faults::history::SocketNo, cid: Cid, reason: Refusal) {
        self.note(if reason.retry_after_ms().is_some() {
            Happened::Postponed { socket, cid, reason }
        } else {
            Happened::Refused { socket, cid, reason }
        });
    }

    fn people_changed(&mut self, changed: PeopleChanged) {
        let Some(at) = self.place(changed.room) else { return };
        if changed.all {
            let is_entered = changed.people.iter().any(|it| Some(it.id) == self.me);
            self.note_member(at, is_entered);
        } else if changed.gone.iter().any(|it| Some(*it) == self.me) {
            self.note_member(at, false);
        } else if changed.people.iter().any(|it| Some(it.id) == self.me) {
            self.note_member(at, true);
        }
        for gone in changed.gone {
            self.rooms[at].presences.remove(&gone);
        }
        changed.people.iter().for_each(|it| self.saw_person(at, it));
    }

    fn note_member(&mut self, at: usize, is_entered: bool) {
        if self.rooms[at].is_entered != is_entered && self.rooms[at].asked.is_none() {
            self.note_entered(at, is_entered);
        }
    }

    fn saw_person(&mut self, at: usize, person: &Person) {
        let Person { id: user, presence, .. } = *person;
        let room = self.rooms[at].id;
        if self.rooms[at].presences.insert(user, presence) != Some(presence) {
            self.note(Happened::PresenceSeen { room, user, presence });
        }
    }

    fn rooms_changed(&mut self, changed: &RoomsChanged) {
        for count in &changed.rooms {
            if self.place(count.room).is_some() {
                self.note_head(count.room, count.head);
            }
        }
    }

    fn note_head(&self, room: RoomId, head: Seq) {
        self.note(Happened::HeadTold { socket: self.main.socket, room, head });
    }

    fn beat(&mut self, beat: &Beat) {
        let now = self.millis();
        for told in &beat.heads {
            let Some(at) = self.place(told.room) else { continue };
            self.note_head(told.room, told.have);
            let is_behind = self.rooms[at].timeline.behind(told.have);
            self.rooms[at].lag.told(is_behind, now);
            if is_behind && self.is_disrupted {
                self.rooms[at].target = self.rooms[at].target.max(told.have);
            }
        }
    }
}

impl Room {
    /// Entries may tell of another host.
    fn note_host(&mut self, entries: &[Entry]) {
        for Entry { seq, what, .. } in entries {
            if let What::Did(Did { deed: Deed::Hosted, subject: Some(host), .. }) = what
                && self.host.is_none_or(|it| it.0 < *seq)
            {
                self.host = Some((*seq, host.id));
            }
        }
    }
}
