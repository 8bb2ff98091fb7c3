//! The document, the router, and what is in context.

#![allow(unreachable_pub, reason = "the macro `component` writes a public function of its own")]

use crate::{
    client::Client,
    i18n::texts,
    pages::{First, Forgot, Guest, Home, NotFound, RoomPage, Rooms, Settings, SignUp},
    protocol::snapshot::{Snapshot, Theme},
};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};
use std::sync::Arc;

/// The document around the application: rendered on the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let preferences = use_context::<Snapshot>().unwrap_or_default().preferences;
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
                <HashedStylesheet id="leptos" options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The application, on both sides.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // The server's snapshot travels inside the page; the browser reads it from there.
    let snapshot = SharedValue::new(|| use_context::<Snapshot>().unwrap_or_default());
    let first = First(Arc::new(snapshot.into_inner()));
    let client = Client::new(&first.0);
    provide_context(first);
    provide_context(client);
    Effect::new(move |_| untrack(|| client.start()));
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Home />
                <Route path=path!("/sign-in") view=Home />
                <Route path=path!("/sign-up") view=SignUp />
                <Route path=path!("/guest") view=Guest />
                <Route path=path!("/forgot") view=Forgot />
                <Route path=path!("/rooms") view=Rooms />
                <Route path=path!("/rooms/:id") view=RoomPage />
                // Where a refused form leaves the browser.
                <Route path=path!("/rooms/:id/:verb") view=RoomPage />
                <Route path=path!("/settings") view=Settings />
                <Route path=path!("/settings/*verb") view=Settings />
            </Routes>
        </Router>
    }
}
