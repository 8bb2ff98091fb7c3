//! What one can do with a message: be reminded of it, report it.

use super::lively::{part, says};
use crate::{
    client::{Client, plans::When},
    protocol::{ids::Seq, matching::Openness, message::Entry, room::RoomKind},
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Whose menu is open; in context of the log.
#[derive(Clone, Copy)]
pub(super) struct OpenMenu(pub(super) RwSignal<Option<Seq>>);

/// A button that opens a row of choices below the message.
#[component]
pub fn MessageMenu(
    /// The message.
    entry: Arc<Entry>,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let seq = entry.seq;
    let open = expect_context::<OpenMenu>().0;
    let button = NodeRef::<html::Button>::new();
    let is_open = Memo::new(move |_| open.get() == Some(seq));
    let toggle = move |_| open.update(|it| *it = (*it != Some(seq)).then_some(seq));
    let close = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.prevent_default();
            open.set(None);
            if let Some(button) = button.get_untracked() {
                _ = button.focus();
            }
        }
    };
    let label = (client.texts.direct.message_menu)(&entry.name);
    view! {
        <div class="message-menu" data-open=says(move || is_open.get().to_string()) on:keydown=close>
            <button
                class="message-menu__button"
                type="button"
                tabindex="-1"
                node_ref=button
                aria-label=label
                aria-expanded=says(move || is_open.get().to_string())
                on:click=toggle
            >
                "⋯"
            </button>
            {part(move || is_open.get().then(|| choices(client, &entry, open)))}
        </div>
    }
}

fn choices(client: Client, entry: &Entry, open: RwSignal<Option<Seq>>) -> impl IntoView + use<> {
    let direct = &client.texts.direct;
    let seq = entry.seq;
    let remind = move |label: &'static str, when: When| {
        let chosen = move |_| {
            open.set(None);
            client.remind(seq, when);
        };
        view! { <button class="ghost" type="button" on:click=chosen>{label}</button> }
    };
    let author = entry.author;
    let is_mine = client.me.read_untracked().as_ref().is_some_and(|it| it.id == author);
    let room = untrack(|| client.room_id()).filter(|_| !is_mine);
    let report = room.map(|room| {
        let to = if untrack(|| client.openness()) == Openness::Names {
            format!("/people/{author}?room={room}&seq={seq}#report")
        } else {
            format!("/rooms/{room}/meeting#report")
        };
        view! { <a class="ghost" href=to rel="external">{direct.report}</a> }
    });
    let about = untrack(|| client.room()).filter(|it| it.kind == RoomKind::Channel).map(|room| {
        let to = format!("/match/wishes?about={}&seq={seq}", room.id);
        view! { <a class="ghost" href=to rel="external">{client.texts.meeting.about_this}</a> }
    });
    view! {
        <div class="message-menu__row" role="group" aria-label=direct.remind>
            <span>{direct.remind}</span>
            {remind(direct.in_20_min, When::InMins(20))}
            {remind(direct.in_3_h, When::InMins(180))}
            {remind(direct.tomorrow, When::Tomorrow)}
            {about}
            {report}
        </div>
    }
}

/// From the log to its messages by keyboard: Enter goes to the menu of the newest one, the arrows
/// from one to the next.
pub(super) fn move_by_key(list: &Element, event: &ev::KeyboardEvent) {
    let Ok(found) = list.query_selector_all(".message-menu__button") else { return };
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let Some(target) = target else { return };
    let at = (0..found.length())
        .find(|at| found.item(*at).is_some_and(|it| it.is_same_node(Some(&target))));
    let next = match (event.key().as_str(), at) {
        ("Enter", None) if target.is_same_node(Some(list)) => found.length().checked_sub(1),
        ("ArrowUp", Some(at)) => at.checked_sub(1),
        ("ArrowDown", Some(at)) => Some(at + 1),
        _ => return,
    };
    event.prevent_default();
    let next = next.and_then(|at| found.item(at)?.dyn_into::<HtmlElement>().ok());
    if let Some(next) = next {
        _ = next.focus();
    }
}
