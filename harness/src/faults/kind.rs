//! The faults by number, what each one is, and which deployments it applies to.

use super::deploy::{ClusterKind, Shape, StoreKind};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A fault.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    clap::ValueEnum,
    Serialize,
    Deserialize,
)]
#[clap(rename_all = "verbatim")]
pub(crate) enum Fault {
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F10,
    F11,
    F12,
    F13,
    F14,
    F15,
    F16,
    F17,
    F18,
    F19,
    F20,
    /// One after the other, for hours.
    Soak,
}

impl Fault {
    /// All of them.
    pub(crate) const ALL: [Self; 20] = [
        Self::F1,
        Self::F2,
        Self::F3,
        Self::F4,
        Self::F5,
        Self::F6,
        Self::F7,
        Self::F8,
        Self::F9,
        Self::F10,
        Self::F11,
        Self::F12,
        Self::F13,
        Self::F14,
        Self::F15,
        Self::F16,
        Self::F17,
        Self::F18,
        Self::F19,
        Self::F20,
    ];

    /// What it is, in a few words.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::F1 => "kill -9 and restart",
            Self::F2 => "death at a point of the commit",
            Self::F3 => "rolling restart",
            Self::F4 => "disk full, then freed",
            Self::F5 => "flushes fail, or take 200 ms",
            Self::F6 => "PostgreSQL stopped, killed, paused",
            Self::F7 => "database link cut during commits",
            Self::F8 => "Redis killed, paused, emptied, cut",
            Self::F9 => "a node without Redis, database, both",
            Self::F10 => "client links cut, stalled, half-open",
            Self::F11 => "slow and stopped readers",
            Self::F12 => "the clock jumps",
            Self::F13 => "every send three times",
            Self::F14 => "hostile frames",
            Self::F15 => "idle, half and slow connections",
            Self::F16 => "a node stopped for a while",
            Self::F17 => "a storm of sign-ins",
            Self::F18 => "copies of the live database",
            Self::F19 => "an older backup restored",
            Self::F20 => "two versions and a migration",
            Self::Soak => "one after the other",
        }
    }

    /// Whether there is something to break in such a deployment.
    pub(crate) fn applies_to(self, shape: Shape) -> bool {
        let (has_file, has_redis) =
            (shape.store == StoreKind::Sqlite, shape.cluster == ClusterKind::Redis);
        match self {
            Self::F4 | Self::F5 => has_file,
            Self::F6 | Self::F7 => !has_file,
            Self::F8 => has_redis,
            Self::F9 => has_redis && !has_file,
            Self::F16 => shape.nodes > 1,
            _ => true,
        }
    }

    /// Those after which the same processes of servers still run: what they leak shows in time.
    pub(crate) const LASTING: [Self; 9] = [
        Self::F6,
        Self::F7,
        Self::F8,
        Self::F9,
        Self::F10,
        Self::F13,
        Self::F14,
        Self::F17,
        Self::F18,
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.pad(&format!("{self:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_apply_where_there_is_something_to_break() {
        let of = |shape| Fault::ALL.into_iter().filter(|it| !it.applies_to(shape)).collect();
        let without: Vec<Fault> = of(Shape::SMALL);
        assert_eq!(without, [Fault::F6, Fault::F7, Fault::F8, Fault::F9, Fault::F16]);
        let without: Vec<Fault> = of(Shape::large(2));
        assert_eq!(without, [Fault::F4, Fault::F5]);
    }
}
