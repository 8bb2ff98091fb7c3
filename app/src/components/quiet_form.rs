//! Whether one wants to be told of a room.

use super::lively::{flag, part, says};
use super::{Icon, Picture};
use crate::client::Client;
use leptos::{ev, prelude::*};

/// The button by which a member of the room shown makes it quiet for themselves, or not any more.
#[component]
pub fn QuietForm() -> impl IntoView {
    let client = expect_context::<Client>();
    let inside = &client.texts.rooms.inside;
    let quiet = Memo::new(move |_| client.room().is_some_and(|it| it.quiet));
    let action =
        move || client.room_id().map(|id| format!("/rooms/{id}/quiet")).unwrap_or_default();
    let set = move |event: ev::SubmitEvent| {
        event.prevent_default();
        client.set_quiet(!quiet.get_untracked());
    };
    let label = move || if quiet.get() { inside.loud } else { inside.quiet };
    let bell = move || {
        let picture = if quiet.get() { Picture::NoBell } else { Picture::Bell };
        view! { <Icon picture /> }
    };
    view! {
        <form
            class="quiet-form"
            method="post"
            action=says(action)
            on:submit=set
            hidden=flag(move || !client.entered.get())
        >
            <input type="hidden" name="quiet" value=says(move || if quiet.get() { "off" } else { "on" }) />
            <button class="ghost quiet-form__button" title=says(label)>
                {part(bell)}
                <span class="quiet-form__label">{says(label)}</span>
            </button>
        </form>
    }
}
