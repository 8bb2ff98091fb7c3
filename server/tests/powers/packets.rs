//! The packets of the socket: who gets what, in a table of the manner of `table.rs`.

use crate::{
    asking::of,
    patient,
    people::{Actor, People, Place},
    support::{Browser, soon},
    table::Row,
};
use app::protocol::{
    ids::{Cid, RoomId, Seq},
    limits::VERSION,
    packets::{
        Attend, ClientPacket, Enter, Have, Hello, Leave, Outcome, Say, See, Seek, ServerPacket,
        TypeIn, Watch,
    },
    refusal::Refusal,
};
use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use uuid::Uuid;

/// Packets that name a room; columns as in `table.rs`. Besides its letters, `-` is no answer, for
/// there is none to what was taken.
#[rustfmt::skip]
const PACKETS: &[Row] = &[
    //                                       nsSmMchbB   nsSmMchbB   nsSmMchbB   nsSmMchbB   nsSmMchbB   nsSmMchbB
    Row { method: "ws", path: "hello", body: "",
          cells: "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...." },
    Row { method: "ws", path: "say", body: "",
          cells: "seeoo..ee | seeooooee | seeooooee | saaooooaa | seeqoooee | saaoo...." },
    Row { method: "ws", path: "seek", body: "",
          cells: "soooo..bb | seeoooobb | seeoooobb | saaooooaa | seeoooobb | saaoo...." },
    Row { method: "ws", path: "type", body: "",
          cells: "s----..bb | see----bb | see----bb | saa----aa | see----bb | saa--...." },
    Row { method: "ws", path: "see", body: "",
          cells: "sxxxx..bb | seexxxxbb | seexxxxbb | saaxxxxaa | seexxxxbb | saa--...." },
    Row { method: "ws", path: "attend", body: "",
          cells: "s----..-- | s-------- | s-------- | s-------- | s-------- | s----...." },
    Row { method: "ws", path: "watch", body: "",
          cells: "s----..-- | s-------- | s-------- | s-------- | s-------- | s----...." },
    // Those who are let change something: they come last, and are put back.
    Row { method: "ws", path: "enter", body: "",
          cells: "soooo..bb | soooooobb | sppoooobb | saaooooaa | soooooobb | saaoo...." },
    Row { method: "ws", path: "leave", body: "",
          cells: "soooo..oo | soooooooo | soooooooo | saaooooaa | soooooooo | saa......" },
];

/// The name of a packet's row. Whoever adds a packet comes here, and adds a row.
fn row_of(packet: &ClientPacket) -> &'static str {
    match packet {
        ClientPacket::Hello(_) => "hello",
        ClientPacket::Enter(_) => "enter",
        ClientPacket::Leave(_) => "leave",
        ClientPacket::Say(_) => "say",
        ClientPacket::Seek(_) => "seek",
        ClientPacket::Type(_) => "type",
        ClientPacket::See(_) => "see",
        ClientPacket::Attend(_) => "attend",
        ClientPacket::Watch(_) => "watch",
        ClientPacket::Unknown => "unknown",
    }
}

/// One of each packet, about that room.
fn packets(room: RoomId) -> Vec<ClientPacket> {
    let cid = Cid(Uuid::now_v7());
    let have = Seq::ZERO;
    let rooms = vec![Have { room, have }];
    vec![
        ClientPacket::Hello(Hello { version: VERSION, epoch: None, rooms, attending: false }),
        ClientPacket::Enter(Enter { cid, room, have }),
        ClientPacket::Leave(Leave { cid, room }),
        ClientPacket::Say(Say { cid, room, text: "hi".into(), after: None }),
        ClientPacket::Seek(Seek { room, after: have }),
        ClientPacket::Type(TypeIn { room }),
        ClientPacket::See(See { room, seq: have }),
        ClientPacket::Attend(Attend { attending: true }),
        ClientPacket::Watch(Watch { rooms: vec![room] }),
    ]
}

