//! The wire format: every packet has its golden file in `wire/`, and what comes from the future
//! is tolerated.
//!
//! New files are free: `WRITE_WIRE=1 cargo test -p app --test wire` writes those that are missing.
//! Editing one is a change of the protocol and wants a new `limits::VERSION`.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use app::protocol::{
    ids::{AskedId, Cid, Epoch, JobId, Millis, ProposalId, RoomId, Seq, TicketId, UserId},
    matching::{
        About, AboutRoom, Common, Ended, Kept, Lookout, MatchState, MatchView, Mood, Pace,
        Proposed, Saving, Searching, Wish, Wishes,
    },
    message::{Asked, Deed, Did, Entry, Subject, What},
    packets::{
        Acked, Appended, Attend, Beat, ClientPacket, Enter, Entered, Have, Hello, Leave, Lost,
        Noticed, Outcome, PeopleChanged, Refused, Resumed, RoomCount, RoomsChanged, Say, See, Seek,
        Seen, ServerPacket, TypeIn, Typed, Watch, Welcomed,
    },
    pages::{Plan, Planned},
    people::{Person, Presence, Role},
    questions::{Bilingual, Brought},
    refusal::Refusal,
    room::{Door, Request, RoomKind},
    snapshot::RoomSummary,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeSet, fmt::Debug, fs, path::PathBuf};
use uuid::Uuid;

const ROOM: RoomId = RoomId(id(1));
const ANN: UserId = UserId(id(0xa));
const BOB: UserId = UserId(id(0xb));
const AT: Millis = Millis(1_763_654_400_000);

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x019a_9f00_0000_7000_8000_0000_0000_0000 | n)
}

fn seq(n: u64) -> Seq {
    Seq::ZERO.plus(n)
}

fn entry(n: u64, author: UserId, name: &str, cid: Option<u128>, what: What) -> Entry {
    let cid = cid.map(|n| Cid(id(n)));
    Entry { seq: seq(n), at: AT.plus(n.cast_signed()), author, name: name.into(), cid, what }
}

fn person(id: UserId, name: &str, role: Role, presence: Presence) -> Person {
    Person::new(id, name.into(), role, presence)
}

fn have(n: u64) -> Have {
    Have { room: ROOM, have: seq(n) }
}

fn say(text: &str, after: Option<Cid>) -> Say {
    Say { cid: Cid(id(0xc1)), room: ROOM, text: text.into(), after }
}

fn from_client() -> Vec<(&'static str, ClientPacket)> {
    use ClientPacket as P;
    let cid = Cid(id(0xc1));
    let first = Hello { version: 1, epoch: None, rooms: vec![], attending: false };
    let epoch = Some(Epoch(id(0xe)));
    let again = Hello { version: 1, epoch, rooms: vec![have(100)], attending: true };
    vec![
        ("hello", P::Hello(first)),
        ("hello_again", P::Hello(again)),
        ("enter", P::Enter(Enter { cid, room: ROOM, have: seq(0) })),
        ("leave", P::Leave(Leave { cid, room: ROOM })),
        ("say", P::Say(say("안녕하세요 <b>\"hi\"</b>\n🙂", None))),
        ("say_after", P::Say(say("그리고", Some(Cid(id(0xc0)))))),
        ("seek", P::Seek(Seek { room: ROOM, after: seq(41) })),
        ("type", P::Type(TypeIn { room: ROOM })),
        ("attend", P::Attend(Attend { attending: true })),
        ("watch", P::Watch(Watch { rooms: vec![ROOM] })),
        ("see", P::See(See { room: ROOM, seq: seq(114) })),
    ]
}

fn matching(state: MatchState) -> ServerPacket {
    ServerPacket::Matching(MatchView { at: AT, waiting: 23, state, lookout: None })
}

fn searching() -> MatchState {
    let wishes = Wishes {
        languages: vec!["en".into(), "ko".into()],
        interests: vec!["차".into(), "film".into()],
        mood: Some(Mood::Deep),
        pace: Some(Pace::Slow),
        practise: Some("ja".into()),
        pack: Some("first-light".into()),
        about: Some(About { room: ROOM, seq: Some(seq(7)) }),
        keep: vec![Kept { wish: Wish::Mood, secs: 120 }],
        ..Wishes::default()
    };
    MatchState::Searching(Box::new(Searching {
        ticket: TicketId(id(0x71)),
        wishes,
        since: AT,
        usual_secs: Some(18),
        relaxed: vec![Wish::Pace],
        best: Some(Common { met: 3, of: 4 }),
        savings: vec![Saving { wish: Wish::Practise, secs: 40 }],
        about: None,
    }))
}

