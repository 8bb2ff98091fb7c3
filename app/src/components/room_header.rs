//! The head of a room's page.

use super::{Icon, Picture};
use crate::client::{Client, Shown};
use leptos::prelude::*;

/// Name and topic of the room shown, and the doors to its people and to the list of rooms.
#[component]
pub fn RoomHeader() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let room = Memo::new(move |_| client.room());
    let name = move || match (&*room.read(), &*client.shown.read()) {
        (Some(room), _) => format!("# {}", room.name),
        (None, Shown::Loading(address) | Shown::Failed(address)) => format!("# {address}"),
        (None, _) => String::new(),
    };
    let topic = move || room.read().as_ref().map(|it| it.topic.clone()).unwrap_or_default();
    let people = move || {
        let count = room.read().as_ref().map_or(0, |it| it.people);
        (texts.room.people)(count)
    };
    let is_nowhere = move || room.read().is_none();
    view! {
        <header class="room-header">
            <MenuButton />
            <h1 class="room-header__name">{name}</h1>
            <p class="room-header__topic">{topic}</p>
            <div class="room-header__tools">
                <LeaveForm />
                <span class="ghost room-header__count" hidden=is_nowhere>{people}</span>
                <button
                    class="ghost room-header__people"
                    type="button"
                    popovertarget="people"
                    hidden=is_nowhere
                >
                    {people}
                </button>
            </div>
        </header>
    }
}

/// The button that opens the list of rooms where there is no space for it.
#[component]
pub fn MenuButton() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    view! {
        <button
            class="menu-button"
            type="button"
            popovertarget="menu"
            aria-label=texts.house.menu
        >
            <Icon picture=Picture::Menu />
        </button>
    }
}

/// The button by which a member leaves.
#[component]
fn LeaveForm() -> impl IntoView {
    let client = expect_context::<Client>();
    let action =
        move || client.room_id().map(|id| format!("/rooms/{id}/leave")).unwrap_or_default();
    let leave = move |event: leptos::ev::SubmitEvent| {
        if untrack(|| client.is_live()) {
            event.prevent_default();
            client.leave();
        }
    };
    view! {
        <form
            method="post"
            action=action
            on:submit=leave
            hidden=move || !client.entered.get()
        >
            <button class="ghost">{client.texts.room.leave}</button>
        </form>
    }
}
