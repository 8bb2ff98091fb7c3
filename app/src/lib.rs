//! Maru, for both sides: the protocol, the client and the pages.

mod app;
pub mod client;
pub mod components;
pub mod i18n;
pub mod pages;
pub mod protocol;

pub use app::{App, shell};
