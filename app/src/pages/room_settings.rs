//! `/rooms/{room}/settings`: what hosts and co-hosts do about a room, each a plain form.

mod invites;
mod order;
mod people;

use super::{First, refilled::Refilled};
use crate::{
    client::{Client, standing::rank_in},
    components::{FormNote, Frame, MenuButton, PageTitle},
    i18n::questions,
    pages::new_room::{Capacity, Doors},
    protocol::{
        ids::RoomId,
        limits::{ROOM_NAME_CHARS_MAX, TOPIC_CHARS_MAX},
        pages::{Plain, RoomSettings},
        people::Role,
        room::{Door, Rank, RoomKind},
    },
};
use invites::Invites;
use leptos::prelude::*;
use order::{Close, LockAndSlow, Sanctions};
use people::{People, Successor};
use std::sync::Arc;

/// The room, and what the reader may do about it.
#[derive(Clone)]
struct Kept {
    settings: Arc<RoomSettings>,
    rank: Rank,
}

impl Kept {
    fn is_host(&self) -> bool {
        self.rank == Rank::Host
    }
}

/// All settings of a room.
#[component]
pub fn RoomSettingsPage() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let Plain::Room(settings) = first.plain.clone() else {
        return view! { <super::NotFound /> }.into_any();
    };
    let settings: Arc<RoomSettings> = Arc::from(settings);
    let role = first.me.as_ref().map_or(Role::Guest, |it| it.role);
    let rank = rank_in(&settings.room, settings.standing.rank, role);
    let kept = Kept { settings: settings.clone(), rank };
    let title = (texts.rooms.keep.title)(&settings.room.name);
    let has_host = settings.room.kind.has_host();
    let is_host = kept.is_host() && has_host;
    // Who is not in the room is told so where they were named.
    let note = (!Refilled::new().has_missed("speaker")).then(|| view! { <FormNote /> });
    view! {
        <PageTitle text=format!("{title} · {}", texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1 class="page__title">{title}</h1>
                </header>
                <p>
                    <a href=crate::components::address(&settings.room)>
                        {texts.rooms.keep.back}
                    </a>
                </p>
                {note}
                <About kept=kept.clone() />
                {is_host.then(|| view! { <DoorForm kept=kept.clone() /> })}
                <LockAndSlow kept=kept.clone() />
                {daily(&kept.settings)}
                {has_host.then(|| view! { <Invites kept=kept.clone() /> })}
                <People kept=kept.clone() />
                {is_host.then(|| view! { <Successor kept=kept.clone() /> })}
                <Sanctions kept=kept.clone() />
                {is_host.then(|| view! { <Close kept /> })}
            </main>
        </Frame>
    }
    .into_any()
}

/// A form that does something about the room and leads back to its settings.
#[component]
fn ActForm(
    /// The room.
    room: RoomId,
    /// What is done; absent where its buttons say so.
    #[prop(optional)]
    act: Option<&'static str>,
    /// Its fields and buttons.
    children: Children,
) -> impl IntoView {
    let act = act.map(|it| view! { <input type="hidden" name="act" value=it /> });
    view! {
        <form class="act-form" method="post" action=format!("/rooms/{room}/acts")>
            <input type="hidden" name="back" value="settings" />
            {act}
            {children()}
        </form>
    }
}

/// A channel's question of the day.
fn daily(settings: &RoomSettings) -> impl IntoView + use<> {
    let language = expect_context::<First>().0.preferences.language;
    let words = questions(language);
    let action = format!("/rooms/{}/daily", settings.room.id);
    settings.daily.map(|on| {
        let button = if on { words.daily_end } else { words.daily_begin };
        view! {
            <section class="settings-card">
                <h2>{words.daily}</h2>
                <p>{words.daily_lead}</p>
                <form class="act-form" method="post" action=action>
                    <input type="hidden" name="on" value=(!on).to_string() />
                    <button class="primary">{button}</button>
                </form>
            </section>
        }
    })
}

/// Name and topic.
#[component]
fn About(kept: Kept) -> impl IntoView {
    let rooms = &expect_context::<Client>().texts.rooms;
    let (make, keep) = (expect_context::<Client>().texts.making(), &rooms.keep);
    let room = &kept.settings.room;
    let (id, refilled) = (room.id, Refilled::new());
    let name = refilled.value_of("rename", "name", &room.name);
    let topic = refilled.value_of("topic", "topic", &room.topic);
    let rename = (kept.is_host() && room.kind.has_host()).then(|| {
        view! {
            <ActForm room=id act="rename">
                <label class="labelled">
                    <span>{make.name}</span>
                    <input
                        class="field"
                        name="name"
                        required
                        maxlength=ROOM_NAME_CHARS_MAX.to_string()
                        value=name
                    />
                </label>
                <button class="primary">{keep.rename}</button>
            </ActForm>
        }
    });
    view! {
        <section class="settings-card">
            <h2>{keep.about}</h2>
            {rename}
            <ActForm room=id act="topic">
                <label class="labelled">
                    <span>{make.topic}</span>
                    <input
                        class="field"
                        name="topic"
                        maxlength=TOPIC_CHARS_MAX.to_string()
                        value=topic
                    />
                </label>
                <button class="primary">{keep.save}</button>
            </ActForm>
        </section>
    }
}

/// How one comes in, and how many.
#[component]
fn DoorForm(kept: Kept) -> impl IntoView {
    let keep = &expect_context::<Client>().texts.rooms.keep;
    let room = &kept.settings.room;
    let (id, door, usual) = (room.id, room.door, room.door.name());
    let refilled = Refilled::new();
    let capacity = refilled.value_of("capacity", "capacity", &room.capacity.to_string());
    let doors = if door == Door::Password {
        view! { <Doors refilled usual password_hint=keep.password_keep /> }.into_any()
    } else {
        view! { <Doors refilled usual /> }.into_any()
    };
    view! {
        <section class="settings-card new-room">
            <h2>{keep.door_title}</h2>
            <ActForm room=id act="door">
                {doors}
                <button class="primary">{keep.save}</button>
            </ActForm>
            <ActForm room=id act="capacity">
                <Capacity usual=capacity />
                <button class="primary">{keep.save}</button>
            </ActForm>
        </section>
    }
}

/// Whether the room is a large one.
fn is_large(kept: &Kept) -> bool {
    kept.settings.room.kind == RoomKind::Large
}
