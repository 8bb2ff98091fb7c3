//! Each rule, in a room with a host, a co-host, Ann and Bob as members, Dan who is none, and a
//! moderator who is none.

use super::*;
use crate::store::decide::{InviteState, Settings};
use app::protocol::{
    ids::InviteId,
    room::{Act, Door, Rank},
};

const HOST: u8 = 1;
const COHOST: u8 = 2;
const ANN: u8 = 3;
const BOB: u8 = 4;
const DAN: u8 = 5;
const MODERATOR: u8 = 6;
const OTHER_MODERATOR: u8 = 7;
const NOBODY: u8 = 99;
const ROOM: RoomId = RoomId(Uuid::nil());

fn id(who: u8) -> UserId {
    UserId(Uuid::from_u128(who.into()))
}

/// A room with its people; `now` is when the next change is made.
struct Scene {
    facts: Facts,
    now: Millis,
}

fn scene(kind: RoomKind) -> Scene {
    let mut facts = facts(9);
    let mut room = RoomState::new(kind, 9);
    room.people = 4;
    room.settings.host = kind.has_host().then(|| id(HOST));
    facts.rooms.insert(ROOM, room);
    for who in [HOST, COHOST, ANN, BOB] {
        let cohost_at = (who == COHOST && kind.has_host()).then_some(Millis(2));
        let joined_at = Millis(i64::from(who));
        let member = MemberState { joined_at, cohost_at, speaker: false, said_at: None };
        facts.members.insert((ROOM, id(who)), member);
    }
    for who in HOST..=OTHER_MODERATOR {
        let role = if who >= MODERATOR { Role::Moderator } else { Role::Member };
        let name = who.to_string();
        let account =
            AccountState { name, role, picture: None, banned_until: None, muted_until: None };
        facts.accounts.insert(id(who), account);
    }
    Scene { facts, now: Millis(10_000) }
}

/// An entry in a few words: what, by whom, to whom, which text.
fn words(entry: &Entry) -> String {
    let by = entry.name.as_str();
    match &entry.what {
        What::Message { text } => format!("{by} said {text}"),
        What::Joined => format!("{by} joined"),
        What::Left => format!("{by} left"),
        What::Did(did) => {
            let subject = did.subject.as_ref().map_or("", |it| it.name.as_str());
            format!("{by} {} {subject}{}", did.deed.name(), did.text)
        }
        other => format!("{other:?}"),
    }
}

impl Scene {
    fn settings(&mut self) -> &mut Settings {
        &mut self.facts.rooms.get_mut(&ROOM).unwrap().settings
    }

    fn does(&mut self, who: u8, change: Change) -> Result<String, AppendError> {
        let append = Append { change, cid: None, ..super::change(who, 0, 0) };
        let done = decide_all(&mut self.facts, &[append], self.now).remove(0)?;
        Ok(done.entries.iter().map(words).collect::<Vec<_>>().join(", "))
    }

    fn acts(&mut self, who: u8, act: Act) -> Result<String, AppendError> {
        let hash = matches!(act, Act::Door { password: Some(_), .. }).then(|| "hash".to_owned());
        self.does(who, Change::Act(HostAct::new(act, hash, self.now)))
    }

    fn says(&mut self, who: u8) -> Result<String, AppendError> {
        self.does(who, Change::Message("hi".into()))
    }

    fn comes(&mut self, who: u8) -> Result<String, AppendError> {
        self.does(who, Change::Join(Way::Plain))
    }

    fn leaves(&mut self, who: u8) -> String {
        self.does(who, Change::Leave).unwrap()
    }

    fn is_member(&self, who: u8) -> bool {
        self.facts.members.contains_key(&(ROOM, id(who)))
    }
}

fn kick(who: u8) -> Act {
    Act::Kick { user: id(who), reason: " why".into() }
}

fn ban(who: u8, secs: Option<u32>) -> Act {
    Act::Ban { user: id(who), secs, reason: String::new() }
}

fn mute(who: u8, secs: Option<u32>) -> Act {
    Act::Mute { user: id(who), secs, reason: String::new() }
}

/// What was told, as it is compared with an answer.
#[allow(clippy::unnecessary_wraps, reason = "an answer may be a refusal, too")]
fn told(words: &str) -> Result<String, AppendError> {
    Ok(words.to_owned())
}

