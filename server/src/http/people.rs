//! The pages about people and what is planned: inbox, profile, blocks, later.

use super::{
    Site,
    pages::{behind_door, path_of},
    visitor::Visitor,
};
use crate::snapshot::Wanted;
use axum::{
    extract::{OriginalUri, Path, State},
    response::Response,
};
use std::sync::Arc;

pub(super) async fn inbox(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    behind_door(&site, &visitor, "/inbox", Wanted::Inbox).await
}

/// The query tells the form of a report what it is about.
pub(super) async fn person(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
    visitor: Visitor,
) -> Response {
    behind_door(&site, &visitor, &path_of(&uri), Wanted::Person(&user)).await
}

pub(super) async fn blocks(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    behind_door(&site, &visitor, "/blocks", Wanted::Blocks).await
}

pub(super) async fn later(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    behind_door(&site, &visitor, "/later", Wanted::Later).await
}
