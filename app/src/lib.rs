//! Maru, for both sides: the protocol, the client and the pages.

pub mod client;
pub mod protocol;
