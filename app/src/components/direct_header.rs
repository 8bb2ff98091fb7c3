//! The head of a direct room's page.

use super::lively::{part, says};
use super::{
    Avatar, MeetingTools, MenuButton, QuietForm,
    meeting_tools::{common, topic},
};
use crate::{
    client::{Client, meeting::is_meeting},
    i18n::Texts,
    protocol::{
        matching::Openness,
        people::{Person, Presence, Role},
        snapshot::RoomSummary,
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
    // Who did not say who they are has no page.
    let is_known = Memo::new(move |_| client.openness() == Openness::Names);
    let head = move || {
        let RoomSummary { peer, name, .. } = room.get()?;
        let Some(peer) = peer else {
            return Some(view! { <h1 class="room-header__name">{name}</h1> }.into_any());
        };
        let Person { presence, picture, .. } = other
            .get()
            .unwrap_or_else(|| Person::new(peer, name.clone(), Role::Member, Presence::Offline));
        let who = view! {
            <Avatar user=peer name=name.clone() small=true presence=Some(presence) picture />
            <h1 class="room-header__name">{name}</h1>
        };
        let who = if is_known.get() {
            let to = format!("/people/{peer}");
            view! { <a class="direct-header__other" href=to rel="external">{who}</a> }.into_any()
        } else {
            view! { <div class="direct-header__other">{who}</div> }.into_any()
        };
        Some(who)
    };
    let is_meeting = Memo::new(move |_| room.read().as_ref().is_some_and(is_meeting));
    let about = Memo::new(move |_| client.meeting.read().as_ref().and_then(|it| it.about.clone()));
    let tools = move || {
        if is_meeting.get() {
            view! { <MeetingTools /> }.into_any()
        } else {
            view! { <QuietForm /> }.into_any()
        }
    };
    let told = move || {
        let common = common(client).filter(|_| is_meeting.get());
        common.unwrap_or_else(|| presence_text(texts, presence()).to_owned())
    };
    view! {
        <header class="room-header direct-header" data-meeting=says(move || is_meeting.get().to_string())>
            <MenuButton />
            {part(head)}
            <p class="direct-header__presence">{says(told)}</p>
            {part(tools)}
        </header>
        {part(move || topic(client, about.get()))}
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
