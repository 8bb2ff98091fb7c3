//! A whole deployment in one folder: services, nodes, and the proxied links between all of them.

use super::{
    fleet::Fleet, inject::Mount, logs::Database, node::Node, postgres::Postgres, process::Program,
    proxy::Link, redis::Redis,
};
use crate::server::{configuration, free_port};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, sqlite::SqliteConnectOptions};
use std::{
    fmt, fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    rc::Rc,
    time::Duration,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
}

/// What carries news between nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClusterKind {
    Local,
    Redis,
}

/// What a deployment consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) store: StoreKind,
    pub(crate) cluster: ClusterKind,
    pub(crate) nodes: usize,
}

impl Shape {
    /// One node with a file.
    pub(crate) const SMALL: Self =
        Self { store: StoreKind::Sqlite, cluster: ClusterKind::Local, nodes: 1 };
    /// One node with `PostgreSQL`.
    pub(crate) const MIDDLE: Self =
        Self { store: StoreKind::Postgres, cluster: ClusterKind::Local, nodes: 1 };
    /// So many nodes with `PostgreSQL` and Redis.
    pub(crate) const fn large(nodes: usize) -> Self {
        Self { store: StoreKind::Postgres, cluster: ClusterKind::Redis, nodes }
    }

    /// Whether this can be, and if not, why.
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Self { nodes: 0 | 4.., .. } => bail!("--nodes must be from 1 to 3"),
            Self { store: StoreKind::Sqlite, nodes: 2.., .. } => {
                bail!("several nodes share PostgreSQL: add --store postgres")
            }
            Self { cluster: ClusterKind::Local, nodes: 2.., .. } => {
                bail!("several nodes share Redis: add --cluster redis")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = match self.store {
            StoreKind::Sqlite => "SQLite",
            StoreKind::Postgres => "PostgreSQL",
        };
        let cluster = match self.cluster {
            ClusterKind::Local => "",
            ClusterKind::Redis => " + Redis",
        };
        let nodes = if self.nodes == 1 { "node" } else { "nodes" };
        to.pad(&format!("{store}{cluster}, {} {nodes}", self.nodes))
    }
}

/// A deployment that runs. What stands first is ended first.
pub(crate) struct Deployment {
    pub(crate) shape: Shape,
    pub(crate) nodes: Vec<Node>,
    /// Where clients connect to.
    pub(crate) front: Link,
    /// A way to each single node.
    pub(crate) doors: Vec<Link>,
    /// From each node to the database, where it is a service.
    pub(crate) to_database: Vec<Link>,
    /// From each node to Redis, where there is one.
    pub(crate) to_redis: Vec<Link>,
    pub(crate) fleet: Rc<Fleet>,
    watching: Vec<JoinHandle<()>>,
    pub(crate) postgres: Option<Postgres>,
    pub(crate) redis: Option<Redis>,
    /// Small disks below the folder.
    pub(crate) mounts: Vec<Mount>,
    folder: PathBuf,
    /// Removes the folder in the end.
    temporary: Option<TempDir>,
}

/// Starting all of it.
impl Deployment {
    /// Makes all but the nodes' processes: those are started by [`Deployment::start`].
    pub(crate) async fn make(shape: Shape, server: &Path, channels: usize) -> Result<Self> {
        shape.check()?;
        let server = server.canonicalize().with_context(|| server.display().to_string())?;
        let temporary = tempfile::Builder::new().prefix("maru-faults-").tempdir()?;
        let folder = temporary.path().to_owned();
        // PostgreSQL's user passes through.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        fs::create_dir(folder.join("data"))?;
        fs::write(folder.join("maru.toml"), configuration(channels))?;
        let postgres = match shape.store {
            StoreKind::Sqlite => None,
            StoreKind::Postgres => Some(Postgres::make(&folder).await?),
        };
        let redis = match shape.cluster {
            ClusterKind::Local => None,
            ClusterKind::Redis => Some(Redis::make(&folder).await?),
        };
        let mut nodes = Vec::new();
        for number in 1..=shape.nodes {
            let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
            nodes.push(Node::new(&format!("node-{number}"), address, &server, &folder));
        }
        let fleet = Fleet::new(nodes.iter().map(|it| it.address));
        let mut made = Self {
            shape,
            nodes,
            front: Link::open(fleet.clone()).await?,
            doors: Vec::new(),
            to_database: Vec::new(),
            to_redis: Vec::new(),
            fleet,
            watching: Vec::new(),
            postgres,
            redis,
            mounts: Vec::new(),
            folder,
            temporary: Some(temporary),
        };
        made.link().await?;
        Ok(made)
    }

