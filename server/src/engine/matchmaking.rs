//! Someone new to talk with: the rounds, which the node that leads runs. Tickets and proposals live
//! in the database; whoever leads next goes on with them.

mod asked;
mod clerk;
mod pool;
mod speed;
mod views;
mod waits;
mod words;

use super::{Engine, clock};
use crate::{
    planted::{self, Point},
    store::{Fence, StoreResult, TicketState, Turned},
};
use ::matching::{desk::Terms, standing::REMEMBERED_MS};
use app::protocol::{
    ids::{Millis, TicketId, UserId},
    matching::{Common, MatchState, MatchView, Wish},
    packets::ServerPacket,
    people::Presence,
};
use clerk::Clerk;
pub(super) use clerk::run as take_asks;
use pool::Pool;
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};
use tokio::{
    sync::Notify,
    task::{spawn_blocking, yield_now},
    time::sleep,
};
use views::Pictures;

/// With tickets, so often it is looked who has gone and what other nodes have written.
const LOOK_MS: i64 = 1_000;
/// Without any.
const IDLE_MS: i64 = 5_000;
/// So often all open tickets are read anew: one that was seen later than it may be is not lost.
const ALL_EVERY_MS: i64 = 60_000;
/// So often those who wait are told how it stands, some at a time.
const TELL_MS: i64 = 5_000;
const TOLD_AT_ONCE: usize = 500;
/// Of so many others it is looked how much they have in common with one who waits.
const COMPARED: usize = 200;
/// Proposals of one transaction: others write in between.
const PROPOSED_AT_ONCE: usize = 32;
/// What a leader did so long before its end, those concerned are told once more by the next one.
const UNTOLD_MS: i64 = 60_000;
/// What is over is forgotten after so long: usual waits are those of a month.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
const FORGET_EVERY_MS: i64 = 10 * 60 * 1_000;
/// Where no more than so many wait, whatever changes is looked at at once.
const FEW: usize = 3;
/// Looking takes at most one part of so many of the time, however often something changes.
const BUSY_PARTS: u32 = 4;

/// What every node has of it, whether or not it leads.
#[derive(Debug, Default)]
pub(super) struct Matchmaking {
    /// Wakes the task that runs the rounds.
    some: Notify,
    pictures: Pictures,
    clerk: Clerk,
}

impl Matchmaking {
    /// A ticket or proposal is another than it was.
    pub(super) fn heard(&self) {
        self.some.notify_one();
    }
}

/// What the node that leads knows of those who wait.
#[derive(Debug, Default)]
struct Lead {
    term: Option<Fence>,
    pool: Pool,
    /// Changes before then were read.
    read: Option<Millis>,
    /// When all were read.
    read_all: Millis,
    /// Lookouts made before then were read.
    lookouts_read: Option<Millis>,
    told: Millis,
    /// Whom it was told last, in the order of their waits.
    told_to: usize,
    forgot: Millis,
}

/// Runs until the engine halts.
pub(super) async fn run(engine: Engine) {
    let mut lead = Lead::default();
    let (mut wait, mut pause) = (Duration::ZERO, Duration::ZERO);
    loop {
        let is_few = lead.pool.len() <= FEW;
        let changed = async {
            sleep(pause).await;
            engine.0.matchmaking.some.notified().await;
        };
        tokio::select! {
            () = engine.halted() => return,
            () = changed, if is_few => {}
            () = sleep(wait) => {}
        }
        let began = Instant::now();
        wait = match engine.match_people(&mut lead).await {
            Ok(next) => until(next),
            Err(error) => {
                tracing::warn!(%error, "could not run a round");
                // Nobody knows what of it was done: as if another had led before.
                lead = Lead::default();
                until(clock::now().plus(LOOK_MS))
            }
        };
        pause = began.elapsed() * BUSY_PARTS;
    }
}

/// Not for longer than usual, should the clock have been set back.
fn until(next: Millis) -> Duration {
    Duration::from_millis(next.since(clock::now()).clamp(0, IDLE_MS).unsigned_abs())
}

