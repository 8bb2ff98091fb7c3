//! The column at the left: brand, jump field, channels, and who one is.

use super::lively::{flag, says};
use super::{Icon, MeCard, Part, Picture, RoomList};
use crate::{
    client::Client,
    protocol::{
        matching::MatchState,
        powers::Power,
        room::{Request, RoomKind},
    },
    route::{Page, Route},
};
use leptos::{ev, prelude::*};

/// The sidebar; on a phone a drawer that the browser itself opens and closes.
#[component]
pub fn Sidebar(
    /// Whether the jump dialog is open.
    jump: RwSignal<bool>,
) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    close_on_leaving();
    let open_jump = move |event: ev::MouseEvent| {
        event.prevent_default();
        jump.set(true);
    };
    view! {
        <aside class="sidebar" id="menu" popover="auto" aria-label=texts.house.rooms_nav>
            <a class="sidebar__brand brand" href="/rooms">
                <Icon picture=Picture::House />
                {texts.house.brand}
            </a>
            // A link to the list of channels until the wasm is here, and without JavaScript.
            <a class="sidebar__jump" href="/rooms" on:click=open_jump>
                {texts.house.jump}
                <kbd>"Ctrl K"</kbd>
            </a>
            <nav class="sidebar__rooms" aria-label=texts.house.rooms_nav>
                <div class="sidebar__heading">
                    <h2>{texts.house.channels}</h2>
                    <a href="/rooms">{texts.house.browse}</a>
                </div>
                <RoomList part=Part::Channels />
                <RoomsHeading />
                <RoomList part=Part::Rooms />
                <MatchHeading />
                <RoomList part=Part::Matches />
                <DirectHeading />
                <RoomList part=Part::Direct />
            </nav>
            <MeCard />
        </aside>
    }
}

/// Over the rooms of one's own, with the way to make one.
#[component]
fn RoomsHeading() -> impl IntoView {
    let client = expect_context::<Client>();
    let rooms = &client.texts.rooms;
    let may_make = move || client.me.read().as_ref().is_some_and(|it| it.role.may(Power::MakeRoom));
    view! {
        <div class="sidebar__heading">
            <h2>{rooms.rooms}</h2>
            <a
                class="sidebar__plus"
                href="/rooms/new"
                rel="external"
                aria-label=rooms.new
                title=rooms.new
                hidden=flag(move || !may_make())
            >
                <Icon picture=Picture::Plus />
            </a>
        </div>
    }
}

/// Over the rooms of those who were matched, with the way to be.
#[component]
fn MatchHeading() -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let route = expect_context::<Route>();
    let is_shown = move || (route.page() == Page::Match).then_some("page");
    // The state stands here wherever one is.
    let state = move || match client.matching.read().as_ref().map(|it| (&it.state, it.waiting)) {
        Some((MatchState::Proposed(_), _)) => meeting.found_beside.to_owned(),
        Some((MatchState::Searching(_), _)) => {
            let secs = client.secs_of_match.get();
            format!("{}:{:02}", secs / 60, secs % 60)
        }
        Some((_, waiting)) if waiting > 0 => (meeting.waiting)(waiting),
        _ => String::new(),
    };
    view! {
        <div class="sidebar__heading">
            <h2>{meeting.heading}</h2>
        </div>
        <a class="room-list__link" href="/match" aria-current=is_shown>
            <span class="room-list__glyph" aria-hidden="true"><Icon picture=Picture::Meet /></span>
            <span class="room-list__name">{meeting.find}</span>
            <span class="room-list__count">{says(state)}</span>
        </a>
    }
}

/// Over the people one writes to, with the way to those who ask to write.
#[component]
fn DirectHeading() -> impl IntoView {
    let client = expect_context::<Client>();
    let rooms = &client.texts.rooms;
    let asking = Memo::new(move |_| {
        let rooms = client.rooms.read();
        rooms.iter().filter(|it| it.request == Request::Received).count()
    });
    let is_empty = move || client.rooms.read().iter().all(|it| it.kind != RoomKind::Direct);
    let requests = move || (rooms.requests)(u32::try_from(asking.get()).unwrap_or(u32::MAX));
    view! {
        <div class="sidebar__heading" hidden=flag(is_empty)>
            <h2>{rooms.direct}</h2>
            <a href="/inbox" rel="external" hidden=flag(move || asking.get() == 0)>
                {says(requests)}
            </a>
        </div>
    }
}

/// Closes the drawer when the user has chosen where to go.
fn close_on_leaving() {
    let route = expect_context::<Route>();
    Effect::new(move |before: Option<()>| {
        _ = route.page();
        if before.is_some() {
            close_popovers();
        }
    });
}

/// Closes the drawer, sheet or menu that lies over the page.
pub(super) fn close_popovers() {
    let open = document().query_selector("[popover]:popover-open").ok().flatten();
    if let Some(open) = open {
        use wasm_bindgen::JsCast;
        _ = open.unchecked_into::<web_sys::HtmlElement>().hide_popover();
    }
}
