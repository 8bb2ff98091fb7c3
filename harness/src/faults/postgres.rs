//! A PostgreSQL cluster of a run's own: made, started, stopped in every unkind way.

use super::process::{Process, Program, is_root};
use crate::server::free_port;
use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use sqlx::{Connection as _, PgConnection};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// The Debian user as whom it runs when we are root, which it refuses to be.
const USER: &str = "postgres";
/// Making and starting it may take so long.
const START_MAX: Duration = Duration::from_mins(1);

/// A cluster and its server.
pub(crate) struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    pub(crate) port: u16,
    process: Option<Process>,
}

impl Postgres {
    /// Makes a cluster in a new folder below that one, and starts its server.
    pub(crate) async fn make(within: &Path) -> Result<Self> {
        let (folder, log) = (within.join("postgres"), within.join("postgres.log"));
        fs::create_dir(&folder)?;
        let mut made = Self { bin: bin()?, folder, log, port: free_port()?, process: None };
        made.give_folder()?;
        let program = made.program("initdb").args(["--no-sync", "--auth=trust", "--username=maru"]);
        let program = program.args(["--encoding=UTF8", "--locale=C", "-D"]).arg(&made.folder);
        program.run(START_MAX).await?;
        made.start().await?;
        Ok(made)
    }

    fn program(&self, name: &str) -> Program {
        let path = self.bin.join(name);
        if is_root() {
            Program::as_user(path, &self.log, USER)
        } else {
            Program::new(path, &self.log, "QUIT")
        }
    }

    /// A copy of the whole cluster, made while it is written to, and a server for it.
    pub(crate) async fn copy(&self, folder: &Path) -> Result<Self> {
        let copied = Self {
            bin: self.bin.clone(),
            folder: folder.to_owned(),
            log: self.log.with_extension("copy.log"),
            port: free_port()?,
            process: None,
        };
        fs::create_dir(folder)?;
        copied.give_folder()?;
        let mut copied = copied;
        let port = self.port.to_string();
        let program = copied.program("pg_basebackup").args(["-h", "127.0.0.1", "-U", "maru"]);
        let program = program.args(["-p", &port, "-X", "stream", "-c", "fast", "--no-sync", "-D"]);
        program.arg(folder).run(START_MAX).await?;
        copied.start().await?;
        Ok(copied)
    }

    /// One of the programs that come with it.
    pub(crate) fn tool(name: &str) -> Result<PathBuf> {
        Ok(bin()?.join(name))
    }

    /// The folder belongs to whom the server runs as, and to nobody else.
    fn give_folder(&self) -> Result<()> {
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700))?;
        if is_root() {
            let done = Command::new("chown").arg(USER).arg(&self.folder).status()?;
            if !done.success() {
                bail!("there is no user {USER} to run PostgreSQL as");
            }
        }
        Ok(())
    }

    /// The address of its database, through whatever link leads to it.
    pub(crate) fn url_at(port: u16) -> String {
        format!("postgres://maru@127.0.0.1:{port}/postgres")
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> String {
        Self::url_at(self.port)
    }

    /// The address of another database of the same server.
    pub(crate) fn url_of(&self, database: &str) -> String {
        format!("postgres://maru@127.0.0.1:{}/{database}", self.port)
    }

    /// The process of the server, while it runs.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.as_ref()?.id()
    }

    /// Starts the server and waits until it takes connections.
    pub(crate) async fn start(&mut self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let mut process = self.serve()?;
            while process.ended()?.is_none() {
                if self.answers().await {
                    self.process = Some(process);
                    return Ok(());
                }
                if begun.elapsed() > START_MAX {
                    bail!("PostgreSQL does not start; see {}", self.log.display());
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            // Processes of the one that was killed may still be leaving.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn serve(&self) -> Result<Process> {
        let port = format!("port={}", self.port);
        let settings = [
            port.as_str(),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "shared_buffers=64MB",
            "max_connections=100",
            "log_min_messages=warning",
        ];
        let program = self.program("postgres").arg("-D").arg(&self.folder);
        program.args(settings.into_iter().flat_map(|it| ["-c", it])).spawn()
    }

    async fn answers(&self) -> bool {
        let asked = async {
            let mut connection = PgConnection::connect(&self.url()).await?;
            sqlx::query("select 1").execute(&mut connection).await?;
            connection.close().await
        };
        tokio::time::timeout(Duration::from_secs(2), asked).await.is_ok_and(|it| it.is_ok())
    }

    /// Stops the server with a signal: `QUIT` ends it at once and drops all connections, `KILL`
    /// without a chance to say so.
    pub(crate) async fn stop(&mut self, signal: Signal) -> Result<()> {
        let mut process = self.process.take().context("PostgreSQL does not run")?;
        process.signal(signal)?;
        process.wait(START_MAX).await?;
        Ok(())
    }

    /// Stops the whole server for a while: it neither answers nor hangs up.
    pub(crate) fn pause(&self, paused: bool) -> Result<()> {
        let signal = if paused { Signal::STOP } else { Signal::CONT };
        for id in self.processes()? {
            // One of them may have ended by itself in between.
            _ = super::process::signal_to(id, signal);
        }
        Ok(())
    }

    /// The server's processes, the first one of them first.
    pub(crate) fn processes(&self) -> Result<Vec<u32>> {
        let first = self.id().context("PostgreSQL does not run")?;
        let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children"))?;
        let children = children.split_whitespace().filter_map(|it| it.parse().ok());
        Ok(std::iter::once(first).chain(children).collect())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(process) = &self.process {
            _ = self.pause(false);
            _ = process.signal(Signal::QUIT);
            let begun = Instant::now();
            while let Some(process) = &mut self.process
                && matches!(process.ended(), Ok(None))
                && begun.elapsed() < Duration::from_secs(3)
            {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// The folder of the newest PostgreSQL's programs.
pub(crate) fn bin() -> Result<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest =
        installed.map(|it| it.path()).filter(|it| version(it).is_some()).max_by_key(version);
    let bin = newest.map(|it| it.join("bin")).filter(|it| it.join("initdb").exists());
    bin.context("PostgreSQL is not installed below /usr/lib/postgresql: install postgresql")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_user_and_database() {
        assert_eq!(Postgres::url_at(7), "postgres://maru@127.0.0.1:7/postgres");
    }
}
