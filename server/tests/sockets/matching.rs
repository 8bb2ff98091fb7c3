//! Looking for somebody to talk with, over real sockets.

mod away;
mod groups;
mod lookouts;
mod refused;

use crate::support::{
    Login, Person, Server, account, ask, guest, make_room, request, said, soon, unlimited,
};
use app::protocol::{
    ids::{Millis, ProposalId, RoomId, TicketId},
    matching::{Ended, MatchState, MatchView, Proposed, Searching},
    packets::ServerPacket,
    room::RoomKind,
    snapshot::RoomSummary,
};
use std::time::Duration;
use uuid::Uuid;

async fn server() -> Server {
    Server::start_with(|config| {
        unlimited(config);
        config.limits.sign_ups_per_hour = 0;
    })
    .await
}

/// One who has stated to be grown up, with a greeted socket.
async fn person(server: &Server, name: &str) -> Person {
    let login = account(server.at, name).await;
    assert_eq!(ask(server, &login, "PUT", "me/born", r#"{"year":1990}"#).await.0, 204);
    let mut person = Person::connect(server.at, login).await;
    person.hello(vec![]).await;
    person
}

async fn look(server: &Server, who: &Login, wishes: &str) -> MatchView {
    let (status, body) = ask(server, who, "PUT", "match", wishes).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Where everybody is asked, however lately they acted.
async fn asking_server() -> Server {
    Server::start_with(|config| {
        unlimited(config);
        config.limits.sign_ups_per_hour = 0;
        config.match_times.active = Duration::ZERO;
    })
    .await
}

async fn view(server: &Server, who: &Login) -> MatchView {
    let (status, body) = ask(server, who, "GET", "match", "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Waits until it stands so with somebody's search.
async fn stands<T>(
    server: &Server,
    who: &Login,
    what: &str,
    pick: impl Fn(MatchState) -> Option<T>,
) -> T {
    let stands = async {
        loop {
            if let Some(it) = pick(view(server, who).await.state) {
                return it;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(what, stands).await
}

fn searching(state: MatchState) -> Option<Box<Searching>> {
    if let MatchState::Searching(it) = state { Some(it) } else { None }
}

fn is_proposed(state: MatchState) -> Option<Box<Proposed>> {
    if let MatchState::Proposed(it) = state { Some(it) } else { None }
}

fn is_matched(state: MatchState) -> Option<RoomId> {
    if let MatchState::Matched { room } = state { Some(room) } else { None }
}

fn ended(state: MatchState) -> Option<Ended> {
    if let MatchState::Idle { ended } = state { ended } else { None }
}

/// The ticket and since when it waits, of one who searches.
async fn ticket(server: &Server, who: &Login) -> (TicketId, Millis) {
    let it = stands(server, who, "a search", searching).await;
    (it.ticket, it.since)
}

/// What was proposed to all of these.
async fn proposal(server: &Server, people: &[&Login]) -> ProposalId {
    let mut ids = Vec::new();
    for who in people {
        ids.push(stands(server, who, "a proposal", is_proposed).await.proposal);
    }
    ids.dedup();
    let [id] = ids[..] else { panic!("{ids:?}") };
    id
}

async fn answer(server: &Server, who: &Login, id: ProposalId, yes: bool) -> (u16, String) {
    let body = format!(r#"{{"yes":{yes}}}"#);
    ask(server, who, "PUT", &format!("match/proposals/{id}"), &body).await
}

const TEA: &str = r#"{"languages":["ko"],"interests":["tea"]}"#;

fn matched(packet: &ServerPacket) -> Option<RoomId> {
    match packet {
        ServerPacket::Matching(MatchView { state: MatchState::Matched { room }, .. }) => {
            Some(*room)
        }
        _ => None,
    }
}

fn gained(packet: &ServerPacket) -> Option<RoomSummary> {
    match packet {
        ServerPacket::Gained(it) => Some(it.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn two_who_look_for_somebody_are_matched_told_and_talk_in_a_room_of_theirs() {
    let server = server().await;
    let (mut ann, mut bob) = (person(&server, "Ann").await, person(&server, "Bob").await);
    let mut eve = person(&server, "Eve").await;
    let view = look(&server, &ann.login, TEA).await;
    assert!(matches!(view.state, MatchState::Searching(_)) && view.waiting == 1, "{view:?}");
    look(&server, &bob.login, TEA).await;
    let room = ann.expect("a match", matched).await;
    assert_eq!(bob.expect("a match", matched).await, room);
    for person in [&mut ann, &mut bob] {
        let gained = person.expect("the room", gained).await;
        assert_eq!((gained.id, gained.kind, gained.people), (room, RoomKind::Match, 2));
        person.enter(room).await.unwrap();
    }
    ann.say(room, "hello").await.unwrap();
    bob.say(room, "hi").await.unwrap();
    assert_eq!(said(&bob.entries(room, 2).await), ["hello", "hi"]);
    // To others the room does not exist.
    assert!(eve.say(room, "who is there?").await.is_err());
    let (status, _) = ask(&server, &eve.login, "GET", &format!("rooms/{room}"), "").await;
    assert_eq!(status, 404);
    // Who met today does not meet again.
    look(&server, &ann.login, TEA).await;
    look(&server, &bob.login, TEA).await;
    look(&server, &eve.login, TEA).await;
    let next = eve.expect("a match", matched).await;
    assert_ne!(next, room);
}

#[tokio::test]
async fn who_stops_is_told_so_on_every_tab_and_may_stop_again() {
    let server = server().await;
    let mut ann = person(&server, "Ann").await;
    let mut other = Person::connect(server.at, ann.login.clone()).await;
    other.hello(vec![]).await;
    look(&server, &ann.login, TEA).await;
    for _ in 0..2 {
        assert_eq!(ask(&server, &ann.login, "DELETE", "match", "").await.0, 200);
    }
    let stopped = |packet: &ServerPacket| match packet {
        ServerPacket::Matching(MatchView { state: MatchState::Idle { ended }, .. }) => *ended,
        _ => None,
    };
    assert_eq!(ann.expect("the end", stopped).await, Ended::Cancelled);
    assert_eq!(other.expect("the end", stopped).await, Ended::Cancelled);
}

#[tokio::test]
async fn bad_input_is_refused_with_what_to_do() {
    let server = server().await;
    let root = account(server.at, "Root").await;
    let ann = account(server.at, "Ann").await;
    let attic = make_room(server.at, &root, "private", "invite").await;
    let check = async |method: &str, path: &str, body: &str, status: u16, reason: &str| {
        let (found, answer) = ask(&server, &ann, method, path, body).await;
        assert_eq!(found, status, "{path} {body} {answer}");
        assert!(answer.contains(reason), "{answer}");
    };
    check("PUT", "match", TEA, 409, "age_missing").await;
    check("PUT", "me/born", r#"{"year":1800}"#, 422, "out_of_bounds").await;
    check("PUT", "me/born", r#"{"year":2020}"#, 204, "").await;
    check("PUT", "match", TEA, 403, "too_young").await;
    check("PUT", "me/born", r#"{"year":1980}"#, 409, "already_answered").await;
    check("PUT", "match", "{}", 400, "malformed").await;
    check("PUT", "match", r#"{"languages":[]}"#, 422, "no_language").await;
    let many = format!(r#"{{"languages":["ko"],"interests":["a"{}]}}"#, r#","a""#.repeat(999));
    check("PUT", "match", &many, 409, "too_many").await;
    let hidden = format!(r#"{{"languages":["ko"],"about":{{"room":"{attic}"}}}}"#);
    check("PUT", "match", &hidden, 404, "no_such_room").await;
    let forged = format!("match/proposals/{}", ProposalId(Uuid::now_v7()));
    check("PUT", &forged, r#"{"yes":true}"#, 410, "proposal_over").await;
    check("PUT", "match/proposals/x", r#"{"yes":true}"#, 410, "proposal_over").await;
    let stranger = guest(server.at, "Guest").await;
    assert_eq!(ask(&server, &stranger, "PUT", "match", TEA).await.0, 403);
}

#[tokio::test]
async fn a_search_outlives_a_restart_with_its_waiting_time() {
    let server = server().await;
    let mut ann = person(&server, "Ann").await;
    let since = |view: &MatchView| match &view.state {
        MatchState::Searching(it) => Some((it.ticket, it.since)),
        _ => None,
    };
    let before = since(&look(&server, &ann.login, TEA).await).expect("a ticket");
    let server = server.restart().await;
    let login = ann.login.clone();
    soon("the end of the socket", async { ann.close_code().await }).await;
    let mut ann = Person::connect(server.at, login).await;
    ann.hello(vec![]).await;
    let (_, body) = ask(&server, &ann.login, "GET", "match", "").await;
    assert_eq!(since(&serde_json::from_str(&body).unwrap()), Some(before));
    let bob = person(&server, "Bob").await;
    look(&server, &bob.login, TEA).await;
    let proposed = |packet: &ServerPacket| match packet {
        ServerPacket::Matching(MatchView { state: MatchState::Proposed(_), .. }) => Some(()),
        other => matched(other).map(drop),
    };
    ann.expect("somebody", proposed).await;
}