    /// Opens the links of each node, and tells the nodes about them.
    async fn link(&mut self) -> Result<()> {
        let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let origin = format!("http://{}", self.front.address);
        for node in &mut self.nodes {
            self.doors.push(Link::open(node.address).await?);
            node.set("MARU_LISTEN", node.address.to_string());
            node.set("MARU_DATA_DIR", self.folder.join("data"));
            node.set("MARU_ORIGINS", &origin);
            node.set("MARU_METRICS_LISTEN", "off");
            node.set("MARU_LOG", "info");
            if self.shape.nodes > 1 {
                node.set("MARU_NODE_NAME", node.name.clone());
            }
            if let Some(postgres) = &self.postgres {
                let link = Link::open(local(postgres.port)).await?;
                node.set("MARU_DATABASE_URL", Postgres::url_at(link.address.port()));
                self.to_database.push(link);
            }
            if let Some(redis) = &self.redis {
                let link = Link::open(local(redis.port)).await?;
                node.set("MARU_REDIS_URL", format!("redis://{}", link.address));
                self.to_redis.push(link);
            }
        }
        Ok(())
    }

    /// Starts all nodes at once and waits until all are ready and the front has seen it.
    pub(crate) async fn start(&mut self) -> Result<()> {
        for node in &mut self.nodes {
            node.spawn()?;
        }
        for node in &mut self.nodes {
            node.ready().await?;
        }
        self.watching = self.fleet.watch();
        let nodes: Vec<_> = self.addresses();
        while !nodes.iter().all(|it| self.fleet.has_ready(*it)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

/// What there is.
impl Deployment {
    /// Where all files of the deployment are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder stays when the deployment has ended.
    pub(crate) fn keep(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            _ = temporary.keep();
        }
        if !self.mounts.is_empty() {
            // What is on a small disk goes with it.
            let (from, to) = (self.folder.join("data"), self.folder.join("data-kept"));
            _ = Command::new("cp").arg("-a").args([from, to]).status();
        }
    }

    /// What clients send as the page's address.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.front.address)
    }

    /// The addresses of the nodes.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|it| it.address).collect()
    }

    /// The `SQLite` file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("data/maru.db")
    }

    /// Where the truth is.
    pub(crate) fn database(&self) -> Database {
        match &self.postgres {
            Some(postgres) => Database::Postgres(postgres.url()),
            None => Database::File(self.file()),
        }
    }

    /// A number that the database tells.
    pub(crate) async fn number(&self, sql: &'static str) -> Result<i64> {
        let (number,): (i64,) = if let Some(postgres) = &self.postgres {
            let mut connection = PgConnection::connect(&postgres.url()).await?;
            sqlx::query_as(sql).fetch_one(&mut connection).await?
        } else {
            let options = SqliteConnectOptions::new().filename(self.file()).read_only(true);
            sqlx::query_as(sql).fetch_one(&mut options.connect().await?).await?
        };
        Ok(number)
    }

    /// Lets the database look for damage in itself; what it found.
    pub(crate) async fn damage(&self) -> Result<Option<String>> {
        match &self.postgres {
            None => damage_of_file(&self.file()).await,
            Some(postgres) => {
                let log = self.folder.join("amcheck.log");
                let port = postgres.port.to_string();
                let program =
                    Program::new(super::postgres::bin()?.join("pg_amcheck"), &log, "KILL")
                        .args(["--install-missing", "--heapallindexed", "-h", "127.0.0.1"])
                        .args(["-U", "maru", "-p", &port, "postgres"]);
                let ran = program.run(Duration::from_mins(2)).await;
                Ok(ran.err().map(|error| format!("pg_amcheck: {error:#}")))
            }
        }
    }
}

/// Lets `SQLite` look for damage in a file.
pub(crate) async fn damage_of_file(path: &Path) -> Result<Option<String>> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = options.connect().await?;
    let (said,): (String,) =
        sqlx::query_as("pragma integrity_check").fetch_one(&mut connection).await?;
    Ok((said != "ok").then(|| format!("integrity_check: {said}")))
}

impl Drop for Deployment {
    fn drop(&mut self) {
        self.watching.iter().for_each(JoinHandle::abort);
        self.nodes.iter_mut().for_each(Node::kill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use {ClusterKind as C, StoreKind as S};

    #[test]
    fn shapes_that_cannot_be_are_refused() {
        let shape = |store, cluster, nodes| Shape { store, cluster, nodes };
        for bad in [
            shape(S::Sqlite, C::Local, 0),
            shape(S::Sqlite, C::Redis, 2),
            shape(S::Postgres, C::Local, 2),
            shape(S::Postgres, C::Redis, 4),
        ] {
            assert!(bad.check().is_err(), "{bad}");
        }
        assert!(Shape::SMALL.check().is_ok() && Shape::large(3).check().is_ok());
        assert_eq!(Shape::large(3).to_string(), "PostgreSQL + Redis, 3 nodes");
    }
}
