//! Several nodes of one deployment: real servers, real sockets, and a real Redis where
//! `TEST_REDIS_URL` is set. Without it, what needs no Redis is run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod deployment;
mod direct;
mod drain;
mod failing;
mod later;
mod matching;
mod order;
mod presence;
mod questions;
mod redis;
mod rooms;
mod sign_out;
mod starting;
#[allow(dead_code, reason = "shared with the tests of sockets")]
#[path = "../sockets/support.rs"]
mod support;
mod talk;

#[path = "../support/database.rs"]
mod database;
#[path = "../support/served.rs"]
mod served;
