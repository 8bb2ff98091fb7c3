//! Rooms of one's own: who may know of them, how one loses them, and how one is told.

use crate::support::{
    Login, Person, Server, account, act, cid, make_room, request, said, soon, unlimited,
};
use app::protocol::{
    ids::{Cid, RoomId, Seq, UserId},
    message::{Deed, What},
    packets::{
        ClientPacket, Enter, Have, Leave, Lost, Outcome, Refused, Say, Seek, ServerPacket, TypeIn,
        Watch,
    },
    refusal::Refusal,
    room::{Act, Rank},
    snapshot::RoomSummary,
};
use server::store::Store;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// A server whose first account, which owns it, is not one of those who talk.
async fn server() -> (Server, Login) {
    let server = Server::start_with(|config| {
        unlimited(config);
        config.limits.sign_ups_per_hour = 0;
        config.limits.logins_per_min = 0;
    })
    .await;
    let root = account(server.at, "Root").await;
    (server, root)
}

/// An account with a greeted socket.
async fn person(server: &Server, name: &str) -> Person {
    let login = account(server.at, name).await;
    tab(server, &login).await
}

/// One more greeted socket of somebody.
async fn tab(server: &Server, login: &Login) -> Person {
    let mut person = Person::connect(server.at, login.clone()).await;
    person.hello(vec![]).await;
    person
}

fn kick(user: UserId) -> Act {
    Act::Kick { user, reason: "enough".into() }
}

async fn done(server: &Server, who: &Person, room: RoomId, what: &Act) {
    assert_eq!(act(server.at, &who.login, room, what).await, (204, String::new()));
}

fn lost(packet: &ServerPacket) -> Option<Lost> {
    match packet {
        ServerPacket::Lost(it) => Some(it.clone()),
        _ => None,
    }
}

fn gained(room: RoomId) -> impl Fn(&ServerPacket) -> Option<RoomSummary> {
    move |packet| match packet {
        ServerPacket::Gained(it) if it.id == room => Some(it.clone()),
        _ => None,
    }
}

/// Whether it tells anything of that room.
fn is_of(room: RoomId, packet: &ServerPacket) -> bool {
    serde_json::to_string(packet).unwrap().contains(&room.to_string())
}

/// What a socket is told that asks for everything of that room, in its order. The room's id is
/// put in the place of another, so that the answers about two rooms can be compared.
async fn everything_of(person: &mut Person, room: RoomId) -> Vec<String> {
    let end = Cid(Uuid::from_u128(99));
    let [enter, leave, say] = [1, 2, 3].map(|n| Cid(Uuid::from_u128(n)));
    let text = "is anybody there?".to_owned();
    let packets = [
        ClientPacket::Enter(Enter { cid: enter, room, have: Seq::ZERO }),
        ClientPacket::Leave(Leave { cid: leave, room }),
        ClientPacket::Say(Say { cid: say, room, text: text.clone(), after: None }),
        ClientPacket::Seek(Seek { room, after: Seq::ZERO }),
        ClientPacket::Type(TypeIn { room }),
        ClientPacket::Watch(Watch { rooms: vec![room] }),
        ClientPacket::Say(Say { cid: end, room: RoomId(Uuid::nil()), text, after: None }),
    ];
    for packet in packets {
        person.send(&packet).await;
    }
    let is_end = |it: &ServerPacket| matches!(it, ServerPacket::Refused(Refused { cid: Some(it), .. }) if *it == end);
    let heard = person.heard_until("all answers", is_end).await;
    let told = |it: &ServerPacket| serde_json::to_string(it).unwrap();
    heard.iter().map(|it| told(it).replace(&room.to_string(), "room")).collect()
}

