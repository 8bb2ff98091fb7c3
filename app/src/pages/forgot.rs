//! `/forgot`: whom to ask for a new password.

use crate::{client::Client, components::DoorCard};
use leptos::prelude::*;

/// There is no e-mail: whoever runs the server sets a new password.
#[component]
pub fn Forgot() -> impl IntoView {
    let door = &expect_context::<Client>().texts.door;
    view! {
        <DoorCard title=door.forgot_title lead=door.forgot_text>
            <a class="plain wide" rel="external" href="/sign-in">{door.back_to_sign_in}</a>
        </DoorCard>
    }
}
