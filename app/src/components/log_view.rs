//! The log of a room.

use super::lively::{flag, says};
use super::{
    Icon, LogLine, PendingLine, Picture, Row,
    direct_line::LastSeen,
    log_line::{Pictures, Tags},
    log_window::LogWindow,
    message_menu::{OpenMenu, move_by_key},
    rows,
};
use crate::{
    client::{
        Client,
        lines::{GROUP_MS, Line},
        outbox::{Outgoing, SendState},
    },
    protocol::{
        ids::{Cid, Seq},
        people::{Person, Role},
        room::Rank,
    },
    route::{Page, Route},
};
use leptos::prelude::*;

/// The history of the room shown, oldest first, and below it what is still on its way.
#[component]
pub fn LogView() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let window = LogWindow::new(client);
    let tags = Memo::new(move |_| tags(client));
    let pending = Memo::new(move |_| pending(client, window));
    follow_own_words(window, pending);
    go_to_wanted(window);
    provide_context(LastSeen::of(client));
    provide_context(Pictures::of(client));
    provide_context(OpenMenu(RwSignal::new(None)));
    Effect::new(move |_| {
        // Whenever the log begins elsewhere.
        _ = client.timeline.read().start();
        window.fill();
    });
    let line =
        move |line: Line| Row::new(line.key(), move || view! { <LogLine line tags /> }.into_any());
    let lines = move || window.lines().into_iter().map(line).collect();
    let on_their_way = move || pending.get().into_iter().map(pending_row).collect();
    let top = move || {
        if window.is_at_beginning() {
            texts.room.beginning
        } else if client.loading_older.get() {
            texts.room.loading_older
        } else {
            ""
        }
    };
    view! {
        <div class="log-view">
            <div
                class="log-view__list"
                node_ref=window.list
                role="log"
                tabindex="0"
                aria-label=texts.room.log
                aria-live=says(move || if window.left_at.get().is_some() { "off" } else { "polite" })
                on:scroll=move |_| window.scrolled()
                on:keydown=move |event| {
                    if let Some(list) = window.list.get_untracked() {
                        move_by_key(&list, &event);
                    }
                }
            >
                <div class="log-view__page">
                    <p class="log-view__top">{says(top)}</p>
                    <ol class="log-view__lines">
                        {rows(lines)} {rows(on_their_way)}
                    </ol>
                </div>
            </div>
            <JumpToNewest window />
        </div>
    }
}

/// The button that goes to the newest line, while the reader is further up.
#[component]
fn JumpToNewest(window: LogWindow) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let label = move || match window.unread() {
        0 => texts.room.to_newest.to_owned(),
        n => (texts.room.to_newest_count)(n),
    };
    view! {
        <button
            class="log-view__newest"
            type="button"
            hidden=flag(move || window.left_at.get().is_none())
            on:click=move |_| window.to_newest()
            on:wheel=move |event| window.scroll_by(event.delta_y())
        >
            <Icon picture=Picture::Down />
            {says(label)}
        </button>
    }
}

/// Goes to the end when the user says something.
fn follow_own_words(window: LogWindow, pending: Memo<Vec<(Outgoing, bool)>>) {
    Effect::new(move |before: Option<Option<Cid>>| {
        let last = pending.read().last().map(|it| it.0.cid);
        if before.is_some_and(|before| last.is_some() && last > before) {
            window.to_newest();
        }
        // Once shown by the log, it is not new any more when the next one comes.
        last.max(before.flatten())
    });
}

/// Goes once to the entry that the address names, as of a reminder.
fn go_to_wanted(window: LogWindow) {
    let (client, route) = (expect_context::<Client>(), expect_context::<Route>());
    Effect::new(move |gone_to: Option<Option<Seq>>| {
        _ = route.address();
        let wanted = route.query("at").and_then(|it| it.parse::<u64>().ok());
        let wanted = wanted.and_then(|it| Seq::try_from(it).ok())?;
        // The address may name another room already, whose log is on its way.
        let Page::Room(address) = route.page() else { return None };
        untrack(|| client.room())
            .filter(|it| it.name == address || it.id.to_string() == address)?;
        (gone_to.flatten() == Some(wanted) || window.go_to(wanted)).then_some(wanted)
    });
}

/// Hosts and co-hosts, and those who run the server.
fn tags(client: Client) -> Tags {
    let (room, inside) = (&client.texts.room, &client.texts.rooms.inside);
    let tag = |it: &Person| match it.rank {
        Rank::Host => Some((it.id, inside.host)),
        Rank::Cohost => Some((it.id, inside.cohost)),
        Rank::Member => match it.role {
            Role::Owner => Some((it.id, room.owner)),
            Role::Admin => Some((it.id, room.admin)),
            Role::Moderator | Role::Member | Role::Guest => None,
        },
    };
    client.people.read().iter().filter_map(tag).collect()
}

/// What is on its way in the room shown, and whether each stands under the user's name.
fn pending(client: Client, window: LogWindow) -> Vec<(Outgoing, bool)> {
    let Some(room) = client.room_id().filter(|_| window.is_at_newest()) else {
        return Vec::new();
    };
    let me = client.me.read().as_ref().map(|it| it.id);
    let outbox = client.outbox.read();
    let mut items = outbox.items().filter(|it| it.room == room).peekable();
    let Some(first) = items.peek() else { return Vec::new() };
    let follows_own = match window.newest() {
        Some(Line::Message { entry, .. }) => {
            Some(entry.author) == me && first.at.since(entry.at) < GROUP_MS
        }
        _ => false,
    };
    items.enumerate().map(|(at, item)| (item.clone(), at == 0 && !follows_own)).collect()
}

fn pending_row((item, headed): (Outgoing, bool)) -> Row {
    let key = (item.cid, matches!(item.state, SendState::Refused(_)), headed);
    Row::new(key, move || view! { <PendingLine item headed /> }.into_any())
}
