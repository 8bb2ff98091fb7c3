//! A PostgreSQL of the test's own that can be stopped, and a way to it that can be cut.

#![allow(dead_code, reason = "compiled into several tests, each of which uses some of it")]

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A cluster in a folder; it runs while there is a child.
pub(crate) struct OwnPostgres {
    folder: TempDir,
    programs: PathBuf,
    pub(crate) at: SocketAddr,
    server: Option<Child>,
}

impl OwnPostgres {
    /// A new cluster, started; `None` where `TEST_POSTGRES_PROGRAMS` names no PostgreSQL.
    pub(crate) async fn new() -> Option<Self> {
        let programs = PathBuf::from(std::env::var_os("TEST_POSTGRES_PROGRAMS")?);
        let folder = tempfile::tempdir().unwrap();
        // The cluster belongs to another user when this is root's test.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let at = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut it = Self { folder, programs, at, server: None };
        let made = it
            .program("initdb")
            .args([
                "-U",
                "maru",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(it.folder.path().join("cluster"))
            .status();
        assert!(made.unwrap().success());
        it.start().await;
        Some(it)
    }

    pub(crate) fn url(&self) -> String {
        url_at(self.at)
    }

    /// A program of PostgreSQL, which refuses to run as root; it ends with the test.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "INT"]);
        if rustix::process::getuid().is_root() {
            command.args(["--reuid", "postgres", "--regid", "postgres", "--init-groups"]);
        }
        command.arg(self.programs.join(name)).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts it, and awaits that it answers.
    pub(crate) async fn start(&mut self) {
        let server = self
            .program("postgres")
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-p", &self.at.port().to_string(), "-D"])
            .arg(self.folder.path().join("cluster"))
            .spawn();
        self.server = Some(server.unwrap());
        while !self
            .program("pg_isready")
            .args(["-q", "-d", &self.url()])
            .status()
            .unwrap()
            .success()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it in the middle of whatever it does, as `pg_ctl stop -m immediate`.
    pub(crate) fn stop_at_once(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let pid = rustix::process::Pid::from_child(&server);
        rustix::process::kill_process(pid, rustix::process::Signal::QUIT).unwrap();
        server.wait().unwrap();
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.stop_at_once();
    }
}

/// The address of the database that every cluster has.
pub(crate) fn url_at(at: SocketAddr) -> String {
    format!("postgres://maru@{at}/postgres?sslmode=disable")
}

/// A way to a PostgreSQL that is cut at every so-manyth commit: in turn before the server has
/// heard of it, and after the server has answered, which nobody hears.
pub(crate) struct Cutter {
    pub(crate) at: SocketAddr,
    pub(crate) cuts: Arc<AtomicUsize>,
}

impl Cutter {
    pub(crate) async fn new(to: SocketAddr, every: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (cuts, commits) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let it = Self { at, cuts: cuts.clone() };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (cuts, commits) = (cuts.clone(), commits.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(to).await.unwrap();
                    pass(client, server, every, &commits, &cuts).await;
                });
            }
        });
        it
    }
}

/// Passes bytes both ways until either end closes, or the connection is to be cut.
async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    every: usize,
    commits: &AtomicUsize,
    cuts: &AtomicUsize,
) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            n = client.read(&mut asked) => {
                let Some(n) = n.ok().filter(|it| *it > 0) else { return };
                let is_commit = asked[..n].windows(7).any(|it| it == b"COMMIT\0");
                let count = if is_commit { commits.fetch_add(1, Ordering::SeqCst) + 1 } else { 1 };
                let cut = is_commit && count % every == 0;
                if cut && cuts.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                    return;
                }
                if server.write_all(&asked[..n]).await.is_err() {
                    return;
                }
                if cut {
                    // The answer says that it is committed.
                    _ = server.read(&mut answered).await;
                    return;
                }
            }
            n = server.read(&mut answered) => {
                let Some(n) = n.ok().filter(|it| *it > 0) else { return };
                if client.write_all(&answered[..n]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// A way to a PostgreSQL whose connections can all fall silent at once: from then on nothing
/// passes on them, either way, and none is closed. Those made later are well.
pub(crate) struct Muter {
    pub(crate) at: SocketAddr,
    silences: watch::Sender<usize>,
}

impl Muter {
    pub(crate) async fn new(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let it = Self { at: listener.local_addr().unwrap(), silences: watch::Sender::new(0) };
        let silences = it.silences.subscribe();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut silences = silences.clone();
                silences.mark_unchanged();
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(to).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                        _ = silences.changed() => std::future::pending().await,
                    }
                });
            }
        });
        it
    }

    /// Silences all connections that there are.
    pub(crate) fn mute(&self) {
        self.silences.send_modify(|it| *it += 1);
    }
}
