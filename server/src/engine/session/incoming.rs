//! What a client's frame says, and whether it may be said now. Pure.

use app::protocol::{
    close::Close,
    ids::Seq,
    limits::{CATCH_UP_ENTRIES_MAX, HELLO_ROOMS_MAX, PAGE_ENTRIES, VERSION},
    packets::{ClientPacket, Hello},
};

/// Reads a frame of a client that was or was not greeted; what cannot be meant ends the session.
pub fn read(text: &str, greeted: bool) -> Result<ClientPacket, Close> {
    let packet = serde_json::from_str(text).map_err(|_| Close::Malformed)?;
    match &packet {
        ClientPacket::Hello(hello) if !greeted => check_hello(hello)?,
        ClientPacket::Hello(_) => return Err(Close::OutOfTurn),
        _ if !greeted => return Err(Close::OutOfTurn),
        _ => {}
    }
    Ok(packet)
}

const fn check_hello(hello: &Hello) -> Result<(), Close> {
    if hello.version != VERSION {
        Err(Close::Outdated)
    } else if hello.rooms.len() > HELLO_ROOMS_MAX {
        Err(Close::Malformed)
    } else {
        Ok(())
    }
}

/// Where a reader that has `have` of a room goes on: there, or a page before the newest.
pub fn start_for(head: Seq, have: Seq, same_epoch: bool) -> Seq {
    let close = have <= head && head.since(have) <= CATCH_UP_ENTRIES_MAX;
    if same_epoch && close && (have > Seq::ZERO || head.get() <= PAGE_ENTRIES as u64) {
        have
    } else {
        head.minus(PAGE_ENTRIES as u64)
    }
}
