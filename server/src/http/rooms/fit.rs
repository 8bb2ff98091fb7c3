//! What may be wished of a room: pure, before anything is asked of the engine.

use crate::clean::{line, line_with_something};
use app::protocol::{
    ids::Millis,
    limits::{
        LARGE_PEOPLE_MAX, REASON_CHARS_MAX, ROOM_NAME_CHARS_MAX, ROOM_PASSWORD_CHARS_MAX,
        ROOM_PASSWORD_CHARS_MIN, ROOM_PEOPLE_MAX, ROOM_PEOPLE_MIN, SANCTION_SECS_MAX,
        SLOW_SECS_MAX, SPEED_IN_MINS_MAX, SPEED_MINS_MAX, SPEED_ROUNDS_MAX, TOPIC_CHARS_MAX,
    },
    refusal::Refusal,
    room::{Act, Door, NewRoom, RoomKind},
};
use std::ops::RangeInclusive;

/// A temporary room stays empty for so long, unless its maker says otherwise.
const EMPTY_MINS: u32 = 5;
const EMPTY_MINS_MAX: u32 = 24 * 60;
/// The furthest end of a temporary room.
const CLOSES_MS_MAX: i64 = 365 * 24 * 60 * 60 * 1000;

/// A new room as it may be made, cleaned; what does not belong to its kind or door is dropped.
pub(super) fn new_room(wish: NewRoom, now: Millis) -> Result<NewRoom, Refusal> {
    let name = name(&wish.name)?;
    let topic = line(&wish.topic, TOPIC_CHARS_MAX)?;
    let capacity = within(wish.capacity, &people(wish.kind)?)?;
    let password = match wish.door {
        Door::Password => Some(password(wish.password.unwrap_or_default())?),
        Door::Open | Door::Invite => None,
    };
    let (empty_mins, closes_at) = if wish.kind == RoomKind::Temporary {
        let mins = within(wish.empty_mins.unwrap_or(EMPTY_MINS), &(1..=EMPTY_MINS_MAX))?;
        (Some(mins), wish.closes_at.map(|it| closing(it, now)).transpose()?)
    } else {
        (None, None)
    };
    Ok(NewRoom { name, topic, password, capacity, empty_mins, closes_at, ..wish })
}

/// How many people a room of that kind may take; a refusal where nobody makes such rooms.
fn people(kind: RoomKind) -> Result<RangeInclusive<u32>, Refusal> {
    match kind {
        RoomKind::Private | RoomKind::Temporary => Ok(ROOM_PEOPLE_MIN..=ROOM_PEOPLE_MAX),
        RoomKind::Large => Ok(ROOM_PEOPLE_MAX + 1..=LARGE_PEOPLE_MAX),
        RoomKind::Channel
        | RoomKind::Direct
        | RoomKind::Match
        | RoomKind::Pair
        | RoomKind::Unknown => Err(Refusal::Malformed),
    }
}

fn closing(at: Millis, now: Millis) -> Result<Millis, Refusal> {
    if (1..=CLOSES_MS_MAX).contains(&at.since(now)) { Ok(at) } else { Err(Refusal::Malformed) }
}

