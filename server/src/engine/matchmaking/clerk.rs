//! The only task of a node that takes tickets and gives them up: all who ask in the same moment
//! are answered by one transaction and told by one look, so that those who talk do not wait for
//! the disk once for each who looks for somebody.

use super::super::{BUSY_RETRY_MS, Engine, clock};
use crate::store::{StoreResult, TicketAsk, Turned};
use app::protocol::{matching::MatchView, refusal::Refusal};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

/// Asks of one transaction: whoever talks waits for so many at most, for a few milliseconds.
const AT_ONCE: usize = 64;
/// Asks that may wait; more are refused.
const WAITING_MAX: usize = 4_096;
/// Writing tickets takes at most one part of so many of the time: whoever talks finds the database
/// free for the rest.
const PARTS: u32 = 3;
/// Not for longer, should the database have taken its time.
const PAUSE_MAX: Duration = Duration::from_millis(50);

/// An ask, and the way back to all who asked so.
#[derive(Debug)]
struct Ask {
    what: TicketAsk,
    ways: Vec<Way>,
}

/// The way back to one who asked.
type Way = oneshot::Sender<Result<MatchView, Refusal>>;

/// The way to the task.
#[derive(Debug)]
pub(super) struct Clerk {
    asks: mpsc::Sender<Ask>,
    /// Until the task takes it.
    inbox: Mutex<Option<mpsc::Receiver<Ask>>>,
}

impl Default for Clerk {
    fn default() -> Self {
        let (asks, inbox) = mpsc::channel(WAITING_MAX);
        Self { asks, inbox: Mutex::new(Some(inbox)) }
    }
}

impl Clerk {
    /// How it stands with whoever asks, once that is done.
    pub(super) async fn ask(&self, what: TicketAsk) -> Result<MatchView, Refusal> {
        let busy = Refusal::Busy { retry_after_ms: BUSY_RETRY_MS };
        let (answer, answered) = oneshot::channel();
        self.asks.try_send(Ask { what, ways: vec![answer] }).map_err(|_| busy)?;
        answered.await.unwrap_or(Err(busy))
    }
}

/// Runs until the engine halts.
pub(in crate::engine) async fn run(engine: Engine) {
    let clerk = &engine.0.matchmaking.clerk;
    let inbox = clerk.inbox.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut inbox) = inbox else { return };
    // The first of the next ones.
    let mut kept = None;
    loop {
        let first = if let Some(ask) = kept.take() {
            ask
        } else {
            tokio::select! {
                () = engine.halted() => return,
                Some(ask) = inbox.recv() => ask,
            }
        };
        let mut asks = vec![first];
        kept = gather(&mut asks, &mut inbox);
        let (asks, ways): (Vec<_>, Vec<_>) = asks.into_iter().map(|it| (it.what, it.ways)).unzip();
        let began = Instant::now();
        let done = engine.ask_tickets(&asks).await;
        let pause = (began.elapsed() * (PARTS - 1)).min(PAUSE_MAX);
        tokio::join!(sleep(pause), engine.answer_asks(&asks, ways, done));
    }
}

/// Takes what waits, until somebody asks for something else than before: that is done after it. Of
/// what they ask twice the last counts for both, so that nobody keeps the others waiting by asking
/// often.
fn gather(asks: &mut Vec<Ask>, inbox: &mut mpsc::Receiver<Ask>) -> Option<Ask> {
    while asks.len() < AT_ONCE {
        let next = inbox.try_recv().ok()?;
        match asks.iter_mut().find(|it| it.what.user() == next.what.user()) {
            None => asks.push(next),
            Some(same) if are_alike(&same.what, &next.what) => {
                same.what = next.what;
                same.ways.extend(next.ways);
            }
            Some(_) => return Some(next),
        }
    }
    None
}

fn are_alike(one: &TicketAsk, other: &TicketAsk) -> bool {
    match (one, other) {
        (TicketAsk::Take(one), TicketAsk::Take(other)) => one.login == other.login,
        (TicketAsk::Cancel(_), TicketAsk::Cancel(_)) => true,
        (TicketAsk::Take(_), TicketAsk::Cancel(_)) | (TicketAsk::Cancel(_), TicketAsk::Take(_)) => {
            false
        }
    }
}

impl Engine {
    /// Does it together; where that fails by one of them, one by one.
    async fn ask_tickets(&self, asks: &[TicketAsk]) -> StoreResult<Vec<Result<Turned, Refusal>>> {
        let error = match self.store().ask_tickets(asks, clock::now()).await {
            Err(error) if asks.len() > 1 && (!error.is_away() || error.is_lock_timeout()) => error,
            done => return done,
        };
        tracing::warn!(%error, "tickets could not be written together");
        let mut done = Vec::with_capacity(asks.len());
        for ask in asks {
            let alone = self.store().ask_tickets(std::slice::from_ref(ask), clock::now()).await;
            match alone {
                Ok(alone) => done.extend(alone),
                Err(error) => done.push(Err(error.into())),
            }
        }
        Ok(done)
    }

