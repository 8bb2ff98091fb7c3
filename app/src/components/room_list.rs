//! The rooms in the sidebar: channels, rooms of one's own, and people one writes to.

use super::lively::{part, says};
use super::{Icon, Picture, Row, presence_name, rows};
use crate::{
    client::Client,
    protocol::{
        people::Presence,
        room::{Door, Request, RoomKind},
        snapshot::RoomSummary,
    },
};
use leptos::prelude::*;

/// Which of the rooms a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The channels.
    Channels,
    /// Rooms that somebody is the host of.
    Rooms,
    /// Those of people who were matched.
    Matches,
    /// Those of two people who write to each other.
    Direct,
}

impl Part {
    /// Whether a room is shown there. Who asks to write is in the inbox until answered.
    pub fn has(self, room: &RoomSummary) -> bool {
        match self {
            Self::Channels => room.kind == RoomKind::Channel,
            Self::Rooms => room.kind.has_host(),
            Self::Matches => matches!(room.kind, RoomKind::Match | RoomKind::Pair),
            Self::Direct => room.kind == RoomKind::Direct && room.request != Request::Received,
        }
    }
}

/// Links to rooms: the one shown, those with news, and how many people are in each.
#[component]
pub fn RoomList(
    /// Which of them.
    part: Part,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let row = |room: &RoomSummary| {
        let room = room.clone();
        Row::new((room.id, room.name.clone()), move || view! { <RoomLink room /> }.into_any())
    };
    let rooms =
        move || client.rooms.read().iter().filter(|it| part.has(it)).map(row).collect::<Vec<_>>();
    view! { <ul class="room-list">{rows(rooms)}</ul> }
}

/// The link to one room.
#[component]
fn RoomLink(room: RoomSummary) -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let (id, to, is_direct) = (room.id, address(&room), room.kind.is_intimate());
    let now = Memo::new(move |_| {
        let known = client.rooms.read().iter().find(|it| it.id == id).cloned();
        known.unwrap_or_else(|| room.clone())
    });
    let name = now.read_untracked().name.clone();
    let is_unread = Memo::new(move |_| client.is_unread(&now.read()));
    let is_quiet = Memo::new(move |_| now.read().quiet);
    let is_shown = move || client.room_id() == Some(id);
    let foot = move || {
        let room = now.read();
        let badge = if is_direct { client.unread_count(&room) } else { 0 };
        if badge > 0 {
            view! { <span class="room-list__badge" aria-hidden="true">{badge.to_string()}</span> }
                .into_any()
        } else if is_direct {
            ().into_any()
        } else {
            let (people, capacity) = (room.people, room.capacity);
            view! {
                <span class="room-list__count" aria-hidden="true">
                    {(texts.house.count)(people, capacity)}
                </span>
                <span class="visually-hidden">{(texts.house.count_label)(people, capacity)}</span>
            }
            .into_any()
        }
    };
    view! {
        <li>
            <a
                class="room-list__link"
                href=to
                aria-current=move || is_shown().then_some("page")
                data-unread=says(move || is_unread.get().to_string())
                data-quiet=says(move || is_quiet.get().to_string())
            >
                <span class="room-list__glyph" aria-hidden="true">{part(move || glyph(&now.read()))}</span>
                <span class="room-list__name">{name}</span>
                {part(move || is_quiet.get().then(|| view! { <QuietSign /> }))}
                <span class="visually-hidden">
                    {says(move || if is_unread.get() { texts.house.unread } else { "" })}
                </span>
                {part(foot)}
            </a>
        </li>
    }
}

/// Behind the name of a room of which one does not want to be told.
#[component]
fn QuietSign() -> impl IntoView {
    let is_quiet = expect_context::<Client>().texts.rooms.inside.is_quiet;
    view! {
        <span class="room-list__quiet">
            <Icon picture=Picture::NoBell />
            <span class="visually-hidden">{is_quiet}</span>
        </span>
    }
}

/// The sign before a room's name: what sort of room it is, and whether it has a lock.
pub fn glyph(room: &RoomSummary) -> AnyView {
    match room.kind {
        RoomKind::Channel | RoomKind::Unknown if room.locked => {
            view! { <Icon picture=Picture::Lock /> }.into_any()
        }
        RoomKind::Channel | RoomKind::Unknown => "#".into_any(),
        RoomKind::Direct => {
            let presence = presence_name(room.presence.unwrap_or(Presence::Offline));
            view! { <i class="room-list__dot" data-presence=presence></i> }.into_any()
        }
        RoomKind::Match => view! { <Icon picture=Picture::Meet /> }.into_any(),
        RoomKind::Pair => view! { <Icon picture=Picture::Heart /> }.into_any(),
        RoomKind::Private | RoomKind::Temporary | RoomKind::Large => {
            let has_lock = room.locked || room.door != Door::Open;
            let picture = if has_lock { Picture::Lock } else { Picture::Home };
            view! { <Icon picture /> }.into_any()
        }
    }
}

/// What a room is called where it stands alone: "#plaza", "film club".
pub fn title(room: &RoomSummary) -> String {
    if room.kind == RoomKind::Channel { format!("#{}", room.name) } else { room.name.clone() }
}

/// Where a room is: a channel by its name where that is safe in an address, all else by its id.
pub fn address(room: &RoomSummary) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    let is_channel = room.kind == RoomKind::Channel;
    if is_channel && !room.name.is_empty() && room.name.chars().all(is_plain) {
        format!("/rooms/{}", room.name)
    } else {
        format!("/rooms/{}", room.id)
    }
}
