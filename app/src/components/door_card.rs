//! The card that the account pages are written on.

use super::{Icon, PageTitle, Picture};
use crate::{
    client::{
        Client,
        browser::{language_value, theme_value},
    },
    pages::First,
    protocol::snapshot::Language,
    route::Route,
};
use leptos::prelude::*;

/// A card in the middle of an empty page, with the choice of language under it.
#[component]
pub fn DoorCard(
    /// The heading.
    title: &'static str,
    /// The sentence under it.
    lead: &'static str,
    /// The form, or whatever the page is for.
    children: Children,
) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let page_title = format!("{title} · {}", texts.house.brand);
    view! {
        <PageTitle text=page_title />
        <div class="door">
            <main class="door-card">
                <p class="brand">
                    <Icon picture=Picture::House />
                    {texts.house.brand}
                </p>
                <h1>{title}</h1>
                <p class="door-card__lead">{lead}</p>
                {children()}
            </main>
            <LanguageForm />
        </div>
    }
}

/// The languages, each by its own name.
#[component]
fn LanguageForm() -> impl IntoView {
    let preferences = expect_context::<First>().0.preferences;
    let path = expect_context::<Route>().address();
    let choice = move |language: Language, name: &'static str| {
        let is_chosen = preferences.language == language;
        let value = language_value(language);
        view! {
            <button
                name="language"
                value=value
                lang=value
                aria-pressed=is_chosen.to_string()
            >
                {name}
            </button>
        }
    };
    view! {
        <form class="language-form" method="post" action="/settings/look">
            <input type="hidden" name="theme" value=theme_value(preferences.theme) />
            <input type="hidden" name="back" value=path />
            {choice(Language::Ko, "한국어")}
            {choice(Language::En, "English")}
        </form>
    }
}
