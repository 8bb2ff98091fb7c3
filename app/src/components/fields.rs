//! The fields for names and passwords, the same on every form.

use crate::{
    client::Client,
    protocol::limits::{NAME_CHARS_MAX, NAME_CHARS_MIN, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
};
use leptos::prelude::*;

/// A name that the user has already.
#[component]
pub fn NameField(
    /// What it is called.
    label: &'static str,
    /// What browsers take it for: `username` where a password goes with it, else `nickname`.
    autocomplete: &'static str,
    /// What stands in it.
    value: String,
) -> impl IntoView {
    view! {
        <label class="labelled">
            <span>{label}</span>
            <input
                class="field"
                name="name"
                required
                autocomplete=autocomplete
                autocapitalize="none"
                value=value
            />
        </label>
    }
}

/// A name that the user chooses, with what names may be.
#[component]
pub fn NewNameField(
    /// What it is called.
    label: &'static str,
    /// As for [`NameField`].
    autocomplete: &'static str,
    /// What stands in it.
    value: String,
) -> impl IntoView {
    let door = expect_context::<Client>().texts.door();
    view! {
        <label class="labelled">
            <span>{label}</span>
            <input
                class="field"
                name="name"
                required
                autocomplete=autocomplete
                aria-describedby="name-hint"
                value=value
            />
        </label>
        <p class="hint" id="name-hint">{(door.name_hint)(NAME_CHARS_MIN, NAME_CHARS_MAX)}</p>
    }
}

/// The password that the user has.
#[component]
pub fn PasswordField(
    /// The name that the form has for it.
    name: &'static str,
    /// What it is called.
    label: &'static str,
) -> impl IntoView {
    view! {
        <label class="labelled">
            <span>{label}</span>
            <input
                class="field"
                name=name
                type="password"
                required
                autocomplete="current-password"
            />
        </label>
    }
}

/// A password that the user chooses, with what passwords may be.
#[component]
pub fn NewPasswordField(
    /// What it is called.
    label: &'static str,
) -> impl IntoView {
    let door = expect_context::<Client>().texts.door();
    view! {
        <label class="labelled">
            <span>{label}</span>
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
    }
}

/// What stands in a `textarea` when its page is made. Leptos writes it into the page as it is, so
/// that without this it could end the field and go on as markup. In the browser it is plain text.
pub fn area_text(text: &str) -> String {
    if cfg!(feature = "ssr") {
        text.replace('&', "&amp;").replace('<', "&lt;")
    } else {
        text.to_owned()
    }
}
