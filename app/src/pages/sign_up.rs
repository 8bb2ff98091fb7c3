//! `/sign-up`: makes an account.

use super::{First, door_link, next_address};
use crate::{
    client::Client,
    components::{DoorCard, FormNote, NewNameField, NewPasswordField},
};
use leptos::prelude::*;

/// A name and a password.
#[component]
pub fn SignUp() -> impl IntoView {
    let door = expect_context::<Client>().texts.door();
    let typed = expect_context::<First>().0.typed.clone().unwrap_or_default();
    view! {
        <DoorCard title=door.sign_up_title lead=door.sign_up_lead>
            <FormNote />
            <form method="post" action="/sign-up">
                <input type="hidden" name="next" value=next_address() />
                <NewNameField label=door.name autocomplete="username" value=typed />
                <NewPasswordField label=door.password />
                <button class="primary wide">{door.sign_up}</button>
            </form>
            <p class="door-card__foot">
                {door.have_account} " "
                <a rel="external" href=door_link("/sign-in")>{door.sign_in}</a>
            </p>
        </DoorCard>
    }
}
