//! Two people who write to each other: requests, blocks and seen marks, over real sockets.

use crate::support::{Login, Person, Server, request, sign_up, two_in_plaza};
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    packets::{ClientPacket, See, ServerPacket},
    people::Presence,
    refusal::Refusal,
    room::Request,
    snapshot::RoomSummary,
};
use serde_json::Value;

/// Asks by REST: the status and the body.
async fn ask(server: &Server, who: &Login, method: &str, path: &str, body: &str) -> (u16, Value) {
    let path = format!("/api/v1/{path}");
    let (status, body) = request(server.at, method, &path, Some(&who.cookie), Some(body)).await;
    (status, serde_json::from_str(&body).unwrap_or_default())
}

/// Two accounts with sockets, and the room in which the first asks to write to the second.
struct Pair {
    server: Server,
    ann: Person,
    bob: Person,
    room: RoomId,
}

async fn somebody(server: &Server, name: &str) -> Person {
    let mut person = Person::connect(server.at, sign_up(server.at, name).await).await;
    person.hello(vec![]).await;
    person
}

async fn write_to(server: &Server, who: &Login, other: UserId) -> Result<RoomSummary, Value> {
    let (status, body) = ask(server, who, "POST", &format!("direct/{other}"), "").await;
    if status == 200 { Ok(serde_json::from_value(body).unwrap()) } else { Err(body) }
}

async fn pair() -> Pair {
    let server = Server::start().await;
    let (ann, bob) = (somebody(&server, "Ann").await, somebody(&server, "Bob").await);
    let summary = write_to(&server, &ann.login, bob.login.id).await.unwrap();
    assert_eq!((summary.request, summary.peer), (Request::Sent, Some(bob.login.id)));
    assert_eq!(summary.name, "Bob");
    let mut pair = Pair { server, ann, bob, room: summary.id };
    pair.ann.enter(pair.room).await.unwrap();
    pair
}

impl Pair {
    async fn is_listed(&self, who: &Login) -> bool {
        let (_, body) = ask(&self.server, who, "GET", "rooms", "").await;
        let rooms: Vec<RoomSummary> = serde_json::from_value(body["rooms"].clone()).unwrap();
        rooms.iter().any(|it| it.id == self.room)
    }

    async fn answer(&self, body: &str) -> u16 {
        let path = format!("requests/{}", self.room);
        ask(&self.server, &self.bob.login, "POST", &path, body).await.0
    }

    async fn block(&self, who: &Login, method: &str, other: UserId) -> u16 {
        ask(&self.server, who, method, &format!("blocks/{other}"), "").await.0
    }

    /// How far the other one has seen the room, as a page tells that user.
    async fn seen(&self, who: &Login) -> Value {
        let path = format!("rooms/{}/people", self.room);
        ask(&self.server, who, "GET", &path, "").await.1["seen"].clone()
    }

    async fn is_quiet(&self, who: &Login) -> bool {
        let (_, body) = ask(&self.server, who, "GET", "rooms", "").await;
        let rooms: Vec<RoomSummary> = serde_json::from_value(body["rooms"].clone()).unwrap();
        rooms.into_iter().find(|it| it.id == self.room).unwrap().quiet
    }

