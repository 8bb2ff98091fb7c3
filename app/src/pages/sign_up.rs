//! `/sign-up`: makes an account.

use super::{First, door_link, next_address};
use crate::{
    client::Client,
    components::{DoorCard, FormNote},
    protocol::limits::{NAME_CHARS_MAX, NAME_CHARS_MIN, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
};
use leptos::prelude::*;

/// A name and a password.
#[component]
pub fn SignUp() -> impl IntoView {
    let door = &expect_context::<Client>().texts.door;
    let typed = expect_context::<First>().0.typed.clone().unwrap_or_default();
    view! {
        <DoorCard title=door.sign_up_title lead=door.sign_up_lead>
            <FormNote />
            <form method="post" action="/sign-up">
                <input type="hidden" name="next" value=next_address() />
                <label class="labelled">
                    <span>{door.name}</span>
                    <input
                        class="field"
                        name="name"
                        required
                        autocomplete="username"
                        autocapitalize="none"
                        aria-describedby="name-hint"
                        value=typed
                    />
                </label>
                <p class="hint" id="name-hint">
                    {(door.name_hint)(NAME_CHARS_MIN, NAME_CHARS_MAX)}
                </p>
                <label class="labelled">
                    <span>{door.password}</span>
                    <input
                        class="field"
                        name="password"
                        type="password"
                        required
                        minlength=PASSWORD_CHARS_MIN.to_string()
                        maxlength=PASSWORD_CHARS_MAX.to_string()
                        autocomplete="new-password"
                        aria-describedby="password-hint"
                    />
                </label>
                <p class="hint" id="password-hint">{(door.password_hint)(PASSWORD_CHARS_MIN)}</p>
                <button class="primary wide">{door.sign_up}</button>
            </form>
            <p class="door-card__foot">
                {door.have_account} " "
                <a rel="external" href=door_link("/sign-in")>{door.sign_in}</a>
            </p>
        </DoorCard>
    }
}
