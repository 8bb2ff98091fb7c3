//! Maru, for both sides: the protocol, the client and the pages.

pub mod protocol;
