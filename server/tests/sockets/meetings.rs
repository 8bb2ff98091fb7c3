//! Match and pair rooms, over real sockets.

use crate::support::{Login, Person, Server, account, ask, request, said, unlimited};
use app::protocol::{
    ids::{RoomId, UserId},
    matching::{MatchState, MatchView, MeetingView, Openness},
    message::{Deed, What},
    packets::{ClientPacket, Have, Lost, See, ServerPacket, TypeIn},
    refusal::Refusal,
    room::RoomKind,
    snapshot::RoomSummary,
};
use serde_json::Value;

const TEA: &str = r#"{"languages":["ko"],"interests":["tea"]}"#;

async fn server() -> Server {
    Server::start_with(|config| {
        unlimited(config);
        config.limits.sign_ups_per_hour = 0;
    })
    .await
}

/// As [`ask`], of a page.
async fn page(server: &Server, who: &Login, path: &str) -> String {
    request(server.at, "GET", path, Some(&who.cookie), None).await.1
}

/// One who has stated to be grown up, with a greeted socket.
async fn person(server: &Server, name: &str) -> Person {
    let login = account(server.at, name).await;
    assert_eq!(ask(server, &login, "PUT", "me/born", r#"{"year":1990}"#).await.0, 204);
    let mut person = Person::connect(server.at, login).await;
    person.hello(vec![]).await;
    person
}

fn matched(packet: &ServerPacket) -> Option<RoomId> {
    match packet {
        ServerPacket::Matching(MatchView { state: MatchState::Matched { room }, .. }) => {
            Some(*room)
        }
        _ => None,
    }
}

fn lost(packet: &ServerPacket) -> Option<Lost> {
    match packet {
        ServerPacket::Lost(it) => Some(it.clone()),
        _ => None,
    }
}

/// Lets two meet; both follow the room.
async fn meet(server: &Server, ann: &mut Person, bob: &mut Person) -> RoomId {
    for person in [&*ann, &*bob] {
        assert_eq!(ask(server, &person.login, "PUT", "match", TEA).await.0, 200);
    }
    let room = ann.expect("a match", matched).await;
    assert_eq!(bob.expect("a match", matched).await, room);
    for person in [ann, bob] {
        person.enter(room).await.unwrap();
    }
    room
}

/// Two whose names are found nowhere else, in a room of theirs.
async fn two(server: &Server) -> (Person, Person, RoomId) {
    let mut ann = person(server, "Annsecret").await;
    let mut bob = person(server, "Bobsecret").await;
    let room = meet(server, &mut ann, &mut bob).await;
    (ann, bob, room)
}

async fn keep(server: &Server, who: &Login, room: RoomId, keep: bool) -> (u16, String) {
    let body = format!(r#"{{"keep":{keep}}}"#);
    ask(server, who, "PUT", &format!("rooms/{room}/meeting/keep"), &body).await
}

async fn open(server: &Server, who: &Login, room: RoomId, to: Openness) -> (u16, String) {
    let body = format!(r#"{{"openness":"{}"}}"#, to.name());
    ask(server, who, "PUT", &format!("rooms/{room}/meeting/openness"), &body).await
}

async fn leave(server: &Server, who: &Login, room: RoomId, body: &str) -> (u16, String) {
    ask(server, who, "POST", &format!("rooms/{room}/meeting/leave"), body).await
}

async fn meeting(server: &Server, who: &Login, room: RoomId) -> MeetingView {
    let (status, body) = ask(server, who, "GET", &format!("rooms/{room}/meeting"), "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

async fn summary(server: &Server, who: &Login, room: RoomId) -> RoomSummary {
    let (status, body) = ask(server, who, "GET", &format!("rooms/{room}"), "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Waits for a deed in the log of a room.
async fn hears(person: &mut Person, room: RoomId, deed: Deed) -> String {
    let what = format!("{deed:?}");
    person
        .expect(&what, |packet| match packet {
            ServerPacket::Appended(it) if it.room == room => {
                it.entries.iter().find_map(|it| match &it.what {
                    What::Did(did) if did.deed == deed => Some(did.text.clone()),
                    _ => None,
                })
            }
            _ => None,
        })
        .await
}

/// Every byte that a member of a match room can get of it: over the socket, of pages, by REST.
async fn everything(server: &Server, person: &mut Person, room: RoomId) -> String {
    let mut all = String::new();
    for path in ["", "/entries", "/entries?after=0", "/people", "/meeting"] {
        all += &ask(server, &person.login, "GET", &format!("rooms/{room}{path}"), "").await.1;
    }
    for path in ["rooms", "match", "directory", "requests", "blocks", "later", "notices", "me"] {
        all += &ask(server, &person.login, "GET", path, "").await.1;
    }
    for path in ["/rooms", "/match", "/inbox", "/blocks", "/later", "/notices", "/settings"] {
        all += &page(server, &person.login, path).await;
    }
    all += &page(server, &person.login, &format!("/rooms/{room}")).await;
    // A socket that comes anew gets the log from its beginning.
    let mut again = Person::connect(server.at, person.login.clone()).await;
    let have = Have { room, have: app::protocol::ids::Seq::ZERO };
    again.hello(vec![have]).await;
    again.say(room, "the end").await.unwrap();
    let ends = |it: &ServerPacket| match it {
        ServerPacket::Appended(it) => it.entries.iter().any(|it| it.what.text() == "the end"),
        _ => false,
    };
    all += &serde_json::to_string(&again.heard_until("all", ends).await).unwrap();
    all + &serde_json::to_string(&person.heard_until("all", ends).await).unwrap()
}

/// What the other does that readers are told of.
async fn be_noticed(person: &mut Person, room: RoomId) {
    let acked = person.say(room, "hello").await.unwrap();
    person.send(&ClientPacket::See(See { room, seq: acked.seq })).await;
    for attending in [false, true] {
        person.attend(attending).await;
    }
    // What is said is typed no more.
    person.send(&ClientPacket::Type(TypeIn { room })).await;
}

#[tokio::test]
async fn who_the_other_is_stands_nowhere_until_both_agree_to_names() {
    let server = server().await;
    let (mut ann, mut bob, room) = two(&server).await;
    be_noticed(&mut bob, room).await;
    let remind = format!("rooms/{room}/entries/1/reminders");
    let soon = r#"{"at":99999999999999}"#;
    ask(&server, &ann.login, "POST", &remind, soon).await;
    // What may be missed has come by the time that his typing has.
    let is_typed = |it: &ServerPacket| matches!(it, ServerPacket::Typed(_));
    let heard = ann.heard_until("typing", is_typed).await;
    let found = everything(&server, &mut ann, room).await;
    let found = found + &serde_json::to_string(&heard).unwrap();
    let secrets = [bob.login.id.to_string(), "Bobsecret".to_owned()];
    for secret in &secrets {
        assert!(!found.contains(secret.as_str()), "{secret} in {found}");
    }
    assert!(found.contains("Annsecret") && found.contains(&ann.login.id.to_string()));
    // One alone opens nothing.
    assert_eq!(open(&server, &bob.login, room, Openness::Names).await.0, 204);
    let found = everything(&server, &mut ann, room).await;
    assert!(secrets.iter().all(|it| !found.contains(it.as_str())));
    assert_eq!(open(&server, &ann.login, room, Openness::Names).await.0, 204);
    assert_eq!(hears(&mut ann, room, Deed::Opened).await, "names");
    let found = everything(&server, &mut ann, room).await;
    assert!(secrets.iter().all(|it| found.contains(it.as_str())));
    assert_eq!(summary(&server, &ann.login, room).await.kind, RoomKind::Match);
}

#[tokio::test]
async fn a_mask_is_nobody_by_any_route_about_people() {
    let server = server().await;
    let (ann, bob, room) = two(&server).await;
    let mask = summary(&server, &ann.login, room).await.peer.expect("the other");
    assert_ne!(mask, bob.login.id);
    let check = async |method: &str, path: String, body: &str| {
        let (status, answer) = ask(&server, &ann.login, method, &path, body).await;
        assert_eq!(status, 404, "{method} {path} {answer}");
    };
    check("GET", format!("people/{mask}"), "").await;
    check("GET", format!("people/{mask}/picture"), "").await;
    check("POST", format!("direct/{mask}"), "").await;
    check("PUT", format!("blocks/{mask}"), "").await;
    let report = format!(r#"{{"against":"{mask}","why":"spam"}}"#);
    check("POST", "reports".into(), &report).await;
    // A good guess is told nothing either.
    let guess = format!(r#"{{"against":"{}","room":"{room}","why":"spam"}}"#, bob.login.id);
    check("POST", "reports".into(), &guess).await;
    let body = format!(r#"{{"block":true,"who":"{}"}}"#, bob.login.id);
    assert_eq!(leave(&server, &ann.login, room, &body).await.0, 404);
    // By the mask, in the room, it is them.
    let report = format!(r#"{{"against":"{mask}","room":"{room}","why":"spam"}}"#);
    assert_eq!(ask(&server, &ann.login, "POST", "reports", &report).await.0, 201);
    let status = page(&server, &ann.login, &format!("/people/{mask}")).await;
    assert!(!status.contains("Bobsecret"));
}

#[tokio::test]
async fn two_who_both_keep_their_room_stay_in_it_as_a_pair() {
    let server = server().await;
    let (mut ann, mut bob, room) = two(&server).await;
    ann.say(room, "shall we?").await.unwrap();
    assert_eq!(keep(&server, &ann.login, room, true).await.0, 204);
    assert!(meeting(&server, &ann.login, room).await.keep);
    // What the other wants is not told.
    assert!(!meeting(&server, &bob.login, room).await.keep);
    assert_eq!(summary(&server, &bob.login, room).await.kind, RoomKind::Match);
    assert_eq!(keep(&server, &bob.login, room, true).await.0, 204);
    for person in [&mut ann, &mut bob] {
        assert_eq!(hears(person, room, Deed::Kept).await, "pair");
        let gained = person.expect("the pair", |it| match it {
            ServerPacket::Gained(it) if it.kind == RoomKind::Pair => Some(it.clone()),
            _ => None,
        });
        assert_eq!(gained.await.id, room);
    }
    let found = summary(&server, &ann.login, room).await;
    assert_eq!((found.peer, found.name.as_str()), (Some(bob.login.id), "Bobsecret"));
    assert_eq!(meeting(&server, &ann.login, room).await.openness, Openness::Names);
    bob.say(room, "we do").await.unwrap();
    let log = server.log(&ann.login, room).await;
    assert_eq!(said(&log)[..2], ["shall we?", "pair"]);
    assert_eq!(keep(&server, &ann.login, room, false).await.0, 403);
    assert_eq!(keep(&server, &ann.login, room, true).await.0, 204);
    // Who share a room are not put together again.
    let server = server.restart().await;
    assert_eq!(summary(&server, &ann.login, room).await.kind, RoomKind::Pair);
}

#[tokio::test]
async fn whoever_leaves_ends_the_room_and_the_other_is_told() {
    let server = server().await;
    let (mut ann, mut bob, room) = two(&server).await;
    assert_eq!(keep(&server, &bob.login, room, true).await.0, 204);
    assert_eq!(leave(&server, &ann.login, room, "{}").await.0, 204);
    let own = ann.expect("the loss", lost).await;
    assert_eq!((own.room, own.deed), (room, None));
    let others = bob.expect("the end", lost).await;
    assert_eq!((others.room, others.deed), (room, Some(Deed::Closed)));
    for who in [&ann.login, &bob.login] {
        for path in ["", "/entries", "/meeting", "/people"] {
            assert_eq!(ask(&server, who, "GET", &format!("rooms/{room}{path}"), "").await.0, 404);
        }
        assert_eq!(keep(&server, who, room, true).await.0, 404);
        assert_eq!(leave(&server, who, room, "{}").await.0, 404);
    }
    assert_eq!(bob.say(room, "wait").await, Err(Refusal::NoSuchRoom));
}

#[tokio::test]
async fn strangers_keep_open_and_leave_nothing_and_nothing_goes_backwards() {
    let server = server().await;
    let (ann, bob, room) = two(&server).await;
    let eve = person(&server, "Eve").await;
    assert_eq!(keep(&server, &eve.login, room, true).await.0, 404);
    assert_eq!(open(&server, &eve.login, room, Openness::Names).await.0, 404);
    assert_eq!(leave(&server, &eve.login, room, r#"{"block":true}"#).await.0, 404);
    assert_eq!(ask(&server, &eve.login, "GET", &format!("rooms/{room}/meeting"), "").await.0, 404);
    for body in ["", "{}", r#"{"keep":"yes"}"#, "[]"] {
        let path = format!("rooms/{room}/meeting/keep");
        assert_eq!(ask(&server, &ann.login, "PUT", &path, body).await.0, 400, "{body}");
    }
    let path = format!("rooms/{room}/meeting/openness");
    let all = r#"{"openness":"all"}"#;
    assert_eq!(ask(&server, &ann.login, "PUT", &path, all).await.0, 400);
    for who in [&ann.login, &bob.login] {
        assert_eq!(open(&server, who, room, Openness::Pictures).await.0, 204);
    }
    assert_eq!(meeting(&server, &ann.login, room).await.openness, Openness::Pictures);
    assert_eq!(open(&server, &ann.login, room, Openness::Links).await.0, 403);
    // The plaza is none of that.
    let plaza = server.room(&ann.login, "plaza").await;
    assert_eq!(ask(&server, &ann.login, "GET", "rooms/plaza/meeting", "").await.0, 404);
    assert_eq!(leave(&server, &ann.login, plaza, "{}").await.0, 403);
}

/// Whether two who look for somebody are put together, rather than with somebody else.
async fn meets(server: &Server, ann: &mut Person, other: &mut Person, third: &Person) -> bool {
    for who in [&ann.login, &other.login, &third.login] {
        let (status, body) = ask(server, who, "PUT", "match", TEA).await;
        assert_eq!(status, 200, "{body}");
    }
    let room = ann.expect("a match", matched).await;
    let found = summary(server, &ann.login, room).await;
    assert_eq!(found.people, 2);
    ask(server, &other.login, "GET", &format!("rooms/{room}"), "").await.0 == 200
}

#[tokio::test]
async fn who_is_blocked_when_one_leaves_stays_unknown_and_is_never_met_again() {
    let server = server().await;
    let (mut ann, mut bob, room) = two(&server).await;
    let mask = summary(&server, &ann.login, room).await.peer.expect("the other");
    assert_eq!(leave(&server, &ann.login, room, r#"{"block":true}"#).await.0, 204);
    bob.expect("the end", lost).await;
    let blocks = ask(&server, &ann.login, "GET", "blocks", "").await.1;
    assert!(blocks.contains(&mask.to_string()) && !blocks.contains("Bobsecret"), "{blocks}");
    assert!(!blocks.contains(&bob.login.id.to_string()));
    assert!(!page(&server, &ann.login, "/blocks").await.contains("Bobsecret"));
    // Nothing else tells whom it was: elsewhere they are to each other as before.
    let (status, profile) =
        ask(&server, &ann.login, "GET", &format!("people/{}", bob.login.id), "").await;
    assert!(status == 200 && profile.contains(r#""blocked":false"#), "{profile}");
    assert!(!profile.contains(r#""presence":"offline""#), "{profile}");
    let store = server.store().await;
    let met = store.met(&[ann.login.id]).await.unwrap();
    assert!(met.iter().all(|it| it.shunned) && !met.is_empty());
    let cara = person(&server, "Cara").await;
    assert!(!meets(&server, &mut ann, &mut bob, &cara).await);
    assert_eq!(ask(&server, &ann.login, "DELETE", &format!("blocks/{mask}"), "").await.0, 204);
    assert!(!store.met(&[ann.login.id]).await.unwrap()[0].shunned);
}

#[tokio::test]
async fn a_report_takes_a_sealed_copy_along_that_is_gone_when_it_is_decided() {
    let server = server().await;
    let owner = account(server.at, "Olga").await;
    let (ann, mut bob, room) = two(&server).await;
    bob.say(room, "something vile").await.unwrap();
    let body = r#"{"report":{"why":"harassment","text":"see there"},"next":true}"#;
    assert_eq!(leave(&server, &ann.login, room, body).await.0, 204);
    // The next search has begun.
    let view = ask(&server, &ann.login, "GET", "match", "").await.1;
    assert!(view.contains("searching"), "{view}");
    // No moderator reads the room itself.
    for path in ["", "/entries", "/people", "/meeting"] {
        assert_eq!(ask(&server, &owner, "GET", &format!("rooms/{room}{path}"), "").await.0, 404);
    }
    let queue = ask(&server, &owner, "GET", "reports", "").await.1;
    let queue: Value = serde_json::from_str(&queue).unwrap();
    let report = &queue["reports"][0];
    assert_eq!(
        (report["room_kind"].as_str(), report["why"].as_str()),
        (Some("match"), Some("harassment"))
    );
    assert_eq!(report["against"]["name"], "Bobsecret");
    assert!(report["excerpt"].to_string().contains("something vile"));
    assert!(page(&server, &owner, "/admin/reports").await.contains("something vile"));
    let path = format!("reports/{}/decision", report["id"].as_str().unwrap());
    let (status, answer) = ask(&server, &owner, "POST", &path, r#"{"decision":"warn"}"#).await;
    assert_eq!(status, 204, "{answer}");
    let decided = ask(&server, &owner, "GET", "reports?state=decided", "").await.1;
    assert!(decided.contains("see there") && !decided.contains("something vile"), "{decided}");
    let notices = ask(&server, &ann.login, "GET", "notices", "").await.1;
    assert!(notices.contains("report_acted") && !notices.contains("Bobsecret"), "{notices}");
}

#[tokio::test]
async fn the_form_does_the_same_without_a_script() {
    let server = server().await;
    let (ann, bob, room) = two(&server).await;
    let send = async |who: &Login, fields: &str| {
        let path = format!("/rooms/{room}/meeting");
        form(&server, who, &path, fields).await.0
    };
    assert_eq!(send(&ann.login, "act=open&openness=links").await, 303);
    assert_eq!(send(&bob.login, "act=open&openness=names").await, 303);
    assert_eq!(meeting(&server, &ann.login, room).await.openness, Openness::Links);
    assert_eq!(send(&ann.login, "act=keep").await, 303);
    assert!(meeting(&server, &ann.login, room).await.keep);
    assert_eq!(send(&ann.login, "act=unkeep").await, 303);
    assert!(!meeting(&server, &ann.login, room).await.keep);
    assert_eq!(send(&ann.login, "act=leave_block&why=spam&text=x").await, 303);
    assert_eq!(ask(&server, &bob.login, "GET", &format!("rooms/{room}"), "").await.0, 404);
    let blocks: Value =
        serde_json::from_str(&ask(&server, &ann.login, "GET", "blocks", "").await.1).unwrap();
    let known: UserId = blocks["blocks"][0]["id"].as_str().unwrap().parse().unwrap();
    assert_ne!(known, bob.login.id);
}

#[tokio::test]
async fn a_report_that_is_refused_gives_back_what_was_typed() {
    let server = server().await;
    let (ann, _bob, room) = two(&server).await;
    let path = format!("/rooms/{room}/meeting");
    let long = "far+too+much+".repeat(100);
    let fields = format!("act=leave_block&why=harassment&text={long}");
    let (status, page) = form(&server, &ann.login, &path, &fields).await;
    assert_eq!(status, 422);
    assert!(page.contains(long.replace('+', " ").trim()), "the text is there again");
    let chosen = page.split("<input").find(|it| it.contains(r#"value="harassment""#)).unwrap();
    assert!(chosen.contains("checked"), "{chosen}");
    let (status, page) = form(&server, &ann.login, &path, "act=leave_block&text=no+reason").await;
    assert!(status == 400 && page.contains("no reason"), "{status}");
    assert_eq!(ask(&server, &ann.login, "GET", &format!("rooms/{room}"), "").await.0, 200);
}

/// Sends a form; the answer's status, and the answer.
async fn form(server: &Server, who: &Login, path: &str, fields: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(server.at).await.unwrap();
    let (at, cookie, length) = (server.at, &who.cookie, fields.len());
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {at}\r\norigin: http://{at}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{fields}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    crate::support::soon("an answer", stream.read_to_string(&mut answer)).await.unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}
