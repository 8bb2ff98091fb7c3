//! Question packs by REST: which there are, and how an operator writes their own.

use super::super::{Site, api::Answer, error::Refused, visitor::SignedIn};
use crate::{
    auth::Login,
    engine::clock,
    questions::packs::{Fault, PACK_BYTES_MAX, PACKS_MAX, Pack, PackError, place},
};
use app::protocol::{
    powers::Power,
    questions::{PackFault, PackId, PackSummary},
    refusal::Refusal,
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use std::sync::Arc;

/// Why a pack was not taken.
#[derive(Debug)]
pub(in crate::http) enum NotTaken {
    /// Nothing to do with what stands in it.
    Refused(Refusal),
    /// It is no pack.
    Faults(Vec<PackFault>),
}

impl From<Refusal> for NotTaken {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A pack's id, from an address or a field.
pub(in crate::http) fn pack_id(text: &str) -> Result<PackId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// What is wrong with a pack of that id, which may not be written down yet.
pub(in crate::http) fn faults_of(id: &PackId, toml: &str) -> Vec<PackFault> {
    let errors = match Pack::parse(id.as_str(), toml) {
        Ok(pack) if pack.id == *id => return Vec::new(),
        Ok(pack) => vec![PackError {
            file: id.to_string(),
            question: None,
            field: "id".to_owned(),
            value: format!("{:?}", pack.id.as_str()),
            fault: Fault::AnotherId,
        }],
        Err(errors) => errors,
    };
    let fault = |error: &PackError| PackFault {
        line: place::line_of(toml, error).and_then(|it| u32::try_from(it).ok()),
        text: error.without_file(),
    };
    errors.iter().map(fault).collect()
}

/// Writes a pack of the operator's, where it is one.
pub(in crate::http) async fn take(
    site: &Site,
    login: &Login,
    (id, toml): (&PackId, &str),
) -> Result<(), NotTaken> {
    if !login.user.role.may(Power::Packs) {
        return Err(Refusal::NotAllowed.into());
    }
    // PostgreSQL keeps no NUL, and TOML has none.
    if !toml.trim().is_empty() {
        let faults = faults_of(id, toml);
        if !faults.is_empty() {
            return Err(NotTaken::Faults(faults));
        }
    }
    let store = site.engine.store();
    let own = store.own_packs().await.map_err(Refusal::from)?;
    let is_new = own.iter().all(|it| it.id != *id);
    let count = store.packs().packs().by_depth().len();
    if is_new && count.max(own.len()) >= PACKS_MAX {
        let limit = u32::try_from(PACKS_MAX).unwrap_or(u32::MAX);
        return Err(Refusal::TooMany { limit }.into());
    }
    let toml = if toml.trim().is_empty() { "" } else { toml };
    store.put_pack(id, toml, login.user.id, clock::now()).await.map_err(Refusal::from)?;
    Ok(())
}

/// Removes a pack of the operator's: the built-in one of that id is there again.
pub(in crate::http) async fn restore(
    site: &Site,
    login: &Login,
    id: &PackId,
) -> Result<(), Refusal> {
    if !login.user.role.may(Power::Packs) {
        return Err(Refusal::NotAllowed);
    }
    let gone = site.engine.store().delete_pack(id, login.user.id, clock::now()).await?;
    if gone { Ok(()) } else { Err(Refusal::NotFound) }
}

/// A pack, as one chooses it.
pub(crate) fn summary(pack: &Pack) -> PackSummary {
    PackSummary {
        id: pack.id.clone(),
        title: pack.title.clone(),
        about: pack.about.clone(),
        depth: pack.depth,
        questions: u32::try_from(pack.questions.len()).unwrap_or(u32::MAX),
    }
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct PacksBody {
    packs: Vec<PackSummary>,
}

pub(in crate::http) async fn list(
    State(site): State<Arc<Site>>,
    SignedIn { .. }: SignedIn,
) -> Json<PacksBody> {
    let packs = site.engine.store().packs();
    Json(PacksBody { packs: packs.packs().by_depth().into_iter().map(summary).collect() })
}

#[derive(Debug, Serialize)]
struct FaultsBody {
    faults: Vec<PackFault>,
}

pub(in crate::http) async fn put(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    SignedIn { login, .. }: SignedIn,
    body: Body,
) -> Answer<Response> {
    // Before anything is read of it.
    if !login.user.role.may(Power::Packs) {
        return Err(Refused(Refusal::NotAllowed));
    }
    let bytes = to_bytes(body, PACK_BYTES_MAX).await.map_err(|_| Refused(Refusal::TooLarge))?;
    let toml = String::from_utf8(bytes.into()).map_err(|_| Refused(Refusal::Malformed))?;
    match take(&site, &login, (&pack_id(&id)?, &toml)).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(NotTaken::Refused(refusal)) => Err(Refused(refusal)),
        Err(NotTaken::Faults(faults)) => {
            let body = Json(FaultsBody { faults });
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
    }
}

pub(in crate::http) async fn delete(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    restore(&site, &login, &pack_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
