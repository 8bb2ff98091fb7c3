//! Rooms of the whole server: those that can be found by name, of hidden ones how many people.

use super::{here, next_page, reader_role, table};
use crate::{
    i18n::Order,
    protocol::{
        admin::{RoomLine, RoomsList},
        limits::REASON_CHARS_MAX,
        powers::Power,
        room::RoomKind,
    },
};
use leptos::prelude::*;

pub(super) fn view(list: RoomsList, words: &'static Order) -> impl IntoView {
    let next = list.rooms.last().filter(|_| list.more).map(|it| it.id);
    let next = next.map(|id| format!("/admin/rooms?after={id}"));
    let heads = [words.name, words.kind, words.people, words.act];
    let lines = list.rooms.into_iter().map(|it| line(it, words).into_any()).collect();
    let body = table(&heads, lines, words.no_rooms);
    view! {
        {body}
        {next_page(next, words)}
    }
}

fn line(room: RoomLine, words: &'static Order) -> impl IntoView {
    let kind = match room.kind {
        RoomKind::Channel => words.kind_names.channel,
        RoomKind::Private => words.kind_names.private,
        RoomKind::Temporary => words.kind_names.temporary,
        RoomKind::Large => words.kind_names.large,
        RoomKind::Direct | RoomKind::Match | RoomKind::Pair | RoomKind::Unknown => {
            words.kind_names.other
        }
    };
    let called = room.name.clone().unwrap_or_else(|| words.hidden_room.to_owned());
    let is_found = room.name.is_some();
    let name = match room.name {
        Some(name) => view! { <a href=format!("/rooms/{}", room.id)>{name}</a> }.into_any(),
        None => view! { <i>{words.hidden_room}</i> }.into_any(),
    };
    let may_announce = reader_role().may(Power::Announce);
    let announce = (may_announce && is_found).then(|| {
        view! { <a href=format!("/admin/announce?room={}", room.id)>{words.announce}</a> }
    });
    let may_close = reader_role().may(Power::CloseRooms) && room.kind.has_host();
    let close = may_close.then(|| close_form(room.id.to_string(), &called, words));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label=words.kind>{kind}</td>
            <td data-label=words.people>{(words.people_of)(room.people, room.capacity)}</td>
            <td data-label=words.act>{announce} {close}</td>
        </tr>
    }
}

fn close_form(room: String, called: &str, words: &'static Order) -> impl IntoView + use<> {
    view! {
        <details class="admin-act">
            <summary aria-label=(words.close_room)(called)>{words.close}</summary>
            <form method="post" action=format!("/admin/rooms/{room}/close")>
                <input type="hidden" name="back" value=here() />
                <label class="labelled">
                    <span>{words.reason}</span>
                    <input
                        class="field"
                        name="reason"
                        required
                        maxlength=REASON_CHARS_MAX.to_string()
                    />
                </label>
                <button class="plain">{words.close}</button>
            </form>
        </details>
    }
}
