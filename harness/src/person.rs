//! One simulated person: a socket with the real client core behind it.

use crate::{
    crowd::{Sent, World},
    decode::{self, Kind, Run},
    frames::{self, Frame},
};
use anyhow::{Result, bail};
use app::{
    client::{gap::Gap, outbox::Outbox, pace::Pace},
    protocol::{
        ids::{Cid, Millis, RoomId, Seq, UserId},
        limits,
        message::{Entry, MessageText},
        packets::{ClientPacket, Enter, Have, Hello, Seek, ServerPacket},
    },
};
use std::{
    io::ErrorKind,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::TcpStream,
};
use uuid::Uuid;

/// What a person does at first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Becomes a member of the room.
    Enters,
    /// Follows the room's log, and is silent.
    Follows,
}

/// One person at one socket.
pub(crate) struct Person {
    pub(crate) number: u32,
    pub(crate) room: RoomId,
    pub(crate) id: Option<UserId>,
    /// In the room, once the server has said so.
    pub(crate) gap: Option<Gap<Arc<Entry>>>,
    pub(crate) outbox: Outbox,
    said: u32,
    manner: Manner,
    stream: TcpStream,
    pending_in: Vec<u8>,
    pending_out: Vec<u8>,
}

/// Reads at a time before the others have their turn.
const READS_MAX: usize = 4;

impl Person {
    pub(crate) fn new(
        number: u32,
        room: RoomId,
        manner: Manner,
        (stream, pending_in): (TcpStream, Vec<u8>),
    ) -> Self {
        // The measured server takes whatever comes; the order and the window remain.
        let outbox = Outbox::with_pace(Pace::new(1_000_000, 1_000_000, Millis(0)));
        let (id, gap, pending_out) = (None, None, Vec::new());
        let mut person = Self {
            number,
            room,
            id,
            gap,
            outbox,
            said: 0,
            manner,
            stream,
            pending_in,
            pending_out,
        };
        let rooms = match manner {
            Manner::Enters => vec![],
            Manner::Follows => vec![Have { room, have: Seq::ZERO }],
        };
        let hello = Hello { version: limits::VERSION, epoch: None, rooms, attending: true };
        person.send(&ClientPacket::Hello(hello));
        person
    }

    /// Says the next message, which was meant to be said at `intended`.
    pub(crate) fn say(&mut self, world: &World, intended: u64) {
        let (cid, n) = (Cid(Uuid::now_v7()), self.said);
        self.said += 1;
        let Ok(text) = MessageText::try_from(world.text(self.number, n)) else { return };
        self.outbox.push(cid, self.room, text, world.millis());
        let sent = Sent { person: self.number, n, intended, acked: None, refused: false };
        world.state.borrow_mut().sent.insert(cid, sent);
        self.flush(world);
    }

    /// Sends what is due.
    pub(crate) fn flush(&mut self, world: &World) {
        for say in self.outbox.due(world.millis()) {
            self.send(&ClientPacket::Say(say));
        }
        self.write();
    }

    /// Reads what has come; ends with the socket.
    pub(crate) fn poll(&mut self, world: &World, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut scratch = world.scratch.borrow_mut();
        for _ in 0..READS_MAX {
            let held = self.pending_in.len();
            if scratch.len() < held + (64 << 10) {
                scratch.resize(held + (256 << 10), 0);
            }
            let mut free = ReadBuf::new(&mut scratch[held..]);
            match Pin::new(&mut self.stream).poll_read(cx, &mut free) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
                Poll::Ready(Ok(())) if free.filled().is_empty() => {
                    return Poll::Ready(Err(anyhow::anyhow!("the server hung up")));
                }
                Poll::Ready(Ok(())) => {}
            }
            let end = held + free.filled().len();
            scratch[..held].copy_from_slice(&self.pending_in);
            self.pending_in.clear();
            match self.take(world, &scratch[..end]) {
                Ok(used) => self.pending_in.extend_from_slice(&scratch[used..end]),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Handles whole frames; how many bytes they were.
    fn take(&mut self, world: &World, bytes: &[u8]) -> Result<usize> {
        let mut used = 0;
        while let Some((frame, length)) = frames::split(&bytes[used..])? {
            used += length;
            match frame {
                Frame::Text(text) => match decode::kind(text) {
                    Kind::Appended => self.take_run(world, &world.decode(text)?),
                    Kind::PassOver => {}
                    Kind::Other => self.take_packet(world, serde_json::from_slice(text)?)?,
                },
                Frame::Ping(data) => frames::write_pong(&mut self.pending_out, data),
                Frame::Pong(_) => {}
                Frame::Close(code) => bail!("the server closed the socket with {code}"),
            }
        }
        self.flush(world);
        Ok(used)
    }

    fn take_run(&mut self, world: &World, run: &Rc<Run>) {
        let Some(gap) = self.gap.as_mut().filter(|_| run.room == self.room) else { return };
        let seek = if gap.take_run(run.first, run.last) {
            world.delivered(run);
            None
        } else {
            let taken = gap.take(run.entries.clone());
            world.delivered_one_by_one(run, &taken.apply);
            taken.seek
        };
        if let Some(after) = seek {
            self.seek(world, after);
        }
        let own = self.id.and_then(|id| run.by_author.get(&id));
        for cid in own.into_iter().flatten() {
            if self.outbox.logged(*cid) && world.is_closed_loop.get() {
                self.say(world, world.micros());
            }
        }
    }

    fn take_packet(&mut self, world: &World, packet: ServerPacket) -> Result<()> {
        match packet {
            ServerPacket::Welcomed(welcomed) => {
                self.id = Some(welcomed.me);
                self.outbox.connected(world.millis());
                if self.manner == Manner::Enters {
                    let (cid, room) = (Cid(Uuid::now_v7()), self.room);
                    self.send(&ClientPacket::Enter(Enter { cid, room, have: Seq::ZERO }));
                } else {
                    self.gap = Some(Gap::new(Seq::ZERO));
                }
            }
            ServerPacket::Entered(entered) => self.gap = Some(Gap::new(entered.start)),
            ServerPacket::Acked(acked) => {
                world.acked(&acked);
                self.outbox.acked(&acked);
            }
            ServerPacket::Refused(refused) => {
                if !self.outbox.refused(&refused, world.millis()) {
                    bail!("refused: {}", refused.reason);
                }
                world.refused(&refused);
            }
            ServerPacket::Beat(beat) => {
                let have = self.gap.as_ref().map(Gap::last);
                let head = beat.heads.iter().find(|it| it.room == self.room).map(|it| it.have);
                if let (Some(have), Some(head)) = (have, head)
                    && head > have
                    && self.manner == Manner::Enters
                {
                    self.seek(world, have);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn seek(&mut self, world: &World, after: Seq) {
        world.state.borrow_mut().seeks += 1;
        self.send(&ClientPacket::Seek(Seek { room: self.room, after }));
    }

    fn send(&mut self, packet: &ClientPacket) {
        if let Ok(text) = serde_json::to_vec(packet) {
            frames::write_text(&mut self.pending_out, &text);
        }
    }

    /// Writes what the socket takes; the rest waits for the next turn.
    fn write(&mut self) {
        while !self.pending_out.is_empty() {
            match self.stream.try_write(&self.pending_out) {
                Ok(n) => _ = self.pending_out.drain(..n),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // Reading finds out what is wrong.
                Err(_) => return self.pending_out.clear(),
            }
        }
    }
}
