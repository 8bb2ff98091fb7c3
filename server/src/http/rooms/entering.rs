//! Coming into a room: as one likes, with its password, or by an invitation.
//!
//! A room that the user may not know of is answered as one that is not there, and the answer costs
//! the same: a password is compared with nothing for as long as with a hash, and counts as a try.

use super::super::{
    Site,
    api::Answer,
    visitor::{OptionalBody, SignedIn},
};
use super::invites;
use crate::{address::Address, auth::Login, engine::clock, store::Way};
use app::protocol::{ids::RoomId, refusal::Refusal, room::Door, snapshot::RoomSummary};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What somebody brings to a door. Without `Debug`, for it has a password.
#[derive(Default, Deserialize)]
pub(in crate::http) struct Key {
    /// The room's password; empty for none.
    #[serde(default)]
    password: String,
    /// An invitation's token; empty for none.
    #[serde(default)]
    invite: String,
}

impl Key {
    /// The invitation's token, where there is one.
    pub(in crate::http) fn invited(&self) -> Option<&str> {
        Some(self.invite.as_str()).filter(|it| !it.is_empty())
    }
}

/// Who stands at a door.
#[derive(Clone, Copy)]
pub(in crate::http) struct Caller<'a> {
    pub(in crate::http) login: &'a Login,
    pub(in crate::http) address: Address,
}

/// The room, and the way into it that the key opens.
async fn way_in(
    site: &Site,
    caller: Caller<'_>,
    room: &str,
    Key { password, invite }: Key,
) -> Result<(RoomId, Way), Refusal> {
    let found = site.engine.room(room, caller.login.user.id);
    let refused = if found.is_some() { Refusal::WrongPassword } else { Refusal::NoSuchRoom };
    if !invite.is_empty() {
        let refused = if found.is_some() { Refusal::InviteOver } else { Refusal::NoSuchRoom };
        let good = invites::good(site, &invite).await?;
        // An invitation into one room opens no other.
        let good = good.filter(|it| room.parse() == Ok(it.room)).ok_or(refused)?;
        return Ok((good.room, Way::Invited(good.id)));
    }
    if password.is_empty() || found.as_ref().is_some_and(needs_no_password) {
        return found.map(|it| (it.id, Way::Plain)).ok_or(Refusal::NoSuchRoom);
    }
    site.auth.may_try_room(caller.login, caller.address, &written_alike(room))?;
    let hash = match &found {
        Some(it) => site.engine.store().room_password(it.id).await?,
        None => None,
    };
    let opens = site.auth.opens_room(password, hash.clone()).await?;
    let shown = found.zip(hash).filter(|_| opens);
    shown.map(|(it, hash)| (it.id, Way::PasswordShown(hash))).ok_or(refused)
}

fn needs_no_password(room: &RoomSummary) -> bool {
    room.mine || room.door != Door::Password
}

/// One room's id can be written in many ways, and each would have its own tries.
fn written_alike(room: &str) -> String {
    room.parse::<RoomId>().map_or_else(|_| room.to_owned(), |it| it.to_string())
}

/// Makes the caller a member of the room, if the key opens it.
pub(in crate::http) async fn enter_with(
    site: &Site,
    caller: Caller<'_>,
    room: &str,
    key: Key,
) -> Result<RoomSummary, Refusal> {
    let (room, way) = way_in(site, caller, room, key).await?;
    site.engine.enter_by(&caller.login.who(), room, way).await
}

/// Lets the caller wait for a place in the room, if the key opens it; they are in, where there is
/// one.
pub(in crate::http) async fn wait_with(
    site: &Site,
    caller: Caller<'_>,
    room: &str,
    key: Key,
) -> Result<Place, Refusal> {
    let (room, way) = way_in(site, caller, room, key).await?;
    site.engine.wait(&caller.login.who(), room, way).await?;
    let now = clock::now();
    let facts = site.engine.store().door_facts(room, caller.login.user.id, now).await?;
    Ok(Place { room, place: facts.and_then(|it| it.place) })
}

/// Ends the user's waiting for a place in the room. Who came by an invitation may wait for one
/// that they may know of by nothing else.
pub(in crate::http) async fn stop_waiting_in(
    site: &Site,
    login: &Login,
    room: &str,
) -> Result<(), Refusal> {
    let found = site.engine.room(room, login.user.id).map(|it| it.id);
    let asked = found.or_else(|| room.parse().ok()).ok_or(Refusal::NoSuchRoom)?;
    let facts = site.engine.store().door_facts(asked, login.user.id, clock::now()).await?;
    if found.is_none() && facts.is_none_or(|it| it.place.is_none()) {
        return Err(Refusal::NoSuchRoom);
    }
    site.engine.stop_waiting(&login.who(), asked).await
}

/// Where somebody stands among those who wait.
#[derive(Debug, Serialize)]
pub(in crate::http) struct Place {
    pub(in crate::http) room: RoomId,
    /// From 1; absent for who is in.
    pub(in crate::http) place: Option<u32>,
}

/// `PUT rooms/{room}/members/me`
pub(in crate::http) async fn enter(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, address }: SignedIn,
    OptionalBody(key): OptionalBody<Key>,
) -> Answer<Json<RoomSummary>> {
    let caller = Caller { login: &login, address };
    Ok(Json(enter_with(&site, caller, &room, key).await?))
}

/// `PUT rooms/{room}/waiting/me`
pub(in crate::http) async fn wait(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, address }: SignedIn,
    OptionalBody(key): OptionalBody<Key>,
) -> Answer<Json<Place>> {
    let caller = Caller { login: &login, address };
    Ok(Json(wait_with(&site, caller, &room, key).await?))
}

/// `DELETE rooms/{room}/waiting/me`
pub(in crate::http) async fn stop_waiting(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    stop_waiting_in(&site, &login, &room).await?;
    Ok(StatusCode::NO_CONTENT)
}
