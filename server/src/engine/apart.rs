//! Who wants nothing to do with whom, in memory: for those two, each is offline to the other.
//!
//! Nobody is told who blocked whom: it is one relation, the same from both sides.

use super::{Engine, encode::frame};
use crate::{
    cluster::Word,
    store::{BlockMark, StoreResult},
};
use app::protocol::{
    ids::UserId,
    packets::ServerPacket,
    people::{Person, Presence},
    snapshot::RoomSummary,
};
use axum::extract::ws::Utf8Bytes;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

/// Of each user those whom they blocked or who blocked them.
type Pairs = HashMap<UserId, Arc<HashSet<UserId>>>;

/// All pairs of which one has blocked the other.
#[derive(Debug, Default)]
pub(super) struct Apart(RwLock<(Pairs, BlockMark)>);

impl Apart {
    /// Whom a user and who wants nothing to do with each other; none for most.
    fn of(&self, user: UserId) -> Option<Arc<HashSet<UserId>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).0.get(&user).cloned()
    }

    fn mark(&self) -> BlockMark {
        self.0.read().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Takes over how it is now; returns for whom something changed.
    fn take(&self, blocks: Vec<(UserId, UserId)>, mark: BlockMark) -> HashSet<UserId> {
        let mut pairs: HashMap<UserId, HashSet<UserId>> = HashMap::new();
        for (one, other) in blocks {
            pairs.entry(one).or_default().insert(other);
            pairs.entry(other).or_default().insert(one);
        }
        let pairs: Pairs = pairs.into_iter().map(|(user, it)| (user, Arc::new(it))).collect();
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *state, (pairs, mark)).0;
        let users = before.keys().chain(state.0.keys()).copied();
        users.filter(|it| before.get(it) != state.0.get(it)).collect()
    }
}

impl Engine {
    /// Whether one of these has blocked the other.
    pub(super) fn are_apart(&self, one: UserId, other: UserId) -> bool {
        self.0.apart.of(one).is_some_and(|it| it.contains(&other))
    }

    /// All those of whom and that user one has blocked the other.
    pub(super) fn apart_from(&self, user: UserId) -> Vec<UserId> {
        self.0.apart.of(user).map_or_else(Vec::new, |it| it.iter().copied().collect())
    }

    /// Reads who blocked whom, where that changed, and shows those concerned to each other as they
    /// are to be shown now.
    pub(super) async fn reload_blocks(&self) -> StoreResult<()> {
        let mark = self.store().block_mark().await?;
        if mark == self.0.apart.mark() {
            return Ok(());
        }
        let blocks = self.store().all_blocks().await?;
        for user in self.0.apart.take(blocks, mark) {
            for room in self.hub().rooms_of(user) {
                room.show_again(user);
            }
        }
        Ok(())
    }

    /// A user blocked somebody, or blocks them no longer; every node is to know.
    pub(super) async fn blocks_changed(&self, user: UserId) -> StoreResult<()> {
        self.reload_blocks().await?;
        self.0.cluster.tell(Word::UserChanged(user));
        Ok(())
    }

    /// People as that reader may see them.
    pub(super) fn shade(&self, reader: UserId, people: &mut [Person]) {
        if let Some(apart) = self.0.apart.of(reader) {
            shade(&apart, people);
        }
    }

    /// A room as that reader may see it; `other` is the other one of a room of two.
    pub(super) fn shade_room(&self, reader: UserId, other: Option<UserId>, room: &mut RoomSummary) {
        let is_apart = |other: UserId| self.are_apart(reader, other);
        if room.presence.is_some() && other.is_some_and(is_apart) {
            room.presence = Some(Presence::Offline);
        }
    }

    /// Volatile frames as that reader may see them.
    pub(super) fn shaded(&self, reader: UserId, frames: Vec<Utf8Bytes>) -> Vec<Utf8Bytes> {
        match self.0.apart.of(reader) {
            Some(apart) => frames.into_iter().filter_map(|it| shaded(&apart, it)).collect(),
            None => frames,
        }
    }
}

fn shade(apart: &HashSet<UserId>, people: &mut [Person]) {
    for person in people.iter_mut().filter(|it| apart.contains(&it.id)) {
        person.presence = Presence::Offline;
    }
}

/// A frame as it is told to somebody who is apart from these; nothing where it is about one of
/// them alone.
fn shaded(apart: &HashSet<UserId>, told: Utf8Bytes) -> Option<Utf8Bytes> {
    match serde_json::from_str(&told) {
        Ok(ServerPacket::Typed(it)) if apart.contains(&it.user) => None,
        Ok(ServerPacket::Seen(it)) if apart.contains(&it.user) => None,
        Ok(ServerPacket::PeopleChanged(mut it)) => {
            if it.people.iter().any(|it| apart.contains(&it.id)) {
                shade(apart, &mut it.people);
                return Some(frame(&ServerPacket::PeopleChanged(it)));
            }
            Some(told)
        }
        _ => Some(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::protocol::{
        ids::{RoomId, Seq},
        packets::{PeopleChanged, Seen, Typed},
        people::Role,
    };
    use uuid::Uuid;

    fn id(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    #[test]
    fn apart_is_the_same_from_both_sides_and_tells_who_changed() {
        let [ann, bob, eve] = [1, 2, 3].map(id);
        let apart = Apart::default();
        let mark = |count| BlockMark { count, sum: 0 };
        assert_eq!(apart.take(vec![(ann, bob)], mark(1)), HashSet::from([ann, bob]));
        assert!(apart.of(ann).unwrap().contains(&bob) && apart.of(bob).unwrap().contains(&ann));
        assert_eq!(apart.take(vec![(ann, bob), (bob, ann)], mark(2)), HashSet::new());
        let both = vec![(ann, bob), (ann, eve)];
        assert_eq!(apart.take(both, mark(2)), HashSet::from([ann, eve]));
        assert_eq!(apart.take(vec![(ann, eve)], mark(1)), HashSet::from([ann, bob]));
        assert!(apart.of(bob).is_none());
    }

    #[test]
    fn of_whom_one_is_apart_nothing_is_seen_but_that_they_are_offline() {
        let [ann, bob] = [1, 2].map(id);
        let room = RoomId(Uuid::nil());
        let apart = HashSet::from([bob]);
        let check = |packet: ServerPacket, expected: Option<ServerPacket>| {
            let found = shaded(&apart, frame(&packet));
            let found = found.map(|it| serde_json::from_str::<ServerPacket>(&it).unwrap());
            assert_eq!(found, expected);
        };
        let typed = |user| ServerPacket::Typed(Typed { room, user, name: "x".into() });
        check(typed(bob), None);
        check(typed(ann), Some(typed(ann)));
        let seen = |user| ServerPacket::Seen(Seen { room, user, seq: Seq::ZERO });
        check(seen(bob), None);
        check(seen(ann), Some(seen(ann)));
        let person = |id, presence| Person::new(id, "x".into(), Role::Member, presence);
        let changed = |people: Vec<Person>| {
            ServerPacket::PeopleChanged(PeopleChanged { room, all: true, people, gone: vec![bob] })
        };
        let here = changed(vec![person(ann, Presence::Here), person(bob, Presence::Here)]);
        let shown = changed(vec![person(ann, Presence::Here), person(bob, Presence::Offline)]);
        check(here, Some(shown));
    }
}
