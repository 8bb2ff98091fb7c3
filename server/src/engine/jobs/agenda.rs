//! When to look for what is due, and what follows from how it went. Pure: `now` is an argument.

use crate::store::{Finish, Job, JobDetail};
use app::protocol::{ids::Millis, refusal::Refusal};
use std::time::Duration;

/// However little is known to be due: a word about it may have been lost, and another node may
/// have led until now.
const LOOK_EVERY_MS: i64 = 5_000;
/// What was due and was not done is not looked for more often.
const LOOK_AGAIN_MS: i64 = 1_000;
/// What could not be done is tried again after so long.
const AGAIN_MS: i64 = 10_000;

/// When the next look is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Agenda {
    next: Millis,
}

impl Agenda {
    /// Nothing is known yet.
    pub(super) const fn new(now: Millis) -> Self {
        Self { next: now }
    }

    /// Something was planned for that moment.
    pub(super) fn heard(&mut self, due: Millis) {
        self.next = self.next.min(due);
    }

    /// All that was due was tried; what is due next, if anything is.
    pub(super) fn looked(&mut self, now: Millis, due: Option<Millis>) {
        let latest = now.plus(LOOK_EVERY_MS);
        let soonest = now.plus(LOOK_AGAIN_MS);
        self.next = match due {
            // Left over: it could not be done.
            Some(due) if due <= now => soonest,
            Some(due) => due.min(latest),
            None => latest,
        };
    }

    /// The database did not answer.
    pub(super) fn failed(&mut self, now: Millis) {
        self.next = now.plus(LOOK_AGAIN_MS);
    }

    /// How long the one timer runs. Not longer than usual, should the clock have been set back.
    pub(super) fn wait(self, now: Millis) -> Duration {
        let ms = self.next.since(now).clamp(0, LOOK_EVERY_MS);
        Duration::from_millis(ms.unsigned_abs())
    }
}

/// What becomes of a message that was to be sent.
pub(super) fn sent(job: &Job, outcome: Result<(), Refusal>, now: Millis) -> Finish {
    match outcome {
        Ok(()) => Finish::Gone,
        // Refused before anything was written.
        Err(Refusal::TooFast { retry_after_ms } | Refusal::SlowMode { retry_after_ms }) => {
            Finish::Later(now.plus(retry_after_ms.into()))
        }
        // It may have been written all the same: the same id tells.
        Err(
            Refusal::Busy { .. } | Refusal::DiskFull | Refusal::Internal | Refusal::TooManyInFlight,
        ) => Finish::Again(now.plus(AGAIN_MS)),
        Err(refusal) => Finish::Kept(JobDetail { refused: Some(refusal), ..job.detail.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::JobKind;
    use app::protocol::ids::{JobId, UserId};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn wait_after(due: Option<i64>) -> u128 {
        let now = Millis(100_000);
        let mut agenda = Agenda::new(now);
        agenda.looked(now, due.map(|it| now.plus(it)));
        agenda.wait(now).as_millis()
    }

    #[test]
    fn the_timer_runs_until_the_earliest_that_is_due() {
        assert_eq!(Agenda::new(Millis(7)).wait(Millis(7)), Duration::ZERO);
        assert_eq!(wait_after(Some(3)), 3);
        assert_eq!(wait_after(Some(4_999)), 4_999);
        assert_eq!(wait_after(Some(9_999_999)), 5_000, "a word may have been lost");
        assert_eq!(wait_after(None), 5_000);
        assert_eq!(wait_after(Some(0)), 1_000, "what could not be done keeps nobody busy");
        assert_eq!(wait_after(Some(-50)), 1_000);
    }

    #[test]
    fn what_is_planned_meanwhile_may_come_first() {
        let now = Millis(0);
        let mut agenda = Agenda::new(now);
        agenda.looked(now, Some(Millis(4_000)));
        agenda.heard(Millis(2_000));
        agenda.heard(Millis(3_000));
        assert_eq!(agenda.wait(now).as_millis(), 2_000);
        assert_eq!(agenda.wait(Millis(2_500)), Duration::ZERO);
    }

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_kept_with_the_reason() {
        let job = Job {
            id: JobId(Uuid::nil()),
            kind: JobKind::Say,
            due_at: Millis(0),
            room: None,
            account: UserId(Uuid::nil()),
            seq: None,
            detail: JobDetail { text: "hi".into(), refused: None },
            done_at: None,
        };
        let check = |outcome, finish| assert_eq!(sent(&job, outcome, Millis(5)), finish);
        check(Ok(()), Finish::Gone);
        check(Err(Refusal::SlowMode { retry_after_ms: 30 }), Finish::Later(Millis(35)));
        check(Err(Refusal::Busy { retry_after_ms: 30 }), Finish::Again(Millis(10_005)));
        check(Err(Refusal::Internal), Finish::Again(Millis(10_005)));
        for refusal in [Refusal::NotEntered, Refusal::NoSuchRoom, Refusal::NotReachable] {
            let detail = JobDetail { text: "hi".into(), refused: Some(refusal) };
            check(Err(refusal), Finish::Kept(detail));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_looked_for_late_and_nothing_all_the_time(
            steps in prop::collection::vec((0_i64..20_000, -10_000_i64..20_000, 0_u8..3), 1..60),
        ) {
            let mut now = Millis(1_000_000);
            let mut agenda = Agenda::new(now);
            for (pass, due, what) in steps {
                now = now.plus(pass);
                let due = now.plus(due);
                match what {
                    0 => {
                        agenda.looked(now, Some(due));
                        prop_assert!(agenda.wait(now) > Duration::ZERO);
                    }
                    1 => agenda.failed(now),
                    _ => {
                        agenda.heard(due);
                        let left = due.since(now).max(0).unsigned_abs();
                        prop_assert!(agenda.wait(now).as_millis() <= u128::from(left));
                    }
                }
                prop_assert!(agenda.wait(now) <= Duration::from_secs(5));
            }
        }
    }
}
