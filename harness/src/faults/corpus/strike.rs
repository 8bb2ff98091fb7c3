//! Writes an attack to a server, and hears what becomes of the socket.

use super::{Attack, Fate};
use crate::frames::{self, Frame};
use anyhow::{Context as _, Result, bail};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// An answer is due within this time.
const ANSWER: Duration = Duration::from_secs(10);
/// A socket that waits for the rest of a frame is looked at for so long.
const LOOK: Duration = Duration::from_millis(20);
/// By this ping the end of an attack is known.
const PROBE: &[u8] = b"are you there";

/// Where to, as whom.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) origin: String,
    pub(crate) cookie: String,
}

/// What became of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It is alive: it answered a ping that was sent after the attack.
    Pong,
    /// It was closed with this code; 1005 for none.
    Closed(u16),
    /// It ended without a word.
    HungUp,
    /// Nothing came in time.
    Nothing,
}

/// Opens a socket, greets if that belongs to it, attacks, and listens.
pub(crate) async fn attack(door: &Door, attack: &Attack) -> Result<Heard> {
    let opening = async {
        let stream = TcpStream::connect(door.address).await?;
        let host = door.address.to_string();
        frames::upgrade(stream, &host, &door.origin, &door.cookie).await
    };
    let (stream, read) = timeout(ANSWER, opening).await.context("no answer to the upgrade")??;
    let mut socket = Socket { stream, read };
    if attack.is_greeted {
        let hello = br#"{"type":"hello","data":{"version":1,"rooms":[],"attending":false}}"#;
        let mut bytes = Vec::new();
        frames::write_text(&mut bytes, hello);
        socket.stream.write_all(&bytes).await?;
        match timeout(ANSWER, socket.welcomed()).await {
            Ok(true) => {}
            Ok(false) => bail!("not welcomed"),
            Err(_) => bail!("not welcomed in time"),
        }
    }
    let mut bytes = attack.bytes.clone();
    let limit = if attack.fate == Fate::Waits {
        LOOK
    } else {
        frames::write_ping(&mut bytes, PROBE);
        ANSWER
    };
    // A server that has seen enough may have hung up before all is written.
    _ = timeout(ANSWER, socket.stream.write_all(&bytes)).await;
    Ok(timeout(limit, socket.fate()).await.unwrap_or(Heard::Nothing))
}

struct Socket {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A frame, as far as it matters.
enum Told {
    Text(Vec<u8>),
    Probe,
    Other,
    Closed(u16),
    HungUp,
}

impl Socket {
    async fn next(&mut self) -> Told {
        loop {
            match frames::split(&self.read) {
                Ok(Some((frame, length))) => {
                    let told = match frame {
                        Frame::Text(text) => Told::Text(text.to_vec()),
                        Frame::Close(code) => Told::Closed(code),
                        Frame::Pong(data) if data == PROBE => Told::Probe,
                        Frame::Pong(_) | Frame::Ping(_) => Told::Other,
                    };
                    self.read.drain(..length);
                    return told;
                }
                Ok(None) => {}
                Err(_) => return Told::HungUp,
            }
            if !matches!(self.stream.read_buf(&mut self.read).await, Ok(n) if n > 0) {
                return Told::HungUp;
            }
        }
    }

    async fn welcomed(&mut self) -> bool {
        loop {
            match self.next().await {
                Told::Text(text) if text.starts_with(br#"{"type":"welcomed""#) => return true,
                Told::Text(_) | Told::Probe | Told::Other => {}
                Told::Closed(_) | Told::HungUp => return false,
            }
        }
    }

    async fn fate(&mut self) -> Heard {
        loop {
            match self.next().await {
                Told::Text(_) | Told::Other => {}
                Told::Probe => return Heard::Pong,
                Told::Closed(code) => return Heard::Closed(code),
                Told::HungUp => return Heard::HungUp,
            }
        }
    }
}
