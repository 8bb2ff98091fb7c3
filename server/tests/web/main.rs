//! The server from outside, by HTTP: real servers, real connections.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accept;
mod api;
mod coming_in;
mod forms;
mod guards;
mod markup;
mod nodes;
mod order;
mod pictures;
mod profile;
mod reset;
mod rooms;
mod settings;
mod support;
mod titles;

#[path = "../support/database.rs"]
mod database;
#[path = "../support/served.rs"]
mod served;
#[path = "../support/smtp.rs"]
mod smtp;
