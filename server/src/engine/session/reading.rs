//! A session's cursors: what of which room it has written, and how it writes the rest.

use super::{End, mailbox::Mailbox};
use crate::engine::{
    Engine,
    encode::{appended_frames, frame, veiled},
    room::{Found, Room},
};
use crate::veil::Veil;
use app::protocol::{
    close::Close,
    ids::{RoomId, Seq},
    limits::WRITE_STALL_SECS,
    packets::{Have, ServerPacket},
    refusal::Refusal,
};
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use futures::SinkExt;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

const WRITE_STALL: Duration = Duration::from_secs(WRITE_STALL_SECS);
/// Entries read from the store at a time; the longest texts make some 600 KB of it.
const PAGE: usize = 25;
/// Frames written under one time limit.
const FRAMES_A_WRITE: usize = 32;

/// Awaits a write; a client that does not take it in time is too slow.
pub(super) async fn in_time(
    write: impl Future<Output = Result<(), axum::Error>>,
) -> Result<(), End> {
    match timeout(WRITE_STALL, write).await {
        Ok(written) => Ok(written?),
        Err(_) => Err(End::Closed(Close::Slow)),
    }
}

/// Writes frames and flushes them.
pub(super) async fn feed(socket: &mut WebSocket, frames: Vec<Utf8Bytes>) -> Result<(), End> {
    let mut frames = frames.into_iter().peekable();
    while frames.peek().is_some() {
        in_time(async {
            for frame in frames.by_ref().take(FRAMES_A_WRITE) {
                socket.feed(Message::Text(frame)).await?;
            }
            socket.flush().await
        })
        .await?;
    }
    Ok(())
}

/// Writes frames of others, as long as the session may have them: who is signed out while slow to
/// read gets no more.
async fn feed_log(
    socket: &mut WebSocket,
    mailbox: &Mailbox,
    frames: Vec<Utf8Bytes>,
) -> Result<(), End> {
    for some in frames.chunks(FRAMES_A_WRITE) {
        if mailbox.ended().is_some() {
            return Ok(());
        }
        feed(socket, some.to_vec()).await?;
    }
    Ok(())
}

/// Where a session stands in a room.
struct Cursor {
    room: Arc<Room>,
    /// Entries up to here are written.
    at: Seq,
    /// Volatile frames up to here are written.
    heard: u64,
    /// The user has lost the room, and was told.
    ended: bool,
}

/// All cursors of a session. Dropping them ends the following.
pub(super) struct Cursors {
    engine: Engine,
    mailbox: Arc<Mailbox>,
    rooms: Vec<Cursor>,
    bulletin: u64,
}

impl Drop for Cursors {
    fn drop(&mut self) {
        for cursor in &self.rooms {
            cursor.room.unfollow(&self.mailbox);
        }
    }
}

impl Cursors {
    /// No room is followed yet.
    pub(super) fn new(engine: Engine, mailbox: Arc<Mailbox>) -> Self {
        let bulletin = engine.hub().bulletin_after(u64::MAX).1;
        Self { engine, mailbox, rooms: Vec::new(), bulletin }
    }

    /// Follows a room from after `start`; moves the cursor where it is followed already. Refused
    /// where the user may not read the room by now.
    pub(super) fn follow(&mut self, room: &Arc<Room>, start: Seq) -> Result<(), Refusal> {
        let heard = room.follow(&self.mailbox)?;
        if let Some(cursor) = self.rooms.iter_mut().find(|it| it.room.id == room.id) {
            cursor.at = start;
        } else {
            self.rooms.push(Cursor { room: room.clone(), at: start, heard, ended: false });
        }
        // There may be entries already.
        self.mailbox.wake();
        Ok(())
    }

    /// Whether that room is followed.
    pub(super) fn has(&self, room: RoomId) -> bool {
        self.rooms.iter().any(|it| it.room.id == room)
    }

    /// The newest entry of each room that is followed.
    pub(super) fn heads(&self) -> Vec<Have> {
        let head = |it: &Cursor| it.room.head_for(&self.mailbox, it.at);
        self.rooms.iter().map(|it| Have { room: it.room.id, have: head(it) }).collect()
    }

    /// Writes all that is new.
    pub(super) async fn write_new(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let mut ended = false;
        for cursor in &mut self.rooms {
            if self.mailbox.ended().is_some() {
                return Ok(());
            }
            let fresh = cursor.room.read(&self.mailbox, cursor.at, cursor.heard);
            cursor.heard = fresh.heard;
            let reader = self.mailbox.user;
            let volatile = self.engine.shaded(reader, fresh.volatile);
            let volatile = veiled(&fresh.veil, reader, volatile);
            feed_log(socket, &self.mailbox, volatile).await?;
            match fresh.found {
                Found::Nothing => {}
                Found::Frames { frames, last } => {
                    let frames = veiled(&fresh.veil, reader, frames);
                    feed_log(socket, &self.mailbox, frames).await?;
                    cursor.at = last;
                }
                Found::Fallen => {
                    // Rare, and its state is large: on the heap, not in every idle session.
                    let part = Part { limit: fresh.limit, veil: fresh.veil };
                    Box::pin(write_page(&self.engine, &self.mailbox, cursor, part, socket)).await?;
                    // The next page in the next turn, so that the client is heard in between.
                    self.mailbox.wake();
                }
            }
            if let Some(lost) = fresh.lost {
                feed(socket, vec![frame(&ServerPacket::Lost(lost))]).await?;
                cursor.ended = true;
                ended = true;
            }
        }
        if ended {
            self.drop_ended();
        }
        let (frames, bulletin) = self.engine.hub().bulletin_after(self.bulletin);
        self.bulletin = bulletin;
        feed_log(socket, &self.mailbox, frames).await
    }

    /// Follows no longer what the user has lost.
    fn drop_ended(&mut self) {
        let mailbox = &self.mailbox;
        self.rooms.retain(|it| {
            if it.ended {
                it.room.unfollow(mailbox);
            }
            !it.ended
        });
    }
}

/// What a session may get of a log that it reads in the store.
struct Part {
    /// Up to there.
    limit: Seq,
    /// Whom it does not know.
    veil: Veil,
}

/// Writes the next page of the log from the store, as far as the session may have it.
async fn write_page(
    engine: &Engine,
    mailbox: &Mailbox,
    cursor: &mut Cursor,
    part: Part,
    socket: &mut WebSocket,
) -> Result<(), End> {
    // A few readers of the store at a time, so that it is there for others too.
    let turn = engine.reading_turn().await;
    let page = engine.store().entries(cursor.room.id, Some(cursor.at), None, PAGE).await;
    drop(turn);
    let entries = match page {
        Ok(page) => page.entries.into_iter().filter(|it| it.seq <= part.limit).collect::<Vec<_>>(),
        Err(error) => {
            tracing::error!(%error, room.id = %cursor.room.id, "could not read a page");
            return Err(End::Closed(Close::Failed));
        }
    };
    let Some(last) = entries.last().map(|it| it.seq) else {
        // The head in memory is ahead of the store: this cannot be caught up by reading.
        tracing::error!(room.id = %cursor.room.id, "the log ends before its head");
        return Err(End::Closed(Close::Failed));
    };
    let frames = appended_frames(cursor.room.id, entries).into_iter().map(|it| it.2).collect();
    let frames = veiled(&part.veil, mailbox.user, frames);
    feed_log(socket, mailbox, frames).await?;
    cursor.at = last;
    Ok(())
}
