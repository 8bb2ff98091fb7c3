//! A socket's bytes: opening, reading as slowly as wished, writing what it takes. The counterpart
//! of the browser's `WebSocket`: it tells that it opened, that frames came, and that it ended.

use crate::frames::{self, Frame};
use rustix::net::sockopt::set_socket_recv_buffer_size;
use std::{future::pending, net::SocketAddr, pin::Pin, time::Duration};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::{Instant, sleep_until},
};

/// How a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// What comes, at once.
    All,
    /// So many bytes a second, with small buffers of the system where the socket is new.
    Slowly(u32),
    /// Nothing, from now on; the socket stays open.
    Nothing,
}

/// What became of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PortEvent {
    /// The upgrade was answered with 101.
    Opened,
    /// Bytes came, or were taken.
    Moved,
    /// It ended, or could not be opened.
    Ended,
}

/// Where to, as whom.
pub(super) struct Address {
    pub(super) door: SocketAddr,
    pub(super) origin: String,
    pub(super) cookie: String,
}

type Opening = Pin<Box<dyn Future<Output = anyhow::Result<(TcpStream, Vec<u8>)>>>>;

enum State {
    Shut,
    Opening(Opening),
    Open(TcpStream),
}

/// One socket, or none.
pub(super) struct Port {
    state: State,
    reading: Reading,
    /// Read, and not taken yet.
    inbox: Vec<u8>,
    out: Vec<u8>,
    read_after: Instant,
}

/// Read at once.
const READ_MAX: usize = 64 << 10;
/// A slow reader reads so often a second.
const SIPS_PER_SEC: u32 = 10;
/// The system's buffer for a client that reads slowly; the system may make it larger.
const SMALL_BUFFER: u32 = 4 << 10;
/// And once the same client reads all again. Small buffers can leave a window that is smaller than
/// what the other end's system would send at least, which then sends what fits in five times a
/// second (RFC 9293, 3.8.6.2.1), however much it holds.
const USUAL_BUFFER: usize = 1 << 20;

impl Port {
    pub(super) fn new() -> Self {
        let (inbox, out) = (Vec::new(), Vec::new());
        Self { state: State::Shut, reading: Reading::All, inbox, out, read_after: Instant::now() }
    }

    /// Reads so from now on.
    pub(super) fn set_reading(&mut self, reading: Reading) {
        if self.reading == reading {
            return;
        }
        self.reading = reading;
        if let (Reading::All, State::Open(stream)) = (reading, &self.state) {
            // Where the system does not give it, it reads with what it has.
            _ = set_socket_recv_buffer_size(stream, USUAL_BUFFER);
        }
    }

    /// Begins to open a socket in the place of the one there was.
    pub(super) fn open(&mut self, address: Address) {
        self.shut();
        let is_slow = self.reading != Reading::All;
        self.state = State::Opening(Box::pin(async move {
            let socket = TcpSocket::new_v4()?;
            if is_slow {
                socket.set_recv_buffer_size(SMALL_BUFFER)?;
            }
            let stream = socket.connect(address.door).await?;
            frames::upgrade(stream, &address.door.to_string(), &address.origin, &address.cookie)
                .await
        }));
    }

    /// Gives the socket up.
    pub(super) fn shut(&mut self) {
        self.state = State::Shut;
        self.inbox.clear();
        self.out.clear();
    }

    pub(super) fn is_shut(&self) -> bool {
        matches!(self.state, State::Shut)
    }

    /// Adds bytes to what is to be written.
    pub(super) fn send(&mut self, bytes: &mut Vec<u8>) {
        if self.is_shut() {
            bytes.clear();
        } else if self.out.is_empty() {
            std::mem::swap(&mut self.out, bytes);
        } else {
            self.out.append(bytes);
        }
    }

    /// Waits for the next thing to happen. Nothing is lost when it is not awaited to its end.
    pub(super) async fn next(&mut self) -> PortEvent {
        match &mut self.state {
            State::Shut => pending().await,
            State::Opening(opening) => match opening.await {
                Ok((stream, read)) => {
                    (self.state, self.inbox) = (State::Open(stream), read);
                    PortEvent::Opened
                }
                Err(_) => PortEvent::Ended,
            },
            State::Open(stream) => {
                let (reading, at) = (self.reading, self.read_after);
                tokio::select! {
                    () = until_readable(stream, reading, at) => {}
                    _ = stream.writable(), if !self.out.is_empty() => {}
                }
                self.read_and_write()
            }
        }
    }

    fn read_and_write(&mut self) -> PortEvent {
        let State::Open(stream) = &self.state else { return PortEvent::Ended };
        while !self.out.is_empty() {
            match stream.try_write(&self.out) {
                Ok(n) => _ = self.out.drain(..n),
                Err(error) if is_busy(&error) => break,
                // Reading finds out what is wrong, and first what came before it.
                Err(_) => self.out.clear(),
            }
        }
        let now = Instant::now();
        let most = match self.reading {
            Reading::All => READ_MAX,
            Reading::Slowly(_) | Reading::Nothing if now < self.read_after => {
                return PortEvent::Moved;
            }
            Reading::Slowly(per_sec) => (per_sec / SIPS_PER_SEC).max(1) as usize,
            Reading::Nothing => return PortEvent::Moved,
        };
        let before = self.inbox.len();
        self.inbox.resize(before + most, 0);
        let read = stream.try_read(&mut self.inbox[before..]);
        self.inbox.truncate(before + *read.as_ref().unwrap_or(&0));
        self.read_after = now + Duration::from_secs(1) / SIPS_PER_SEC;
        match read {
            Ok(n) if n > 0 => PortEvent::Moved,
            Err(error) if is_busy(&error) => PortEvent::Moved,
            Ok(_) | Err(_) => PortEvent::Ended,
        }
    }

