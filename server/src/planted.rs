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
    /// `double-match`: what a round found is proposed twice.
    DoubleMatch,
    /// `reset-wait`: whose proposal came to nothing waits from then on.
    ResetWait,
    /// `lost-ticket`: whose proposal came to nothing does not search on.
    LostTicket,
    /// `kicked-reads`: who is put out of a room goes on reading it.
    KickedReads,
    /// `muted-speaks`: who may not speak is heard all the same.
    MutedSpeaks,
}

/// A place on the way of a message or of a match where the variable `FAILPOINT` may end the
/// process, at the passing that `FAILPOINT_AT` counts to. With `FAILPOINT_MARK` the process makes
/// that file and stands still there, for whoever waits for the file to kill it.
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
    /// `round-found`: a round has found whom to put together, and nothing is written.
    RoundFound,
    /// `in-propose`: proposals are written, nothing committed.
    InPropose,
    /// `proposed`: they are committed, and nobody knows.
    Proposed,
    /// `in-answer`: the last yes and the room are written, nothing committed.
    InAnswer,
    /// `in-expiry`: the end of a proposal is written, nothing committed.
    InExpiry,
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
        path::{Path, PathBuf},
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering},
        },
    };

    const BUGS: [(&str, Bug); 11] = [
        ("ack-early", Bug::AckEarly),
        ("no-dedupe", Bug::NoDedupe),
        ("normal-sync", Bug::NormalSync),
        ("lost-publish", Bug::LostPublish),
        ("off-by-one", Bug::OffByOne),
        ("reorder", Bug::Reorder),
        ("double-match", Bug::DoubleMatch),
        ("reset-wait", Bug::ResetWait),
        ("lost-ticket", Bug::LostTicket),
        ("kicked-reads", Bug::KickedReads),
        ("muted-speaks", Bug::MutedSpeaks),
    ];
    const POINTS: [(&str, Point); 9] = [
        ("in-commit", Point::InCommit),
        ("before-ack", Point::BeforeAck),
        ("before-publish", Point::BeforePublish),
        ("after-ack", Point::AfterAck),
        ("round-found", Point::RoundFound),
        ("in-propose", Point::InPropose),
        ("proposed", Point::Proposed),
        ("in-answer", Point::InAnswer),
        ("in-expiry", Point::InExpiry),
    ];

    static BUG: LazyLock<Option<Bug>> = LazyLock::new(|| named("PLANTED_BUG", &BUGS));
    static POINT: LazyLock<Option<(Point, u64)>> = LazyLock::new(|| {
        let at = std::env::var("FAILPOINT_AT").unwrap_or_else(|_| "1".into());
        let at = at.parse().unwrap_or_else(|_| refuse("FAILPOINT_AT", &at, "a number from 1 on"));
        Some((named("FAILPOINT", &POINTS)?, at))
    });
    static MARK: LazyLock<Option<PathBuf>> =
        LazyLock::new(|| std::env::var_os("FAILPOINT_MARK").map(Into::into));
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
            MARK.as_deref().map_or_else(|| std::process::abort(), stand_still);
        }
    }

    /// Stays here until somebody ends the process.
    fn stand_still(mark: &Path) {
        if std::fs::write(mark, "").is_err() {
            std::process::abort();
        }
        loop {
            std::thread::park();
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
