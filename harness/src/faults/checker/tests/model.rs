//! A correct chat without a network, a disk or a clock: what may happen to its clients, by chance.

use super::{Digest, Fact, Happened, Kind, Micros, Rule, Run, SocketNo, epoch, id, seq, user};
use crate::faults::{history::Remaining, random::Chance};
use app::protocol::{
    ids::{Cid, RoomId, Seq},
    refusal::Refusal,
};
use proptest::prelude::*;

const CLIENTS: usize = 3;

/// Something said, on its way.
struct Pending {
    cid: Cid,
    room: RoomId,
    text: Digest,
    stored: Option<Seq>,
}

#[derive(Default)]
struct Tab {
    socket: Option<u32>,
    sockets: u32,
    pending: Vec<Pending>,
    /// By room: what of the log came over this socket, and what of it the tab has.
    told: Vec<u64>,
    has: Vec<u64>,
}

struct Model {
    run: Run,
    chance: Chance,
    rooms: Vec<RoomId>,
    tabs: Vec<Tab>,
    at: u64,
    cids: u128,
}

impl Model {
    fn new(seed: u64) -> Self {
        let rooms: Vec<RoomId> = (1..=2).map(|n| RoomId(id(n))).collect();
        let mut run = Run::new(&rooms);
        let mut tabs = Vec::new();
        for client in 0..CLIENTS {
            run.history.add_client(client.to_string());
            run.history.clients[client].user = Some(user(client));
            let zeros = vec![0; rooms.len()];
            tabs.push(Tab { told: zeros.clone(), has: zeros, ..Tab::default() });
            for room in &rooms {
                run.append(*room, client, Kind::Joined, None);
            }
        }
        Self { run, chance: Chance::new(seed), rooms, tabs, at: 0, cids: 0 }
    }

    fn did(&mut self, client: usize, what: Happened) {
        self.at += 1_000;
        self.run.did(client, self.at, what);
    }

    fn connect(&mut self, client: usize) {
        if self.tabs[client].socket.is_some() {
            return;
        }
        let socket = self.tabs[client].sockets;
        self.tabs[client].sockets += 1;
        self.tabs[client].socket = Some(socket);
        let socket = SocketNo(socket);
        self.did(client, Happened::Opened { socket });
        self.did(client, Happened::Welcomed { socket, user: user(client), epoch: epoch(0) });
        for at in 0..self.rooms.len() {
            let (room, have) = (self.rooms[at], self.tabs[client].has[at]);
            let head = self.run.log(room).head;
            let (have, start) = (seq(have), seq(have));
            self.tabs[client].told[at] = have.get();
            self.did(client, Happened::Followed { socket, room, have, start, head });
        }
        self.did(client, Happened::Recovered);
    }

    fn cut(&mut self, client: usize) {
        if let Some(socket) = self.tabs[client].socket.take() {
            self.did(client, Happened::Closed { socket: SocketNo(socket), code: 1006 });
            self.did(client, Happened::Disrupted);
        }
    }

    fn say(&mut self, client: usize) {
        self.cids += 1;
        let (cid, room) = (Cid(id(0x3_0000 + self.cids)), self.rooms[self.chance.below(2)]);
        let text = Digest::of_message(&self.cids.to_string());
        let intended = Micros(self.at);
        self.did(client, Happened::Said { cid, room, text, intended });
        self.tabs[client].pending.push(Pending { cid, room, text, stored: None });
    }

    /// The oldest that is not stored is stored; whether that is answered is another matter.
    fn store(&mut self, client: usize) {
        let tab = &mut self.tabs[client];
        let Some(next) = tab.pending.iter_mut().find(|it| it.stored.is_none()) else { return };
        if tab.socket.is_some() {
            let said = Some((next.cid, next.text));
            next.stored = Some(self.run.append(next.room, client, Kind::Message, said).seq);
        }
    }