#[tokio::test]
async fn a_hidden_room_answers_on_every_packet_as_one_that_does_not_exist() {
    let (server, _) = server().await;
    let mut ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &ann.login, "private", "invite").await;
    ann.hello_again(attic).await;
    let nowhere = RoomId(Uuid::now_v7());
    let mut answers = Vec::new();
    for room in [attic, nowhere] {
        let bob = person(&server, if room == attic { "Bob" } else { "Bop" }).await;
        let mut bob = Person::connect(server.at, bob.login).await;
        let welcomed = bob.hello(vec![Have { room, have: Seq::ZERO }]).await;
        assert_eq!(welcomed.rooms[0].outcome, Outcome::Refused(Refusal::NoSuchRoom));
        answers.push(everything_of(&mut bob, room).await);
        for path in ["", "/entries", "/people"] {
            let path = format!("/api/v1/rooms/{room}{path}");
            let (status, body) =
                request(server.at, "GET", &path, Some(&bob.login.cookie), None).await;
            assert_eq!((status, body.as_str()), (404, r#"{"reason":"no_such_room"}"#), "{path}");
        }
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].len(), 6, "five refusals and the last one: {answers:?}");
    // What goes on there is told to nobody outside, and its name is nobody's address.
    ann.say(attic, "a secret").await.unwrap();
    let mut cleo = person(&server, "Cleo").await;
    let plaza = server.room(&cleo.login, "plaza").await;
    cleo.enter(plaza).await.unwrap();
    let counted = cleo.heard_until("a count", |it| matches!(it, ServerPacket::RoomsChanged(_)));
    assert!(!counted.await.iter().any(|it| is_of(attic, it)));
    let (status, body) =
        request(server.at, "GET", "/api/v1/rooms/Attic", Some(&ann.login.cookie), None).await;
    assert_eq!(status, 404, "{body}");
}

impl Person {
    /// Follows a room of one's own from its beginning.
    async fn hello_again(&mut self, room: RoomId) {
        self.send(&ClientPacket::Seek(Seek { room, after: Seq::ZERO })).await;
    }
}

#[tokio::test]
async fn a_kicked_user_hears_the_kick_and_nothing_after_it() {
    let (server, _) = server().await;
    let mut ann = person(&server, "Ann").await;
    let mut bob = person(&server, "Bob").await;
    let attic = make_room(server.at, &ann.login, "private", "open").await;
    ann.hello_again(attic).await;
    bob.enter(attic).await.unwrap();
    // Another tab follows, too; a third one does not.
    let mut second = tab(&server, &bob.login).await;
    second.hello_again(attic).await;
    let mut third = tab(&server, &bob.login).await;
    for n in 0..20 {
        ann.say_as(cid(), attic, &format!("{n}")).await;
    }
    done(&server, &ann, attic, &kick(bob.login.id)).await;
    let last = ann.say(attic, "he is gone").await.unwrap().seq;
    let kicked = Lost { room: attic, deed: Some(Deed::Kicked), reason: "enough".into() };
    for tab in [&mut bob, &mut second] {
        let heard = tab.heard_until("the loss", |it| lost(it).is_some()).await;
        assert_eq!(lost(heard.last().unwrap()), Some(kicked.clone()));
        let end = heard.iter().rev().find_map(|it| match it {
            ServerPacket::Appended(it) => it.entries.last(),
            _ => None,
        });
        let end = end.expect("entries");
        assert!(matches!(&end.what, What::Did(did) if did.deed == Deed::Kicked), "{end:?}");
    }
    assert_eq!(third.expect("the loss", lost).await, kicked);
    // Whatever happens there now, none of it comes.
    ann.send(&ClientPacket::Type(TypeIn { room: attic })).await;
    ann.entries(attic, last.get()).await;
    let plaza = server.room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    let said = bob.say(plaza, "here").await.unwrap();
    let heard = bob.heard_until("his own", |it| matches!(it, ServerPacket::Appended(it) if it.entries.iter().any(|it| it.seq == said.seq)));
    assert!(!heard.await.iter().any(|it| is_of(attic, it)));
    assert_eq!(bob.say(attic, "let me in").await, Err(Refusal::NotEntered));
    // He may come again, and then reads everything.
    bob.enter(attic).await.unwrap();
    assert_eq!(bob.say(attic, "sorry").await.unwrap().room, attic);
}

