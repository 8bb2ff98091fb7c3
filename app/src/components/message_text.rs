//! What somebody wrote: text nodes and safe links, nothing else.

use crate::client::links::{Piece, pieces};
use leptos::prelude::*;

/// A text with its addresses as links.
#[component]
pub fn MessageText(
    /// The text.
    text: String,
) -> impl IntoView {
    pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Link(address) => view! {
                <a
                    class="message-link"
                    href=address.to_owned()
                    target="_blank"
                    rel="noopener nofollow ugc"
                >
                    {address.to_owned()}
                </a>
            }
            .into_any(),
        })
        .collect_view()
}
