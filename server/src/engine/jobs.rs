//! What is done at its time: messages sent later, reminders, questions by the clock, the end of
//! sanctions and temporary rooms, the next host for one who stays away. Only the node that leads does it.
//!
//! A job is begun, done and finished, each in a transaction of its own. Whatever dies in between,
//! it is done again by whoever leads next, and what was written then is known by its id.

mod agenda;
mod daily;
mod hosts;

use super::{By, Engine, clock, encode::frame};
use crate::{
    cluster::Word,
    store::{Change, Fence, Finish, Job, JobKind, StoreResult, User},
};
use agenda::{Agenda, sent};
use app::protocol::{
    ids::{Cid, Millis, RoomId, UserId},
    packets::ServerPacket,
    refusal::Refusal,
};
use hosts::Hosts;
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};
use tokio::{sync::Notify, time::sleep};

/// Jobs that are begun together.
const AT_ONCE: u32 = 64;
/// A closed room's rows go so long after it: by then every node has seen that it is closed.
const PURGE_AFTER_MS: i64 = 10 * 60 * 1_000;

/// What was planned since the task that does it looked last.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    earliest: Mutex<Option<Millis>>,
    hosts: Hosts,
    some: Notify,
}

impl Jobs {
    /// Something was planned for that moment.
    pub(super) fn heard(&self, due: Millis) {
        let mut earliest = self.earliest.lock().unwrap_or_else(PoisonError::into_inner);
        *earliest = Some(earliest.map_or(due, |it| it.min(due)));
        drop(earliest);
        self.some.notify_one();
    }

