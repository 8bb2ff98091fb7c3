//! Rooms of people who were matched: keeping them, opening up, and parting. REST and a form.

use super::{
    Site,
    api::{Answer, Body},
    direct::Complaint,
    forms::{back, outcome, unreadable},
    matchmaking::{PAGE, search_again},
    pages::room_path,
    sender::Sent,
    visitor::SignedIn,
};
use crate::{auth::Login, engine::Parting};
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
#[derive(Debug, Deserialize)]
pub(super) struct MeetingForm {
    act: String,
    #[serde(default)]
    openness: Option<Openness>,
    #[serde(default)]
    why: Option<Why>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    who: Option<UserId>,
}

pub(super) async fn form(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, form, .. }: Sent<MeetingForm>,
) -> Response {
    let path = room_path(&room);
    let MeetingForm { act, openness, why, text, who } = form;
    let stays = match (act.as_str(), openness) {
        ("keep" | "unkeep", _) => {
            let found = find(&site, &login, &room);
            match found {
                Ok(found) => site.engine.keep(&login.who(), found, act == "keep").await,
                Err(refusal) => Err(refusal),
            }
        }
        ("open", Some(openness)) => match find(&site, &login, &room) {
            Ok(found) => site.engine.open_up(&login.who(), found, openness).await,
            Err(refusal) => Err(refusal),
        },
        ("leave" | "next" | "leave_block", _) => {
            let report = why.map(|why| Complaint { why, text });
            let (block, next) = (act == "leave_block", act == "next");
            return gone(&site, &login, &room, Leaving { block, report, next, who }).await;
        }
        _ => return unreadable(&site, &path),
    };
    back(&site, &path, &outcome(stays, Done::Saved, String::new()))
}

/// Leaves by the form.
async fn gone(site: &Site, login: &Login, room: &str, leaving: Leaving) -> Response {
    let (next, is_report, block) = (leaving.next, leaving.report.is_some(), leaving.block);
    let left = part(site, login, room, leaving).await;
    let done = if is_report {
        Done::Reported
    } else if block {
        Done::Blocked
    } else {
        Done::LeftRoom
    };
    if next && left.is_ok() {
        return Redirect::to(PAGE).into_response();
    }
    // Whoever could not leave is still there.
    let stays = left.is_err() && find(site, login, room).is_ok();
    let path = if stays { room_path(room) } else { "/rooms".to_owned() };
    back(site, &path, &outcome(left, done, String::new()))
}
