//! A question that two answer for each other.

use super::lively::{flag, part, says};
use super::{area_text, pressed, room_list::title};
use crate::{
    client::Client,
    protocol::{
        ids::AskedId,
        limits::ANSWER_CHARS_MAX,
        message::Asked,
        questions::{AnswerPair, AnswerText, AskedQuestion, AskedState, Brought, QuestionMode},
    },
};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What stands below the question, as far as it is another thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// It is in the book only.
    Nothing,
    /// The field for an answer that is not given yet, or is sealed still.
    Field,
    /// What both have answered.
    Answers,
    /// It was skipped.
    Skipped,
}

/// The question, what brought it up, and what the reader may do about it or see of it.
#[component]
pub fn QuestionCard(
    /// The question.
    asked: Asked,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let id = asked.id;
    let now = Memo::new(move |_| {
        let view = client.meeting.read();
        view.as_ref().and_then(|it| it.asked.iter().find(|it| it.id == id).cloned())
    });
    let below = Memo::new(move |_| match now.read().as_ref().map(|it| it.state) {
        None => Below::Nothing,
        Some(AskedState::Open) => Below::Field,
        Some(AskedState::Unsealed) => Below::Answers,
        Some(AskedState::Skipped) => Below::Skipped,
    });
    let words = asked.words.text(client.texts.language).to_owned();
    let told = move || told(client, &asked.brought, now.get().as_ref());
    let rest = move || match below.get() {
        Below::Nothing => ().into_any(),
        Below::Field => view! { <AnswerForm now id /> }.into_any(),
        Below::Answers => {
            let newest = now.read_untracked().as_ref().and_then(|it| it.answers.first().cloned());
            newest.map(|it| answers(client, it)).into_any()
        }
        Below::Skipped => {
            let back = move |event: ev::SubmitEvent| {
                event.prevent_default();
                client.ask(Some(id));
            };
            view! {
                <form class="question-card__row" method="post" action=action(client) on:submit=back>
                    <input type="hidden" name="asked" value=id.to_string() />
                    <span>{meeting.skipped}</span>
                    <button class="plain" name="act" value="back">{meeting.ask_again}</button>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <article class="question-card">
            <h3>{words}</h3>
            <p class="question-card__told">{says(told)}</p>
            {part(rest)}
        </article>
    }
}

fn action(client: Client) -> String {
    untrack(|| client.room_id()).map(|it| format!("/rooms/{it}/questions")).unwrap_or_default()
}

/// What the other one is called.
fn other(client: Client) -> String {
    client.room().as_ref().map(title).unwrap_or_default()
}

/// What brought it up, and how far it is.
fn told(client: Client, brought: &Brought, now: Option<&AskedQuestion>) -> String {
    let meeting = &client.texts.meeting;
    let name = other(client);
    let mut told = match brought {
        Brought::Word { word } => (meeting.by_word)(word),
        Brought::Clock => meeting.by_clock.to_owned(),
        Brought::Hand { user } if client.me.read().as_ref().is_some_and(|it| it.id == *user) => {
            meeting.by_me.to_owned()
        }
        Brought::Hand { .. } => (meeting.by_other)(&name),
        Brought::Unknown => String::new(),
    };
    let Some(now) = now.filter(|it| it.state == AskedState::Open) else { return told };
    let state = match (now.mine_sealed.is_some(), now.theirs_sealed) {
        (false, false) => meeting.both_see.to_owned(),
        (false, true) => format!("{} {}", meeting.both_see, (meeting.has_answered)(&name)),
        (true, _) => (meeting.is_sealed)(&name),
    };
    told.push(' ');
    told.push_str(&state);
    told
}

/// Where one answers; the field keeps what was begun, also over a reload.
#[component]
fn AnswerForm(now: Memo<Option<AskedQuestion>>, id: AskedId) -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let field = NodeRef::<html::Textarea>::new();
    let mine = move || {
        let now = now.read();
        now.as_ref().and_then(|it| Some(it.mine_sealed.as_ref()?.text.as_str().to_owned()))
    };
    let first = area_text(&untrack(mine).unwrap_or_default());
    let sealed = Memo::new(move |_| mine());
    let has_answered = move || sealed.read().is_some();
    let skips_left = move || client.meeting.read().as_ref().map_or(0, |it| it.skips_left);
    Effect::new(move |_| {
        if let (Some(field), Some(kept)) = (field.get(), client.kept_answer(id)) {
            field.set_value(&kept);
        }
    });
    Effect::new(move |_| {
        // It may have been answered elsewhere.
        if let (Some(field), Some(text)) = (field.get(), sealed.get())
            && field.value().is_empty()
        {
            field.set_value(&text);
        }
    });
    let written = move |_| {
        if let Some(field) = field.get_untracked() {
            client.keep_answer(id, &field.value());
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if pressed(&event) == "skip" {
            return client.skip(id);
        }
        let text = field.get_untracked().map(|it| it.value()).unwrap_or_default();
        if let Ok(text) = AnswerText::try_from(text) {
            client.answer(id, &text);
        }
    };
    view! {
        <form class="question-card__row" method="post" action=action(client) on:submit=submit>
            <input type="hidden" name="asked" value=id.to_string() />
            <textarea
                class="field"
                id=field_id(id)
                name="text"
                rows="2"
                required
                autocomplete="off"
                maxlength=ANSWER_CHARS_MAX.to_string()
                aria-label=meeting.your_answer
                placeholder=meeting.your_answer
                node_ref=field
                on:input=written
            >
                {first}
            </textarea>
            <button class="primary" name="act" value="answer">
                {says(move || if has_answered() { meeting.change_answer } else { meeting.answer })}
            </button>
            <button
                class="question-card__skip"
                name="act"
                value="skip"
                formnovalidate
                disabled=flag(move || skips_left() == 0)
                hidden=flag(has_answered)
            >
                {says(move || (meeting.skip)(skips_left()))}
            </button>
        </form>
    }
}

/// By which a link finds the field.
fn field_id(id: AskedId) -> String {
    format!("answer-{id}")
}

/// Both answers, beside each other.
fn answers(client: Client, pair: AnswerPair) -> AnyView {
    let meeting = &client.texts.meeting;
    let answer = |whose: &'static str, name: String, text: AnswerText| {
        view! {
            <div class="question-card__answer" data-whose=whose>
                <dt>{name}</dt>
                <dd>{String::from(text)}</dd>
            </div>
        }
    };
    view! {
        <dl class="question-card__answers">
            {answer("mine", meeting.you.to_owned(), pair.mine.text)}
            {answer("theirs", untrack(|| other(client)), pair.theirs.text)}
        </dl>
    }
    .into_any()
}

/// That a question waits for the reader, with the way there; in strict mode it stands where one
/// writes. A question that the log does not show stands here itself.
#[component]
pub fn QuestionNote() -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let open = Memo::new(move |_| client.open_question());
    let is_strict = Memo::new(move |_| client.is_strict());
    let unlogged = Memo::new(move |_| {
        let id = open.read().as_ref().map(|it| it.id)?;
        let timeline = client.timeline.read();
        let mut asked = timeline.entries().iter().rev().filter_map(|it| it.what.asked());
        (!asked.any(|it| it.id == id)).then_some(id)
    });
    let card = move || {
        unlogged.get()?;
        let AskedQuestion { id, question, text: words, brought, .. } = open.get_untracked()?;
        Some(view! { <QuestionCard asked=Asked { id, question, words, brought } /> })
    };
    let to = move || open.read().as_ref().map(|it| field_id(it.id)).unwrap_or_default();
    let go = move |event: ev::MouseEvent| {
        let field = document().get_element_by_id(&untrack(to));
        if let Some(field) = field.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            event.prevent_default();
            _ = field.focus();
        }
    };
    let text = move || if is_strict.get() { meeting.answer_first } else { meeting.question_waits };
    view! {
        {part(card)}
        <p
            class="question-note"
            role="status"
            data-mode=says(move || if is_strict.get() { QuestionMode::Strict } else { QuestionMode::Gentle }.name())
            hidden=flag(move || open.read().is_none())
        >
            {says(text)}
            <a href=says(move || format!("#{}", to())) on:click=go>{meeting.to_question}</a>
        </p>
    }
}
