//! The document, the router, and what is in context.

#![allow(unreachable_pub, reason = "the macro `component` writes a public function of its own")]

use crate::{
    client::{Client, browser, json::Buffered},
    i18n::texts,
    pages::{First, Forgot, Guest, Home, NotFound, RoomPage, Rooms, Settings, SignUp},
    protocol::snapshot::{Snapshot, Theme},
};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    path,
};
use std::sync::Arc;

/// How a page works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It goes on in the browser: the rooms.
    Live,
    /// It is forms and links only, and comes without a script: all others.
    Plain,
}

impl Manner {
    /// The manner of the page at that path.
    pub fn of(path: &str) -> Self {
        let path = path.split('?').next().unwrap_or(path);
        let is_room = path == "/rooms" || path.starts_with("/rooms/");
        if is_room { Self::Live } else { Self::Plain }
    }
}

/// The document around the application: rendered on the server only.
pub fn shell(options: LeptosOptions, manner: Manner) -> impl IntoView {
    let scripts = (manner == Manner::Live).then(|| {
        let options = options.clone();
        view! { <HydrationScripts options /> }
    });
    let body = match manner {
        Manner::Live => view! { <App /> }.into_any(),
        Manner::Plain => view! { <PlainApp /> }.into_any(),
    };
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
                <HashedStylesheet id="leptos" options=options />
                {scripts}
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
    Effect::new(move |_| untrack(|| client.start()));
    view! {
        <Router>
            <FlatRoutes fallback=Elsewhere>
                <Route path=path!("/rooms") view=Rooms />
                <Route path=path!("/rooms/:id") view=RoomPage />
                // Where a refused form leaves the browser.
                <Route path=path!("/rooms/:id/:verb") view=RoomPage />
            </FlatRoutes>
        </Router>
    }
}

/// The pages that need no script, on the server only: none of this is in the browser's half.
#[component]
fn PlainApp() -> impl IntoView {
    provide(use_context::<Snapshot>().unwrap_or_default());
    view! {
        <Router>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=Home />
                <Route path=path!("/sign-in") view=Home />
                <Route path=path!("/sign-up") view=SignUp />
                <Route path=path!("/guest") view=Guest />
                <Route path=path!("/forgot") view=Forgot />
                <Route path=path!("/settings") view=Settings />
                // Where a refused form leaves the browser.
                <Route path=path!("/settings/*verb") view=Settings />
            </FlatRoutes>
        </Router>
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

/// A link of this site that is none of the rooms: the server's page is loaded.
#[component]
fn Elsewhere() -> impl IntoView {
    Effect::new(|_| browser::reload());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rooms_are_live() {
        for (path, manner) in [
            ("/rooms", Manner::Live),
            ("/rooms/plaza?x=1", Manner::Live),
            ("/rooms/plaza/say", Manner::Live),
            ("/roomserver", Manner::Plain),
            ("/", Manner::Plain),
            ("/settings", Manner::Plain),
        ] {
            assert_eq!(Manner::of(path), manner, "{path}");
        }
    }
}
