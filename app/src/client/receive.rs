//! Takes in what the server tells.

use super::{CatchUp, Client, Connection, Shown, Typist, browser, json, outbox::Outbox, stored};
use crate::protocol::{
    ids::{RoomId, Seq},
    limits::TYPING_SHOWN_MS,
    message::{Deed, Entry, What},
    packets::{
        Acked, Appended, Beat, Entered, Lost, Outcome, PeopleChanged, Refused, RoomsChanged, Seen,
        ServerPacket, Typed, Welcomed,
    },
    people::Person,
    refusal::Refusal,
    room::RoomKind,
    snapshot::RoomSummary,
};
use leptos::prelude::*;
use std::{sync::Arc, time::Duration};

/// For so long it is told how many messages were caught up on.
const CAUGHT_UP_SHOWN: Duration = Duration::from_secs(5);
/// A room that the server does not know is loaded anew after so long.
const LOOKED_AGAIN: Duration = Duration::from_secs(1);

impl Client {
    /// Takes in one frame. What cannot be read is from a newer server, and ignored.
    pub(super) fn receive(self, frame: &str) {
        let Ok(packet) = json::read_packet(frame) else { return };
        match packet {
            ServerPacket::Welcomed(it) => self.welcomed(it),
            ServerPacket::Entered(it) => self.has_entered(it),
            ServerPacket::Left(it) => self.has_left(it.room),
            ServerPacket::Appended(it) => self.appended(it),
            ServerPacket::Acked(it) => self.acked(&it),
            ServerPacket::Refused(it) => self.refused(&it),
            ServerPacket::Typed(it) => self.typed(it),
            ServerPacket::PeopleChanged(it) => self.people_changed(it),
            ServerPacket::RoomsChanged(it) => self.rooms_changed(&it),
            ServerPacket::Gained(it) => self.gained(it),
            ServerPacket::Lost(it) => self.has_lost(it),
            ServerPacket::Noticed(it) => self.notices.set(it.notices),
            ServerPacket::Matching(it) => self.match_changed(it),
            ServerPacket::Beat(it) => self.beat(&it),
            // Told by the server for the pages of direct rooms and of what comes later.
            ServerPacket::Seen(it) => self.seen_by_peer(it),
            ServerPacket::Reminded(it) => self.reminded(it),
            ServerPacket::Unknown => {}
        }
    }

    fn welcomed(self, welcomed: Welcomed) {
        if self.my_id_now() != Some(welcomed.me) {
            // Another tab signed in as somebody else.
            return browser::reload();
        }
        let mut is_new_epoch = false;
        let mut greeted = None;
        self.link.update_value(|link| {
            is_new_epoch = link.epoch.is_some_and(|it| it != welcomed.epoch);
            link.epoch = Some(welcomed.epoch);
            link.ahead_ms = welcomed.at.since(browser::now());
            link.backoff.reset();
            link.lag.moved();
            greeted = link.greeted;
        });
        if is_new_epoch {
            self.outbox.update(Outbox::set_back);
        }
        let shown = self.room_id_now();
        for resumed in welcomed.rooms {
            if Some(resumed.room) == shown {
                self.resumed(resumed.room, resumed.outcome, is_new_epoch);
            }
        }
        if shown != greeted {
            // The user went to another room while the socket opened.
            self.seek(self.timeline.read_untracked().last());
        }
        self.link.update_value(|link| {
            link.was_live = true;
            link.told_seen = None;
        });
        self.connection.set(Connection::Live);
        self.outbox.update(|it| it.connected(browser::now()));
        self.flush();
        self.watch_again();
        self.reload_rooms();
        self.reload_people();
        self.reload_meeting();
        self.reload_match();
        self.reload_reminders();
        self.ask_place();
        // What could not be loaded without a network can be now.
        let failed = match &*self.shown.read_untracked() {
            Shown::Failed(address) => Some(address.clone()),
            _ => None,
        };
        if let Some(address) = failed {
            self.load(&address);
        }
    }

    fn resumed(self, room: RoomId, outcome: Outcome, is_new_epoch: bool) {
        match outcome {
            Outcome::Follows { start, head } => {
                let have = self.timeline.read_untracked().last();
                let anew = self.follow(room, start, is_new_epoch);
                let was_live = self.link.with_value(|link| link.was_live);
                if was_live && !is_new_epoch && head > have {
                    let skipped = if anew { start.since(have) } else { 0 };
                    self.link.update_value(|link| {
                        link.catching_up = Some(CatchUp { from: have, to: head, skipped });
                    });
                }
            }
            Outcome::Refused(Refusal::NoSuchRoom | Refusal::Banned { .. }) => {
                self.has_lost(Lost { room, deed: None, reason: String::new() });
            }
            // What is here is of a log that there is no more.
            Outcome::Refused(_) if is_new_epoch => self.load(&room.to_string()),
            Outcome::Refused(_) => {
                self.entered.set(false);
                self.seek(self.timeline.read_untracked().last());
            }
        }
    }

