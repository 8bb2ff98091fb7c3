//! Bugs and sudden ends on request, by which the fault harness proves that it notices them.
//!
//! Without the cargo feature `planted`, which no release has, nothing of this is ever asked for,
//! and the compiler removes it.

/// A bug that the variable `PLANTED_BUG` may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// `ack-early`: a message is acknowledged before it is committed.
    AckEarly,
    /// `no-dedupe`: the same `cid` again is another entry.
    NoDedupe,
    /// `normal-sync`: SQLite does not flush at each commit.
    NormalSync,
    /// `lost-publish`: publications get lost, and nobody compares heads.
    LostPublish,
    /// `off-by-one`: who comes back is sent one entry too few.
    OffByOne,
    /// `reorder`: two entries of a frame change places.
    Reorder,
}

/// A place on the way of a message where the variable `FAILPOINT` may end the process, at the
/// passing that `FAILPOINT_AT` counts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// `in-commit`: all is written, nothing committed.
    InCommit,
    /// `before-ack`: committed, and nobody knows.
    BeforeAck,
    /// `before-publish`: the answers are on their way, the others know nothing.
    BeforePublish,
    /// `after-ack`: an answer was written to its socket.
    AfterAck,
}

#[cfg(feature = "planted")]
pub(crate) use asked::{has, pass};

/// Whether that bug is asked for: never.
#[cfg(not(feature = "planted"))]
pub(crate) const fn has(_: Bug) -> bool {
    false
}

/// Passes a point at which the process may end: it does not.
#[cfg(not(feature = "planted"))]
pub(crate) const fn pass(_: Point) {}

#[cfg(feature = "planted")]
mod asked {
    use super::{Bug, Point};
    use std::{
        io::Write as _,
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering},
        },
    };

    const BUGS: [(&str, Bug); 6] = [
        ("ack-early", Bug::AckEarly),
        ("no-dedupe", Bug::NoDedupe),
        ("normal-sync", Bug::NormalSync),
        ("lost-publish", Bug::LostPublish),
        ("off-by-one", Bug::OffByOne),
        ("reorder", Bug::Reorder),
    ];
    const POINTS: [(&str, Point); 4] = [
        ("in-commit", Point::InCommit),
        ("before-ack", Point::BeforeAck),
        ("before-publish", Point::BeforePublish),
        ("after-ack", Point::AfterAck),
    ];

    static BUG: LazyLock<Option<Bug>> = LazyLock::new(|| named("PLANTED_BUG", &BUGS));
    static POINT: LazyLock<Option<(Point, u64)>> = LazyLock::new(|| {
        let at = std::env::var("FAILPOINT_AT").unwrap_or_else(|_| "1".into());
        let at = at.parse().unwrap_or_else(|_| refuse("FAILPOINT_AT", &at, "a number from 1 on"));
        Some((named("FAILPOINT", &POINTS)?, at))
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);

    /// Whether that bug is asked for.
    pub(crate) fn has(bug: Bug) -> bool {
        *BUG == Some(bug)
    }

    /// Passes a point at which the process may end, without a word and without tidying up.
    pub(crate) fn pass(point: Point) {
        if let Some((wanted, at)) = *POINT
            && wanted == point
            && PASSED.fetch_add(1, Ordering::Relaxed) + 1 >= at
        {
            std::process::abort();
        }
    }

    fn named<T: Copy>(variable: &str, names: &[(&str, T)]) -> Option<T> {
        let value = std::env::var(variable).ok().filter(|it| !it.is_empty())?;
        let found = names.iter().find(|it| it.0 == value).map(|it| it.1);
        Some(found.unwrap_or_else(|| {
            let all: Vec<_> = names.iter().map(|it| it.0).collect();
            refuse(variable, &value, &all.join(", "))
        }))
    }

    fn refuse(variable: &str, value: &str, mend: &str) -> ! {
        _ = writeln!(std::io::stderr(), "maru: {variable} = {value:?}: write {mend}");
        std::process::exit(2)
    }
}
