//! What a user may know of a room: one rule, asked by every door and every packet.

use super::{Engine, room::Room};
use app::protocol::{
    ids::{RoomId, UserId},
    refusal::Refusal,
    room::{Door, RoomKind},
};
use std::sync::Arc;

/// What a user may know of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Nothing: every answer is as if there were no such room.
    Absent,
    /// That it is there, and what its door shows; not what is said in it, nor by whom.
    Door,
    /// Everything.
    Inside,
}

/// How a user stands to a room, as far as it matters for what they may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bearing {
    /// They are a member.
    pub(crate) member: bool,
    /// They may not come in.
    pub(crate) banned: bool,
}

/// What whoever stands so may know of a room of that kind, with that door.
pub(crate) const fn sight(
    kind: RoomKind,
    door: Door,
    Bearing { member, banned }: Bearing,
) -> Sight {
    match kind {
        RoomKind::Channel if banned => Sight::Door,
        RoomKind::Unknown => Sight::Absent,
        RoomKind::Channel => Sight::Inside,
        _ if member => Sight::Inside,
        RoomKind::Private | RoomKind::Temporary | RoomKind::Large => match door {
            Door::Open | Door::Password => Sight::Door,
            Door::Invite => Sight::Absent,
        },
        RoomKind::Direct | RoomKind::Match | RoomKind::Pair => Sight::Absent,
    }
}

impl Engine {
    /// What that user may know of that room. Without an invitation: one that comes with a valid
    /// one may know of the door, whatever this says.
    pub fn sight(&self, user: UserId, room: RoomId) -> Sight {
        self.hub().room(room).map_or(Sight::Absent, |it| it.sight(user))
    }

    /// The room, where that user may know that it is there.
    pub(super) fn found(&self, user: UserId, room: RoomId) -> Result<Arc<Room>, Refusal> {
        let room = self.hub().room(room).filter(|it| it.sight(user) > Sight::Absent);
        room.ok_or(Refusal::NoSuchRoom)
    }

    /// The room, where that user may read it.
    pub(super) fn read(&self, user: UserId, room: RoomId) -> Result<Arc<Room>, Refusal> {
        let room = self.found(user, room)?;
        room.admits(user)?;
        Ok(room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOORS: [Door; 3] = [Door::Open, Door::Password, Door::Invite];
    const BEARINGS: [Bearing; 4] = [
        Bearing { member: false, banned: false },
        Bearing { member: false, banned: true },
        Bearing { member: true, banned: false },
        Bearing { member: true, banned: true },
    ];

    fn check(kind: RoomKind, door: Door, expected: [Sight; 4]) {
        assert_eq!(BEARINGS.map(|it| sight(kind, door, it)), expected, "{kind:?} {door:?}");
    }

    #[test]
    fn whoever_is_no_member_knows_of_rooms_only_that_can_be_found() {
        use Sight::{Absent, Door as AtDoor, Inside};
        for door in DOORS {
            check(RoomKind::Channel, door, [Inside, AtDoor, Inside, AtDoor]);
            for kind in [RoomKind::Direct, RoomKind::Match, RoomKind::Pair] {
                check(kind, door, [Absent, Absent, Inside, Inside]);
            }
            check(RoomKind::Unknown, door, [Absent; 4]);
        }
        for kind in [RoomKind::Private, RoomKind::Temporary, RoomKind::Large] {
            check(kind, Door::Open, [AtDoor, AtDoor, Inside, Inside]);
            check(kind, Door::Password, [AtDoor, AtDoor, Inside, Inside]);
            check(kind, Door::Invite, [Absent, Absent, Inside, Inside]);
        }
    }
}