    /// Hands over all whole frames that came; the code when the server closed the socket or wrote
    /// what no client can read.
    pub(super) fn frames(&mut self, mut take: impl FnMut(&[u8])) -> Option<u16> {
        let inbox = std::mem::take(&mut self.inbox);
        let (mut used, mut code) = (0, None);
        while code.is_none() {
            match frames::split(&inbox[used..]) {
                Ok(None) => break,
                Err(_) => code = Some(1002),
                Ok(Some((frame, length))) => {
                    used += length;
                    match frame {
                        Frame::Text(text) => take(text),
                        Frame::Ping(data) => frames::write_pong(&mut self.out, data),
                        Frame::Pong(_) => {}
                        Frame::Close(its) => code = Some(its),
                    }
                }
            }
        }
        self.inbox = inbox;
        self.inbox.drain(..used);
        code
    }
}

async fn until_readable(stream: &TcpStream, reading: Reading, at: Instant) {
    match reading {
        Reading::Nothing => pending().await,
        Reading::All => _ = stream.readable().await,
        Reading::Slowly(_) => {
            sleep_until(at).await;
            _ = stream.readable().await;
        }
    }
}

fn is_busy(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::WouldBlock
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::sockopt::socket_recv_buffer_size;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    /// A port with a socket that is open, and the server's end of it.
    async fn open(reading: Reading) -> (Port, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut port = Port::new();
        port.set_reading(reading);
        port.open(Address {
            door: listener.local_addr().unwrap(),
            origin: "http://hall".into(),
            cookie: "maru_login=x".into(),
        });
        let serve = async {
            let mut stream = listener.accept().await.unwrap().0;
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                assert!(stream.read_buf(&mut asked).await.unwrap() > 0);
            }
            let asked = String::from_utf8(asked).unwrap();
            assert!(asked.contains("Origin: http://hall\r\nCookie: maru_login=x\r\n"), "{asked}");
            // The first frame comes with the answer.
            stream.write_all(b"HTTP/1.1 101 Switching\r\n\r\n\x81\x02hi").await.unwrap();
            stream
        };
        let (event, stream) = tokio::join!(port.next(), serve);
        assert_eq!(event, PortEvent::Opened);
        (port, stream)
    }

    /// Reads until a frame has come or the socket has ended.
    async fn read(port: &mut Port) -> (Vec<String>, Option<u16>, PortEvent) {
        loop {
            let event = port.next().await;
            let mut texts = Vec::new();
            let code = port.frames(|it| texts.push(String::from_utf8(it.to_vec()).unwrap()));
            if !texts.is_empty() || code.is_some() || event == PortEvent::Ended {
                return (texts, code, event);
            }
        }
    }

    #[tokio::test]
    async fn frames_come_whole_however_they_were_cut_and_pings_are_answered() {
        let (mut port, mut server) = open(Reading::Slowly(50)).await;
        let mut texts = Vec::new();
        assert_eq!(port.frames(|it| texts.push(it.to_vec())), None);
        assert_eq!(texts, [b"hi"]);
        server.write_all(b"\x89\x01p\x81\x05hello\x88\x02\x0F\xA0").await.unwrap();
        assert_eq!(read(&mut port).await, (vec!["hello".into()], None, PortEvent::Moved));
        let mut pong = [0; 7];
        let (closed, _) = tokio::join!(read(&mut port), server.read_exact(&mut pong));
        assert_eq!((closed.1, pong), (Some(4000), *b"\x8A\x81\0\0\0\0p"));
    }

    #[tokio::test]
    async fn who_reads_all_again_has_room_for_it() {
        let room = |port: &Port| match &port.state {
            State::Open(stream) => socket_recv_buffer_size(stream).unwrap(),
            State::Shut | State::Opening(_) => panic!("it is not open"),
        };
        let (mut port, _server) = open(Reading::Slowly(50)).await;
        assert!(room(&port) < 16 << 10);
        port.set_reading(Reading::Nothing);
        assert!(room(&port) < 16 << 10);
        port.set_reading(Reading::All);
        assert!(room(&port) > 100 << 10);
    }

    #[tokio::test]
    async fn what_is_sent_arrives_and_the_end_is_told() {
        let (mut port, mut server) = open(Reading::All).await;
        assert_eq!(port.frames(|it| assert_eq!(it, b"hi")), None);
        let mut out = b"to be written".to_vec();
        port.send(&mut out);
        assert!(out.is_empty());
        let mut read_there = [0; 13];
        tokio::select! {
            event = read(&mut port) => panic!("{event:?}"),
            read = server.read_exact(&mut read_there) => assert!(read.is_ok()),
        }
        assert_eq!(&read_there, b"to be written");
        drop(server);
        assert_eq!(read(&mut port).await.2, PortEvent::Ended);
        port.shut();
        let mut out = b"nobody is there".to_vec();
        port.send(&mut out);
        assert!(port.is_shut() && out.is_empty());
    }
}
