//! What stands around every page of a signed-in user.

use super::{HelpDialog, JumpDialog, NoticeBanner, Sidebar, address};
use crate::{client::Client, route::Route};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Sidebar, dialogs and keys around a page.
#[component]
pub fn Frame(
    /// The page: a `main`, and what stands beside it.
    children: Children,
) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let jump = RwSignal::new(false);
    let help = RwSignal::new(false);
    listen_for_keys(jump, help);
    view! {
        <div class="frame">
            <a class="skip" href="#main" rel="external">{texts.house.skip_to_main}</a>
            <Sidebar jump />
            {children()}
            <NoticeBanner />
            <JumpDialog open=jump />
            <HelpDialog open=help />
        </div>
    }
}

fn listen_for_keys(jump: RwSignal<bool>, help: RwSignal<bool>) {
    let client = expect_context::<Client>();
    let route = expect_context::<Route>();
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let command = event.ctrl_key() || event.meta_key();
            let key = event.key();
            if command && key.eq_ignore_ascii_case("k") {
                jump.set(true);
            } else if command && key == "/" || key == "?" && !is_typing(&event) {
                help.set(true);
            } else if event.alt_key() && event.shift_key() && key == "ArrowDown" {
                if let Some(next) = next_unread(client) {
                    route.go(&next);
                }
            } else {
                return;
            }
            event.prevent_default();
        });
        on_cleanup(move || listener.remove());
    });
}

/// The key goes into a field.
fn is_typing(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    target.is_some_and(|it| matches!(it.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// The address of the next channel with news, after the one shown and around.
fn next_unread(client: Client) -> Option<String> {
    untrack(|| {
        let rooms = client.rooms.read();
        let shown = client.room_id();
        let from = rooms.iter().position(|it| Some(it.id) == shown).map_or(0, |it| it + 1);
        let (before, after) = rooms.split_at(from.min(rooms.len()));
        after.iter().chain(before).find(|it| client.is_unread(it)).map(address)
    })
}
