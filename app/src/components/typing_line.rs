//! Who types.

use super::lively::says;
use crate::client::Client;
use leptos::prelude::*;

/// The names of those who type in the room shown.
#[component]
pub fn TypingLine() -> impl IntoView {
    let client = expect_context::<Client>();
    let text = move || {
        let names: Vec<String> = client.typists.read().iter().map(|it| it.name.clone()).collect();
        (client.texts.room.typing)(&names)
    };
    view! { <p class="typing-line" aria-live="polite">{says(text)}</p> }
}
