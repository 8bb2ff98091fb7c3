//! The card of the signed-in user, with the menu of what is their own.

use super::lively::{flag, part, says};
use super::{Avatar, Icon, Picture};
use crate::{
    client::{Client, Connection},
    protocol::{people::Presence, powers::Power},
    route::Route,
};
use leptos::prelude::*;

/// Who one is, whether one is online, and the doors to what is one's own.
#[component]
pub fn MeCard() -> impl IntoView {
    let client = expect_context::<Client>();
    let house = &client.texts.house;
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
                    picture=me.picture
                />
                <span class="me-card__name">
                    <b>{me.name}</b>
                    <span>{says(move || if is_live { online(client) } else { "" })}</span>
                </span>
            }
        })
    };
    view! {
        <div class="me-card" data-offline=says(move || is_offline(client).to_string())>
            <button class="me-card__who" type="button" popovertarget="me-menu" title=house.me_menu>
                {part(me)}
            </button>
            <a
                class="me-card__settings"
                href="/settings"
                rel="external"
                aria-label=house.settings
                title=house.settings
            >
                <Icon picture=Picture::Gear />
            </a>
            <MeMenu />
        </div>
    }
}

/// The pages of one's own, and those for who keeps order.
#[component]
fn MeMenu() -> impl IntoView {
    let client = expect_context::<Client>();
    let house = &client.texts.house;
    let profile = move || {
        client.me.read().as_ref().map(|it| format!("/people/{}", it.id)).unwrap_or_default()
    };
    let oversees = move || client.me.read().as_ref().is_some_and(|it| it.role.may(Power::Oversee));
    let way = |to: &'static str, name: &'static str| {
        view! { <a class="menu__way" rel="external" href=to>{name}</a> }
    };
    view! {
        <div class="menu me-menu" id="me-menu" popover="auto" role="group" aria-label=house.me_menu>
            <a class="menu__way" rel="external" href=says(profile)>{house.profile}</a>
            {way("/inbox", house.inbox)}
            {way("/later", house.planned)}
            {way("/blocks", house.blocks)}
            {way("/settings", house.settings)}
            <a class="menu__way" rel="external" href="/admin" hidden=flag(move || !oversees())>
                {house.admin}
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
