//! `/guest`: comes in without a password.

use super::{First, door_link, next_address};
use crate::{
    client::Client,
    components::{DoorCard, FormNote, NewNameField},
};
use leptos::prelude::*;

/// A name is enough.
#[component]
pub fn Guest() -> impl IntoView {
    let door = expect_context::<Client>().texts.door();
    let typed = expect_context::<First>().0.typed.clone().unwrap_or_default();
    view! {
        <DoorCard title=door.guest_title lead=door.guest_lead>
            <FormNote />
            <form method="post" action="/guest">
                <input type="hidden" name="next" value=next_address() />
                <NewNameField label=door.name autocomplete="nickname" value=typed />
                <button class="primary wide">{door.guest_enter}</button>
            </form>
            <p class="door-card__foot">
                <a rel="external" href=door_link("/sign-in")>{door.back_to_sign_in}</a>
            </p>
        </DoorCard>
    }
}
