//! `/notices`: what one was told about oneself and one's reports.

use super::First;
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle},
    i18n::{Order, order},
    protocol::{order::Notice, pages::Plain},
};
use leptos::prelude::*;

/// All notices, each with a button by which one says that one has read it.
#[component]
pub fn Notices() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = order(first.preferences.language);
    let notices = match &first.plain {
        Plain::Notices(notices) => notices.clone(),
        _ => Vec::new(),
    };
    let body = if notices.is_empty() {
        view! { <p class="page__empty">{words.no_notices}</p> }.into_any()
    } else {
        let lines = notices.into_iter().map(|it| card(it, words)).collect_view();
        view! { <ul class="notices">{lines}</ul> }.into_any()
    };
    view! {
        <PageTitle text=format!("{} · {}", words.notices, texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{words.notices}</h1>
                </header>
                <p class="page__lead">{words.notices_lead}</p>
                <FormNote />
                {body}
            </main>
        </Frame>
    }
}

fn card(notice: Notice, words: &'static Order) -> impl IntoView {
    let client = expect_context::<Client>();
    let moment = |at| client.texts.moment(at, client.opened_at, client.zone_min.get_untracked());
    let until = notice.until.map(|until| {
        let end = (until.0 < i64::MAX).then(|| moment(until));
        (words.until)(end.as_deref())
    });
    let parts = [
        notice.why.map(|it| (words.because_of)((words.why)(it))),
        until,
        notice.role.map(|it| (words.now_role)((words.role_name)(it))),
    ];
    let detail = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let text = (!notice.text.is_empty())
        .then(|| view! { <blockquote class="notices__text">{notice.text.clone()}</blockquote> });
    let confirm = if notice.confirmed {
        view! { <span class="hint">{words.confirmed}</span> }.into_any()
    } else {
        view! {
            <form method="post" action=format!("/notices/{}/confirm", notice.id)>
                <button class="primary">{words.confirm}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="notices__one" data-open=(!notice.confirmed).then_some("true")>
            <p><b>{(words.told)(notice.told)}</b></p>
            {(!detail.is_empty()).then(|| view! { <p>{detail}</p> })}
            {text}
            <p class="notices__foot">
                <span class="hint">{moment(notice.at)}</span>
            </p>
            {confirm}
        </li>
    }
}