    /// Both write.
    async fn agree(&mut self) {
        self.ann.say(self.room, "hello").await.unwrap();
        assert_eq!(self.answer(r#"{"answer":"accept"}"#).await, 204);
        self.bob.enter(self.room).await.unwrap();
    }
}

#[tokio::test]
async fn a_request_is_told_by_its_first_message_and_accepted() {
    let mut pair = pair().await;
    assert!(pair.is_listed(&pair.ann.login).await);
    assert!(!pair.is_listed(&pair.bob.login).await, "nothing was said yet");
    pair.ann.say(pair.room, "hello").await.unwrap();
    let gained = pair
        .bob
        .expect("the request", |it| match it {
            ServerPacket::Gained(it) => Some(it.clone()),
            _ => None,
        })
        .await;
    assert_eq!((gained.id, gained.request), (pair.room, Request::Received));
    assert_eq!(gained.name, "Ann");
    let (_, body) = ask(&pair.server, &pair.bob.login, "GET", "requests", "").await;
    assert_eq!(body["requests"][0]["last"]["text"], "hello");
    for text in ["two", "three"] {
        pair.ann.say(pair.room, text).await.unwrap();
    }
    assert_eq!(pair.ann.say(pair.room, "four").await, Err(Refusal::NotAnswered));
    assert_eq!(pair.answer(r#"{"answer":"accept"}"#).await, 204);
    pair.ann.say(pair.room, "at last").await.unwrap();
    assert_eq!(pair.answer(r#"{"answer":"accept"}"#).await, 404, "it was answered");
    let again = write_to(&pair.server, &pair.bob.login, pair.ann.login.id).await.unwrap();
    assert_eq!((again.id, again.request), (pair.room, Request::None));
}

#[tokio::test]
async fn who_is_refused_is_told_nothing_and_can_write_no_more() {
    let mut pair = pair().await;
    pair.ann.say(pair.room, "hello").await.unwrap();
    assert_eq!(pair.answer(r#"{"answer":"refuse"}"#).await, 204);
    assert!(!pair.is_listed(&pair.bob.login).await);
    assert!(pair.is_listed(&pair.ann.login).await);
    assert_eq!(pair.ann.say(pair.room, "please").await, Err(Refusal::NotReachable));
    // By writing, the other takes it back.
    let room = write_to(&pair.server, &pair.bob.login, pair.ann.login.id).await.unwrap();
    pair.bob.enter(room.id).await.unwrap();
    pair.bob.say(room.id, "sorry").await.unwrap();
    pair.ann.say(pair.room, "fine").await.unwrap();
    assert!(pair.is_listed(&pair.bob.login).await);
}

#[tokio::test]
async fn one_call_refuses_blocks_and_reports() {
    let mut pair = pair().await;
    pair.ann.say(pair.room, "buy this").await.unwrap();
    let body = r#"{"answer":"refuse_and_block","report":{"why":"spam","text":"an offer"}}"#;
    assert_eq!(pair.answer(body).await, 204);
    assert_eq!(pair.ann.say(pair.room, "buy!").await, Err(Refusal::NotReachable));
    let (_, body) = ask(&pair.server, &pair.bob.login, "GET", "blocks", "").await;
    assert_eq!(body["blocks"][0]["name"], "Ann");
    let (_, body) = ask(&pair.server, &pair.ann.login, "GET", "blocks", "").await;
    assert_eq!(body["blocks"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn strangers_and_guests_know_of_no_room_of_two() {
    let pair = pair().await;
    let eve = sign_up(pair.server.at, "Eve").await;
    let room = pair.room;
    let missing = uuid::Uuid::now_v7();
    for path in ["rooms/{}", "rooms/{}/entries", "rooms/{}/people"] {
        let of = |id: &str| path.replace("{}", id);
        let found = ask(&pair.server, &eve, "GET", &of(&room.to_string()), "").await;
        assert_eq!(found, ask(&pair.server, &eve, "GET", &of(&missing.to_string()), "").await);
        assert_eq!(found.0, 404, "{path}");
    }
    let answer = r#"{"answer":"accept"}"#;
    let path = format!("requests/{room}");
    assert_eq!(ask(&pair.server, &eve, "POST", &path, answer).await.0, 404);
    assert_eq!(ask(&pair.server, &pair.ann.login, "POST", &path, answer).await.0, 404);
    for method in ["PUT", "DELETE"] {
        let path = format!("rooms/{room}/quiet");
        assert_eq!(ask(&pair.server, &eve, method, &path, "").await.0, 404);
    }
    let guest = crate::support::guest(pair.server.at, "Guest").await;
    let refused = write_to(&pair.server, &guest, pair.ann.login.id).await.unwrap_err();
    assert_eq!(refused["reason"], "not_allowed");
    let refused = write_to(&pair.server, &eve, eve.id).await.unwrap_err();
    assert_eq!(refused["reason"], "cannot_to_oneself");
    let refused = write_to(&pair.server, &eve, UserId(missing)).await.unwrap_err();
    assert_eq!(refused["reason"], "not_found");
}

#[tokio::test]
async fn a_block_ends_writing_both_ways_until_it_is_taken_back() {
    let mut pair = pair().await;
    pair.agree().await;
    let (ann, bob) = (pair.ann.login.id, pair.bob.login.id);
    assert_eq!(pair.block(&pair.bob.login, "PUT", ann).await, 204);
    assert_eq!(pair.ann.say(pair.room, "hi").await, Err(Refusal::NotReachable));
    assert_eq!(pair.bob.say(pair.room, "hi").await, Err(Refusal::NotReachable));
    assert_eq!(pair.block(&pair.ann.login, "DELETE", bob).await, 204, "hers there is none");
    assert_eq!(pair.ann.say(pair.room, "hi").await, Err(Refusal::NotReachable));
    assert_eq!(pair.block(&pair.bob.login, "DELETE", ann).await, 204);
    pair.ann.say(pair.room, "hi").await.unwrap();
    pair.bob.say(pair.room, "hi").await.unwrap();
    assert_eq!(pair.block(&pair.ann.login, "PUT", ann).await, 403);
    assert_eq!(pair.block(&pair.ann.login, "PUT", UserId(uuid::Uuid::nil())).await, 404);
}

#[tokio::test]
async fn who_blocked_somebody_is_offline_to_them_and_the_other_way_round() {
    let server = Server::start().await;
    let (mut ann, mut bob, plaza) = two_in_plaza(&server).await;
    let path = format!("blocks/{}", bob.login.id);
    assert_eq!(ask(&server, &ann.login, "PUT", &path, "").await.0, 204);
    let people = format!("rooms/{plaza}/people");
    for (reader, other) in [(&ann.login, bob.login.id), (&bob.login, ann.login.id)] {
        let (_, body) = ask(&server, reader, "GET", &people, "").await;
        let people = body["people"].as_array().unwrap();
        let presence = |id: UserId| {
            let person = people.iter().find(|it| it["id"] == id.to_string()).unwrap();
            person["presence"].as_str().unwrap().to_owned()
        };
        assert_eq!((presence(reader.id), presence(other)), ("here".into(), "offline".into()));
    }
    // Whoever is there is told so, too.
    let ids = (ann.login.id, bob.login.id);
    for (reader, other) in [(&mut ann, ids.1), (&mut bob, ids.0)] {
        reader
            .expect("an absence", |it| match it {
                ServerPacket::PeopleChanged(it) => it
                    .people
                    .iter()
                    .any(|it| it.id == other && it.presence == Presence::Offline)
                    .then_some(()),
                _ => None,
            })
            .await;
    }
    assert_eq!(ask(&server, &ann.login, "DELETE", &path, "").await.0, 204);
    let id = ann.login.id;
    bob.expect("a return", |it| match it {
        ServerPacket::PeopleChanged(it) => {
            it.people.iter().any(|it| it.id == id && it.presence == Presence::Here).then_some(())
        }
        _ => None,
    })
    .await;
}

/// The next seen mark of that user.
async fn seen_by(reader: &mut Person, user: UserId) -> Seq {
    let mark = |it: &ServerPacket| match it {
        ServerPacket::Seen(it) if it.user == user => Some(it.seq),
        _ => None,
    };
    reader.expect("a seen mark", mark).await
}

#[tokio::test]
async fn what_was_seen_and_hushed_survives_a_restart() {
    let mut pair = pair().await;
    pair.agree().await;
    let room = pair.room;
    let seq = Seq::ZERO.next();
    pair.bob.send(&ClientPacket::See(See { room, seq })).await;
    assert_eq!(seen_by(&mut pair.ann, pair.bob.login.id).await, seq);
    let path = format!("rooms/{room}/quiet");
    assert_eq!(ask(&pair.server, &pair.bob.login, "PUT", &path, "").await.0, 204);
    let pair = Pair { server: pair.server.restart().await, ..pair };
    assert_eq!(pair.seen(&pair.ann.login).await, seq.get());
    assert_eq!(pair.seen(&pair.bob.login).await, 0, "she has not said that she saw anything");
    assert!(pair.is_quiet(&pair.bob.login).await && !pair.is_quiet(&pair.ann.login).await);
}

#[tokio::test]
async fn looking_at_a_request_is_no_answer_and_not_told() {
    let mut pair = pair().await;
    pair.ann.say(pair.room, "hello").await.unwrap();
    let (room, seq) = (pair.room, Seq::ZERO.next());
    // Whatever a client of his says, as long as he has not answered.
    pair.bob.send(&ClientPacket::See(See { room, seq })).await;
    assert_eq!(refused(&mut pair.bob).await, Refusal::NotAllowed);
    assert_eq!(pair.seen(&pair.ann.login).await, 0);
    let second = pair.ann.say(room, "still there?").await.unwrap().seq;
    assert_eq!(pair.answer(r#"{"answer":"accept"}"#).await, 204);
    pair.bob.send(&ClientPacket::See(See { room, seq: second })).await;
    // Had the first been told, it would come first.
    assert_eq!(seen_by(&mut pair.ann, pair.bob.login.id).await, second);
}

#[tokio::test]
async fn forged_seen_marks_are_refused() {
    let mut pair = pair().await;
    pair.agree().await;
    let mut eve = somebody(&pair.server, "Eve").await;
    let room = pair.room;
    let plaza = pair.server.room(&eve.login, "plaza").await;
    let see = |room, n| ClientPacket::See(See { room, seq: Seq::ZERO.plus(n) });
    for (packet, expected) in [
        (see(room, 1), Refusal::NoSuchRoom),
        (see(RoomId(uuid::Uuid::nil()), 1), Refusal::NoSuchRoom),
        (see(plaza, 0), Refusal::NotAllowed),
    ] {
        eve.send(&packet).await;
        assert_eq!(refused(&mut eve).await, expected);
    }
    pair.bob.send(&see(room, 999)).await;
    assert_eq!(refused(&mut pair.bob).await, Refusal::NotAllowed, "there is no such entry");
}

async fn refused(person: &mut Person) -> Refusal {
    person
        .expect("a refusal", |it| match it {
            ServerPacket::Refused(it) => Some(it.reason),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_room_can_be_hushed_by_its_members() {
    let mut pair = pair().await;
    pair.agree().await;
    let path = format!("rooms/{}/quiet", pair.room);
    assert_eq!(ask(&pair.server, &pair.ann.login, "PUT", &path, "").await.0, 204);
    assert!(pair.is_quiet(&pair.ann.login).await && !pair.is_quiet(&pair.bob.login).await);
    assert_eq!(ask(&pair.server, &pair.ann.login, "DELETE", &path, "").await.0, 204);
    assert!(!pair.is_quiet(&pair.ann.login).await);
}

#[tokio::test]
async fn an_account_asks_so_many_people_a_day() {
    let server = Server::start_with(|it| it.limits.write_requests_per_day = 2).await;
    let ann = sign_up(server.at, "Ann").await;
    let mut others = Vec::new();
    for name in ["Bob", "Eve", "Joe"] {
        others.push(sign_up(server.at, name).await.id);
    }
    for other in [others[0], others[1], others[0], others[1]] {
        write_to(&server, &ann, other).await.unwrap();
    }
    let refused = write_to(&server, &ann, others[2]).await.unwrap_err();
    assert_eq!(refused["reason"], "too_fast");
}
