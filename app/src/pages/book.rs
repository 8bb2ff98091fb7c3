//! `/rooms/{room}/book`: what two have answered, to be sought, answered anew and taken along.

use super::First;
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle, address, area_text},
    i18n::{Questions as Words, questions},
    protocol::{
        ids::Millis,
        limits::ANSWER_CHARS_MAX,
        pages::{BookPage as Shown, Plain},
        questions::{
            AnswerPair, AskedQuestion, AskedState, Brought, PackId, PackSummary,
            book::{BookFilter, BookShow},
        },
        snapshot::Language,
    },
    route::Route,
};
use leptos::prelude::*;
use std::sync::Arc;

/// What every part of a page about questions needs.
#[derive(Clone)]
pub(super) struct About {
    pub(super) words: &'static Words,
    pub(super) language: Language,
    /// The address of the room.
    pub(super) room: String,
    /// The other of the two.
    pub(super) other: String,
    pub(super) skips_left: u32,
    /// Which page it is: where forms come back to.
    pub(super) page: &'static str,
    /// The question whose form was refused, with what was typed.
    pub(super) typed: Option<(String, String)>,
}

/// The book, and what of it is wanted.
#[component]
pub fn BookPage() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let Plain::Book(shown) = first.plain.clone() else {
        return view! { <super::NotFound /> }.into_any();
    };
    let shown: Arc<Shown> = Arc::from(shown);
    let language = first.preferences.language;
    let words = questions(language);
    let room = address(&shown.room);
    let typed = shown.answering.map(|it| it.to_string()).zip(first.typed.clone());
    let (other, skips_left) = (shown.room.name.clone(), shown.skips_left);
    let about =
        About { words, language, room: room.clone(), other, skips_left, page: "book", typed };
    let title = (words.book_of)(&about.other);
    let book = &shown.book;
    let found = book.found.iter().map(|it| card(it, &about)).collect_view();
    let counts = (words.counts)(book.answered, book.asked);
    let none = book.found.is_empty();
    let none = none.then(|| view! { <p class="page__empty">{words.none_found}</p> });
    view! {
        <PageTitle text=format!("{title} · {}", texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1 class="page__title">{title}</h1>
                </header>
                <p class="page__links book__links">
                    <a href=room.clone()>{words.to_room}</a>
                    " "
                    <a href=format!("{room}/questions")>{words.settings}</a>
                </p>
                <p class="page__lead">{counts}</p>
                <FormNote />
                {seeking(&shown, words, language)}
                <ol class="book">{found}</ol>
                {none}
                {saving(&room, words)}
            </main>
        </Frame>
    }
    .into_any()
}

/// The form by which one looks for something in the book.
fn seeking(shown: &Shown, words: &'static Words, language: Language) -> impl IntoView + use<> {
    let BookFilter { pack: chosen, text, show, .. } = shown.filter.clone();
    let packs = shown.book.packs.iter().map(|id| {
        let title = title_of(id, &shown.packs, language);
        let selected = chosen.as_ref() == Some(id);
        view! { <option value=id.to_string() selected=selected>{title}</option> }
    });
    let all = [BookShow::Answered, BookShow::Open, BookShow::Skipped, BookShow::All];
    let states = all.map(|it| {
        view! { <option value=show_name(it) selected=it == show>{(words.show)(it)}</option> }
    });
    view! {
        <form class="book__seek" method="get" role="search">
            <label class="labelled">
                <span>{words.seek_text}</span>
                <input class="field" type="search" name="q" maxlength="100" value=text />
            </label>
            <label class="labelled">
                <span>{words.pack}</span>
                <select class="field" name="pack">
                    <option value="">{words.any_pack}</option>
                    {packs.collect_view()}
                </select>
            </label>
            <label class="labelled">
                <span>{words.which}</span>
                <select class="field" name="show">{states.collect_view()}</select>
            </label>
            <button class="primary">{words.seek}</button>
        </form>
    }
}

const fn show_name(show: BookShow) -> &'static str {
    match show {
        BookShow::Answered => "answered",
        BookShow::Open => "open",
        BookShow::Skipped => "skipped",
        BookShow::All => "all",
    }
}

/// What a pack is called; its id, where there is none of that id any more.
fn title_of(id: &PackId, packs: &[PackSummary], language: Language) -> String {
    let pack = packs.iter().find(|it| it.id == *id);
    pack.map_or_else(|| id.to_string(), |it| it.title.text(language).to_owned())
}

/// The files, of what is shown.
fn saving(room: &str, words: &'static Words) -> impl IntoView + use<> {
    let here = untrack(|| expect_context::<Route>().address());
    let query = here.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    view! {
        <p class="page__links book__links">
            <a href=format!("{room}/book.md{query}") download="">{words.save_markdown}</a>
            " "
            <a href=format!("{room}/book.json{query}") download="">{words.save_json}</a>
        </p>
    }
}

/// Day and minute of a moment, by the reader's clock.
pub(super) fn moment(at: Millis) -> String {
    let client = expect_context::<Client>();
    client.texts.moment(at, client.opened_at, client.zone_min.get_untracked())
}

