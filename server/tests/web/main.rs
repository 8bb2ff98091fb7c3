//! The server from outside, by HTTP: real servers, real connections.

mod accept;
mod api;
mod coming_in;
mod forms;
mod guards;
mod settings;
mod support;