#[test]
fn one_acts_downwards_only() {
    use AppendError::{CannotToOneself, NotAllowed, NotFound};
    let check = |who, act, expected| {
        assert_eq!(scene(RoomKind::Private).acts(who, act), expected);
    };
    check(HOST, kick(COHOST), told("1 kicked 2 why"));
    check(COHOST, kick(ANN), told("2 kicked 3 why"));
    check(COHOST, kick(HOST), Err(NotAllowed));
    check(ANN, kick(BOB), Err(NotAllowed));
    check(DAN, kick(ANN), Err(NotAllowed));
    check(HOST, kick(HOST), Err(CannotToOneself));
    check(HOST, kick(DAN), Err(NotFound));
    check(HOST, kick(NOBODY), Err(NotFound));
    check(HOST, ban(DAN, None), told("1 banned 5"));
    check(COHOST, mute(HOST, None), Err(NotAllowed));
    check(COHOST, Act::Yield { user: id(ANN) }, Err(NotAllowed));
    check(COHOST, Act::Close { reason: String::new() }, Err(NotAllowed));
    check(COHOST, Act::Lock { on: true }, told("2 locked "));
    check(COHOST, Act::Rename { name: "x".into() }, Err(NotAllowed));
    check(HOST, Act::Rename { name: "x".into() }, told("1 renamed x"));
    check(HOST, Act::Speaker { user: id(ANN), on: true }, Err(NotAllowed));
    // In a room that can be found a moderator is a co-host without being a member.
    check(MODERATOR, kick(ANN), told("6 kicked 3 why"));
    check(MODERATOR, kick(COHOST), Err(NotAllowed));
    check(MODERATOR, kick(HOST), Err(NotAllowed));
    check(MODERATOR, Act::Close { reason: String::new() }, Err(NotAllowed));
}

#[test]
fn moderators_are_hosts_of_channels_and_strangers_to_hidden_rooms() {
    let mut it = scene(RoomKind::Channel);
    assert_eq!(it.acts(MODERATOR, kick(ANN)), told("6 kicked 3 why"));
    assert_eq!(it.acts(BOB, kick(COHOST)), Err(AppendError::NotAllowed));
    it.comes(OTHER_MODERATOR).unwrap();
    assert_eq!(it.acts(MODERATOR, kick(OTHER_MODERATOR)), Err(AppendError::NotAllowed));
    let rename = Act::Rename { name: "x".into() };
    assert_eq!(it.acts(MODERATOR, rename), Err(AppendError::NotAllowed));
    let mut it = scene(RoomKind::Private);
    it.settings().door = Door::Invite;
    assert_eq!(it.acts(MODERATOR, kick(ANN)), Err(AppendError::NoSuchRoom));
    assert_eq!(it.says(DAN), Err(AppendError::NoSuchRoom));
}

#[test]
fn whoever_is_banned_comes_again_when_it_is_over() {
    let mut it = scene(RoomKind::Private);
    assert_eq!(it.acts(HOST, ban(ANN, Some(5))), told("1 banned 3"));
    let until = Millis(15_000);
    assert_eq!(it.comes(ANN), Err(AppendError::Banned { until }));
    assert_eq!(it.does(ANN, Change::Lapse(RoomSanction::Ban)), told(""));
    it.settings().door = Door::Invite;
    assert_eq!(it.comes(ANN), Err(AppendError::NoSuchRoom));
    it.settings().door = Door::Open;
    it.now = until;
    assert_eq!(it.comes(ANN), told("3 joined"));
    assert_eq!(it.does(ANN, Change::Lapse(RoomSanction::Ban)), told("3 unbanned 3"));
    assert_eq!(it.settings().sanctions, 0);
    it.acts(HOST, ban(ANN, None)).unwrap();
    assert_eq!(it.acts(HOST, ban(ANN, None)), told(""));
    assert_eq!(it.acts(COHOST, Act::Unban { user: id(ANN) }), told("2 unbanned 3"));
    assert_eq!(it.comes(ANN), told("3 joined"));
}

#[test]
fn the_muted_are_silent_here_or_everywhere_until_it_is_over() {
    let mut it = scene(RoomKind::Private);
    assert_eq!(it.acts(COHOST, mute(ANN, Some(5))), told("2 muted 3"));
    let muted = Err(AppendError::Muted { until: Millis(15_000) });
    assert_eq!(it.says(ANN), muted);
    it.leaves(ANN);
    it.comes(ANN).unwrap();
    assert_eq!(it.says(ANN), muted, "it outlives leaving");
    assert_eq!(it.acts(COHOST, Act::Unmute { user: id(ANN) }), told("2 unmuted 3"));
    assert_eq!(it.says(ANN), told("3 said hi"));
    it.facts.accounts.get_mut(&id(HOST)).unwrap().muted_until = Some(Millis(11_000));
    assert_eq!(it.says(HOST), Err(AppendError::Muted { until: Millis(11_000) }));
    it.now = Millis(11_000);
    assert_eq!(it.says(HOST), told("1 said hi"));
}

