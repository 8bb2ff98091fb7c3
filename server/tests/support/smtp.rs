//! A mail server that keeps what it is given, for tests only.

use std::net::SocketAddr;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// A letter as it came.
#[derive(Debug)]
pub(crate) struct Caught {
    pub(crate) to: String,
    pub(crate) text: String,
}

/// The server; it ends with the test.
pub(crate) struct Smtp {
    pub(crate) at: SocketAddr,
    letters: mpsc::UnboundedReceiver<Caught>,
}

impl Smtp {
    /// Takes no letter before it has refused `refusals`, as a server does that is busy.
    pub(crate) async fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (tx, letters) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for count in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                if let Some(caught) = serve(stream, count < refusals).await {
                    _ = tx.send(caught);
                }
            }
        });
        Self { at, letters }
    }

    /// The next letter.
    pub(crate) async fn letter(&mut self) -> Caught {
        self.letters.recv().await.unwrap()
    }

    /// Whether no letter came that was not read yet.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.letters.try_recv().is_err()
    }
}

async fn serve(stream: TcpStream, refuses: bool) -> Option<Caught> {
    let mut stream = BufReader::new(stream);
    let (mut to, mut caught) = (String::new(), None);
    stream.write_all(b"220 catcher\r\n").await.ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return caught;
        }
        let answer = match line.get(..4).unwrap_or_default() {
            "MAIL" if refuses => "451 later",
            "RCPT" => {
                to = line.trim().to_owned();
                "250 ok"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let text = read_text(&mut stream).await?;
                caught = Some(Caught { to: std::mem::take(&mut to), text: readable(&text) });
                "250 kept"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        if line.starts_with("QUIT") {
            return caught;
        }
    }
}

async fn read_text(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n.\r\n") {
        if stream.read_line(&mut text).await.ok()? == 0 {
            return None;
        }
    }
    Some(text)
}

/// The text without the encoding that folds long lines (quoted-printable).
fn readable(text: &str) -> String {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    if !head.contains("quoted-printable") {
        return text.to_owned();
    }
    let mut bytes = Vec::new();
    for (n, part) in body.replace("=\r\n", "").split('=').enumerate() {
        let code = part.get(..2).filter(|_| n > 0).map(|it| u8::from_str_radix(it, 16).unwrap());
        bytes.extend(code);
        bytes.extend(part.bytes().skip(if n > 0 { 2 } else { 0 }));
    }
    format!("{head}\r\n\r\n{}", String::from_utf8(bytes).unwrap())
}