#[tokio::test]
async fn whoever_is_banned_from_a_channel_follows_it_no_more_and_not_again() {
    let (server, root) = server().await;
    let mut bob = person(&server, "Bob").await;
    let plaza = server.room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    let ban = Act::Ban { user: bob.login.id, secs: None, reason: String::new() };
    assert_eq!(act(server.at, &root, plaza, &ban).await.0, 204);
    let heard = bob.heard_until("the loss", |it| lost(it).is_some()).await;
    assert_eq!(lost(heard.last().unwrap()).unwrap().deed, Some(Deed::Banned));
    bob.send(&ClientPacket::Seek(Seek { room: plaza, after: Seq::ZERO })).await;
    let refused = bob.expect("a refusal", |it| match it {
        ServerPacket::Refused(it) => Some(it.reason),
        _ => None,
    });
    assert_eq!(refused.await, Refusal::Banned { until: None });
    let path = format!("/api/v1/rooms/{plaza}/entries");
    let (status, body) = request(server.at, "GET", &path, Some(&bob.login.cookie), None).await;
    assert_eq!(status, 403, "{body}");
    assert_eq!(act(server.at, &root, plaza, &Act::Unban { user: bob.login.id }).await.0, 204);
    assert!(bob.enter(plaza).await.is_ok());
}

#[tokio::test]
async fn other_tabs_gain_and_lose_what_one_of_them_enters_and_leaves() {
    let (server, _) = server().await;
    let ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &ann.login, "private", "open").await;
    let mut bob = person(&server, "Bob").await;
    let mut second = tab(&server, &bob.login).await;
    bob.enter(attic).await.unwrap();
    let summary = second.expect("a gain", gained(attic)).await;
    assert_eq!((summary.name.as_str(), summary.people, summary.mine), ("Attic", 2, true));
    // A setting is told to every member.
    done(&server, &ann, attic, &Act::Topic { topic: "old things".into() }).await;
    for tab in [&mut bob, &mut second] {
        let told = soon("the topic", async {
            loop {
                if tab.expect("a gain", gained(attic)).await.topic == "old things" {
                    return;
                }
            }
        });
        told.await;
    }
    let leave = cid();
    bob.send(&ClientPacket::Leave(Leave { cid: leave, room: attic })).await;
    let gone = Lost { room: attic, deed: None, reason: String::new() };
    assert_eq!(second.expect("the loss", lost).await, gone);
    assert_eq!(bob.expect("the loss", lost).await, gone);
}

#[tokio::test]
async fn a_closed_room_is_told_and_gone() {
    let (server, _) = server().await;
    let mut ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &ann.login, "private", "open").await;
    ann.hello_again(attic).await;
    let mut bob = person(&server, "Bob").await;
    bob.enter(attic).await.unwrap();
    done(&server, &ann, attic, &Act::Close { reason: "the roof leaks".into() }).await;
    for person in [&mut ann, &mut bob] {
        let heard = person.heard_until("the loss", |it| lost(it).is_some()).await;
        let reason = "the roof leaks".to_owned();
        let closed = Lost { room: attic, deed: Some(Deed::Closed), reason };
        assert_eq!(lost(heard.last().unwrap()), Some(closed));
        assert_eq!(person.say(attic, "hello?").await, Err(Refusal::NoSuchRoom));
        assert_eq!(person.enter(attic).await.unwrap_err(), Refusal::NoSuchRoom);
    }
    let (_, body) = request(server.at, "GET", "/api/v1/rooms", Some(&ann.login.cookie), None).await;
    assert!(!body.contains("Attic"), "{body}");
}