#[test]
fn a_banned_account_may_nothing() {
    let mut it = scene(RoomKind::Channel);
    it.facts.accounts.get_mut(&id(ANN)).unwrap().banned_until = Some(Millis::NEVER);
    assert_eq!(it.says(ANN), Err(AppendError::AccountBanned { until: Millis::NEVER }));
}

#[test]
fn slow_mode_tells_how_long_to_wait_and_spares_who_keeps_order() {
    let mut it = scene(RoomKind::Private);
    assert_eq!(it.acts(COHOST, Act::Slow { secs: 30 }), told("2 slow_set 30"));
    assert_eq!(it.says(ANN), told("3 said hi"));
    it.now = Millis(10_001);
    assert_eq!(it.says(ANN), Err(AppendError::SlowMode { retry_after_ms: 29_999 }));
    assert!(it.says(COHOST).is_ok() && it.says(COHOST).is_ok() && it.says(BOB).is_ok());
    it.now = Millis(40_000);
    assert_eq!(it.says(ANN), told("3 said hi"));
}

#[test]
fn in_a_large_room_few_speak_and_nobody_is_announced() {
    let mut it = scene(RoomKind::Large);
    assert_eq!(it.comes(DAN), told(""));
    assert!(it.is_member(DAN));
    assert_eq!(it.says(DAN), Err(AppendError::SpeakersOnly));
    let speaker = |on| Act::Speaker { user: id(DAN), on };
    assert_eq!(it.acts(COHOST, speaker(true)), told("2 speaker_made 5"));
    assert_eq!(it.says(DAN), told("5 said hi"));
    assert_eq!(it.acts(COHOST, speaker(false)), told("2 speaker_ended 5"));
    assert_eq!(it.says(DAN), Err(AppendError::SpeakersOnly));
    assert_eq!(it.leaves(DAN), "");
    assert_eq!(it.leaves(HOST), "1 hosted 2");
}

#[test]
fn who_follows_the_host_is_named_or_the_longest_cohost_or_the_longest_member() {
    let mut it = scene(RoomKind::Private);
    let successor = Act::Successor { user: Some(id(BOB)) };
    assert_eq!(it.acts(HOST, successor), told(""));
    assert_eq!(it.leaves(HOST), "1 left, 1 hosted 4");
    assert_eq!(it.leaves(BOB), "4 left, 4 hosted 2");
    assert_eq!(it.leaves(COHOST), "2 left, 2 hosted 3");
    assert_eq!(it.leaves(ANN), "3 left, 3 closed ");
    assert_eq!(it.comes(ANN), Err(AppendError::NoSuchRoom));

    let mut it = scene(RoomKind::Private);
    assert_eq!(it.does(HOST, Change::Succeed), told("1 hosted 2"));
    assert_eq!(it.does(HOST, Change::Succeed), told(""));
    assert_eq!(it.acts(HOST, kick(ANN)), told("1 kicked 3 why"), "a co-host still");
    assert_eq!(it.acts(HOST, kick(COHOST)), Err(AppendError::NotAllowed));
    assert_eq!(it.acts(COHOST, Act::Yield { user: id(BOB) }), told("2 hosted 4"));
    assert_eq!(it.settings().host, Some(id(BOB)));
}

#[test]
fn a_temporary_room_is_over_by_its_moment_or_when_it_was_empty() {
    let mut it = scene(RoomKind::Temporary);
    it.settings().empty_mins = Some(5);
    for who in [ANN, BOB, COHOST, HOST] {
        it.leaves(who);
    }
    it.now = it.now.plus(5 * 60_000 - 1);
    assert_eq!(it.does(HOST, Change::CloseOver), told(""));
    assert_eq!(it.comes(DAN), told("5 joined, 5 hosted 5"));
    assert_eq!(it.leaves(DAN), "5 left");
    it.now = it.now.plus(5 * 60_000);
    assert_eq!(it.does(DAN, Change::CloseOver), told("5 closed "));

    let mut it = scene(RoomKind::Temporary);
    it.settings().closes_at = Some(Millis(10_001));
    assert_eq!(it.does(HOST, Change::CloseOver), told(""));
    it.now = Millis(10_001);
    assert_eq!(it.does(HOST, Change::CloseOver), told("1 closed "));
    assert_eq!(it.says(ANN), Err(AppendError::NoSuchRoom));
}

