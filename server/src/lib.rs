//! The server of Maru: store, engine and doors.

pub mod store;
