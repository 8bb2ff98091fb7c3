//! The tab's side of the socket. What is pure is shared with the harness.

pub mod backoff;
pub mod gap;
pub mod outbox;
pub mod pace;
pub mod timeline;