impl Engine {
    /// Does what is due, where this node leads; returns when to look again.
    async fn match_people(&self, lead: &mut Lead) -> StoreResult<Millis> {
        let now = clock::now();
        let Some(fence) = self.fence().await? else {
            *lead = Lead::default();
            return Ok(now.plus(LOOK_MS));
        };
        if lead.term != Some(fence) {
            self.tell_what_happened(now).await?;
            *lead = Lead { term: Some(fence), ..Lead::default() };
        }
        self.read_tickets(lead, now).await?;
        let socket = |user| match self.0.roster.of(user) {
            Presence::Unknown => None,
            presence => Some(presence.is_seen()),
        };
        let grace = ms(self.options().match_times.grace);
        let away = lead.pool.look(socket, grace, now);
        let ends = self.store().next_proposal_end().await?.is_some_and(|it| it <= now);
        if ends || !away.is_empty() {
            for ticket in self.store().ended_searches(&away, now).await? {
                let Some(turned) = self.store().end_search(fence, ticket, &away, now).await? else {
                    self.forget_fence(fence).await;
                    return Ok(now.plus(LOOK_MS));
                };
                self.tell_turned(turned).await?;
            }
            self.read_tickets(lead, now).await?;
        }
        if lead.pool.next_round(now).is_some_and(|it| it <= now)
            && !self.run_round(lead, now).await?
        {
            return Ok(now.plus(LOOK_MS));
        }
        self.look_out_for_all(lead, now).await?;
        self.tell_those_who_wait(lead, now).await?;
        if now.since(lead.forgot) >= FORGET_EVERY_MS {
            lead.forgot = now;
            self.store().forget_searches(fence, Millis(now.0 - KEPT_MS), now).await?;
        }
        let look = if lead.pool.len() == 0 { IDLE_MS } else { LOOK_MS };
        let next = self.begin_speed_rounds(fence).await?;
        Ok(next.map_or(now.plus(look), |it| it.min(now.plus(look))))
    }

    async fn read_tickets(&self, lead: &mut Lead, now: Millis) -> StoreResult<()> {
        let is_old = !(0..ALL_EVERY_MS).contains(&now.since(lead.read_all));
        let since = lead.read.filter(|_| !is_old).map(|it| Millis(it.0 - self.store().lag_ms()));
        let pool = &lead.pool;
        let wants = |id, state, at| since.is_none() || pool.wants(id, state, at);
        let rows = self.store().tickets_changed(since, wants).await?;
        let news = lead.pool.news(&rows);
        let (met, deeds) = if news.is_empty() {
            Default::default()
        } else {
            let remembered = Millis(now.0 - REMEMBERED_MS);
            (self.store().met(&news).await?, self.store().deeds_of(&news, remembered).await?)
        };
        if since.is_none() {
            lead.read_all = now;
            lead.pool.keep(&rows.iter().map(|it| it.id).collect());
        }
        lead.read = Some(now);
        lead.pool.take(rows);
        lead.pool.take_met(&news, &met);
        lead.pool.take_deeds(&news, &deeds, now);
        Ok(())
    }

    /// Whoever led before may have died before it told what it had done.
    async fn tell_what_happened(&self, now: Millis) -> StoreResult<()> {
        let is_told = |_, state, _| matches!(state, TicketState::Proposed | TicketState::Matched);
        let since = Some(Millis(now.0 - UNTOLD_MS));
        let rows = self.store().tickets_changed(since, is_told).await?;
        let users = rows.iter().map(|it| it.user).collect();
        self.tell_turned(Turned { users, rooms: Vec::new() }).await?;
        Ok(())
    }