#[tokio::test]
async fn counts_of_a_room_go_to_members_and_to_those_who_watch_it() {
    let (server, _) = server().await;
    let mut ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &ann.login, "private", "open").await;
    let mut watcher = person(&server, "Bob").await;
    watcher.send(&ClientPacket::Watch(Watch { rooms: vec![attic] })).await;
    // He is answered after it, so that it holds.
    watcher.say(RoomId(Uuid::nil()), "now?").await.unwrap_err();
    let mut cleo = person(&server, "Cleo").await;
    cleo.enter(attic).await.unwrap();
    let count = |people: u32| {
        move |packet: &ServerPacket| match packet {
            ServerPacket::RoomsChanged(it) => {
                it.rooms.iter().find(|it| it.room == attic && it.people == people).copied()
            }
            _ => None,
        }
    };
    assert!(ann.expect("a count", count(2)).await.head > Seq::ZERO);
    let seen = watcher.expect("a count", count(2)).await;
    assert_eq!(seen.head, Seq::ZERO, "how much is said there is told to members only");
    // Once the room is hidden, he is told no more; he who watches others, neither.
    let door = app::protocol::room::Door::Invite;
    done(&server, &ann, attic, &Act::Door { door, password: None }).await;
    let mut dan = person(&server, "Dan").await;
    let plaza = server.room(&dan.login, "plaza").await;
    done(&server, &ann, attic, &kick(cleo.login.id)).await;
    ann.expect("a count", count(1)).await;
    dan.enter(plaza).await.unwrap();
    watcher.enter(plaza).await.unwrap();
    watcher.say(plaza, "the next round").await.unwrap();
    let next = watcher.heard_until("a count", |it| matches!(it, ServerPacket::RoomsChanged(it) if it.rooms.iter().any(|it| it.room == plaza && it.people == 2)));
    assert!(!next.await.iter().any(|it| is_of(attic, it)));
}

#[tokio::test]
async fn a_large_room_tells_of_hosts_and_speakers_only() {
    let (server, _) = server().await;
    let mut ann = person(&server, "Ann").await;
    let hall = make_room(server.at, &ann.login, "large", "open").await;
    ann.hello_again(hall).await;
    let mut bob = person(&server, "Bob").await;
    let mut cleo = person(&server, "Cleo").await;
    bob.enter(hall).await.unwrap();
    cleo.enter(hall).await.unwrap();
    assert_eq!(bob.say(hall, "may I?").await, Err(Refusal::SpeakersOnly));
    done(&server, &ann, hall, &Act::Speaker { user: bob.login.id, on: true }).await;
    let changed = |packet: &ServerPacket| match packet {
        ServerPacket::PeopleChanged(it) if it.room == hall => Some(it.clone()),
        _ => None,
    };
    let people = cleo.expect("a new speaker", changed).await.people;
    let ids: Vec<_> = people.iter().map(|it| (it.id, it.speaker)).collect();
    assert_eq!(ids, [(bob.login.id, true)], "nobody who only listens");
    let path = format!("/api/v1/rooms/{hall}/people");
    let (_, body) = request(server.at, "GET", &path, Some(&cleo.login.cookie), None).await;
    let list: serde_json::Value = serde_json::from_str(&body).unwrap();
    let mut names: Vec<_> =
        list["people"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, ["Ann", "Bob", "Cleo"], "the host, the speaker and oneself");
    let (_, body) = request(server.at, "GET", &path, Some(&ann.login.cookie), None).await;
    assert!(!body.contains("Cleo"), "{body}");
    let thanks = bob.say(hall, "thank you").await.unwrap();
    let heard = cleo.entries(hall, thanks.seq.get()).await;
    assert_eq!(said(&heard), ["thank you"]);
    let joined = heard.iter().filter(|it| it.what == What::Joined && it.author != ann.login.id);
    assert_eq!(joined.count(), 0, "no lines for who came");
}

/// Asks to wait for a place; where in the line.
async fn waits(server: &Server, who: &Person, room: RoomId) -> serde_json::Value {
    let path = format!("/api/v1/rooms/{room}/waiting/me");
    let (status, body) =
        request(server.at, "PUT", &path, Some(&who.login.cookie), Some("{}")).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str::<serde_json::Value>(&body).unwrap()["place"].clone()
}

