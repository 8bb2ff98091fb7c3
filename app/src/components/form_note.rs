//! What came of the form that led to a page.

use crate::{client::Client, pages::First, protocol::pages::Plain};
use leptos::prelude::*;

/// Why the form was refused, or what it did; nothing when no form led here.
#[component]
pub fn FormNote() -> impl IntoView {
    let first = expect_context::<First>().0;
    let client = expect_context::<Client>();
    let texts = client.texts;
    if let Some(reason) = first.refused {
        let zone_min = client.zone_min.get_untracked();
        let text = texts.refusal_at(reason, client.opened_at, zone_min);
        let why = match &first.plain {
            Plain::Banned(why) if !why.is_empty() => {
                let why = (texts.rooms.outside.reason)(why);
                Some(view! { <br /> {why} })
            }
            _ => None,
        };
        let note = view! { <p class="form-note" role="alert" data-tone="bad">{text} {why}</p> };
        return note.into_any();
    }
    first.done.map_or_else(
        || ().into_any(),
        |done| {
            let text = (texts.done)(done);
            view! { <p class="form-note" role="status" data-tone="good">{text}</p> }.into_any()
        },
    )
}
