//! Rooms of people who were matched: keeping them, opening up, and parting. REST and a form.

use super::{
    Site,
    api::{Answer, Body},
    direct::Complaint,
    forms::{back, outcome, refill, unreadable},
    matchmaking::{PAGE, search_again},
    pages::room_path,
    sender::Sent,
    visitor::{SignedIn, Visitor},
};
use crate::{auth::Login, engine::Parting, snapshot::Wanted};
use app::protocol::{
    ids::{RoomId, UserId},
    matching::{MeetingView, Openness},
    order::Why,
    refusal::Refusal,
    snapshot::Done,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

/// The room of that id, where the user may read it.
fn find(site: &Site, login: &Login, room: &str) -> Result<RoomId, Refusal> {
    Ok(site.engine.readable(room, login.user.id)?.id)
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<MeetingView>> {
    let room = find(&site, &login, &room)?;
    let meeting = site.engine.meeting(login.user.id, room).await?;
    Ok(Json(meeting.ok_or(Refusal::NotFound)?))
}

/// Whether the user wants to keep the room.
#[derive(Debug, Deserialize)]
pub(super) struct Keeping {
    keep: bool,
}

pub(super) async fn keep(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(Keeping { keep }): Body<Keeping>,
) -> Answer<StatusCode> {
    let room = find(&site, &login, &room)?;
    site.engine.keep(&login.who(), room, keep).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Up to where the user is willing to show themselves.
#[derive(Debug, Deserialize)]
pub(super) struct Opening {
    openness: Openness,
}

pub(super) async fn open(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(Opening { openness }): Body<Opening>,
) -> Answer<StatusCode> {
    let room = find(&site, &login, &room)?;
    site.engine.open_up(&login.who(), room, openness).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaving, with what is to be done about the other.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Leaving {
    #[serde(default)]
    block: bool,
    #[serde(default)]
    report: Option<Complaint>,
    /// Look for the next person by the same wishes.
    #[serde(default)]
    next: bool,
    /// Of several, about whom.
    #[serde(default)]
    who: Option<UserId>,
}

pub(super) async fn leave(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(leaving): Body<Leaving>,
) -> Answer<StatusCode> {
    part(&site, &login, &room, leaving).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn part(site: &Site, login: &Login, room: &str, leaving: Leaving) -> Result<(), Refusal> {
    let room = find(site, login, room)?;
    let Leaving { block, report, next, who } = leaving;
    let report = report.map(Complaint::read).transpose()?;
    site.engine.part(&login.who(), room, Parting { block, report, who }).await?;
    if next {
        search_again(site, login).await?;
    }
    Ok(())
}

/// `keep`, `unkeep`, `open`, `leave`, `next` or `leave_block`; with a reason, a report goes along
/// when one leaves.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MeetingForm {
    act: String,
    openness: Option<Openness>,
    why: String,
    text: String,
    who: String,
}

impl MeetingForm {
    /// It tells of somebody, too.
    fn is_report(&self) -> bool {
        !self.why.is_empty() || !self.text.trim().is_empty()
    }

    fn leaving(&self) -> Result<Leaving, Refusal> {
        let report = if self.is_report() {
            let why = Why::from_name(&self.why).ok_or(Refusal::Malformed)?;
            Some(Complaint { why, text: self.text.clone() })
        } else {
            None
        };
        let who = match self.who.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::NotFound)?),
        };
        let (block, next) = (self.act == "leave_block", self.act == "next");
        Ok(Leaving { block, report, next, who })
    }

    /// What is shown again.
    fn fields(self) -> Vec<(String, String)> {
        let Self { why, text, who, .. } = self;
        let fields = [("why", why), ("text", text), ("who", who)];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

pub(super) async fn form(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, visitor, form }: Sent<MeetingForm>,
) -> Response {
    let path = room_path(&room);
    let stays = match (form.act.as_str(), form.openness) {
        (act @ ("keep" | "unkeep"), _) => match find(&site, &login, &room) {
            Ok(found) => site.engine.keep(&login.who(), found, act == "keep").await,
            Err(refusal) => Err(refusal),
        },
        ("open", Some(openness)) => match find(&site, &login, &room) {
            Ok(found) => site.engine.open_up(&login.who(), found, openness).await,
            Err(refusal) => Err(refusal),
        },
        ("leave" | "next" | "leave_block", _) => {
            return gone(&site, (&login, &visitor), &room, form).await;
        }
        _ => return unreadable(&site, &path),
    };
    back(&site, &path, &outcome(stays, Done::Saved, String::new()))
}

/// Leaves by the form. Of a report that was refused, what was typed is shown again.
async fn gone(
    site: &Site,
    (login, visitor): (&Login, &Visitor),
    room: &str,
    form: MeetingForm,
) -> Response {
    let left = match form.leaving() {
        Ok(leaving) => part(site, login, room, leaving).await,
        Err(refusal) => Err(refusal),
    };
    if form.act == "next" && left.is_ok() {
        return Redirect::to(PAGE).into_response();
    }
    // Whoever could not leave is still there.
    let stays = left.is_err() && find(site, login, room).is_ok();
    match left {
        Err(refusal) if stays && form.is_report() => {
            let path = format!("{}/meeting", room_path(room));
            let refused = (refusal, form.fields());
            return refill(site, visitor, &path, Wanted::Room(room), refused).await;
        }
        _ => {}
    }
    let done = match form.act.as_str() {
        _ if form.is_report() => Done::Reported,
        "leave_block" => Done::Blocked,
        _ => Done::LeftRoom,
    };
    let path = if stays { room_path(room) } else { "/rooms".to_owned() };
    back(site, &path, &outcome(left, done, String::new()))
}
