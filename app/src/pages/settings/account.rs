//! The name, the password, and a guest's way to an account.

use crate::{
    client::Client,
    pages::First,
    protocol::limits::{NAME_CHARS_MAX, NAME_CHARS_MIN, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
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
            <h2>{texts.settings.name}</h2>
            <form method="post" action="/settings/name">
                <label class="labelled">
                    <span>{texts.settings.name}</span>
                    <input
                        class="field"
                        name="name"
                        required
                        autocomplete="nickname"
                        aria-describedby="name-hint"
                        value=name
                    />
                </label>
                <p class="hint" id="name-hint">
                    {(texts.door.name_hint)(NAME_CHARS_MIN, NAME_CHARS_MAX)}
                </p>
                <button class="primary">{texts.settings.save}</button>
            </form>
        </section>
    }
}

/// A field for a new password.
#[component]
fn NewPassword(
    /// The name that the form has for it.
    name: &'static str,
    /// What it is called.
    label: &'static str,
) -> impl IntoView {
    let door = &expect_context::<Client>().texts.door;
    view! {
        <label class="labelled">
            <span>{label}</span>
            <input
                class="field"
                name=name
                type="password"
                required
                minlength=PASSWORD_CHARS_MIN.to_string()
                maxlength=PASSWORD_CHARS_MAX.to_string()
                autocomplete="new-password"
                aria-describedby="password-hint"
            />
        </label>
        <p class="hint" id="password-hint">{(door.password_hint)(PASSWORD_CHARS_MIN)}</p>
    }
}

/// Another password.
#[component]
pub(super) fn PasswordForm() -> impl IntoView {
    let settings = &expect_context::<Client>().texts.settings;
    view! {
        <section class="settings-card">
            <h2>{settings.password}</h2>
            <form method="post" action="/settings/password">
                <input type="hidden" autocomplete="username" value=my_name() />
                <label class="labelled">
                    <span>{settings.password_current}</span>
                    <input
                        class="field"
                        name="current"
                        type="password"
                        required
                        autocomplete="current-password"
                    />
                </label>
                <NewPassword name="password" label=settings.password_new />
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
            <h2>{texts.settings.account}</h2>
            <p>{texts.settings.account_lead}</p>
            <form method="post" action="/settings/account">
                <label class="labelled">
                    <span>{texts.settings.name}</span>
                    <input
                        class="field"
                        name="name"
                        required
                        autocomplete="username"
                        value=my_name()
                    />
                </label>
                <NewPassword name="password" label=texts.door.password />
                <button class="primary">{texts.settings.account_make}</button>
            </form>
        </section>
    }
}
