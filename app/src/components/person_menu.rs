//! What one can do about somebody in a room.

use super::lively::{part, says};
use super::{Avatar, person_tags};
use crate::{
    client::Client,
    protocol::{
        limits::REASON_CHARS_MAX,
        people::Person,
        powers::Power,
        room::{Act, Rank, RoomKind},
    },
};
use leptos::{html, prelude::*};

/// For how long one is muted or banned, in seconds; 0 is for ever.
pub const SPANS: [u32; 7] = [600, 3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400, 0];
/// The span that is chosen at first.
pub const SPAN_FIRST: u32 = 86_400;

/// The menu of one person: a card beside the list, or a sheet where there is little space.
#[derive(Clone, Copy)]
pub struct PersonMenu {
    client: Client,
    chosen: RwSignal<Option<Person>>,
    card: NodeRef<html::Div>,
}

impl PersonMenu {
    /// One that is closed.
    pub fn new(client: Client) -> Self {
        Self { client, chosen: RwSignal::new(None), card: NodeRef::new() }
    }

    /// Opens it for somebody.
    pub fn open(self, person: Person) {
        self.chosen.set(Some(person));
        if let Some(card) = self.card.get_untracked() {
            // Open already where it fails.
            _ = card.show_popover();
            _ = card.focus();
        }
    }

    fn close(self) {
        if let Some(card) = self.card.get_untracked() {
            // Closed already where it fails.
            _ = card.hide_popover();
        }
    }

    fn act(self, act: &Act) {
        self.client.act(act);
        self.close();
    }
}

/// The card of a [`PersonMenu`].
#[component]
pub fn PersonCard(
    /// The menu.
    menu: PersonMenu,
) -> impl IntoView {
    let inside = &menu.client.texts.rooms.inside;
    let label = move || {
        let name = menu.chosen.read().as_ref().map(|it| it.name.clone());
        (inside.about)(&name.unwrap_or_default())
    };
    let body = move || {
        menu.chosen.get().map(|person| {
            let deeds = menu.client.rank_over(&person).map(|rank| {
                let person = person.clone();
                view! { <Deeds menu person rank /> }
            });
            view! {
                <Head person />
                {deeds}
            }
        })
    };
    view! {
        <div
            class="person-menu"
            popover="auto"
            role="dialog"
            tabindex="-1"
            aria-label=says(label)
            node_ref=menu.card
        >
            {part(body)}
        </div>
    }
}

/// Who it is, and the ways to their pages.
#[component]
fn Head(person: Person) -> impl IntoView {
    let client = expect_context::<Client>();
    let inside = &client.texts.rooms.inside;
    let id = person.id;
    let me = client.me.get_untracked().filter(|it| it.id != id);
    let may_write = me.as_ref().is_some_and(|it| it.role.may(Power::WriteFirst));
    let to = format!("/people/{id}");
    let write = format!("/people/{id}/write");
    let report = format!("/people/{id}#report");
    view! {
        <div class="person-menu__head">
            <Avatar user=id name=person.name.clone() picture=person.picture.clone() />
            <p class="person-menu__name">
                <b>{person.name.clone()}</b>
                {person_tags(client, &person)}
            </p>
        </div>
        <div class="person-menu__ways">
            <a class="ghost" rel="external" href=to>{inside.profile}</a>
            <form method="post" action=write hidden=!may_write>
                <button class="ghost">{inside.write}</button>
            </form>
            <a class="ghost" rel="external" href=report hidden=me.is_none()>
                {inside.report}
            </a>
        </div>
        {me.is_some().then(|| view! { <Block person /> })}
    }
}

/// To have nothing to do with them any more: said once more before it is done, and how it is
/// undone.
#[component]
fn Block(person: Person) -> impl IntoView {
    let client = expect_context::<Client>();
    let inside = &client.texts.rooms.inside;
    let action = format!("/people/{}/block", person.id);
    let back = untrack(|| client.room_id()).map(|id| format!("/rooms/{id}")).unwrap_or_default();
    view! {
        <details class="person-menu__block">
            <summary>{inside.block}</summary>
            <p>{(inside.block_sure)(&person.name)}</p>
            <p class="hint">
                {inside.block_undo} " "
                <a rel="external" href="/blocks">{client.texts.house.blocks}</a>
            </p>
            <form method="post" action=action>
                <input type="hidden" name="back" value=back />
                <button class="plain plain--bad">{inside.block}</button>
            </form>
        </details>
    }
}

