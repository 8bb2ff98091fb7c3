//! How good a fit is wanted by now, and what putting two together is worth.

use crate::{
    fit::{Fit, fit, may_meet},
    pairs::Pairs,
    ticket::{Patience, Ticket},
};

/// What is wanted of the first who comes by, in thousandths.
const WANTED_AT_FIRST: i64 = 500;
/// Any match is worth so much by itself: two fair ones rather than a good one and two who wait on.
const MATCH: i32 = 600;
/// A second of waiting, and the most that waiting counts.
const SECOND: i64 = 5;
const WAITING_MAX: i64 = 400;
const NEWCOMER: i32 = 80;
const MET_BEFORE: i32 = 250;
/// Who refused somebody goes after others of the same fit for a while.
const SKIPPED: i32 = 80;
const SKIPPED_MS: i64 = 5 * 60 * 1000;
/// The standing of somebody of whom nothing bad is known. A bad one costs as much at most: who has
/// one goes after others, and is matched all the same.
const STANDING: i32 = 100;

/// The fit that is wanted after such a wait: it falls from the first moment on, at first quickly,
/// and never rises. The curve is chosen by `harness match`: as many are matched as where the first
/// one is taken, but for one or two of a hundred.
pub fn wanted(waited_ms: i64, patience: Patience) -> Fit {
    let whole = i64::from(patience.as_ms());
    let left = (whole - waited_ms.max(0)).max(0);
    let wanted = WANTED_AT_FIRST * left * left / (whole * whole);
    Fit::per_mille(u32::try_from(wanted).unwrap_or_default())
}

/// What putting two together is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// How well they fit.
    pub fit: Fit,
    /// The weight in the round: at least 1.
    pub weight: i32,
}

/// What it is worth to put two together now; nothing where they may not meet, or fit less than is
/// wanted. The clock is that of whoever waits longer, the patience is everyone's own.
pub fn worth(a: &Ticket, b: &Ticket, pairs: &Pairs, now: i64) -> Option<Worth> {
    let fit = fit(a, b);
    let waited = a.waited(now).max(b.waited(now));
    if fit < wanted(waited, a.patience.max(b.patience)) {
        return None;
    }
    let between = pairs.between(a.person, b.person);
    may_meet(a, b, between, now).ok()?;
    let met_before = if between.met_at.is_some() { MET_BEFORE } else { 0 };
    let weight = MATCH + i32::from(fit.as_per_mille()) + bonus(a, now) + bonus(b, now) - met_before;
    Some(Worth { fit, weight: weight.max(1) })
}

/// What somebody brings along, whoever the other is.
fn bonus(ticket: &Ticket, now: i64) -> i32 {
    let waiting = (ticket.waited(now) / 1000 * SECOND).min(WAITING_MAX);
    let newcomer = if ticket.is_newcomer { NEWCOMER } else { 0 };
    let skipped = ticket.skipped_at.is_some_and(|at| now.saturating_sub(at) < SKIPPED_MS);
    let skipped = if skipped { SKIPPED } else { 0 };
    let standing = (STANDING - i32::from(ticket.standing)).max(0);
    i32::try_from(waiting).unwrap_or_default() + newcomer - skipped - standing
}
