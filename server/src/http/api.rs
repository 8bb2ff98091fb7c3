//! The REST API: everything that is not live, in JSON, for our own pages and for bots alike.

use super::{
    Site,
    error::Refused,
    forms::message,
    render::with_cookie,
    visitor::{SignedIn, Visitor},
};
use crate::{
    auth::{Begun, Login, clear_cookie, me as me_of},
    store::User,
};
use app::protocol::{
    ids::{Cid, Epoch, LoginId, RoomId, Seq},
    limits::PAGE_ENTRIES,
    message::Entry,
    packets::Acked,
    people::Person,
    powers::Power,
    refusal::Refusal,
    snapshot::{LoginSummary, Me, RoomSummary},
};
use axum::{
    Json,
    extract::{FromRequest, Path, Query, Request, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// What a handler answers, or why not.
pub(super) type Answer<T> = Result<T, Refused>;

/// A JSON body. What cannot be read is malformed, and no more is said.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(malformed(&rejection)),
        }
    }
}

fn malformed(rejection: &JsonRejection) -> Response {
    let status = match rejection.status() {
        // The shape is as wrong as the syntax.
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        other => other,
    };
    (status, Json(Refusal::Malformed)).into_response()
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    name: String,
    password: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct OnlyName {
    name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct MeBody {
    me: Me,
}

fn me_body(user: &User) -> Json<MeBody> {
    Json(MeBody { me: me_of(user) })
}

/// A new login: who it is, and the cookie that carries it, in the place of the one before.
async fn begun(site: &Site, visitor: &Visitor, Begun { user, cookie }: Begun) -> Answer<Response> {
    if let Some(before) = &visitor.login {
        site.auth.end(before).await?;
    }
    Ok(with_cookie((StatusCode::CREATED, me_body(&user)).into_response(), &cookie))
}

pub(super) async fn sign_up(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(Credentials { name, password }): Body<Credentials>,
) -> Answer<Response> {
    let login = site.auth.sign_up(visitor.attempt(name, password)).await?;
    begun(&site, &visitor, login).await
}

pub(super) async fn guest(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(OnlyName { name }): Body<OnlyName>,
) -> Answer<Response> {
    let login = site.auth.guest(visitor.attempt(name, String::new())).await?;
    begun(&site, &visitor, login).await
}

pub(super) async fn sign_in(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Body(Credentials { name, password }): Body<Credentials>,
) -> Answer<Response> {
    let login = site.auth.sign_in(visitor.attempt(name, password)).await?;
    begun(&site, &visitor, login).await
}

pub(super) async fn sign_out(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Response> {
    site.auth.end(&login).await?;
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), &clear_cookie(site.secure)))
}

#[derive(Debug, Serialize)]
pub(super) struct LoginsBody {
    logins: Vec<LoginSummary>,
}

pub(super) async fn logins(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<LoginsBody>> {
    Ok(Json(LoginsBody { logins: site.auth.logins(&login).await? }))
}

pub(super) async fn end_login(
    State(site): State<Arc<Site>>,
    Path(ended): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    let ended: LoginId = ended.parse().map_err(|_| Refusal::NotFound)?;
    if site.auth.end_of(&login, ended).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refused(Refusal::NotFound))
    }
}

pub(super) async fn end_others(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    site.auth.end_others(&login).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn me(SignedIn { login, .. }: SignedIn) -> Json<MeBody> {
    me_body(&login.user)
}

pub(super) async fn rename(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(OnlyName { name }): Body<OnlyName>,
) -> Answer<Json<MeBody>> {
    Ok(me_body(&site.auth.rename(&login, &name).await?))
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    current: String,
    password: String,
}

pub(super) async fn password(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(NewPassword { current, password }): Body<NewPassword>,
) -> Answer<StatusCode> {
    site.auth.change_password(&login, current, password).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn account(
    State(site): State<Arc<Site>>,
    SignedIn { login, address }: SignedIn,
    Body(Credentials { name, password }): Body<Credentials>,
) -> Answer<Json<MeBody>> {
    Ok(me_body(&site.auth.upgrade(&login, &name, password, address).await?))
}

#[derive(Debug, Serialize)]
pub(super) struct RoomsBody {
    epoch: Epoch,
    rooms: Vec<RoomSummary>,
}

pub(super) async fn rooms(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<RoomsBody>> {
    let mut rooms = site.engine.rooms_of(login.user.id);
    site.engine.mark_quiet(login.user.id, &mut rooms).await?;
    Ok(Json(RoomsBody { epoch: site.engine.store().epoch(), rooms }))
}

pub(super) fn find(site: &Site, login: &Login, room: &str) -> Result<RoomSummary, Refusal> {
    site.engine.room(room, login.user.id).ok_or(Refusal::NoSuchRoom)
}

pub(super) async fn room(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<RoomSummary>> {
    let mut room = find(&site, &login, &room)?;
    site.engine.mark_quiet(login.user.id, std::slice::from_mut(&mut room)).await?;
    Ok(Json(room))
}

/// Which part of a log.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    after: Option<Seq>,
    before: Option<Seq>,
    limit: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct EntriesBody {
    epoch: Epoch,
    head: Seq,
    entries: Vec<Entry>,
    more_before: bool,
}

pub(super) async fn entries(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    part: Result<Query<Part>, axum::extract::rejection::QueryRejection>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<EntriesBody>> {
    let Query(Part { after, before, limit }) = part.map_err(|_| Refusal::Malformed)?;
    let limit = limit.unwrap_or(PAGE_ENTRIES).clamp(1, PAGE_ENTRIES);
    let room = site.engine.readable(&room, login.user.id)?;
    let page = site.engine.entries(login.user.id, room.id, (after, before), limit).await?;
    Ok(Json(EntriesBody {
        epoch: site.engine.store().epoch(),
        head: page.head,
        entries: page.entries,
        more_before: page.more_before,
    }))
}

#[derive(Debug, Serialize)]
pub(super) struct PeopleBody {
    people: Vec<Person>,
    /// Up to where the other one of a direct room has seen the log; 0 elsewhere.
    seen: Seq,
}

pub(super) async fn people(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<PeopleBody>> {
    let room = find(&site, &login, &room)?;
    Ok(Json(PeopleBody {
        people: site.engine.people(room.id, login.user.id)?,
        seen: site.engine.seen_by_peer(&room, login.user.id).await?,
    }))
}

pub(super) async fn leave(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    let room = find(&site, &login, &room)?;
    site.engine.leave(&login.who(), room.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
pub(super) struct Saying {
    cid: Cid,
    text: String,
}

pub(super) async fn say(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(Saying { cid, text }): Body<Saying>,
) -> Answer<(StatusCode, Json<Acked>)> {
    let room = find(&site, &login, &room)?;
    let text = message(&text)?;
    site.rates.sends.check(&login.user.id)?;
    let acked = site.engine.say(&login.who(), room.id, cid, text).await?;
    Ok((StatusCode::CREATED, Json(acked)))
}

#[derive(Debug, Deserialize)]
pub(super) struct Announcement {
    #[serde(default)]
    room: Option<RoomId>,
    text: String,
}

pub(super) async fn announce(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(Announcement { room, text }): Body<Announcement>,
) -> Answer<StatusCode> {
    if !login.user.role.may(Power::Announce) {
        return Err(Refused(Refusal::NotAllowed));
    }
    site.engine.announce(&login.who(), room, message(&text)?).await?;
    Ok(StatusCode::CREATED)
}

pub(super) async fn not_found() -> Refused {
    Refused(Refusal::NotFound)
}

pub(super) async fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, Json(Refusal::NotFound)).into_response()
}
