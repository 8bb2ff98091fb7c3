//! A Redis of one test alone, to be stopped, filled and emptied.

use crate::{deployment::shared_redis, support::soon};
use std::{net::SocketAddr, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

/// A server process; it ends with the test.
pub(crate) struct OwnRedis {
    at: SocketAddr,
    folder: TempDir,
    child: Option<Child>,
    options: Vec<&'static str>,
}

impl OwnRedis {
    /// Starts one; none where there is no Redis for tests.
    pub(crate) async fn start(options: &[&'static str]) -> Option<Self> {
        shared_redis()?;
        let at = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut redis = Self { at, folder, child: None, options: options.to_vec() };
        redis.run().await;
        Some(redis)
    }

    /// Runs it, again if it was killed.
    pub(crate) async fn run(&mut self) {
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &self.at.port().to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .args(&self.options)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        self.child = Some(child);
        let ready = async {
            while TcpStream::connect(self.at).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        soon("Redis", ready).await;
    }

    /// kill -9.
    pub(crate) async fn kill(&mut self) {
        self.child.take().expect("it runs").kill().await.unwrap();
    }

    /// SIGSTOP or SIGCONT: it is there and does nothing.
    pub(crate) async fn signal(&self, name: &str) {
        signal(self.child.as_ref().expect("it runs"), name).await;
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.at)
    }

    /// Its address, with a password.
    pub(crate) fn url_with(&self, password: &str) -> String {
        format!("redis://:{password}@{}", self.at)
    }

    /// What it answers to a command of plain words.
    pub(crate) async fn ask(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon("an answer of Redis", stream.read_to_string(&mut answer)).await.unwrap();
        assert!(!answer.starts_with('-'), "{command}: {answer}");
        answer
    }
}

/// Sends a signal to a process.
pub(crate) async fn signal(process: &Child, name: &str) {
    let id = process.id().expect("it runs").to_string();
    let done = Command::new("kill").args([name, &id]).status().await.unwrap();
    assert!(done.success());
}
