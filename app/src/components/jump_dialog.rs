//! The dialog by which one goes to a channel by a few letters of its name.

use super::lively::{flag, part, says};
use super::{address, glyph, help_dialog::open_with};
use crate::{client::Client, protocol::snapshot::RoomSummary, route::Route};
use leptos::{ev, html, prelude::*};

/// A field and the channels that fit it: letters filter, arrows choose, Enter goes.
#[component]
pub fn JumpDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let house = &client.texts.house;
    let dialog = NodeRef::<html::Dialog>::new();
    let wanted = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    open_with(dialog, open);
    let fitting = Memo::new(move |_| fitting(&client.rooms.read(), &wanted.read()));
    let route = expect_context::<Route>();
    let go = move |at: usize| {
        let Some(to) = fitting.read_untracked().get(at).map(address) else { return };
        open.set(false);
        route.go(&to);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = fitting.read_untracked().len().max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|it| *it = (*it + 1) % count),
            "ArrowUp" => chosen.update(|it| *it = (*it + count - 1) % count),
            "Enter" if !event.is_composing() => go(chosen.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |event: ev::Event| {
        wanted.set(event_target_value(&event));
        chosen.set(0);
    };
    let on_close = move |_: ev::Event| {
        open.set(false);
        wanted.set(String::new());
        chosen.set(0);
    };
    let options = move || {
        let rooms = fitting.get().into_iter().enumerate();
        rooms.map(|(at, room)| option_line(at, room, chosen, go)).collect_view()
    };
    view! {
        <dialog
            class="dialog jump-dialog"
            node_ref=dialog
            aria-label=house.jump_title
            on:close=on_close
        >
            <input
                class="field"
                type="text"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                aria-label=house.jump_title
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls="jump-list"
                aria-activedescendant=says(move || format!("jump-{}", chosen.get()))
                placeholder=house.jump
                prop:value=move || wanted.get()
                on:input=on_input
                on:keydown=on_key
            />
            <ul class="jump-dialog__list" id="jump-list" role="listbox" aria-label=house.channels>
                {part(options)}
            </ul>
            <p class="jump-dialog__empty" hidden=flag(move || !fitting.read().is_empty())>
                {house.jump_empty}
            </p>
        </dialog>
    }
}

fn option_line(
    at: usize,
    room: RoomSummary,
    chosen: RwSignal<usize>,
    go: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <li
            class="jump-dialog__option"
            id=format!("jump-{at}")
            role="option"
            aria-selected=says(move || (chosen.get() == at).to_string())
            on:click=move |_| go(at)
        >
            <span class="room-list__glyph" aria-hidden="true">{glyph(&room)}</span>
            {room.name}
            <span class="jump-dialog__topic">{room.topic}</span>
        </li>
    }
}

/// The channels whose name has the letters, those that begin with them first.
fn fitting(rooms: &[RoomSummary], wanted: &str) -> Vec<RoomSummary> {
    let wanted = wanted.trim().trim_start_matches('#').to_lowercase();
    let mut fitting: Vec<RoomSummary> =
        rooms.iter().filter(|it| it.name.to_lowercase().contains(&wanted)).cloned().collect();
    fitting.sort_by_key(|it| !it.name.to_lowercase().starts_with(&wanted));
    fitting
}