fn proposed() -> MatchState {
    MatchState::Proposed(Box::new(Proposed {
        proposal: ProposalId(id(0x72)),
        until: AT.plus(15_000),
        answered: true,
        people: 2,
        yes: 1,
        languages: vec!["ko".into()],
        interests: vec!["차".into()],
        common: Common { met: 2, of: 3 },
        about: None,
    }))
}

/// To talk about something in particular.
fn proposed_about() -> MatchState {
    let MatchState::Proposed(mut it) = proposed() else { return proposed() };
    it.about = Some(AboutRoom { room: ROOM, seq: Some(seq(7)), name: "광장".into() });
    MatchState::Proposed(it)
}

fn told_lookout() -> ServerPacket {
    let wishes = Wishes { languages: vec!["ko".into()], ..Wishes::default() };
    let lookout = Lookout { wishes, until: AT.plus(86_400_000), told: Some(AT) };
    let state = MatchState::Idle { ended: None };
    ServerPacket::Matching(MatchView { at: AT, waiting: 1, state, lookout: Some(lookout) })
}

fn asked_and_answered() -> Vec<Entry> {
    let asked_id = AskedId(id(0x73));
    let set = |deed, text: String| What::Did(Did { deed, subject: None, until: None, text });
    let asked = Asked {
        id: asked_id,
        question: "first-light.window-seat".parse().unwrap(),
        words: Bilingual {
            ko: "내일 어디든 갈 수 있다면요?".into(),
            en: "Where to, tomorrow?".into(),
        },
        brought: Brought::Word { word: "여행".into() },
    };
    vec![
        entry(121, BOB, "하늘", None, What::Asked(Box::new(asked))),
        entry(122, BOB, "하늘", None, set(Deed::Answered, asked_id.to_string())),
        entry(123, ANN, "ann", None, set(Deed::Skipped, asked_id.to_string())),
        entry(124, ANN, "ann", None, set(Deed::Opened, "links".into())),
        entry(125, ANN, "ann", None, set(Deed::Kept, String::new())),
        entry(126, ANN, "ann", None, set(Deed::QuestionsSet, String::new())),
    ]
}

