//! `/rooms/new`: makes a room of one's own.

use super::refilled::{Choice, Fault, Refilled};
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle},
    protocol::limits::{
        LARGE_PEOPLE_MAX, ROOM_NAME_CHARS_MAX, ROOM_PASSWORD_CHARS_MAX, ROOM_PASSWORD_CHARS_MIN,
        ROOM_PEOPLE_MAX, ROOM_PEOPLE_MIN, TOPIC_CHARS_MAX,
    },
};
use leptos::prelude::*;

/// How many people a room takes, unless its maker says otherwise.
const PEOPLE: &str = "12";
/// How long a temporary room stays when it is empty, unless its maker says otherwise.
const EMPTY_MINS: &str = "5";
/// When a temporary room may be gone at the latest, in minutes.
const ENDS_MINS: [u32; 6] = [60, 3 * 60, 12 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60];

/// One form for all kinds of rooms.
#[component]
pub fn NewRoom() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let make = texts.making();
    let refilled = Refilled::new();
    let note = (!refilled.has_fault()).then(|| view! { <FormNote /> });
    let page_title = format!("{} · {}", make.title, texts.house.brand);
    view! {
        <PageTitle text=page_title />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{make.title}</h1>
                </header>
                <p class="page__lead">{make.lead}</p>
                {note}
                <form class="settings-card new-room" method="post" action="/rooms/new">
                    <NameAndTopic refilled=refilled.clone() />
                    <Kinds refilled=refilled.clone() />
                    <Times refilled=refilled.clone() />
                    <Doors refilled=refilled.clone() usual="open" />
                    <Capacity usual=refilled.value("capacity", PEOPLE) />
                    <button class="primary">{make.make}</button>
                </form>
            </main>
        </Frame>
    }
}

/// What it is called and about.
#[component]
fn NameAndTopic(refilled: Refilled) -> impl IntoView {
    let make = expect_context::<Client>().texts.making();
    view! {
        <label class="labelled">
            <span>{make.name}</span>
            <input
                class="field"
                name="name"
                required
                maxlength=ROOM_NAME_CHARS_MAX.to_string()
                autocomplete="off"
                aria-describedby="name-hint name-fault"
                value=refilled.value("name", "")
            />
        </label>
        <Fault refilled=refilled.clone() field="name" />
        <p class="hint" id="name-hint">{(make.name_hint)(ROOM_NAME_CHARS_MAX)}</p>
        <label class="labelled">
            <span>{make.topic}</span>
            <input
                class="field"
                name="topic"
                maxlength=TOPIC_CHARS_MAX.to_string()
                autocomplete="off"
                aria-describedby="topic-hint topic-fault"
                value=refilled.value("topic", "")
            />
        </label>
        <Fault refilled field="topic" />
        <p class="hint" id="topic-hint">{make.topic_hint}</p>
    }
}

/// What sort of room it is to be.
#[component]
fn Kinds(refilled: Refilled) -> impl IntoView {
    let make = expect_context::<Client>().texts.making();
    let kinds = [
        ("private", make.private, make.private_hint),
        ("temporary", make.temporary, make.temporary_hint),
        ("large", make.large, make.large_hint),
    ];
    let choice = |(value, label, hint)| {
        let checked = refilled.is_chosen("kind", value, "private");
        view! { <Choice name="kind" value label hint checked /> }
    };
    view! {
        <fieldset class="choices choices--told">
            <legend>{make.kind}</legend>
            {kinds.map(choice).collect_view()}
        </fieldset>
    }
}

/// When a temporary room is gone.
#[component]
fn Times(refilled: Refilled) -> impl IntoView {
    let rooms = &expect_context::<Client>().texts.rooms;
    let make = expect_context::<Client>().texts.making();
    let ends = ENDS_MINS.map(|mins| {
        let value = mins.to_string();
        let selected = refilled.is_chosen("closes_in_mins", &value, "");
        view! { <option value=value selected=selected>{(rooms.secs)(mins * 60)}</option> }
    });
    view! {
        <fieldset class="new-room__times">
            <legend class="visually-hidden">{make.times}</legend>
            <label class="labelled">
                <span>{make.empty_mins}</span>
                <input
                    class="field field--short"
                    name="empty_mins"
                    type="number"
                    min="1"
                    max="1440"
                    value=refilled.value("empty_mins", EMPTY_MINS)
                />
            </label>
            <label class="labelled">
                <span>{make.closes_in}</span>
                <select class="field field--short" name="closes_in_mins">
                    <option value="">{make.no_time}</option>
                    {ends.collect_view()}
                </select>
            </label>
        </fieldset>
    }
}

/// How one comes in, and the password where it takes one.
#[component]
pub(super) fn Doors(
    /// The form.
    refilled: Refilled,
    /// What is chosen at first.
    usual: &'static str,
    /// What is said about the password, where it is not the usual.
    #[prop(optional)]
    password_hint: Option<&'static str>,
) -> impl IntoView {
    let make = expect_context::<Client>().texts.making();
    let doors = [
        ("open", make.open, make.open_hint),
        ("password", make.password, make.password_hint),
        ("invite", make.invite, make.invite_hint),
    ];
    let choice = |(value, label, hint)| {
        let checked = refilled.is_chosen("door", value, usual);
        view! { <Choice name="door" value label hint checked /> }
    };
    let hint = password_hint
        .map_or_else(|| (make.the_password_hint)(ROOM_PASSWORD_CHARS_MIN), ToOwned::to_owned);
    view! {
        <fieldset class="choices choices--told">
            <legend>{make.door}</legend>
            {doors.map(choice).collect_view()}
        </fieldset>
        <div class="new-room__password">
            <label class="labelled">
                <span>{make.the_password}</span>
                <input
                    class="field"
                    name="password"
                    type="password"
                    maxlength=ROOM_PASSWORD_CHARS_MAX.to_string()
                    autocomplete="new-password"
                    aria-describedby="password-hint password-fault"
                />
            </label>
            <Fault refilled field="password" />
            <p class="hint" id="password-hint">{hint}</p>
        </div>
    }
}

/// How many people it takes.
#[component]
pub(super) fn Capacity(
    /// What stands in it.
    usual: String,
) -> impl IntoView {
    let make = expect_context::<Client>().texts.making();
    view! {
        <label class="labelled">
            <span>{make.capacity}</span>
            <input
                class="field field--short"
                name="capacity"
                type="number"
                required
                min=ROOM_PEOPLE_MIN.to_string()
                max=LARGE_PEOPLE_MAX.to_string()
                aria-describedby="capacity-hint"
                value=usual
            />
        </label>
        <p class="hint" id="capacity-hint">
            {(make.capacity_hint)(ROOM_PEOPLE_MAX, LARGE_PEOPLE_MAX)}
        </p>
    }
}
