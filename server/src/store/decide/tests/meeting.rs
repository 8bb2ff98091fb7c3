//! Keeping and opening up, in a room of two or three who were matched.

use super::*;
use crate::store::decide::{Meeter, Meeting, pair_address};
use app::protocol::{matching::Openness, room::Door};

const ROOM: RoomId = RoomId(Uuid::nil());
const STRANGER: u8 = 9;
const MINUTE: i64 = 60_000;

fn id(who: u8) -> UserId {
    UserId(Uuid::from_u128(who.into()))
}

/// A room of people who were matched a moment ago.
struct Scene {
    facts: Facts,
    now: Millis,
}

fn scene(people: u8) -> Scene {
    let mut facts = facts(u32::from(people));
    let mut room = RoomState::new(RoomKind::Match, u32::from(people));
    room.people = people.into();
    room.settings.door = Door::Invite;
    facts.rooms.insert(ROOM, room);
    let users = (1..=people).map(id);
    let meeter = Meeter { masked: true, ..Meeter::default() };
    let meeting = Meeting {
        began_at: Millis(0),
        openness: Openness::Text,
        meeters: users.clone().map(|it| (it, meeter)).collect(),
        pairs: Vec::new(),
    };
    facts.meetings.insert(ROOM, meeting);
    for user in users.clone() {
        let member =
            MemberState { joined_at: Millis(0), cohost_at: None, speaker: false, said_at: None };
        facts.members.insert((ROOM, user), member);
    }
    for user in users.chain([id(STRANGER)]) {
        let name = user.0.as_u128().to_string();
        let (role, picture) = (Role::Member, None);
        let account = AccountState { name, role, picture, banned_until: None, muted_until: None };
        facts.accounts.insert(user, account);
    }
    Scene { facts, now: Millis(MINUTE) }
}

/// An entry in a few words.
fn words(entry: &Entry) -> String {
    match &entry.what {
        What::Did(did) => format!("{} {} {}", entry.name, did.deed.name(), did.text),
        What::Left => format!("{} left", entry.name),
        other => format!("{} {other:?}", entry.name),
    }
}

impl Scene {
    fn does(&mut self, who: u8, change: Change) -> Result<String, AppendError> {
        let append = Append { change, cid: None, ..super::change(who, 0, 0) };
        let done = decide_all(&mut self.facts, &[append], self.now).remove(0)?;
        let told: Vec<_> = done.entries.iter().map(|it| words(it).trim().to_owned()).collect();
        Ok(told.join(", "))
    }

    fn keeps(&mut self, who: u8) -> Result<String, AppendError> {
        self.does(who, Change::Keep(true))
    }

    fn opens(&mut self, who: u8, to: Openness) -> Result<String, AppendError> {
        self.does(who, Change::Open(to))
    }

    fn room(&self) -> &RoomState {
        &self.facts.rooms[&ROOM]
    }

    fn meeting(&mut self) -> &mut Meeting {
        self.facts.meetings.get_mut(&ROOM).unwrap()
    }

