//! The server of Maru: store, engine and doors.

pub mod cluster;
pub mod engine;
pub mod store;
