//! An admin's word to everyone.

use crate::{client::Client, pages::First};
use leptos::prelude::*;

/// Announces something in one channel or in all.
#[component]
pub(super) fn AnnounceForm() -> impl IntoView {
    let settings = &expect_context::<Client>().texts.settings;
    let first = expect_context::<First>().0;
    let rooms = first
        .rooms
        .iter()
        .map(|room| view! { <option value=room.id.to_string()>"# " {room.name.clone()}</option> })
        .collect_view();
    view! {
        <section class="settings-card">
            <h2>{settings.announce}</h2>
            <p>{settings.announce_lead}</p>
            <form method="post" action="/announcements">
                <label class="labelled">
                    <span>{settings.announce_where}</span>
                    <select class="field" name="room">
                        <option value="all">{settings.announce_all}</option>
                        {rooms}
                    </select>
                </label>
                <label class="labelled">
                    <span>{settings.announce_text}</span>
                    <textarea class="field" name="text" rows="3" required></textarea>
                </label>
                <button class="primary">{settings.announce_send}</button>
            </form>
        </section>
    }
}