#[test]
fn one_comes_in_by_the_door() {
    let mut it = scene(RoomKind::Private);
    let by_password = |it: &str| Change::Join(Way::PasswordShown(it.into()));
    assert_eq!(it.acts(HOST, Act::Lock { on: true }), told("1 locked "));
    assert_eq!(it.comes(DAN), Err(AppendError::Locked));
    it.acts(HOST, Act::Lock { on: false }).unwrap();
    let door =
        |door, password: Option<&str>| Act::Door { door, password: password.map(Into::into) };
    let set = it.acts(HOST, door(Door::Password, None));
    assert_eq!(set, Err(AppendError::NotAllowed), "there is none to keep");
    let set = it.acts(HOST, door(Door::Password, Some("open sesame")));
    assert_eq!(set, told("1 door_set password"));
    assert_eq!(it.comes(DAN), Err(AppendError::WrongPassword));
    assert_eq!(it.does(DAN, by_password("older")), Err(AppendError::WrongPassword));
    assert_eq!(it.does(DAN, by_password("hash")), told("5 joined"));
    it.leaves(DAN);
    assert_eq!(it.acts(HOST, door(Door::Invite, None)), told("1 door_set invite"));
    assert_eq!(it.does(DAN, by_password("hash")), Err(AppendError::NoSuchRoom));
}

#[test]
fn an_invitation_is_used_up_and_ends() {
    let mut it = scene(RoomKind::Private);
    it.settings().door = Door::Invite;
    let invite = |n| Change::Join(Way::Invited(InviteId(Uuid::from_u128(n))));
    let row = |room, expires_at, uses_left| InviteState {
        room,
        expires_at: Millis(expires_at),
        uses_left,
        used: 0,
    };
    let elsewhere = RoomId(Uuid::from_u128(7));
    for (n, invite) in [
        (1, row(ROOM, 10_001, Some(1))),
        (2, row(ROOM, 10_000, None)),
        (3, row(elsewhere, 99_999, None)),
    ] {
        it.facts.invites.insert(InviteId(Uuid::from_u128(n)), invite);
    }
    assert_eq!(it.does(DAN, invite(2)), Err(AppendError::InviteOver));
    assert_eq!(it.does(DAN, invite(3)), Err(AppendError::NoSuchRoom));
    assert_eq!(it.does(DAN, invite(4)), Err(AppendError::InviteOver));
    assert_eq!(it.does(DAN, invite(1)), told("5 joined"));
    assert_eq!(it.does(DAN, invite(1)), told(""), "asked again, it is not used again");
    assert_eq!(it.does(MODERATOR, invite(1)), Err(AppendError::InviteOver));
}

#[test]
fn a_place_that_gets_free_goes_to_who_waits_longest() {
    let mut it = scene(RoomKind::Private);
    assert_eq!(it.acts(HOST, Act::Capacity { capacity: 2 }), told("1 capacity_set 2"));
    let wait = || Change::Wait(Way::Plain);
    assert_eq!(it.does(DAN, wait()), told(""));
    it.now = Millis(10_001);
    assert_eq!(it.does(MODERATOR, wait()), told(""));
    assert_eq!(it.does(OTHER_MODERATOR, wait()), told(""));
    assert_eq!(it.comes(DAN), Err(AppendError::Full { capacity: 2 }));
    assert_eq!((it.leaves(ANN), it.leaves(BOB)), ("3 left".into(), "4 left".into()));
    assert_eq!(it.acts(HOST, kick(COHOST)), told("1 kicked 2 why, 5 joined"));
    it.does(MODERATOR, Change::StopWaiting).unwrap();
    it.acts(HOST, ban(DAN, None)).unwrap();
    assert!(it.is_member(OTHER_MODERATOR) && !it.is_member(MODERATOR) && !it.is_member(DAN));
    assert_eq!(it.settings().waiting, 0);
}

