//! The nodes of the deployment, for admins: how each stands, and which take no sockets.

use super::{Site, api::Answer, order, visitor::SignedIn};
use crate::{cluster::Node, engine::DrainError};
use app::protocol::{powers::Power, refusal::Refusal};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use std::sync::Arc;

/// The pause when another node cannot be reached: the way to it heals by itself.
const UNREACHABLE_RETRY_MS: u32 = 5_000;

impl From<DrainError> for Refusal {
    fn from(error: DrainError) -> Self {
        match error {
            DrainError::NotFound => Self::NotFound,
            DrainError::Unreachable => Self::Busy { retry_after_ms: UNREACHABLE_RETRY_MS },
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct NodesBody {
    nodes: Vec<Node>,
}

pub(super) async fn nodes(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<NodesBody>> {
    order::check(&login, Power::Nodes)?;
    Ok(Json(NodesBody { nodes: site.engine.nodes() }))
}

pub(super) async fn drain(
    State(site): State<Arc<Site>>,
    Path(node): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    order::set_draining(&site, &login, &node, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn undo_drain(
    State(site): State<Arc<Site>>,
    Path(node): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    order::set_draining(&site, &login, &node, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
