//! `/invite/{token}`: the room into which one is invited, before one is in.

use super::First;
use crate::{
    client::Client,
    components::{Frame, MenuButton, PageTitle, RoomDoor},
};
use leptos::prelude::*;

/// What the room is, and the way in; or that the invitation is over.
#[component]
pub fn InvitePage() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let rooms = &texts.rooms;
    let name = first.door.as_ref().map(|it| it.room.name.clone());
    let heading = name.clone().unwrap_or_else(|| rooms.rooms.to_owned());
    let body = first.door.clone().map_or_else(
        || {
            let refusal = first.refused.unwrap_or(crate::protocol::refusal::Refusal::InviteOver);
            view! {
                <p class="form-note" role="alert" data-tone="bad">{(texts.refusal)(refusal)}</p>
                <p>
                    <a class="primary" href="/rooms">{rooms.outside.to_rooms}</a>
                </p>
            }
            .into_any()
        },
        |view| view! { <RoomDoor view /> }.into_any(),
    );
    view! {
        <PageTitle text=format!("{heading} · {}", texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1 class="page__title">{rooms.invitation}</h1>
                </header>
                {body}
            </main>
        </Frame>
    }
}
