//! What is to be done at a time: messages sent later, reminders, hosts who stay away; and what
//! rooms and sanctions tell of their own end.

use super::{Fence, Queries, RoomSanction, Store, StoreResult, on_either, postgres};
use app::protocol::{
    ids::{JobId, Millis, RoomId, Seq, UserId},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};

/// What a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// To say something; the message's `cid` is the job's id.
    Say,
    /// To remind somebody of an entry.
    Remind,
    /// To give a room to the next host, where the host stays away.
    Succeed,
}

impl JobKind {
    /// Its name in the database.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Say => "say",
            Self::Remind => "remind",
            Self::Succeed => "succeed",
        }
    }

    /// The kind of that name; none for that of a newer version.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Say, Self::Remind, Self::Succeed].into_iter().find(|it| it.name() == name)
    }
}

/// What a job needs beside its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobDetail {
    /// What is to be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Why it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// Something to be done at a time, for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it is for.
    pub kind: JobKind,
    /// When.
    pub due_at: Millis,
    /// In which room; that may be gone. None for all rooms of a host.
    pub room: Option<RoomId>,
    /// For whom.
    pub account: UserId,
    /// Of what the user is reminded.
    pub seq: Option<Seq>,
    /// What else it needs.
    pub detail: JobDetail,
    /// When it was done, where it is kept to be shown.
    pub done_at: Option<Millis>,
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// It was done, and there is nothing to be kept.
    Gone,
    /// It was done, or refused, and stays to be shown.
    Kept(JobDetail),
    /// It could not be done yet, and was not: its user may still change it.
    Later(Millis),
    /// It could not be done yet, as far as is known.
    Again(Millis),
}

/// What is over by its moment, and not written in the logs yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// Sanctions.
    pub sanctions: Vec<(RoomId, UserId, RoomSanction)>,
    /// Temporary rooms, and for each somebody in whose name it is closed.
    pub rooms: Vec<(RoomId, UserId)>,
    /// Closed rooms whose rows may go.
    pub closed: Vec<RoomId>,
}

/// What users want to be done at a time.
impl Store {
    /// Plans a job for a user; false where they have too many. The same id of the same user again
    /// changes nothing.
    pub async fn plan_job(&self, job: &Job, most: u32, now: Millis) -> StoreResult<bool> {
        on_either!(self, it => it.plan_job(job, most, now))
    }

    /// A user's messages to be sent and reminders, with those that were refused or have come.
    pub async fn jobs_of(&self, user: UserId) -> StoreResult<Vec<Job>> {
        on_either!(self, it => it.jobs_of(user))
    }

    /// Gives a message that is to be sent another text or moment; false where there is none, or
    /// where it is on its way.
    pub async fn change_job(
        &self,
        user: UserId,
        id: JobId,
        text: Option<&str>,
        due_at: Option<Millis>,
    ) -> StoreResult<bool> {
        on_either!(self, it => it.change_job(user, id, text, due_at))
    }

    /// Removes a message that is to be sent, or was refused, or a reminder; false where there is
    /// none, or where it is on its way.
    pub async fn cancel_job(&self, user: UserId, id: JobId) -> StoreResult<bool> {
        on_either!(self, it => it.cancel_job(user, id))
    }
}

/// What the leader does.
impl Store {
    /// The moment of what is to be done next.
    pub async fn next_due(&self, purge_after_ms: i64) -> StoreResult<Option<Millis>> {
        on_either!(self, it => it.next_due(purge_after_ms))
    }

    /// The first jobs that are due, in their order. From here on their users cannot change them.
    /// None where another node leads by now.
    pub async fn begin_jobs(
        &self,
        fence: Fence,
        now: Millis,
        most: u32,
    ) -> StoreResult<Option<Vec<Job>>> {
        on_either!(self, it => it.begin_jobs(fence, now, most))
    }

    /// Notes what became of a job; nothing where another node leads by now.
    pub async fn finish_job(
        &self,
        fence: Fence,
        id: JobId,
        finish: &Finish,
        now: Millis,
    ) -> StoreResult<()> {
        on_either!(self, it => it.finish_job(fence, id, finish, now))
    }

    /// What is over.
    pub async fn over(&self, now: Millis, purge_after_ms: i64, most: u32) -> StoreResult<Over> {
        on_either!(self, it => it.over(now, purge_after_ms, most))
    }

    /// Removes some of a closed room's entries, and at last the room; true when it is gone.
    /// Nothing where another node leads by now.
    pub async fn purge_some_of(&self, fence: Fence, room: RoomId) -> StoreResult<bool> {
        on_either!(self, it => it.purge_some_of(fence, room))
    }

    /// Where the user is the host of a room: somebody else is to be at that moment. A moment that
    /// was set before stays.
    pub async fn plan_succession(
        &self,
        user: UserId,
        due_at: Millis,
        now: Millis,
    ) -> StoreResult<()> {
        on_either!(self, it => it.plan_succession(user, due_at, now))
    }

    /// The user is at hand.
    pub async fn cancel_succession(&self, user: UserId) -> StoreResult<()> {
        on_either!(self, it => it.cancel_succession(user))
    }

    /// The hosts who stay away.
    pub async fn absent_hosts(&self) -> StoreResult<Vec<UserId>> {
        on_either!(self, it => it.absent_hosts())
    }

    /// The rooms of a host.
    pub async fn hosted_rooms(&self, user: UserId) -> StoreResult<Vec<RoomId>> {
        on_either!(self, it => it.hosted_rooms(user))
    }
}
