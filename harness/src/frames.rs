//! WebSocket frames as a client reads and writes them, without copies where none are needed.
//!
//! By hand, for the generator has one core: all sockets read into one buffer that stays in the
//! cache, and what is whole is handled there.

use crate::http::Address;
use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A whole frame from a server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    Text(&'a [u8]),
    Ping(&'a [u8]),
    Pong(&'a [u8]),
    /// With its code; 1005 when there is none.
    Close(u16),
}

/// The frame at the beginning of the bytes, and how long it is; `None` until it is whole.
pub(crate) fn split(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>> {
    let [first, second, ..] = *bytes else { return Ok(None) };
    ensure!(second & 0x80 == 0, "a server does not mask");
    ensure!(first & 0xF0 == 0x80, "a frame in parts, or with an extension: {first:#x}");
    let (header, length) = match second {
        126 => {
            let Some(length) = bytes.get(2..4) else { return Ok(None) };
            (4, length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
        }
        127 => {
            let Some(length) = bytes.get(2..10) else { return Ok(None) };
            (10, length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
        }
        length => (2, usize::from(length)),
    };
    let Some(data) = bytes.get(header..header + length) else { return Ok(None) };
    let frame = match first & 0x0F {
        1 => Frame::Text(data),
        8 => Frame::Close(match data {
            [high, low, ..] => u16::from_be_bytes([*high, *low]),
            _ => 1005,
        }),
        9 => Frame::Ping(data),
        10 => Frame::Pong(data),
        other => bail!("a frame of kind {other}"),
    };
    Ok(Some((frame, header + length)))
}

/// Adds a text frame. Its mask is of zeros, which is allowed and leaves the text as it is.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &[u8]) {
    write(out, 1, text);
}

/// Adds a ping.
pub(crate) fn write_ping(out: &mut Vec<u8>, data: &[u8]) {
    write(out, 9, data);
}

/// Adds the answer to a ping.
pub(crate) fn write_pong(out: &mut Vec<u8>, data: &[u8]) {
    write(out, 10, data);
}

fn write(out: &mut Vec<u8>, kind: u8, data: &[u8]) {
    out.push(0x80 | kind);
    match (u8::try_from(data.len()), u16::try_from(data.len())) {
        (Ok(length), _) if length < 126 => out.push(0x80 | length),
        (_, Ok(length)) => {
            out.push(0x80 | 0x7E);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(0x80 | 0x7F);
            out.extend((data.len() as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend_from_slice(data);
}

/// Opens a socket with a login, and gives what came with the answer already.
pub(crate) async fn open(address: &Address, cookie: &str) -> Result<(TcpStream, Vec<u8>)> {
    let stream = TcpStream::connect(address).await?;
    upgrade(stream, address, &format!("http://{address}"), cookie).await
}

/// Makes a socket of a connection, and gives what came with the answer already.
pub(crate) async fn upgrade(
    mut stream: TcpStream,
    host: &str,
    origin: &str,
    cookie: &str,
) -> Result<(TcpStream, Vec<u8>)> {
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: bWFydSBoYXJuZXNzIGtleQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut read = Vec::new();
    let end = loop {
        if let Some(at) = read.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        ensure!(stream.read_buf(&mut read).await? > 0, "hung up at the upgrade");
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let status = head.split("\r\n").next().context("no status")?;
    ensure!(status.contains(" 101 "), "no upgrade: {status}");
    Ok((stream, read.split_off(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_split_when_they_are_whole() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let data = vec![b'x'; length];
            let mut bytes = Vec::new();
            write_text(&mut bytes, &data);
            // As a server writes it: without the mask.
            let header = bytes.len() - length - 4;
            bytes.drain(header..header + 4);
            bytes[1] &= 0x7F;
            let whole = bytes.len();
            bytes.extend([0x89, 0]);
            assert_eq!(split(&bytes).unwrap(), Some((Frame::Text(&data), whole)));
            assert_eq!(split(&bytes[whole..]).unwrap(), Some((Frame::Ping(&[]), 2)));
            assert_eq!(split(&bytes[..whole - 1]).unwrap(), None);
        }
        assert_eq!(split(&[0x88, 2, 0x0F, 0xA0]).unwrap(), Some((Frame::Close(4000), 4)));
        assert!(split(&[0x01, 0]).is_err() && split(&[0x81, 0x80]).is_err());
    }
}