/// A question with what may be seen of its answers, and what may be done about it.
pub(super) fn card(asked: &AskedQuestion, about: &About) -> impl IntoView + use<> {
    let words = about.words;
    let me = expect_context::<First>().0.me.as_ref().map(|it| it.id);
    let brought = match &asked.brought {
        Brought::Word { word } => Some((words.by_word)(word)),
        Brought::Clock => Some(words.by_clock.to_owned()),
        Brought::Hand { user } if Some(*user) == me => Some(words.by_you.to_owned()),
        Brought::Hand { .. } => Some((words.by_other)(&about.other)),
        Brought::Unknown => None,
    };
    let when = moment(asked.asked_at);
    let meta = brought.map_or_else(|| when.clone(), |it| format!("{when} · {it}"));
    let mut answers = asked.answers.iter();
    let newest = answers.next().map(|it| pair(it, about));
    let earlier: Vec<_> = answers.map(|it| pair(it, about)).collect();
    let earlier = (!earlier.is_empty()).then(|| {
        view! {
            <details class="book__earlier">
                <summary class="plain">{words.earlier}</summary>
                {earlier}
            </details>
        }
    });
    let sealed = asked.theirs_sealed.then(|| (words.theirs_sealed)(&about.other));
    let sealed = sealed.map(|it| view! { <p class="book__sealed">{it}</p> });
    view! {
        <li class="book__entry" id=format!("q{}", asked.id)>
            <h2>{asked.text.text(about.language).to_owned()}</h2>
            <p class="hint">{meta}</p>
            {newest}
            {earlier}
            {sealed}
            {doing(asked, about)}
        </li>
    }
}

/// What both have answered, side by side.
fn pair(pair: &AnswerPair, about: &About) -> impl IntoView + use<> {
    view! {
        <dl class="book__pair">
            <div>
                <dt>{about.words.you}</dt>
                <dd>{pair.mine.text.as_str().to_owned()}</dd>
            </div>
            <div>
                <dt>{about.other.clone()}</dt>
                <dd>{pair.theirs.text.as_str().to_owned()}</dd>
            </div>
        </dl>
    }
}

/// What the reader may do about the question now.
fn doing(asked: &AskedQuestion, about: &About) -> AnyView {
    let words = about.words;
    let now = expect_context::<Client>().opened_at;
    let mine = asked.mine_sealed.as_ref().map(|it| it.text.as_str());
    match (asked.state, mine) {
        (AskedState::Skipped, _) => act(asked, about, ("back", words.back)).into_any(),
        (_, Some(text)) => view! {
            <p class="book__sealed">{words.mine_sealed}</p>
            {folded(asked, about, (words.change, text))}
        }
        .into_any(),
        (AskedState::Open, None) => {
            let skip = (about.skips_left > 0)
                .then(|| act(asked, about, ("skip", &(words.skip)(about.skips_left))));
            view! {
                {writing(asked, about, (words.answer, ""))}
                {skip}
            }
            .into_any()
        }
        (AskedState::Unsealed, None) => match asked.anew_at {
            Some(at) if at > now && !asked.theirs_sealed => {
                view! { <p class="hint">{(words.anew_from)(&moment(at))}</p> }.into_any()
            }
            _ => view! {
                <p class="hint">{words.anew_hint}</p>
                {folded(asked, about, (words.anew, ""))}
            }
            .into_any(),
        },
    }
}

fn action(about: &About) -> String {
    format!("{}/questions", about.room)
}

/// A button that does one thing to the question.
fn act(asked: &AskedQuestion, about: &About, (act, label): (&'static str, &str)) -> AnyView {
    view! {
        <form method="post" action=action(about)>
            <input type="hidden" name="to" value=about.page />
            <input type="hidden" name="asked" value=asked.id.to_string() />
            <button class="plain" name="act" value=act>{label.to_owned()}</button>
        </form>
    }
    .into_any()
}

/// The field for an answer, behind a button; open where it was refused.
fn folded(asked: &AskedQuestion, about: &About, (label, text): (&'static str, &str)) -> AnyView {
    let is_typed = about.typed.as_ref().is_some_and(|it| it.0 == asked.id.to_string());
    view! {
        <details class="book__write" open=is_typed>
            <summary class="plain">{label}</summary>
            {writing(asked, about, (label, text))}
        </details>
    }
    .into_any()
}

/// The field for an answer.
fn writing(
    asked: &AskedQuestion,
    about: &About,
    (label, text): (&'static str, &str),
) -> impl IntoView + use<> {
    let typed = about.typed.as_ref().filter(|it| it.0 == asked.id.to_string());
    let text = area_text(typed.map_or(text, |it| it.1.as_str()));
    view! {
        <form class="book__answer" method="post" action=action(about)>
            <input type="hidden" name="act" value="answer" />
            <input type="hidden" name="to" value=about.page />
            <input type="hidden" name="asked" value=asked.id.to_string() />
            <label class="labelled">
                <span>{about.words.answer_label}</span>
                <textarea
                    class="field"
                    name="text"
                    rows="3"
                    required
                    maxlength=ANSWER_CHARS_MAX.to_string()
                >
                    {text}
                </textarea>
            </label>
            <button class="primary">{label}</button>
        </form>
    }
}
