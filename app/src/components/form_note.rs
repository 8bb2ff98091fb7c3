//! What came of the form that led to a page.

use crate::{client::Client, pages::First};
use leptos::prelude::*;

/// Why the form was refused, or what it did; nothing when no form led here.
#[component]
pub fn FormNote() -> impl IntoView {
    let first = expect_context::<First>().0;
    let texts = expect_context::<Client>().texts;
    if let Some(reason) = first.refused {
        let text = (texts.refusal)(reason);
        return view! { <p class="form-note" role="alert" data-tone="bad">{text}</p> }.into_any();
    }
    first.done.map_or_else(
        || ().into_any(),
        |done| {
            let text = (texts.done)(done);
            view! { <p class="form-note" role="status" data-tone="good">{text}</p> }.into_any()
        },
    )
}
