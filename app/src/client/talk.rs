//! What the user does in a room: enter, leave, say, type.

use super::{Client, Connection, browser, outbox::Outgoing, socket, stored};
use crate::protocol::{
    ids::{Cid, Millis, RoomId},
    limits::TYPING_EVERY_MS,
    message::MessageText,
    packets::{ClientPacket, Enter, Leave, TypeIn},
};
use leptos::prelude::*;
use std::time::Duration;

impl Client {
    /// Asks to become a member of the room shown.
    pub fn enter(self) {
        if let Some(room) = self.room_id_now() {
            self.trouble.set(None);
            let have = self.timeline.read_untracked().last();
            socket::send(&ClientPacket::Enter(Enter { cid: browser::new_cid(), room, have }));
        }
    }

    /// Asks to stop being a member of the room shown.
    pub fn leave(self) {
        if let Some(room) = self.room_id_now() {
            socket::send(&ClientPacket::Leave(Leave { cid: browser::new_cid(), room }));
        }
    }

    /// Says something in the room shown, now or as soon as there is a connection.
    pub fn say(self, text: MessageText) {
        let (Some(room), Some(me)) = (self.room_id_now(), self.my_id_now()) else { return };
        let (cid, now) = (browser::new_cid(), browser::now());
        self.outbox.update(|it| it.push(cid, room, text, now));
        self.keep(me, cid);
        self.new_after.set(None);
        self.trouble.set(None);
        self.link.update_value(|link| link.typed_at = Millis(0));
        self.flush();
    }

    /// Sends something refused again.
    pub fn retry(self, cid: Cid) {
        self.outbox.update(|it| it.retry(cid, browser::now()));
        if let Some(me) = self.my_id_now() {
            self.keep(me, cid);
        }
        self.flush();
    }

    /// Gives something refused up; its text.
    pub fn discard(self, cid: Cid) -> Option<String> {
        let text = self.outbox.try_update(|it| it.discard(cid)).flatten();
        if text.is_some() {
            stored::forget(cid);
        }
        text
    }

    /// Gives something refused up and puts its text back into the composer.
    pub fn edit(self, cid: Cid) {
        if let Some(mut text) = self.discard(cid) {
            self.draft.update(|draft| {
                if !draft.trim().is_empty() {
                    text.push('\n');
                    text.push_str(draft);
                }
                *draft = text;
            });
        }
    }

    /// Keeps the draft of the room shown, and tells the others that the user types.
    pub fn typing(self, text: &str) {
        let (Some(room), Some(me)) = (self.room_id_now(), self.my_id_now()) else { return };
        browser::keep_draft(me, room.0, text);
        let now = browser::now();
        let told = self.link.with_value(|link| now.since(link.typed_at) < TYPING_EVERY_MS);
        let is_live = self.connection.get_untracked() == Connection::Live;
        if told || text.trim().is_empty() || !is_live || !self.entered.get_untracked() {
            return;
        }
        self.link.update_value(|link| link.typed_at = now);
        socket::send(&ClientPacket::Type(TypeIn { room }));
    }

    /// Forgets the draft of a room, if it is nothing but what is on its way now: whatever the user
    /// typed meanwhile stays, there and in the room shown.
    pub(super) fn drop_draft(self, room: RoomId, sent: &MessageText) {
        let is_sent = |draft: &str| sent.is_all_of(draft);
        if let Some(me) = self.my_id_now()
            && browser::draft(me, room.0).as_deref().is_some_and(is_sent)
        {
            browser::keep_draft(me, room.0, "");
        }
        if self.room_id_now() == Some(room) && is_sent(&self.draft.read_untracked()) {
            self.draft.set(String::new());
        }
    }

    /// Takes in what an earlier page left behind.
    pub(super) fn restore(self, items: Vec<Outgoing>) {
        let room = self.room_id_now();
        self.outbox.update(|it| it.restore(items));
        if let Some(room) = room {
            self.drop_logged(room);
        }
        self.flush();
    }

    /// Drops from the outbox what the timeline of the room shown has.
    pub(super) fn drop_logged(self, room: RoomId) {
        let waiting: Vec<Cid> = {
            let outbox = self.outbox.read_untracked();
            outbox.items().filter(|it| it.room == room).map(|it| it.cid).collect()
        };
        if waiting.is_empty() {
            return;
        }
        let timeline = self.timeline.read_untracked();
        for cid in timeline.entries().iter().filter_map(|it| it.cid) {
            if waiting.contains(&cid) {
                self.outbox.update(|it| _ = it.logged(cid));
                stored::forget(cid);
            }
        }
    }

    /// Sends what is due, and comes back when more is.
    pub(super) fn flush(self) {
        let now = browser::now();
        let due = self.outbox.try_update(|it| it.due(now)).unwrap_or_default();
        for say in due {
            socket::send(&ClientPacket::Say(say));
        }
        let Some(next) = self.outbox.read_untracked().next_due(now) else { return };
        if self.link.with_value(|link| link.flush_at.is_some_and(|at| at <= next && at > now)) {
            return;
        }
        self.link.update_value(|link| link.flush_at = Some(next));
        let pause_ms = u64::try_from(next.since(now)).unwrap_or(0).max(1);
        set_timeout(
            move || {
                self.link.update_value(|link| link.flush_at = None);
                self.flush();
            },
            Duration::from_millis(pause_ms),
        );
    }

    /// Keeps what the outbox has under that id for the next page.
    pub(super) fn keep(self, me: crate::protocol::ids::UserId, cid: Cid) {
        if let Some(item) = self.outbox.read_untracked().items().find(|it| it.cid == cid) {
            stored::keep(me, item);
        }
    }
}
