//! How the connection stands, when that is worth a word.

use super::lively::{flag, part, says};
use crate::client::{Client, Connection, browser};
use leptos::prelude::*;

/// What the banner says. The countdown is apart from it, so that its button stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Waiting,
    Connecting,
    CaughtUp(usize),
    SignedOut,
    Replaced,
    Outdated,
    Stopped(u16),
}

/// A line under the room's head: lost, trying again, caught up, signed out, outdated.
#[component]
pub fn ConnectionBanner() -> impl IntoView {
    let client = expect_context::<Client>();
    let told = Memo::new(move |_| told(client));
    let tone = move || match told.get() {
        Told::Nothing => "none",
        Told::CaughtUp(_) => "good",
        Told::Waiting | Told::Connecting => "patient",
        Told::SignedOut | Told::Replaced | Told::Outdated | Told::Stopped(_) => "stop",
    };
    view! {
        <div
            class="connection-banner"
            role="status"
            data-tone=says(tone)
            hidden=flag(move || told.get() == Told::Nothing)
        >
            {part(move || sentence(client, told.get()))}
        </div>
    }
}

fn told(client: Client) -> Told {
    match client.connection.get() {
        Connection::Opening => Told::Nothing,
        Connection::Live => client.caught_up.get().map_or(Told::Nothing, Told::CaughtUp),
        Connection::Connecting => Told::Connecting,
        Connection::Waiting(_) => Told::Waiting,
        Connection::SignedOut => Told::SignedOut,
        Connection::Replaced => Told::Replaced,
        Connection::Outdated => Told::Outdated,
        Connection::Stopped(code) => Told::Stopped(code),
    }
}

fn sentence(client: Client, told: Told) -> AnyView {
    let texts = &client.texts.link;
    let reload = move || {
        view! { <button type="button" on:click=|_| browser::reload()>{texts.reload}</button> }
    };
    match told {
        Told::Nothing => ().into_any(),
        Told::Waiting => view! {
            <span aria-live="off">{says(move || (texts.waiting)(client.secs_left.get()))}</span>
            <button type="button" on:click=move |_| client.connect()>{texts.try_now}</button>
        }
        .into_any(),
        Told::Connecting => texts.connecting.into_any(),
        Told::CaughtUp(count) => (texts.caught_up)(count).into_any(),
        Told::SignedOut => sign_in(client, texts.signed_out),
        Told::Replaced => sign_in(client, texts.replaced),
        Told::Outdated => view! { <span>{texts.outdated}</span>{reload()} }.into_any(),
        Told::Stopped(code) => view! { <span>{(texts.stopped)(code)}</span>{reload()} }.into_any(),
    }
}

/// Why there is no login any more, and the way to another.
fn sign_in(client: Client, why: &'static str) -> AnyView {
    view! {
        <span>{why}</span>
        <a href=browser::sign_in_address() rel="external">{client.texts.link.sign_in}</a>
    }
    .into_any()
}
