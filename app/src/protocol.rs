//! What may cross the wire, for both sides: the typed packets, their parts and their limits.
//!
//! Uses std, serde, uuid and thiserror only: no Leptos, no `cfg`, no I/O, no clock.

pub mod admin;
pub mod close;
pub mod ids;
pub mod limits;
pub mod matching;
pub mod message;
pub mod order;
pub mod packets;
pub mod pages;
pub mod people;
pub mod powers;
pub mod profile;
pub mod questions;
pub mod refusal;
pub mod room;
pub mod snapshot;
pub mod speed;
pub mod tree;