#[tokio::test]
async fn whoever_waits_longest_is_let_in_when_a_place_gets_free() {
    let (server, _) = server().await;
    let mut ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &ann.login, "private", "open").await;
    ann.hello_again(attic).await;
    let mut bob = person(&server, "Bob").await;
    bob.enter(attic).await.unwrap();
    done(&server, &ann, attic, &Act::Capacity { capacity: 2 }).await;
    let (mut cleo, mut dan) = (person(&server, "Cleo").await, person(&server, "Dan").await);
    assert_eq!(cleo.enter(attic).await.unwrap_err(), Refusal::Full { capacity: 2 });
    assert_eq!(waits(&server, &cleo, attic).await, 1);
    assert_eq!(waits(&server, &dan, attic).await, 2);
    bob.send(&ClientPacket::Leave(Leave { cid: cid(), room: attic })).await;
    let summary = cleo.expect("the place", gained(attic)).await;
    assert_eq!((summary.mine, summary.people), (true, 2));
    assert_eq!(waits(&server, &dan, attic).await, 1, "he is the first now");
    // She is a member like any other, and the log tells that she came by itself.
    cleo.hello_again(attic).await;
    let thanks = cleo.say(attic, "thank you").await.unwrap();
    let log = ann.entries(attic, thanks.seq.get()).await;
    let joined = log.iter().filter(|it| it.what == What::Joined);
    let joined: Vec<_> = joined.map(|it| it.author).collect();
    assert_eq!(joined, [ann.login.id, bob.login.id, cleo.login.id]);
    // The next place comes by a kick.
    done(&server, &ann, attic, &kick(cleo.login.id)).await;
    dan.expect("the place", gained(attic)).await;
    dan.say(attic, "at last").await.unwrap();
}

/// Awaits what becomes true by itself.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let became = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(what, became).await;
}

#[tokio::test]
async fn a_host_who_stays_away_is_followed_by_whom_they_named() {
    let server = Server::start_with(|config| {
        unlimited(config);
        config.host_absence = Duration::from_secs(2);
    })
    .await;
    // The first account owns the server, and is none of them.
    account(server.at, "Root").await;
    let store = server.store().await;
    let ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &ann.login, "private", "open").await;
    let (mut bob, mut cleo) = (person(&server, "Bob").await, person(&server, "Cleo").await);
    bob.enter(attic).await.unwrap();
    cleo.enter(attic).await.unwrap();
    done(&server, &ann, attic, &Act::Successor { user: Some(cleo.login.id) }).await;
    let host = ann.login.clone();
    drop(ann);
    // That she is away is kept, so that it is known after a restart, too; until it was long enough,
    // which on a slow machine may be before one looks.
    until("a note of her absence, or what follows", async || {
        let is_noted = store.absent_hosts().await.unwrap() == [host.id];
        is_noted || host_of(&store, attic).await != Some(host.id)
    })
    .await;
    let hosted = |packet: &ServerPacket| match packet {
        ServerPacket::Appended(it) if it.room == attic => {
            it.entries.iter().find_map(|it| match &it.what {
                What::Did(did) if did.deed == Deed::Hosted => did.subject.clone(),
                _ => None,
            })
        }
        _ => None,
    };
    for person in [&mut bob, &mut cleo] {
        let next = person.expect("the next host", hosted).await;
        assert_eq!(next.id, host_of(&store, attic).await.unwrap());
    }
    assert_eq!(host_of(&store, attic).await, Some(cleo.login.id));
    until("the end of the note", async || store.absent_hosts().await.unwrap().is_empty()).await;
    // The new one may do what hosts do; the old one is still there, below her.
    done(&server, &cleo, attic, &Act::Rename { name: "Loft".into() }).await;
    let down = Act::Capacity { capacity: 3 };
    assert_eq!(act(server.at, &host, attic, &down).await.0, 403);
    let ranks: Vec<_> = store.members(attic).await.unwrap();
    let old = ranks.iter().find(|it| it.id == host.id).expect("a member");
    assert_eq!(old.rank, Rank::Cohost);
}

