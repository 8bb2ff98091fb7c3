//! The only task of a node that takes tickets and gives them up: all who ask in the same moment
//! are answered by one transaction and told by one look, so that those who talk do not wait for
//! the disk once for each who looks for somebody.

use super::super::{BUSY_RETRY_MS, Engine, clock};
use crate::store::{StoreResult, TicketAsk, Turned};
use app::protocol::{ids::UserId, matching::MatchView, refusal::Refusal};
use std::{
    collections::HashSet,
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

/// An ask, and the way back.
#[derive(Debug)]
struct Ask {
    what: TicketAsk,
    answer: Way,
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
        self.asks.try_send(Ask { what, answer }).map_err(|_| busy)?;
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
        let (asks, ways): (Vec<_>, Vec<_>) =
            asks.into_iter().map(|it| (it.what, it.answer)).unzip();
        let began = Instant::now();
        let done = engine.store().ask_tickets(&asks, clock::now()).await;
        let pause = (began.elapsed() * (PARTS - 1)).min(PAUSE_MAX);
        tokio::join!(sleep(pause), engine.answer_asks(&asks, ways, done));
    }
}

/// Takes what waits, until somebody asks for the second time: they are answered one by one.
fn gather(asks: &mut Vec<Ask>, inbox: &mut mpsc::Receiver<Ask>) -> Option<Ask> {
    let mut users: HashSet<UserId> = asks.iter().map(|it| it.what.user()).collect();
    while asks.len() < AT_ONCE {
        let next = inbox.try_recv().ok()?;
        if !users.insert(next.what.user()) {
            return Some(next);
        }
        asks.push(next);
    }
    None
}

impl Engine {
    /// Tells everybody what came of what they asked.
    async fn answer_asks(
        &self,
        asks: &[TicketAsk],
        ways: Vec<Way>,
        done: StoreResult<Vec<Result<Turned, Refusal>>>,
    ) {
        let answers = match done {
            Ok(done) => self.views_after(asks, done).await,
            Err(error) => Err(error),
        };
        let answers = answers.unwrap_or_else(|error| vec![Err(error.into()); asks.len()]);
        for (way, answer) in ways.into_iter().zip(answers) {
            // Whoever asked may not wait any more.
            let _ = way.send(answer);
        }
    }

    /// How it stands with each who asked, or why what they asked was not done.
    async fn views_after(
        &self,
        asks: &[TicketAsk],
        done: Vec<Result<Turned, Refusal>>,
    ) -> StoreResult<Vec<Result<MatchView, Refusal>>> {
        self.sought();
        let mut all = Turned::default();
        for turned in done.iter().flatten() {
            all.add(turned.clone());
        }
        let mut views = self.tell_turned(all).await?;
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
    use uuid::Uuid;

    fn ask(user: u128) -> Ask {
        let (answer, _) = oneshot::channel();
        Ask { what: TicketAsk::Cancel(UserId(Uuid::from_u128(user))), answer }
    }

    fn users(asks: &[Ask]) -> Vec<u128> {
        asks.iter().map(|it| it.what.user().0.as_u128()).collect()
    }

    #[test]
    fn many_are_answered_together_and_who_asks_twice_one_after_the_other() {
        let (way, mut inbox) = mpsc::channel(WAITING_MAX);
        for user in [2, 3, 2, 4] {
            way.try_send(ask(user)).unwrap();
        }
        let mut asks = vec![ask(1)];
        let kept = gather(&mut asks, &mut inbox).unwrap();
        assert_eq!((users(&asks), users(&[kept])), (vec![1, 2, 3], vec![2]));
        let mut asks = vec![ask(2)];
        assert!(gather(&mut asks, &mut inbox).is_none());
        assert_eq!(users(&asks), [2, 4]);
        for user in 0..WAITING_MAX {
            way.try_send(ask(10 + user as u128)).unwrap();
        }
        assert!(gather(&mut asks, &mut inbox).is_none());
        assert_eq!(asks.len(), AT_ONCE, "the rest is for the next transaction");
    }
}
