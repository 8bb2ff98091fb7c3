//! What is to come at a time: messages sent later, and reminders. REST and forms.

use super::{
    Site,
    api::{Answer, Body},
    flash::Flash,
    forms::{back, message, outcome},
    moment::named,
    pages::room_path,
    sender::{Sender, Sent},
    visitor::{SignedIn, Visitor},
};
use crate::engine::clock;
use app::protocol::{
    ids::{Cid, JobId, Millis, Seq},
    pages::Planned,
    refusal::Refusal,
    snapshot::Done,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

const PAGE: &str = "/later";

#[derive(Debug, Deserialize)]
pub(super) struct NewLater {
    cid: Cid,
    text: String,
    at: Millis,
}

pub(super) async fn say(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(NewLater { cid, text, at }): Body<NewLater>,
) -> Answer<(StatusCode, Json<Planned>)> {
    let room = site.engine.readable(&room, login.user.id)?;
    site.rates.sends.check(&login.user.id)?;
    let planned = site.engine.say_later(&login.who(), room.id, cid, (message(&text)?, at)).await?;
    Ok((StatusCode::CREATED, Json(planned)))
}

#[derive(Debug, Deserialize)]
pub(super) struct NewReminder {
    at: Millis,
}

pub(super) async fn remind(
    State(site): State<Arc<Site>>,
    Path((room, seq)): Path<(String, String)>,
    SignedIn { login, .. }: SignedIn,
    Body(NewReminder { at }): Body<NewReminder>,
) -> Answer<(StatusCode, Json<Planned>)> {
    let room = site.engine.readable(&room, login.user.id)?;
    site.rates.sends.check(&login.user.id)?;
    let planned = site.engine.remind(&login.who(), room.id, place(&seq)?, at).await?;
    Ok((StatusCode::CREATED, Json(planned)))
}

/// A place in a log, from an address.
fn place(text: &str) -> Result<Seq, Refusal> {
    let n: u64 = text.parse().map_err(|_| Refusal::NotFound)?;
    Seq::try_from(n).map_err(|_| Refusal::NotFound)
}

fn id_of(text: &str) -> Result<JobId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

#[derive(Debug, Serialize)]
pub(super) struct PlansBody {
    planned: Vec<Planned>,
}

pub(super) async fn plans(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<PlansBody>> {
    Ok(Json(PlansBody { planned: site.engine.plans(login.user.id).await? }))
}

#[derive(Debug, Deserialize)]
pub(super) struct Change {
    text: Option<String>,
    at: Option<Millis>,
}

pub(super) async fn change(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(Change { text, at }): Body<Change>,
) -> Answer<StatusCode> {
    site.engine.change_plan(login.user.id, id_of(&id)?, text, at).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn cancel(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    site.engine.cancel_plan(login.user.id, id_of(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The composer's form with another button, the form of an entry, and that of a planned message:
/// so many minutes, `tomorrow`, or `at` the time of a field.
#[derive(Debug, Deserialize)]
pub(super) struct Planning {
    #[serde(default)]
    text: String,
    #[serde(default)]
    when: String,
    #[serde(default)]
    at: String,
}

impl Planning {
    fn moment(&self, visitor: &Visitor) -> Result<Millis, Refusal> {
        named(&self.when, &self.at, clock::now(), visitor.preferences.zone_min)
    }
}

pub(super) async fn form_say(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, visitor, form: planning }: Sent<Planning>,
) -> Response {
    let path = room_path(&room);
    let planned = async {
        let room = site.engine.readable(&room, login.user.id)?;
        site.rates.sends.check(&login.user.id)?;
        let (text, at) = (message(&planning.text)?, planning.moment(&visitor)?);
        site.engine.say_later(&login.who(), room.id, Cid(Uuid::now_v7()), (text, at)).await
    };
    let planned = outcome(planned.await, Done::Planned, planning.text.clone());
    back(&site, &path, &planned)
}

pub(super) async fn form_remind(
    State(site): State<Arc<Site>>,
    Path((room, seq)): Path<(String, String)>,
    Sent { login, visitor, form: planning }: Sent<Planning>,
) -> Response {
    let path = room_path(&room);
    let planned = async {
        let room = site.engine.readable(&room, login.user.id)?;
        site.rates.sends.check(&login.user.id)?;
        let at = planning.moment(&visitor)?;
        site.engine.remind(&login.who(), room.id, place(&seq)?, at).await
    };
    back(&site, &path, &outcome(planned.await, Done::WillRemind, String::new()))
}

pub(super) async fn form_change(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Sent { login, visitor, form: planning }: Sent<Planning>,
) -> Response {
    let changed = async {
        let (text, at) = (message(&planning.text)?, planning.moment(&visitor)?);
        site.engine.change_plan(login.user.id, id_of(&id)?, Some(text), Some(at)).await
    };
    let changed = outcome(changed.await, Done::Planned, planning.text.clone());
    back(&site, PAGE, &changed)
}

pub(super) async fn form_cancel(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Sender { login, .. }: Sender,
) -> Response {
    let done = match id_of(&id) {
        Ok(id) => site.engine.cancel_plan(login.user.id, id).await,
        Err(refusal) => Err(refusal),
    };
    let flash: Flash = outcome(done, Done::Cancelled, String::new());
    back(&site, PAGE, &flash)
}
