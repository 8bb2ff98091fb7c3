//! Rooms that people make and keep order in while everything is broken: they kick, mute, lock, make
//! co-hosts, pass the room on, close it and make another; people leave, and come back.
//!
//! All of it is chosen by the seed. What became of it is in the logs: an act whose answer was lost
//! is not asked for again.

use super::{
    client::{Hand, People, register},
    history::History,
    random::Chance,
};
use crate::http::{Answer, Http};
use anyhow::{Context as _, Result, ensure};
use app::protocol::{
    ids::{RoomId, UserId},
    room::{Act, Door, NewRoom, RoomKind},
    snapshot::RoomSummary,
};
use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

/// People in each of these rooms: the first of them makes it.
const PEOPLE: usize = 8;
/// One such room for so many channels.
const CHANNELS: usize = 4;
/// Between two things that are done.
const PAUSE: (Duration, Duration) = (Duration::from_millis(60), Duration::from_millis(260));
/// The rooms of the beginning are asked for so often at most.
const TRIES: usize = 5;
/// Nobody waits longer for an answer.
const ANSWER: Duration = Duration::from_secs(5);

/// How many rooms with hosts a run of so many channels and clients has.
pub(crate) fn rooms(channels: usize, clients: usize) -> usize {
    (channels / CHANNELS).max(1).min(clients / PEOPLE)
}

/// Whether that client makes one of so many rooms.
pub(crate) const fn makes(client: usize, rooms: usize) -> bool {
    client.is_multiple_of(PEOPLE) && client / PEOPLE < rooms
}

/// Makes the first account of all, which oversees the server: none of the people is to be more in a
/// room than they are made there.
pub(crate) async fn make_overseer(door: SocketAddr) -> Result<()> {
    let mut http = Http::connect(&door.to_string()).await?;
    let answer = register(&mut http, "overseer").await?;
    ensure!(answer.status == 201, "overseer: {} {}", answer.status, answer.body);
    Ok(())
}

/// A room, and those who belong there.
struct Circle {
    room: RoomId,
    people: Vec<Hand>,
    muted: Vec<UserId>,
    is_locked: bool,
    /// Who left, and is to come back.
    away: Vec<Hand>,
}

/// The rooms of a run and the task that keeps order in them.
pub(crate) struct Hosts {
    is_over: Rc<Cell<bool>>,
    acts: Rc<Cell<u32>>,
    task: JoinHandle<()>,
}

impl Hosts {
    /// Makes the rooms, and begins. Needs a `LocalSet`.
    pub(crate) async fn begin(
        people: &People,
        door: SocketAddr,
        (rooms, seed): (usize, u64),
    ) -> Result<Self> {
        let (is_over, acts) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
        let mut order = Order {
            door,
            history: Rc::clone(&people.history),
            chance: Chance::new(seed).branch(0x0D),
            circles: Vec::new(),
            is_over: Rc::clone(&is_over),
            acts: Rc::clone(&acts),
        };
        for some in people.clients.chunks(PEOPLE).take(rooms) {
            let people: Vec<_> = some.iter().map(super::client::Client::hand).collect();
            let room = order.begin(&people[0], order.circles.len()).await?;
            order.circles.push(Circle::new(room, people));
        }
        Ok(Self { is_over, acts, task: tokio::task::spawn_local(order.keep()) })
    }

    /// Nothing more is done from here on, and nobody is kept from coming back.
    pub(crate) async fn rest(&mut self) {
        self.is_over.set(true);
        _ = (&mut self.task).await;
    }

    /// How many acts were answered as done.
    pub(crate) fn acts(&self) -> u32 {
        self.acts.get()
    }
}

/// What the task has.
struct Order {
    door: SocketAddr,
    history: Rc<RefCell<History>>,
    chance: Chance,
    circles: Vec<Circle>,
    is_over: Rc<Cell<bool>>,
    acts: Rc<Cell<u32>>,
}

impl Order {
    async fn keep(mut self) {
        while !self.is_over.get() && !self.circles.is_empty() {
            sleep(self.chance.time(PAUSE.0, PAUSE.1)).await;
            let at = self.chance.below(self.circles.len());
            match self.chance.below(100) {
                0..=11 => self.send_away(at),
                12..=29 => self.fetch_back(at),
                30..=32 => self.replace(at).await,
                _ => self.act(at).await,
            }
        }
        for at in 0..self.circles.len() {
            while !self.circles[at].away.is_empty() {
                self.fetch_back(at);
            }
            if self.circles[at].is_locked {
                self.ask(at, &Act::Lock { on: false }).await;
            }
        }
    }

    /// Somebody leaves.
    fn send_away(&mut self, at: usize) {
        let circle = &mut self.circles[at];
        let here: Vec<_> = circle.people.iter().filter(|it| it.is_member(circle.room)).collect();
        if here.len() * 2 > circle.people.len()
            && let Some(hand) = self.chance.pick(&here)
        {
            hand.want_room(circle.room, false);
            circle.away.push((*hand).clone());
        }
    }

    /// Whoever left comes back.
    fn fetch_back(&mut self, at: usize) {
        let circle = &mut self.circles[at];
        if let Some(hand) = circle.away.pop() {
            hand.want_room(circle.room, true);
        }
    }

