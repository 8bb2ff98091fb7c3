//! Order on the whole server: roles, reports, what reviewers do, and what it is told by. What is
//! here is behind every door; the doors are `api`, `forms` and `admin`.

pub(super) mod admin;
pub(super) mod api;
pub(super) mod forms;

use super::Site;
use crate::{
    audit::Line,
    auth::Login,
    engine::clock,
    store::{Decision, NewReport, Sanction, Sanctioning},
};
use app::protocol::{
    ids::{Millis, ReportId, RoomId, Seq, UserId},
    limits::{REASON_CHARS_MAX, REPORT_CHARS_MAX, SANCTION_SECS_MAX},
    message::Entry,
    order::{Action, Verdict, Why},
    people::Role,
    powers::Power,
    refusal::Refusal,
};

/// Entries of an excerpt before the reported one, and after it.
const AROUND: u64 = 10;
/// Entries of an excerpt where none was named.
const LATEST: usize = 20;

/// Whether that login's user has a power.
pub(super) fn check(login: &Login, power: Power) -> Result<(), Refusal> {
    if login.user.role.may(power) { Ok(()) } else { Err(Refusal::NotAllowed) }
}

/// Gives somebody another role.
pub(super) async fn change_role(
    site: &Site,
    login: &Login,
    user: UserId,
    role: Role,
) -> Result<(), Refusal> {
    let store = site.engine.store();
    let user = store.change_role(Some(login.user.id), user, role, clock::now()).await?;
    site.engine.role_changed(&user).await;
    Ok(())
}

/// Does something about somebody on the whole server.
pub(super) async fn sanction(
    site: &Site,
    login: &Login,
    user: UserId,
    what: Sanction,
    reason: &str,
) -> Result<(), Refusal> {
    check(login, Power::Review)?;
    let reason = written(reason, REASON_CHARS_MAX)?;
    let by = login.user.id;
    let sanctioning = Sanctioning { by, user, what, why: None, reason: &reason };
    let done = site.engine.store().sanction(&sanctioning, clock::now()).await?;
    site.engine.sanctioned(&done).await;
    Ok(())
}

/// The moment until which something holds; the largest one for ever.
pub(super) fn until(secs: Option<u32>) -> Result<Millis, Refusal> {
    match secs {
        None => Ok(Millis(i64::MAX)),
        Some(secs @ 1..=SANCTION_SECS_MAX) => Ok(clock::now().plus(i64::from(secs) * 1_000)),
        Some(_) => Err(Refusal::OutOfBounds { least: 1, most: SANCTION_SECS_MAX }),
    }
}

/// A text of somebody about somebody: trimmed, may be empty.
fn written(text: &str, chars_max: usize) -> Result<String, Refusal> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.chars().count() > chars_max {
        return Err(Refusal::TooLong { chars_max: u32::try_from(chars_max).unwrap_or(u32::MAX) });
    }
    Ok(text.to_owned())
}

/// What somebody reports.
#[derive(Clone, Debug)]
pub(super) struct Reporting {
    /// Whom.
    pub(super) against: UserId,
    /// In which room, by name or id.
    pub(super) room: Option<String>,
    /// About which entry of it.
    pub(super) seq: Option<Seq>,
    pub(super) why: Why,
    pub(super) text: String,
}

/// Keeps a report with an excerpt of the log that the server reads itself. False where the same
/// was reported before.
pub(super) async fn report(
    site: &Site,
    login: &Login,
    reporting: Reporting,
) -> Result<(ReportId, bool), Refusal> {
    check(login, Power::Report)?;
    let text = written(&reporting.text, REPORT_CHARS_MAX)?;
    let (mut room, mut excerpt) = (None, Vec::new());
    let mut against = reporting.against;
    if let Some(address) = &reporting.room {
        let found = site.engine.readable(address, login.user.id)?;
        against = site.engine.behind(login.user.id, found.id, against)?;
        let (after, limit) = match reporting.seq {
            Some(seq) => (Some(before(seq)), usize::try_from(2 * AROUND + 1).unwrap_or(LATEST)),
            None => (None, LATEST),
        };
        excerpt = site.engine.store().entries(found.id, after, None, limit).await?.entries;
        room = Some((found.id, found.name));
    }
    if let Some(seq) = reporting.seq {
        // Of an entry nobody is reported but who wrote it.
        let is_it = |it: &Entry| it.seq == seq && it.author == against;
        if !excerpt.iter().any(is_it) {
            return Err(Refusal::NotFound);
        }
    }
    if against == login.user.id {
        return Err(Refusal::CannotToOneself);
    }
    let Reporting { seq, why, .. } = reporting;
    let new = NewReport { by: login.user.id, against, room, seq, why, text, excerpt };
    Ok(site.engine.store().report(&new, clock::now()).await?)
}

/// The place after which an excerpt begins.
fn before(seq: Seq) -> Seq {
    Seq::try_from(seq.get().saturating_sub(AROUND + 1)).unwrap_or(Seq::ZERO)
}

/// Decides a report.
pub(super) async fn decide(
    site: &Site,
    login: &Login,
    report: ReportId,
    (verdict, secs): (Verdict, Option<u32>),
    note: &str,
) -> Result<(), Refusal> {
    check(login, Power::Review)?;
    let note = written(note, REASON_CHARS_MAX)?;
    let (by, until) = (login.user.id, until(secs)?);
    let decision = Decision { by, report, verdict, until, note: &note };
    let outcome = site.engine.store().decide_report(&decision, clock::now()).await?;
    site.engine.report_decided(&outcome).await;
    Ok(())
}

/// Closes a room that is not one's own.
pub(super) async fn close_room(
    site: &Site,
    login: &Login,
    room: RoomId,
    reason: &str,
) -> Result<(), Refusal> {
    check(login, Power::CloseRooms)?;
    let reason = written(reason, REASON_CHARS_MAX)?;
    if reason.is_empty() {
        return Err(Refusal::Empty);
    }
    site.engine.close_room(&login.who(), room, reason).await
}

/// Lets a node take no sockets, or take them again.
pub(super) async fn set_draining(
    site: &Site,
    login: &Login,
    node: &str,
    draining: bool,
) -> Result<(), Refusal> {
    check(login, Power::Nodes)?;
    let node = node.parse().map_err(|_| Refusal::NotFound)?;
    site.engine.set_draining(node, draining)?;
    let known = site.engine.nodes().into_iter().find(|it| it.id == node);
    let name = known.map(|it| it.name).unwrap_or_default();
    let action = if draining { Action::Drain } else { Action::Undrain };
    let line = Line::thing(Some(login.user.id), action, name);
    Ok(site.engine.store().audit(&line, clock::now()).await?)
}
