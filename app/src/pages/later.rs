//! `/later`: messages that are sent later, and reminders.

use super::First;
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle, area_text},
    i18n::{Later as Words, civil, later},
    protocol::{
        ids::Millis,
        pages::{Plain, Plan, Planned},
    },
};
use leptos::prelude::*;

/// What is to come, to be changed or given up, and what could not be sent.
#[component]
pub fn Later() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = later(first.preferences.language);
    let planned = match &first.plain {
        Plain::Later(planned) => planned.clone(),
        _ => Vec::new(),
    };
    let (says, reminders): (Vec<Planned>, Vec<Planned>) =
        planned.into_iter().partition(|it| it.plan == Plan::Say);
    let (failed, says): (Vec<Planned>, Vec<Planned>) =
        says.into_iter().partition(|it| it.done_at.is_some());
    let failed = (!failed.is_empty()).then(|| section(words.failed, "", failed, words));
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
                {failed}
                {section(words.says, words.no_says, says, words)}
                {section(words.reminders, words.no_reminders, reminders, words)}
            </main>
        </Frame>
    }
}

fn section(
    heading: &'static str,
    empty: &'static str,
    planned: Vec<Planned>,
    words: &'static Words,
) -> impl IntoView {
    let list = if planned.is_empty() {
        view! { <p class="page__empty">{empty}</p> }.into_any()
    } else {
        let cards = planned.into_iter().map(|it| card(it, words)).collect_view();
        view! { <ul class="planned__list">{cards}</ul> }.into_any()
    };
    view! {
        <section class="planned">
            <h2>{heading}</h2>
            {list}
        </section>
    }
}

/// One of them: where, when, what, and what can be done about it.
fn card(planned: Planned, words: &'static Words) -> impl IntoView {
    let client = expect_context::<Client>();
    let moment = |at| client.texts.moment(at, client.opened_at, client.zone_min.get_untracked());
    let when = match (planned.plan, planned.done_at) {
        (Plan::Remind, Some(at)) => (words.came)(&moment(at)),
        _ => (words.at)(&moment(planned.due_at)),
    };
    let why = planned.failed.map(|reason| {
        let why = (words.why_failed)(&(client.texts.refusal)(reason));
        view! { <p class="form-note" data-tone="bad">{why}</p> }
    });
    let link = planned.seq.filter(|_| !planned.room_name.is_empty()).map(|seq| {
        let to = format!("/rooms/{}?at={seq}", planned.room);
        view! { <a class="plain" href=to>{words.go_there}</a> }
    });
    let edit = (planned.plan == Plan::Say).then(|| edit_form(&planned, words));
    let forget = match planned.done_at {
        Some(_) => words.forget,
        None => words.cancel,
    };
    let place = (!planned.room_name.is_empty()).then(|| (words.to)(&planned.room_name));
    view! {
        <li class="planned__card">
            <p class="planned__head">
                <b>{when}</b>
                " "
                <span>{place}</span>
            </p>
            <p class="planned__text">{planned.text.clone()}</p>
            {why}
            <div class="planned__tools">
                {link}
                <form method="post" action=format!("/later/{}/cancel", planned.id)>
                    <button class="plain">{forget}</button>
                </form>
                {edit}
            </div>
        </li>
    }
}

/// Another text, another time.
fn edit_form(planned: &Planned, words: &'static Words) -> impl IntoView + use<> {
    let zone_min = expect_context::<Client>().zone_min.get_untracked();
    view! {
        <details class="planned__edit">
            <summary class="plain">{words.edit}</summary>
            <form method="post" action=format!("/later/{}", planned.id)>
                <label class="labelled">
                    <span>{words.text}</span>
                    <textarea class="field" name="text" rows="3" required>
                        {area_text(&planned.text)}
                    </textarea>
                </label>
                <label class="labelled">
                    <span>{words.when}</span>
                    <input
                        class="field"
                        type="datetime-local"
                        name="at"
                        required
                        value=local_value(planned.due_at, zone_min)
                    />
                </label>
                <button class="primary">{words.save}</button>
            </form>
        </details>
    }
}

/// A moment as a field for date and time has it.
fn local_value(at: Millis, zone_min: i32) -> String {
    let it = civil(at, zone_min);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}", it.year, it.month, it.day, it.hour, it.minute)
}
