//! `/match/standing`: what counts for or against one when people are matched, and when it is
//! forgotten.

use super::First;
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle},
    i18n::{Standings, standings},
    protocol::{
        ids::Millis,
        matching::{Conduct, ConductPart},
        pages::Plain,
    },
};
use leptos::prelude::*;

/// The score, what it is made of, and the rules.
#[component]
pub fn ConductPage() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = standings(first.preferences.language);
    let conduct = match &first.plain {
        Plain::Conduct(it) => (**it).clone(),
        _ => Conduct::default(),
    };
    let pause = conduct.until.map(|until| {
        view! { <p class="form-note" data-tone="bad">{(words.pause)(&moment(until))}</p> }
    });
    let parts = if conduct.parts.is_empty() {
        view! { <p>{words.clean}</p> }.into_any()
    } else {
        let lines = conduct.parts.into_iter().map(|it| line(it, words)).collect_view();
        view! { <ul class="conduct__parts">{lines}</ul> }.into_any()
    };
    let rules = words.rules.iter().map(|it| view! { <p class="hint">{*it}</p> }).collect_view();
    view! {
        <PageTitle text=format!("{} · {}", words.title, texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{words.title}</h1>
                </header>
                <p class="page__lead">{words.lead}</p>
                <FormNote />
                {pause}
                <section class="settings-card conduct">
                    <h2>{(words.score)(conduct.score)}</h2>
                    {parts}
                    {rules}
                </section>
                <p class="page__links"><a href="/match/wishes">{words.to_wishes}</a></p>
            </main>
        </Frame>
    }
}

/// What deeds of one kind do, why, and until when.
fn line(part: ConductPart, words: &'static Standings) -> impl IntoView {
    let facts = [
        (words.times)(part.deeds),
        (words.points)(part.points),
        (words.forgotten)(&moment(part.until)),
    ];
    view! {
        <li>
            <b>{(words.kind)(part.kind)}</b>
            <br />
            {facts.join(" · ")}
            <br />
            <span class="hint">{(words.why)(part.kind)}</span>
        </li>
    }
}

/// A moment by the reader's clock.
pub(super) fn moment(at: Millis) -> String {
    let client = expect_context::<Client>();
    client.texts.moment(at, client.opened_at, client.zone_min.get_untracked())
}
