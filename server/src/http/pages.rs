//! The pages: each handler loads a snapshot, and the page shows it.

use super::{
    Site,
    error::status_of,
    flash::Flash,
    forms::{back, refill},
    render::Page,
    rooms,
    visitor::Visitor,
};
use crate::snapshot::{self, Wanted};
use app::protocol::{pages::Plain, refusal::Refusal, room::RoomKind, snapshot::Snapshot};
use axum::{
    extract::{OriginalUri, Path, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::{fmt::Write as _, sync::Arc};

/// `/`: in, or to the rooms for who is in already.
pub(super) async fn home(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    if visitor.login.is_some() {
        return Redirect::to("/rooms").into_response();
    }
    show(&site, &visitor, "/", Wanted::Nothing).await
}

pub(super) async fn sign_in(state: State<Arc<Site>>, uri: OriginalUri, who: Visitor) -> Response {
    door(state, uri, who).await
}

pub(super) async fn sign_up(state: State<Arc<Site>>, uri: OriginalUri, who: Visitor) -> Response {
    door(state, uri, who).await
}

/// A guest who wants an account makes it in the settings.
pub(super) async fn guest(state: State<Arc<Site>>, uri: OriginalUri, who: Visitor) -> Response {
    door(state, uri, who).await
}

/// The pages by which one comes in.
async fn door(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    if visitor.login.is_some() {
        return Redirect::to("/rooms").into_response();
    }
    show(&site, &visitor, &path_of(&uri), Wanted::Nothing).await
}

pub(super) async fn rooms(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
) -> Response {
    // What cannot be read is sought by nobody: the whole list.
    let sought = rooms::sought(&uri).unwrap_or_default();
    behind_door(&site, &visitor, &path_of(&uri), Wanted::Rooms(&sought)).await
}

pub(super) async fn room(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    Path(room): Path<String>,
    visitor: Visitor,
) -> Response {
    behind_door(&site, &visitor, &path_of(&uri), Wanted::Room(&room)).await
}

pub(super) async fn settings(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    behind_door(&site, &visitor, "/settings", Wanted::Settings).await
}

/// Who goes to a form's own address, as by reloading after it was refused, wants its page.
pub(super) async fn back_to_room(Path(room): Path<String>) -> Response {
    Redirect::to(&room_path(&room)).into_response()
}

/// `/rooms/{room}/meeting`, of rooms of people who were matched; to all other rooms it leads on.
pub(super) async fn meeting(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    visitor: Visitor,
) -> Response {
    let path = format!("{}/meeting", room_path(&room));
    let Ok(login) = visitor.login() else { return to_sign_in(&path) };
    let kind = site.engine.readable(&room, login.user.id).map(|it| it.kind);
    if !matches!(kind, Ok(RoomKind::Match | RoomKind::Pair)) {
        return Redirect::to(&room_path(&room)).into_response();
    }
    show(&site, &visitor, &path, Wanted::Room(&room)).await
}

/// `/rooms/new`
pub(super) async fn new_room(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    behind_door(&site, &visitor, "/rooms/new", Wanted::Nothing).await
}

/// `/rooms/{room}/settings`, for who keeps order there; others are told so at the room.
pub(super) async fn room_settings(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    visitor: Visitor,
) -> Response {
    let path = rooms::forms::settings_path(&room);
    if let Ok(login) = visitor.login()
        && let Err(Refusal::NotAllowed) = rooms::hosting::kept(&site, login, &room)
    {
        let flash = Flash::refused(Refusal::NotAllowed, String::new());
        return back(&site, &room_path(&room), &flash);
    }
    behind_door(&site, &visitor, &path, Wanted::RoomSettings(&room)).await
}

/// Who goes to a host's form's own address wants its page.
pub(super) async fn back_to_room_settings(Path(room): Path<String>) -> Response {
    Redirect::to(&rooms::forms::settings_path(&room)).into_response()
}

/// `/invite/{token}`: the room, before one comes in.
pub(super) async fn invite(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let path = invite_path(&token);
    let Ok(login) = visitor.login() else { return to_sign_in(&path) };
    match rooms::invites::preview(&site, login, &token).await {
        // Who is in already has the room itself.
        Ok(door) if door.room.mine => {
            Redirect::to(&room_path(&door.room.id.to_string())).into_response()
        }
        Ok(door) => show(&site, &visitor, &path, Wanted::Invite(&door)).await,
        Err(refusal) => refill(&site, &visitor, &path, Wanted::Nothing, (refusal, vec![])).await,
    }
}

/// The page for what is not there.
pub(super) async fn not_found(site: &Arc<Site>, visitor: &Visitor, path: &str) -> Response {
    match snapshot::load(site, visitor.login.as_ref(), visitor.preferences, Wanted::Nothing).await {
        Ok(mut snapshot) => {
            // A room's page says so itself, also where no script can find out.
            if path.starts_with("/rooms/") {
                snapshot.refused = Some(Refusal::NoSuchRoom);
            }
            let page = Page::new(path, snapshot).status(StatusCode::NOT_FOUND);
            page.render(site, &visitor.flash).await
        }
        Err(refusal) => status_of(refusal).into_response(),
    }
}

/// The address of a room's page.
pub(super) fn room_path(room: &str) -> String {
    format!("/rooms/{}", escaped(room))
}

/// The address of an invitation.
pub(super) fn invite_path(token: &str) -> String {
    format!("/invite/{}", escaped(token))
}

/// A form's page that leads to `next` afterwards.
pub(super) fn with_next(path: &str, next: &str) -> String {
    format!("{path}?next={}", escaped(next))
}

/// A text as part of an address.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// Pages for who is signed in; others are sent to sign in first.
pub(super) async fn behind_door(
    site: &Arc<Site>,
    visitor: &Visitor,
    path: &str,
    wanted: Wanted<'_>,
) -> Response {
    if visitor.login.is_none() {
        return to_sign_in(path);
    }
    show(site, visitor, path, wanted).await
}

/// To the sign-in page, and back to `path` from there.
pub(super) fn to_sign_in(path: &str) -> Response {
    Redirect::to(&with_next("/sign-in", path)).into_response()
}

async fn show(site: &Arc<Site>, visitor: &Visitor, path: &str, wanted: Wanted<'_>) -> Response {
    match snapshot::load(site, visitor.login.as_ref(), visitor.preferences, wanted).await {
        Ok(snapshot) => Page::new(path, snapshot).render(site, &visitor.flash).await,
        Err(Refusal::NoSuchRoom | Refusal::NotFound) => not_found(site, visitor, path).await,
        Err(refusal) => status_of(refusal).into_response(),
    }
}

/// A page without a script, with what it shows.
pub(super) async fn show_plain(
    site: &Arc<Site>,
    visitor: &Visitor,
    path: &str,
    plain: Result<Plain, Refusal>,
) -> Response {
    let login = visitor.login.as_ref();
    let loaded = snapshot::load(site, login, visitor.preferences, Wanted::Nothing).await;
    match loaded.and_then(|snapshot| Ok(Snapshot { plain: plain?, ..snapshot })) {
        Ok(snapshot) => Page::new(path, snapshot).render(site, &visitor.flash).await,
        Err(Refusal::NotFound | Refusal::NoSuchRoom) => not_found(site, visitor, path).await,
        Err(refusal) => status_of(refusal).into_response(),
    }
}

pub(super) fn path_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}
