//! Two people who write to each other: their room, up to where each has seen it, and blocks.

use super::{Queries, Store, StoreResult, on_either, postgres};
use app::protocol::{
    ids::{Millis, RoomId, Seq, UserId},
    pages::Blocked,
};
use std::collections::HashSet;

/// All blocks as they stood at a moment: whoever compares two of these knows whether one of them
/// changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockMark {
    /// How many there are.
    pub count: i64,
    /// A sum of when they were made.
    pub sum: i64,
}

/// Direct rooms.
impl Store {
    /// The room of these two, where there is one.
    pub async fn direct_room(&self, one: UserId, other: UserId) -> StoreResult<Option<RoomId>> {
        on_either!(self, it => it.direct_room(one, other))
    }

    /// The room of these two; where there is none, it is made, and `asker` asks to write in it.
    /// There is one of each pair, however many ask at once.
    pub async fn make_direct_room(
        &self,
        asker: UserId,
        other: UserId,
        now: Millis,
    ) -> StoreResult<RoomId> {
        on_either!(self, it => it.make_direct_room(asker, other, now))
    }

    /// Somebody who is asked does not want to be written to by whoever asks; false where nobody
    /// asks them there.
    pub async fn refuse_request(&self, room: RoomId, user: UserId) -> StoreResult<bool> {
        on_either!(self, it => it.refuse_request(room, user))
    }

    /// Up to where members have seen a room's log. Never back.
    pub async fn see(&self, seen: &[(RoomId, UserId, Seq)]) -> StoreResult<()> {
        on_either!(self, it => it.see(seen))
    }

    /// Up to where a member has seen a room's log.
    pub async fn seen(&self, room: RoomId, user: UserId) -> StoreResult<Seq> {
        on_either!(self, it => it.seen(room, user))
    }

    /// Sets whether a member wants to be told of a room, also for when they come back after they
    /// left it; false where they are no member.
    pub async fn set_quiet(&self, room: RoomId, user: UserId, quiet: bool) -> StoreResult<bool> {
        on_either!(self, it => it.set_quiet(room, user, quiet))
    }

    /// The rooms of which a user does not want to be told.
    pub async fn quiet_rooms(&self, user: UserId) -> StoreResult<HashSet<RoomId>> {
        on_either!(self, it => it.quiet_rooms(user))
    }
}

/// Blocks.
impl Store {
    /// Whom a user has blocked, the last one first.
    pub async fn blocks(&self, user: UserId) -> StoreResult<Vec<Blocked>> {
        on_either!(self, it => it.blocks(user))
    }

    /// Blocks somebody; nothing where they are blocked. False where there is no such user.
    pub async fn block(&self, user: UserId, other: UserId, now: Millis) -> StoreResult<bool> {
        on_either!(self, it => it.block(user, other, now))
    }

    /// Blocks somebody no longer.
    pub async fn unblock(&self, user: UserId, other: UserId) -> StoreResult<()> {
        on_either!(self, it => it.unblock(user, other))
    }

    /// Who has blocked whom, everywhere.
    pub async fn all_blocks(&self) -> StoreResult<Vec<(UserId, UserId)>> {
        on_either!(self, it => it.all_blocks())
    }

    /// How the blocks stand.
    pub async fn block_mark(&self) -> StoreResult<BlockMark> {
        on_either!(self, it => it.block_mark())
    }
}
