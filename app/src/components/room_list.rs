//! The channels in the sidebar.

use crate::{client::Client, protocol::snapshot::RoomSummary};
use leptos::prelude::*;

/// Links to the channels: the one shown, those with news, and how many people are in each.
#[component]
pub fn RoomList() -> impl IntoView {
    let client = expect_context::<Client>();
    let key = |it: &RoomSummary| (it.id, it.name.clone());
    view! {
        <ul class="room-list">
            <For each=move || client.rooms.get() key=key let:room>
                <RoomLink room />
            </For>
        </ul>
    }
}

/// The link to one channel.
#[component]
fn RoomLink(room: RoomSummary) -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let (id, to) = (room.id, address(&room));
    let now = Memo::new(move |_| client.rooms.read().iter().find(|it| it.id == id).cloned());
    let is_unread = Memo::new(move |_| now.read().as_ref().is_some_and(|it| client.is_unread(it)));
    let is_shown = move || client.room_id() == Some(id);
    let counts = move || now.read().as_ref().map_or((0, 0), |it| (it.people, it.capacity));
    let count = move || {
        let (people, capacity) = counts();
        (texts.house.count)(people, capacity)
    };
    let count_label = move || {
        let (people, capacity) = counts();
        (texts.house.count_label)(people, capacity)
    };
    view! {
        <li>
            <a
                class="room-list__link"
                href=to
                aria-current=move || is_shown().then_some("page")
                data-unread=move || is_unread.get().to_string()
            >
                <span class="room-list__glyph" aria-hidden="true">"#"</span>
                <span class="room-list__name">{room.name}</span>
                <span class="visually-hidden">
                    {move || if is_unread.get() { texts.house.unread } else { "" }}
                </span>
                <span class="room-list__count" aria-hidden="true">{count}</span>
                <span class="visually-hidden">{count_label}</span>
            </a>
        </li>
    }
}

/// Where a room is: by its name where that is safe in an address, else by its id.
pub fn address(room: &RoomSummary) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    if !room.name.is_empty() && room.name.chars().all(is_plain) {
        format!("/rooms/{}", room.name)
    } else {
        format!("/rooms/{}", room.id)
    }
}
