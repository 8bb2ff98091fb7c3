//! A room as it is seen from outside, and the ways in.

use super::lively::says;
use super::{FormNote, glyph};
use crate::{
    client::Client,
    protocol::{
        limits::ROOM_PASSWORD_CHARS_MAX,
        room::{Door, RoomKind},
        snapshot::{DoorView, RoomSummary},
    },
};
use leptos::prelude::*;

/// What one may know of a room before one is in, and the form by which one comes in: plain forms,
/// so that they need no script.
#[component]
pub fn RoomDoor(
    /// The room and how the reader stands to it.
    view: DoorView,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let rooms = &client.texts.rooms;
    let (room, host) = (view.room.clone(), view.host.clone());
    let invited = view.invite.is_some().then(|| view! { <p>{rooms.outside.invited}</p> });
    view! {
        <section class="room-door">
            <h2 class="room-door__name">
                <span class="room-door__glyph" aria-hidden="true">{glyph(&room)}</span>
                {room.name.clone()}
            </h2>
            <p class="room-door__topic">{room.topic.clone()}</p>
            <p class="room-door__facts">
                {host.map(|it| view! { <span>{(rooms.host_is)(&it)}</span> })}
                <RoomFacts room />
            </p>
            {invited}
            <FormNote />
            <WayIn view />
            <a class="room-door__back" rel="external" href="/rooms">{rooms.outside.to_rooms}</a>
        </section>
    }
}

/// How many people are in a room, and what is special about it.
#[component]
pub fn RoomFacts(
    /// The room.
    room: RoomSummary,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let (house, rooms) = (&client.texts.house, &client.texts.rooms);
    let kind = match room.kind {
        RoomKind::Temporary => Some(rooms.temporary),
        RoomKind::Large => Some(rooms.large),
        _ => None,
    };
    let door = match room.door {
        Door::Open => None,
        Door::Password => Some(rooms.by_password),
        Door::Invite => Some(rooms.by_invite),
    };
    let is_full = room.people >= room.capacity;
    let tags = [
        room.mine.then_some(rooms.mine),
        kind,
        door,
        room.locked.then_some(rooms.locked),
        (is_full && !room.mine).then_some(rooms.full),
    ];
    let ends = room.closes_at.map(|at| {
        let when = move || {
            let when = client.texts.moment(at, client.opened_at, client.zone_min.get());
            (rooms.gone_at)(&when)
        };
        view! { <span>{says(when)}</span> }
    });
    view! {
        <span aria-hidden="true">{(house.count)(room.people, room.capacity)}</span>
        <span class="visually-hidden">{(house.count_label)(room.people, room.capacity)}</span>
        {tags.into_iter().flatten().map(|it| view! { <span class="tag">{it}</span> }).collect_view()}
        {ends}
    }
}

/// The way in, or why there is none for now.
#[component]
fn WayIn(view: DoorView) -> impl IntoView {
    let client = expect_context::<Client>();
    let outside = &client.texts.rooms.outside;
    let (room, place) = (view.room, view.place);
    let note =
        |text: String| view! { <p class="room-door__note" role="note">{text}</p> }.into_any();
    if let Some(until) = view.banned_until {
        let when = move || client.texts.moment(until, client.opened_at, client.zone_min.get());
        return note(match until.0 {
            i64::MAX => outside.banned.to_owned(),
            _ => (outside.banned_until)(&untrack(when)),
        });
    }
    if let Some(place) = place {
        return view! {
            <p class="room-door__note" role="status">{(outside.place)(place)}</p>
            <p>{outside.place_lead}</p>
            <form method="post" action=format!("/rooms/{}/waiting/end", room.id)>
                <button class="plain wide">{outside.wait_no_longer}</button>
            </form>
        }
        .into_any();
    }
    if room.locked {
        return note(outside.locked_lead.to_owned());
    }
    let enter = view
        .invite
        .as_ref()
        .map_or_else(|| format!("/rooms/{}/enter", room.id), |token| format!("/invite/{token}"));
    let password = (room.door == Door::Password && view.invite.is_none()).then(|| {
        view! {
            <label class="labelled">
                <span>{outside.password}</span>
                <input
                    class="field"
                    name="password"
                    type="password"
                    required
                    maxlength=ROOM_PASSWORD_CHARS_MAX.to_string()
                    autocomplete="off"
                />
            </label>
        }
    });
    if room.people >= room.capacity {
        return full_way(client, room, view.invite).into_any();
    }
    view! {
        <form method="post" action=enter>
            {password} <button class="primary wide">{outside.enter}</button>
        </form>
        <p class="hint">{outside.lead}</p>
    }
    .into_any()
}

/// Into a full room one may wait; what lets one in is shown at once, so that it is known then.
fn full_way(client: Client, room: RoomSummary, invite: Option<String>) -> impl IntoView {
    let outside = &client.texts.rooms.outside;
    let password = (room.door == Door::Password && invite.is_none()).then(|| {
        view! {
            <label class="labelled">
                <span>{outside.password}</span>
                <input class="field" name="password" type="password" required autocomplete="off" />
            </label>
        }
    });
    view! {
        <p class="room-door__note" role="note">{outside.full_lead}</p>
        <form method="post" action=format!("/rooms/{}/waiting", room.id)>
            {invite.map(|token| view! { <input type="hidden" name="invite" value=token /> })}
            {password}
            <button class="primary wide">{outside.wait}</button>
        </form>
    }
}
