//! Servers of this process, and where their data is. With `TEST_POSTGRES_URL` set they use a
//! PostgreSQL database of their own, else SQLite; with `TEST_REDIS_URL` set they hear each other
//! over that Redis. So every suite runs on both.

#![allow(dead_code, reason = "compiled into several tests, each of which uses some of it")]

use crate::database::Database;
use server::{
    config::{Config, Secret},
    store::StoreAddress,
};
use std::{net::SocketAddr, path::Path, sync::Arc};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Where the data of a deployment lies: a folder, and perhaps a database.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
    database: Option<Database>,
}

impl Place {
    pub(crate) async fn new() -> Arc<Self> {
        let (folder, database) = (tempfile::tempdir().unwrap(), Database::new().await);
        Arc::new(Self { folder, database })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Whether the data is in a file.
    pub(crate) fn is_file(&self) -> bool {
        self.database.is_none()
    }

    /// A configuration of servers at this place.
    pub(crate) fn config(&self) -> Config {
        Config {
            data_dir: self.path().into(),
            database_url: self.database.as_ref().map(|it| StoreAddress::Postgres(it.url())),
            redis_url: redis().map(Secret::new),
            ..Config::default()
        }
    }

    /// The variables for a server process at this place.
    pub(crate) fn env(&self) -> Vec<(&'static str, String)> {
        let mut env = vec![("MARU_DATA_DIR", self.path().display().to_string())];
        env.extend(self.database.as_ref().map(|it| ("MARU_DATABASE_URL", it.url())));
        env.extend(redis().map(|it| ("MARU_REDIS_URL", it)));
        env
    }
}

/// The test's Redis, where there is one.
fn redis() -> Option<String> {
    std::env::var("TEST_REDIS_URL").ok().filter(|it| !it.is_empty())
}

/// A server of this process on a free port.
pub(crate) struct Served {
    pub(crate) at: SocketAddr,
    pub(crate) place: Arc<Place>,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Served {
    /// Starts a server; several may serve one place.
    pub(crate) async fn start(place: Arc<Place>, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = place.config();
        configure(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(server::serve(config, listener, stop.clone()));
        Self { at, place, stop, task }
    }

    /// Begins to stop.
    pub(crate) fn begin_stop(&self) {
        self.stop.cancel();
    }

    /// Stops in an orderly way; the place is left.
    pub(crate) async fn stop(self) -> Arc<Place> {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.place
    }
}
