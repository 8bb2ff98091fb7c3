//! Reports, and what reviewers decide about them.

use super::{
    BEGIN_WRITE, DbRow, FOR_UPDATE, Queries, Tx, audit,
    conduct::note_conduct,
    notices,
    order::{check_reviewer, lock_people, sanction},
    seq_from,
};
use crate::{
    audit::Line,
    store::{
        Decision, NewReport, Notify, Outcome, Sanction, Sanctioned, Sanctioning, StoreError,
        StoreResult, User,
        rows::{kind_from, role_from},
    },
};
use app::protocol::{
    ids::{Millis, ReportId, RoomId, UserId},
    limits::REPORTS_PER_DAY,
    order::{Action, Decided, Detail, Named, Report, Told, Verdict, Why},
    people::Role,
    refusal::Refusal,
};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Reports on a page.
const PAGE: usize = 20;

impl Queries {
    pub(in crate::store) async fn report(
        &self,
        report: &NewReport,
        now: Millis,
    ) -> StoreResult<(ReportId, bool)> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        // Two reports by one user come one after the other, and are counted.
        lock_people(&mut tx, Some(report.by), report.against).await?;
        if let Some(before) = same(&mut tx, report).await? {
            return Ok((before, false));
        }
        check_pace(&mut tx, report.by, now).await?;
        let id = ReportId(Uuid::now_v7());
        let excerpt = serde_json::to_string(&report.excerpt)
            .map_err(|error| StoreError::Db(sqlx::Error::Encode(Box::new(error))))?;
        let (room, name) = report.room.as_ref().map(|it| (it.0.0, it.1.as_str())).unzip();
        sqlx::query(
            "insert into report
                 (id, by_id, against_id, room_id, room_name, seq, why, text, excerpt, at,
                  room_kind)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                 coalesce((select kind from room where id = $4), ''))",
        )
        .bind(id.0)
        .bind(report.by.0)
        .bind(report.against.0)
        .bind(room)
        .bind(name.unwrap_or_default())
        .bind(report.seq.map(super::number))
        .bind(report.why.name())
        .bind(&report.text)
        .bind(excerpt)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        note_reported(&mut tx, report, now).await?;
        tx.commit().await?;
        Ok((id, true))
    }

    pub(in crate::store) async fn reports(
        &self,
        reviewer: UserId,
        open: bool,
        after: Option<ReportId>,
    ) -> StoreResult<(Vec<Report>, bool)> {
        let mut sql = QueryBuilder::new(
            "select report.id, report.at, by_id, against_id, room_id, room_name, seq, why, text,
                 excerpt, room_kind, decision, decided_at, until, note,
                 reporter.name as by_name, reporter.role as by_role,
                 reported.name as against_name, reported.role as against_role,
                 coalesce(decider.name, '') as decided_name
             from report
             join account reporter on reporter.id = by_id
             join account reported on reported.id = against_id
             left join account decider on decider.id = decided_by
             where against_id <> ",
        );
        sql.push_bind(reviewer.0);
        // The ids are in the order of time.
        sql.push(if open { " and decision is null" } else { " and decision is not null" });
        if let Some(after) = after {
            sql.push(if open { " and report.id > " } else { " and report.id < " });
            sql.push_bind(after.0);
        }
        sql.push(if open { " order by report.id" } else { " order by report.id desc" });
        sql.push(" limit ").push_bind(i64::try_from(PAGE).unwrap_or(i64::MAX - 1) + 1);
        let rows = sql.build().persistent(false).fetch_all(&self.readers).await?;
        let more = rows.len() > PAGE;
        let reports = rows.iter().take(PAGE).map(report_from).collect::<StoreResult<_>>()?;
        Ok((reports, more))
    }

    pub(in crate::store) async fn decide_report(
        &self,
        decision: &Decision<'_>,
        now: Millis,
    ) -> StoreResult<Outcome> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let open = lock_open(&mut tx, decision).await?;
        let (actor, user) = lock_people(&mut tx, Some(decision.by), open.against).await?;
        check_decider(actor.as_ref(), &user, decision.verdict, now)?;
        let until =
            matches!(decision.verdict, Verdict::Mute | Verdict::Ban).then_some(decision.until);
        sqlx::query(
            "update report set decision = $2, decided_by = $3, decided_at = $4, until = $5,
                 note = $6,
                 excerpt = case when room_kind in ('match', 'pair') then '[]' else excerpt end
             where id = $1",
        )
        .bind(decision.report.0)
        .bind(decision.verdict.name())
        .bind(decision.by.0)
        .bind(now.0)
        .bind(until.map(|it| it.0))
        .bind(decision.note)
        .execute(&mut *tx)
        .await?;
        let (verdict, why) = (Some(decision.verdict), Some(open.why));
        let detail = Detail { verdict, why, until, ..Detail::default() };
        let line = Line::user(Some(decision.by), Action::Decide, user.id, detail);
        audit::write(&mut tx, &line, now).await?;
        let sanctioned = carry_out(&mut tx, decision, &user, open.why, now).await?;
        let told = if sanctioned.is_some() { Told::ReportActed } else { Told::ReportClosed };
        notices::write(&mut tx, open.by, &Notify::new(told), now).await?;
        tx.commit().await?;
        Ok(Outcome { reporter: open.by, sanctioned })
    }
}

