//! Direct rooms, requests to write, blocks, and rooms of which one does not want to be told. REST
//! and forms.

use super::{
    Site,
    api::{Answer, Body},
    forms::{Filled, back, local, outcome, refill, unreadable},
    pages::room_path,
    sender::{Sender, Sent},
    visitor::SignedIn,
};
use crate::{auth::Login, snapshot::Wanted};
use app::protocol::{
    ids::{RoomId, UserId},
    limits::REPORT_CHARS_MAX,
    order::Why,
    pages::{Blocked, Talk},
    refusal::Refusal,
    room::{Request, RequestAnswer},
    snapshot::{Done, RoomSummary},
};
use axum::{
    Form, Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

fn user_of(text: &str) -> Result<UserId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

fn room_of(text: &str) -> Result<RoomId, Refusal> {
    text.parse().map_err(|_| Refusal::NoSuchRoom)
}

/// The room with somebody; made where there is none, as often a day as one may.
async fn open(site: &Site, login: &Login, other: &str) -> Result<RoomSummary, Refusal> {
    let (who, other) = (login.who(), user_of(other)?);
    if let Some(room) = site.engine.direct(&who, other).await? {
        return Ok(room);
    }
    site.rates.write_requests.check(&login.user.id)?;
    site.engine.ask_to_write(&who, other).await
}

pub(super) async fn write(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<RoomSummary>> {
    Ok(Json(open(&site, &login, &user).await?))
}

#[derive(Debug, Serialize)]
pub(super) struct RequestsBody {
    requests: Vec<Talk>,
}

pub(super) async fn requests(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<RequestsBody>> {
    let talks = site.engine.talks(login.user.id).await?;
    let requests = talks.into_iter().filter(|it| it.room.request == Request::Received);
    Ok(Json(RequestsBody { requests: requests.collect() }))
}

/// Why somebody is reported, and what there is to say of it.
#[derive(Debug, Deserialize)]
pub(super) struct Complaint {
    pub(super) why: Why,
    #[serde(default)]
    pub(super) text: String,
}

impl Complaint {
    pub(super) fn read(self) -> Result<(Why, String), Refusal> {
        let text = self.text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
        if text.chars().count() > REPORT_CHARS_MAX {
            let chars_max = u32::try_from(REPORT_CHARS_MAX).unwrap_or(u32::MAX);
            return Err(Refusal::TooLong { chars_max });
        }
        Ok((self.why, text))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Answering {
    answer: RequestAnswer,
    #[serde(default)]
    report: Option<Complaint>,
}

pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(Answering { answer, report }): Body<Answering>,
) -> Answer<StatusCode> {
    let report = report.map(Complaint::read).transpose()?;
    site.engine.answer_request(&login.who(), room_of(&room)?, answer, report).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Serialize)]
pub(super) struct BlocksBody {
    blocks: Vec<Blocked>,
}

pub(super) async fn blocks(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<BlocksBody>> {
    Ok(Json(BlocksBody { blocks: site.engine.blocks(login.user.id).await? }))
}

pub(super) async fn block(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    site.engine.block(login.user.id, user_of(&user)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn unblock(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    site.engine.unblock(login.user.id, user_of(&user)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn hush(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    site.engine.set_quiet(login.user.id, &room, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn unhush(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    site.engine.set_quiet(login.user.id, &room, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the user wants to be told of a room: `on` where they do not.
#[derive(Debug, Deserialize)]
pub(super) struct QuietForm {
    quiet: String,
}

pub(super) async fn form_quiet(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, form: QuietForm { quiet }, .. }: Sent<QuietForm>,
) -> Response {
    let set = site.engine.set_quiet(login.user.id, &room, quiet == "on").await;
    back(&site, &room_path(&room), &outcome(set, Done::Saved, String::new()))
}

pub(super) async fn form_write(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    Sender { login, .. }: Sender,
) -> Response {
    let path = format!("/people/{user}");
    let path = if user_of(&user).is_ok() { path } else { "/inbox".to_owned() };
    match open(&site, &login, &user).await {
        Ok(room) => Redirect::to(&room_path(&room.id.to_string())).into_response(),
        Err(refusal) => {
            back(&site, &path, &outcome(Err::<(), _>(refusal), Done::Saved, String::new()))
        }
    }
}

/// An answer to a request: `accept`, `refuse`, or `report` with the fields of a report.
#[derive(Debug, Deserialize)]
pub(super) struct AnswerForm {
    answer: String,
    #[serde(default)]
    why: Option<Why>,
    #[serde(default)]
    text: String,
    /// On whose page the report was filled in.
    #[serde(default)]
    user: String,
}

pub(super) async fn form_answer(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, visitor, form }: Sent<AnswerForm>,
) -> Response {
    let AnswerForm { answer, why, text, user } = form;
    let (answer, done) = match answer.as_str() {
        "accept" => (RequestAnswer::Accept, Done::Accepted),
        "refuse" => (RequestAnswer::Refuse, Done::Declined),
        "report" | "refuse_and_block" => (RequestAnswer::RefuseAndBlock, Done::Blocked),
        _ => return unreadable(&site, "/inbox"),
    };
    let answered = async {
        let complaint = why.map(|why| Complaint { why, text: text.clone() }.read()).transpose()?;
        site.engine.answer_request(&login.who(), room_of(&room)?, answer, complaint).await
    };
    let answered = answered.await;
    if let (Err(refusal), Some(why)) = (&answered, why) {
        let fields = [("room", room.as_str()), ("answer", "report"), ("why", why.name())];
        let mut fields: Vec<_> = fields.map(|it| (it.0.to_owned(), it.1.to_owned())).into();
        fields.push(("text".to_owned(), text));
        let (path, wanted) = (format!("/people/{user}"), Wanted::Person(&user));
        return refill(&site, &visitor, &path, wanted, (*refusal, fields)).await;
    }
    let path = match answered {
        Ok(()) if answer == RequestAnswer::Accept => room_path(&room),
        _ => "/inbox".to_owned(),
    };
    back(&site, &path, &outcome(answered, done, String::new()))
}

/// Where to go back to.
#[derive(Debug, Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

pub(super) async fn form_block(
    site: State<Arc<Site>>,
    user: Path<String>,
    sender: Sender,
    form: Filled<Back>,
) -> Response {
    set_block(site, user, sender, form, true).await
}

pub(super) async fn form_unblock(
    site: State<Arc<Site>>,
    user: Path<String>,
    sender: Sender,
    form: Filled<Back>,
) -> Response {
    set_block(site, user, sender, form, false).await
}

async fn set_block(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    Sender { login, .. }: Sender,
    form: Filled<Back>,
    on: bool,
) -> Response {
    let to = form.map(|Form(it)| it.back).unwrap_or_default();
    let changed = match (user_of(&user), on) {
        (Ok(other), true) => site.engine.block(login.user.id, other).await,
        (Ok(other), false) => site.engine.unblock(login.user.id, other).await,
        (Err(refusal), _) => Err(refusal),
    };
    let page = if user_of(&user).is_ok() { format!("/people/{user}") } else { "/blocks".into() };
    let done = if on { Done::Blocked } else { Done::Unblocked };
    back(&site, local(&to).unwrap_or(&page), &outcome(changed, done, String::new()))
}
