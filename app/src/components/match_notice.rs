//! That somebody was found, wherever one is.

use super::lively::{flag, says};
use crate::{
    client::Client,
    route::{Page, Route},
};
use leptos::prelude::*;

/// A line with the seconds that are left, and the two answers; they are on the page of the search
/// itself, too. And a line that leads to the room into which one was matched meanwhile.
#[component]
pub fn MatchNotice() -> impl IntoView {
    let client = expect_context::<Client>();
    let route = expect_context::<Route>();
    let meeting = &client.texts.meeting;
    let proposal = Memo::new(move |_| client.open_proposal());
    let led_to = Memo::new(move |_| client.led_to.get().filter(|_| route.page() != Page::Match));
    Effect::new(move |_| {
        // Whoever is there needs to be led no more.
        let shown = client.room().map(|it| it.id);
        if shown.is_some() && shown == client.led_to.get() {
            client.led_to.set(None);
        }
    });
    let to = move || led_to.get().map(|it| format!("/rooms/{it}")).unwrap_or_default();
    let action = move || proposal.get().map(|it| format!("/match/proposals/{it}"));
    view! {
        <form
            class="notice-banner__line match-notice"
            method="post"
            action=says(move || action().unwrap_or_default())
            hidden=flag(move || proposal.get().is_none() || route.page() == Page::Match)
        >
            <span role="status">{says(move || if proposal.get().is_some() { meeting.ready } else { "" })}</span>
            <span role="timer">{says(move || (meeting.secs_to_answer)(client.secs_of_match.get()))}</span>
            <button class="primary" name="answer" value="yes">{meeting.yes}</button>
            <button class="plain" name="answer" value="no">{meeting.no}</button>
        </form>
        <p class="notice-banner__line match-notice" hidden=flag(move || led_to.get().is_none())>
            <span role="status">{says(move || if led_to.get().is_some() { meeting.ready } else { "" })}</span>
            <a href=says(to)>{meeting.go}</a>
        </p>
    }
}
