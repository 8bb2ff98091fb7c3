//! Speed rounds of a room: REST, their page and its form.

use super::{
    Site,
    api::{Answer, find},
    forms::{back, outcome},
    matchmaking::state_born,
    pages::{room_path, show_plain, to_sign_in},
    rooms::hosting::{act_in, standing},
    sender::Sent,
    visitor::{SignedIn, Visitor},
};
use crate::auth::Login;
use app::{
    i18n::texts,
    protocol::{
        matching::Wishes,
        pages::{Plain, SpeedPage},
        refusal::Refusal,
        room::Act,
        snapshot::{Done, Language},
        speed::SpeedView,
    },
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

/// `GET rooms/{room}/speed`
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<SpeedView>> {
    let room = find(&site, &login, &room)?;
    Ok(Json(site.engine.speed(&login.who(), room.id).await?))
}

/// `PUT rooms/{room}/speed/me`
pub(super) async fn join(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<SpeedView>> {
    Ok(Json(join_in(&site, &login, &room, None).await?))
}

/// `DELETE rooms/{room}/speed/me`
pub(super) async fn leave(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<SpeedView>> {
    let room = find(&site, &login, &room)?;
    Ok(Json(site.engine.leave_speed(&login.who(), room.id).await?))
}

/// One joins in with the languages and interests of one's profile; who has named no language
/// speaks the one that they read here, where that is known.
async fn join_in(
    site: &Site,
    login: &Login,
    room: &str,
    reads: Option<Language>,
) -> Result<SpeedView, Refusal> {
    let room = site.engine.readable(room, login.user.id)?;
    let own = site.auth.own(login).await?;
    let mut wishes =
        Wishes { languages: own.languages, interests: own.interests, ..Wishes::default() };
    if wishes.languages.is_empty() {
        wishes.languages.extend(reads.map(|it| texts(it).tag.to_owned()));
    }
    site.engine.join_speed(&login.who(), room.id, wishes).await
}

fn path_of(room: &str) -> String {
    format!("{}/speed", room_path(room))
}

/// `GET /rooms/{room}/speed`
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    visitor: Visitor,
) -> Response {
    let path = path_of(&room);
    let Ok(login) = visitor.login() else { return to_sign_in(&path) };
    let plain = async {
        let (found, standing) = standing(&site, login, &room)?;
        Ok(Plain::Speed(Box::new(SpeedPage {
            view: site.engine.speed(&login.who(), found.id).await?,
            born: site.engine.store().born(login.user.id).await?.is_some(),
            standing,
            room: found,
        })))
    };
    match plain.await {
        // To the room's door.
        Err(Refusal::NotEntered | Refusal::Banned { .. }) => {
            Redirect::to(&room_path(&room)).into_response()
        }
        plain => show_plain(&site, &visitor, &path, plain).await,
    }
}

/// What is done on the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// `join`, `leave`, `start` or `end`.
    act: String,
    born: String,
    rounds: String,
    mins: String,
    in_mins: String,
    weekly: String,
}

/// `POST /rooms/{room}/speed`
pub(super) async fn form(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, visitor, form }: Sent<Wanted>,
) -> Response {
    let number = |text: &str| text.trim().parse().map_err(|_| Refusal::Malformed);
    let done = async {
        match form.act.as_str() {
            "join" => {
                if !form.born.is_empty() {
                    state_born(&site, &login, &form.born).await?;
                }
                let reads = Some(visitor.preferences.language);
                join_in(&site, &login, &room, reads).await.map(drop)
            }
            "leave" => {
                let found = find(&site, &login, &room)?;
                site.engine.leave_speed(&login.who(), found.id).await.map(drop)
            }
            "start" => {
                let rounds = number(&form.rounds)?;
                let (mins, in_mins) = (number(&form.mins)?, number(&form.in_mins)?);
                let weekly = form.weekly == "on";
                let act = Act::Speed { rounds, mins, in_mins, weekly };
                act_in(&site, &login, &room, act).await
            }
            "end" => act_in(&site, &login, &room, Act::SpeedOver).await,
            _ => Err(Refusal::Malformed),
        }
    };
    back(&site, &path_of(&room), &outcome(done.await, Done::Acted, form.born.clone()))
}
