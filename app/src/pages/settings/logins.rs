//! Where one is signed in.

use crate::{
    client::Client,
    pages::First,
    protocol::{people::Role, snapshot::LoginSummary},
};
use leptos::prelude::*;

/// One's logins, each with a button that ends it.
#[component]
pub(super) fn Logins() -> impl IntoView {
    let settings = expect_context::<Client>().texts.settings();
    let first = expect_context::<First>().0;
    let is_guest = first.me.as_ref().is_some_and(|it| it.role == Role::Guest);
    let has_others = first.logins.iter().any(|it| !it.current);
    let lines = first.logins.iter().cloned().map(login_line).collect_view();
    let end_others = has_others.then(|| {
        view! {
            <form method="post" action="/settings/logins/end-others">
                <button class="plain">{settings.login_end_others}</button>
            </form>
        }
    });
    view! {
        <section class="settings-card">
            <h2>{settings.logins}</h2>
            <p>{settings.logins_lead}</p>
            <ul class="logins">{lines}</ul>
            <div class="settings-card__row">
                {end_others}
                <form method="post" action="/sign-out">
                    <button class="plain">{settings.sign_out}</button>
                </form>
            </div>
            {is_guest.then(|| view! { <p class="hint">{settings.sign_out_guest}</p> })}
        </section>
    }
}

fn login_line(login: LoginSummary) -> impl IntoView {
    let client = expect_context::<Client>();
    let (texts, settings) = (client.texts, client.texts.settings());
    let moment = move |at| texts.moment(at, client.opened_at, client.zone_min.get());
    let agent =
        if login.agent.is_empty() { settings.login_unknown.to_owned() } else { login.agent };
    let end = if login.current {
        view! { <span class="tag">{settings.login_this}</span> }.into_any()
    } else {
        let action = format!("/settings/logins/{}/end", login.id);
        view! {
            <form method="post" action=action>
                <button class="ghost">{settings.login_end}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="logins__line">
            <p>
                <b>{agent}</b>
                <span>
                    {move || (settings.login_since)(&moment(login.since))} " · "
                    {move || (settings.login_seen)(&moment(login.seen))}
                </span>
            </p>
            {end}
        </li>
    }
}
