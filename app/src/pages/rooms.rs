//! `/rooms`: the channels.

use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, address},
    protocol::snapshot::RoomSummary,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// All channels, with what they are about and how many people are in each.
#[component]
pub fn Rooms() -> impl IntoView {
    let client = expect_context::<Client>();
    let house = &client.texts.house;
    Effect::new(move |_| client.show_nothing());
    let key = |it: &RoomSummary| (it.id, it.people, it.name.clone(), it.topic.clone());
    let title = format!("{} · {}", house.channels, house.brand);
    view! {
        <Title text=title />
        <Frame>
            <main
                class="page"
                id="main"
                tabindex="-1"
                data-connected=move || client.is_live().to_string()
            >
                <header class="page__head">
                    <MenuButton />
                    <h1>{house.channels}</h1>
                </header>
                <p class="page__lead">{house.channels_lead}</p>
                <FormNote />
                <ul class="room-cards">
                    <For each=move || client.rooms.get() key=key let:room>
                        <RoomCard room />
                    </For>
                </ul>
                <p class="page__lead" hidden=move || !client.rooms.read().is_empty()>
                    {house.no_channels}
                </p>
            </main>
        </Frame>
    }
}

/// One channel.
#[component]
fn RoomCard(room: RoomSummary) -> impl IntoView {
    let house = &expect_context::<Client>().texts.house;
    let to = address(&room);
    view! {
        <li class="room-card">
            <a class="room-card__link" href=to>
                <span class="room-card__name">"# " {room.name}</span>
                <span class="room-card__topic">{room.topic}</span>
                <span class="room-card__count" aria-hidden="true">
                    {(house.count)(room.people, room.capacity)}
                </span>
                <span class="visually-hidden">
                    {(house.count_label)(room.people, room.capacity)}
                </span>
            </a>
        </li>
    }
}
