//! What one tells of oneself, and how one is reached and signed in.

use crate::{
    client::Client,
    components::{PasswordField, area_text},
    pages::First,
    protocol::{
        limits::{ABOUT_CHARS_MAX, INTEREST_CHARS_MAX, INTERESTS_MAX},
        pages::{Own, Plain},
        people::ByHand,
        profile::LANGUAGES,
    },
};
use leptos::prelude::*;

/// What is known of oneself.
fn own() -> Own {
    match &expect_context::<First>().0.plain {
        Plain::Settings(own) => (**own).clone(),
        _ => Own::default(),
    }
}

/// Some sentences, languages, interests, and presence by hand.
#[component]
pub(super) fn ProfileForm() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let account = texts.account();
    let Own { about, languages, interests, presence, .. } = own();
    let box_of = move |(tag, name): (&'static str, &'static str)| {
        let checked = languages.iter().any(|it| it == tag);
        view! {
            <label class="choice">
                <input type="checkbox" name=format!("language-{tag}") value="1" checked=checked />
                <span lang=tag>{name}</span>
            </label>
        }
    };
    view! {
        <section class="settings-card">
            <h2>{account.profile}</h2>
            <p>{account.profile_lead}</p>
            <form method="post" action="/settings/profile">
                <label class="labelled">
                    <span>{account.about}</span>
                    <textarea
                        class="field"
                        name="about"
                        rows="4"
                        maxlength=ABOUT_CHARS_MAX.to_string()
                        aria-describedby="about-hint"
                    >
                        {area_text(&about)}
                    </textarea>
                </label>
                <p class="hint" id="about-hint">{(account.about_hint)(ABOUT_CHARS_MAX)}</p>
                <fieldset class="choices">
                    <legend>{account.languages}</legend>
                    {LANGUAGES.map(box_of).into_iter().collect_view()}
                </fieldset>
                <label class="labelled">
                    <span>{account.interests}</span>
                    <input
                        class="field"
                        name="interests"
                        value=interests.join(", ")
                        aria-describedby="interests-hint"
                    />
                </label>
                <p class="hint" id="interests-hint">
                    {(account.interests_hint)(INTERESTS_MAX, INTEREST_CHARS_MAX)}
                </p>
                <PresenceChoices chosen=presence />
                <button class="primary">{texts.settings().save}</button>
            </form>
        </section>
    }
}

#[component]
fn PresenceChoices(chosen: ByHand) -> impl IntoView {
    let account = expect_context::<Client>().texts.account();
    let choice = |it: ByHand| {
        let label = match it {
            ByHand::Auto => account.presence_auto,
            ByHand::Away => account.presence_away,
            ByHand::Busy => account.presence_busy,
        };
        view! {
            <label class="choice">
                <input type="radio" name="presence" value=it.name() checked=it == chosen />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choices">
            <legend>{account.presence}</legend>
            {ByHand::ALL.map(choice).into_iter().collect_view()}
        </fieldset>
    }
}

/// The e-mail address, with the password that one has.
#[component]
pub(super) fn EmailForm() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    view! {
        <section class="settings-card">
            <h2>{texts.account().email}</h2>
            <p>{texts.account().email_lead}</p>
            <form method="post" action="/settings/email">
                <label class="labelled">
                    <span>{texts.account().email}</span>
                    <input
                        class="field"
                        type="email"
                        name="email"
                        autocomplete="email"
                        value=own().email.unwrap_or_default()
                    />
                </label>
                <PasswordField name="current" label=texts.settings().password_current />
                <button class="primary">{texts.settings().save}</button>
            </form>
        </section>
    }
}

/// Whether a new login ends the others.
#[component]
pub(super) fn OneLoginForm() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let Own { one_login, one_login_for_all, .. } = own();
    let inside = if one_login_for_all {
        view! { <p class="hint">{texts.account().one_login_for_all}</p> }.into_any()
    } else {
        view! {
            <form method="post" action="/settings/one-login">
                <label class="choice">
                    <input type="checkbox" name="one_login" value="true" checked=one_login />
                    <span>{texts.account().one_login_choice}</span>
                </label>
                <button class="primary">{texts.settings().save}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="settings-card">
            <h2>{texts.account().one_login}</h2>
            <p>{texts.account().one_login_lead}</p>
            {inside}
        </section>
    }
}
