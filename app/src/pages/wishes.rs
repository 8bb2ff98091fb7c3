//! `/match/wishes`: whom one would like to meet.

use super::{First, conduct::moment};
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle},
    i18n::{Standings, Wishing, standings, wishing},
    protocol::{
        limits::{INTEREST_CHARS_MAX, INTERESTS_MAX, MATCH_PEOPLE_MAX},
        matching::{Mood, Pace, Wishes},
        pages::{Plain, WishForm},
        profile::LANGUAGES,
        snapshot::{Language, Snapshot},
    },
};
use leptos::prelude::*;

/// One form: to begin, or to go on with other wishes.
#[component]
pub fn WishesPage() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = wishing(first.preferences.language);
    let form = match &first.plain {
        Plain::Wishes(form) => (**form).clone(),
        _ => WishForm::default(),
    };
    let start = if form.searching { words.save } else { words.start };
    let born = (!form.born).then(|| born(words));
    let notes = standings(first.preferences.language);
    // Whoever waits is told of whom they are put together with.
    let look_out = (!form.searching).then(|| {
        view! {
            <button class="plain" formaction="/match/lookout">{notes.look_out}</button>
            <p class="hint">{notes.look_out_hint}</p>
        }
    });
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
                {pause(&form, notes)}
                {lookout(&first, notes)}
                <form class="settings-card" method="post" action="/match/wishes">
                    {about(&form, notes)}
                    {languages(words, &form.wishes)}
                    {interests(words, &form.wishes)}
                    {choices(words, &form.wishes)}
                    {more(words, &form, first.preferences.language)}
                    {born}
                    <button class="primary">{start}</button>
                    {look_out}
                </form>
                <p class="page__links"><a href="/match/standing">{notes.to_standing}</a></p>
            </main>
        </Frame>
    }
}

/// Until when the reader may not look for anybody.
fn pause(form: &WishForm, notes: &'static Standings) -> impl IntoView {
    let pause = form.pause.filter(|_| !form.searching);
    pause.map(|until| {
        view! { <p class="form-note" data-tone="bad">{(notes.pause)(&moment(until))}</p> }
    })
}

/// Of whom the reader wants to be told, or was.
fn lookout(first: &Snapshot, notes: &'static Standings) -> impl IntoView {
    let lookout = first.matching.as_ref().and_then(|it| it.lookout.clone());
    lookout.map(|it| {
        let (text, stop) = match it.told {
            Some(at) => ((notes.told)(&moment(at)), notes.understood),
            None => ((notes.looking_out)(&moment(it.until)), notes.stop),
        };
        view! {
            <form class="settings-card" method="post" action="/match/lookout">
                <p>{text}</p>
                <button class="plain" name="stop" value="on">{stop}</button>
            </form>
        }
    })
}

/// What is to be talked about, where that is something in particular.
fn about(form: &WishForm, notes: &'static Standings) -> impl IntoView {
    form.about.clone().map(|it| {
        let label = if it.seq.is_some() { notes.about_message } else { notes.about };
        let seq = it.seq.map(|seq| {
            view! { <input type="hidden" name="seq" value=seq.to_string() /> }
        });
        view! {
            <label class="choice">
                <input type="checkbox" name="about" value=it.room.to_string() checked=true />
                <span>{label(&it.name)}</span>
            </label>
            {seq}
            <p class="hint">{notes.about_hint}</p>
        }
    })
}