#[expect(clippy::too_many_lines, reason = "one line for each golden file")]
fn from_server() -> Vec<(&'static str, ServerPacket)> {
    use ServerPacket as P;
    let cid = Cid(id(0xc1));
    let outcomes = [
        Outcome::Follows { start: seq(100), head: seq(114) },
        Outcome::Refused(Refusal::NoSuchRoom),
    ];
    let rooms = outcomes.into_iter().map(|outcome| Resumed { room: ROOM, outcome }).collect();
    let room = RoomSummary {
        topic: "아무 이야기나".into(),
        people: 2,
        head: seq(114),
        ..RoomSummary::new(ROOM, RoomKind::Channel, "plaza".into(), 500)
    };
    let hidden = RoomSummary {
        people: 2,
        head: seq(9),
        door: Door::Password,
        locked: true,
        slow_secs: 30,
        closes_at: Some(AT),
        mine: true,
        ..RoomSummary::new(ROOM, RoomKind::Temporary, "밤 산책".into(), 8)
    };
    let direct = RoomSummary {
        people: 2,
        mine: true,
        peer: Some(BOB),
        request: Request::Received,
        ..RoomSummary::new(ROOM, RoomKind::Direct, "하늘".into(), 2)
    };
    let did = |deed, until, text: &str| {
        let subject = Some(Subject { id: BOB, name: "하늘".into() });
        What::Did(Did { deed, subject, until, text: text.into() })
    };
    let set =
        |deed, text: &str| What::Did(Did { deed, subject: None, until: None, text: text.into() });
    let deeds = vec![
        entry(117, ANN, "ann", None, did(Deed::Muted, Some(AT), "도배")),
        entry(118, ANN, "ann", None, did(Deed::Kicked, None, "")),
        entry(119, ANN, "ann", None, set(Deed::Renamed, "새 이름")),
        entry(120, ANN, "ann", None, set(Deed::Closed, "")),
    ];
    let lost = |deed, reason: &str| P::Lost(Lost { room: ROOM, deed, reason: reason.into() });
    let message = |text: &str| What::Message { text: text.into() };
    let entries = vec![
        entry(113, ANN, "ann", None, What::Joined),
        entry(114, ANN, "ann", Some(0xc1), message("안녕하세요")),
        entry(115, BOB, "하늘", None, What::Left),
        entry(116, BOB, "하늘", Some(0xc2), What::Announced { text: "곧 다시 시작해요.".into() }),
    ];
    let people = vec![
        person(ANN, "ann", Role::Admin, Presence::Here),
        person(BOB, "하늘", Role::Guest, Presence::Away),
    ];
    let changed = vec![person(BOB, "하늘", Role::Member, Presence::Offline)];
    let count = RoomCount { room: ROOM, people: 2, head: seq(114) };
    let planned = Planned {
        id: JobId(id(0xd1)),
        plan: Plan::Remind,
        room: ROOM,
        room_name: "plaza".into(),
        seq: Some(seq(114)),
        text: "안녕하세요".into(),
        due_at: AT,
        done_at: Some(AT.plus(3)),
        failed: None,
    };
    let refused = |cid, reason| P::Refused(Refused { cid, reason });
    vec![
        ("welcomed", P::Welcomed(Welcomed { me: ANN, epoch: Epoch(id(0xe)), at: AT, rooms })),
        ("entered", P::Entered(Entered { cid, room, start: seq(14) })),
        ("left", P::Left(Leave { cid, room: ROOM })),
        ("appended", P::Appended(Appended { room: ROOM, entries })),
        ("appended_deeds", P::Appended(Appended { room: ROOM, entries: deeds })),
        ("gained", P::Gained(hidden)),
        ("gained_direct", P::Gained(direct)),
        ("lost", lost(None, "")),
        ("lost_banned", lost(Some(Deed::Banned), "도배")),
        ("acked", P::Acked(Acked { cid, room: ROOM, seq: seq(114), at: AT })),
        ("refused", refused(Some(cid), Refusal::NotEntered)),
        ("refused_full", refused(Some(cid), Refusal::Full { capacity: 500 })),
        ("refused_too_fast", refused(Some(cid), Refusal::TooFast { retry_after_ms: 200 })),
        ("refused_without_cid", refused(None, Refusal::UnknownPacket)),
        ("typed", P::Typed(Typed { room: ROOM, user: ANN, name: "ann".into() })),
        (
            "people_changed",
            P::PeopleChanged(PeopleChanged { room: ROOM, all: true, people, gone: vec![] }),
        ),
        (
            "people_changed_some",
            P::PeopleChanged(PeopleChanged {
                room: ROOM,
                all: false,
                people: changed,
                gone: vec![ANN],
            }),
        ),
        (
            "people_changed_unknown",
            P::PeopleChanged(PeopleChanged {
                room: ROOM,
                all: false,
                people: vec![person(BOB, "하늘", Role::Member, Presence::Unknown)],
                gone: vec![],
            }),
        ),
        (
            "people_changed_picture",
            P::PeopleChanged(PeopleChanged {
                room: ROOM,
                all: false,
                people: vec![Person {
                    picture: Some("019a9f00000070008000000000000001".into()),
                    ..person(BOB, "하늘", Role::Member, Presence::Busy)
                }],
                gone: vec![],
            }),
        ),
        ("rooms_changed", P::RoomsChanged(RoomsChanged { rooms: vec![count] })),
        ("seen", P::Seen(Seen { room: ROOM, user: BOB, seq: seq(114) })),
        ("reminded", P::Reminded(planned)),
        ("noticed", P::Noticed(Noticed { notices: 2 })),
        ("asked", P::Appended(Appended { room: ROOM, entries: asked_and_answered() })),
        ("matching_idle", matching(MatchState::Idle { ended: Some(Ended::NotAnswered) })),
        ("matching_searching", matching(searching())),
        ("matching_proposed", matching(proposed())),
        ("matching_about", matching(proposed_about())),
        ("matching_lookout", told_lookout()),
        ("matching_matched", matching(MatchState::Matched { room: ROOM })),
        ("beat", P::Beat(Beat { at: AT, heads: vec![have(114)] })),
    ]
}

/// The packet's type on the wire. A new packet does not compile here until it is named, and then
/// wants its golden file.
fn type_of_client(packet: &ClientPacket) -> &'static str {
    match packet {
        ClientPacket::Hello(_) => "hello",
        ClientPacket::Enter(_) => "enter",
        ClientPacket::Leave(_) => "leave",
        ClientPacket::Say(_) => "say",
        ClientPacket::Seek(_) => "seek",
        ClientPacket::Type(_) => "type",
        ClientPacket::Attend(_) => "attend",
        ClientPacket::Watch(_) => "watch",
        ClientPacket::See(_) => "see",
        ClientPacket::Unknown => "unknown",
    }
}

