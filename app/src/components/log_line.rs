//! One line of the log.

use super::lively::{part, says};
use super::{Avatar, DirectLine, MessageMenu, MessageText, QuestionCard, direct_line::is_direct};
use crate::{
    client::{
        Client,
        lines::{Line, Moved},
    },
    protocol::{
        ids::{Millis, UserId},
        message::{Deed, Entry, What},
    },
};
use leptos::prelude::*;
use std::{collections::HashMap, sync::Arc};

/// The versions of the pictures of the room's people, in context of the log.
#[derive(Clone, Copy)]
pub(super) struct Pictures(Memo<HashMap<UserId, String>>);

impl Pictures {
    /// Those of the room shown.
    pub(super) fn of(client: Client) -> Self {
        Self(Memo::new(move |_| {
            let people = client.people.read();
            people.iter().filter_map(|it| Some((it.id, it.picture.clone()?))).collect()
        }))
    }
}

/// Whose names have a tag, and which.
pub type Tags = Vec<(UserId, &'static str)>;

/// One line of the log: a day, a message, who came and went.
#[component]
pub fn LogLine(
    /// The line.
    line: Line,
    /// What is said beside the names of some of the room's people: host, admin.
    tags: Memo<Tags>,
) -> impl IntoView {
    match line {
        Line::Day(_, at) => day_line(at).into_any(),
        Line::New(_) => new_line().into_any(),
        Line::Message { entry, headed } if is_direct(expect_context()) => {
            view! { <DirectLine entry headed /> }.into_any()
        }
        Line::Message { entry, headed } => message_line(entry, headed, tags).into_any(),
        Line::Moved(moved) => moved_line(&moved).into_any(),
        Line::Announced(entry) => announced_line(&entry).into_any(),
        Line::Did(entry) => did_line(&entry).into_any(),
        Line::Asked(entry) => asked_line(&entry).into_any(),
    }
}

fn day_line(at: Millis) -> impl IntoView {
    let client = expect_context::<Client>();
    let day = move || client.texts.day_of(at, client.opened_at, client.zone_min.get());
    view! { <li class="log-line log-line--day"><span>{says(day)}</span></li> }
}

fn new_line() -> impl IntoView {
    let text = expect_context::<Client>().texts.room.new_line;
    view! { <li class="log-line log-line--day log-line--new"><span>{text}</span></li> }
}

fn message_line(entry: Arc<Entry>, headed: bool, tags: Memo<Tags>) -> impl IntoView {
    let client = expect_context::<Client>();
    let (author, at, name) = (entry.author, entry.at, entry.name.clone());
    let clock = move || client.texts.clock(at, client.zone_min.get());
    let tag = move || {
        let tag = tags.read().iter().find(|it| it.0 == author).map(|it| it.1);
        tag.map(|tag| view! { <span class="tag">{tag}</span> })
    };
    let pictures = expect_context::<Pictures>().0;
    let face = name.clone();
    let avatar = move || {
        let picture = pictures.read().get(&author).cloned();
        view! { <Avatar user=author name=face.clone() picture /> }
    };
    let head = if headed {
        view! {
            {part(avatar)}
            <p class="log-line__head">
                <b class="log-line__name">
                    <a href=format!("/people/{author}") rel="external">{name}</a>
                </b>
                {part(tag)}
                <time class="log-line__time">{says(clock)}</time>
            </p>
        }
        .into_any()
    } else {
        view! {
            <span class="log-line__gutter">
                <span class="visually-hidden">{name}" "</span>
                <time>{says(clock)}</time>
            </span>
        }
        .into_any()
    };
    let (seq, text) = (entry.seq.to_string(), text_of(&entry));
    view! {
        <li class="log-line log-line--message" data-seq=seq data-headed=headed.to_string()>
            {head}
            <p class="log-line__text"><MessageText text /></p>
            <MessageMenu entry />
        </li>
    }
}

fn moved_line(moved: &Moved) -> impl IntoView {
    let client = expect_context::<Client>();
    let at = moved.at;
    let told = |joined: bool| {
        let names: Vec<&str> =
            moved.people.iter().filter(|it| it.2 == joined).map(|it| it.1.as_str()).collect();
        (client.texts.room.moved)(&names, joined)
    };
    let mut text = String::new();
    for part in [told(true), told(false)] {
        if !part.is_empty() {
            text.push_str(&part);
            text.push_str(" · ");
        }
    }
    let clock = move || client.texts.clock(at, client.zone_min.get());
    view! {
        <li class="log-line log-line--moved" data-seq=moved.first.to_string()>
            {text}<time>{says(clock)}</time>
        </li>
    }
}

fn did_line(entry: &Entry) -> impl IntoView {
    let client = expect_context::<Client>();
    let What::Did(did) = &entry.what else { return ().into_any() };
    let subject = did.subject.as_ref().map_or("", |it| it.name.as_str());
    let text = (client.texts.room.did)(did.deed, &entry.name, subject, &did.text);
    let reason = (did.subject.is_some() && !did.text.is_empty()).then(|| did.text.clone());
    let until = did.until.map(|until| {
        move || {
            let when = client.texts.moment(until, client.opened_at, client.zone_min.get());
            (client.texts.rooms.inside.until)(&when)
        }
    });
    let speed = untrack(|| client.room()).filter(|_| did.deed == Deed::SpeedSet).map(|room| {
        let label = client.texts.room.to_speed;
        view! { " · " <a href=format!("/rooms/{}/speed", room.id) rel="external">{label}</a> }
    });
    let at = entry.at;
    let clock = move || client.texts.clock(at, client.zone_min.get());
    view! {
        <li class="log-line log-line--moved log-line--did" data-seq=entry.seq.to_string()>
            {text} {until.map(|it| view! { " " {says(it)} })}
            {reason.map(|it| view! { " · " <q class="log-line__reason">{it}</q> })}
            {speed} " · "
            <time>{says(clock)}</time>
        </li>
    }
    .into_any()
}

/// A question that came up.
fn asked_line(entry: &Entry) -> impl IntoView {
    let asked = entry.what.asked().cloned();
    view! {
        <li class="log-line log-line--asked" data-seq=entry.seq.to_string()>
            {asked.map(|asked| view! { <QuestionCard asked /> })}
        </li>
    }
}

fn announced_line(entry: &Entry) -> impl IntoView {
    let client = expect_context::<Client>();
    let (at, text) = (entry.at, text_of(entry));
    let clock = move || client.texts.clock(at, client.zone_min.get());
    view! {
        <li class="log-line log-line--announced" data-seq=entry.seq.to_string()>
            <p class="log-line__head">
                <span class="tag">{client.texts.room.announcement}</span>
                <b class="log-line__name">{entry.name.clone()}</b>
                <time class="log-line__time">{says(clock)}</time>
            </p>
            <p class="log-line__text"><MessageText text /></p>
        </li>
    }
}

fn text_of(entry: &Entry) -> String {
    match &entry.what {
        What::Message { text } | What::Announced { text } => text.clone(),
        What::Joined | What::Left | What::Did(_) | What::Asked(_) | What::Unknown => String::new(),
    }
}
