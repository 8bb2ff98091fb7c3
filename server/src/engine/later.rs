//! What users want to be done at a time: messages sent later, and reminders.

use super::{Engine, Who, clock, sight::Sight};
use crate::store::{Job, JobDetail, JobKind, StoreResult};
use app::protocol::{
    ids::{Cid, JobId, Millis, RoomId, Seq, UserId},
    limits::{LATER_DAYS_MAX, LATER_PER_USER},
    message::MessageText,
    pages::{Plan, Planned},
    refusal::Refusal,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Engine {
    /// Says something at a moment. The same id again changes nothing.
    pub async fn say_later(
        &self,
        who: &Who,
        room: RoomId,
        cid: Cid,
        (text, at): (String, Millis),
    ) -> Result<Planned, Refusal> {
        self.read(who.user, room)?;
        let text = String::from(MessageText::try_from(text)?);
        if !self.is_member(who.user, room) {
            return Err(Refusal::NotEntered);
        }
        let detail = JobDetail { text, refused: None };
        self.plan(Job { detail, ..job(who.user, JobId(cid.0), room, at) }).await
    }

    /// Reminds the user of an entry at a moment.
    pub async fn remind(
        &self,
        who: &Who,
        room: RoomId,
        seq: Seq,
        at: Millis,
    ) -> Result<Planned, Refusal> {
        let found = self.read(who.user, room)?;
        if seq == Seq::ZERO || seq > found.head() {
            return Err(Refusal::NotFound);
        }
        let id = JobId(uuid::Uuid::now_v7());
        self.plan(Job { kind: JobKind::Remind, seq: Some(seq), ..job(who.user, id, room, at) })
            .await
    }

    async fn plan(&self, job: Job) -> Result<Planned, Refusal> {
        let now = clock::now();
        let at = ahead(job.due_at, now)?;
        if !self.store().plan_job(&job, LATER_PER_USER, now).await? {
            return Err(Refusal::TooMany { limit: LATER_PER_USER });
        }
        self.planned(at);
        // Asked again, it stands as it was planned first.
        let jobs = self.store().jobs_of(job.account).await?;
        let stored = jobs.into_iter().find(|it| it.id == job.id).unwrap_or(job);
        Ok(self.plan_of(stored).await?)
    }

    /// The user's messages to be sent and reminders, the next one first, with those that were
    /// refused and those that have come.
    pub async fn plans(&self, user: UserId) -> Result<Vec<Planned>, Refusal> {
        let mut plans = Vec::new();
        for job in self.store().jobs_of(user).await? {
            plans.push(self.plan_of(job).await?);
        }
        Ok(plans)
    }

    /// Gives a message that is to be sent another text or moment.
    pub async fn change_plan(
        &self,
        user: UserId,
        id: JobId,
        text: Option<String>,
        at: Option<Millis>,
    ) -> Result<(), Refusal> {
        let text = text.map(MessageText::try_from).transpose()?;
        let at = at.map(|it| ahead(it, clock::now())).transpose()?;
        let text = text.as_ref().map(MessageText::as_str);
        if !self.store().change_job(user, id, text, at).await? {
            return Err(Refusal::NotFound);
        }
        if let Some(moment) = at {
            self.planned(moment);
        }
        Ok(())
    }

    /// Removes a message to be sent, or a reminder.
    pub async fn cancel_plan(&self, user: UserId, id: JobId) -> Result<(), Refusal> {
        let there = self.store().cancel_job(user, id).await?;
        if there { Ok(()) } else { Err(Refusal::NotFound) }
    }

    /// A job as its user may see it: of a room that they may not read any more, nothing is told.
    pub(super) async fn plan_of(&self, job: Job) -> StoreResult<Planned> {
        let room = job.room.unwrap_or(RoomId(uuid::Uuid::nil()));
        let readable = self.hub().room(room).filter(|it| it.sight(job.account) == Sight::Inside);
        let mut text = job.detail.text;
        if let (Some(_), Some(seq)) = (&readable, job.seq) {
            let page = self.store().entries(room, Some(seq.minus(1)), None, 1).await?;
            let said = page.entries.into_iter().find(|it| it.seq == seq);
            text = said.map(|it| it.what.text().to_owned()).unwrap_or_default();
        }
        Ok(Planned {
            id: job.id,
            plan: if job.kind == JobKind::Remind { Plan::Remind } else { Plan::Say },
            room,
            room_name: readable.map(|it| it.summary_for(job.account).name).unwrap_or_default(),
            seq: job.seq,
            text,
            due_at: job.due_at,
            done_at: job.done_at,
            failed: job.detail.refused,
        })
    }
}

/// A message to be sent, without its text.
fn job(account: UserId, id: JobId, room: RoomId, due_at: Millis) -> Job {
    let (kind, detail) = (JobKind::Say, JobDetail::default());
    Job { id, kind, due_at, room: Some(room), account, seq: None, detail, done_at: None }
}

/// A moment that something may be planned for.
fn ahead(at: Millis, now: Millis) -> Result<Millis, Refusal> {
    let ahead = at.since(now);
    if ahead > 0 && ahead <= LATER_DAYS_MAX * DAY_MS { Ok(at) } else { Err(Refusal::NotInTime) }
}
