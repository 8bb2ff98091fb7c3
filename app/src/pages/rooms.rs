//! `/rooms`: the channels, and the rooms that can be found.

use crate::components::lively::{flag, part, says};
use crate::{
    client::{Client, found::Listing},
    components::{
        FormNote, Frame, MenuButton, PageTitle, Part, ReminderNotice, RoomFacts, Row, address,
        glyph, rows,
    },
    protocol::{
        powers::Power,
        room::RoomKind,
        snapshot::{Directory, RoomSummary},
    },
    route::Route,
};
use leptos::{ev, html, prelude::*};

/// All channels, then the rooms: what they are about, how many people are in each, and a search.
#[component]
pub fn Rooms() -> impl IntoView {
    let client = expect_context::<Client>();
    let route = expect_context::<Route>();
    let (house, rooms) = (&client.texts.house, &client.texts.rooms);
    Effect::new(move |_| client.show_nothing());
    Effect::new(move |_| client.list(&query_of(&route.address())));
    on_cleanup(move || client.list_nothing());
    let channels = move || {
        let rooms = client.rooms.read();
        rooms.iter().filter(|it| Part::Channels.has(it)).cloned().collect::<Vec<_>>()
    };
    let row = |room: RoomSummary| {
        let key = (room.id, room.people, room.name.clone(), room.topic.clone());
        Row::new(key, move || view! { <RoomCard room /> }.into_any())
    };
    let cards = move || channels().into_iter().map(row).collect();
    let title = format!("{} · {}", rooms.find, house.brand);
    view! {
        <PageTitle text=title />
        <Frame>
            <main
                class="page"
                id="main"
                tabindex="-1"
                data-connected=says(move || client.is_live().to_string())
            >
                <header class="page__head">
                    <MenuButton />
                    <h1>{house.channels}</h1>
                </header>
                <p class="page__lead">{house.channels_lead}</p>
                <FormNote />
                <ReminderNotice />
                <ul class="room-cards">{rows(cards)}</ul>
                <p class="page__lead" hidden=flag(move || !channels().is_empty())>{house.no_channels}</p>
                <Found />
            </main>
        </Frame>
    }
}

/// The rooms that can be found.
#[component]
fn Found() -> impl IntoView {
    let client = expect_context::<Client>();
    let rooms = &client.texts.rooms;
    let may_make = move || client.me.read().as_ref().is_some_and(|it| it.role.may(Power::MakeRoom));
    view! {
        <section class="found" aria-labelledby="found">
            <div class="found__head">
                <h2 id="found">{rooms.rooms}</h2>
                <a
                    class="primary"
                    rel="external"
                    href="/rooms/new"
                    hidden=flag(move || !may_make())
                >
                    {rooms.new}
                </a>
            </div>
            <p class="page__lead">{rooms.find_lead}</p>
            <Search />
            {part(move || match client.directory.get() {
                Listing::Listed(listed) => view! { <Listed listed /> }.into_any(),
                Listing::Loading => view! {
                    <p class="page__lead" role="status">{client.texts.room.loading}</p>
                }
                .into_any(),
                Listing::Failed => view! { <Failed /> }.into_any(),
            })}
        </section>
    }
}

/// The list could not be loaded.
#[component]
fn Failed() -> impl IntoView {
    let client = expect_context::<Client>();
    let room = &client.texts.room;
    view! {
        <div class="found__failed" role="alert">
            <p>{room.failed_title}". "{room.failed_text}</p>
            <button class="plain" type="button" on:click=move |_| client.load_list()>
                {room.try_again}
            </button>
        </div>
    }
}

/// What to look for, and in which order: a plain form and links, which the browser follows without
/// loading the page once it lives.
#[component]
fn Search() -> impl IntoView {
    let rooms = &expect_context::<Client>().texts.rooms;
    let route = expect_context::<Route>();
    let field = NodeRef::<html::Input>::new();
    // Read again whenever the address is another.
    let value = move |key: &str| {
        _ = route.address();
        route.query(key).unwrap_or_default()
    };
    let search = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let words = field.get_untracked().map(|it| it.value()).unwrap_or_default();
        route.go(&address_of(words.trim(), &untrack(|| value("sort")), ""));
    };
    let orders = [("people", rooms.by_people), ("name", rooms.by_name), ("new", rooms.by_new)];
    let is_chosen = move |sort: &str| {
        let now = value("sort");
        now == sort || now.is_empty() && sort == "people"
    };
    let order = move |(sort, label): (&'static str, &'static str)| {
        view! {
            <a
                class="found__order"
                href=says(move || address_of(&value("q"), sort, ""))
                aria-current=move || is_chosen(sort).then_some("true")
            >
                {label}
            </a>
        }
    };
    view! {
        <form class="found__search" method="get" action="/rooms" role="search" on:submit=search>
            <input
                class="field"
                type="search"
                name="q"
                autocomplete="off"
                aria-label=rooms.search
                placeholder=rooms.search
                value=untrack(|| value("q"))
                node_ref=field
            />
            <input type="hidden" name="sort" value=says(move || value("sort")) />
            <button class="plain">{rooms.search_go}</button>
        </form>
        <nav class="found__orders" aria-label=rooms.sort>{orders.map(order).collect_view()}</nav>
    }
}

