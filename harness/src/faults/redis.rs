//! A Redis of a run's own, without persistence, and the few words that a fault says to it.

use super::process::{Process, Program};
use crate::server::free_port;
use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// Starting may take so long, and an answer.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// A Redis server.
pub(crate) struct Redis {
    folder: PathBuf,
    log: PathBuf,
    pub(crate) port: u16,
    process: Option<Process>,
}

impl Redis {
    /// Starts one that keeps its files below that folder.
    pub(crate) async fn make(within: &Path) -> Result<Self> {
        let (folder, log) = (within.to_owned(), within.join("redis.log"));
        let mut made = Self { folder, log, port: free_port()?, process: None };
        made.start().await?;
        Ok(made)
    }

    /// Starts the server and waits until it answers.
    pub(crate) async fn start(&mut self) -> Result<()> {
        let port = self.port.to_string();
        let args = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port];
        let program = Program::new("redis-server", &self.log, "KILL").args(args).arg("--dir");
        self.process = Some(program.arg(&self.folder).spawn()?);
        let begun = Instant::now();
        while self.say("PING").await.is_err() {
            if begun.elapsed() > ANSWER_MAX {
                bail!("Redis does not start; see {}", self.log.display());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Ends the server at once.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Stops the server for a while: it neither answers nor hangs up.
    pub(crate) fn pause(&self, paused: bool) -> Result<()> {
        let signal = if paused { Signal::STOP } else { Signal::CONT };
        self.process.as_ref().context("Redis does not run")?.signal(signal)
    }

    /// Says a command on one line; its answer on one line, or the text of it.
    pub(crate) async fn say(&self, command: &str) -> Result<String> {
        let answer = async {
            let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", self.port)).await?);
            stream.write_all(format!("{command}\r\n").as_bytes()).await?;
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let line = line.trim_end().to_owned();
            let Some(length) = line.strip_prefix('$') else { return Ok(line) };
            let Ok(length) = length.parse::<usize>() else { return Ok(String::new()) };
            let mut text = vec![0; length];
            stream.read_exact(&mut text).await?;
            Ok(String::from_utf8_lossy(&text).into_owned())
        };
        let said: Result<String> = tokio::time::timeout(ANSWER_MAX, answer).await?;
        let said = said?;
        if said.is_empty() || said.starts_with('-') {
            bail!("Redis says {said:?} to {command}");
        }
        Ok(said)
    }
}
