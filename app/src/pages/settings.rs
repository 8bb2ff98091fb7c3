//! `/settings`: name, look, password, logins, and the ways to notices and administration.

mod account;
mod logins;
mod look;
mod picture;
mod profile;

use super::First;
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle},
    protocol::{people::Role, powers::Power},
};
use account::{AccountForm, NameForm, PasswordForm};
use leptos::prelude::*;
use logins::Logins;
use look::LookForm;
use picture::PictureForm;
use profile::{EmailForm, OneLoginForm, ProfileForm};

/// All settings, each a plain form.
#[component]
pub fn Settings() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let role = first.me.as_ref().map_or(Role::Guest, |it| it.role);
    let password = if role == Role::Guest {
        view! { <AccountForm /> }.into_any()
    } else {
        view! {
            <PasswordForm />
            <EmailForm />
            <OneLoginForm />
        }
        .into_any()
    };
    let title = format!("{} · {}", texts.settings().title, texts.house.brand);
    view! {
        <PageTitle text=title />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{texts.settings().title}</h1>
                </header>
                <FormNote />
                <NameForm />
                <PictureForm />
                <ProfileForm />
                <LookForm />
                {password}
                <Logins />
                <p class="page__links">
                    <a href="/notices">{texts.house.notices}</a>
                    {role.may(Power::Oversee).then(|| view! { " · " <a href="/admin">{texts.house.admin}</a> })}
                </p>
            </main>
        </Frame>
    }
}