    fn conduct(&self) -> String {
        let told = self.facts.conduct.iter();
        let told: Vec<_> = told.map(|it| format!("{} {}", it.0.0.as_u128(), it.1)).collect();
        told.join(", ")
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it is compared with an answer")]
fn told(words: &str) -> Result<String, AppendError> {
    Ok(words.to_owned())
}

#[test]
fn two_who_both_keep_their_room_are_a_pair() {
    let mut it = scene(2);
    assert_eq!(it.keeps(1), told(""));
    assert_eq!(it.keeps(1), told(""), "twice is once");
    assert_eq!(it.room().settings.kind, RoomKind::Match);
    assert_eq!(it.keeps(2), told("2 kept pair"));
    let settings = &it.room().settings;
    assert_eq!(settings.kind, RoomKind::Pair);
    assert_eq!(settings.address, Some(pair_address(id(2), id(1))));
    assert!(it.meeting().meeters.values().all(|it| !it.masked));
    assert_eq!(it.meeting().openness, Openness::Names);
    assert_eq!(it.conduct(), "1 kept, 2 kept");
    // It stays kept, whatever is pressed now.
    assert_eq!(it.keeps(1), told(""));
    assert_eq!(it.does(1, Change::Keep(false)), Err(AppendError::NotAllowed));
}

#[test]
fn who_thinks_better_of_it_keeps_nothing() {
    let mut it = scene(2);
    it.keeps(1).unwrap();
    assert_eq!(it.does(1, Change::Keep(false)), told(""));
    assert_eq!(it.keeps(2), told(""));
    assert_eq!(it.room().settings.kind, RoomKind::Match);
}

#[test]
fn a_group_that_is_kept_is_a_hidden_room_with_a_host() {
    let mut it = scene(3);
    it.keeps(1).unwrap();
    it.keeps(3).unwrap();
    assert_eq!(it.keeps(2), told("2 kept private, 2 renamed 1, 2, 3, 2 hosted"));
    let settings = &it.room().settings;
    assert_eq!((settings.kind, settings.door), (RoomKind::Private, Door::Invite));
    assert_eq!((settings.host, settings.name.as_deref()), (Some(id(2)), Some("1, 2, 3")));
    assert_eq!(settings.address, None);
}

#[test]
fn two_who_are_left_of_a_group_are_a_pair() {
    let mut it = scene(3);
    it.keeps(1).unwrap();
    it.keeps(2).unwrap();
    assert_eq!(it.does(3, Change::Leave), told("3 left"));
    assert_eq!(it.keeps(2), told("2 kept pair"));
    assert_eq!(it.room().settings.address, Some(pair_address(id(1), id(2))));
}

#[test]
fn one_pair_has_one_room() {
    let mut it = scene(2);
    let address = pair_address(id(1), id(2));
    it.meeting().pairs.push(address);
    assert_eq!(it.keeps(1), Err(AppendError::NotAgreed));
    assert_eq!(it.room().settings.kind, RoomKind::Match);
}

#[test]
fn strangers_and_other_rooms_keep_and_open_nothing() {
    let mut it = scene(2);
    assert_eq!(it.keeps(STRANGER), Err(AppendError::NoSuchRoom));
    assert_eq!(it.opens(STRANGER, Openness::Names), Err(AppendError::NoSuchRoom));
    for kind in [RoomKind::Channel, RoomKind::Private, RoomKind::Direct, RoomKind::Large] {
        let mut it = scene(2);
        it.facts.rooms.get_mut(&ROOM).unwrap().settings.kind = kind;
        it.facts.meetings.clear();
        assert_eq!(it.keeps(1), Err(AppendError::NotAllowed), "{kind:?}");
        assert_eq!(it.opens(1, Openness::Names), Err(AppendError::NotAllowed), "{kind:?}");
    }
}

#[test]
fn what_is_shown_is_the_least_that_all_are_willing_to_and_never_less_than_before() {
    let mut it = scene(2);
    assert_eq!(it.opens(1, Openness::Names), told(""));
    assert_eq!(it.opens(2, Openness::Links), told("2 opened links"));
    // What is not shown yet may be taken back, what is shown may not.
    assert_eq!(it.opens(1, Openness::Links), told(""));
    assert_eq!(it.opens(1, Openness::Text), Err(AppendError::NotAllowed));
    assert_eq!(it.opens(2, Openness::Names), told(""));
    assert!(it.meeting().meeters.values().all(|it| it.masked));
    assert_eq!(it.opens(1, Openness::Names), told("1 opened names"));
    assert!(it.meeting().meeters.values().all(|it| !it.masked));
    assert_eq!(it.opens(1, Openness::Names), told(""));
    assert_eq!(it.room().settings.kind, RoomKind::Match, "that they know each other keeps nothing");
}

#[test]
fn how_a_match_ends_is_noted() {
    let ends = |minutes: i64, said: [u32; 2]| {
        let mut it = scene(2);
        it.now = Millis(minutes * MINUTE);
        for (who, said) in [1, 2].into_iter().zip(said) {
            it.meeting().meeters.get_mut(&id(who)).unwrap().said = said;
        }
        assert_eq!(it.does(1, Change::Leave), told("1 left, 1 closed"));
        it.conduct()
    };
    assert_eq!(ends(1, [0, 2]), "1 left_early");
    assert_eq!(ends(1, [9, 2]), "1 left_early", "one alone does not talk");
    assert_eq!(ends(1, [3, 3]), "1 talked, 2 talked");
    assert_eq!(ends(9, [3, 9]), "1 talked, 2 talked");
    assert_eq!(ends(9, [0, 0]), "");
}

#[test]
fn a_match_that_ends_by_the_clock_counts_as_one_that_is_left() {
    let ends = |said: u32| {
        let mut it = scene(2);
        it.facts.rooms.get_mut(&ROOM).unwrap().settings.closes_at = Some(Millis(5 * MINUTE));
        it.meeting().meeters.values_mut().for_each(|it| it.said = said);
        it.now = Millis(5 * MINUTE - 1);
        assert_eq!(it.does(1, Change::CloseOver), told(""));
        assert_eq!(it.conduct(), "");
        it.now = Millis(5 * MINUTE);
        assert_eq!(it.does(1, Change::CloseOver), told("1 closed"));
        it.conduct()
    };
    assert_eq!(ends(3), "1 talked, 2 talked");
    assert_eq!(ends(2), "");
}

#[test]
fn who_leaves_a_pair_room_ends_it() {
    let mut it = scene(2);
    it.keeps(1).unwrap();
    it.keeps(2).unwrap();
    assert_eq!(it.does(2, Change::Leave), told("2 left, 2 closed"));
    assert!(it.room().settings.closed_at.is_some());
    assert_eq!(it.keeps(1), Err(AppendError::NoSuchRoom));
}

proptest! {
    #[test]
    fn nothing_is_shown_or_kept_but_what_all_who_are_there_want(
        people in 2_u8..5,
        steps in prop::collection::vec((1_u8..6, 0_u8..7), 0..40),
    ) {
        let mut it = scene(people);
        let mut shown = Openness::Text;
        for (who, what) in steps {
            let was = it.meeting().clone();
            let change = match what {
                0 => Change::Keep(true),
                1 => Change::Keep(false),
                2 => Change::Leave,
                n => Change::Open(Openness::ALL[usize::from(n - 3)]),
            };
            let refused = it.does(who, change.clone()).is_err();
            let now = it.meeting().clone();
            prop_assert!(!refused || now == was, "what is refused changes nothing");
            prop_assert!(now.openness >= shown, "what is shown stays so");
            shown = now.openness;
            let kind = it.room().settings.kind;
            if kind == RoomKind::Match {
                let least = now.meeters.values().map(|it| it.openness).min();
                prop_assert!(now.meeters.is_empty() || Some(shown) <= least || shown == was.openness);
                prop_assert_eq!(now.meeters.values().all(|it| !it.masked), shown == Openness::Names || now.meeters.is_empty());
            } else {
                prop_assert!(now.meeters.values().all(|it| it.keep && !it.masked));
            }
            if it.room().settings.closed_at.is_some() {
                break;
            }
        }
    }
}
