//! What hosts do by HTTP: making a room, acting in it, and looking who is kept out.

use super::{
    super::{
        Site,
        api::{Answer, Body, find},
        visitor::SignedIn,
    },
    fit,
};
use crate::{
    auth::Login,
    engine::clock,
    store::{MakeRoom, RoomMade},
};
use app::protocol::{
    limits::ROOMS_PER_HOST,
    pages::Sanction,
    powers::Power,
    refusal::Refusal,
    room::{Act, NewRoom, Rank, Standing},
    snapshot::RoomSummary,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use std::sync::Arc;

/// Makes a room. Its maker is its host, and in it.
pub(in crate::http) async fn make_room(
    site: &Site,
    login: &Login,
    wish: NewRoom,
) -> Result<RoomSummary, Refusal> {
    if !login.user.role.may(Power::MakeRoom) {
        return Err(Refusal::NotAllowed);
    }
    let mut new = fit::new_room(wish, clock::now())?;
    site.auth.may_make_room(login)?;
    let password = hashed(site, new.password.take()).await?;
    let wanted = MakeRoom { room: new, password, host: login.user.id, login: login.row.id };
    let made = match site.engine.store().make_room(&wanted, clock::now()).await? {
        RoomMade::Made(made) => made,
        RoomMade::TooMany => return Err(Refusal::TooMany { limit: ROOMS_PER_HOST }),
        RoomMade::SignedOut => return Err(Refusal::NotSignedIn),
    };
    site.engine.room_changed(made).await?;
    site.engine.room(&made.to_string(), login.user.id).ok_or(Refusal::NoSuchRoom)
}

/// Does something in a room by the powers that one has there.
pub(in crate::http) async fn act_in(
    site: &Site,
    login: &Login,
    room: &str,
    wish: Act,
) -> Result<(), Refusal> {
    let (room, standing) = standing(site, login, room)?;
    // It is decided again in the transaction; here, so that nobody else makes us hash.
    if standing.rank < wish.rank() {
        return Err(Refusal::NotAllowed);
    }
    let mut act = fit::act(wish, room.kind)?;
    let password = match &mut act {
        Act::Door { password, .. } => hashed(site, password.take()).await?,
        _ => None,
    };
    site.engine.act(&login.who(), room.id, act, password).await
}

async fn hashed(site: &Site, password: Option<String>) -> Result<Option<String>, Refusal> {
    match password {
        Some(it) => Ok(Some(site.auth.hash_room_password(it).await?)),
        None => Ok(None),
    }
}

/// A room that the user may know of, and how they stand in it.
pub(in crate::http) fn standing(
    site: &Site,
    login: &Login,
    room: &str,
) -> Result<(RoomSummary, Standing), Refusal> {
    let room = find(site, login, room)?;
    let standing = site.engine.standing(login.user.id, login.user.role, room.id);
    Ok((room, standing))
}

/// A room in which the user keeps order.
pub(crate) fn kept(
    site: &Site,
    login: &Login,
    room: &str,
) -> Result<(RoomSummary, Standing), Refusal> {
    let (room, standing) = standing(site, login, room)?;
    if standing.rank < Rank::Cohost {
        return Err(Refusal::NotAllowed);
    }
    Ok((room, standing))
}

/// `POST rooms`
pub(in crate::http) async fn make(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(wish): Body<NewRoom>,
) -> Answer<(StatusCode, Json<RoomSummary>)> {
    Ok((StatusCode::CREATED, Json(make_room(&site, &login, wish).await?)))
}

/// `POST rooms/{room}/acts`
pub(in crate::http) async fn act(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(wish): Body<Act>,
) -> Answer<StatusCode> {
    act_in(&site, &login, &room, wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct SanctionsBody {
    sanctions: Vec<Sanction>,
}

/// `GET rooms/{room}/sanctions`
pub(in crate::http) async fn sanctions(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<SanctionsBody>> {
    let (room, _) = kept(&site, &login, &room)?;
    let sanctions = site.engine.store().sanctions(room.id, clock::now()).await?;
    Ok(Json(SanctionsBody { sanctions }))
}

/// `PUT rooms/{room}/daily`
pub(in crate::http) async fn begin_daily(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    let room = find(&site, &login, &room)?;
    site.engine.set_daily(&login.who(), room.id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE rooms/{room}/daily`
pub(in crate::http) async fn end_daily(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    let room = find(&site, &login, &room)?;
    site.engine.set_daily(&login.who(), room.id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
