//! What one can do in a room of people who were matched.

use super::lively::says;
use super::{Icon, Picture, QuietForm, close_popovers};
use crate::{
    client::Client,
    protocol::{
        matching::{AboutRoom, MeetingView},
        room::RoomKind,
        snapshot::RoomSummary,
    },
};
use leptos::{ev, prelude::*};

/// What a form's button says that was pressed.
pub(super) fn pressed(event: &ev::SubmitEvent) -> String {
    event.submitter().and_then(|it| it.get_attribute("value")).unwrap_or_default()
}

/// On what they were matched, and how many answers they share.
pub(super) fn common(client: Client) -> Option<String> {
    let texts = &client.texts.meeting;
    let view = client.meeting.read();
    let MeetingView { languages, interests, answered, .. } = view.as_ref()?;
    let names = || languages.iter().filter_map(|it| crate::protocol::profile::language_name(it));
    let words = if interests.is_empty() {
        names().collect::<Vec<_>>().join(", ")
    } else {
        interests.join(", ")
    };
    let shared = (*answered > 0).then(|| (texts.answers_shared)(*answered));
    let matched = (!words.is_empty()).then(|| (texts.matched_on)(&words));
    let parts: Vec<String> = matched.into_iter().chain(shared).collect();
    Some(parts.join(" · "))
}

/// What one talks, or would talk, with somebody about, where that is something in particular.
pub(crate) fn topic(client: Client, about: Option<AboutRoom>) -> Option<AnyView> {
    let AboutRoom { room, seq, name } = about?;
    let to = seq.map_or_else(|| format!("/rooms/{room}"), |it| format!("/rooms/{room}?at={it}"));
    let lead = (client.texts.meeting.topic)(seq.is_some());
    Some(view! { <p class="meeting-tools__topic">{lead} " " <a href=to>{name}</a></p> }.into_any())
}

/// The two of a match or pair room, and not a group.
fn is_two(room: &RoomSummary) -> bool {
    room.kind == RoomKind::Pair || room.capacity <= 2
}

/// The answers, the next person, and the menu.
#[component]
pub fn MeetingTools() -> impl IntoView {
    let client = expect_context::<Client>();
    let (meeting, inside) = (&client.texts.meeting, &client.texts.rooms.inside);
    let kind = Memo::new(move |_| client.room().map(|it| (it.id, it.kind, is_two(&it))));
    move || {
        let (id, kind, two) = kind.get()?;
        let next = (kind == RoomKind::Match).then(|| {
            view! {
                <form method="post" action=format!("/rooms/{id}/meeting")>
                    <button class="ghost meeting-tools__way" name="act" value="next" title=meeting.next>
                        <Icon picture=Picture::Next />
                        <span>{meeting.next}</span>
                    </button>
                </form>
            }
        });
        let book = format!("/rooms/{id}/book");
        Some(view! {
            <div class="direct-header__tools">
                <a
                    class="ghost meeting-tools__way"
                    rel="external"
                    href=book
                    title=meeting.answers
                    hidden=!two
                >
                    <Icon picture=Picture::Book />
                    <span>{meeting.answers}</span>
                </a>
                {next}
                <button
                    class="ghost room-header__more"
                    type="button"
                    popovertarget="room-menu"
                    aria-label=inside.menu
                    title=inside.menu
                >
                    <Icon picture=Picture::More />
                </button>
                <MeetingMenu at=format!("/rooms/{id}") is_match=kind == RoomKind::Match two />
            </div>
        })
    }
}

/// Keep, questions, what each shows, and the ways out, each one tap away.
#[component]
fn MeetingMenu(
    /// The room's address.
    at: String,
    /// The room is not kept yet.
    is_match: bool,
    /// There are two in it.
    two: bool,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let (meeting, inside) = (&client.texts.meeting, &client.texts.rooms.inside);
    let keeps = Memo::new(move |_| client.meeting.read().as_ref().is_some_and(|it| it.keep));
    let keep =
        move |on: &'static str, off: &'static str| move || if keeps.get() { on } else { off };
    let submit = move |event: ev::SubmitEvent| {
        match pressed(&event).as_str() {
            "ask" if client.has_pack() => client.ask(None),
            "keep" => client.keep_room(true),
            "unkeep" => client.keep_room(false),
            // The others lead to another page; who has no pack chooses one there.
            _ => return,
        }
        event.prevent_default();
        close_popovers();
    };
    let (page, questions) = (format!("{at}/meeting"), format!("{at}/questions"));
    let bad = "menu__way menu__way--bad";
    view! {
        <div class="menu" id="room-menu" popover="auto" role="group" aria-label=inside.menu>
            <form method="post" action=page.clone() on:submit=submit>
                <button
                    class="menu__way"
                    name="act"
                    value=says(keep("unkeep", "keep"))
                    hidden=!is_match
                >
                    {says(keep(meeting.unkeep, meeting.keep))}
                </button>
                <button
                    class="menu__way"
                    name="act"
                    value="ask"
                    formaction=questions.clone()
                    hidden=!two
                >
                    {meeting.ask_now}
                </button>
                <a class="menu__way" rel="external" href=questions hidden=!two>
                    {meeting.questions}
                </a>
                <a class="menu__way" rel="external" href=page.clone() hidden=!is_match>
                    {meeting.show_more}
                </a>
                <button class=bad name="act" value="leave">{meeting.leave}</button>
                <button class=bad name="act" value="leave_block" hidden=!two>
                    {meeting.leave_block}
                </button>
                <a class=bad rel="external" href=format!("{page}#report")>
                    {meeting.leave_report}
                </a>
            </form>
            <QuietForm />
        </div>
    }
}
