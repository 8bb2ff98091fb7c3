//! Maru, for both sides: the protocol, the client and the pages.

// The pages' views are deep types, in release builds above all.
#![recursion_limit = "256"]
#![allow(
    clippy::large_types_passed_by_value,
    reason = "a `Client` is a handful of signals, and copied as those are"
)]

mod app;
pub mod client;
pub mod components;
pub mod i18n;
pub mod pages;
pub mod protocol;
pub mod route;

pub use app::{App, shell};
