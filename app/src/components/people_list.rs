//! The people of a room, by how near at hand they are.

use super::{Avatar, Icon, Picture};
use crate::{
    client::Client,
    protocol::{
        people::{Person, Presence, Role},
        powers::Power,
    },
};
use leptos::prelude::*;

/// More people of one group are only counted.
const SHOWN_MAX: usize = 200;

/// The people of the room shown: a column beside the log, or a sheet over it where there is
/// little space.
#[component]
pub fn PeopleList() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    view! {
        <aside class="people-list" id="people" popover="auto" aria-label=texts.room.people_title>
            <button
                class="people-list__close"
                type="button"
                popovertarget="people"
                popovertargetaction="hide"
                aria-label=texts.house.close
            >
                <Icon picture=Picture::Cross />
            </button>
            <PeopleGroup presence=Presence::Here label=texts.room.here />
            <PeopleGroup presence=Presence::Away label=texts.room.away />
            <PeopleGroup presence=Presence::Busy label=texts.room.busy />
            <PeopleGroup presence=Presence::Unknown label=texts.room.unknown />
            <PeopleGroup presence=Presence::Offline label=texts.room.offline />
        </aside>
    }
}

/// The people who are equally near at hand.
#[component]
fn PeopleGroup(
    /// How near.
    presence: Presence,
    /// The heading, for their number.
    label: fn(usize) -> String,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let group = Memo::new(move |_| group(&client.people.read(), presence));
    let left = move || group.read().len().saturating_sub(SHOWN_MAX);
    let shown = move || group.read().iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>();
    let key = |it: &Person| (it.id, it.role, it.name.clone());
    view! {
        <section
            class="people-list__group"
            data-presence=presence_name(presence)
            hidden=move || group.read().is_empty()
        >
            <h2>{move || label(group.read().len())}</h2>
            <ul>
                <For each=shown key=key let:person>
                    <PersonLine person />
                </For>
            </ul>
            <p hidden=move || left() == 0>{move || (texts.room.more_people)(left())}</p>
        </section>
    }
}

/// One of the people.
#[component]
fn PersonLine(person: Person) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let tag = match person.role {
        Role::Owner => Some(texts.room.owner),
        Role::Admin => Some(texts.room.admin),
        Role::Moderator => Some(texts.room.moderator),
        Role::Guest => Some(texts.room.guest),
        Role::Member => None,
    };
    let dot = person.presence.is_seen().then_some(person.presence);
    view! {
        <li class="people-list__person">
            <Avatar user=person.id name=person.name.clone() small=true presence=dot />
            <span class="people-list__name">{person.name}</span>
            {tag.map(|tag| view! { <span class="tag">{tag}</span> })}
        </li>
    }
}

fn group(people: &[Person], presence: Presence) -> Vec<Person> {
    let mut group: Vec<Person> =
        people.iter().filter(|it| it.presence == presence).cloned().collect();
    group.sort_by_cached_key(|it| (!it.role.may(Power::Announce), it.name.to_lowercase()));
    group
}

/// What sheets know a presence by.
pub(crate) const fn presence_name(presence: Presence) -> &'static str {
    match presence {
        Presence::Here => "here",
        Presence::Away => "away",
        Presence::Busy => "busy",
        Presence::Offline => "offline",
        Presence::Unknown => "unknown",
    }
}
