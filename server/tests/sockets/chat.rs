//! What people do.

use crate::support::{
    Person, Server, cid, one_in_plaza, request, said, soon, two_in_plaza, unlimited,
};
use app::protocol::{
    ids::Seq,
    message::What,
    packets::{ClientPacket, Leave, PeopleChanged, Seek, ServerPacket, TypeIn},
    people::{Person as Listed, Presence},
    refusal::Refusal,
};

fn people(packet: &ServerPacket) -> Option<PeopleChanged> {
    match packet {
        ServerPacket::PeopleChanged(it) => Some(it.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn two_people_talk_and_see_the_same_log() {
    let server = Server::start().await;
    let mut ann = Person::new(server.at, "Ann").await;
    let mut bob = Person::new(server.at, "바비").await;
    let plaza = server.room(&ann.login, "plaza").await;
    assert_eq!(ann.enter(plaza).await.unwrap().start, Seq::ZERO);
    assert_eq!(bob.enter(plaza).await.unwrap().room.people, 2);
    let acked = ann.say(plaza, "  hello ").await.unwrap();
    assert_eq!(acked.seq.get(), 3);
    bob.say(plaza, "안녕하세요").await.unwrap();

    let hers = ann.entries(plaza, 4).await;
    let his = bob.entries(plaza, 4).await;
    assert_eq!(hers, his);
    assert_eq!(said(&hers), ["hello", "안녕하세요"]);
    assert_eq!(hers.iter().map(|it| it.seq.get()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(
        (hers[2].cid, hers[2].author, hers[2].at),
        (Some(acked.cid), ann.login.id, acked.at)
    );
    assert_eq!(server.log(&bob.login, plaza).await, hers);
}

#[tokio::test]
async fn entering_and_leaving_are_said_once_and_counted() {
    let server = Server::start().await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    ann.enter(plaza).await.unwrap();
    let cid = crate::support::cid();
    for _ in 0..2 {
        ann.send(&ClientPacket::Leave(Leave { cid, room: plaza })).await;
        ann.expect("left", |it| match it {
            ServerPacket::Left(left) if left.cid == cid => Some(()),
            _ => None,
        })
        .await;
    }
    let log = server.log(&ann.login, plaza).await;
    let kinds: Vec<_> = log.into_iter().map(|it| it.what).collect();
    assert_eq!(kinds, [What::Joined, What::Left]);
    assert_eq!(ann.say(plaza, "still here?").await, Err(Refusal::NotEntered));
}

#[tokio::test]
async fn a_full_room_refuses() {
    let server = Server::start_with(|config| config.channels[0].capacity = 1).await;
    let mut ann = Person::new(server.at, "Ann").await;
    let mut bob = Person::new(server.at, "Bob").await;
    let plaza = server.room(&ann.login, "plaza").await;
    ann.enter(plaza).await.unwrap();
    assert_eq!(bob.enter(plaza).await.unwrap_err(), Refusal::Full { capacity: 1 });
}

#[tokio::test]
async fn presence_follows_tabs_and_sockets() {
    let server = Server::start().await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    let mut bob = Person::new(server.at, "Bob").await;
    bob.enter(plaza).await.unwrap();
    let bob_id = bob.login.id;
    let mut until = async |presence: Presence| {
        ann.expect(&format!("Bob {presence:?}"), |it| {
            let changed = people(it)?;
            changed.people.iter().any(|it| it.id == bob_id && it.presence == presence).then_some(())
        })
        .await;
    };
    until(Presence::Here).await;
    bob.attend(false).await;
    until(Presence::Away).await;
    bob.attend(true).await;
    until(Presence::Here).await;
    drop(bob);
    until(Presence::Offline).await;
    // By REST the same, and still a member.
    let path = format!("/api/v1/rooms/{plaza}/people");
    let (_, body) = request(server.at, "GET", &path, Some(&ann.login.cookie), None).await;
    let mut list: serde_json::Value = serde_json::from_str(&body).unwrap();
    let list: Vec<Listed> = serde_json::from_value(list["people"].take()).unwrap();
    let presences: Vec<_> = list.iter().map(|it| (it.name.as_str(), it.presence)).collect();
    assert_eq!(presences, [("Ann", Presence::Here), ("Bob", Presence::Offline)]);
}

#[tokio::test]
async fn typing_is_seen_by_the_others_while_one_is_a_member() {
    let server = Server::start().await;
    let (mut ann, mut bob, plaza) = two_in_plaza(&server).await;
    bob.send(&ClientPacket::Type(TypeIn { room: plaza })).await;
    let typed = ann.expect("a typing line", |it| match it {
        ServerPacket::Typed(typed) => Some((typed.user, typed.name.clone())),
        _ => None,
    });
    assert_eq!(typed.await, (bob.login.id, "Bob".to_owned()));
    // Typing is not part of the log.
    assert_eq!(server.log(&ann.login, plaza).await.len(), 2);
}

#[tokio::test]
async fn nobody_is_said_to_type_what_was_already_sent() {
    let server = Server::start().await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    // Lines are told four times a second: Bob's may be told before his message is stored, but
    // hardly every time.
    for n in 0..8 {
        let mut bob = Person::new(server.at, &format!("Bob {n}")).await;
        let mut eve = Person::new(server.at, &format!("Eve {n}")).await;
        bob.enter(plaza).await.unwrap();
        eve.enter(plaza).await.unwrap();
        bob.send(&ClientPacket::Type(TypeIn { room: plaza })).await;
        bob.say(plaza, "quickly").await.unwrap();
        // Eve's line comes with the next gathering, in which Bob's would have been.
        eve.send(&ClientPacket::Type(TypeIn { room: plaza })).await;
        let (bob, eve) = (bob.login.id, eve.login.id);
        let first = ann.expect("a typing line", |it| match it {
            ServerPacket::Typed(it) if [bob, eve].contains(&it.user) => Some(it.user),
            _ => None,
        });
        if first.await == eve {
            return;
        }
    }
    panic!("Bob is always said to type");
}

#[tokio::test]
async fn counts_reach_those_who_follow_nothing() {
    let server = Server::start().await;
    let mut ann = Person::new(server.at, "Ann").await;
    let mut bob = Person::new(server.at, "Bob").await;
    let music = server.room(&ann.login, "music").await;
    bob.enter(music).await.unwrap();
    bob.say(music, "la").await.unwrap();
    ann.expect("a count", |it| match it {
        ServerPacket::RoomsChanged(it) => it
            .rooms
            .iter()
            .any(|it| it.room == music && (it.people, it.head.get()) == (1, 2))
            .then_some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn a_reader_who_is_no_member_follows_by_seek() {
    let server = Server::start().await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    let mut bob = Person::new(server.at, "Bob").await;
    bob.send(&ClientPacket::Seek(Seek { room: plaza, after: Seq::ZERO })).await;
    ann.say(plaza, "one").await.unwrap();
    assert_eq!(said(&bob.entries(plaza, 2).await), ["one"]);
    // And again from the beginning.
    bob.send(&ClientPacket::Seek(Seek { room: plaza, after: Seq::ZERO })).await;
    assert_eq!(bob.entries(plaza, 2).await[0].seq.get(), 1);
}

#[tokio::test]
async fn an_admin_tells_all_rooms_and_others_may_not() {
    let server = Server::start().await;
    let body = r#"{"name":"Root","password":"a long enough one"}"#;
    let (status, _) = request(server.at, "POST", "/api/v1/users", None, Some(body)).await;
    assert_eq!(status, 201);
    let mut bob = Person::new(server.at, "Bob").await;
    let plaza = server.room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    let say = r#"{"room":null,"text":"tea is ready"}"#;
    let cookie = bob.login.cookie.clone();
    let (status, body) =
        request(server.at, "POST", "/api/v1/announcements", Some(&cookie), Some(say)).await;
    assert_eq!((status, body.as_str()), (403, r#"{"reason":"not_allowed"}"#));
    let root = crate::support::sign_in(server.at, "Root", "a long enough one").await;
    let (status, _) =
        request(server.at, "POST", "/api/v1/announcements", Some(&root.cookie), Some(say)).await;
    assert_eq!(status, 201);
    assert_eq!(said(&bob.entries(plaza, 2).await), ["tea is ready"]);
    let music = server.room(&root, "music").await;
    assert_eq!(said(&server.log(&root, music).await), ["tea is ready"]);
}

#[tokio::test]
async fn members_who_stay_away_leave_by_themselves() {
    let server =
        Server::start_with(|it| it.offline_leave = std::time::Duration::from_millis(300)).await;
    let (mut ann, bob, plaza) = two_in_plaza(&server).await;
    drop(bob);
    let log = soon("Bob's leaving", ann.entries(plaza, 3)).await;
    assert_eq!((log[2].what.clone(), log[2].name.as_str()), (What::Left, "Bob"));
}

#[tokio::test]
async fn an_id_said_again_tells_its_author_the_place_and_nobody_else_anything() {
    let server = Server::start_with(unlimited).await;
    let (mut ann, mut bob, plaza) = two_in_plaza(&server).await;
    let music = server.room(&ann.login, "music").await;
    ann.enter(music).await.unwrap();
    let id = cid();
    ann.say_as(id, plaza, "mine").await;
    let first = ann.answer_to(id).await.unwrap();
    // Another text, or another room: it is still what it was.
    for (room, text) in [(plaza, "changed"), (music, "elsewhere")] {
        ann.say_as(id, room, text).await;
        assert_eq!(ann.answer_to(id).await, Ok(first), "{text}");
    }
    // Of somebody else it is another message.
    bob.say_as(id, plaza, "his own").await;
    let his = bob.answer_to(id).await.unwrap();
    assert_eq!((his.room, his.seq), (plaza, first.seq.next()));
    // Who is not in the room learns nothing by it, not even that there is such a message.
    let mut eve = Person::new(server.at, "Eve").await;
    for id in [id, cid()] {
        eve.say_as(id, plaza, "guessed").await;
        assert_eq!(eve.answer_to(id).await, Err(Refusal::NotEntered));
    }
    assert_eq!(said(&server.log(&ann.login, plaza).await), ["mine", "his own"]);
    assert_eq!(said(&server.log(&ann.login, music).await), Vec::<&str>::new());
}
