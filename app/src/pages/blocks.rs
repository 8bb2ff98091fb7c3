//! `/blocks`: whom one has blocked.

use super::First;
use crate::{
    client::Client,
    components::{Avatar, FormNote, Frame, MenuButton, PageTitle},
    i18n::{People, people},
    protocol::pages::{Blocked, Plain},
};
use leptos::prelude::*;

/// The blocked, each with a button that ends it.
#[component]
pub fn Blocks() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = people(first.preferences.language);
    let blocks = match &first.plain {
        Plain::Blocks(blocks) => blocks.clone(),
        _ => Vec::new(),
    };
    let list = if blocks.is_empty() {
        view! { <p class="page__empty">{words.no_blocks}</p> }.into_any()
    } else {
        let lines = blocks.into_iter().map(|it| line(it, words)).collect_view();
        view! { <ul class="plain-list">{lines}</ul> }.into_any()
    };
    view! {
        <PageTitle text=format!("{} · {}", words.blocks, texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{words.blocks}</h1>
                </header>
                <p class="page__lead">{words.blocks_lead}</p>
                <FormNote />
                {list}
                <p class="page__links">
                    <a href="/inbox">{words.to_inbox}</a>
                </p>
            </main>
        </Frame>
    }
}

fn line(blocked: Blocked, words: &'static People) -> impl IntoView {
    let client = expect_context::<Client>();
    let zone_min = client.zone_min.get_untracked();
    let since = client.texts.day_of(blocked.at, client.opened_at, zone_min);
    let label = format!("{}: {}", words.unblock, blocked.name);
    let name = blocked.name.clone();
    let name = if blocked.masked {
        // Nobody knows who it was.
        view! { <b>{name}</b> }.into_any()
    } else {
        view! { <a href=format!("/people/{}", blocked.id)>{name}</a> }.into_any()
    };
    view! {
        <li class="plain-list__line">
            <Avatar user=blocked.id name=blocked.name.clone() />
            <p>
                {name}
                <span>{(words.blocked_since)(&since)}</span>
            </p>
            <form method="post" action=format!("/people/{}/unblock", blocked.id)>
                <input type="hidden" name="back" value="/blocks" />
                <button class="ghost" aria-label=label>{words.unblock}</button>
            </form>
        </li>
    }
}
