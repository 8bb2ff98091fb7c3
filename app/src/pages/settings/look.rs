//! Language and colours.

use crate::{
    client::{
        Client,
        browser::{language_value, theme_value},
    },
    pages::First,
    protocol::snapshot::{Language, Theme},
};
use leptos::prelude::*;

/// Which language, which colours.
#[component]
pub(super) fn LookForm() -> impl IntoView {
    let settings = expect_context::<Client>().texts.settings();
    let chosen = expect_context::<First>().0.preferences;
    let language = |it: Language, label: &'static str| {
        choice("language", language_value(it), label, chosen.language == it)
    };
    let theme = |it: Theme, label: &'static str| {
        choice("theme", theme_value(it), label, chosen.theme == it)
    };
    view! {
        <section class="settings-card">
            <h2>{settings.look}</h2>
            <form method="post" action="/settings/look">
                <fieldset class="choices">
                    <legend>{settings.language}</legend>
                    {language(Language::Ko, "한국어")}
                    {language(Language::En, "English")}
                </fieldset>
                <fieldset class="choices">
                    <legend>{settings.theme}</legend>
                    {theme(Theme::System, settings.theme_system)}
                    {theme(Theme::Light, settings.theme_light)}
                    {theme(Theme::Dark, settings.theme_dark)}
                </fieldset>
                <fieldset class="choices">
                    <legend>{settings.chime}</legend>
                    {choice("chime", "off", settings.off, !chosen.chime)}
                    {choice("chime", "on", settings.on, chosen.chime)}
                </fieldset>
                <button class="primary">{settings.save}</button>
            </form>
        </section>
    }
}

fn choice(
    name: &'static str,
    value: &'static str,
    label: &'static str,
    checked: bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name=name value=value checked=checked />
            <span>{label}</span>
        </label>
    }
}
