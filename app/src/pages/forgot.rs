//! `/forgot`: asks for a link by which a new password is chosen.

use super::First;
use crate::{
    client::Client,
    components::{DoorCard, FormNote},
    protocol::pages::Plain,
};
use leptos::prelude::*;

/// A form where links are mailed; elsewhere, whom to ask.
#[component]
pub fn Forgot() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let mails = first.plain == Plain::Forgot { mails: true };
    let lead = if mails { texts.account().forgot_lead } else { texts.door().forgot_text };
    view! {
        <DoorCard title=texts.door().forgot_title lead=lead>
            <FormNote />
            {mails.then(|| view! { <ForgotForm typed=first.typed.clone().unwrap_or_default() /> })}
            <a class="plain wide" rel="external" href="/sign-in">{texts.door().back_to_sign_in}</a>
        </DoorCard>
    }
}

#[component]
fn ForgotForm(typed: String) -> impl IntoView {
    let texts = expect_context::<Client>().texts.account();
    view! {
        <form method="post" action="/forgot">
            <label class="labelled">
                <span>{texts.name_or_email}</span>
                <input
                    class="field"
                    name="name"
                    required
                    autocomplete="username"
                    autocapitalize="none"
                    value=typed
                />
            </label>
            <button class="primary wide">{texts.forgot_send}</button>
        </form>
    }
}
