//! The column at the left: brand, jump field, channels, and who one is.

use super::{Avatar, Icon, Picture, RoomList};
use crate::{
    client::{Client, Connection},
    protocol::people::Presence,
    route::Route,
};
use leptos::{ev, prelude::*};

/// The sidebar; on a phone a drawer that the browser itself opens and closes.
#[component]
pub fn Sidebar(
    /// Whether the jump dialog is open.
    jump: RwSignal<bool>,
) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    close_on_leaving();
    let open_jump = move |event: ev::MouseEvent| {
        event.prevent_default();
        jump.set(true);
    };
    view! {
        <aside class="sidebar" id="menu" popover="auto" aria-label=texts.house.rooms_nav>
            <a class="sidebar__brand brand" href="/rooms">
                <Icon picture=Picture::House />
                {texts.house.brand}
            </a>
            // A link to the list of channels until the wasm is here, and without JavaScript.
            <a class="sidebar__jump" href="/rooms" on:click=open_jump>
                {texts.house.jump}
                <kbd>"Ctrl K"</kbd>
            </a>
            <nav class="sidebar__rooms" aria-label=texts.house.rooms_nav>
                <div class="sidebar__heading">
                    <h2>{texts.house.channels}</h2>
                    <a href="/rooms">{texts.house.browse}</a>
                </div>
                <RoomList />
            </nav>
            <MeCard />
        </aside>
    }
}

/// Who one is, whether one is online, and the door to the settings.
#[component]
fn MeCard() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    // Without a socket nothing is known of one's presence.
    let is_live = untrack(|| expect_context::<Route>().page().is_live());
    let me = move || {
        client.me.get().map(|me| {
            view! {
                <Avatar
                    user=me.id
                    name=me.name.clone()
                    small=true
                    presence=is_live.then_some(Presence::Here)
                />
                <p class="me-card__name">
                    <b>{me.name}</b>
                    <span>{move || if is_live { online(client) } else { "" }}</span>
                </p>
            }
        })
    };
    view! {
        <div class="me-card" data-offline=move || is_offline(client).to_string()>
            {me}
            <a
                class="me-card__settings"
                href="/settings"
                rel="external"
                aria-label=texts.house.settings
                title=texts.house.settings
            >
                <Icon picture=Picture::Gear />
            </a>
        </div>
    }
}

fn is_offline(client: Client) -> bool {
    !matches!(client.connection.get(), Connection::Live | Connection::Opening)
}

fn online(client: Client) -> &'static str {
    let house = &client.texts.house;
    if is_offline(client) { house.offline } else { house.online }
}

/// Closes the drawer when the user has chosen where to go.
fn close_on_leaving() {
    let route = expect_context::<Route>();
    Effect::new(move |before: Option<()>| {
        _ = route.page();
        if before.is_some() {
            let open = document().query_selector("[popover]:popover-open").ok().flatten();
            if let Some(open) = open {
                use wasm_bindgen::JsCast;
                _ = open.unchecked_into::<web_sys::HtmlElement>().hide_popover();
            }
        }
    });
}
