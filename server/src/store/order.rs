//! Order on the whole server, as the store keeps it: roles, what reviewers do, reports, what users
//! are told of it, and the audit log.

use super::{Queries, Store, StoreResult, Turned, User, postgres};
use crate::audit::{Filter, Line};
use app::protocol::{
    admin::{Overview, PersonLine, RoomLine},
    ids::{LoginId, Millis, NoticeId, ReportId, RoomId, Seq, UserId},
    message::Entry,
    order::{AuditLine, Notice, Report, Told, Verdict, Why},
    people::Role,
};

/// Something that a reviewer does about a user on the whole server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sanction {
    /// Tells them off.
    Warn,
    /// Lets them not speak until then; the largest value for ever.
    Mute {
        /// Until when.
        until: Millis,
    },
    /// Lets them speak again.
    Unmute,
    /// Ends their logins, and lets them not come in until then; the largest value for ever.
    Ban {
        /// Until when.
        until: Millis,
    },
    /// Lets them come in again.
    Unban,
}

/// Who does what about whom, and why.
#[derive(Clone, Copy, Debug)]
pub struct Sanctioning<'a> {
    /// Who does it.
    pub by: UserId,
    /// About whom.
    pub user: UserId,
    /// What.
    pub what: Sanction,
    /// Why the report was made that led to it.
    pub why: Option<Why>,
    /// What the user is told of the reason; may be empty.
    pub reason: &'a str,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sanctioned {
    /// The user.
    pub user: UserId,
    /// Their logins that ended by it.
    pub ended: Vec<LoginId>,
    /// What became of their search for somebody.
    pub turned: Turned,
}

/// A report to be made. The excerpt is the server's own.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Who reports.
    pub by: UserId,
    /// Whom.
    pub against: UserId,
    /// In which room, and what it is called.
    pub room: Option<(RoomId, String)>,
    /// About which entry.
    pub seq: Option<Seq>,
    /// Why.
    pub why: Why,
    /// What the reporter wrote; may be empty.
    pub text: String,
    /// What stands in the log around it.
    pub excerpt: Vec<Entry>,
}

/// A decision about a report.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// Who decides.
    pub by: UserId,
    /// About which report.
    pub report: ReportId,
    /// What.
    pub verdict: Verdict,
    /// Until when a mute or ban holds; the largest value for ever.
    pub until: Millis,
    /// What the reported user is told; may be empty.
    pub note: &'a str,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Who had reported.
    pub reporter: UserId,
    /// What was done about the reported user; none where nothing was.
    pub sanctioned: Option<Sanctioned>,
}

/// Something that a user is to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notify<'a> {
    pub(super) told: Told,
    pub(super) why: Option<Why>,
    pub(super) until: Option<Millis>,
    pub(super) role: Option<Role>,
    pub(super) text: &'a str,
}

impl Notify<'_> {
    pub(super) const fn new(told: Told) -> Self {
        Self { told, why: None, until: None, role: None, text: "" }
    }
}

/// Order on the whole server.
impl Store {
    /// Adds a line to the audit log. Where the act itself writes to the database, the line is
    /// written in its transaction instead.
    pub async fn audit(&self, line: &Line, now: Millis) -> StoreResult<()> {
        on_either!(self, it => it.audit(line, now))
    }

    /// A page of the audit log, the newest first, and whether there is more.
    pub async fn audit_lines(&self, filter: Filter) -> StoreResult<(Vec<AuditLine>, bool)> {
        on_either!(self, it => it.audit_lines(filter))
    }

    /// Gives an account another role: by somebody who may, checked when it is done, or by the
    /// command line. The last owner stays one.
    pub async fn change_role(
        &self,
        by: Option<UserId>,
        user: UserId,
        role: Role,
        now: Millis,
    ) -> StoreResult<User> {
        on_either!(self, it => it.change_role(by, user, role, now))
    }

    /// Does something about a user; whether that may be is checked when it is done.
    pub async fn sanction(
        &self,
        sanctioning: &Sanctioning<'_>,
        now: Millis,
    ) -> StoreResult<Sanctioned> {
        on_either!(self, it => it.sanction(sanctioning, now))
    }

    /// Keeps a report. The same entry is reported once by the same user: then it is the report of
    /// before, and false.
    pub async fn report(&self, report: &NewReport, now: Millis) -> StoreResult<(ReportId, bool)> {
        on_either!(self, it => it.report(report, now))
    }

    /// A page of reports for a reviewer: the open ones, the oldest first, or the decided ones, the
    /// newest first; none about the reviewer. And whether there are more.
    pub async fn reports(
        &self,
        reviewer: UserId,
        open: bool,
        after: Option<ReportId>,
    ) -> StoreResult<(Vec<Report>, bool)> {
        on_either!(self, it => it.reports(reviewer, open, after))
    }

    /// Decides a report, once; whether that may be is checked when it is done.
    pub async fn decide_report(
        &self,
        decision: &Decision<'_>,
        now: Millis,
    ) -> StoreResult<Outcome> {
        on_either!(self, it => it.decide_report(decision, now))
    }

    /// Figures of the whole server, but for who is online. What was said is counted since
    /// `midnight`.
    pub async fn overview(&self, midnight: Millis) -> StoreResult<Overview> {
        on_either!(self, it => it.overview(midnight))
    }

    /// A page of people whose names' keys have that, the newest first, and whether there are more.
    pub async fn overseen_people(
        &self,
        sought: &str,
        after: Option<UserId>,
        now: Millis,
    ) -> StoreResult<(Vec<PersonLine>, bool)> {
        on_either!(self, it => it.overseen_people(sought, after, now))
    }

    /// A page of rooms, the newest first, and whether there are more. Of hidden ones no more than
    /// how many people they have; of what two write to each other nothing.
    pub async fn overseen_rooms(
        &self,
        after: Option<RoomId>,
    ) -> StoreResult<(Vec<RoomLine>, bool)> {
        on_either!(self, it => it.overseen_rooms(after))
    }

    /// What a user was told, the newest first.
    pub async fn notices(&self, user: UserId) -> StoreResult<Vec<Notice>> {
        on_either!(self, it => it.notices(user))
    }

    /// How much a user was told and has not confirmed.
    pub async fn open_notices(&self, user: UserId) -> StoreResult<u32> {
        on_either!(self, it => it.open_notices(user))
    }

    /// Notes that a user read what they were told.
    pub async fn confirm_notice(
        &self,
        user: UserId,
        notice: NoticeId,
        now: Millis,
    ) -> StoreResult<()> {
        on_either!(self, it => it.confirm_notice(user, notice, now))
    }
}
