//! Looking for somebody to talk with. REST.

use super::{
    Site,
    api::{Answer, Body},
    visitor::SignedIn,
};
use app::protocol::{
    ids::ProposalId,
    matching::{MatchView, ProposalAnswer, Wishes},
    refusal::Refusal,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use std::sync::Arc;

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<MatchView>> {
    Ok(Json(site.engine.match_view(login.user.id).await.map_err(Refusal::from)?))
}

pub(super) async fn search(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(wishes): Body<Wishes>,
) -> Answer<Json<MatchView>> {
    site.rates.searches.check(&login.user.id)?;
    Ok(Json(site.engine.search(&login.who(), wishes).await?))
}

pub(super) async fn stop(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<MatchView>> {
    Ok(Json(site.engine.stop_search(login.user.id).await?))
}

pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Path(proposal): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(ProposalAnswer { yes }): Body<ProposalAnswer>,
) -> Answer<Json<MatchView>> {
    let proposal: ProposalId = proposal.parse().map_err(|_| Refusal::ProposalOver)?;
    Ok(Json(site.engine.answer_proposal(login.user.id, proposal, yes).await?))
}

/// The year in which the user was born.
#[derive(Debug, Deserialize)]
pub(super) struct Born {
    year: i64,
}

pub(super) async fn born(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(Born { year }): Body<Born>,
) -> Answer<StatusCode> {
    site.engine.state_born(login.user.id, year).await?;
    Ok(StatusCode::NO_CONTENT)
}
