//! An admin's word to everyone.

use crate::{
    components::area_text,
    i18n::Order,
    pages::First,
    protocol::{admin::AnnounceList, room::RoomKind},
};
use leptos::prelude::*;

pub(super) fn view(list: AnnounceList, words: &'static Order) -> impl IntoView {
    let first = expect_context::<First>().0;
    let typed = area_text(first.typed.as_deref().unwrap_or_default());
    let chosen = list.chosen;
    let rooms = list.rooms.into_iter().map(|room| {
        let sign = if room.kind == RoomKind::Channel { "# " } else { "" };
        let selected = chosen == Some(room.id);
        view! { <option value=room.id.to_string() selected=selected>{sign} {room.name}</option> }
    });
    view! {
        <section class="settings-card">
            <p>{words.announce_lead}</p>
            <form method="post" action="/admin/announce">
                <label class="labelled">
                    <span>{words.announce_where}</span>
                    <select class="field" name="room">
                        <option value="all">{words.announce_all}</option>
                        {rooms.collect_view()}
                    </select>
                </label>
                <label class="labelled">
                    <span>{words.announce_text}</span>
                    <textarea class="field" name="text" rows="3" required>{typed}</textarea>
                </label>
                <button class="primary">{words.announce_send}</button>
            </form>
        </section>
    }
}