    /// Tells everybody what came of what they asked.
    async fn answer_asks(
        &self,
        asks: &[TicketAsk],
        ways: Vec<Vec<Way>>,
        done: StoreResult<Vec<Result<Turned, Refusal>>>,
    ) {
        let answers = match done {
            Ok(done) => self.views_after(asks, done).await,
            Err(error) => Err(error),
        };
        let answers = answers.unwrap_or_else(|error| vec![Err(error.into()); asks.len()]);
        for (ways, answer) in ways.into_iter().zip(answers) {
            for way in ways {
                // Whoever asked may not wait any more.
                let _ = way.send(answer.clone());
            }
        }
    }

    /// How it stands with each who asked, or why what they asked was not done.
    async fn views_after(
        &self,
        asks: &[TicketAsk],
        done: Vec<Result<Turned, Refusal>>,
    ) -> StoreResult<Vec<Result<MatchView, Refusal>>> {
        let mut all = Turned::default();
        for turned in done.iter().flatten() {
            all.add(turned.clone());
        }
        let mut views = self.tell_turned(all).await?;
        // Not before: what a round does next is told next.
        self.sought();
        let users = asks.iter().map(TicketAsk::user);
        // For whom nothing changed, nothing was looked up yet.
        let rest: Vec<_> = users.clone().filter(|it| !views.contains_key(it)).collect();
        views.extend(self.match_views(&rest).await?);
        let view = |user| views.get(&user).cloned().ok_or(Refusal::Internal);
        Ok(done.into_iter().zip(users).map(|(it, user)| it.and_then(|_| view(user))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Band, NewTicket};
    use app::protocol::{
        ids::{LoginId, Millis, UserId},
        matching::Wishes,
    };
    use uuid::Uuid;

    fn cancel(user: u128) -> Ask {
        let (answer, _) = oneshot::channel();
        Ask { what: TicketAsk::Cancel(UserId(Uuid::from_u128(user))), ways: vec![answer] }
    }

    fn take(user: u128, login: u128) -> Ask {
        let new = NewTicket {
            user: UserId(Uuid::from_u128(user)),
            login: LoginId(Uuid::from_u128(login)),
            wishes: Wishes::default(),
            band: Band::Adult,
            guest: false,
            at: Millis(0),
        };
        Ask { what: TicketAsk::Take(new), ..cancel(user) }
    }

    /// Of whom, and how many ask so.
    fn asked(asks: &[Ask]) -> Vec<(u128, usize)> {
        asks.iter().map(|it| (it.what.user().0.as_u128(), it.ways.len())).collect()
    }

    fn queue(asks: impl IntoIterator<Item = Ask>) -> mpsc::Receiver<Ask> {
        let (way, inbox) = mpsc::channel(WAITING_MAX);
        asks.into_iter().for_each(|it| way.try_send(it).unwrap());
        inbox
    }

    #[test]
    fn many_are_answered_together_and_what_differs_in_the_order_asked() {
        let mut inbox = queue([take(2, 1), cancel(3), cancel(2), take(4, 1)]);
        let mut asks = vec![cancel(1)];
        let kept = gather(&mut asks, &mut inbox).unwrap();
        assert_eq!((asked(&asks), asked(&[kept])), (vec![(1, 1), (2, 1), (3, 1)], vec![(2, 1)]));
        let mut asks = vec![cancel(2)];
        assert!(gather(&mut asks, &mut inbox).is_none());
        assert_eq!(asked(&asks), [(2, 1), (4, 1)]);
    }

    #[test]
    fn who_asks_the_same_very_often_keeps_nobody_waiting() {
        let flood = (0..1_000).map(|_| cancel(1));
        let mut inbox = queue(flood.chain([take(2, 7), take(2, 7), take(2, 8)]));
        let mut asks = vec![cancel(1)];
        let kept = gather(&mut asks, &mut inbox).expect("another login may have ended");
        assert_eq!((asked(&asks), asked(&[kept])), (vec![(1, 1_001), (2, 2)], vec![(2, 1)]));
    }

    #[test]
    fn a_transaction_has_so_many_at_most() {
        let mut inbox = queue((10..500).map(cancel));
        let mut asks = vec![cancel(1)];
        assert!(gather(&mut asks, &mut inbox).is_none());
        assert_eq!(asks.len(), AT_ONCE, "the rest is for the next one");
    }
}