type Socket = WebSocketStream<TcpStream>;

/// A socket of that browser; none where it is refused.
async fn connect(browser: &Browser) -> Option<Socket> {
    let mut request = format!("ws://{}/ws", browser.at()).into_client_request().unwrap();
    let origin = format!("http://{}", browser.at()).parse().unwrap();
    request.headers_mut().insert("origin", origin);
    if let Some(login) = browser.cookies.get("maru_login") {
        let cookie = format!("maru_login={login}").parse().unwrap();
        request.headers_mut().insert("cookie", cookie);
    }
    let stream = TcpStream::connect(browser.at()).await.unwrap();
    tokio_tungstenite::client_async(request, stream).await.ok().map(|(socket, _)| socket)
}

async fn send(socket: &mut Socket, packet: &ClientPacket) {
    let text = serde_json::to_string(packet).unwrap();
    socket.send(Message::text(text)).await.unwrap();
}

async fn receive(socket: &mut Socket) -> ServerPacket {
    loop {
        let message = soon("a packet", socket.next()).await.unwrap().unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

fn letter_of(refusal: Refusal) -> char {
    let json = serde_json::to_value(refusal).unwrap();
    of(json["reason"].as_str().unwrap())
}

/// What comes of a packet. Behind those that are not always answered goes a message to a room that
/// there is not, whose refusal is the last that is looked at.
pub(crate) async fn outcome(browser: &Browser, packet: &ClientPacket) -> char {
    let Some(mut socket) = connect(browser).await else { return 's' };
    let is_hello = matches!(packet, ClientPacket::Hello(_));
    if !is_hello {
        let hello = Hello { version: VERSION, epoch: None, rooms: vec![], attending: false };
        send(&mut socket, &ClientPacket::Hello(hello)).await;
    }
    send(&mut socket, packet).await;
    let last = Cid(Uuid::now_v7());
    let is_answered =
        matches!(packet, ClientPacket::Say(_) | ClientPacket::Enter(_) | ClientPacket::Leave(_));
    if !is_answered {
        let say = Say { cid: last, room: RoomId(Uuid::now_v7()), text: "end".into(), after: None };
        send(&mut socket, &ClientPacket::Say(say)).await;
    }
    loop {
        match receive(&mut socket).await {
            ServerPacket::Refused(it) if it.cid == Some(last) => return '-',
            ServerPacket::Refused(it) => return letter_of(it.reason),
            ServerPacket::Welcomed(it) if is_hello => match it.rooms[0].outcome {
                Outcome::Refused(refusal) => return letter_of(refusal),
                Outcome::Follows { .. } => return 'o',
            },
            ServerPacket::Entered(_)
            | ServerPacket::Left(_)
            | ServerPacket::Acked(_)
            | ServerPacket::Appended(_) => return 'o',
            _ => {}
        }
    }
}

#[test]
fn every_packet_has_a_row() {
    for packet in packets(RoomId(Uuid::nil())) {
        let name = row_of(&packet);
        assert!(PACKETS.iter().any(|row| row.path == name), "{name}");
    }
}

#[tokio::test]
async fn everybody_gets_by_packets_what_the_table_says() {
    let server = patient().await;
    let mut people = People::new(&server).await;
    let mut wrong = Vec::new();
    for place in Place::ALL {
        let mut rooms = people.rooms(place).await;
        for row in PACKETS {
            for actor in Actor::all(place) {
                let Some(expected) = crate::table::cell(row, place, actor) else { continue };
                let Some(room) = people.room_for(&mut rooms, row, actor).await else { continue };
                let packet = packets(room.id()).into_iter().find(|it| row_of(it) == row.path);
                let browser = people.browser(actor);
                let got = outcome(&browser, &packet.unwrap()).await;
                let who = format!("{place:?}: {actor:?}");
                crate::note(&mut wrong, &who, ("ws", row.path, ""), (expected, got));
                people.mend(&room, actor).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}