/// What is done in a room of that kind as it may be done, cleaned.
pub(super) fn act(wish: Act, kind: RoomKind) -> Result<Act, Refusal> {
    let reason = |text: String| line(&text, REASON_CHARS_MAX);
    Ok(match wish {
        Act::Kick { user, reason: why } => Act::Kick { user, reason: reason(why)? },
        Act::Ban { user, secs, reason: why } => {
            Act::Ban { user, secs: sanction_secs(secs)?, reason: reason(why)? }
        }
        Act::Mute { user, secs, reason: why } => {
            Act::Mute { user, secs: sanction_secs(secs)?, reason: reason(why)? }
        }
        Act::Close { reason: why } => Act::Close { reason: reason(why)? },
        Act::Rename { name: new } => Act::Rename { name: name(&new)? },
        Act::Topic { topic } => Act::Topic { topic: line(&topic, TOPIC_CHARS_MAX)? },
        // How many a channel takes stands in the configuration.
        Act::Capacity { capacity } => {
            let people = people(kind).map_err(|_| Refusal::NotAllowed)?;
            Act::Capacity { capacity: within(capacity, &people)? }
        }
        Act::Speed { rounds, mins, in_mins, weekly } => Act::Speed {
            rounds: within(rounds, &(1..=SPEED_ROUNDS_MAX))?,
            mins: within(mins, &(1..=SPEED_MINS_MAX))?,
            in_mins: within(in_mins, &(0..=SPEED_IN_MINS_MAX))?,
            weekly,
        },
        Act::Slow { secs } => Act::Slow { secs: within(secs, &(0..=SLOW_SECS_MAX))? },
        Act::Door { door: Door::Password, password: new } => {
            Act::Door { door: Door::Password, password: new.map(password).transpose()? }
        }
        Act::Door { door, .. } => Act::Door { door, password: None },
        other => other,
    })
}

fn name(typed: &str) -> Result<String, Refusal> {
    let chars_max = u32::try_from(ROOM_NAME_CHARS_MAX).unwrap_or(u32::MAX);
    line_with_something(typed, ROOM_NAME_CHARS_MAX)
        .map_err(|_| Refusal::NameLength { chars_min: 1, chars_max })
}

/// A room's password is told among friends: it need not be one that nobody guesses.
fn password(typed: String) -> Result<String, Refusal> {
    let (min, max) = (ROOM_PASSWORD_CHARS_MIN, ROOM_PASSWORD_CHARS_MAX);
    let bound = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    if (min..=max).contains(&typed.chars().count()) {
        Ok(typed)
    } else {
        Err(Refusal::PasswordLength { chars_min: bound(min), chars_max: bound(max) })
    }
}

fn sanction_secs(secs: Option<u32>) -> Result<Option<u32>, Refusal> {
    secs.map(|it| within(it, &(1..=SANCTION_SECS_MAX))).transpose()
}

