//! The people of a room, by how near at hand they are.

use super::lively::{flag, says};
use super::{Avatar, Icon, PersonCard, PersonMenu, Picture, QuietForm, Row, rows};
use crate::{
    client::Client,
    protocol::{
        people::{Person, Presence, Role},
        powers::Power,
        room::{Rank, RoomKind},
    },
};
use leptos::prelude::*;

/// More people of one group are only counted.
const SHOWN_MAX: usize = 200;

/// Who stands together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// The host and the co-hosts.
    Hosts,
    /// In a large room: who may speak.
    Speakers,
    /// All others who are equally near at hand.
    Near(Presence),
}

/// The people of the room shown: a column beside the log, or a sheet over it where there is
/// little space.
#[component]
pub fn PeopleList() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let inside = &texts.rooms.inside;
    let menu = PersonMenu::new(client);
    let is_large = move || client.room().is_some_and(|it| it.kind == RoomKind::Large);
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
            <p class="people-list__many" hidden=flag(move || !is_large())>{inside.many}</p>
            <PeopleGroup menu group=Group::Hosts label=inside.hosts />
            <PeopleGroup menu group=Group::Speakers label=inside.speakers />
            <PeopleGroup menu group=Group::Near(Presence::Here) label=texts.room.here />
            <PeopleGroup menu group=Group::Near(Presence::Away) label=texts.room.away />
            <PeopleGroup menu group=Group::Near(Presence::Busy) label=texts.room.busy />
            <PeopleGroup menu group=Group::Near(Presence::Unknown) label=texts.room.unknown />
            <PeopleGroup menu group=Group::Near(Presence::Offline) label=texts.room.offline />
            <QuietForm />
            <PersonCard menu />
        </aside>
    }
}

/// The people who stand together.
#[component]
fn PeopleGroup(
    /// What opens at a name.
    menu: PersonMenu,
    /// Which people.
    group: Group,
    /// The heading, for their number.
    label: fn(usize) -> String,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let presence = match group {
        Group::Hosts | Group::Speakers => "mixed",
        Group::Near(presence) => presence_name(presence),
    };
    let members = Memo::new(move |_| members(&client.people.read(), group));
    let left = move || members.read().len().saturating_sub(SHOWN_MAX);
    let row = move |it: &Person| {
        let looks = (&it.name, &it.picture);
        let key = (it.id, it.role, looks, (it.rank, it.muted, it.speaker, it.presence));
        let person = it.clone();
        Row::new(key, move || view! { <PersonLine menu person /> }.into_any())
    };
    let shown = move || members.read().iter().take(SHOWN_MAX).map(row).collect();
    view! {
        <section
            class="people-list__group"
            data-presence=presence
            hidden=flag(move || members.read().is_empty())
        >
            <h2>{says(move || label(members.read().len()))}</h2>
            <ul>{rows(shown)}</ul>
            <p hidden=flag(move || left() == 0)>{says(move || (texts.room.more_people)(left()))}</p>
        </section>
    }
}

/// One of the people; the name leads to their page, and in the browser opens their menu.
#[component]
fn PersonLine(menu: PersonMenu, person: Person) -> impl IntoView {
    let client = expect_context::<Client>();
    let dot = person.presence.is_seen().then_some(person.presence);
    let to = format!("/people/{}", person.id);
    let tags = person_tags(client, &person);
    let (name, avatar) = (person.name.clone(), person.name.clone());
    let picture = person.picture.clone();
    let (user, presence) = (person.id, presence_name(person.presence));
    let open = move |event: leptos::ev::MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            menu.open(person.clone());
        }
    };
    view! {
        <li class="people-list__person" data-presence=presence>
            <a class="people-list__link" rel="external" href=to aria-haspopup="dialog" on:click=open>
                <Avatar user=user name=avatar small=true presence=dot picture />
                <span class="people-list__name">{name}</span>
                {tags}
            </a>
        </li>
    }
}

/// What sets somebody apart: their rank in the room, else their role, and whether they are muted.
pub fn person_tags(client: Client, person: &Person) -> AnyView {
    let (room, inside) = (&client.texts.room, &client.texts.rooms.inside);
    let by_role = match person.role {
        Role::Owner => Some(room.owner),
        Role::Admin => Some(room.admin),
        Role::Moderator => Some(room.moderator),
        Role::Guest => Some(room.guest),
        Role::Member => None,
    };
    let tag = match person.rank {
        Rank::Host => Some(inside.host),
        Rank::Cohost => Some(inside.cohost),
        Rank::Member if person.speaker => Some(inside.speaker),
        Rank::Member => by_role,
    };
    let muted = person.muted.then_some(inside.muted);
    let tags = [tag, muted].into_iter().flatten();
    tags.map(|it| view! { <span class="tag">{it}</span> }).collect_view().into_any()
}

fn members(people: &[Person], group: Group) -> Vec<Person> {
    let is_in = |it: &&Person| match group {
        Group::Hosts => it.rank > Rank::Member,
        Group::Speakers => it.rank == Rank::Member && it.speaker,
        Group::Near(presence) => it.rank == Rank::Member && !it.speaker && it.presence == presence,
    };
    let mut members: Vec<Person> = people.iter().filter(is_in).cloned().collect();
    members.sort_by_cached_key(|it| {
        (std::cmp::Reverse(it.rank), !it.role.may(Power::Announce), it.name.to_lowercase())
    });
    members
}

/// Its name in attributes that style.
pub(crate) const fn presence_name(presence: Presence) -> &'static str {
    match presence {
        Presence::Here => "here",
        Presence::Away => "away",
        Presence::Busy => "busy",
        Presence::Offline => "offline",
        Presence::Unknown => "unknown",
    }
}
