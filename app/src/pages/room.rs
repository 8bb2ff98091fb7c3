//! `/rooms/{name or id}`: one room.

use crate::{
    client::{Client, Shown},
    components::{
        Composer, ConnectionBanner, DirectHeader, Frame, LogView, PeopleList, ReminderNotice,
        RequestCard, RequestNote, RoomHeader, TypingLine, messages_left,
    },
    protocol::room::{Request, RoomKind},
    route::{Page, Route},
};
use leptos::{ev, prelude::*};
use leptos_meta::Title;

/// What stands in the middle of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Middle {
    Log,
    Loading,
    Failed,
    Gone,
}

/// The room that the address names: its log, its people, and where to write.
#[component]
pub fn RoomPage() -> impl IntoView {
    let client = expect_context::<Client>();
    let route = expect_context::<Route>();
    Effect::new(move |_| {
        if let Page::Room(address) = route.page() {
            client.show(&address);
        }
    });
    let middle = Memo::new(move |_| match &*client.shown.read() {
        Shown::Room(_) => Middle::Log,
        Shown::Nothing | Shown::Loading(_) => Middle::Loading,
        Shown::Failed(_) => Middle::Failed,
        Shown::Gone => Middle::Gone,
    });
    let is_direct = Memo::new(move |_| client.room().is_some_and(|it| it.kind == RoomKind::Direct));
    // A memo, so that the counts of the room do not write the title again and again.
    let title = Memo::new(move |_| {
        let brand = client.texts.house.brand;
        client.room().map_or_else(
            || brand.to_owned(),
            |it| {
                let mark = if it.kind == RoomKind::Direct { "" } else { "#" };
                format!("{mark}{} · {brand}", it.name)
            },
        )
    });
    view! {
        <Title text=move || title.get() />
        <Frame>
            <main
                class="room"
                id="main"
                tabindex="-1"
                data-connected=move || client.is_live().to_string()
            >
                {move || {
                    if is_direct.get() {
                        view! { <DirectHeader /> }.into_any()
                    } else {
                        view! { <RoomHeader /> }.into_any()
                    }
                }}
                <ConnectionBanner />
                <ReminderNotice />
                {move || match middle.get() {
                    Middle::Log => view! { <LogView /> <Foot /> }.into_any(),
                    Middle::Loading => view! { <Skeleton /> }.into_any(),
                    Middle::Failed => view! { <Failed /> }.into_any(),
                    Middle::Gone => view! { <Gone /> }.into_any(),
                }}
            </main>
            {move || (!is_direct.get()).then(|| view! { <PeopleList /> })}
        </Frame>
    }
}

/// Below the log: the composer of a member, or the way in.
#[component]
fn Foot() -> impl IntoView {
    let client = expect_context::<Client>();
    let entered = client.entered;
    let is_asked =
        Memo::new(move |_| client.room().is_some_and(|it| it.request == Request::Received));
    let may_ask_more = Memo::new(move |_| messages_left(client) != Some(0));
    view! {
        <TypingLine />
        <Trouble />
        <Told />
        <RequestNote />
        {move || match (is_asked.get(), entered.get(), may_ask_more.get()) {
            (true, ..) => view! { <RequestCard /> }.into_any(),
            (false, true, true) => view! { <Composer /> }.into_any(),
            (false, true, false) => ().into_any(),
            (false, false, _) => view! { <EnterBar /> }.into_any(),
        }}
    }
}

/// Why something that was asked for was refused.
#[component]
fn Trouble() -> impl IntoView {
    let client = expect_context::<Client>();
    let why = move || client.trouble.get().map(client.texts.refusal).unwrap_or_default();
    view! {
        <p
            class="form-note room__trouble"
            role="alert"
            data-tone="bad"
            hidden=move || client.trouble.get().is_none()
        >
            {why}
        </p>
    }
}

/// What was done, told for a while.
#[component]
fn Told() -> impl IntoView {
    let client = expect_context::<Client>();
    view! {
        <p
            class="form-note room__trouble"
            role="status"
            data-tone="good"
            hidden=move || client.told.read().is_none()
        >
            {move || client.told.get()}
        </p>
    }
}

/// Reading along, and the button that lets one talk.
#[component]
fn EnterBar() -> impl IntoView {
    let client = expect_context::<Client>();
    let room = &client.texts.room;
    let action =
        untrack(|| client.room_id()).map(|id| format!("/rooms/{id}/enter")).unwrap_or_default();
    let enter = move |event: ev::SubmitEvent| {
        if untrack(|| client.is_live()) {
            event.prevent_default();
            client.enter();
        }
    };
    view! {
        <form class="enter-bar" method="post" action=action on:submit=enter>
            <p>{room.enter_lead}</p>
            <button class="primary">{room.enter}</button>
        </form>
    }
}

/// Grey lines while a room is being loaded.
#[component]
fn Skeleton() -> impl IntoView {
    let loading = expect_context::<Client>().texts.room.loading;
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{loading}</span>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

/// The room could not be loaded.
#[component]
fn Failed() -> impl IntoView {
    let client = expect_context::<Client>();
    let room = &client.texts.room;
    let again = move |_| {
        if let Shown::Failed(address) = client.shown.get_untracked() {
            client.load(&address);
        }
    };
    view! {
        <div class="room__empty">
            <h2>{room.failed_title}</h2>
            <p>{room.failed_text}</p>
            <button class="primary" type="button" on:click=again>{room.try_again}</button>
        </div>
    }
}

/// There is no such room.
#[component]
fn Gone() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    view! {
        <div class="room__empty">
            <h2>{texts.room.gone_title}</h2>
            <p>{texts.room.gone_text}</p>
            <a class="primary" href="/rooms">{texts.door.to_rooms}</a>
        </div>
    }
}
