//! What no client of ours sends: refused or closed by a typed reason, and no harm to others.

use crate::support::{Person, Server, cid, guest, one_in_plaza, open, request, soon, unlimited};
use app::protocol::{
    close::Close,
    ids::{Cid, RoomId, Seq},
    limits::TEXT_CHARS_MAX,
    packets::{Acked, ClientPacket, Enter, Leave, Say, Seek, ServerPacket, TypeIn},
    refusal::Refusal,
};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

/// A server where Bob is at home, and a room to talk in.
async fn with_bob() -> (Server, Person, RoomId) {
    let server = Server::start().await;
    let mut bob = Person::new(server.at, "Bob").await;
    let plaza = server.room(&bob.login, "plaza").await;
    bob.enter(plaza).await.unwrap();
    (server, bob, plaza)
}

async fn closes(message: Message, expected: Close) {
    let (server, mut bob, plaza) = with_bob().await;
    let mut eve = Person::new(server.at, "Eve").await;
    // The server may close while it is still being written to.
    let _ = eve.send_raw(message).await;
    assert_eq!(eve.close_code().await, expected.code());
    bob.say(plaza, "unharmed").await.unwrap();
}

#[tokio::test]
async fn broken_json_is_closed() {
    closes(Message::text(r#"{"type":"say","data""#), Close::Malformed).await;
    closes(Message::text(""), Close::Malformed).await;
    closes(Message::text("null"), Close::Malformed).await;
}

#[tokio::test]
async fn json_as_deep_as_a_well_is_closed() {
    let deep = format!(r#"{{"type":"dance","data":{}"#, "[".repeat(30_000));
    closes(Message::text(deep), Close::Malformed).await;
}

#[tokio::test]
async fn a_wrong_shape_is_closed() {
    for text in [
        r#"{"type":"say","data":{"room":1}}"#,
        r#"{"type":"say"}"#,
        r#"{"type":"attend","data":{"attending":"yes"}}"#,
        r#"{"type":"seek","data":{"room":"019a9f00-0000-7000-8000-000000000001","after":-1}}"#,
        r#"{"type":"seek","data":{"room":"019a9f00-0000-7000-8000-000000000001","after":9007199254740992}}"#,
        r#"{"type":"seek","data":{"room":"019a9f00-0000-7000-8000-000000000001","after":1e308}}"#,
        r#"{"type":{"say":1},"data":{}}"#,
        "[1,2,3]",
    ] {
        closes(Message::text(text), Close::Malformed).await;
    }
}

#[tokio::test]
async fn a_frame_of_65_kib_is_closed() {
    closes(Message::text("x".repeat(65 * 1024)), Close::TooBig).await;
}

#[tokio::test]
async fn a_binary_frame_is_closed() {
    closes(Message::binary(vec![1, 2, 3]), Close::Binary).await;
}

#[tokio::test]
async fn bad_utf8_is_closed() {
    let (server, mut bob, plaza) = with_bob().await;
    let mut eve = Person::new(server.at, "Eve").await;
    // A masked text frame of two bytes that are not UTF-8; the mask is zero.
    eve.stream().write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]).await.unwrap();
    assert_eq!(eve.close_code().await, Close::Malformed.code());
    bob.say(plaza, "unharmed").await.unwrap();
}

#[tokio::test]
async fn a_second_hello_is_closed() {
    let hello = r#"{"type":"hello","data":{"version":1,"rooms":[]}}"#;
    closes(Message::text(hello), Close::OutOfTurn).await;
}

#[tokio::test]
async fn a_packet_before_hello_is_closed() {
    let server = Server::start().await;
    let mut eve = Person::silent(server.at, "Eve").await;
    eve.attend(true).await;
    assert_eq!(eve.close_code().await, Close::OutOfTurn.code());
}

#[tokio::test]
async fn another_version_is_told_to_reload() {
    let server = Server::start().await;
    for version in [0, 2] {
        let mut old = Person::silent(server.at, &format!("Old{version}")).await;
        let hello = format!(r#"{{"type":"hello","data":{{"version":{version},"rooms":[]}}}}"#);
        old.send_raw(Message::text(hello)).await.unwrap();
        assert_eq!(old.close_code().await, Close::Outdated.code());
    }
}

#[tokio::test]
async fn a_hello_that_names_too_many_rooms_is_closed() {
    let server = Server::start().await;
    let mut eve = Person::silent(server.at, "Eve").await;
    let room = format!(r#"{{"room":"{}","have":0}}"#, Uuid::nil());
    let rooms = vec![room; 201].join(",");
    let hello = format!(r#"{{"type":"hello","data":{{"version":1,"rooms":[{rooms}]}}}}"#);
    eve.send_raw(Message::text(hello)).await.unwrap();
    assert_eq!(eve.close_code().await, Close::Malformed.code());
}

#[tokio::test]
async fn no_hello_for_ten_seconds_is_closed() {
    let server = Server::start().await;
    let mut eve = Person::silent(server.at, "Eve").await;
    let waited = tokio::time::timeout(Duration::from_secs(9), eve.close_code()).await;
    assert!(waited.is_err(), "closed too early");
    assert_eq!(eve.close_code().await, Close::NoHello.code());
}

#[tokio::test]
async fn ten_thousand_frames_in_a_second_are_closed() {
    let (server, mut bob, plaza) = with_bob().await;
    let mut eve = Person::new(server.at, "Eve").await;
    for n in 0..10_000 {
        let attend = format!(r#"{{"type":"attend","data":{{"attending":{}}}}}"#, n % 2 == 0);
        if eve.send_raw(Message::text(attend)).await.is_err() {
            break;
        }
    }
    // A reset may overtake the close frame where the client goes on sending.
    soon("the end of the flood", async {
        while sessions(&server, &bob).await > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    bob.say(plaza, "unharmed").await.unwrap();
}

/// The live sockets, as the status page has them.
async fn sessions(server: &Server, who: &Person) -> u64 {
    let cookie = Some(who.login.cookie.as_str());
    let (_, body) = request(server.at, "GET", "/api/v1/status", cookie, None).await;
    let status: serde_json::Value = serde_json::from_str(&body).unwrap();
    status["sessions"].as_u64().unwrap()
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
async fn an_unknown_packet_is_refused_and_the_session_goes_on() {
    let (_server, mut bob, plaza) = with_bob().await;
    bob.send_raw(Message::text(r#"{"type":"dance","data":{"steps":[1,2]}}"#)).await.unwrap();
    assert_eq!(refused(&mut bob).await, Refusal::UnknownPacket);
    bob.say(plaza, "still here").await.unwrap();
}

#[tokio::test]
async fn texts_that_are_empty_or_too_long_are_refused() {
    let (_server, mut bob, plaza) = with_bob().await;
    let chars_max = u32::try_from(TEXT_CHARS_MAX).unwrap();
    for (text, expected) in [
        (String::new(), Refusal::Empty),
        (" \n ".to_owned(), Refusal::Empty),
        ("가".repeat(TEXT_CHARS_MAX + 1), Refusal::TooLong { chars_max }),
    ] {
        assert_eq!(bob.say(plaza, &text).await, Err(expected));
    }
    bob.say(plaza, &"가".repeat(TEXT_CHARS_MAX)).await.unwrap();
}

#[tokio::test]
async fn rooms_that_do_not_exist_are_refused_by_every_packet() {
    let (_server, mut bob, _) = with_bob().await;
    let room = RoomId(Uuid::nil());
    for packet in [
        ClientPacket::Say(Say { cid: cid(), room, text: "hi".into(), after: None }),
        ClientPacket::Enter(Enter { cid: cid(), room, have: Seq::ZERO }),
        ClientPacket::Leave(Leave { cid: cid(), room }),
        ClientPacket::Seek(Seek { room, after: Seq::ZERO }),
        ClientPacket::Type(TypeIn { room }),
    ] {
        bob.send(&packet).await;
        assert_eq!(refused(&mut bob).await, Refusal::NoSuchRoom, "{packet:?}");
    }
}

#[tokio::test]
async fn sending_without_entering_is_refused() {
    let (server, _bob, plaza) = with_bob().await;
    let mut eve = Person::new(server.at, "Eve").await;
    assert_eq!(eve.say(plaza, "hi").await, Err(Refusal::NotEntered));
    let log = server.log(&eve.login, plaza).await;
    assert_eq!(log.len(), 1, "nothing but Bob's entering");
}

#[tokio::test]
async fn too_fast_is_refused_and_what_is_behind_waits_its_turn() {
    let server =
        Server::start_with(|it| (it.limits.sends_per_sec, it.limits.sends_burst) = (1, 3)).await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    let cids: Vec<_> = (0..6).map(|_| cid()).collect();
    let before = |n: usize| n.checked_sub(1).map(|it| cids[it]);
    for (n, it) in cids.iter().enumerate() {
        ann.say_after(before(n), *it, plaza, &n.to_string()).await;
    }
    for (n, it) in cids.iter().enumerate() {
        match ann.answer_to(*it).await {
            Ok(_) => assert!(n < 3, "{n} was taken"),
            Err(Refusal::TooFast { .. }) => assert!(n >= 3, "{n} was refused"),
            Err(other) => panic!("{other:?}"),
        }
    }
    // Out of turn it stays refused, though there are tokens again.
    let busy = answered(&mut ann, (before(5), cids[5]), plaza, "5").await;
    assert!(matches!(busy, Err(Refusal::Busy { .. })), "{busy:?}");
    for (n, it) in cids.iter().enumerate().skip(3) {
        let taken = answered(&mut ann, (before(n), *it), plaza, &n.to_string()).await;
        assert!(taken.is_ok(), "{n}: {taken:?}");
    }
    let log = server.log(&ann.login, plaza).await;
    assert_eq!(crate::support::said(&log), ["0", "1", "2", "3", "4", "5"]);
}

/// The answer to something said, as soon as there is one but too fast.
async fn answered(
    person: &mut Person,
    (after, cid): (Option<Cid>, Cid),
    room: RoomId,
    text: &str,
) -> Result<Acked, Refusal> {
    loop {
        person.say_after(after, cid, room, text).await;
        match person.answer_to(cid).await {
            Err(Refusal::TooFast { retry_after_ms }) => {
                tokio::time::sleep(Duration::from_millis(retry_after_ms.into())).await;
            }
            answer => return answer,
        }
    }
}

#[tokio::test]
async fn entering_and_leaving_again_and_again_is_too_fast() {
    let server = Server::start().await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    for _ in 0..30 {
        ann.send(&ClientPacket::Leave(Leave { cid: cid(), room: plaza })).await;
    }
    assert!(matches!(refused(&mut ann).await, Refusal::TooFast { .. }));
    for _ in 0..30 {
        ann.send(&ClientPacket::Seek(Seek { room: plaza, after: Seq::ZERO })).await;
    }
    assert!(matches!(refused(&mut ann).await, Refusal::TooFast { .. }));
    assert!(server.log(&ann.login, plaza).await.len() < 20);
}

#[tokio::test]
async fn more_than_64_in_flight_are_refused() {
    let server = Server::start_with(unlimited).await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    // All in one write, so that they are read faster than a commit takes.
    let mut frames = Vec::new();
    let mut cids = Vec::new();
    for _ in 0..2_000 {
        let id = cid();
        cids.push(id);
        let text = serde_json::to_string(&ClientPacket::Say(Say {
            cid: id,
            room: plaza,
            text: "x".repeat(40),
            after: None,
        }))
        .unwrap();
        let n = u8::try_from(text.len() & 0xff).unwrap();
        assert!(text.len() > 125 && text.len() < 256);
        frames.extend([0x81, 0xfe, 0, n, 0, 0, 0, 0]);
        frames.extend(text.as_bytes());
    }
    ann.stream().write_all(&frames).await.unwrap();
    let mut taken = 0;
    let mut waiting = 0;
    for id in cids {
        match ann.answer_to(id).await {
            Ok(_) => taken += 1,
            Err(Refusal::TooManyInFlight) => waiting += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(taken >= 64 && waiting > 0, "{taken} taken, {waiting} told to wait");
}

#[tokio::test]
async fn a_client_that_stops_reading_is_ended_and_holds_nobody_up() {
    let server = Server::start_with(unlimited).await;
    let (mut ann, plaza) = one_in_plaza(&server).await;
    let mut eve = Person::new(server.at, "Eve").await;
    eve.enter(plaza).await.unwrap();
    // From here on Eve reads nothing. More than the system buffers for her on loopback.
    let text = "마".repeat(TEXT_CHARS_MAX);
    for _ in 0..25 {
        let cids: Vec<_> = (0..50).map(|_| cid()).collect();
        for it in &cids {
            ann.say_as(*it, plaza, &text).await;
        }
        for it in cids {
            ann.answer_to(it).await.unwrap();
        }
    }
    let ended = tokio::time::timeout(Duration::from_secs(25), async {
        while sessions(&server, &ann).await > 1 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    ended.await.expect("Eve is ended for not reading");
    ann.say(plaza, "unharmed").await.unwrap();
    drop(eve);
}

#[tokio::test]
async fn a_full_disk_refuses_writing_and_reading_goes_on() {
    let server = Server::start_with(|it| {
        // Of the disk of a database server nothing is known here.
        it.database_url = None;
        it.disk_free_mib = u32::MAX;
    })
    .await;
    let mut ann = Person::new(server.at, "Ann").await;
    let plaza = server.room(&ann.login, "plaza").await;
    assert_eq!(ann.enter(plaza).await.unwrap_err(), Refusal::DiskFull);
    assert_eq!(server.log(&ann.login, plaza).await, []);
    ann.send(&ClientPacket::Seek(Seek { room: plaza, after: Seq::ZERO })).await;
    assert_eq!(ann.say(plaza, "hi").await, Err(Refusal::DiskFull));
}

#[tokio::test]
async fn ids_of_other_shapes_are_not_found() {
    let server = Server::start().await;
    let ann = guest(server.at, "Ann").await;
    for path in [
        "/api/v1/rooms/nowhere",
        "/api/v1/rooms/00000000-0000-0000-0000-000000000000/entries",
        "/api/v1/rooms/00000000-0000-0000-0000-000000000000/people",
        "/api/v1/rooms/%00/entries",
        "/api/v1/rooms/..%2f..%2fetc/entries",
    ] {
        let (status, body) = request(server.at, "GET", path, Some(&ann.cookie), None).await;
        assert_eq!((status, body.as_str()), (404, r#"{"reason":"no_such_room"}"#), "{path}");
    }
    let plaza = server.room(&ann, "plaza").await;
    for query in ["after=-1", "after=9007199254740992", "limit=x", "before=1e308", "after[]=1"] {
        let path = format!("/api/v1/rooms/{plaza}/entries?{query}");
        let (status, _) = request(server.at, "GET", &path, Some(&ann.cookie), None).await;
        assert!(status == 400 || (status == 200 && query == "after[]=1"), "{query}: {status}");
    }
    assert!(open(server.at, "/ws", None, None).await.is_err());
}
