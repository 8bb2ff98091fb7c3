//! The socket from outside: real servers, real sockets, named people.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod bad_input;
mod chat;
mod crash;
mod direct;
mod later;
mod matching;
mod meetings;
mod order;
mod proxy;
mod questions;
mod resume;
mod rooms;
mod sign_out;
mod speed;
mod support;

#[path = "../support/database.rs"]
mod database;
#[path = "../support/served.rs"]
mod served;
