//! The sign-in card: `/` and `/sign-in`.

use super::{First, door_link, next_address};
use crate::{
    client::Client,
    components::{DoorCard, FormNote, NameField, PasswordField},
};
use leptos::prelude::*;

/// Come in: by name and password, or by one of the other doors.
#[component]
pub fn Home() -> impl IntoView {
    let door = expect_context::<Client>().texts.door();
    let typed = expect_context::<First>().0.typed.clone().unwrap_or_default();
    view! {
        <DoorCard title=door.come_in lead=door.lead>
            <FormNote />
            <form method="post" action="/sign-in">
                <input type="hidden" name="next" value=next_address() />
                <NameField label=door.name autocomplete="username" value=typed />
                <PasswordField name="password" label=door.password />
                <button class="primary wide">{door.sign_in}</button>
            </form>
            <a class="plain wide" rel="external" href=door_link("/guest")>{door.as_guest}</a>
            <p class="door-card__foot">
                {door.new_here} " "
                <a rel="external" href=door_link("/sign-up")>{door.make_account}</a> " · "
                <a rel="external" href="/forgot">{door.forgot}</a>
            </p>
        </DoorCard>
    }
}
