//! Invitations: links by which one comes into a room, whatever its door. Who has the link sees
//! what its door shows before coming in. The link opens one room, and raises nobody.

use super::{
    super::{
        Site,
        api::{Answer, Body},
        visitor::SignedIn,
    },
    hosting::kept,
};
use crate::{
    auth::{Login, Token},
    engine::clock,
    snapshot::door_view,
    store::{InviteRow, NewInvite, Way},
};
use app::protocol::{
    ids::{InviteId, Millis, RoomId},
    limits::{INVITE_USES_MAX, INVITES_PER_ROOM, SANCTION_SECS_MAX},
    pages::InviteSummary,
    refusal::Refusal,
    room::Door,
    snapshot::{DoorView, RoomSummary},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How an invitation is wished.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Wish {
    /// For how long it is good; absent for ever.
    #[serde(default)]
    pub(in crate::http) secs: Option<u32>,
    /// How often it may be used; absent for as often as one likes.
    #[serde(default)]
    pub(in crate::http) uses: Option<u32>,
}

impl Wish {
    fn check(&self) -> Result<(), Refusal> {
        for (number, most) in [(self.secs, SANCTION_SECS_MAX), (self.uses, INVITE_USES_MAX)] {
            if number.is_some_and(|it| !(1..=most).contains(&it)) {
                return Err(Refusal::OutOfBounds { least: 1, most });
            }
        }
        Ok(())
    }
}

/// The invitation with that token, while it is good; its room is known here then.
pub(in crate::http) async fn good(
    site: &Site,
    login: &Login,
    token: &str,
) -> Result<Option<InviteRow>, Refusal> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    let invite = site.engine.store().invite_by_token(&token.hash(), clock::now()).await?;
    site.engine.arrive(login.user.id, invite.as_ref().map(|it| it.room).as_slice()).await?;
    Ok(invite)
}

/// Makes an invitation. Its token is told now, and never again.
pub(in crate::http) async fn invite_into(
    site: &Site,
    login: &Login,
    room: &str,
    wish: &Wish,
) -> Result<InviteSummary, Refusal> {
    let (room, _) = kept(site, login, room)?;
    if !room.kind.has_host() {
        return Err(Refusal::NotAllowed);
    }
    wish.check()?;
    let (store, now) = (site.engine.store(), clock::now());
    store.delete_invites_over(room.id, now).await?;
    if store.invites(room.id).await?.len() >= INVITES_PER_ROOM {
        let limit = u32::try_from(INVITES_PER_ROOM).unwrap_or(u32::MAX);
        return Err(Refusal::TooMany { limit });
    }
    let token = Token::random().map_err(|error| {
        tracing::error!(%error, "the system gives no random numbers");
        Refusal::Internal
    })?;
    let until = wish.secs.map(|it| now.plus(i64::from(it) * 1_000));
    let new = NewInvite {
        room: room.id,
        by: login.user.id,
        role: login.user.role,
        token: token.hash(),
        expires_at: until.unwrap_or(Millis::NEVER),
        uses: wish.uses,
    };
    let id = store.create_invite(&new, now).await?.ok_or(Refusal::NotAllowed)?;
    Ok(InviteSummary {
        id,
        by: login.user.name.clone(),
        at: now,
        until,
        uses_left: wish.uses,
        used: 0,
        token: Some(token.text()),
    })
}

/// A room's invitations, as its hosts see them.
pub(crate) async fn summaries(site: &Site, room: RoomId) -> Result<Vec<InviteSummary>, Refusal> {
    let summary = |it: InviteRow| InviteSummary {
        id: it.id,
        by: it.by,
        at: it.created_at,
        until: Some(it.expires_at).filter(|it| *it < Millis::NEVER),
        uses_left: it.uses_left,
        used: it.used,
        token: None,
    };
    Ok(site.engine.store().invites(room).await?.into_iter().map(summary).collect())
}

/// Takes an invitation back: of that room, and of no other.
pub(in crate::http) async fn take_back(
    site: &Site,
    login: &Login,
    room: &str,
    invite: &str,
) -> Result<(), Refusal> {
    let (room, _) = kept(site, login, room)?;
    let invite: InviteId = invite.parse().map_err(|_| Refusal::NotFound)?;
    if site.engine.store().delete_invite(room.id, invite).await? {
        Ok(())
    } else {
        Err(Refusal::NotFound)
    }
}

/// Comes in by an invitation.
pub(in crate::http) async fn enter_by(
    site: &Site,
    login: &Login,
    token: &str,
) -> Result<RoomSummary, Refusal> {
    let invite = good(site, login, token).await?.ok_or(Refusal::InviteOver)?;
    let entered = site.engine.enter_by(&login.who(), invite.room, Way::Invited(invite.id)).await;
    // It was good a moment ago: the room is gone.
    entered.map_err(|it| if it == Refusal::NoSuchRoom { Refusal::InviteOver } else { it })
}

/// What the door shows to who has that invitation.
pub(crate) async fn preview(site: &Site, login: &Login, token: &str) -> Result<DoorView, Refusal> {
    let invite = good(site, login, token).await?.ok_or(Refusal::InviteOver)?;
    let room = site.engine.invited(login.user.id, invite.room).ok_or(Refusal::InviteOver)?;
    let view = door_view(site, login, room).await?;
    // Whoever is banned from a hidden room knows of it no more.
    if view.banned_until.is_some() && view.room.door == Door::Invite {
        return Err(Refusal::InviteOver);
    }
    Ok(DoorView { invite: Some(token.to_owned()), ..view })
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct InvitesBody {
    invites: Vec<InviteSummary>,
}

/// `GET rooms/{room}/invites`
pub(in crate::http) async fn list(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<InvitesBody>> {
    let (room, _) = kept(&site, &login, &room)?;
    Ok(Json(InvitesBody { invites: summaries(&site, room.id).await? }))
}

/// `POST rooms/{room}/invites`
pub(in crate::http) async fn make(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(wish): Body<Wish>,
) -> Answer<(StatusCode, Json<InviteSummary>)> {
    Ok((StatusCode::CREATED, Json(invite_into(&site, &login, &room, &wish).await?)))
}

/// `DELETE rooms/{room}/invites/{invite}`
pub(in crate::http) async fn revoke(
    State(site): State<Arc<Site>>,
    Path((room, invite)): Path<(String, String)>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    take_back(&site, &login, &room, &invite).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET invites/{token}`
pub(in crate::http) async fn show(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<DoorView>> {
    Ok(Json(preview(&site, &login, &token).await?))
}

/// `POST invites/{token}`
pub(in crate::http) async fn accept(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<RoomSummary>> {
    Ok(Json(enter_by(&site, &login, &token).await?))
}