    /// The room's log goes on after `start`. True when what was here was thrown away.
    fn follow(self, room: RoomId, start: Seq, is_new_epoch: bool) -> bool {
        let mut anew = is_new_epoch;
        self.timeline.update(|timeline| {
            if is_new_epoch {
                timeline.restart(start);
            } else {
                anew = timeline.follow(start);
            }
        });
        if anew {
            self.outbox.update(|it| it.passed(room, start));
            self.new_after.set(None);
        }
        anew
    }

    fn has_entered(self, entered: Entered) {
        let id = entered.room.id;
        self.put_told(entered.room);
        if self.room_id_now() == Some(id) {
            self.trouble.set(None);
            self.entered.set(true);
            self.follow(id, entered.start, false);
            // A list that is on its way is of before.
            self.link.update_value(|link| link.people_told = link.people_told.wrapping_add(1));
            self.reload_people();
        }
    }

    fn has_left(self, room: RoomId) {
        let known = self.rooms.read_untracked().iter().find(|it| it.id == room).cloned();
        if known.is_some_and(|it| it.kind != RoomKind::Channel) {
            return self.has_lost(Lost { room, deed: None, reason: String::new() });
        }
        if self.room_id_now() == Some(room) {
            self.entered.set(false);
            self.reload_people();
        }
    }

    /// A room is the user's from now on, or is otherwise than it was.
    fn gained(self, room: RoomSummary) {
        let id = room.id;
        self.put_told(room);
        self.start_unknown_seen();
        if *self.shown.read_untracked() == Shown::Door(id) {
            self.load(&id.to_string());
        }
    }

    /// The other one of a direct room has seen what is there.
    fn seen_by_peer(self, seen: Seen) {
        if self.room_id_now() == Some(seen.room) && self.my_id_now() != Some(seen.user) {
            self.peer_seen.update(|it| *it = seen.seq.max(*it));
        }
    }

    /// A channel goes on to be there, and can be read on by who was only put out of it.
    fn has_lost(self, lost: Lost) {
        let Lost { room, deed, reason } = lost;
        let known = self.rooms.read_untracked().iter().find(|it| it.id == room).cloned();
        let is_channel = known.as_ref().is_some_and(|it| it.kind == RoomKind::Channel);
        if !is_channel || deed == Some(Deed::Closed) {
            self.rooms.update(|rooms| rooms.retain(|it| it.id != room));
        }
        // What is still being loaded was there when it was asked for.
        let is_loading = *self.shown.read_untracked() == Shown::Loading(room.to_string());
        if self.room_id_now() != Some(room) && !is_loading {
            return;
        }
        if is_channel && matches!(deed, None | Some(Deed::Kicked)) {
            self.entered.set(false);
            return self.reload_people();
        }
        let kind = known.as_ref().map_or(RoomKind::Unknown, |it| it.kind);
        let name = known.map(|it| it.name).unwrap_or_default();
        self.clear(Shown::Lost { room, kind, name, deed, reason });
    }

    fn appended(self, appended: Appended) {
        let room = appended.room;
        if let Some(last) = appended.entries.last() {
            self.move_head(room, last.seq);
        }
        if self.room_id_now() != Some(room) {
            appended.entries.iter().for_each(|it| self.logged(it));
            return;
        }
        let before = self.timeline.read_untracked().last();
        let applied = self.timeline.try_update(|it| it.apply(appended.entries));
        let Some(applied) = applied else { return };
        applied.added.iter().for_each(|it| self.logged(it));
        if let Some(after) = applied.seek {
            self.seek(after);
        }
        self.forget_typists(&applied.added);
        self.stand_by(&applied.added);
        self.meet_by(&applied.added);
        if !applied.added.is_empty() {
            self.link.update_value(|link| link.lag.moved());
            self.mark_new(before);
            self.finish_catching_up();
        }
    }

    /// What the user said is in a log.
    fn logged(self, entry: &Entry) {
        let Some(cid) = entry.cid else { return };
        let waits = self.outbox.read_untracked().items().any(|it| it.cid == cid);
        if waits {
            self.outbox.update(|it| _ = it.logged(cid));
            stored::forget(cid);
        }
    }

    fn forget_typists(self, added: &[Arc<Entry>]) {
        let has_spoken = |typist: &Typist| added.iter().any(|it| it.author == typist.user);
        if self.typists.read_untracked().iter().any(has_spoken) {
            self.typists.update(|typists| typists.retain(|it| !has_spoken(it)));
        }
    }

    fn finish_catching_up(self) {
        let Some(missed) = self.link.with_value(|link| link.catching_up) else { return };
        let timeline = self.timeline.read_untracked();
        if timeline.behind(missed.to) {
            return;
        }
        let me = self.my_id_now();
        let is_missed = |it: &&Arc<Entry>| {
            let is_said = matches!(it.what, What::Message { .. } | What::Announced { .. });
            is_said && it.seq > missed.from && it.seq <= missed.to && Some(it.author) != me
        };
        let count = timeline.entries().iter().filter(is_missed).count();
        let count = count.saturating_add(usize::try_from(missed.skipped).unwrap_or(usize::MAX));
        drop(timeline);
        self.link.update_value(|link| link.catching_up = None);
        if count > 0 {
            self.caught_up.set(Some(count));
            set_timeout(move || self.caught_up.set(None), CAUGHT_UP_SHOWN);
        }
    }