    /// Tells those who wanted to know it that somebody like that is here: once, whichever node
    /// leads.
    async fn look_out_for_all(&self, lead: &mut Lead, now: Millis) -> StoreResult<()> {
        let since = lead.lookouts_read.map_or(Millis(0), |it| Millis(it.0 - self.store().lag_ms()));
        let rows = self.store().lookouts(since, now).await?;
        lead.lookouts_read = Some(now);
        let guests = self.options().match_guests;
        let rows = rows.into_iter().filter(|it| guests || !it.guest);
        lead.pool.take_lookouts(rows.filter_map(|it| Some((asked::band(it.born, now)?, it))));
        let seen = lead.pool.sighted(|one, other| self.are_apart(one, other), now);
        let mut told = Vec::new();
        for (user, since) in seen {
            if self.store().tell_lookout(user, since, now).await? {
                told.push(user);
            }
        }
        self.tell_turned(Turned { users: told, rooms: Vec::new() }).await?;
        Ok(())
    }

    /// False where another node leads by now.
    async fn run_round(&self, lead: &mut Lead, now: Millis) -> StoreResult<bool> {
        let Some(fence) = lead.term else { return Ok(false) };
        let seed = now.0.unsigned_abs();
        let mut pool = std::mem::take(&mut lead.pool);
        let engine = self.clone();
        // A round over very many takes its time; others use this thread meanwhile.
        let round = spawn_blocking(move || {
            let found = pool.round(|user| engine.never_with(user), now, seed);
            (pool, found)
        });
        let Ok((pool, found)) = round.await else {
            *lead = Lead::default();
            return Ok(false);
        };
        lead.pool = pool;
        if found.is_empty() {
            return Ok(true);
        }
        planted::pass(Point::RoundFound);
        let times = self.options().match_times;
        let terms = Terms { answer_ms: ms(times.answer), active_ms: ms(times.active) };
        for some in found.chunks(PROPOSED_AT_ONCE) {
            let Some(turned) = self.store().propose(fence, some, terms, clock::now()).await? else {
                self.forget_fence(fence).await;
                return Ok(false);
            };
            planted::pass(Point::Proposed);
            self.tell_turned(turned).await?;
        }
        self.read_tickets(lead, clock::now()).await?;
        Ok(true)
    }

    /// Tells some of those who wait how it stands by now.
    async fn tell_those_who_wait(&self, lead: &mut Lead, now: Millis) -> StoreResult<()> {
        if now.since(lead.told) < TELL_MS {
            return Ok(());
        }
        lead.told = now;
        let all = lead.pool.by_wait();
        if lead.told_to >= all.len() {
            lead.told_to = 0;
        }
        let some: Vec<_> = all.iter().skip(lead.told_to).take(TOLD_AT_ONCE).copied().collect();
        lead.told_to += some.len();
        let users: Vec<_> = some.iter().map(|it| it.1).collect();
        let mut views = self.match_views(&users).await?;
        for (ticket, user) in some {
            // Many are compared with many: whoever talks is not kept waiting for it.
            yield_now().await;
            let Some(view) = views.remove(&user) else { continue };
            let relaxed = lead.pool.relaxed(ticket, now);
            let best = lead.pool.best(ticket, COMPARED);
            self.tell_user(user, &ServerPacket::Matching(with(view, ticket, relaxed, best)));
        }
        Ok(())
    }

    /// Something happened to tickets: loads the rooms that were made, and tells those concerned,
    /// for whom it now stands so.
    async fn tell_turned(&self, turned: Turned) -> StoreResult<HashMap<UserId, MatchView>> {
        for room in turned.rooms {
            // It is found at the next look at all rooms; those who are in it are told now.
            if let Err(error) = self.room_changed(room).await {
                tracing::warn!(%error, "cannot load a room of people who were matched");
            }
        }
        let users: HashSet<UserId> = turned.users.into_iter().collect();
        let users: Vec<_> = users.into_iter().collect();
        let views = self.match_views(&users).await?;
        for (user, view) in &views {
            self.tell_user(*user, &ServerPacket::Matching(view.clone()));
        }
        Ok(views)
    }
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// With what only whoever leads knows.
fn with(
    mut view: MatchView,
    ticket: TicketId,
    relaxed: Vec<Wish>,
    best: Option<Common>,
) -> MatchView {
    if let MatchState::Searching(it) = &mut view.state
        && it.ticket == ticket
    {
        (it.relaxed, it.best) = (relaxed, best);
    }
    view
}
