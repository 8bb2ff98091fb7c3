//! The head of a direct room's page.

use super::{Avatar, MenuButton, QuietForm};
use crate::{
    client::Client,
    i18n::Texts,
    protocol::people::{Person, Presence, Role},
};
use leptos::prelude::*;

/// The other one: picture, name, and how near at hand they are.
#[component]
pub fn DirectHeader() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let room = Memo::new(move |_| client.room());
    let other = Memo::new(move |_| {
        let peer = room.read().as_ref().and_then(|it| it.peer);
        client.people.read().iter().find(|it| Some(it.id) == peer).cloned()
    });
    let presence = move || other.read().as_ref().map_or(Presence::Offline, |it| it.presence);
    let head = move || {
        let room = room.get()?;
        let (peer, name) = (room.peer?, room.name);
        let Person { presence, picture, .. } = other
            .get()
            .unwrap_or_else(|| Person::new(peer, name.clone(), Role::Member, Presence::Offline));
        Some(view! {
            <a class="direct-header__other" href=format!("/people/{peer}") rel="external">
                <Avatar user=peer name=name.clone() small=true presence=Some(presence) picture />
                <h1 class="room-header__name">{name}</h1>
            </a>
        })
    };
    view! {
        <header class="room-header direct-header">
            <MenuButton />
            {head}
            <p class="direct-header__presence">{move || presence_text(texts, presence())}</p>
            <QuietForm />
        </header>
    }
}

/// How near at hand somebody is, in words.
pub(crate) fn presence_text(texts: &'static Texts, presence: Presence) -> &'static str {
    match presence {
        Presence::Here => texts.room.presence_here,
        Presence::Away => texts.room.presence_away,
        Presence::Busy => texts.direct.busy,
        Presence::Offline => texts.room.presence_offline,
        Presence::Unknown => texts.direct.unknown,
    }
}
