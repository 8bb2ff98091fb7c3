//! As much HTTP/1.1 as the REST API needs, on one kept connection.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Where a server listens, such as `127.0.0.1:3000`.
pub(crate) type Address = String;

/// A connection to the REST API.
pub(crate) struct Http {
    address: Address,
    /// What the server is to take for the page's address.
    origin: String,
    stream: TcpStream,
    /// Bytes that were read and not used yet.
    read: Vec<u8>,
}

/// An answer: its status, the login cookie that it set, and its JSON.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    pub(crate) body: Value,
}

impl Http {
    pub(crate) async fn connect(address: &str) -> Result<Self> {
        Self::connect_as(address, &format!("http://{address}")).await
    }

    /// The same for a page of another address, behind a proxy say.
    pub(crate) async fn connect_as(address: &str, origin: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (address, origin) = (address.to_owned(), origin.to_owned());
        Ok(Self { address, origin, stream, read: Vec::new() })
    }

    pub(crate) async fn get(&mut self, path: &str, cookie: &str) -> Result<Value> {
        let answer = self.ask("GET", path, cookie, None).await?;
        ensure!(answer.status == 200, "GET {path}: {} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        cookie: &str,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: {2}\r\nCookie: {cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: {1}\r\n\r\n{body}",
            self.address,
            body.len(),
            self.origin
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.answer().await.with_context(|| format!("{method} {path}"))
    }

    async fn answer(&mut self) -> Result<Answer> {
        let head = self.read_head().await?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|it| it.split(' ').nth(1)).context("no status")?;
        let status: u16 = status.parse()?;
        let (mut length, mut is_chunked, mut cookie) = (0, false, None);
        for (name, value) in lines.filter_map(|it| it.split_once(": ")) {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => is_chunked = value.contains("chunked"),
                "set-cookie" if value.contains("maru_login=") => {
                    cookie = value.split(';').next().map(str::to_owned);
                }
                _ => {}
            }
        }
        let body = if is_chunked { self.read_chunks().await? } else { self.read_n(length).await? };
        Ok(Answer { status, cookie, body: serde_json::from_slice(&body).unwrap_or_default() })
    }

    async fn read_head(&mut self) -> Result<String> {
        Ok(String::from_utf8(self.read_to(b"\r\n\r\n").await?)?)
    }

    async fn read_chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = String::from_utf8(self.read_to(b"\r\n").await?)?;
            let length = usize::from_str_radix(line.trim(), 16)?;
            body.extend(self.read_n(length).await?);
            self.read_n(2).await?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    /// What comes before the mark, which is taken away.
    async fn read_to(&mut self, mark: &[u8]) -> Result<Vec<u8>> {
        loop {
            if let Some(at) = self.read.windows(mark.len()).position(|it| it == mark) {
                let found = self.read[..at].to_vec();
                self.read.drain(..at + mark.len());
                return Ok(found);
            }
            self.read_more().await?;
        }
    }

    async fn read_n(&mut self, n: usize) -> Result<Vec<u8>> {
        while self.read.len() < n {
            self.read_more().await?;
        }
        Ok(self.read.drain(..n).collect())
    }

    async fn read_more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            bail!("the server hung up");
        }
        Ok(())
    }
}
