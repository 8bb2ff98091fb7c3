//! Processes that end with the harness: when dropped, and by the kernel's doing when the harness
//! itself is killed.

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// A program and what it is given, before it is started.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
    log: PathBuf,
    name: String,
}

impl Program {
    /// A program that writes what it says to the end of a file. When the harness ends without
    /// tidying up, the kernel sends it that signal.
    pub(crate) fn new(program: impl AsRef<OsStr>, log: &Path, at_our_death: &str) -> Self {
        let name = Path::new(program.as_ref()).file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", at_our_death]);
        // Not in our group: an interrupt from the keyboard is for us, and we end it.
        command.process_group(0).stdin(Stdio::null());
        command.env_remove(crate::SETTLED);
        command.arg("--").arg(program);
        Self { command, log: log.to_owned(), name }
    }

    /// The same as another user, who must be able to read the program.
    pub(crate) fn as_user(program: impl AsRef<OsStr>, log: &Path, user: &str) -> Self {
        let mut made = Self::new(program, log, "QUIT");
        let args: Vec<_> = made.command.get_args().map(OsStr::to_owned).collect();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", user, "--regid", user, "--clear-groups"]).args(args);
        command.process_group(0).stdin(Stdio::null());
        made.command = command;
        made
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<I: IntoIterator<Item = impl AsRef<OsStr>>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    fn log_file(&self) -> Result<File> {
        let file = OpenOptions::new().create(true).append(true).open(&self.log);
        file.with_context(|| self.log.display().to_string())
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Result<Process> {
        let log = self.log_file()?;
        self.command.stdout(log.try_clone()?).stderr(log);
        let child = self.command.spawn().with_context(|| format!("cannot start {}", self.name))?;
        Ok(Process { child: Some(child), name: self.name })
    }

    /// Runs it to its end, which must be a good one.
    pub(crate) async fn run(self, within: Duration) -> Result<()> {
        let (name, log) = (self.name.clone(), self.log.clone());
        let mut process = self.spawn()?;
        let status = process.wait(within).await?;
        if !status.success() {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let tail: Vec<_> = said.lines().rev().take(3).collect();
            bail!("{name} ended with {status}: {}", tail.join(" / "));
        }
        Ok(())
    }
}

/// A process of ours.
#[derive(Debug)]
pub(crate) struct Process {
    child: Option<Child>,
    name: String,
}

impl Process {
    /// Its id, while it lives.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let id = self.id().ok_or_else(|| anyhow!("{} does not run", self.name))?;
        signal_to(id, signal).with_context(|| format!("{signal:?} to {}", self.name))
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let Some(child) = &mut self.child else { return Ok(None) };
        let status = child.try_wait()?;
        if status.is_some() {
            self.child = None;
        }
        Ok(status)
    }

    /// Waits until it has ended.
    pub(crate) async fn wait(&mut self, within: Duration) -> Result<ExitStatus> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if begun.elapsed() > within {
                bail!("{} has not ended within {within:?}", self.name);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends it at once, and it is gone when this returns.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            _ = child.kill();
            _ = child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a process a signal.
pub(crate) fn signal_to(id: u32, signal: Signal) -> Result<()> {
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw).context("no process id")?;
    Ok(kill_process(pid, signal)?)
}

/// A figure of a process from `/proc`, such as `VmRSS` in KiB or `Threads`.
pub(crate) fn figure(id: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// How many files a process has open.
pub(crate) fn open_files(id: u32) -> Option<u64> {
    Some(fs::read_dir(format!("/proc/{id}/fd")).ok()?.count() as u64)
}

/// Whether all threads of a process stand still, stopped by a signal.
pub(crate) fn is_stopped(id: u32) -> bool {
    let state = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).ok()?;
        stat.rsplit_once(')')?.1.trim_start().chars().next()
    };
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    tasks.map(state).all(|it| it.is_none_or(|state| state == 'T'))
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_can_be_asked_to_end_and_is_killed_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let sleep = || Program::new("sleep", &log, "KILL").arg("60").spawn().unwrap();
        let mut asked = sleep();
        asked.signal(Signal::TERM).unwrap();
        assert!(!asked.wait(Duration::from_secs(10)).await.unwrap().success());
        let dropped = sleep();
        let id = dropped.id().unwrap();
        assert!(figure(id, "Threads").is_some() && open_files(id).is_some() && !is_stopped(id));
        drop(dropped);
        assert_eq!(figure(id, "Threads"), None);
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let program = Program::new("sh", &log, "KILL").args(["-c", "echo so long; exit 3"]);
        let error = program.run(Duration::from_secs(10)).await.unwrap_err().to_string();
        assert!(error.contains("so long"), "{error}");
    }
}
