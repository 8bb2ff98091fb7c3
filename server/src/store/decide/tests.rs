//! The rules, tried on values.

mod meeting;
mod rules;

use super::{decide as decide_all, *};
use crate::store::{Fence, Way};
use app::protocol::{
    ids::{Cid, LoginId, RoomId},
    room::RoomKind,
};
use proptest::prelude::*;
use uuid::Uuid;

/// Where each change stands.
fn decide(facts: &mut Facts, batch: &[Append], now: Millis) -> Vec<Result<Appending, AppendError>> {
    decide_all(facts, batch, now).into_iter().map(|it| it.map(|done| done.place)).collect()
}

fn change(author: u8, op: u8, cid: u8) -> Append {
    let (change, cid) = match op {
        0 => (Change::Join(Way::Plain), None),
        1 => (Change::Leave, None),
        _ => (Change::Message("hi".into()), Some(Cid(Uuid::from_u128(cid.into())))),
    };
    Append {
        room: RoomId(Uuid::nil()),
        author: UserId(Uuid::from_u128(author.into())),
        login: Some(LoginId(Uuid::nil())),
        cid,
        after: None,
        fence: None,
        change,
    }
}

fn facts(capacity: u32) -> Facts {
    let room = RoomState::new(RoomKind::Channel, capacity);
    Facts {
        rooms: [(RoomId(Uuid::nil()), room)].into(),
        logins: [LoginId(Uuid::nil())].into(),
        ..Facts::default()
    }
}

#[test]
fn who_enters_in_a_batch_may_speak_in_it() {
    let batch = [change(1, 2, 1), change(1, 0, 0), change(1, 2, 1), change(1, 2, 1)];
    let done = decide(&mut facts(5), &batch, Millis(7));
    assert_eq!(done[0], Err(AppendError::NotEntered));
    let seqs: Vec<_> = done[1..].iter().map(|it| it.map(|it| (it.seq.get(), it.fresh))).collect();
    assert_eq!(seqs, [Ok((1, true)), Ok((2, true)), Ok((2, false))]);
}

#[test]
fn the_last_place_is_taken_once() {
    let done = decide(&mut facts(1), &[change(1, 0, 0), change(2, 0, 0)], Millis(7));
    assert!(done[0].is_ok());
    assert_eq!(done[1], Err(AppendError::Full { capacity: 1 }));
}

#[test]
fn an_ended_login_may_nothing() {
    let mut gone = facts(9);
    gone.logins.clear();
    assert_eq!(decide(&mut gone, &[change(1, 0, 0)], Millis(7)), [Err(AppendError::SignedOut)]);
}

#[test]
fn an_earlier_holder_of_the_lease_may_nothing_more() {
    let mut facts = Facts { fence: Some(Fence(2)), ..facts(9) };
    let by = |fence| Append { fence: Some(Fence(fence)), ..change(1, 0, 0) };
    let done = decide(&mut facts, &[by(1), change(1, 0, 0), by(2)], Millis(7));
    assert_eq!(done[0], Err(AppendError::Deposed));
    assert!(done[1].is_ok_and(|it| it.fresh) && done[2].is_ok());
}

#[test]
fn what_was_committed_is_told_though_its_author_may_nothing_any_more() {
    let mut facts = Facts { fence: Some(Fence(2)), ..facts(9) };
    let said = Append { fence: Some(Fence(2)), ..change(1, 2, 1) };
    let done = decide(&mut facts, &[change(1, 0, 0), said.clone()], Millis(7));
    facts.logins.clear();
    facts.fence = Some(Fence(3));
    let again = decide(&mut facts, &[said, change(1, 2, 2)], Millis(8));
    assert_eq!(again[0], done[1].map(|it| Appending { fresh: false, ..it }));
    assert_eq!(again[1], Err(AppendError::SignedOut));
}

#[test]
fn nothing_is_said_before_what_its_author_said_first() {
    let after = |cid: u8, before: u8| Append {
        after: Some(Cid(Uuid::from_u128(before.into()))),
        ..change(1, 2, cid)
    };
    let places = |facts: &mut Facts, batch: &[Append]| -> Vec<_> {
        let done = decide(facts, batch, Millis(7)).into_iter();
        done.map(|it| it.map(|it| it.seq.get())).collect()
    };
    let mut facts = facts(9);
    // Somebody else's of that id does not count.
    let batch = [change(1, 0, 0), change(2, 0, 0), change(2, 2, 1), after(2, 1), after(3, 2)];
    let early = Err(AppendError::Early);
    assert_eq!(places(&mut facts, &batch), [Ok(1), Ok(2), Ok(3), early, early]);
    let batch = [change(1, 2, 1), after(3, 2), after(2, 1), after(3, 2), after(2, 9)];
    assert_eq!(places(&mut facts, &batch), [Ok(4), early, Ok(5), Ok(6), Ok(5)]);
}

proptest! {
    #[test]
    fn numbers_have_no_holes_and_people_are_counted(
        ops in prop::collection::vec((0_u8..5, 0_u8..4, 0_u8..6), 0..120),
        cut in 0_usize..120,
    ) {
        let batch: Vec<_> = ops.into_iter().map(|(who, op, cid)| change(who, op, cid)).collect();
        let cut = cut.min(batch.len());
        let mut one = facts(3);
        let whole = decide(&mut one, &batch, Millis(0));
        // Cut into two transactions, the outcome is the same.
        let mut two = facts(3);
        let mut parts = decide(&mut two, &batch[..cut], Millis(0));
        parts.extend(decide(&mut two, &batch[cut..], Millis(0)));
        prop_assert_eq!(&whole, &parts);

        let fresh: Vec<_> = whole.iter().flatten().filter(|it| it.fresh).map(|it| it.seq.get()).collect();
        prop_assert_eq!(&fresh, &(1..=fresh.len() as u64).collect::<Vec<_>>());
        let room = &one.rooms[&RoomId(Uuid::nil())];
        prop_assert_eq!(room.head.get(), fresh.len() as u64);
        prop_assert_eq!(room.people as usize, one.members.len());
        prop_assert!(room.people <= room.settings.capacity);
    }
}