    /// A temporary room is closed, and another made.
    async fn replace(&mut self, at: usize) {
        let maker = self.circles[at].people[0].clone();
        if is_temporary(at)
            && maker.is_signed_in()
            && self.ask(at, &Act::Close { reason: String::new() }).await
            && let Ok(room) = self.make(&maker, at).await
        {
            let old = &self.circles[at];
            let people = old.people.clone();
            for it in &people {
                it.want_room(old.room, false);
            }
            self.circles[at] = Circle::new(room, people);
        }
    }

    async fn act(&mut self, at: usize) {
        if let Some(act) = self.choose(at) {
            self.ask(at, &act).await;
        }
    }

    /// Something that the host does, mostly to a member.
    fn choose(&mut self, at: usize) -> Option<Act> {
        let Self { circles, chance, .. } = self;
        let circle = &mut circles[at];
        if circle.is_locked {
            circle.is_locked = false;
            return Some(Act::Lock { on: false });
        }
        let host = circle.host();
        let user = |it: &Hand| it.user().filter(|it| Some(*it) != host);
        let members = circle.people.iter().filter(|it| it.is_member(circle.room));
        let members: Vec<_> = members.filter_map(user).collect();
        let user = *chance.pick(&members)?;
        let reason = String::new();
        Some(match chance.below(12) {
            0..=4 => Act::Kick { user, reason },
            5..=6 => {
                circle.muted.push(user);
                Act::Mute { user, secs: None, reason }
            }
            7..=8 => Act::Unmute { user: circle.muted.pop()? },
            9 => Act::Cohost { user, on: chance.percent(60) },
            10 => Act::Yield { user },
            _ => {
                circle.is_locked = true;
                Act::Lock { on: true }
            }
        })
    }

    /// The host asks for it, sometimes another member; whether it was done.
    async fn ask(&mut self, at: usize, act: &Act) -> bool {
        let circle = &self.circles[at];
        let host = circle.host();
        let is_host = |it: &&Hand| it.user() == host && it.is_signed_in();
        let host = circle.people.iter().find(is_host);
        let by = if self.chance.percent(15) { self.chance.pick(&circle.people) } else { host };
        let Some(by) = by.filter(|it| it.is_signed_in()) else { return false };
        let path = format!("/api/v1/rooms/{}/acts", circle.room);
        let Ok(body) = serde_json::to_value(act) else { return false };
        let is_done = self.post(by, &path, &body).await.is_ok_and(|it| it.status == 204);
        self.acts.set(self.acts.get() + u32::from(is_done));
        is_done
    }

    /// Makes the first room of a circle, however busy everything is.
    async fn begin(&self, maker: &Hand, at: usize) -> Result<RoomId> {
        let mut made = self.make(maker, at).await;
        for _ in 1..TRIES {
            if made.is_err() {
                made = self.make(maker, at).await;
            }
        }
        made
    }

    /// Makes a room.
    async fn make(&self, maker: &Hand, at: usize) -> Result<RoomId> {
        let temporary = is_temporary(at);
        let new = NewRoom {
            name: format!("circle {at}"),
            topic: String::new(),
            kind: if temporary { RoomKind::Temporary } else { RoomKind::Private },
            door: Door::Open,
            password: None,
            capacity: 50,
            empty_mins: temporary.then_some(5),
            closes_at: None,
        };
        let body = serde_json::to_value(new)?;
        let answer = self.post(maker, "/api/v1/rooms", &body).await?;
        ensure!(answer.status == 201, "no room: {} {}", answer.status, answer.body);
        let room = serde_json::from_value::<RoomSummary>(answer.body).context("no room")?.id;
        self.history.borrow_mut().hosted.insert(room);
        Ok(room)
    }

    async fn post(&self, by: &Hand, path: &str, body: &serde_json::Value) -> Result<Answer> {
        let request = async {
            let mut http = Http::connect(&self.door.to_string()).await?;
            http.ask("POST", path, &by.cookie(), Some(body)).await
        };
        timeout(ANSWER, request).await.context("no answer")?
    }
}

impl Circle {
    /// All of them want to be in a new room.
    fn new(room: RoomId, people: Vec<Hand>) -> Self {
        for it in &people {
            it.add_room(room);
        }
        Self { room, people, muted: Vec::new(), is_locked: false, away: Vec::new() }
    }

    /// The host, as whoever knows most of the room has it; its maker, while nothing else was told.
    fn host(&self) -> Option<UserId> {
        let told = self.people.iter().filter_map(|it| it.host(self.room)).max();
        told.map(|it| it.1).or_else(|| self.people.first()?.user())
    }
}

/// Every second room is one that is closed and made again.
const fn is_temporary(at: usize) -> bool {
    at % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_rooms_has_hosts_and_each_has_its_people() {
        assert_eq!(
            [(8, 30), (12, 60), (2, 30), (8, 9), (8, 7)].map(|it| rooms(it.0, it.1)),
            [2, 3, 1, 1, 0]
        );
        let makers: Vec<_> = (0..30).filter(|it| makes(*it, 2)).collect();
        assert_eq!(makers, [0, 8]);
    }
}
