//! The socket from outside: real servers, real sockets, named people.

mod bad_input;
mod chat;
mod crash;
mod resume;
mod sign_out;
mod support;
