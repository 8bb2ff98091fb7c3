//! The forms by which order is kept on the whole server, and by which one reports.

use super::{Reporting, change_role, close_room, decide, report, sanction, set_draining, until};
use crate::{
    engine::clock,
    http::{
        Site,
        flash::Flash,
        forms::{addressed, back, local, message, outcome, refill},
        sender::{Sender, Sent},
    },
    snapshot::Wanted,
    store::Sanction,
};
use app::protocol::{
    ids::{NoticeId, ReportId, RoomId, Seq, UserId},
    order::{Verdict, Why},
    people::Role,
    powers::Power,
    refusal::Refusal,
    snapshot::Done,
};
use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::{str::FromStr, sync::Arc};

fn parsed<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::Malformed)
}

/// A number, or nothing where nothing was chosen.
fn chosen(text: &str) -> Result<Option<u32>, Refusal> {
    if text.is_empty() { Ok(None) } else { parsed(text).map(Some) }
}

/// Goes back to a page of this site, with what came of the form.
fn done_at(
    site: &Site,
    path: &str,
    usual: &str,
    done: Result<Done, (Refusal, String)>,
) -> Response {
    let flash = match done {
        Ok(done) => Flash::done(done),
        Err((refusal, typed)) => Flash::refused(refusal, typed),
    };
    back(site, local(path).unwrap_or(usual), &flash)
}

fn plainly(refusal: Refusal) -> (Refusal, String) {
    (refusal, String::new())
}

/// A report: about a user, and perhaps about what they said in a room.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct ReportForm {
    #[serde(default)]
    room: String,
    #[serde(default)]
    seq: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    text: String,
}

impl ReportForm {
    fn read(&self, against: UserId) -> Result<Reporting, Refusal> {
        let room = Some(self.room.clone()).filter(|it| !it.is_empty());
        let seq = match self.seq.as_str() {
            "" => None,
            seq if room.is_some() => Some(seq_from(seq)?),
            _ => return Err(Refusal::Malformed),
        };
        let why = Why::from_name(&self.why).ok_or(Refusal::Malformed)?;
        Ok(Reporting { against, room, seq, why, text: self.text.clone() })
    }

    /// What is shown again.
    fn fields(self) -> Vec<(String, String)> {
        let Self { room, seq, why, text } = self;
        let fields = [("room", room), ("seq", seq), ("why", why), ("text", text)];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn seq_from(text: &str) -> Result<Seq, Refusal> {
    let number: u64 = parsed(text)?;
    Seq::try_from(number).map_err(|_| Refusal::Malformed)
}

pub(in crate::http) async fn report_person(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    Sent { login, visitor, form }: Sent<ReportForm>,
) -> Response {
    let kept = async {
        let against: UserId = user.parse().map_err(|_| Refusal::NotFound)?;
        report(&site, &login, form.read(against)?).await
    };
    match kept.await {
        Ok(_) => back(&site, &format!("/people/{user}"), &Flash::done(Done::Reported)),
        Err(refusal) => {
            let (path, wanted) = (format!("/people/{user}"), Wanted::Person(&user));
            refill(&site, &visitor, &path, wanted, (refusal, form.fields())).await
        }
    }
}

pub(in crate::http) async fn confirm(
    State(site): State<Arc<Site>>,
    Path(notice): Path<String>,
    Sender { login, .. }: Sender,
) -> Response {
    let confirmed = async {
        let notice: NoticeId = notice.parse().map_err(|_| Refusal::NotFound)?;
        let store = site.engine.store();
        store.confirm_notice(login.user.id, notice, clock::now()).await.map_err(Refusal::from)
    };
    match confirmed.await {
        Ok(()) => Redirect::to("/notices").into_response(),
        Err(refusal) => done_at(&site, "/notices", "/notices", Err(plainly(refusal))),
    }
}

/// What a reviewer decides about a report.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct DecisionForm {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    secs: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    back: String,
}

pub(in crate::http) async fn decision(
    State(site): State<Arc<Site>>,
    Path(report): Path<String>,
    Sent { login, form, .. }: Sent<DecisionForm>,
) -> Response {
    const USUAL: &str = "/admin/reports";
    let decided = async {
        let report: ReportId = report.parse().map_err(|_| Refusal::NotFound)?;
        let verdict = Verdict::from_name(&form.decision).ok_or(Refusal::Malformed)?;
        decide(&site, &login, report, (verdict, chosen(&form.secs)?), &form.note).await
    };
    let done = decided.await.map(|()| Done::Decided);
    done_at(&site, &form.back, USUAL, done.map_err(|it| (it, form.note.clone())))
}

/// What a reviewer or admin does about somebody.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct PersonForm {
    #[serde(default)]
    act: String,
    #[serde(default)]
    secs: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    back: String,
}

