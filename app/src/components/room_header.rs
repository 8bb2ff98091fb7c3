//! The head of a room's page.

use super::lively::{flag, part, says};
use super::{Icon, Picture, glyph};
use crate::{
    client::{Client, Shown},
    protocol::{
        ids::RoomId,
        room::{Rank, RoomKind},
    },
};
use leptos::prelude::*;

/// Name and topic of the room shown, and the doors to its people and to the list of rooms.
#[component]
pub fn RoomHeader() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let room = Memo::new(move |_| client.room().or_else(|| client.door.get().map(|it| it.room)));
    let sign = Memo::new(move |_| room.read().as_ref().map(|it| (it.kind, it.door, it.locked)));
    let glyph = move || {
        _ = sign.get();
        let room = room.read_untracked();
        // A channel's sign is part of its name.
        room.as_ref().filter(|it| it.kind != RoomKind::Channel).map(|room| {
            view! { <span class="room-header__glyph" aria-hidden="true">{glyph(room)}</span> }
        })
    };
    let name = move || match (&*room.read(), &*client.shown.read()) {
        (Some(room), _) if room.kind == RoomKind::Channel => format!("# {}", room.name),
        (Some(room), _) => room.name.clone(),
        (None, Shown::Loading(address) | Shown::Failed(address)) => loading_name(address),
        (None, _) => String::new(),
    };
    let topic = move || room.read().as_ref().map(|it| it.topic.clone()).unwrap_or_default();
    let people = move || {
        let count = room.read().as_ref().map_or(0, |it| it.people);
        (texts.room.people)(count)
    };
    let is_nowhere = move || client.room_id().is_none();
    view! {
        <header class="room-header">
            <MenuButton />
            <h1 class="room-header__name">{part(glyph)}{says(name)}</h1>
            <RoomSigns />
            <p class="room-header__topic">{says(topic)}</p>
            <div class="room-header__tools">
                <span class="ghost room-header__count" hidden=flag(is_nowhere)>{says(people)}</span>
                <button
                    class="ghost room-header__people"
                    type="button"
                    popovertarget="people"
                    hidden=flag(is_nowhere)
                >
                    {says(people)}
                </button>
                <RoomMenu />
            </div>
        </header>
    }
}

/// What a room is called until it is here: a channel by its address, all else not at all.
fn loading_name(address: &str) -> String {
    let is_id = address.parse::<RoomId>().is_ok();
    if is_id { String::new() } else { format!("# {address}") }
}

/// What is special about the room for now: it ends, it is slow, it is locked.
#[component]
fn RoomSigns() -> impl IntoView {
    let client = expect_context::<Client>();
    let rooms = &client.texts.rooms;
    let signs = Memo::new(move |_| {
        client.room().map(|it| (it.closes_at, it.slow_secs, it.locked)).unwrap_or_default()
    });
    let tags = move || {
        let (closes_at, slow_secs, locked) = signs.get();
        let when = |at| client.texts.moment(at, client.opened_at, client.zone_min.get());
        let ends = closes_at.map(|at| (rooms.gone_at)(&when(at)));
        let slow = (slow_secs > 0).then(|| (rooms.inside.slow)(slow_secs));
        let locked = locked.then(|| rooms.locked.to_owned());
        let tags = [locked, slow, ends].into_iter().flatten();
        tags.map(|it| view! { <span class="tag">{it}</span> }).collect_view()
    };
    view! { <p class="room-header__signs">{part(tags)}</p> }
}

/// The way out, and the menu of what the reader may do about the room; of a room with a host the
/// way out is in it.
#[component]
fn RoomMenu() -> impl IntoView {
    let client = expect_context::<Client>();
    let inside = &client.texts.rooms.inside;
    let kind = Memo::new(move |_| client.room().map(|it| it.kind));
    let rank = Memo::new(move |_| client.rank());
    let settings = move |at: &str| {
        client.room_id().map(|id| format!("/rooms/{id}/settings{at}")).unwrap_or_default()
    };
    let about =
        move || client.room_id().map(|id| format!("/match/wishes?about={id}")).unwrap_or_default();
    move || {
        let has_host = kind.get().is_some_and(RoomKind::has_host);
        let is_channel = kind.get() == Some(RoomKind::Channel);
        let keeps = rank.get() > Rank::Member;
        let leave = (!has_host).then(|| view! { <LeaveForm class="ghost" /> });
        if !has_host && !keeps && !is_channel {
            return leave.into_any();
        }
        let is_host = rank.get() == Rank::Host && has_host;
        view! {
            {leave}
            <button
                class="ghost room-header__more"
                type="button"
                popovertarget="room-menu"
                aria-label=inside.menu
                title=inside.menu
            >
                <Icon picture=Picture::More />
            </button>
            <div class="menu" id="room-menu" popover="auto" role="group" aria-label=inside.menu>
                <a class="menu__way" rel="external" href=says(about) hidden=!is_channel>
                    {client.texts.meeting.about_this}
                </a>
                <a class="menu__way" rel="external" href=settings("") hidden=!keeps>
                    {inside.settings}
                </a>
                <a
                    class="menu__way"
                    rel="external"
                    href=settings("#invites")
                    hidden=!keeps || !has_host
                >
                    {inside.invite}
                </a>
                {has_host.then(|| view! { <LeaveForm class="menu__way" /> })}
                <a
                    class="menu__way menu__way--bad"
                    rel="external"
                    href=settings("#close")
                    hidden=!is_host
                >
                    {inside.close}
                </a>
            </div>
        }
        .into_any()
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
fn LeaveForm(
    /// How it looks.
    class: &'static str,
) -> impl IntoView {
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
            action=says(action)
            on:submit=leave
            hidden=flag(move || !client.entered.get())
        >
            <button class=class>{client.texts.room.leave}</button>
        </form>
    }
}
