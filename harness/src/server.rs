//! The server under measurement: started on a core of its own with an empty folder, watched
//! through `/proc`, and stopped.

use crate::http::{Address, Http};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fmt::Write as _,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Which server to drive.
#[derive(clap::Args, Clone)]
pub(crate) struct Target {
    /// The server's program; it is started with a folder of its own.
    #[arg(long, value_name = "PATH", required_unless_present = "url")]
    server: Option<PathBuf>,
    /// A server that runs already, with limits high enough and channels load-0, load-1 and so on.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "server")]
    url: Option<Address>,
    /// Keep the data in this folder, and do not remove it.
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Show what the server logs.
    #[arg(long)]
    verbose: bool,
}

/// A server that answers.
pub(crate) struct Server {
    pub(crate) address: Address,
    child: Option<Child>,
    /// Removed with the server.
    _folder: Option<TempDir>,
}

/// How many cores there are.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

impl Target {
    /// Starts the server with so many load channels, or finds the one that runs.
    pub(crate) async fn start(&self, channels: usize) -> Result<Server> {
        if let Some(url) = &self.url {
            let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
            return Ok(Server { address, child: None, _folder: None });
        }
        let temporary = if self.data.is_none() { Some(TempDir::new()?) } else { None };
        let folder = self.data.clone().or_else(|| temporary.as_ref().map(|it| it.path().into()));
        let folder = folder.context("a folder")?;
        fs::create_dir_all(&folder)?;
        let server = self.spawn(&folder, channels, temporary)?;
        server.ready().await?;
        Ok(server)
    }

    /// Starts the server without waiting for it.
    pub(crate) fn spawn(
        &self,
        folder: &Path,
        channels: usize,
        temporary: Option<TempDir>,
    ) -> Result<Server> {
        let program = self.server.as_ref().context("--server is needed here")?;
        let program = program.canonicalize().with_context(|| program.display().to_string())?;
        let config = folder.join("maru.toml");
        fs::write(&config, configuration(channels))?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let pin = if cores() > 1 { "taskset -c 0" } else { "" };
        let script = format!("ulimit -n $(ulimit -Hn); exec {pin} \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]).arg(&program).arg("serve").arg("--config").arg(&config);
        command.env("MARU_LISTEN", &address).env("MARU_DATA_DIR", folder.join("data"));
        command.env("MARU_METRICS_LISTEN", "off").env("MARU_LOG", "warn");
        command.env("LEPTOS_HASH_FILES", "true").env("MARU_MATCH_GUESTS", "true");
        if !self.verbose {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        let child = command.spawn().with_context(|| program.display().to_string())?;
        Ok(Server { address, child: Some(child), _folder: temporary })
    }
}

/// Channels to load, and limits that are out of the way.
pub(crate) fn configuration(channels: usize) -> String {
    let mut toml = String::from(
        "[limits]\nsends_per_sec = 1000000\nsends_burst = 1000000\nframes_per_sec = 1000000\n\
         frames_burst = 1000000\nsockets_per_user = 100000\nsockets_per_address = 100000\n\
         logins_per_min = 0\nsign_ups_per_hour = 0\nguests_per_hour = 0\nrequests_per_sec = 0\n",
    );
    for n in 0..channels {
        let _ =
            write!(toml, "\n[[channels]]\nname = \"load-{n}\"\ntopic = \"\"\ncapacity = 100000\n");
    }
    toml
}

/// A port of 127.0.0.1 that is free now. Not one of those that systems give to whoever connects
/// somewhere: it has to be free still when its server is started again.
pub(crate) fn free_port() -> Result<u16> {
    for _ in 0..1_000 {
        let [high, low, ..] = *uuid::Uuid::new_v4().as_bytes();
        let port = 10_000 + u16::from_be_bytes([high, low]) % 20_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port of 127.0.0.1 from 10000 on is free")
}

impl Server {
    /// Waits until the server says that it is ready; how long that took.
    pub(crate) async fn ready(&self) -> Result<Duration> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(1) {
            if let Ok(mut http) = Http::connect(&self.address).await
                && let Ok(answer) = http.ask("GET", "/api/v1/ready", "", None).await
                && answer.status == 200
            {
                return Ok(begun.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        bail!("the server is not ready after a minute; try --verbose")
    }

    /// The CPU time that the server has used, if it was started here.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        cpu_of(&self.child.as_ref()?.id().to_string())
    }

    /// The memory that the server has in use, in KiB, if it was started here.
    pub(crate) fn memory_kib(&self) -> Option<u64> {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.as_ref()?.id())).ok()?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    /// Asks the server to end, and waits for it.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let Some(child) = &mut self.child else { return Ok(()) };
        let pid = child.id().to_string();
        ensure!(
            Command::new("kill").args(["-TERM", &pid]).status()?.success(),
            "cannot stop {pid}"
        );
        for _ in 0..400 {
            if child.try_wait()?.is_some() {
                self.child = None;
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the server does not end")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The CPU time of a process, by its id or `self`; `/proc` counts in hundredths of a second.
pub(crate) fn cpu_of(process: &str) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The program's name, in brackets, may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let user: u64 = fields.get(11)?.parse().ok()?;
    let system: u64 = fields.get(12)?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 10))
}