    fn take(&self) -> Option<Millis> {
        self.earliest.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Runs until the engine halts.
pub(super) async fn run(engine: Engine) {
    let mut agenda = Agenda::new(clock::now());
    loop {
        tokio::select! {
            () = engine.halted() => return,
            () = engine.0.jobs.some.notified() => {
                engine.0.jobs.take().into_iter().for_each(|due| agenda.heard(due));
                engine.look_at_hosts().await;
                continue;
            }
            () = sleep(agenda.wait(clock::now())) => {}
        }
        match engine.do_what_is_due().await {
            Ok(due) => agenda.looked(clock::now(), due),
            Err(error) => {
                tracing::warn!(%error, "could not look for what is due");
                agenda.failed(clock::now());
            }
        }
    }
}

impl Engine {
    /// Somebody planned something for that moment; whoever leads is to know.
    pub(super) fn planned(&self, due: Millis) {
        self.0.jobs.heard(due);
        self.0.cluster.tell(Word::Planned(due));
    }

    /// Does what is due, where this node leads; returns what is due next.
    pub(super) async fn do_what_is_due(&self) -> StoreResult<Option<Millis>> {
        let Some(fence) = self.fence().await? else { return Ok(None) };
        loop {
            let jobs = self.store().begin_jobs(fence, clock::now(), AT_ONCE).await?;
            let Some(jobs) = jobs else {
                self.forget_fence(fence).await;
                return Ok(None);
            };
            if jobs.is_empty() {
                break;
            }
            self.do_jobs(fence, jobs).await?;
        }
        self.ask_by_clocks(fence).await?;
        self.tell_dailies(fence).await?;
        self.end_what_is_over(fence).await?;
        self.compare_hosts(fence).await?;
        self.store().next_due(PURGE_AFTER_MS).await
    }

    /// Tells in the logs what is over by its moment, and removes what nobody sees any more.
    async fn end_what_is_over(&self, fence: Fence) -> StoreResult<()> {
        let over = self.store().over(clock::now(), PURGE_AFTER_MS, AT_ONCE).await?;
        let sanctions = over.sanctions.into_iter();
        let sanctions = sanctions.map(|(room, user, it)| (room, user, Change::Lapse(it)));
        let rooms = over.rooms.into_iter().map(|(room, user)| (room, user, Change::CloseOver));
        for (room, user, change) in sanctions.chain(rooms) {
            if let Err(refusal) = self.change_itself(fence, room, user, (None, change)).await {
                tracing::warn!(%refusal, room.id = %room, "could not end what is over");
            }
        }
        for room in over.closed {
            while !self.store().purge_some_of(fence, room).await? {}
        }
        Ok(())
    }

    /// Brings questions up where the clock of two is due. The transaction that does it sets the
    /// clock on, so that whoever leads next finds it set.
    async fn ask_by_clocks(&self, fence: Fence) -> StoreResult<()> {
        for (room, user) in self.store().clocks_due(clock::now(), AT_ONCE).await? {
            let asked = self.change_itself(fence, room, user, (None, Change::AskByClock)).await;
            if let Err(refusal) = asked {
                tracing::warn!(%refusal, room.id = %room, "could not ask by the clock");
            }
        }
        Ok(())
    }

    /// Changes a room's log by the server itself, in a user's stead.
    async fn change_itself(
        &self,
        fence: Fence,
        room: RoomId,
        user: UserId,
        (cid, change): (Option<Cid>, Change),
    ) -> Result<(), Refusal> {
        if self.hub().room(room).is_none() {
            // It may have been made elsewhere, a moment ago.
            self.load_new(&[room]).await?;
        }
        let by = By { user, login: None, fence: Some(fence) };
        self.change(by, room, cid, change).await?;
        Ok(())
    }

    /// Does these at the same time; what goes to one room goes there in their order.
    async fn do_jobs(&self, fence: Fence, jobs: Vec<Job>) -> StoreResult<()> {
        let ids: HashSet<UserId> = jobs.iter().map(|it| it.account).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let users: HashMap<_, _> =
            self.store().users(&ids).await?.into_iter().map(|it| (it.id, it)).collect();
        let known = jobs.iter().filter_map(|job| Some((job, users.get(&job.account)?)));
        let doing = known.map(|(job, user)| self.do_job(fence, job, user));
        futures::future::join_all(doing).await.into_iter().collect()
    }

    async fn do_job(&self, fence: Fence, job: &Job, user: &User) -> StoreResult<()> {
        let finish = match job.kind {
            JobKind::Say => {
                let outcome = self.say_now(fence, job, user).await;
                sent(job, outcome, clock::now())
            }
            JobKind::Remind => Finish::Kept(job.detail.clone()),
            JobKind::Succeed => self.succeed(fence, user.id).await,
        };
        let now = clock::now();
        self.store().finish_job(fence, job.id, &finish, now).await?;
        if job.kind == JobKind::Remind {
            // Whoever is not told finds it in their list.
            let done = Job { done_at: Some(now), ..job.clone() };
            let reminded = ServerPacket::Reminded(self.plan_of(done).await?);
            self.tell_user(job.account, &reminded);
        }
        Ok(())
    }

    /// Says what was to be said, in its author's stead: with the job's id, so that it is in the
    /// log once, however often it is tried.
    async fn say_now(&self, fence: Fence, job: &Job, user: &User) -> Result<(), Refusal> {
        let room = job.room.ok_or(Refusal::NoSuchRoom)?;
        if let Some(until) = user.banned_until.filter(|it| *it > clock::now()) {
            return Err(Refusal::AccountBanned { until: Some(until).filter(|it| it.0 < i64::MAX) });
        }
        let change = Change::Message(job.detail.text.clone());
        self.change_itself(fence, room, user.id, (Some(Cid(job.id.0)), change)).await
    }

    /// Tells all sessions of a user something that may be missed, on every node.
    pub(super) fn tell_user(&self, user: UserId, packet: &ServerPacket) {
        let frame = frame(packet);
        self.tell_user_here(user, &frame);
        self.0.cluster.tell(Word::Told(user, frame.to_string()));
    }

    /// As [`Engine::tell_user`], on this node.
    pub(super) fn tell_user_here(&self, user: UserId, frame: &axum::extract::ws::Utf8Bytes) {
        for mailbox in self.hub().crowd().sessions_of(user) {
            mailbox.tell(frame.clone());
        }
    }
}

#[cfg(test)]
mod tests;