/// The report of the same entry by the same user; or, of somebody they were matched with, the one
/// that says the same of the same room and is not decided: whoever could not leave asks again.
async fn same(tx: &mut Tx<'_>, report: &NewReport) -> StoreResult<Option<ReportId>> {
    let Some((room, _)) = &report.room else { return Ok(None) };
    let mut sql = QueryBuilder::new("select id from report where by_id = ");
    sql.push_bind(report.by.0).push(" and room_id = ").push_bind(room.0);
    if let Some(seq) = report.seq {
        sql.push(" and seq = ").push_bind(super::number(seq));
    } else {
        sql.push(" and room_kind in ('match', 'pair') and seq is null and decision is null");
        sql.push(" and against_id = ");
        sql.push_bind(report.against.0);
        sql.push(" and why = ").push_bind(report.why.name());
        sql.push(" and text = ").push_bind(&report.text);
    }
    let row = sql.build().fetch_optional(&mut **tx).await?;
    row.map(|row| Ok(ReportId(row.try_get("id")?))).transpose()
}

/// Who is reported from a room of people who were matched, counts as such when people are matched:
/// for each who reports them once.
async fn note_reported(tx: &mut Tx<'_>, report: &NewReport, now: Millis) -> StoreResult<()> {
    let sql = "select count(*) from report where by_id = $1 and against_id = $2
         and room_kind in ('match', 'pair')";
    let query = sqlx::query_as(sql).bind(report.by.0).bind(report.against.0);
    let (made,): (i64,) = query.fetch_one(&mut **tx).await?;
    let is_first = made == 1;
    let Some((room, _)) = report.room.as_ref().filter(|_| is_first) else { return Ok(()) };
    let sql = "select count(*) from meeting where room_id = $1";
    let (met,): (i64,) = sqlx::query_as(sql).bind(room.0).fetch_one(&mut **tx).await?;
    if met > 0 {
        note_conduct(tx, report.against, "reported", now).await?;
    }
    Ok(())
}

/// Refuses more reports of one user than there may be in a day.
async fn check_pace(tx: &mut Tx<'_>, by: UserId, now: Millis) -> StoreResult<()> {
    let sql = "select count(*) as made, coalesce(min(at), 0) as first
         from report where by_id = $1 and at > $2";
    let row = sqlx::query(sql).bind(by.0).bind(now.0 - DAY_MS).fetch_one(&mut **tx).await?;
    let (made, first): (i64, i64) = (row.try_get("made")?, row.try_get("first")?);
    if made < i64::from(REPORTS_PER_DAY) {
        return Ok(());
    }
    let pause = (first + DAY_MS - now.0).clamp(1, DAY_MS);
    let retry_after_ms = u32::try_from(pause).unwrap_or(u32::MAX);
    Err(StoreError::Refused(Refusal::TooFast { retry_after_ms }))
}

/// A report that is being decided.
struct Open {
    by: UserId,
    against: UserId,
    why: Why,
}

