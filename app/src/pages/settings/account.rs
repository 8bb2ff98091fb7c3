//! The name, the password, and a guest's way to an account.

use crate::{
    client::Client,
    components::{NameField, NewNameField, NewPasswordField, PasswordField},
    pages::First,
};
use leptos::prelude::*;

/// The user's own name.
fn my_name() -> String {
    expect_context::<First>().0.me.as_ref().map(|it| it.name.clone()).unwrap_or_default()
}

/// What one is called.
#[component]
pub(super) fn NameForm() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let name = first.typed.clone().unwrap_or_else(my_name);
    view! {
        <section class="settings-card">
            <h2>{texts.settings().name}</h2>
            <form method="post" action="/settings/name">
                <NewNameField label=texts.settings().name autocomplete="nickname" value=name />
                <button class="primary">{texts.settings().save}</button>
            </form>
        </section>
    }
}

/// Another password.
#[component]
pub(super) fn PasswordForm() -> impl IntoView {
    let settings = expect_context::<Client>().texts.settings();
    view! {
        <section class="settings-card">
            <h2>{settings.password}</h2>
            <form method="post" action="/settings/password">
                <input type="hidden" autocomplete="username" value=my_name() />
                <PasswordField name="current" label=settings.password_current />
                <NewPasswordField label=settings.password_new />
                <button class="primary">{settings.password_change}</button>
            </form>
        </section>
    }
}

/// A guest becomes an account.
#[component]
pub(super) fn AccountForm() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    view! {
        <section class="settings-card">
            <h2>{texts.settings().account}</h2>
            <p>{texts.settings().account_lead}</p>
            <form method="post" action="/settings/account">
                <NameField label=texts.settings().name autocomplete="username" value=my_name() />
                <NewPasswordField label=texts.door().password />
                <button class="primary">{texts.settings().account_make}</button>
            </form>
        </section>
    }
}
