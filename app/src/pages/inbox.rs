//! `/inbox`: the direct rooms, and above them who asks to write.

use super::First;
use crate::{
    client::Client,
    components::{Avatar, FormNote, Frame, MenuButton, PageTitle},
    i18n::{People, people},
    protocol::{
        pages::{Plain, Talk},
        room::Request,
    },
};
use leptos::prelude::*;

/// Requests and conversations, each with what was said last.
#[component]
pub fn Inbox() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = people(first.preferences.language);
    let talks = match &first.plain {
        Plain::Inbox(talks) => talks.clone(),
        _ => Vec::new(),
    };
    let (asking, talks): (Vec<Talk>, Vec<Talk>) =
        talks.into_iter().partition(|it| it.room.request == Request::Received);
    let requests = (!asking.is_empty()).then(|| {
        let lines = asking.into_iter().map(|it| request_card(it, words)).collect_view();
        view! {
            <section class="talks">
                <h2>{words.requests}</h2>
                <ul>{lines}</ul>
            </section>
        }
    });
    let talks = if talks.is_empty() {
        view! { <p class="page__empty">{words.no_talks}</p> }.into_any()
    } else {
        let lines = talks.into_iter().map(|it| talk_line(it, words)).collect_view();
        view! { <ul>{lines}</ul> }.into_any()
    };
    view! {
        <PageTitle text=format!("{} · {}", words.inbox, texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{words.inbox}</h1>
                </header>
                <p class="page__lead">{words.inbox_lead}</p>
                <FormNote />
                {requests}
                <section class="talks">
                    <h2>{words.talks}</h2>
                    {talks}
                </section>
                <p class="page__links">
                    <a href="/blocks">{words.blocks}</a>
                    " · "
                    <a href="/later">{words.planned}</a>
                </p>
            </main>
        </Frame>
    }
}

/// Somebody who asks to write: their words, and the answers.
fn request_card(talk: Talk, words: &'static People) -> impl IntoView {
    let direct = &expect_context::<Client>().texts.direct;
    let answer = format!("/rooms/{}/answer", talk.room.id);
    view! {
        <li class="talks__request">
            {talk_link(&talk, words)}
            <form class="talks__answers" method="post" action=answer>
                <button class="primary" name="answer" value="accept">{direct.accept}</button>
                <button class="plain" name="answer" value="refuse">{direct.refuse}</button>
                {talk.room.peer.map(|peer| view! {
                    <a class="plain" href=format!("/people/{peer}")>{direct.profile}</a>
                })}
            </form>
        </li>
    }
}

fn talk_line(talk: Talk, words: &'static People) -> impl IntoView {
    view! { <li>{talk_link(&talk, words)}</li> }
}

/// The other, what was said last, and when; it leads to the room.
fn talk_link(talk: &Talk, words: &'static People) -> impl IntoView + use<> {
    let client = expect_context::<Client>();
    let me = client.me.get_untracked().map(|it| it.id);
    let name = talk.room.name.clone();
    let picture = talk.picture.clone();
    let avatar = talk.room.peer.map(|peer| {
        let presence = talk.presence.is_seen().then_some(talk.presence);
        view! { <Avatar user=peer name=name.clone() presence picture /> }
    });
    let (said, when) = match &talk.last {
        Some(last) => {
            let said =
                if Some(last.author) == me { (words.by_me)(&last.text) } else { last.text.clone() };
            let zone_min = client.zone_min.get_untracked();
            (said, client.texts.moment(last.at, client.opened_at, zone_min))
        }
        None => (words.no_words.to_owned(), String::new()),
    };
    let waits = (talk.room.request == Request::Sent)
        .then(|| view! { <span class="tag">{words.waits}</span> });
    let unread = talk.unread.then(|| view! { <span class="tag tag--new">{words.unread}</span> });
    view! {
        <a class="talks__link" href=format!("/rooms/{}", talk.room.id)>
            {avatar}
            <span class="talks__name">{name} " " {waits} {unread}</span>
            <time class="talks__time">{when}</time>
            <span class="talks__words">{said}</span>
        </a>
    }
}