#[test]
fn a_direct_room_waits_for_its_answer_and_ends_with_one_of_the_two() {
    let mut it = scene(RoomKind::Direct);
    for who in [HOST, COHOST] {
        it.facts.members.remove(&(ROOM, id(who)));
    }
    it.facts.rooms.get_mut(&ROOM).unwrap().people = 2;
    it.settings().asked_by = Some(id(ANN));
    for _ in 0..3 {
        assert_eq!(it.says(ANN), told("3 said hi"));
    }
    assert_eq!(it.says(ANN), Err(AppendError::NotAnswered));
    assert_eq!(it.says(BOB), told("4 said hi"));
    assert_eq!(it.says(ANN), told("3 said hi"));
    it.facts.apart.insert(ROOM);
    assert_eq!(it.says(ANN), Err(AppendError::NotReachable));
    assert_eq!(it.says(BOB), Err(AppendError::NotReachable));
    it.facts.apart.clear();
    assert_eq!(it.leaves(BOB), "");
    assert_eq!(it.says(ANN), Err(AppendError::NotReachable));
    assert_eq!(it.says(DAN), Err(AppendError::NoSuchRoom));
    assert_eq!(it.comes(DAN), Err(AppendError::NoSuchRoom));
    assert_eq!(it.acts(ANN, kick(BOB)), Err(AppendError::NotAllowed));
    assert_eq!(it.does(BOB, Change::Join(Way::LetIn)), told(""));
    assert_eq!(it.says(ANN), told("3 said hi"));
}

#[test]
fn what_moved_is_told_with_its_rank() {
    let mut it = scene(RoomKind::Private);
    let yielded = Change::Act(HostAct::new(Act::Yield { user: id(ANN) }, None, it.now));
    let append = Append { change: yielded, ..super::change(HOST, 0, 0) };
    let done = decide_all(&mut it.facts, &[append], it.now).remove(0).unwrap();
    let ranks: Vec<_> =
        done.moves.iter().map(|it| (it.user, it.now.as_ref().unwrap().rank)).collect();
    assert_eq!(ranks, [(id(HOST), Rank::Cohost), (id(ANN), Rank::Host)]);
}

fn any_change(op: u8, user: UserId) -> Change {
    let reason = String::new();
    let act = match op {
        0..=2 => return Change::Join(Way::Plain),
        3 | 4 => return Change::Leave,
        5 => return Change::Wait(Way::Plain),
        6 => return Change::Succeed,
        7 => Act::Kick { user, reason },
        8 => Act::Ban { user, secs: None, reason },
        9 => Act::Unban { user },
        10 => Act::Mute { user, secs: None, reason },
        11 => Act::Yield { user },
        12 | 13 => Act::Cohost { user, on: op == 12 },
        14 => Act::Successor { user: Some(user) },
        15 | 16 => Act::Capacity { capacity: u32::from(op) - 12 },
        17 | 18 => Act::Lock { on: op == 17 },
        19 => Act::Close { reason },
        _ => return Change::Message("hi".into()),
    };
    Change::Act(HostAct::new(act, None, Millis(10_000)))
}

proptest! {
    #[test]
    fn whatever_is_done_members_are_counted_and_one_of_them_is_the_host(
        ops in prop::collection::vec((HOST..=OTHER_MODERATOR, 0_u8..24, HOST..=OTHER_MODERATOR), 0..80),
        cut in 0_usize..80,
        kind in prop::sample::select(vec![RoomKind::Private, RoomKind::Temporary, RoomKind::Large]),
    ) {
        let append = |(who, op, whom): &(u8, u8, u8)| {
            Append { change: any_change(*op, id(*whom)), cid: None, ..super::change(*who, 0, 0) }
        };
        let batch: Vec<_> = ops.iter().map(append).collect();
        let (mut one, mut two) = (scene(kind), scene(kind));
        let whole = decide_all(&mut one.facts, &batch, one.now);
        let (first, rest) = batch.split_at(cut.min(batch.len()));
        let mut parts = decide_all(&mut two.facts, first, two.now);
        parts.extend(decide_all(&mut two.facts, rest, two.now));
        prop_assert_eq!(&whole, &parts);

        let entries = whole.iter().flatten().flat_map(|it| &it.entries);
        let seqs: Vec<_> = entries.map(|it| it.seq.get()).collect();
        prop_assert_eq!(&seqs, &(1..=seqs.len() as u64).collect::<Vec<_>>());
        let room = &one.facts.rooms[&ROOM];
        prop_assert_eq!(room.head.get(), seqs.len() as u64);
        prop_assert_eq!(room.people as usize, one.facts.members.len());
        let settings = &room.settings;
        let hosts = one.facts.members.keys().filter(|it| settings.host == Some(it.1)).count();
        prop_assert_eq!(hosts, usize::from(room.people > 0));
        prop_assert!(settings.successor.is_none_or(|it| one.facts.members.contains_key(&(ROOM, it))));
        let waiting = one.facts.waiting.get(&ROOM).map_or(0, Vec::len);
        prop_assert_eq!(settings.waiting as usize, waiting);
        prop_assert!(waiting == 0 || room.people >= settings.capacity || settings.locked);
        prop_assert_eq!(settings.sanctions as usize, one.facts.sanctions.len());
    }
}
