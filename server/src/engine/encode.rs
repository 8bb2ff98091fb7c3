//! Packets to frames. What many read is encoded once.

use crate::veil::Veil;
use app::protocol::{
    ids::{RoomId, Seq, UserId},
    message::Entry,
    packets::{Appended, ServerPacket},
};
use axum::extract::ws::Utf8Bytes;

/// Text that one frame of entries carries before the next one begins, in bytes. More in a frame
/// costs every receiver a larger buffer.
const FRAME_TEXT_BYTES: usize = 32 * 1024;
/// What an entry's frame takes besides its text, roughly, in bytes.
const ENTRY_BYTES: usize = 200;

/// A packet as a text frame.
pub(crate) fn frame(packet: &ServerPacket) -> Utf8Bytes {
    serde_json::to_string(packet).expect("packets have string keys and no failing types").into()
}

/// Entries of a room as frames, each with its first and last place; usually one.
pub fn appended_frames(room: RoomId, entries: Vec<Entry>) -> Vec<(Seq, Seq, Utf8Bytes)> {
    let mut frames = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        bytes += ENTRY_BYTES + entry.what.text().len();
        batch.push(entry);
        if bytes >= FRAME_TEXT_BYTES {
            frames.extend(appended_frame(room, std::mem::take(&mut batch)));
            bytes = 0;
        }
    }
    frames.extend(appended_frame(room, batch));
    frames
}

/// Frames of a room as that reader may see them.
pub(crate) fn veiled(veil: &Veil, reader: UserId, frames: Vec<Utf8Bytes>) -> Vec<Utf8Bytes> {
    if veil.is_lifted() {
        return frames;
    }
    let veiled = |told: &Utf8Bytes| {
        // What cannot be read is not told.
        let mut packet = serde_json::from_str(told).ok()?;
        veil.packet(reader, &mut packet);
        Some(frame(&packet))
    };
    frames.iter().filter_map(veiled).collect()
}

/// What a frame of entries tells up to and with `last`.
pub(crate) fn cut(frame: &Utf8Bytes, last: Seq) -> Option<Utf8Bytes> {
    let Appended { room, mut entries } = entries_of(frame)?;
    entries.retain(|it| it.seq <= last);
    Some(appended_frame(room, entries)?.2)
}

/// The entries in a frame.
pub(crate) fn entries_of(frame: &Utf8Bytes) -> Option<Appended> {
    match serde_json::from_str(frame) {
        Ok(ServerPacket::Appended(it)) => Some(it),
        _ => None,
    }
}

fn appended_frame(room: RoomId, entries: Vec<Entry>) -> Option<(Seq, Seq, Utf8Bytes)> {
    let (first, last) = (entries.first()?.seq, entries.last()?.seq);
    Some((first, last, frame(&ServerPacket::Appended(Appended { room, entries }))))
}
