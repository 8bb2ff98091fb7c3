//! One socket's task: reads packets, writes what its cursors find, and has one exit.

pub(crate) mod incoming;
pub(crate) mod mailbox;
pub(crate) mod news;
mod reading;

use super::{By, Engine, Own, Room, Who, clock, encode::frame};
use crate::{
    planted::{self, Bug, Point},
    store::{Change, Way},
};
use app::{
    client::pace::Pace,
    protocol::{
        close::Close,
        ids::{Cid, Millis, RoomId},
        limits::{DEAD_AFTER_SECS, PING_SECS, SENDS_IN_FLIGHT_MAX, TYPING_EVERY_MS},
        message::MessageText,
        packets::{
            Acked, Beat, ClientPacket, Enter, Entered, Have, Hello, Leave, Outcome, Refused,
            Resumed, Say, See, Seek, ServerPacket, TypeIn, Welcomed,
        },
        refusal::Refusal,
    },
};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use incoming::start_for;
use mailbox::{Answer, Asked, Mailbox, ReplyTo};
use reading::Cursors;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

const PING: Duration = Duration::from_secs(PING_SECS);
const DEAD_AFTER: Duration = Duration::from_secs(DEAD_AFTER_SECS);
/// While the server stops, a session waits so long for the answers to its sends.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// Nobody enters and leaves more often by hand.
const MOVES_PER_SEC: u32 = 1;
const MOVES_BURST: u32 = 10;
/// Holes are rare, and each costs a reading of the store.
const SEEKS_PER_SEC: u32 = 2;
const SEEKS_BURST: u32 = 20;
/// A client that has more than this node waits so long for the node to read it.
const CATCH_UP: Duration = Duration::from_secs(2);
/// A client that was told goodbye may take so long to answer.
const GOODBYE: Duration = Duration::from_secs(1);

/// Why a session ends.
enum End {
    /// The client left, or the network did.
    Gone,
    /// The server ends it.
    Closed(Close),
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

/// A session's place among the others; given back when dropped, however the session ends.
struct Seat {
    engine: Engine,
    mailbox: Arc<Mailbox>,
    attending: bool,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.engine.dismiss(&self.mailbox, self.attending);
    }
}

struct Session {
    engine: Engine,
    who: Who,
    mailbox: Arc<Mailbox>,
    seat: Seat,
    socket: WebSocket,
    cursors: Cursors,
    /// Packets to be written at the next opportunity.
    replies: Vec<ServerPacket>,
    in_flight: usize,
    sends: Pace,
    frames: Pace,
    seeks: Pace,
    moves: Pace,
    began: Instant,
    heard: Instant,
    greeted: bool,
    /// The server stops: nothing more is read, what was asked is answered.
    stopping: bool,
    typed: Vec<(RoomId, Millis)>,
}

/// Serves one socket from hello to goodbye.
pub(crate) async fn run(engine: Engine, socket: WebSocket, who: Who) {
    let mailbox = Arc::new(Mailbox::new(&who));
    if let Err(why) = engine.admit(&mailbox) {
        goodbye(socket, why).await;
        return;
    }
    engine.0.roster.set_by_hand(who.user, who.by_hand);
    let seat = Seat { engine: engine.clone(), mailbox: mailbox.clone(), attending: false };
    let options = engine.options();
    let now = Instant::now();
    let mut session = Session {
        sends: Pace::new(options.sends_per_sec, options.sends_burst, Millis(0)),
        frames: Pace::new(options.frames_per_sec, options.frames_burst, Millis(0)),
        moves: Pace::new(MOVES_PER_SEC, MOVES_BURST, Millis(0)),
        seeks: Pace::new(SEEKS_PER_SEC, SEEKS_BURST, Millis(0)),
        cursors: Cursors::new(engine.clone(), mailbox.clone()),
        replies: Vec::new(),
        in_flight: 0,
        began: now,
        heard: now,
        greeted: false,
        stopping: false,
        typed: Vec::new(),
        engine,
        who,
        mailbox,
        seat,
        socket,
    };
    let end = session.talk().await;
    // Everything but the socket is given back before the client is waited for.
    let socket = session.into_socket();
    if let End::Closed(why) = end {
        metrics::counter!("maru_closed_total", "code" => why.code().to_string()).increment(1);
        goodbye(socket, why).await;
    }
}

