//! Order on the whole server, by the REST API.

use super::{Reporting, change_role, check, decide, report, sanction, until};
use crate::{
    audit::Filter,
    engine::clock,
    http::{
        Site,
        api::{Answer, Body},
        visitor::SignedIn,
    },
    store::Sanction,
};
use app::protocol::{
    ids::{AuditId, NoticeId, ReportId, Seq, UserId},
    order::{Action, AuditLine, Notice, Report, Verdict, Why},
    people::Role,
    powers::Power,
    refusal::Refusal,
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use std::{str::FromStr, sync::Arc};

/// What stands in an address, or nothing is there.
fn id<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

#[derive(Debug, Deserialize)]
pub(in crate::http) struct NewRole {
    role: Role,
}

pub(in crate::http) async fn role(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(NewRole { role }): Body<NewRole>,
) -> Answer<StatusCode> {
    check(&login, Power::NameModerators)?;
    change_role(&site, &login, id(&user)?, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For how long, absent for ever, and why.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Term {
    #[serde(default)]
    secs: Option<u32>,
    #[serde(default)]
    reason: String,
}

pub(in crate::http) async fn ban(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(term): Body<Term>,
) -> Answer<StatusCode> {
    let what = Sanction::Ban { until: until(term.secs)? };
    sanction(&site, &login, id(&user)?, what, &term.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(in crate::http) async fn mute(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(term): Body<Term>,
) -> Answer<StatusCode> {
    let what = Sanction::Mute { until: until(term.secs)? };
    sanction(&site, &login, id(&user)?, what, &term.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Warning {
    #[serde(default)]
    reason: String,
}

pub(in crate::http) async fn warn(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(Warning { reason }): Body<Warning>,
) -> Answer<StatusCode> {
    sanction(&site, &login, id(&user)?, Sanction::Warn, &reason).await?;
    Ok(StatusCode::CREATED)
}

pub(in crate::http) async fn unban(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    sanction(&site, &login, id(&user)?, Sanction::Unban, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(in crate::http) async fn unmute(
    State(site): State<Arc<Site>>,
    Path(user): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    sanction(&site, &login, id(&user)?, Sanction::Unmute, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A report as its maker sends it.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct NewReport {
    against: UserId,
    #[serde(default)]
    room: Option<String>,
    #[serde(default)]
    seq: Option<Seq>,
    why: Why,
    #[serde(default)]
    text: String,
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct Reported {
    id: ReportId,
}

pub(in crate::http) async fn make_report(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
    Body(new): Body<NewReport>,
) -> Answer<(StatusCode, Json<Reported>)> {
    let NewReport { against, room, seq, why, text } = new;
    if seq.is_some() && room.is_none() {
        return Err(Refusal::Malformed.into());
    }
    let reporting = Reporting { against, room, seq, why, text };
    let (id, fresh) = report(&site, &login, reporting).await?;
    let status = if fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Reported { id })))
}

/// Which reports.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Which {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    after: Option<ReportId>,
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct ReportsBody {
    reports: Vec<Report>,
    more: bool,
}

pub(in crate::http) async fn reports(
    State(site): State<Arc<Site>>,
    which: Result<Query<Which>, QueryRejection>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<ReportsBody>> {
    check(&login, Power::Review)?;
    let Query(Which { state, after }) = which.map_err(|_| Refusal::Malformed)?;
    let open = match state.as_deref() {
        None | Some("open") => true,
        Some("decided") => false,
        Some(_) => return Err(Refusal::Malformed.into()),
    };
    let (reports, more) = site.engine.store().reports(login.user.id, open, after).await?;
    Ok(Json(ReportsBody { reports, more }))
}

#[derive(Debug, Deserialize)]
pub(in crate::http) struct NewDecision {
    decision: Verdict,
    #[serde(default)]
    secs: Option<u32>,
    #[serde(default)]
    note: String,
}

pub(in crate::http) async fn decision(
    State(site): State<Arc<Site>>,
    Path(report): Path<String>,
    SignedIn { login, .. }: SignedIn,
    Body(NewDecision { decision, secs, note }): Body<NewDecision>,
) -> Answer<StatusCode> {
    decide(&site, &login, id(&report)?, (decision, secs), &note).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct NoticesBody {
    notices: Vec<Notice>,
}

pub(in crate::http) async fn notices(
    State(site): State<Arc<Site>>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<NoticesBody>> {
    Ok(Json(NoticesBody { notices: site.engine.store().notices(login.user.id).await? }))
}

pub(in crate::http) async fn confirm(
    State(site): State<Arc<Site>>,
    Path(notice): Path<String>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<StatusCode> {
    let notice: NoticeId = id(&notice)?;
    site.engine.store().confirm_notice(login.user.id, notice, clock::now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which lines of the audit log.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Lines {
    #[serde(default)]
    person: Option<UserId>,
    #[serde(default)]
    action: Option<Action>,
    #[serde(default)]
    before: Option<AuditId>,
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct AuditBody {
    lines: Vec<AuditLine>,
    more: bool,
}

pub(in crate::http) async fn audit(
    State(site): State<Arc<Site>>,
    lines: Result<Query<Lines>, QueryRejection>,
    SignedIn { login, .. }: SignedIn,
) -> Answer<Json<AuditBody>> {
    check(&login, Power::Audit)?;
    let Query(Lines { person, action, before }) = lines.map_err(|_| Refusal::Malformed)?;
    let filter = Filter { person, action, before };
    let (lines, more) = site.engine.store().audit_lines(filter).await?;
    Ok(Json(AuditBody { lines, more }))
}
