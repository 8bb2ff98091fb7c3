//! The head of a direct room's page.

use super::{Avatar, MenuButton, QuietForm};
use crate::{
    client::Client,
    i18n::Texts,
    protocol::{
        people::{Person, Presence, Role},
        room::RoomKind,
    },
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
            <MatchTools />
            <QuietForm />
        </header>
    }
}

/// In a match room: on to the next person, or out. The room is gone with whoever leaves.
#[component]
fn MatchTools() -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let room = Memo::new(move |_| client.room().filter(|it| it.kind == RoomKind::Match));
    let action = move |what: &'static str| {
        move || {
            room.read().as_ref().map(|it| format!("/rooms/{}/{what}", it.id)).unwrap_or_default()
        }
    };
    view! {
        <div class="direct-header__tools" hidden=move || room.read().is_none()>
            <form method="post" action=action("next")>
                <button class="ghost">{meeting.next}</button>
            </form>
            <form method="post" action=action("leave")>
                <button class="ghost">{meeting.leave}</button>
            </form>
        </div>
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
