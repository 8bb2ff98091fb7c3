//! kill -9 in the middle of commits: what was acknowledged is there, once, in order.

use crate::served::Place;
use crate::support::{Login, Process, free_port, guest, log_at, open};
use app::{
    client::outbox::Outbox,
    protocol::{
        ids::{Cid, Millis, RoomId, Seq},
        limits::VERSION,
        message::MessageText,
        packets::{ClientPacket, Enter, Hello, ServerPacket},
    },
};
use futures::{SinkExt, StreamExt};
use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::Message;

const KILLS: u32 = 50;

/// Somebody who talks without a pause, with the outbox that the browser has.
struct Talker {
    login: Login,
    room: RoomId,
    outbox: Outbox,
    said: Vec<Cid>,
    acked: HashMap<Cid, Seq>,
    began: Instant,
}

impl Talker {
    fn now(&self) -> Millis {
        Millis(i64::try_from(self.began.elapsed().as_millis()).unwrap())
    }

    /// Talks until the socket breaks, or for that long after the first answer.
    async fn talk(&mut self, at: SocketAddr, on: Duration) {
        let mut until = self.began + Duration::from_hours(1);
        let before = self.acked.len();
        let origin = format!("http://{at}");
        let Ok(mut socket) = open(at, "/ws", Some(&self.login.cookie), Some(&origin)).await else {
            return;
        };
        let hello = Hello { version: VERSION, epoch: None, rooms: vec![], attending: true };
        let enter = Enter { cid: crate::support::cid(), room: self.room, have: Seq::ZERO };
        for packet in [ClientPacket::Hello(hello), ClientPacket::Enter(enter)] {
            if socket.send(Message::text(serde_json::to_string(&packet).unwrap())).await.is_err() {
                return;
            }
        }
        self.outbox.connected(self.now());
        loop {
            while self.outbox.items().count() < 40 {
                let cid = crate::support::cid();
                let text = MessageText::try_from(format!("{}", self.said.len())).unwrap();
                self.outbox.push(cid, self.room, text, self.now());
                self.said.push(cid);
            }
            for say in self.outbox.due(self.now()) {
                let frame = Message::text(serde_json::to_string(&ClientPacket::Say(say)).unwrap());
                if socket.send(frame).await.is_err() {
                    return;
                }
            }
            let next = tokio::time::timeout_at(until.into(), socket.next()).await;
            let Ok(Some(Ok(Message::Text(text)))) = next else { return };
            match serde_json::from_str(&text).unwrap() {
                ServerPacket::Acked(acked) => {
                    self.outbox.acked(&acked);
                    self.outbox.logged(acked.cid);
                    let place = self.acked.insert(acked.cid, acked.seq);
                    assert!(place.is_none_or(|it| it == acked.seq), "one cid, two places");
                }
                ServerPacket::Refused(it) => panic!("refused: {it:?}"),
                _ => {}
            }
            if self.acked.len() > before {
                until = until.min(Instant::now() + on);
            }
        }
    }
}

#[tokio::test]
async fn fifty_kills_lose_and_double_nothing() {
    let place = Place::new().await;
    let at = free_port().await;
    let config = "[limits]\nsends_per_sec = 100000\nsends_burst = 100000\nframes_per_sec = 100000\nframes_burst = 100000\nguests_per_hour = 0\nrequests_per_sec = 0\n";
    std::fs::write(place.path().join("maru.toml"), config).unwrap();
    let server = Process::start(&place, at).await;
    let login = guest(at, "Talker").await;
    let (_, body) =
        crate::support::request(at, "GET", "/api/v1/rooms/plaza", Some(&login.cookie), None).await;
    let room = serde_json::from_str::<serde_json::Value>(&body).unwrap()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let mut talker = Talker {
        login,
        room,
        outbox: Outbox::with_pace(app::client::pace::Pace::new(100_000, 100_000, Millis(0))),
        said: Vec::new(),
        acked: HashMap::new(),
        began: Instant::now(),
    };
    server.kill().await;
    for n in 0..KILLS {
        let server = Process::start(&place, at).await;
        let before = talker.acked.len();
        // A different moment of a commit each time.
        crate::support::soon(
            "the first answer",
            talker.talk(at, Duration::from_micros(u64::from(n) * 1_337)),
        )
        .await;
        server.kill().await;
        talker.outbox.disconnected();
        assert!(talker.acked.len() > before, "something was acknowledged in turn {n}");
    }
    let server = Process::start(&place, at).await;
    let log = log_at(at, &talker.login, room).await;
    server.kill().await;

    let places: Vec<_> = log.iter().map(|it| it.seq.get()).collect();
    assert_eq!(places, (1..=log.len() as u64).collect::<Vec<_>>(), "no holes");
    let stored: Vec<_> = log.iter().filter_map(|it| it.cid).collect();
    let by_cid: HashMap<_, _> = log.iter().filter_map(|it| Some((it.cid?, it.seq))).collect();
    assert_eq!(by_cid.len(), stored.len(), "nothing is there twice");
    for (cid, seq) in &talker.acked {
        assert_eq!(by_cid.get(cid), Some(seq), "what was acknowledged is there");
    }
    assert_eq!(stored, talker.said[..stored.len()], "in the order said");
}