impl PersonForm {
    fn sanction(&self) -> Result<Sanction, Refusal> {
        let secs = chosen(&self.secs)?;
        match self.act.as_str() {
            "warn" => Ok(Sanction::Warn),
            "mute" => Ok(Sanction::Mute { until: until(secs)? }),
            "unmute" => Ok(Sanction::Unmute),
            "ban" => Ok(Sanction::Ban { until: until(secs)? }),
            "unban" => Ok(Sanction::Unban),
            _ => Err(Refusal::Malformed),
        }
    }

    fn role(&self) -> Result<Role, Refusal> {
        match self.role.as_str() {
            "member" => Ok(Role::Member),
            "moderator" => Ok(Role::Moderator),
            "admin" => Ok(Role::Admin),
            "owner" => Ok(Role::Owner),
            _ => Err(Refusal::Malformed),
        }
    }
}

pub(in crate::http) async fn person(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    Sent { login, form, .. }: Sent<PersonForm>,
) -> Response {
    const USUAL: &str = "/admin/people";
    let acted = async {
        let user: UserId = user.parse().map_err(|_| Refusal::NotFound)?;
        if form.act == "role" {
            super::check(&login, Power::NameModerators)?;
            return change_role(&site, &login, user, form.role()?).await;
        }
        sanction(&site, &login, user, form.sanction()?, &form.reason).await
    };
    let done = acted.await.map(|()| Done::Acted);
    done_at(&site, &form.back, USUAL, done.map_err(plainly))
}

/// Why a room is closed.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct CloseForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
}

pub(in crate::http) async fn close(
    State(site): State<Arc<Site>>,
    Path(room): Path<String>,
    Sent { login, form, .. }: Sent<CloseForm>,
) -> Response {
    const USUAL: &str = "/admin/rooms";
    let closed = async {
        let room: RoomId = room.parse().map_err(|_| Refusal::NoSuchRoom)?;
        close_room(&site, &login, room, &form.reason).await
    };
    let done = closed.await.map(|()| Done::RoomClosed);
    done_at(&site, &form.back, USUAL, done.map_err(plainly))
}

/// Whether a node shall take no sockets.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct DrainForm {
    #[serde(default)]
    drain: String,
}

pub(in crate::http) async fn drain(
    State(site): State<Arc<Site>>,
    Path(node): Path<String>,
    Sent { login, form, .. }: Sent<DrainForm>,
) -> Response {
    const USUAL: &str = "/admin/nodes";
    let done = match form.drain.as_str() {
        "on" => set_draining(&site, &login, &node, true).await,
        "off" => set_draining(&site, &login, &node, false).await,
        _ => Err(Refusal::Malformed),
    };
    done_at(&site, USUAL, USUAL, done.map(|()| Done::Acted).map_err(plainly))
}

/// A word from an admin to one room, or to all channels.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Announcement {
    #[serde(default)]
    room: String,
    #[serde(default)]
    text: String,
}

pub(in crate::http) async fn announce(
    State(site): State<Arc<Site>>,
    Sent { login, form: Announcement { room, text }, .. }: Sent<Announcement>,
) -> Response {
    const USUAL: &str = "/admin/announce";
    let told = async {
        super::check(&login, Power::Announce)?;
        let room = addressed(&site, &login, &room)?;
        site.engine.announce(&login.who(), room, message(&text)?).await
    };
    back(&site, USUAL, &outcome(told.await, Done::Announced, text.clone()))
}