    /// The oldest is answered: stored, or not to be.
    fn answer(&mut self, client: usize) {
        let Some(socket) = self.tabs[client].socket.map(SocketNo) else { return };
        let Some(first) = self.tabs[client].pending.first() else { return };
        let (cid, room) = (first.cid, first.room);
        let what = match first.stored {
            Some(seq) => Happened::Acked { socket, cid, room, seq },
            None if self.chance.percent(60) => {
                Happened::Refused { socket, cid, reason: Refusal::DiskFull }
            }
            None => return,
        };
        self.did(client, what);
        self.tabs[client].pending.remove(0);
        if matches!(what, Happened::Refused { .. }) {
            let remaining = Remaining { cid, is_refused: true };
            self.run.history.clients[client].remaining.push(remaining);
        }
    }

    /// The next entry of a room comes over the socket, in the tab's view if that is its turn.
    fn tell(&mut self, client: usize, at: usize) -> bool {
        let Some(socket) = self.tabs[client].socket else { return false };
        let told = self.tabs[client].told[at];
        let Some(fact) = self.entry(at, told) else { return false };
        self.at += 1_000;
        self.run.saw(client, self.at, socket, fact);
        let tab = &mut self.tabs[client];
        tab.told[at] += 1;
        tab.has[at] = tab.has[at].max(told + 1);
        true
    }

    /// A frame comes that begins before what was told already.
    fn tell_again(&mut self, client: usize, at: usize) {
        let told = self.tabs[client].told[at];
        if self.tabs[client].socket.is_some() && self.entry(at, told).is_some() && told > 2 {
            self.tabs[client].told[at] -= 2;
            (0..3).for_each(|_| _ = self.tell(client, at));
        }
    }

    fn entry(&mut self, at: usize, after: u64) -> Option<Fact> {
        let room = self.rooms[at];
        self.run.log(room).entries.get(usize::try_from(after).ok()?).copied()
    }

    /// Asks for something that it has already.
    fn seek(&mut self, client: usize, at: usize) {
        let Some(socket) = self.tabs[client].socket.map(SocketNo) else { return };
        let after =
            self.chance.below(usize::try_from(self.tabs[client].told[at]).unwrap() + 1) as u64;
        let room = self.rooms[at];
        self.did(client, Happened::Sought { socket, room, after: seq(after) });
        if self.chance.percent(70) {
            self.tabs[client].told[at] = after;
        }
    }

    fn step(&mut self) {
        let (client, at) = (self.chance.below(CLIENTS), self.chance.below(2));
        match self.chance.below(20) {
            0 => self.cut(client),
            1 => self.connect(client),
            2 => self.seek(client, at),
            3 => self.tell_again(client, at),
            4..=7 => self.say(client),
            8..=10 => self.store(client),
            11..=14 => self.answer(client),
            _ => _ = self.tell(client, at),
        }
    }

    fn finish(mut self) -> Run {
        for client in 0..CLIENTS {
            self.connect(client);
            while !self.tabs[client].pending.is_empty() {
                self.store(client);
                self.answer(client);
            }
        }
        for client in 0..CLIENTS {
            for at in 0..self.rooms.len() {
                while self.tell(client, at) {}
                self.run.view(client, self.rooms[at], 0, true);
            }
        }
        self.run.settle();
        self.run
    }
}

/// A run of a correct chat.
pub(super) fn run(seed: u64, steps: usize) -> Run {
    let mut model = Model::new(seed);
    (0..CLIENTS).for_each(|client| model.connect(client));
    (0..steps).for_each(|_| model.step());
    model.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_a_correct_chat_leaves_behind_breaks_no_rule(seed: u64, steps in 0_usize..400) {
        let run = run(seed, steps);
        prop_assert_eq!(run.check(), vec![]);
    }
}

#[test]
fn a_long_run_has_something_of_everything() {
    let run = run(7, 2_000);
    let is = |what: fn(&Happened) -> bool| {
        run.history.clients.iter().flat_map(|it| &it.events).filter(|it| what(&it.what)).count()
    };
    assert!(is(|it| matches!(it, Happened::Acked { .. })) > 50);
    assert!(is(|it| matches!(it, Happened::Refused { .. })) > 5);
    assert!(is(|it| matches!(it, Happened::Closed { .. })) > 20);
    assert!(is(|it| matches!(it, Happened::Sought { .. })) > 20);
    assert!(!run.broken().contains(&Rule::C1));
}