/// A page of the rooms, and the way to the next.
#[component]
fn Listed(listed: Directory) -> impl IntoView {
    let rooms = &expect_context::<Client>().texts.rooms;
    let route = expect_context::<Route>();
    let query = |key: &str| route.query(key).unwrap_or_default();
    let (words, sort, is_later) = (query("q"), query("sort"), !query("after").is_empty());
    if listed.rooms.is_empty() {
        let none = if words.is_empty() { rooms.none_yet } else { rooms.none_found };
        return view! { <p class="found__none" role="status">{none}</p> }.into_any();
    }
    let next = listed.next.map(|after| {
        view! { <a class="plain" href=address_of(&words, &sort, &after)>{rooms.next_page}</a> }
    });
    let first = is_later.then(|| {
        view! { <a class="plain" href=address_of(&words, &sort, "")>{rooms.first_page}</a> }
    });
    let cards = listed.rooms.into_iter().map(|room| view! { <RoomCard room /> }).collect_view();
    view! {
        <p class="found__total" role="status">{(rooms.total)(listed.total)}</p>
        <ul class="room-cards">{cards}</ul>
        <p class="found__pages">{first}{next}</p>
    }
    .into_any()
}

/// One channel or room. Before whose door the user would stand, that page is brought whole.
#[component]
fn RoomCard(room: RoomSummary) -> impl IntoView {
    let house = &expect_context::<Client>().texts.house;
    let to = address(&room);
    let is_channel = room.kind == RoomKind::Channel;
    let rel = (!is_channel && !room.mine).then_some("external");
    let sign = if is_channel { "# ".into_any() } else { glyph(&room) };
    let (name, topic) = (room.name.clone(), room.topic.clone());
    let foot = if is_channel {
        view! {
            <span class="room-card__count" aria-hidden="true">
                {(house.count)(room.people, room.capacity)}
            </span>
            <span class="visually-hidden">{(house.count_label)(room.people, room.capacity)}</span>
        }
        .into_any()
    } else {
        view! { <span class="room-card__facts"><RoomFacts room /></span> }.into_any()
    };
    view! {
        <li class="room-card">
            <a class="room-card__link" href=to rel=rel>
                <span class="room-card__name">
                    <span class="room-card__glyph" aria-hidden="true">{sign}</span>
                    {name}
                </span>
                <span class="room-card__topic">{topic}</span>
                {foot}
            </a>
        </li>
    }
}

/// What stands behind the question mark.
fn query_of(address: &str) -> String {
    address.split_once('?').map_or_else(String::new, |it| it.1.to_owned())
}

/// The address of a search; what is empty is left out.
fn address_of(words: &str, sort: &str, after: &str) -> String {
    let mut address = "/rooms".to_owned();
    for (key, value) in [("q", words), ("sort", sort), ("after", after)] {
        if !value.is_empty() {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(key);
            address.push('=');
            escape(value, &mut address);
        }
    }
    address
}

/// Writes a text as part of a query.
fn escape(text: &str, address: &mut String) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push('%');
            let digits = [byte >> 4, byte & 15].map(usize::from);
            address.extend(digits.iter().filter_map(|it| HEX.get(*it)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_an_address() {
        assert_eq!(address_of("", "", ""), "/rooms");
        assert_eq!(address_of("a b", "name", ""), "/rooms?q=a%20b&sort=name");
        assert_eq!(address_of("방", "", "x/1"), "/rooms?q=%EB%B0%A9&after=x%2F1");
        assert_eq!(query_of("/rooms?q=a%20b&sort=name"), "q=a%20b&sort=name");
        assert_eq!(query_of("/rooms"), "");
    }
}