/// What the user may do to them.
#[component]
fn Deeds(menu: PersonMenu, person: Person, rank: Rank) -> impl IntoView {
    let client = menu.client;
    let inside = &client.texts.rooms.inside;
    let reason = NodeRef::<html::Input>::new();
    let span = NodeRef::<html::Select>::new();
    let user = person.id;
    let why = move || reason.get_untracked().map(|it| it.value()).unwrap_or_default();
    let secs = move || {
        let chosen = span.get_untracked().and_then(|it| it.value().parse().ok());
        chosen.filter(|it| *it > 0)
    };
    let muted = person.muted;
    let mute = move |_| {
        menu.act(&if muted {
            Act::Unmute { user }
        } else {
            Act::Mute { user, secs: secs(), reason: why() }
        });
    };
    let has_host = untrack(|| client.room()).is_some_and(|it| it.kind.has_host());
    let more = (rank == Rank::Host && has_host).then(|| {
        let person = person.clone();
        view! { <HostDeeds menu person /> }
    });
    view! {
        <div class="person-menu__deeds">
            <label class="labelled">
                <span>{inside.reason}</span>
                <input class="field" maxlength=REASON_CHARS_MAX.to_string() autocomplete="off" node_ref=reason />
            </label>
            <label class="labelled">
                <span>{inside.for_how_long}</span>
                <select class="field" node_ref=span>{span_options(client, SPAN_FIRST)}</select>
            </label>
            <div class="person-menu__row">
                <button class="plain" type="button" on:click=mute>
                    {if muted { inside.unmute } else { inside.mute }}
                </button>
                <button
                    class="plain"
                    type="button"
                    on:click=move |_| menu.act(&Act::Kick { user, reason: why() })
                >
                    {inside.kick}
                </button>
                <button
                    class="plain plain--bad"
                    type="button"
                    on:click=move |_| {
                        menu.act(&Act::Ban { user, secs: secs(), reason: why() });
                    }
                >
                    {inside.ban}
                </button>
            </div>
            <Speaking menu person />
            {more}
        </div>
    }
}

/// In a large room: whether they speak.
#[component]
fn Speaking(menu: PersonMenu, person: Person) -> impl IntoView {
    let inside = &menu.client.texts.rooms.inside;
    let is_large = untrack(|| menu.client.room()).is_some_and(|it| it.kind == RoomKind::Large);
    let (user, on) = (person.id, !person.speaker);
    is_large.then(|| {
        view! {
            <div class="person-menu__row">
                <button
                    class="plain"
                    type="button"
                    on:click=move |_| menu.act(&Act::Speaker { user, on })
                >
                    {if on { inside.let_speak } else { inside.end_speak }}
                </button>
            </div>
        }
    })
}

/// What only the host may do to them.
#[component]
fn HostDeeds(menu: PersonMenu, person: Person) -> impl IntoView {
    let inside = &menu.client.texts.rooms.inside;
    let (user, on) = (person.id, person.rank == Rank::Member);
    let sure = (inside.hand_over_sure)(&person.name);
    let hand_over = move |_| {
        // A browser without that dialog hands nothing over.
        if window().confirm_with_message(&sure).unwrap_or(false) {
            menu.act(&Act::Yield { user });
        }
    };
    view! {
        <div class="person-menu__row">
            <button class="plain" type="button" on:click=move |_| menu.act(&Act::Cohost { user, on })>
                {if on { inside.make_cohost } else { inside.end_cohost }}
            </button>
            <button
                class="plain"
                type="button"
                on:click=move |_| menu.act(&Act::Successor { user: Some(user) })
            >
                {inside.successor}
            </button>
            <button class="plain" type="button" on:click=hand_over>{inside.hand_over}</button>
        </div>
    }
}

/// The choice of [`SPANS`].
pub fn span_options(client: Client, first: u32) -> impl IntoView {
    let rooms = &client.texts.rooms;
    SPANS
        .map(|secs| {
            let label = if secs == 0 { rooms.keep.for_ever.to_owned() } else { (rooms.secs)(secs) };
            view! { <option value=secs.to_string() selected=secs == first>{label}</option> }
        })
        .collect_view()
}
