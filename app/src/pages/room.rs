//! `/rooms/{name or id}`: one room.

use crate::components::lively::{flag, part, says};
use crate::{
    client::{Client, Shown, standing::Voice},
    components::{
        Composer, ConnectionBanner, DirectHeader, Frame, LogView, PageTitle, PeopleList,
        QuestionNote, ReminderNotice, RequestCard, RequestNote, RoomDoor, RoomHeader, TypingLine,
        messages_left, title,
    },
    protocol::{
        ids::Millis,
        message::Deed,
        room::{Request, RoomKind},
    },
    route::{Page, Route},
};
use leptos::{ev, prelude::*};

/// What stands in the middle of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Middle {
    Log,
    Loading,
    Failed,
    Gone,
    Door,
    Lost,
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
        Shown::Door(_) => Middle::Door,
        Shown::Lost { .. } => Middle::Lost,
    });
    let is_direct = Memo::new(move |_| client.room().is_some_and(|it| it.kind.is_intimate()));
    let has_people = Memo::new(move |_| {
        let is_outside = matches!(middle.get(), Middle::Door | Middle::Lost | Middle::Gone);
        !is_direct.get() && !is_outside
    });
    // A memo, so that the counts of the room do not write the title again and again.
    let title = Memo::new(move |_| {
        let brand = client.texts.house.brand;
        let room = client.room().or_else(|| client.door.get().map(|it| it.room));
        room.map_or_else(|| brand.to_owned(), |it| format!("{} · {brand}", title(&it)))
    });
    view! {
        <PageTitle text=move || title.get() />
        <Frame>
            <main
                class="room"
                id="main"
                tabindex="-1"
                data-connected=says(move || client.is_live().to_string())
            >
                {part(move || {
                    if is_direct.get() {
                        view! { <DirectHeader /> }.into_any()
                    } else {
                        view! { <RoomHeader /> }.into_any()
                    }
                })}
                <ConnectionBanner />
                <ReminderNotice />
                {part(move || match middle.get() {
                    Middle::Log => view! { <LogView /> <Foot /> }.into_any(),
                    Middle::Loading => view! { <Skeleton /> }.into_any(),
                    Middle::Failed => view! { <Failed /> }.into_any(),
                    Middle::Gone => view! { <Gone /> }.into_any(),
                    Middle::Door => view! { <Outside /> }.into_any(),
                    Middle::Lost => view! { <Lost /> }.into_any(),
                })}
            </main>
            {part(move || has_people.get().then(|| view! { <PeopleList /> }))}
        </Frame>
    }
}

/// Below the log: the composer of a member, why there is none for now, or the way in.
#[component]
fn Foot() -> impl IntoView {
    let client = expect_context::<Client>();
    let inside = &client.texts.rooms.inside;
    let voice = Memo::new(move |_| client.voice());
    let is_asked =
        Memo::new(move |_| client.room().is_some_and(|it| it.request == Request::Received));
    let may_say = Memo::new(move |_| {
        let is_held = client.is_strict() && client.open_question().is_some();
        messages_left(client) != Some(0) && !is_held
    });
    view! {
        <TypingLine />
        <Trouble />
        <Told />
        <RequestNote />
        <QuestionNote />
        {part(move || match (is_asked.get(), voice.get(), may_say.get()) {
            (true, ..) => view! { <RequestCard /> }.into_any(),
            (false, Voice::May, true) => view! { <Composer /> }.into_any(),
            (false, Voice::May, false) => ().into_any(),
            (false, Voice::Outside, _) => view! { <EnterBar /> }.into_any(),
            (false, Voice::Listening, _) => silent(inside.speakers_only.to_owned()),
            (false, Voice::Muted(until), _) => silent(muted(client, until)),
        })}
    }
}

fn muted(client: Client, until: Millis) -> String {
    let inside = &client.texts.rooms.inside;
    if until.0 == i64::MAX {
        return inside.muted_now.to_owned();
    }
    let when = client.texts.moment(until, client.opened_at, client.zone_min.get());
    (inside.muted_until)(&when)
}

/// In the place of the composer: why one may only read.
fn silent(why: String) -> AnyView {
    view! { <p class="enter-bar" role="status">{why}</p> }.into_any()
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
            hidden=flag(move || client.trouble.get().is_none())
        >
            {says(why)}
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
            hidden=flag(move || client.told.read().is_none())
        >
            {says(move || client.told.get().unwrap_or_default())}
        </p>
    }
}

/// Reading along, and the button that lets one talk; of a locked room why there is none.
#[component]
fn EnterBar() -> impl IntoView {
    let client = expect_context::<Client>();
    let (room, outside) = (&client.texts.room, &client.texts.rooms.outside);
    let action =
        untrack(|| client.room_id()).map(|id| format!("/rooms/{id}/enter")).unwrap_or_default();
    let enter = move |event: ev::SubmitEvent| {
        if untrack(|| client.is_live()) {
            event.prevent_default();
            client.enter();
        }
    };
    let is_locked = Memo::new(move |_| client.room().is_some_and(|it| it.locked));
    let lead = move || if is_locked.get() { outside.locked_lead } else { room.enter_lead };
    view! {
        <form class="enter-bar" method="post" action=action on:submit=enter>
            <p>{says(lead)}</p>
            <button class="primary" hidden=flag(move || is_locked.get())>
                {room.enter}
            </button>
        </form>
    }
}

/// The room from outside. Only where the user stands is told anew, so that nothing typed is lost.
#[component]
fn Outside() -> impl IntoView {
    let client = expect_context::<Client>();
    Effect::new(move |_| client.watch_door());
    let view = Memo::new(move |_| client.door.get());
    view! {
        <div class="room__outside">
            {part(move || view.get().map(|view| view! { <RoomDoor view /> }))}
        </div>
    }
}

/// A room that the user was in until now: what happened, and the ways on.
#[component]
fn Lost() -> impl IntoView {
    let client = expect_context::<Client>();
    let outside = &client.texts.rooms.outside;
    let Shown::Lost { room, kind, name, deed, reason } = client.shown.get_untracked() else {
        return ().into_any();
    };
    if kind == RoomKind::Match && deed == Some(Deed::Closed) && reason.is_empty() {
        return view! { <Parted name /> }.into_any();
    }
    let why = (!reason.is_empty()).then(|| (outside.reason)(&reason));
    let may_return = !matches!(deed, Some(Deed::Banned | Deed::Closed));
    view! {
        <div class="room__empty" role="alert">
            <h2>{(outside.lost_title)(deed, &name)}</h2>
            <p>{(outside.lost_lead)(deed)}</p>
            {why.map(|it| view! { <p>{it}</p> })}
            <p class="room__ways">
                <a class="primary" href="/rooms">{outside.to_rooms}</a>
                <a class="plain" rel="external" href=format!("/rooms/{room}") hidden=!may_return>
                    {outside.to_door}
                </a>
            </p>
        </div>
    }
    .into_any()
}

/// The other one has left, and with them the room is gone.
#[component]
fn Parted(
    /// What the room was called.
    name: String,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let (meeting, outside) = (&client.texts.meeting, &client.texts.rooms.outside);
    view! {
        <div class="room__empty" role="alert">
            <h2>{(meeting.parted)(&name)}</h2>
            <p>{meeting.parted_lead}</p>
            <form class="room__ways" method="post" action="/match/again">
                <button class="primary">{meeting.look_on}</button>
                <a class="plain" href="/rooms">{outside.to_rooms}</a>
            </form>
        </div>
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
            <a class="primary" href="/rooms">{texts.rooms.outside.to_rooms}</a>
        </div>
    }
}
