//! `/reset?token=`: where a link for a forgotten password leads.

use super::First;
use crate::{
    client::Client,
    components::{DoorCard, FormNote, NewPasswordField},
    protocol::refusal::Refusal,
    route::Route,
};
use leptos::prelude::*;

/// A form for another password; a link that is over leads back to where it was asked for.
#[component]
pub fn Reset() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let is_over = expect_context::<First>().0.refused == Some(Refusal::LinkOver);
    let inside = if is_over {
        view! { <a class="plain wide" rel="external" href="/forgot">{texts.account().reset_again}</a> }
            .into_any()
    } else {
        view! { <ResetForm /> }.into_any()
    };
    let lead = if is_over { "" } else { texts.account().reset_lead };
    view! {
        <DoorCard title=texts.account().reset_title lead=lead>
            <FormNote />
            {inside}
        </DoorCard>
    }
}

#[component]
fn ResetForm() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let token = expect_context::<Route>().query("token").unwrap_or_default();
    view! {
        <form method="post" action="/reset">
            <input type="hidden" name="token" value=token />
            <NewPasswordField label=texts.settings().password_new />
            <button class="primary wide">{texts.account().reset_set}</button>
        </form>
    }
}
