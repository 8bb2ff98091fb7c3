//! `/rooms/{room}/questions`: how questions come up between two, and those that wait.

use super::{
    First,
    book::{About, card, moment},
};
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle, address},
    i18n::{Questions as Words, questions},
    protocol::{
        limits::CLOCK_DAYS_MIN,
        pages::{Plain, QuestionsPage as Shown},
        questions::{Clock, PackOrder, QuestionMode},
        snapshot::Language,
    },
};
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

/// What a clock is mostly set to, in days.
const EVERY: [u8; 6] = [CLOCK_DAYS_MIN, 2, 3, 7, 14, 30];
/// The hour that is shown where no clock is set.
const EVENING: u8 = 20;
const PAUSES: [u32; 4] = [1, 3, 7, 30];

/// Settings, a question by hand, a pause, and the open questions.
#[component]
pub fn QuestionsPage() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let Plain::Questions(shown) = first.plain.clone() else {
        return view! { <super::NotFound /> }.into_any();
    };
    let shown: Arc<Shown> = Arc::from(shown);
    let language = first.preferences.language;
    let words = questions(language);
    let room = address(&shown.room);
    let (other, skips_left) = (shown.room.name.clone(), shown.skips_left);
    let typed = shown.answering.map(|it| it.to_string()).zip(first.typed.clone());
    let about =
        About { words, language, room: room.clone(), other, skips_left, page: "questions", typed };
    let open = (!shown.open.is_empty()).then(|| {
        let cards = shown.open.iter().map(|it| card(it, &about)).collect_view();
        view! {
            <section class="book__open">
                <h2>{words.open}</h2>
                <ol class="book">{cards}</ol>
            </section>
        }
    });
    let action = format!("{room}/questions");
    view! {
        <PageTitle text=format!("{} · {}", words.settings, texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{words.settings}</h1>
                </header>
                <p class="page__links book__links">
                    <a href=room.clone()>{words.to_room}</a>
                    " "
                    <a href=format!("{room}/book")>{words.book}</a>
                </p>
                <FormNote />
                {open}
                {asking(&action, words)}
                {settings(&shown, &action, (words, language))}
                {pausing(&shown, &action, words)}
            </main>
        </Frame>
    }
    .into_any()
}

fn asking(action: &str, words: &'static Words) -> impl IntoView + use<> {
    view! {
        <form class="settings-card book__form" method="post" action=action.to_owned()>
            <p>{words.ask_lead}</p>
            <button class="plain" name="act" value="ask">{words.ask}</button>
        </form>
    }
}

fn settings(
    shown: &Shown,
    action: &str,
    (words, language): (&'static Words, Language),
) -> impl IntoView + use<> {
    let packs = shown.packs.iter().map(|it| {
        let selected = shown.settings.pack.as_ref() == Some(&it.id);
        let title = (words.pack_line)(it.title.text(language), it.questions);
        view! { <option value=it.id.to_string() selected=selected>{title}</option> }
    });
    let modes = QuestionMode::ALL.map(|it| {
        let checked = it == shown.settings.mode;
        view! {
            <label class="choice">
                <input type="radio" name="mode" value=it.name() checked=checked />
                <span>{(words.mode_name)(it)}</span>
            </label>
        }
    });
    let orders = PackOrder::ALL.map(|it| {
        let selected = it == shown.settings.order;
        view! { <option value=it.name() selected=selected>{(words.order_name)(it)}</option> }
    });
    view! {
        <form class="settings-card book__form" method="post" action=action.to_owned()>
            <p>{words.settings_lead}</p>
            <label class="labelled">
                <span>{words.pack}</span>
                <select class="field" name="pack">
                    <option value="">{words.no_pack}</option>
                    {packs.collect_view()}
                </select>
            </label>
            <fieldset class="choices choices--column">
                <legend>{words.mode}</legend>
                {modes.collect_view()}
            </fieldset>
            <label class="choice">
                <input type="checkbox" name="by_word" value="on" checked=shown.settings.by_word />
                <span>{words.word_choice}</span>
            </label>
            {clock(shown, words)}
            <label class="labelled">
                <span>{words.order}</span>
                <select class="field" name="order">{orders.collect_view()}</select>
            </label>
            <button class="primary" name="act" value="settings">{words.save}</button>
        </form>
    }
}

fn clock(shown: &Shown, words: &'static Words) -> impl IntoView + use<> {
    let clock = shown.settings.clock;
    let days: BTreeSet<u8> = EVERY.into_iter().chain(clock.map(Clock::every_days)).collect();
    let days = days.into_iter().map(|it| {
        let selected = clock.is_some_and(|clock| clock.every_days() == it);
        view! { <option value=it.to_string() selected=selected>{(words.every)(it)}</option> }
    });
    let chosen = clock.map_or(EVENING, Clock::hour);
    let hours = (0..24_u8).map(|it| {
        let selected = it == chosen;
        view! { <option value=it.to_string() selected=selected>{(words.hour_name)(it)}</option> }
    });
    view! {
        <div class="book__row">
            <label class="labelled">
                <span>{words.clock}</span>
                <select class="field" name="every">
                    <option value="">{words.never}</option>
                    {days.collect_view()}
                </select>
            </label>
            <label class="labelled">
                <span>{words.hour}</span>
                <select class="field" name="hour">{hours.collect_view()}</select>
            </label>
        </div>
    }
}

fn pausing(shown: &Shown, action: &str, words: &'static Words) -> AnyView {
    let now = expect_context::<Client>().opened_at;
    let action = action.to_owned();
    if let Some(until) = shown.settings.paused_until.filter(|it| *it > now) {
        return view! {
            <form class="settings-card book__form" method="post" action=action>
                <p>{(words.paused_until)(&moment(until))}</p>
                <input type="hidden" name="days" value="0" />
                <button class="plain" name="act" value="pause">{words.resume}</button>
            </form>
        }
        .into_any();
    }
    let pauses = PAUSES.map(|it| {
        view! { <option value=it.to_string()>{(words.days)(it)}</option> }
    });
    view! {
        <form class="settings-card book__form" method="post" action=action>
            <p>{words.pause_lead}</p>
            <label class="labelled">
                <span>{words.pause_for}</span>
                <select class="field" name="days">{pauses.collect_view()}</select>
            </label>
            <button class="plain" name="act" value="pause">{words.pause}</button>
        </form>
    }
    .into_any()
}