fn type_of_server(packet: &ServerPacket) -> &'static str {
    match packet {
        ServerPacket::Welcomed(_) => "welcomed",
        ServerPacket::Entered(_) => "entered",
        ServerPacket::Left(_) => "left",
        ServerPacket::Appended(_) => "appended",
        ServerPacket::Acked(_) => "acked",
        ServerPacket::Refused(_) => "refused",
        ServerPacket::Typed(_) => "typed",
        ServerPacket::PeopleChanged(_) => "people_changed",
        ServerPacket::RoomsChanged(_) => "rooms_changed",
        ServerPacket::Beat(_) => "beat",
        ServerPacket::Noticed(_) => "noticed",
        ServerPacket::Matching(_) => "matching",
        ServerPacket::Gained(_) => "gained",
        ServerPacket::Lost(_) => "lost",
        ServerPacket::Seen(_) => "seen",
        ServerPacket::Reminded(_) => "reminded",
        ServerPacket::Unknown => "unknown",
    }
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "wire"].iter().collect()
}

/// Encodes to what the file says, and decodes from it.
fn check<P>(file: &str, packet: &P, kind: &str)
where
    P: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let path = folder().join(file);
    if !path.exists() && std::env::var_os("WRITE_WIRE").is_some() {
        fs::write(&path, serde_json::to_string_pretty(packet).unwrap() + "\n").unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let value: Value = serde_json::from_str(&golden).unwrap();
    assert_eq!(value["type"], kind, "{file}");
    assert_eq!(serde_json::to_value(packet).unwrap(), value, "{file}: encoded");
    assert_eq!(serde_json::from_str::<P>(&golden).unwrap(), *packet, "{file}: decoded");
}

#[test]
fn every_packet_is_encoded_and_decoded_as_its_golden_file_has_it() {
    let mut files = BTreeSet::new();
    for (name, packet) in from_client() {
        let file = format!("client.{name}.json");
        check(&file, &packet, type_of_client(&packet));
        files.insert(file);
    }
    for (name, packet) in from_server() {
        let file = format!("server.{name}.json");
        check(&file, &packet, type_of_server(&packet));
        files.insert(file);
    }
    let found: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, files, "each golden file belongs to a packet, and each packet has one");
}

#[test]
fn every_type_of_packet_has_a_golden_file() {
    let client: BTreeSet<_> = from_client().iter().map(|(_, it)| type_of_client(it)).collect();
    let server: BTreeSet<_> = from_server().iter().map(|(_, it)| type_of_server(it)).collect();
    assert_eq!(
        (client.len(), server.len()),
        (9, 16),
        "all variants but Unknown; a new one counts here and in the list above"
    );
}

#[test]
fn packets_from_the_future_are_unknown_and_not_fatal() {
    for text in [
        r#"{"type":"dance"}"#,
        r#"{"type":"dance","data":{"a":[1,2]}}"#,
        r#"{"data":3,"type":"x"}"#,
    ] {
        let (client, server) = (serde_json::from_str(text), serde_json::from_str(text));
        assert_eq!(client.ok(), Some(ClientPacket::Unknown), "{text}");
        assert_eq!(server.ok(), Some(ServerPacket::Unknown), "{text}");
    }
}

#[test]
fn parts_from_the_future_are_unknown_and_not_fatal() {
    let head = r#""at":2,"author":"0190a0a0-0000-7000-8000-000000000001","name":"a""#;
    let polled = format!(r#"{{"seq":1,{head},"kind":"polled","poll":[1]}}"#);
    assert_eq!(serde_json::from_str::<Entry>(&polled).unwrap().what, What::Unknown);
    let refused = serde_json::from_str::<Refusal>(r#"{"reason":"moon","phase":3}"#);
    assert_eq!(refused.unwrap(), Refusal::Unknown);
    // More fields than known are passed over.
    let acked = fs::read_to_string(folder().join("server.acked.json"))
        .unwrap()
        .replace("\"seq\"", "\"mood\": 1, \"seq\"");
    assert!(matches!(serde_json::from_str(&acked), Ok(ServerPacket::Acked(_))));
}

#[test]
fn what_cannot_be_a_packet_is_an_error() {
    for text in [
        "",
        "hello",
        "[]",
        r#"{"type":3}"#,
        r#"{"data":{}}"#,
        r#"{"type":"say"}"#,
        r#"{"type":"say","data":{"cid":"x","room":"y","text":"z"}}"#,
        r#"{"type":"seek","data":{"room":"0190a0a0-0000-7000-8000-000000000001","after":-1}}"#,
    ] {
        assert!(serde_json::from_str::<ClientPacket>(text).is_err(), "{text}");
    }
    let author = "0190a0a0-0000-7000-8000-000000000001";
    let past_2_53 = format!(
        r#"{{"seq":9007199254740992,"at":2,"author":"{author}","name":"a","kind":"joined"}}"#
    );
    assert!(serde_json::from_str::<Entry>(&past_2_53).is_err());
}