fn languages(words: &'static Wishing, wishes: &Wishes) -> impl IntoView {
    let box_of = |(tag, name): (&'static str, &'static str)| {
        let checked = wishes.languages.iter().any(|it| it == tag);
        let field = format!("language-{tag}");
        view! {
            <label class="choice">
                <input type="checkbox" name=field value="on" checked=checked />
                <span lang=tag>{name}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choices">
            <legend>{words.languages}</legend>
            {LANGUAGES.map(box_of).collect_view()}
        </fieldset>
        <p class="hint">{words.languages_hint}</p>
    }
}

/// What one likes, as chips to choose from, and a field for more of it. Without a script the
/// browser itself completes what is typed there.
fn interests(words: &'static Wishing, wishes: &Wishes) -> impl IntoView {
    let others = words.common_interests.iter().copied();
    let others = others.filter(|it| !wishes.interests.iter().any(|own| own == it));
    let own = wishes.interests.iter().map(|it| (it.clone(), true));
    let chips = own.chain(others.map(|it| (it.to_owned(), false)));
    let chip = |(word, checked): (String, bool)| {
        view! {
            <label class="wish-chip">
                <input type="checkbox" name=format!("like-{word}") value="on" checked=checked />
                <span>{word}</span>
            </label>
        }
    };
    let options = words.more_interests.iter().map(|it| view! { <option value=*it></option> });
    view! {
        <fieldset class="choices wish-chips">
            <legend>{words.interests}</legend>
            {chips.map(chip).collect_view()}
        </fieldset>
        <label class="labelled">
            <span>{words.interests_more}</span>
            <input
                class="field"
                name="interests"
                list="interests"
                autocomplete="off"
                maxlength=(INTERESTS_MAX * (INTEREST_CHARS_MAX + 2)).to_string()
                aria-describedby="interests-hint"
            />
        </label>
        <datalist id="interests">{options.collect_view()}</datalist>
        <p class="hint" id="interests-hint">{words.interests_hint}</p>
    }
}

/// A list of which one is chosen; the first means none.
fn list(
    (name, label): (&'static str, &'static str),
    none: &'static str,
    options: Vec<(String, String)>,
    chosen: &str,
) -> AnyView {
    let options = options.into_iter().map(|(value, label)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    });
    view! {
        <label class="labelled">
            <span>{label}</span>
            <select class="field" name=name>
                <option value="">{none}</option>
                {options.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

fn choices(words: &'static Wishing, wishes: &Wishes) -> impl IntoView {
    let moods = Mood::ALL.map(|it| (it.name().to_owned(), (words.mood_name)(it).to_owned()));
    let paces = Pace::ALL.map(|it| (it.name().to_owned(), (words.pace_name)(it).to_owned()));
    let practise = LANGUAGES.map(|(tag, name)| (tag.to_owned(), name.to_owned()));
    let chosen = wishes.practise.as_deref().unwrap_or_default();
    view! {
        {list(("mood", words.mood), words.any, moods.to_vec(), wishes.mood.map_or("", Mood::name))}
        {list(("pace", words.pace), words.any, paces.to_vec(), wishes.pace.map_or("", Pace::name))}
        {list(("practise", words.practise), words.no_practise, practise.to_vec(), chosen)}
    }
}

fn more(words: &'static Wishing, form: &WishForm, language: Language) -> impl IntoView {
    let wishes = &form.wishes;
    let packs = form.packs.iter().map(|(id, title)| (id.clone(), title.text(language).to_owned()));
    let chosen = wishes.pack.as_deref().unwrap_or_default();
    let groups = (3..=MATCH_PEOPLE_MAX).map(|n| (n.to_string(), (words.group)(n)));
    view! {
        {list(("pack", words.pack), words.no_pack, packs.collect(), chosen)}
        {list(("people", words.people), words.two, groups.collect(), &wishes.people.to_string())}
        <label class="choice">
            <input type="checkbox" name="guests" value="on" checked=wishes.guests />
            <span>{words.guests}</span>
        </label>
    }
}

/// Asked once, before the first search.
fn born(words: &'static Wishing) -> impl IntoView {
    view! {
        {year_field(words.born, None, Some("born-hint"))}
        <p class="hint" id="born-hint">{words.born_hint}</p>
    }
}

/// The field for the year of birth, with what was typed.
pub(super) fn year_field(
    label: &'static str,
    typed: Option<String>,
    described_by: Option<&'static str>,
) -> impl IntoView {
    view! {
        <label class="labelled">
            <span>{label}</span>
            <input
                class="field field--short"
                name="born"
                type="number"
                inputmode="numeric"
                min="1900"
                max="2100"
                required
                aria-describedby=described_by
                value=typed
            />
        </label>
    }
}