async fn host_of(store: &Store, room: RoomId) -> Option<UserId> {
    store.rooms_now(&[room]).await.unwrap()[0].row.host
}

#[tokio::test]
async fn for_whoever_was_put_out_of_a_hidden_room_there_is_none() {
    let (server, _) = server().await;
    let mut ann = person(&server, "Ann").await;
    let attic = make_room(server.at, &ann.login, "private", "open").await;
    ann.hello_again(attic).await;
    let mut bob = person(&server, "Bob").await;
    bob.enter(attic).await.unwrap();
    let mut cleo = person(&server, "Cleo").await;
    cleo.enter(attic).await.unwrap();
    // What he planned there is of no more use to him than the room.
    ann.say(attic, "a secret").await.unwrap();
    let cookie = bob.login.cookie.clone();
    let ask = async |method: &str, path: &str, body: &str| {
        request(server.at, method, &format!("/api/v1/{path}"), Some(&cookie), Some(body)).await
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let at = now + 600_000;
    let path = format!("rooms/{attic}/entries/4/reminders");
    assert_eq!(ask("POST", &path, &format!(r#"{{"at":{at}}}"#)).await.0, 201);
    let door = app::protocol::room::Door::Invite;
    done(&server, &ann, attic, &Act::Door { door, password: None }).await;
    done(&server, &ann, attic, &kick(bob.login.id)).await;
    bob.heard_until("the loss", |it| lost(it).is_some()).await;
    let nowhere = RoomId(Uuid::now_v7());
    let here = everything_of(&mut bob, attic).await;
    assert_eq!(here, everything_of(&mut bob, nowhere).await);
    for (method, path, body) in [
        ("GET", "", ""),
        ("GET", "/entries", ""),
        ("GET", "/entries?after=0&limit=100", ""),
        ("GET", "/people", ""),
        ("GET", "/sanctions", ""),
        ("GET", "/invites", ""),
        ("PUT", "/members/me", "{}"),
        ("PUT", "/waiting/me", "{}"),
        ("PUT", "/quiet", ""),
        ("POST", "/entries", r#"{"cid":"00000000-0000-7000-8000-000000000001","text":"hi"}"#),
        ("POST", "/entries/4/reminders", r#"{"at":1}"#),
        ("POST", "/acts", r#"{"act":"topic","topic":"t"}"#),
    ] {
        let told = ask(method, &format!("rooms/{attic}{path}"), body).await;
        assert_eq!(told, ask(method, &format!("rooms/{nowhere}{path}"), body).await, "{path}");
        assert_eq!(told.0, 404, "{method} {path}");
    }
    let report = |room: RoomId| {
        let ann = ann.login.id;
        format!(r#"{{"against":"{ann}","room":"{room}","seq":4,"why":"spam"}}"#)
    };
    let refused = ask("POST", "reports", &report(attic)).await;
    assert_eq!(refused, ask("POST", "reports", &report(nowhere)).await);
    for path in ["rooms", "directory?q=attic", "directory", "later"] {
        let (status, body) = ask("GET", path, "").await;
        assert_eq!(status, 200, "{body}");
        assert!(!body.contains("Attic") && !body.contains("secret"), "{path}: {body}");
    }
    // Whatever goes on there, his sockets hear none of it.
    ann.send(&ClientPacket::Type(TypeIn { room: attic })).await;
    cleo.attend(false).await;
    done(&server, &ann, attic, &Act::Topic { topic: "more secrets".into() }).await;
    done(&server, &ann, attic, &kick(cleo.login.id)).await;
    let last = ann.say(attic, "he is gone").await.unwrap().seq;
    ann.entries(attic, last.get()).await;
    let plaza = server.room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    let counted = |it: &ServerPacket| matches!(it, ServerPacket::RoomsChanged(it) if it.rooms.iter().any(|it| it.room == plaza));
    let heard = bob.heard_until("a count of the plaza", counted).await;
    assert!(!heard.iter().any(|it| is_of(attic, it)), "{heard:?}");
}
