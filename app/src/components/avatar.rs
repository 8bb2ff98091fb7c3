//! The coloured square with a letter that stands for a user.

use crate::protocol::{ids::UserId, people::Presence};
use leptos::prelude::*;

/// How many colours there are; each has a class in `avatar.css`.
const COLOURS: u32 = 8;

/// A user's picture, or their first letter on a colour of their own. Unseen by screen readers: the
/// name is beside it.
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
    /// The version of their picture, if they have one.
    #[prop(optional_no_strip)]
    picture: Option<String>,
) -> impl IntoView {
    let mut class = String::from("avatar avatar--");
    class.push_str(&colour(user).to_string());
    if small {
        class.push_str(" avatar--small");
    }
    let face = match picture {
        Some(version) => {
            let address = picture_address(user, &version, "small");
            view! { <img class="avatar__picture" src=address alt="" loading="lazy" /> }.into_any()
        }
        None => name.chars().take(1).flat_map(char::to_uppercase).collect::<String>().into_any(),
    };
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
    view! { <span class=class aria-hidden="true">{face}{dot}</span> }
}

/// Where a user's picture is; it never changes there.
pub(crate) fn picture_address(user: UserId, version: &str, size: &str) -> String {
    format!("/api/v1/people/{user}/picture?size={size}&v={version}")
}

fn colour(user: UserId) -> u32 {
    user.0
        .as_bytes()
        .iter()
        .fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)))
        / 7
        % COLOURS
}
