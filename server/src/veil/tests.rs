use super::*;
use app::protocol::{
    ids::{AskedId, Cid, Epoch, Millis, RoomId, Seq},
    message::{Asked, Deed, Did, Subject},
    packets::{Appended, Entered, Lost, Welcomed},
    people::Presence,
    questions::Bilingual,
    room::{Rank, RoomKind},
};

const ROOM: RoomId = RoomId(Uuid::from_u128(77));

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(0xaaaa_0000 + n))
}

fn name(n: u128) -> String {
    format!("secret{n}")
}

fn veil(people: u128) -> Veil {
    let masks = Mask::some(usize::try_from(people).unwrap());
    Veil::new((1..=people).map(user).zip(masks).collect())
}

fn entry(author: u128, subject: Option<u128>) -> Entry {
    let what = match subject {
        Some(n) => What::Did(Did {
            deed: Deed::Hosted,
            subject: Some(Subject { id: user(n), name: name(n) }),
            until: None,
            text: String::new(),
        }),
        None => What::Message { text: "hi".into() },
    };
    let (seq, cid) = (Seq::ZERO.next(), Some(Cid(Uuid::nil())));
    Entry { seq, at: Millis(1), author: user(author), name: name(author), cid, what }
}

/// A question that somebody asked for.
fn asked(by: u128) -> Entry {
    let words = Bilingual { ko: "왜?".into(), en: "Why?".into() };
    let question = "dinner.why".parse().unwrap();
    let brought = Brought::Hand { user: user(by) };
    let asked = Asked { id: AskedId(Uuid::nil()), question, words, brought };
    Entry { what: What::Asked(Box::new(asked)), ..entry(by, None) }
}

fn person(n: u128) -> Person {
    let (picture, rank) = (Some(format!("picture{n}")), Rank::Cohost);
    Person { picture, rank, ..Person::new(user(n), name(n), Role::Guest, Presence::Here) }
}

fn summary(other: u128) -> RoomSummary {
    RoomSummary {
        peer: Some(user(other)),
        ..RoomSummary::new(ROOM, RoomKind::Match, name(other), 2)
    }
}

/// One packet of each kind that names somebody, about each of them.
fn packets(people: u128) -> Vec<ServerPacket> {
    let mut all = Vec::new();
    for n in 1..=people {
        let other = n % people + 1;
        let entries = vec![entry(n, None), entry(n, Some(other)), asked(n)];
        let (cid, start) = (Cid(Uuid::nil()), Seq::ZERO);
        let (all_people, gone) = ((1..=people).map(person).collect(), vec![user(n)]);
        all.extend([
            ServerPacket::Appended(Appended { room: ROOM, entries }),
            ServerPacket::Typed(Typed { room: ROOM, user: user(n), name: name(n) }),
            ServerPacket::PeopleChanged(PeopleChanged {
                room: ROOM,
                all: true,
                people: all_people,
                gone,
            }),
            ServerPacket::Seen(Seen { room: ROOM, user: user(n), seq: Seq::ZERO }),
            ServerPacket::Gained(summary(n)),
            ServerPacket::Entered(Entered { cid, room: summary(n), start }),
        ]);
    }
    all
}

/// What a reader gets of all that.
fn heard(veil: &Veil, reader: UserId, people: u128) -> String {
    let mut all = packets(people);
    for packet in &mut all {
        veil.packet(reader, packet);
    }
    serde_json::to_string(&all).unwrap()
}

#[test]
fn each_of_two_sees_themselves_and_a_mask() {
    let veil = veil(2);
    for (me, other) in [(1, 2), (2, 1)] {
        let heard = heard(&veil, user(me), 2);
        assert!(heard.contains(&user(me).to_string()) && heard.contains(&name(me)));
        assert!(!heard.contains(&user(other).to_string()) && !heard.contains(&name(other)));
        assert!(!heard.contains(&format!("picture{other}")));
        let mask = veil.mask(user(me), user(other)).unwrap();
        assert!(heard.contains(&mask.id().to_string()) && heard.contains(mask.name()));
    }
}

#[test]
fn in_a_group_everybody_else_has_a_mask_and_a_name_of_their_own() {
    let veil = veil(3);
    let heard = heard(&veil, user(2), 3);
    for other in [1, 3] {
        assert!(!heard.contains(&user(other).to_string()) && !heard.contains(&name(other)));
    }
    let names: std::collections::HashSet<_> = veil.0.iter().map(|(_, it)| it.name()).collect();
    assert_eq!(names.len(), 3);
}

#[test]
fn of_who_is_masked_only_their_being_at_hand_is_shown() {
    let veil = veil(2);
    let shown = veil.person(user(1), person(2));
    let mask = veil.mask(user(1), user(2)).unwrap();
    let plain = Person::new(mask.id(), mask.name().into(), Role::Member, Presence::Here);
    assert_eq!(shown, plain);
    assert_eq!(veil.person(user(2), person(2)), person(2), "oneself one sees as one is");
}

#[test]
fn what_names_nobody_stays_as_it_is() {
    let veil = veil(2);
    let me = user(1);
    let (epoch, at) = (Epoch(Uuid::nil()), Millis(1));
    for packet in [
        ServerPacket::Welcomed(Welcomed { me, epoch, at, rooms: vec![] }),
        ServerPacket::Lost(Lost { room: ROOM, deed: None, reason: String::new() }),
        ServerPacket::Unknown,
    ] {
        let mut shown = packet.clone();
        veil.packet(me, &mut shown);
        assert_eq!(shown, packet);
    }
}

#[test]
fn nobody_is_named_by_an_id_that_a_reader_does_not_know() {
    let veil = veil(3);
    let mask = |n| veil.mask(user(1), user(n)).unwrap().id();
    assert_eq!(veil.behind(user(1), mask(2)), Some(user(2)));
    assert_eq!(veil.behind(user(1), user(2)), None, "not even by a good guess");
    assert_eq!(veil.behind(user(1), user(1)), Some(user(1)));
    assert_eq!(veil.behind(user(1), user(9)), Some(user(9)));
}

#[test]
fn whoever_left_before_it_falls_stays_unknown() {
    let mut veil = veil(3);
    veil.lift(|it| it != user(3));
    let heard = heard(&veil, user(1), 3);
    assert!(heard.contains(&name(2)) && heard.contains(&user(2).to_string()));
    assert!(!heard.contains(&name(3)) && !heard.contains(&user(3).to_string()));
    veil.lift(|_| true);
    assert!(veil.is_lifted());
}
