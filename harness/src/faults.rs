//! Faults: real servers are killed, cut and stalled while clients with the shipped core talk; what
//! they did and saw is judged by the checker.

#![allow(
    dead_code,
    unused_imports,
    reason = "the runner that uses all of it is being built beside it"
)]

pub(crate) mod checker;
pub(crate) mod client;
pub(crate) mod history;
pub(crate) mod logs;
pub(crate) mod random;
