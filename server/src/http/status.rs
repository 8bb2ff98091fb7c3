//! How the server is: for people, for monitors, and for whoever starts and stops it.

use super::Site;
use app::protocol::ids::Epoch;
use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use std::sync::Arc;

/// What anybody may know.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    name: String,
    version: &'static str,
    epoch: Epoch,
    uptime_secs: u64,
    sessions: usize,
    users_online: usize,
    rooms: usize,
}

pub(super) async fn status(State(site): State<Arc<Site>>) -> Json<Status> {
    let figures = site.engine.figures();
    Json(Status {
        name: site.config.name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        epoch: site.engine.store().epoch(),
        uptime_secs: site.started.elapsed().as_secs(),
        sessions: figures.sessions,
        users_online: figures.users,
        rooms: figures.rooms,
    })
}

#[derive(Debug, Serialize)]
pub(super) struct Ready {
    ready: bool,
}

/// Whether to send people here: not while stopping or draining, and not without the database.
pub(super) async fn ready(State(site): State<Arc<Site>>) -> (StatusCode, Json<Ready>) {
    let takes_some = !site.stop.is_cancelled() && !site.engine.is_draining();
    let ready = takes_some && site.engine.store().ping().await.is_ok();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready }))
}
