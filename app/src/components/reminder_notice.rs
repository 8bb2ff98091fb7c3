//! What the user wanted to be reminded of, when the moment has come.

use super::{Row, rows};
use crate::{client::Client, protocol::pages::Planned};
use leptos::prelude::*;

/// A quiet line for each, until it is understood.
#[component]
pub fn ReminderNotice() -> impl IntoView {
    let client = expect_context::<Client>();
    let row = |it: Planned| Row::new(it.id, move || view! { <Reminder reminder=it /> }.into_any());
    let reminders = move || client.reminders.get().into_iter().map(row).collect();
    view! {
        <div class="reminder-notice" role="status">
            {rows(reminders)}
            {move || sighted(client)}
        </div>
    }
}

/// Somebody was here of whom the user wanted to be told.
fn sighted(client: Client) -> Option<AnyView> {
    let told = client.matching.read().as_ref()?.lookout.as_ref()?.told?;
    let meeting = &client.texts.meeting;
    let at = client.texts.clock(told, client.zone_min.get_untracked());
    let line = view! {
        <form class="reminder-notice__line" method="post" action="/match/lookout">
            <span>{meeting.sighted} " " {at}</span>
            <a href="/match/wishes" rel="external">{meeting.find}</a>
            <button name="stop" value="on">{client.texts.direct.understood}</button>
        </form>
    };
    Some(line.into_any())
}

/// One of them.
#[component]
fn Reminder(reminder: Planned) -> impl IntoView {
    let client = expect_context::<Client>();
    let direct = &client.texts.direct;
    let id = reminder.id;
    let link = reminder.seq.filter(|_| !reminder.room_name.is_empty()).map(|seq| {
        let to = format!("/rooms/{}?at={seq}", reminder.room);
        view! { <a href=to>{direct.go_there}</a> }
    });
    view! {
        <p class="reminder-notice__line">
            <span>{(direct.reminder)(&reminder.room_name)}</span>
            <q>{reminder.text}</q>
            {link}
            <button type="button" on:click=move |_| client.dismiss(id)>{direct.understood}</button>
        </p>
    }
}
