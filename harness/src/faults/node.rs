//! One server process of a deployment: started, ended in every way, watched.

use super::process::{self, Process, Program};
use crate::http::Http;
use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use std::{
    ffi::OsString,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{Duration, Instant},
};

/// A start may take so long before something must be wrong.
const START_MAX: Duration = Duration::from_mins(1);
/// A node that is asked to end may take so long.
const STOP_MAX: Duration = Duration::from_secs(45);
/// All threads of a process that is stopped for a while stand still by then.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// An answer about readiness that takes longer is none.
const READY_MAX: Duration = Duration::from_millis(1_500);

/// A node: its settings stay, its process comes and goes.
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) server: PathBuf,
    pub(crate) config: PathBuf,
    pub(crate) log: PathBuf,
    /// Variables of its process.
    pub(crate) env: Vec<(String, OsString)>,
    /// The program and arguments under which it runs, such as a tracer; empty for none.
    pub(crate) under: Vec<OsString>,
    process: Option<Process>,
    /// Open files of this process when it was ready.
    files_at_start: u64,
}

impl Node {
    /// A node that does not run yet.
    pub(crate) fn new(name: &str, address: SocketAddr, server: &Path, folder: &Path) -> Self {
        Self {
            name: name.to_owned(),
            address,
            server: server.to_owned(),
            config: folder.join("maru.toml"),
            log: folder.join(format!("{name}.log")),
            env: Vec::new(),
            under: Vec::new(),
            process: None,
            files_at_start: 0,
        }
    }

    /// Sets a variable for the starts to come; an empty value takes it away.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        let value = value.into();
        self.env.retain(|it| it.0 != name);
        if !value.is_empty() {
            self.env.push((name.to_owned(), value));
        }
    }

    /// Starts the process, and does not wait for it.
    pub(crate) fn spawn(&mut self) -> Result<()> {
        let mut words = self.under.iter().cloned().chain([self.server.clone().into_os_string()]);
        let program = words.next().context("a program")?;
        let mut program = Program::new(program, &self.log, "KILL").args(words);
        for (name, value) in &self.env {
            program = program.env(name, value);
        }
        self.process = Some(program.arg("serve").arg("--config").arg(&self.config).spawn()?);
        Ok(())
    }

    /// Waits until the node says that it is ready; how long that took.
    pub(crate) async fn ready(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        while !is_ready(self.address).await {
            if let Some(status) = self.ended()? {
                bail!("{} ended with {status} instead of being ready: {}", self.name, self.said());
            }
            if begun.elapsed() > START_MAX {
                bail!("{} is not ready after {START_MAX:?}: {}", self.name, self.said());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.files_at_start = self.open_files().unwrap_or_default();
        Ok(begun.elapsed())
    }

    /// Runs another command of the server's program with the same settings, to its good end.
    pub(crate) async fn command(&self, words: &[&str], within: Duration) -> Result<()> {
        let mut program = Program::new(&self.server, &self.log, "KILL");
        for (name, value) in &self.env {
            program = program.env(name, value);
        }
        program.args(words).arg("--config").arg(&self.config).run(within).await
    }

    /// Starts the process and waits until it is ready; how long that took.
    pub(crate) async fn start(&mut self) -> Result<Duration> {
        self.spawn()?;
        self.ready().await
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Asks it to end, and waits for that; how long it took.
    pub(crate) async fn stop(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        let mut process = self.process.take().with_context(|| format!("{} runs", self.name))?;
        process.signal(Signal::TERM)?;
        let status = process.wait(STOP_MAX).await?;
        if !status.success() {
            bail!("{} ended with {status} when asked to end: {}", self.name, self.said());
        }
        Ok(begun.elapsed())
    }

    /// Stops its process for a while, or lets it go on.
    pub(crate) fn pause(&self, paused: bool) -> Result<()> {
        let process = self.process.as_ref().context("no process")?;
        process.signal(if paused { Signal::STOP } else { Signal::CONT })
    }

    /// Stops its process for a while, and returns when none of its threads runs any more.
    pub(crate) async fn stop_for_now(&self) -> Result<()> {
        self.pause(true)?;
        let id = self.id().context("no process")?;
        let begun = Instant::now();
        while !process::is_stopped(id) {
            if begun.elapsed() > PAUSE_MAX {
                bail!("{} does not stop for a while", self.name);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// How its process ended, if it has by itself.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        match &mut self.process {
            Some(process) => process.ended(),
            None => Ok(None),
        }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.as_ref()?.id()
    }

    /// The memory of its process, in KiB.
    pub(crate) fn memory_kib(&self) -> Option<u64> {
        process::figure(self.id()?, "VmRSS")
    }

    /// The files and sockets that its process has open.
    pub(crate) fn open_files(&self) -> Option<u64> {
        process::open_files(self.id()?)
    }

    /// How many more files it has open than when it was ready.
    pub(crate) fn files_grown(&self) -> u64 {
        self.open_files().unwrap_or_default().saturating_sub(self.files_at_start)
    }

    /// The last words of its log.
    pub(crate) fn said(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().last().unwrap_or("(nothing)").to_owned()
    }

    /// The lines of its log that tell of a panic.
    pub(crate) fn panics(&self) -> Vec<String> {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        log.lines().filter(|it| it.contains("panicked at")).map(str::to_owned).collect()
    }
}

/// Whether the node at that address says that it is ready.
pub(crate) async fn is_ready(address: SocketAddr) -> bool {
    let asked = async {
        let mut http = Http::connect(&address.to_string()).await?;
        Ok::<_, anyhow::Error>(http.ask("GET", "/api/v1/ready", "", None).await?.status)
    };
    matches!(tokio::time::timeout(READY_MAX, asked).await, Ok(Ok(200)))
}
