//! Any address that is no page's.

use crate::{client::Client, components::DoorCard};
use leptos::prelude::*;

/// Nothing here, and the way back.
#[component]
pub fn NotFound() -> impl IntoView {
    let client = expect_context::<Client>();
    let door = client.texts.door();
    view! {
        <DoorCard title=door.not_found_title lead=door.not_found_text>
            <a class="plain wide" rel="external" href="/">{door.to_rooms}</a>
        </DoorCard>
    }
}