fn within(number: u32, bounds: &RangeInclusive<u32>) -> Result<u32, Refusal> {
    if bounds.contains(&number) {
        Ok(number)
    } else {
        Err(Refusal::OutOfBounds { least: *bounds.start(), most: *bounds.end() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::protocol::ids::UserId;
    use uuid::Uuid;

    const NOW: Millis = Millis(1_000_000);
    const EVE: UserId = UserId(Uuid::from_u128(1));

    fn wish() -> NewRoom {
        NewRoom {
            name: "  심야\u{202E} 영화방 ".into(),
            topic: String::new(),
            kind: RoomKind::Private,
            door: Door::Open,
            password: None,
            capacity: 10,
            empty_mins: None,
            closes_at: None,
        }
    }

    #[test]
    fn a_new_room_is_cleaned_and_keeps_only_what_belongs_to_it() {
        let room = new_room(
            NewRoom {
                password: Some("four".into()),
                empty_mins: Some(9),
                closes_at: Some(NOW),
                ..wish()
            },
            NOW,
        );
        let expected = NewRoom { name: "심야 영화방".into(), ..wish() };
        assert_eq!(room, Ok(expected));
        let temporary = NewRoom { kind: RoomKind::Temporary, ..wish() };
        assert_eq!(new_room(temporary, NOW).map(|it| it.empty_mins), Ok(Some(EMPTY_MINS)));
    }

    #[test]
    fn a_new_room_that_does_not_fit_is_refused() {
        let people = |least, most| Refusal::OutOfBounds { least, most };
        let password = Refusal::PasswordLength { chars_min: 4, chars_max: 64 };
        let name = Refusal::NameLength { chars_min: 1, chars_max: 40 };
        let (private, large) = (people(2, 500), people(501, 100_000));
        let locked =
            |it: &str| NewRoom { door: Door::Password, password: Some(it.into()), ..wish() };
        let brief = |mins, at| NewRoom {
            kind: RoomKind::Temporary,
            empty_mins: Some(mins),
            closes_at: at,
            ..wish()
        };
        for (wish, expected) in [
            (NewRoom { name: "\u{200B} ".into(), ..wish() }, name),
            (NewRoom { name: "가".repeat(41), ..wish() }, name),
            (NewRoom { topic: "가".repeat(201), ..wish() }, Refusal::TooLong { chars_max: 200 }),
            (NewRoom { capacity: 1, ..wish() }, private),
            (NewRoom { capacity: 501, ..wish() }, private),
            (NewRoom { kind: RoomKind::Large, capacity: 500, ..wish() }, large),
            (NewRoom { kind: RoomKind::Large, capacity: 100_001, ..wish() }, large),
            (NewRoom { kind: RoomKind::Channel, ..wish() }, Refusal::Malformed),
            (NewRoom { kind: RoomKind::Direct, ..wish() }, Refusal::Malformed),
            (NewRoom { kind: RoomKind::Unknown, ..wish() }, Refusal::Malformed),
            (NewRoom { door: Door::Password, ..wish() }, password),
            (locked("abc"), password),
            (locked(&"가".repeat(65)), password),
            (brief(0, None), people(1, 1_440)),
            (brief(1_441, None), people(1, 1_440)),
            (brief(5, Some(NOW)), Refusal::Malformed),
            (brief(5, Some(NOW.plus(CLOSES_MS_MAX + 1))), Refusal::Malformed),
        ] {
            assert_eq!(new_room(wish.clone(), NOW), Err(expected), "{wish:?}");
        }
        for fit in [locked("네글자요"), brief(1, Some(NOW.plus(1)))] {
            assert!(new_room(fit.clone(), NOW).is_ok(), "{fit:?}");
        }
    }

    #[test]
    fn what_is_done_is_cleaned_and_bounded() {
        let ban = |secs, reason: &str| Act::Ban { user: EVE, secs, reason: reason.into() };
        let mute = |secs| Act::Mute { user: EVE, secs, reason: String::new() };
        let door =
            |door, password: Option<&str>| Act::Door { door, password: password.map(Into::into) };
        let check = |wish: Act, expected: Result<Act, Refusal>| {
            assert_eq!(act(wish.clone(), RoomKind::Private), expected, "{wish:?}");
        };
        check(ban(Some(60), " a\nb "), Ok(ban(Some(60), "a b")));
        check(ban(None, ""), Ok(ban(None, "")));
        let secs = Refusal::OutOfBounds { least: 1, most: SANCTION_SECS_MAX };
        check(ban(Some(0), ""), Err(secs));
        check(mute(Some(SANCTION_SECS_MAX + 1)), Err(secs));
        check(ban(None, &"a".repeat(201)), Err(Refusal::TooLong { chars_max: 200 }));
        let name = Refusal::NameLength { chars_min: 1, chars_max: 40 };
        check(Act::Rename { name: " ".into() }, Err(name));
        check(Act::Topic { topic: " ".into() }, Ok(Act::Topic { topic: String::new() }));
        let slow = Refusal::OutOfBounds { least: 0, most: SLOW_SECS_MAX };
        check(Act::Slow { secs: SLOW_SECS_MAX + 1 }, Err(slow));
        let people = Refusal::OutOfBounds { least: 2, most: 500 };
        check(Act::Capacity { capacity: 501 }, Err(people));
        check(door(Door::Open, Some("1234")), Ok(door(Door::Open, None)));
        check(door(Door::Password, None), Ok(door(Door::Password, None)));
        check(door(Door::Password, Some("1234")), Ok(door(Door::Password, Some("1234"))));
        let length = Refusal::PasswordLength { chars_min: 4, chars_max: 64 };
        check(door(Door::Password, Some("123")), Err(length));
        check(Act::Unban { user: EVE }, Ok(Act::Unban { user: EVE }));
        assert_eq!(
            act(Act::Capacity { capacity: 10 }, RoomKind::Channel),
            Err(Refusal::NotAllowed)
        );
    }
}
