//! The pages, one module for each route.

#![allow(unreachable_pub, reason = "the macro `component` writes a public function of its own")]

mod admin;
mod blocks;
mod book;
mod conduct;
mod forgot;
mod guest;
mod home;
mod inbox;
mod invite;
mod later;
mod matching;
mod meeting;
mod new_room;
mod not_found;
mod notices;
mod person;
mod questions;
mod refilled;
mod reset;
mod room;
mod room_settings;
mod rooms;
mod settings;
mod sign_up;
mod speed;
mod wishes;

pub use admin::Admin;
pub use blocks::Blocks;
pub use book::BookPage;
pub use conduct::ConductPage;
pub use forgot::Forgot;
pub use guest::Guest;
pub use home::Home;
pub use inbox::Inbox;
pub use invite::InvitePage;
pub use later::Later;
pub use matching::Matching;
pub use meeting::MeetingPage;
pub use new_room::NewRoom;
pub use not_found::NotFound;
pub use notices::Notices;
pub use person::Person;
pub use questions::QuestionsPage;
pub use reset::Reset;
pub use room::RoomPage;
pub use room_settings::RoomSettingsPage;
pub use rooms::Rooms;
pub use settings::Settings;
pub use sign_up::SignUp;
pub use speed::SpeedRounds;
pub use wishes::WishesPage;

use crate::{protocol::snapshot::Snapshot, route::Route};
use leptos::prelude::*;
use std::sync::Arc;

/// What the page was first painted from, in context on both sides.
#[derive(Clone)]
pub struct First(pub Arc<Snapshot>);

/// Where to go after signing in: the query's `next`, for the form to carry on.
pub(crate) fn next_address() -> String {
    expect_context::<Route>().query("next").unwrap_or_default()
}

/// A link that keeps `next`.
pub(crate) fn door_link(path: &str) -> String {
    let next = next_address();
    let is_plain = next.chars().all(|it| it.is_ascii_alphanumeric() || "/-_.".contains(it));
    if next.is_empty() || !is_plain { path.to_owned() } else { format!("{path}?next={next}") }
}
