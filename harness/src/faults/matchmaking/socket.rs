//! A socket that is opened again whenever it ends, by which servers see that somebody is there.

use super::{
    person::{Stage, now},
    record::{Act, Record, View, What},
};
use crate::frames::{self, Frame};
use anyhow::{Result, bail};
use app::protocol::{
    limits,
    packets::{ClientPacket, Hello, ServerPacket},
};
use std::{cell::RefCell, rc::Rc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    time::{sleep, timeout},
};

/// Opening one may take so long.
const OPEN: Duration = Duration::from_secs(5);
/// The pause before it is opened again.
const PAUSE: Duration = Duration::from_millis(200);

/// Keeps a socket open until the task is aborted.
pub(super) async fn attend(
    stage: Rc<Stage>,
    cookie: String,
    record: Rc<RefCell<Record>>,
    news: Rc<Notify>,
) {
    let note = |what| record.borrow_mut().acts.push(Act { at: now(), what });
    loop {
        if let Ok(Ok((stream, read))) = timeout(OPEN, open(&stage, &cookie)).await {
            let heard = |view| {
                note(What::Heard(view));
                news.notify_one();
            };
            // Who was greeted is counted as there.
            _ = listen(stream, read, || note(What::Connected), heard).await;
            note(What::Disconnected);
        }
        sleep(PAUSE).await;
    }
}

async fn open(stage: &Stage, cookie: &str) -> Result<(TcpStream, Vec<u8>)> {
    let stream = TcpStream::connect(stage.door).await?;
    frames::upgrade(stream, &stage.door.to_string(), &stage.origin, cookie).await
}

/// Reads until the socket ends.
async fn listen(
    mut stream: TcpStream,
    mut read: Vec<u8>,
    welcomed: impl Fn(),
    heard: impl Fn(View),
) -> Result<()> {
    let mut out = Vec::new();
    let hello = Hello { version: limits::VERSION, epoch: None, rooms: vec![], attending: true };
    frames::write_text(&mut out, &serde_json::to_vec(&ClientPacket::Hello(hello))?);
    loop {
        while let Some((frame, length)) = frames::split(&read)? {
            match frame {
                Frame::Text(text) => match serde_json::from_slice(text)? {
                    ServerPacket::Welcomed(_) => welcomed(),
                    ServerPacket::Matching(view) => View::of(&view).into_iter().for_each(&heard),
                    _ => {}
                },
                Frame::Ping(data) => frames::write_pong(&mut out, data),
                Frame::Pong(_) => {}
                Frame::Close(code) => bail!("closed with {code}"),
            }
            read.drain(..length);
        }
        stream.write_all(&out).await?;
        out.clear();
        if stream.read_buf(&mut read).await? == 0 {
            bail!("hung up");
        }
    }
}