/// The report, which nobody else decides until the transaction ends. To the reported there is
/// none.
async fn lock_open(tx: &mut Tx<'_>, decision: &Decision<'_>) -> StoreResult<Open> {
    let mut sql =
        QueryBuilder::new("select by_id, against_id, why, decision from report where id = ");
    sql.push_bind(decision.report.0).push(FOR_UPDATE);
    let row = sql.build().fetch_optional(&mut **tx).await?.ok_or(StoreError::NotFound)?;
    let (by, against) = (UserId(row.try_get("by_id")?), UserId(row.try_get("against_id")?));
    let decided: Option<String> = row.try_get("decision")?;
    if against == decision.by {
        return Err(StoreError::NotFound);
    }
    if by == decision.by {
        return Err(StoreError::Refused(Refusal::NotAllowed));
    }
    if decided.is_some() {
        return Err(StoreError::Refused(Refusal::AlreadyDecided));
    }
    Ok(Open { by, against, why: why_from(&row)? })
}

/// Only downwards, as everything; but that nothing is done about an owner, another owner says.
fn check_decider(
    actor: Option<&User>,
    user: &User,
    verdict: Verdict,
    now: Millis,
) -> StoreResult<()> {
    let is_owner = |it: &User| it.role == Role::Owner && !it.is_banned(now);
    if verdict == Verdict::None && actor.is_some_and(is_owner) {
        return Ok(());
    }
    check_reviewer(actor, user, now)
}

async fn carry_out(
    tx: &mut Tx<'_>,
    decision: &Decision<'_>,
    user: &User,
    why: Why,
    now: Millis,
) -> StoreResult<Option<Sanctioned>> {
    let what = match decision.verdict {
        Verdict::None => return Ok(None),
        Verdict::Warn => Sanction::Warn,
        Verdict::Mute => Sanction::Mute { until: decision.until },
        Verdict::Ban => Sanction::Ban { until: decision.until },
    };
    let (by, reason) = (decision.by, decision.note);
    let sanctioning = Sanctioning { by, user: user.id, what, why: Some(why), reason };
    sanction(tx, user, &sanctioning, now).await.map(Some)
}

fn why_from(row: &DbRow) -> StoreResult<Why> {
    let why: String = row.try_get("why")?;
    Why::from_name(&why)
        .ok_or_else(|| StoreError::Db(sqlx::Error::Decode(format!("why {why}").into())))
}

fn report_from(row: &DbRow) -> StoreResult<Report> {
    let named = |id: &str, name: &str, role: &str| -> StoreResult<Named> {
        Ok(Named {
            id: UserId(row.try_get(id)?),
            name: row.try_get(name)?,
            role: role_from(row.try_get(role)?),
        })
    };
    let excerpt: String = row.try_get("excerpt")?;
    let seq = row.try_get::<Option<i64>, _>("seq")?.map(|_| seq_from(row, "seq")).transpose()?;
    Ok(Report {
        id: ReportId(row.try_get("id")?),
        at: Millis(row.try_get("at")?),
        by: named("by_id", "by_name", "by_role")?,
        against: named("against_id", "against_name", "against_role")?,
        room: row.try_get::<Option<Uuid>, _>("room_id")?.map(RoomId),
        room_name: row.try_get("room_name")?,
        room_kind: Some(row.try_get("room_kind")?)
            .filter(|it: &&str| !it.is_empty())
            .map(kind_from),
        seq,
        why: why_from(row)?,
        text: row.try_get("text")?,
        excerpt: serde_json::from_str(&excerpt).unwrap_or_default(),
        decided: decided_from(row)?,
    })
}

fn decided_from(row: &DbRow) -> StoreResult<Option<Decided>> {
    let verdict: Option<String> = row.try_get("decision")?;
    let Some(verdict) = verdict.as_deref().and_then(Verdict::from_name) else { return Ok(None) };
    let at: Option<i64> = row.try_get("decided_at")?;
    Ok(Some(Decided {
        verdict,
        by: row.try_get("decided_name")?,
        at: Millis(at.unwrap_or_default()),
        until: row.try_get::<Option<i64>, _>("until")?.map(Millis),
        note: row.try_get("note")?,
    }))
}