    fn acked(self, acked: &Acked) {
        stored::forget(acked.cid);
        self.spoke_in(acked.room);
        let is_shown = self.room_id_now() == Some(acked.room);
        // Where the log will not show it, because it has already or is another room's, nothing
        // is left to wait for.
        let done = !is_shown || acked.seq <= self.timeline.read_untracked().last();
        self.outbox.update(|it| {
            it.acked(acked);
            if done {
                it.logged(acked.cid);
            }
        });
        self.flush();
    }

    fn refused(self, refused: &Refused) {
        let now = browser::now();
        let was_said = self.outbox.try_update(|it| it.refused(refused, now)).unwrap_or(false);
        match refused.reason {
            Refusal::NotEntered if was_said => self.entered.set(false),
            Refusal::SlowMode { retry_after_ms } => self.must_wait(retry_after_ms.into()),
            Refusal::NoSuchRoom if refused.cid.is_none() => self.look_again(),
            _ => {}
        }
        if let (true, Some(cid), Some(me)) = (was_said, refused.cid, self.my_id_now()) {
            self.keep(me, cid);
        } else {
            self.trouble.set(Some(refused.reason));
        }
        self.flush();
    }

    /// The server does not know the room shown any more, or not yet: a moment later it is loaded
    /// anew.
    fn look_again(self) {
        let Some(room) = self.room_id_now() else { return };
        let again = move || {
            if self.room_id_now() == Some(room) {
                self.load(&room.to_string());
            }
        };
        set_timeout(again, LOOKED_AGAIN);
    }

    fn typed(self, typed: Typed) {
        if self.room_id_now() != Some(typed.room) || self.my_id_now() == Some(typed.user) {
            return;
        }
        let until = browser::now().plus(TYPING_SHOWN_MS);
        let typist = Typist { user: typed.user, name: typed.name, until };
        self.typists.update(|typists| match typists.iter_mut().find(|it| it.user == typist.user) {
            Some(known) => *known = typist,
            None => typists.push(typist),
        });
    }

    fn people_changed(self, changed: PeopleChanged) {
        if self.room_id_now() != Some(changed.room) {
            return;
        }
        self.link.update_value(|link| link.people_told = link.people_told.wrapping_add(1));
        if changed.all {
            return self.set_people(changed.people);
        }
        let me = self.my_id_now();
        let mut entered = None;
        self.people.update(|people| {
            people.retain(|it| !changed.gone.contains(&it.id));
            for person in changed.people {
                if Some(person.id) == me {
                    entered = Some(true);
                    self.rename_me(&person.name);
                    self.stand_as(&person);
                }
                put_person(people, person);
            }
        });
        if me.is_some_and(|me| changed.gone.contains(&me)) {
            entered = Some(false);
        }
        if let Some(entered) = entered
            && self.entered.get_untracked() != entered
        {
            self.entered.set(entered);
        }
    }

    /// Another tab gave the user another name.
    fn rename_me(self, name: &str) {
        if self.me.read_untracked().as_ref().is_some_and(|it| it.name != name) {
            self.me.update(|me| {
                if let Some(me) = me {
                    name.clone_into(&mut me.name);
                }
            });
        }
    }

    /// The members of the room shown are these.
    pub(super) fn set_people(self, people: Vec<Person>) {
        let me = self.my_id_now();
        let mine = people.iter().find(|it| Some(it.id) == me);
        let entered = mine.is_some();
        if let Some(mine) = mine {
            self.stand_as(mine);
        }
        if self.entered.get_untracked() != entered {
            self.entered.set(entered);
        }
        self.people.set(people);
    }

    fn rooms_changed(self, changed: &RoomsChanged) {
        self.rooms.update(|rooms| {
            for count in &changed.rooms {
                if let Some(room) = rooms.iter_mut().find(|it| it.id == count.room) {
                    room.people = count.people;
                    room.head = room.head.max(count.head);
                }
            }
        });
        self.count_found(&changed.rooms);
        self.start_unknown_seen();
        self.look();
    }

    fn beat(self, beat: &Beat) {
        self.ask_place();
        for head in &beat.heads {
            self.move_head(head.room, head.have);
            if self.room_id_now() == Some(head.room) {
                let is_behind = self.timeline.read_untracked().behind(head.have);
                self.link.update_value(|link| link.lag.told(is_behind, browser::now()));
            }
        }
    }

    /// Moves the head of a room on in the list.
    fn move_head(self, room: RoomId, head: Seq) {
        let is_news = self.rooms.read_untracked().iter().any(|it| it.id == room && it.head < head);
        if is_news {
            self.rooms.update(|rooms| {
                if let Some(room) = rooms.iter_mut().find(|it| it.id == room) {
                    room.head = head;
                }
            });
        }
    }
}

fn put_person(people: &mut Vec<Person>, person: Person) {
    match people.iter_mut().find(|it| it.id == person.id) {
        Some(known) => *known = person,
        None => people.push(person),
    }
}
