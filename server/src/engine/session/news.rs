//! What changed of rooms, for one session: kept by room, so that however much changes while a
//! client does not read, there is one line for each room.

use super::Session;
use crate::engine::{direct::is_listed, sight::Sight};
use app::protocol::{
    ids::RoomId,
    limits::WATCH_ROOMS_MAX,
    packets::{Lost, RoomsChanged, ServerPacket, Watch},
    refusal::Refusal,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a session is to be told of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The user is a member, or something else about the room changed.
    Gained,
    /// The user is a member no longer.
    Lost(Lost),
}

/// What a session is to be told of rooms that it need not follow. The last word on a room stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) turns: BTreeMap<RoomId, Turn>,
    /// Rooms with another count.
    pub(crate) counts: BTreeSet<RoomId>,
}

impl News {
    /// The user is a member of that room, or something about it changed.
    pub(crate) fn gained(&mut self, room: RoomId) {
        self.turns.insert(room, Turn::Gained);
    }

    /// The user is a member of that room no longer.
    pub(crate) fn lost(&mut self, lost: Lost) {
        self.counts.remove(&lost.room);
        self.turns.insert(lost.room, Turn::Lost(lost));
    }

    /// That room has another count.
    pub(crate) fn counted(&mut self, room: RoomId) {
        self.counts.insert(room);
    }
}

impl Session {
    /// Counts of rooms that may not be known of are never told, so that watching them tells
    /// nothing.
    pub(super) fn watch(&mut self, Watch { mut rooms }: Watch) {
        if rooms.len() > WATCH_ROOMS_MAX {
            let limit = u32::try_from(WATCH_ROOMS_MAX).unwrap_or(u32::MAX);
            return self.refuse(None, Refusal::TooMany { limit });
        }
        rooms.sort_unstable();
        rooms.dedup();
        rooms.retain(|it| self.engine.sight(self.who.user, *it) > Sight::Absent);
        self.engine.hub().crowd().watch(&self.mailbox, rooms);
    }

    /// Turns what changed of rooms into packets, each as it is now.
    pub(super) fn tell_news(&mut self) {
        let News { turns, counts } = self.mailbox.take_news();
        let user = self.who.user;
        for (id, turn) in turns {
            match turn {
                Turn::Gained => {
                    let room = self.engine.read(user, id).ok().filter(|it| it.has(user));
                    let summary = room.map(|it| self.engine.summary(&it, user)).filter(is_listed);
                    self.replies.extend(summary.map(ServerPacket::Gained));
                }
                // Where the room is followed, it is told with its last entry.
                Turn::Lost(lost) if !self.cursors.has(id) => {
                    self.replies.push(ServerPacket::Lost(lost));
                }
                Turn::Lost(_) => {}
            }
        }
        let counted = |it: &RoomId| self.engine.hub().room(*it)?.count_for(user);
        let rooms: Vec<_> = counts.iter().filter_map(counted).collect();
        if !rooms.is_empty() {
            self.replies.push(ServerPacket::RoomsChanged(RoomsChanged { rooms }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn however_often_a_room_is_gained_and_lost_the_last_word_stands() {
        let room = RoomId(Uuid::from_u128(1));
        let lost = Lost { room, deed: None, reason: String::new() };
        let mut news = News::default();
        for _ in 0..1_000 {
            news.gained(room);
            news.counted(room);
            news.lost(lost.clone());
        }
        assert_eq!(news.turns.into_iter().collect::<Vec<_>>(), [(room, Turn::Lost(lost))]);
        assert!(news.counts.is_empty());
    }
}