/// Tells the client why, and gives it a moment to hear it.
async fn goodbye(mut socket: WebSocket, why: Close) {
    let close = CloseFrame { code: why.code(), reason: "".into() };
    let farewell = async {
        if socket.send(Message::Close(Some(close))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(GOODBYE, farewell).await;
}

/// Why reading a frame failed, as far as it is the client's doing.
fn end_of(error: axum::Error) -> End {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => End::Closed(Close::TooBig),
        Some(tungstenite::Error::Utf8(_)) => End::Closed(Close::Malformed),
        _ => End::Gone,
    }
}

/// A room that a client names, where it may read it, and what it has of it.
type Named = (Have, Result<Arc<Room>, Refusal>);

/// The client claims entries that the room does not have.
fn is_ahead((it, room): &Named) -> bool {
    room.as_ref().is_ok_and(|room| it.have > room.head())
}

/// Reads what a client has of the rooms and this node has not.
async fn catch_up(engine: &Engine, rooms: &[Named]) {
    for (it, room) in rooms {
        let Ok(room) = room else { continue };
        if let Err(error) = room.catch_up(engine.store(), it.have).await {
            tracing::warn!(%error, "could not read what a client has");
        }
    }
}

impl Session {
    /// Gives everything back but the socket.
    fn into_socket(self) -> WebSocket {
        self.socket
    }

    /// The client's time, by which its limits are counted.
    fn now(&self) -> Millis {
        Millis(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    async fn talk(&mut self) -> End {
        let mailbox = self.mailbox.clone();
        let mut timer = pin!(sleep_until(self.began + self.engine.options().hello_within));
        loop {
            let turn = tokio::select! {
                () = mailbox.woken() => Ok(()),
                frame = self.socket.recv(), if !self.stopping => match frame {
                    Some(Ok(message)) => self.hear(message).await,
                    Some(Err(error)) => Err(end_of(error)),
                    None => Err(End::Gone),
                },
                () = &mut timer => self.tick(timer.as_mut()).await,
            };
            if let Err(end) = turn {
                // What was answered so far is still written.
                let _ = self.write().await;
                return end;
            }
            if let Err(end) = self.write().await {
                return end;
            }
            match mailbox.ended() {
                Some(Close::Restarting) if self.in_flight > 0 && self.stopping => {}
                Some(Close::Restarting) if self.in_flight > 0 => {
                    self.stopping = true;
                    timer.as_mut().reset(Instant::now() + LAST_ANSWERS);
                }
                Some(why) => return End::Closed(why),
                None => {}
            }
        }
    }

    /// The timer went off: no hello, no answers, or time for a ping.
    async fn tick(&mut self, timer: std::pin::Pin<&mut Sleep>) -> Result<(), End> {
        if self.stopping {
            return Err(End::Closed(Close::Restarting));
        }
        if !self.greeted {
            return Err(End::Closed(Close::NoHello));
        }
        if self.heard.elapsed() >= DEAD_AFTER {
            return Err(End::Closed(Close::Silent));
        }
        timer.reset(Instant::now() + PING);
        let heads = self.cursors.heads();
        self.replies.push(ServerPacket::Beat(Beat { at: clock::now(), heads }));
        reading::in_time(self.socket.send(Message::Ping(axum::body::Bytes::new()))).await
    }

    /// Takes a frame of the client.
    async fn hear(&mut self, message: Message) -> Result<(), End> {
        self.heard = Instant::now();
        if self.frames.take(self.now()).is_err() {
            return Err(End::Closed(Close::Flood));
        }
        match message {
            Message::Text(text) => {
                self.obey(incoming::read(&text, self.greeted).map_err(End::Closed)?).await;
                Ok(())
            }
            Message::Binary(_) => Err(End::Closed(Close::Binary)),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(End::Gone),
        }
    }

    async fn obey(&mut self, packet: ClientPacket) {
        match packet {
            ClientPacket::Hello(hello) => self.hello(&hello).await,
            ClientPacket::Enter(enter) => self.enter(&enter).await,
            ClientPacket::Leave(leave) => self.leave(&leave),
            ClientPacket::Say(say) => self.say(say),
            ClientPacket::Seek(seek) => self.seek(seek),
            ClientPacket::Type(TypeIn { room }) => self.typing(room),
            ClientPacket::Attend(attend) => self.attend(attend.attending),
            ClientPacket::Watch(watch) => self.watch(watch),
            ClientPacket::See(See { room, seq }) => {
                if let Err(refusal) = self.engine.see(self.who.user, room, seq) {
                    self.refuse(None, refusal);
                }
            }
            ClientPacket::Unknown => self.refuse(None, Refusal::UnknownPacket),
        }
    }

    fn refuse(&mut self, cid: Option<Cid>, reason: Refusal) {
        self.replies.push(ServerPacket::Refused(Refused { cid, reason }));
    }

    async fn hello(&mut self, hello: &Hello) {
        self.greeted = true;
        let epoch = self.engine.store().epoch();
        let same_epoch = hello.epoch.is_none_or(|it| it == epoch);
        let named: Vec<_> = hello.rooms.iter().map(|it| it.room).collect();
        self.arrive(&named).await;
        let read = |it: &Have| (*it, self.engine.read(self.who.user, it.room));
        let rooms: Vec<Named> = hello.rooms.iter().map(read).collect();
        if hello.epoch == Some(epoch) && rooms.iter().any(is_ahead) {
            // It may come from a node that heard of the newest first.
            if timeout(CATCH_UP, Box::pin(catch_up(&self.engine, &rooms))).await.is_err() {
                tracing::warn!("could not read in time what a client has");
            }
            if rooms.iter().any(is_ahead) {
                // Either the store lost something, or the client makes it up.
                tracing::warn!(user = %self.who.user, "a client has more of a room than the store");
                metrics::counter!("maru_clients_ahead_total").increment(1);
            }
        }
        let rooms = rooms.into_iter().map(|it| self.resume(it, same_epoch)).collect();
        let me = self.who.user;
        self.replies.push(ServerPacket::Welcomed(Welcomed { me, epoch, at: clock::now(), rooms }));
        self.attend(hello.attending);
    }

    /// Another node may have written to these rooms what this one has not heard of yet.
    async fn arrive(&mut self, rooms: &[RoomId]) {
        let arrived = Box::pin(self.engine.arrive(self.who.user, rooms));
        if !matches!(timeout(CATCH_UP, arrived).await, Ok(Ok(()))) {
            tracing::warn!("could not read in time what rooms a client is in");
        }
    }

    fn resume(&mut self, (Have { room, have }, found): Named, same_epoch: bool) -> Resumed {
        let followed = found.and_then(|it| {
            let head = it.head();
            let start = start_for(head, have, same_epoch);
            let start = if planted::has(Bug::OffByOne) { start.next().min(head) } else { start };
            self.cursors.follow(&it, start)?;
            Ok(Outcome::Follows { start, head })
        });
        Resumed { room, outcome: followed.unwrap_or_else(Outcome::Refused) }
    }

    async fn enter(&mut self, enter: &Enter) {
        let Enter { cid, room, have } = *enter;
        if self.may_move(cid) {
            self.arrive(&[room]).await;
            let asked = Asked::Enter { cid, room, have };
            self.ask(room, cid, None, Change::Join(Way::Plain), asked);
        }
    }

    fn leave(&mut self, leave: &Leave) {
        let Leave { cid, room } = *leave;
        if self.may_move(cid) {
            self.ask(room, cid, None, Change::Leave, Asked::Leave { cid, room });
        }
    }

    /// Entering and leaving write to the log, and are rare. Refuses what comes too often.
    fn may_move(&mut self, cid: Cid) -> bool {
        let paced = self.moves.take(self.now());
        if let Err(retry_after_ms) = paced {
            self.refuse(Some(cid), Refusal::TooFast { retry_after_ms });
        }
        paced.is_ok()
    }

    /// Hands a change to its room; the answer comes by the mailbox.
    fn ask(&mut self, room: RoomId, cid: Cid, own: Option<Own>, change: Change, asked: Asked) {
        let room = match self.engine.found(self.who.user, room) {
            Ok(room) => room,
            Err(reason) => return self.refuse(Some(cid), reason),
        };
        if self.in_flight >= SENDS_IN_FLIGHT_MAX {
            return self.refuse(Some(cid), Refusal::TooManyInFlight);
        }
        self.in_flight += 1;
        let by = By::from(&self.who);
        let reply = ReplyTo::session(self.mailbox.clone(), asked);
        self.engine.command(&room, by, own, change, reply);
    }

    fn say(&mut self, Say { cid, room, text, after }: Say) {
        match self.take_say(text) {
            Ok(text) => {
                let own = Some(Own { cid, after });
                self.ask(room, cid, own, Change::Message(text.into()), Asked::Say { cid });
            }
            Err(reason) => self.refuse(Some(cid), reason),
        }
    }

    /// Whether that may be said now, as far as the session knows.
    fn take_say(&mut self, text: String) -> Result<MessageText, Refusal> {
        let text = MessageText::try_from(text)?;
        if self.in_flight >= SENDS_IN_FLIGHT_MAX {
            return Err(Refusal::TooManyInFlight);
        }
        let paced = self.sends.take(self.now());
        paced.map_err(|retry_after_ms| Refusal::TooFast { retry_after_ms })?;
        Ok(text)
    }

    fn seek(&mut self, Seek { room, after }: Seek) {
        if let Err(retry_after_ms) = self.seeks.take(self.now()) {
            return self.refuse(None, Refusal::TooFast { retry_after_ms });
        }
        let room = self.engine.read(self.who.user, room);
        let followed = room.and_then(|it| self.cursors.follow(&it, after.min(it.head())));
        if let Err(reason) = followed {
            self.refuse(None, reason);
        }
    }

    fn typing(&mut self, room: RoomId) {
        let now = self.now();
        // A little less than clients wait, so that their own pace always passes.
        self.typed.retain(|(_, at)| now.since(*at) < TYPING_EVERY_MS / 2);
        if self.typed.iter().any(|(it, _)| *it == room) {
            return;
        }
        let room = match self.engine.read(self.who.user, room) {
            Ok(room) => room,
            Err(reason) => return self.refuse(None, reason),
        };
        self.typed.push((room.id, now));
        room.type_here(self.who.user, self.mailbox.name());
    }

    fn attend(&mut self, attending: bool) {
        if self.seat.attending != attending {
            self.seat.attending = attending;
            self.engine.attend(self.who.user, attending);
        }
    }

    /// Turns an answer of the engine into a packet.
    fn tell(&mut self, Answer { asked, outcome }: Answer) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match (asked, outcome) {
            (Asked::Say { cid }, Ok(done)) => {
                let acked = Acked { cid, room: done.room, seq: done.seq, at: done.at };
                self.replies.push(ServerPacket::Acked(acked));
            }
            (Asked::Enter { cid, room, have }, Ok(_)) => {
                let followed = self.engine.read(self.who.user, room).and_then(|it| {
                    let start = start_for(it.head(), have, true);
                    self.cursors.follow(&it, start)?;
                    Ok(Entered { cid, room: it.summary_for(self.who.user), start })
                });
                match followed {
                    Ok(entered) => self.replies.push(ServerPacket::Entered(entered)),
                    // Out again already.
                    Err(reason) => self.refuse(Some(cid), reason),
                }
            }
            (Asked::Leave { cid, room }, Ok(_)) => {
                self.replies.push(ServerPacket::Left(Leave { cid, room }));
            }
            (
                Asked::Say { cid } | Asked::Enter { cid, .. } | Asked::Leave { cid, .. },
                Err(reason),
            ) => self.refuse(Some(cid), reason),
        }
    }

    /// Writes all that there is, in one flush.
    async fn write(&mut self) -> Result<(), End> {
        for answer in self.mailbox.take_answers() {
            self.tell(answer);
        }
        if self.greeted {
            self.tell_news();
        }
        let has_ack = self.replies.iter().any(|it| matches!(it, ServerPacket::Acked(_)));
        let replies = self.replies.drain(..).map(|it| frame(&it)).collect();
        reading::feed(&mut self.socket, replies).await?;
        if has_ack {
            planted::pass(Point::AfterAck);
        }
        if self.greeted {
            reading::feed(&mut self.socket, self.mailbox.take_told()).await?;
            self.cursors.write_new(&mut self.socket).await?;
        }
        Ok(())
    }
}
