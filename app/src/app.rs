//! The document, its pages, and what is in context.

#![allow(unreachable_pub, reason = "the macro `component` writes a public function of its own")]

use crate::{
    client::{Client, json::Buffered},
    i18n::texts,
    pages::{
        Admin, Blocks, BookPage, ConductPage, First, Forgot, Guest, Home, Inbox, InvitePage, Later,
        Matching, MeetingPage, NewRoom, NotFound, Notices, Person, QuestionsPage, Reset, RoomPage,
        RoomSettingsPage, Rooms, Settings, SignUp, SpeedRounds, WishesPage,
    },
    protocol::{
        limits::STILL_SECS,
        snapshot::{Snapshot, Theme},
    },
    route::{Page, Route},
};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use std::sync::Arc;

/// The document around the application: rendered on the server only.
pub fn shell(options: LeptosOptions, address: String) -> impl IntoView {
    let route = Route::new(address);
    let is_live = route.page().is_live();
    provide_context(route);
    let scripts = is_live.then(|| {
        let options = options.clone();
        view! { <HydrationScripts options /> }
    });
    let body =
        if is_live { view! { <App /> }.into_any() } else { view! { <PlainApp /> }.into_any() };
    let snapshot = use_context::<Snapshot>().unwrap_or_default();
    let preferences = snapshot.preferences;
    // Where nothing is told by a socket the page asks, and by that its user is taken to be there.
    let waits =
        route.page() == Page::Match && snapshot.matching.is_some_and(|it| it.state.is_open());
    let refresh = waits.then(|| {
        let content = format!("{STILL_SECS}; url=/match?still");
        view! { <noscript><meta http-equiv="refresh" content=content /></noscript> }
    });
    let theme = match preferences.theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    };
    view! {
        <!DOCTYPE html>
        <html lang=texts(preferences.language).tag data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="theme-color" content="#1f7565" />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icon-192.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <AutoReload options=options.clone() />
                <HashedStylesheet id="leptos" options=options />
                {scripts}
                {refresh}
                <MetaTags />
            </head>
            <body>{body}</body>
        </html>
    }
}

/// The rooms, on both sides.
#[component]
pub fn App() -> impl IntoView {
    // The server's snapshot travels inside the page; the browser reads it from there.
    let snapshot =
        SharedValue::new(|| Buffered { value: use_context::<Snapshot>().unwrap_or_default() });
    let client = provide(snapshot.into_inner().value);
    let route = use_context::<Route>().unwrap_or_else(|| {
        let here = Route::here();
        provide_context(here);
        here
    });
    Effect::new(move |_| {
        route.listen();
        untrack(|| client.start());
    });
    // One room after another is the same page.
    let place = Memo::new(move |_| match route.page() {
        Page::Room(_) => 0,
        Page::Match => 1,
        _ => 2,
    });
    view! {
        {move || match place.get() {
            0 => view! { <RoomPage /> }.into_any(),
            1 => view! { <Matching /> }.into_any(),
            _ => view! { <Rooms /> }.into_any(),
        }}
    }
}

/// The pages that need no script, on the server only: none of this is in the browser's half.
#[component]
fn PlainApp() -> impl IntoView {
    provide(use_context::<Snapshot>().unwrap_or_default());
    match expect_context::<Route>().page() {
        Page::Home => view! { <Home /> }.into_any(),
        Page::SignUp => view! { <SignUp /> }.into_any(),
        Page::Guest => view! { <Guest /> }.into_any(),
        Page::Forgot => view! { <Forgot /> }.into_any(),
        Page::Reset => view! { <Reset /> }.into_any(),
        Page::Settings => view! { <Settings /> }.into_any(),
        Page::Inbox => view! { <Inbox /> }.into_any(),
        Page::Person(_) => view! { <Person /> }.into_any(),
        Page::Blocks => view! { <Blocks /> }.into_any(),
        Page::Later => view! { <Later /> }.into_any(),
        Page::Notices => view! { <Notices /> }.into_any(),
        Page::Admin => view! { <Admin /> }.into_any(),
        Page::NewRoom => view! { <NewRoom /> }.into_any(),
        Page::RoomSettings(_) => view! { <RoomSettingsPage /> }.into_any(),
        Page::Speed(_) => view! { <SpeedRounds /> }.into_any(),
        Page::Book(_) => view! { <BookPage /> }.into_any(),
        Page::Questions(_) => view! { <QuestionsPage /> }.into_any(),
        Page::Meeting(_) => view! { <MeetingPage /> }.into_any(),
        Page::Invite(_) => view! { <InvitePage /> }.into_any(),
        Page::Wishes => view! { <WishesPage /> }.into_any(),
        Page::Conduct => view! { <ConductPage /> }.into_any(),
        Page::Rooms | Page::Room(_) | Page::Match | Page::NotFound => {
            view! { <NotFound /> }.into_any()
        }
    }
}

/// Puts what every page needs into context.
fn provide(snapshot: Snapshot) -> Client {
    provide_meta_context();
    let first = First(Arc::new(snapshot));
    let client = Client::new(&first.0);
    provide_context(first);
    provide_context(client);
    client
}
