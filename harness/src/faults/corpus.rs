//! Hostile frames: what somebody with a login could write to a socket to harm the server or the
//! others, before and after `hello`, from a seed.
//!
//! [`corpus`] makes them, [`attack`] writes one to a server and hears what became of the socket,
//! [`Attack::judge`] says whether that was as it should be: a clean end, or an answer.

mod packets;
mod strike;
mod wire;

pub(crate) use strike::{Door, Heard, attack};

use super::random::Chance;
use app::protocol::ids::RoomId;

/// What is tried, and what a server should make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attack {
    /// What it is about, for a message.
    pub(crate) name: &'static str,
    /// A good `hello` is answered before it.
    pub(crate) is_greeted: bool,
    /// Written to the socket as they are.
    pub(crate) bytes: Vec<u8>,
    pub(crate) fate: Fate,
}

/// What should become of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It answers a ping afterwards: what came was refused, or did nothing.
    Stays,
    /// It is closed with this code, or, where the frame itself is broken, hung up.
    Closes(u16),
    /// It is closed with one of ours or of the protocol's codes, or hung up.
    Ends,
    /// It stays, or it ends; the server says nothing about it.
    Either,
    /// It waits for the rest of something: neither an answer nor an end is due yet.
    Waits,
}

impl Attack {
    /// Why what was heard is not as it should be.
    pub(crate) fn judge(&self, heard: Heard) -> Result<(), String> {
        let is_good = match (self.fate, heard) {
            (Fate::Waits, _)
            | (Fate::Either | Fate::Stays, Heard::Pong)
            | (Fate::Ends | Fate::Either, Heard::HungUp) => true,
            (Fate::Closes(code), Heard::Closed(its)) => code == its,
            (Fate::Ends | Fate::Either, Heard::Closed(code)) => is_clean(code),
            _ => false,
        };
        let greeted = if self.is_greeted { "after" } else { "before" };
        is_good.then_some(()).ok_or_else(|| {
            format!("{} {greeted} hello: expected {:?}, heard {heard:?}", self.name, self.fate)
        })
    }
}

/// Codes that a client may be told: of the protocol for broken frames, and ours.
fn is_clean(code: u16) -> bool {
    matches!(code, 1000 | 1002 | 1003 | 1005 | 1007 | 1009)
        || app::protocol::close::Close::from_code(code).is_some()
}

/// So many attacks of a seed, of all kinds by turns; the room is one that exists.
pub(crate) fn corpus(seed: u64, count: usize, room: RoomId) -> impl Iterator<Item = Attack> {
    let mut maker = Maker { chance: Chance::new(seed), room };
    (0..count).map(move |n| {
        let is_greeted = n % 2 == 1;
        let kinds = packets::KINDS.len() + wire::KINDS.len();
        match (n / 2) % kinds {
            at if at < packets::KINDS.len() => packets::attack(&mut maker, at, is_greeted),
            at => wire::attack(&mut maker, at - packets::KINDS.len(), is_greeted),
        }
    })
}

/// What should become of a socket that has not greeted, and of one that has.
#[derive(Clone, Copy)]
struct Fates {
    before: Fate,
    after: Fate,
}

impl Fates {
    const fn both(fate: Fate) -> Self {
        Self { before: fate, after: fate }
    }

    /// Of what can be read as a packet other than `hello`.
    const fn packet() -> Self {
        Self { before: Fate::Closes(4505), after: Fate::Stays }
    }

    const fn of(self, is_greeted: bool) -> Fate {
        if is_greeted { self.after } else { self.before }
    }
}

/// Chance, and what attacks refer to.
struct Maker {
    chance: Chance,
    room: RoomId,
}

impl Maker {
    /// One of them.
    fn pick<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.chance.below(some.len())]
    }

    /// A number from the first up to and with the second.
    fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.chance.below(most + 1 - least)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.chance.next().to_le_bytes()[0]).collect()
    }

    /// An id that nobody knows.
    fn cid(&mut self) -> uuid::Uuid {
        uuid::Uuid::from_u64_pair(self.chance.next(), self.chance.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn some(seed: u64, count: usize) -> Vec<Attack> {
        corpus(seed, count, RoomId(uuid::Uuid::nil())).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_attacks() {
        assert_eq!(some(7, 200), some(7, 200));
        assert_ne!(some(7, 200), some(8, 200));
    }

    #[test]
    fn ten_thousand_attacks_are_of_all_kinds_and_nearly_all_different() {
        let attacks = some(1, 10_000);
        let mut kinds: HashMap<(&str, bool), usize> = HashMap::new();
        for attack in &attacks {
            *kinds.entry((attack.name, attack.is_greeted)).or_default() += 1;
        }
        let names = packets::KINDS.len() + wire::KINDS.len();
        assert_eq!(kinds.len(), 2 * names);
        assert!(kinds.values().all(|it| *it > 100), "{kinds:?}");
        let different: std::collections::HashSet<&[u8]> =
            attacks.iter().map(|it| &*it.bytes).collect();
        assert!(different.len() > 5_000, "{}", different.len());
        assert!(attacks.iter().all(|it| !it.bytes.is_empty()));
    }

    #[test]
    fn what_was_heard_is_judged_by_the_fate() {
        let attack = |fate| Attack { name: "x", is_greeted: true, bytes: Vec::new(), fate };
        for (fate, heard, expected) in [
            (Fate::Stays, Heard::Pong, true),
            (Fate::Stays, Heard::Closed(4502), false),
            (Fate::Stays, Heard::Nothing, false),
            (Fate::Closes(4502), Heard::Closed(4502), true),
            (Fate::Closes(4502), Heard::Closed(4006), false),
            (Fate::Closes(4502), Heard::HungUp, false),
            (Fate::Ends, Heard::HungUp, true),
            (Fate::Ends, Heard::Closed(1011), false),
            (Fate::Ends, Heard::Pong, false),
            (Fate::Either, Heard::Closed(4502), true),
            (Fate::Either, Heard::Nothing, false),
            (Fate::Waits, Heard::Nothing, true),
        ] {
            assert_eq!(attack(fate).judge(heard).is_ok(), expected, "{fate:?} {heard:?}");
        }
    }
}
