//! `/people/{user}`: somebody's profile, and what one may do about them.

use super::{First, NotFound, refilled::Refilled};
use crate::{
    client::Client,
    components::{
        Avatar, FormNote, Frame, MenuButton, MessageText, PageTitle, address, area_text,
        picture_address, presence_name, presence_text,
    },
    i18n::{People, people},
    protocol::{
        pages::{Plain, Profile},
        people::Role,
        powers::Power,
        profile::language_name,
        snapshot::RoomSummary,
    },
    route::Route,
};
use leptos::prelude::*;

/// The profile of the one whom the address names.
#[component]
pub fn Person() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let words = people(first.preferences.language);
    let Plain::Person(profile) = &first.plain else { return view! { <NotFound /> }.into_any() };
    let profile = (**profile).clone();
    let is_me = first.me.as_ref().is_some_and(|it| it.id == profile.id);
    let title = format!("{} · {}", profile.name, texts.house.brand);
    let actions = if is_me {
        view! { <a class="plain" href="/settings">{words.edit}</a> }.into_any()
    } else {
        view! { <Actions profile=profile.clone() /> }.into_any()
    };
    let report = (!is_me).then(|| view! { <ReportForm profile=profile.clone() /> });
    view! {
        <PageTitle text=title />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head page__head--bare">
                    <MenuButton />
                </header>
                <FormNote />
                <article class="person">
                    <Head profile=profile.clone() />
                    <div class="person__actions">{actions}</div>
                    <Told profile words />
                </article>
                {report}
            </main>
        </Frame>
    }
    .into_any()
}

/// Picture, name, and how near at hand they are.
#[component]
fn Head(profile: Profile) -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let tag = match profile.role {
        Role::Owner => Some(texts.room.owner),
        Role::Admin => Some(texts.room.admin),
        Role::Moderator => Some(texts.room.moderator),
        Role::Guest => Some(texts.room.guest),
        Role::Member => None,
    };
    let face = match &profile.picture {
        Some(version) => {
            let address = picture_address(profile.id, version, "large");
            view! { <img class="person__picture" src=address alt="" /> }.into_any()
        }
        None => view! { <Avatar user=profile.id name=profile.name.clone() /> }.into_any(),
    };
    let dot = presence_name(profile.presence);
    view! {
        <div class="person__head">
            {face}
            <div>
                <h1>{profile.name} " " {tag.map(|tag| view! { <span class="tag">{tag}</span> })}</h1>
                <p class="person__presence" data-presence=dot>
                    <span>{presence_text(texts, profile.presence)}</span>
                </p>
            </div>
        </div>
    }
}

/// What they tell of themselves, and where one meets them.
#[component]
fn Told(profile: Profile, words: &'static People) -> impl IntoView {
    let client = expect_context::<Client>();
    let zone_min = client.zone_min.get_untracked();
    let since = client.texts.day_of(profile.since, client.opened_at, zone_min);
    let about = (!profile.about.is_empty()).then(|| {
        view! {
            <h2>{words.about}</h2>
            <p class="person__about"><MessageText text=profile.about /></p>
        }
    });
    let name = |tag: &String| language_name(tag).unwrap_or(tag).to_owned();
    let languages = profile.languages.iter().map(name).collect();
    let rooms = if profile.rooms.is_empty() {
        view! { <p class="hint">{words.no_rooms}</p> }.into_any()
    } else {
        let lines = profile.rooms.into_iter().map(room_link).collect_view();
        view! { <ul class="person__rooms">{lines}</ul> }.into_any()
    };
    view! {
        {about}
        {chips(words.languages, languages)}
        {chips(words.interests, profile.interests)}
        <h2>{words.rooms}</h2>
        {rooms}
        <p class="hint">{(words.since)(&since)}</p>
    }
}

fn chips(heading: &'static str, words: Vec<String>) -> impl IntoView {
    (!words.is_empty()).then(|| {
        let chips = words.into_iter().map(|it| view! { <li>{it}</li> }).collect_view();
        view! {
            <h2>{heading}</h2>
            <ul class="person__chips">{chips}</ul>
        }
    })
}

fn room_link(room: RoomSummary) -> impl IntoView {
    let to = address(&room);
    view! { <li><a href=to>{room.name}</a></li> }
}

/// To write to them, and to have nothing to do with them.
#[component]
fn Actions(profile: Profile) -> impl IntoView {
    let first = expect_context::<First>().0;
    let words = people(first.preferences.language);
    let may_write = first.me.as_ref().is_some_and(|it| it.role.may(Power::WriteFirst));
    let has_room = first.rooms.iter().any(|it| it.peer == Some(profile.id));
    let id = profile.id;
    let write = if profile.blocked {
        view! { <p class="person__blocked">{words.is_blocked}</p> }.into_any()
    } else if may_write || has_room {
        view! {
            <form method="post" action=format!("/people/{id}/write")>
                <button class="primary">{words.write}</button>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="hint">{words.guests_cannot_write}</p> }.into_any()
    };
    let (path, label) =
        if profile.blocked { ("unblock", words.unblock) } else { ("block", words.block) };
    view! {
        {write}
        <form method="post" action=format!("/people/{id}/{path}")>
            <button class="plain" aria-describedby="block-hint">{label}</button>
        </form>
        <a class="plain" href="#report">{words.report}</a>
        <p class="hint person__hint" id="block-hint">{words.block_lead}</p>
    }
}

/// By which one reports them, or one of their messages where the address names one.
#[component]
fn ReportForm(profile: Profile) -> impl IntoView {
    let first = expect_context::<First>().0;
    let route = expect_context::<Route>();
    let words = people(first.preferences.language);
    let refilled = Refilled::new();
    let of = |field| Some(refilled.value(field, "")).filter(|it| !it.is_empty());
    let of = |field| of(field).or_else(|| route.query(field));
    let (room, seq) = (of("room"), of("seq"));
    let answered = room.clone().filter(|_| of("answer").is_some());
    let about = match (&answered, &seq) {
        (Some(_), _) => Some(words.report_refuse),
        (None, Some(_)) => Some(words.report_message),
        (None, None) => None,
    };
    let action = match &answered {
        Some(room) => format!("/rooms/{room}/answer"),
        None => format!("/people/{}/report", profile.id),
    };
    let answer = answered.map(|_| {
        view! {
            <input type="hidden" name="answer" value="report" />
            <input type="hidden" name="user" value=profile.id.to_string() />
        }
    });
    let whys = words.whys.iter().map(|(why, label)| {
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
            <h2>{words.report}</h2>
            <p>{words.report_lead}</p>
            {about.map(|about| view! { <p>{about}</p> })}
            <form method="post" action=action>
                {answer}
                {room.map(|it| view! { <input type="hidden" name="room" value=it /> })}
                {seq.map(|it| view! { <input type="hidden" name="seq" value=it /> })}
                <fieldset class="choices choices--column">
                    <legend>{words.report_why}</legend>
                    {whys.collect_view()}
                </fieldset>
                <label class="labelled">
                    <span>{words.report_text}</span>
                    <textarea class="field" name="text" rows="3" maxlength="1000">
                        {area_text(&refilled.value("text", ""))}
                    </textarea>
                </label>
                <button class="primary">{words.report_send}</button>
            </form>
        </section>
    }
}
