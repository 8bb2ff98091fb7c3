//! The server of Maru. `serve` is all of it; the integration tests call exactly that.
//!
//! Inside, dependencies point one way: `http` → `engine` → `store`.

// The pages' views are deep types, in release builds above all.
#![recursion_limit = "256"]

mod accept;
mod address;
pub mod audit;
mod auth;
mod clean;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod engine;
mod http;
mod mail;
mod notify;
mod pictures;
mod planted;
#[doc(hidden)]
pub mod pure;
pub mod questions;
mod snapshot;
pub mod store;
pub mod telemetry;
pub mod veil;

#[doc(hidden)]
pub use http::{Route, all_routes};

use crate::{
    accept::{Caps, Door},
    cluster::{Membership, redis::Joining},
    config::{Config, ConfigError},
    engine::{Engine, EngineOptions},
    http::Site,
    notify::Standing,
    store::{ChannelSpec, CopyError, Store, StoreAddress, StoreError, StoreResult},
};
use anyhow::Context as _;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpListener,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The database file's name in the data folder.
const DATABASE_FILE: &str = "maru.db";
/// Requests that are still being answered when the server stops have this long.
const REQUESTS_DRAIN_MAX: Duration = Duration::from_secs(5);
/// The channels are asked for again for so long, while others hold the rooms or the database is
/// away, and after such a pause.
const CHANNELS_PATIENCE: Duration = Duration::from_secs(8);
const CHANNELS_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop` is cancelled, then drains: no new connections, requests in hand are
/// answered, sockets are told to come back, and what was accepted is stored.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let store = open_store(&config).await?;
    let tasks = TaskTracker::new();
    let options = engine_options(&config);
    let membership = join(&config, &store, listener.local_addr()?, &tasks).await?;
    let engine = Engine::start(store, options, membership, tasks.clone(), stop.clone()).await?;
    let door = Door {
        caps: Caps::new(&config),
        header_timeout: config.header_timeout,
        connections: TaskTracker::new(),
        stop: stop.clone(),
    };
    let drain_max = config.drain_max;
    let site = Site::new(config, engine.clone(), listener.local_addr()?, stop);
    tasks.spawn(auth::sweep(site.clone()));
    notify::tell(Standing::Ready);
    accept::run(listener, http::router(site), &door).await;
    notify::tell(Standing::Stopping);
    if timeout(drain_max, drain(&engine, &door.connections, &tasks)).await.is_err() {
        tracing::warn!(left = tasks.len(), "stopped before every session had left");
    }
    // An error, so that whoever started it starts it again.
    anyhow::ensure!(!engine.has_lost_lineage(), "the database was replaced while it was used");
    Ok(())
}

/// Waits for requests, sockets, rooms and the store, in that order.
async fn drain(engine: &Engine, connections: &TaskTracker, tasks: &TaskTracker) {
    connections.close();
    if timeout(REQUESTS_DRAIN_MAX, connections.wait()).await.is_err() {
        tracing::warn!(left = connections.len(), "some requests were not answered in time");
    }
    engine.drain().await;
    tasks.close();
    tasks.wait().await;
    engine.store().close().await;
}

/// Opens the database and makes the configured channels.
async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let store = open_database(config).await?;
    let channels: Vec<ChannelSpec> = config
        .channels
        .iter()
        .map(|it| ChannelSpec {
            name: it.name.clone(),
            topic: it.topic.clone(),
            capacity: it.capacity,
        })
        .collect();
    ensure_channels(&store, &channels).await.context("cannot make the channels")?;
    Ok(store)
}

/// Makes channels, though others may be in the way for a while.
async fn ensure_channels(store: &Store, channels: &[ChannelSpec]) -> StoreResult<()> {
    let began = Instant::now();
    loop {
        match store.ensure_channels(channels, engine::clock::now()).await {
            Err(error) if error.is_away() && began.elapsed() < CHANNELS_PATIENCE => {
                tracing::warn!(%error, "cannot make the channels yet");
                sleep(CHANNELS_PAUSE).await;
            }
            other => return other,
        }
    }
}

/// The configured database, or the one of the data folder.
fn database_of(config: &Config) -> StoreAddress {
    let of_data_dir = || StoreAddress::File(config.data_dir.join(DATABASE_FILE));
    config.database_url.clone().unwrap_or_else(of_data_dir)
}

/// Opens the database.
async fn open_database(config: &Config) -> Result<Store, ConfigError> {
    Store::open(&database_of(config)).await.map_err(|error| cannot_open(config, &error))
}

/// Opens the database where no server uses it.
async fn open_database_alone(config: &Config) -> anyhow::Result<Store> {
    Store::open_alone(&database_of(config)).await.map_err(|error| match error {
        CopyError::Store(error) => cannot_open(config, &error).into(),
        other => other.into(),
    })
}

fn cannot_open(config: &Config, error: &StoreError) -> ConfigError {
    let key = if config.database_url.is_some() { "database_url" } else { "data_dir" };
    ConfigError::BadValue {
        key: key.into(),
        value: database_of(config).to_string(),
        origin: "the configuration".into(),
        mend: error.to_string(),
    }
}

/// Joins the other nodes, if there may be any.
async fn join(
    config: &Config,
    store: &Store,
    local: SocketAddr,
    tasks: &TaskTracker,
) -> Result<Membership, ConfigError> {
    let name = config.node_name_at(local);
    let Some(url) = &config.redis_url else { return Ok(Membership::alone(&name)) };
    let joining = Joining { url: url.expose(), name: &name, epoch: store.epoch() };
    cluster::redis::join(joining, tasks).await
}

fn engine_options(config: &Config) -> EngineOptions {
    EngineOptions {
        sends_per_sec: config.limits.sends_per_sec,
        sends_burst: config.limits.sends_burst,
        frames_per_sec: config.limits.frames_per_sec,
        frames_burst: config.limits.frames_burst,
        sockets_per_user: config.limits.sockets_per_user,
        offline_leave: config.offline_leave,
        host_absence: config.host_absence,
        hello_within: config.hello_within,
        disk_free_bytes_min: u64::from(config.disk_free_mib) * 1024 * 1024,
        match_guests: config.match_guests,
        match_times: config.match_times,
        drain_spread: config.drain_spread,
    }
}
