//! The coloured square with a letter that stands for a user.

use crate::protocol::{ids::UserId, people::Presence};
use leptos::prelude::*;

/// How many colours there are; each has a class in `avatar.css`.
const COLOURS: u32 = 8;

/// A user's first letter on a colour of their own. Unseen by screen readers: the name is beside it.
#[component]
pub fn Avatar(
    /// Whose it is.
    user: UserId,
    /// What they are called.
    name: String,
    /// The small one, for lists.
    #[prop(optional)]
    small: bool,
    /// Whether they are at hand, as a dot.
    #[prop(optional_no_strip)]
    presence: Option<Presence>,
) -> impl IntoView {
    let mut class = String::from("avatar avatar--");
    class.push_str(&colour(user).to_string());
    if small {
        class.push_str(" avatar--small");
    }
    let letter: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
    let dot = presence.map(|it| {
        let presence = match it {
            Presence::Here => "here",
            Presence::Away => "away",
            Presence::Busy => "busy",
            Presence::Offline => "offline",
            Presence::Unknown => "unknown",
        };
        view! { <i class="avatar__dot" data-presence=presence></i> }
    });
    view! { <span class=class aria-hidden="true">{letter}{dot}</span> }
}

fn colour(user: UserId) -> u32 {
    user.0
        .as_bytes()
        .iter()
        .fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)))
        / 7
        % COLOURS
}
