//! `/rooms/{room}/meeting`: what those in a match or pair room agree to, and the ways out of it.

use super::{First, NotFound, refilled::Refilled};
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle, area_text, title},
    i18n::{Closer, closer, people},
    protocol::{
        matching::{MeetingView, Openness},
        people::Person,
        room::RoomKind,
    },
};
use leptos::prelude::*;

/// Keep, show more, leave, block, report: each a plain form.
#[component]
pub fn MeetingPage() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = closer(first.preferences.language);
    let Some((room, view)) =
        first.room.as_ref().and_then(|it| Some((&it.room, it.meeting.as_ref()?)))
    else {
        return view! { <NotFound /> }.into_any();
    };
    let (name, back) = (title(room), format!("/rooms/{}", room.id));
    let heading = (words.title)(&name);
    let action = format!("{back}/meeting");
    let is_match = room.kind == RoomKind::Match;
    let agree = is_match.then(|| {
        view! {
            {keep(words, view, &name, action.clone())}
            {open(words, view, &name, action.clone())}
        }
    });
    view! {
        <PageTitle text=format!("{heading} · {}", texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1 class="page__title">{heading}</h1>
                </header>
                <p class="page__links"><a href=back>{words.back}</a></p>
                <FormNote />
                {agree}
                {part(words, is_match, action.clone())}
                {report(words, &name, action)}
            </main>
        </Frame>
    }
    .into_any()
}

fn keep(words: &Closer, view: &MeetingView, name: &str, action: String) -> AnyView {
    let meeting = &expect_context::<Client>().texts.meeting;
    let (act, label) = if view.keep { ("unkeep", meeting.unkeep) } else { ("keep", words.keep) };
    let kept = view.keep.then(|| view! { <p>{(words.keeps)(name)}</p> });
    view! {
        <section class="settings-card">
            <h2>{words.keep}</h2>
            <p>{(words.keep_lead)(name)}</p>
            {kept}
            <form method="post" action=action>
                <button class="primary" name="act" value=act>{label}</button>
            </form>
        </section>
    }
    .into_any()
}

/// The steps in their order: those that are open, those that the reader offered, those to come.
fn open(words: &'static Closer, view: &MeetingView, name: &str, action: String) -> AnyView {
    let (all, mine) = (view.openness, view.mine);
    let step = |step: Openness| {
        let state = if step <= all {
            view! { <span class="tag">{words.is_open}</span> }.into_any()
        } else if step <= mine {
            view! { <span class="hint">{(words.offered)(name)}</span> }.into_any()
        } else {
            view! {
                <form method="post" action=action.clone()>
                    <input type="hidden" name="openness" value=step.name() />
                    <button class="plain" name="act" value="open">{(words.offer)(step)}</button>
                </form>
            }
            .into_any()
        };
        view! { <li class="kept-list__line"><p>{(words.step)(step)}</p> {state}</li> }
    };
    view! {
        <section class="settings-card">
            <h2>{words.open}</h2>
            <p>{(words.open_lead)(name)}</p>
            <ol class="kept-list">{Openness::ALL.map(step).collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn part(words: &Closer, is_match: bool, action: String) -> AnyView {
    let meeting = &expect_context::<Client>().texts.meeting;
    let lead = if is_match { words.part_lead } else { words.part_pair_lead };
    let next = is_match
        .then(|| view! { <button class="plain" name="act" value="next">{meeting.next}</button> });
    view! {
        <section class="settings-card">
            <h2>{words.part}</h2>
            <p>{lead}</p>
            <form class="act-form__buttons" method="post" action=action.clone()>
                {next}
                <button class="plain" name="act" value="leave">{meeting.leave}</button>
            </form>
            <form class="act-form__buttons" method="post" action=action>
                {whom(words)}
                <button class="plain" name="act" value="leave_block">{meeting.leave_block}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Of several others, the one who is meant.
fn whom(words: &Closer) -> AnyView {
    let first = expect_context::<First>().0;
    let me = first.me.as_ref().map(|it| it.id);
    let people = first.room.as_ref().map(|it| it.people.clone()).unwrap_or_default();
    let others: Vec<_> = people.into_iter().filter(|it| Some(it.id) != me).collect();
    if others.len() < 2 {
        return ().into_any();
    }
    let refilled = Refilled::new();
    let option = |it: Person| {
        let id = it.id.to_string();
        let selected = refilled.is_chosen("who", &id, "");
        view! { <option value=id selected=selected>{it.name}</option> }
    };
    view! {
        <label class="labelled">
            <span>{words.whom}</span>
            <select class="field" name="who" required>
                <option value="">"–"</option>
                {others.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

fn report(words: &Closer, name: &str, action: String) -> AnyView {
    let first = expect_context::<First>().0;
    let reasons = people(first.preferences.language);
    let meeting = &expect_context::<Client>().texts.meeting;
    let refilled = Refilled::new();
    let whys = reasons.whys.iter().map(|(why, label)| {
        let checked = refilled.is_chosen("why", why, "");
        view! {
            <label class="choice">
                <input type="radio" name="why" value=*why required checked=checked />
                <span>{*label}</span>
            </label>
        }
    });
    view! {
        <section class="settings-card" id="report">
            <h2>{meeting.leave_report}</h2>
            <p>{(words.report_lead)(name)}</p>
            <form method="post" action=action>
                {whom(words)}
                <fieldset class="choices choices--column">
                    <legend>{reasons.report_why}</legend>
                    {whys.collect_view()}
                </fieldset>
                <label class="labelled">
                    <span>{reasons.report_text}</span>
                    <textarea class="field" name="text" rows="3" maxlength="1000">
                        {area_text(&refilled.value("text", ""))}
                    </textarea>
                </label>
                <button class="primary" name="act" value="leave_block">{meeting.leave_report}</button>
            </form>
        </section>
    }
    .into_any()
}
