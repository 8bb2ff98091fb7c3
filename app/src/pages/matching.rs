//! `/match`: how it stands with the search for somebody to talk with.

use crate::components::lively::{flag, part, says};
use crate::{
    client::{
        Client,
        browser::{ask_to_notify, may_ask_to_notify},
    },
    components::{Frame, MenuButton, PageTitle, ReminderNotice, Row, rows, topic},
    protocol::{
        ids::ProposalId,
        matching::{MatchState, MatchView, Proposed, Searching, Wish},
        profile::language_name,
    },
    route::Route,
};
use leptos::prelude::*;

/// What the page shows, as far as it is another card.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Card {
    Idle,
    Searching,
    /// The proposal, and whether the user has said yes to it.
    Proposed(ProposalId, bool),
}

/// The card for what goes on; the wishes are stated on a page of their own.
#[component]
pub fn Matching() -> impl IntoView {
    let client = expect_context::<Client>();
    let route = expect_context::<Route>();
    let (house, meeting) = (&client.texts.house, &client.texts.meeting);
    Effect::new(move |_| client.show_nothing());
    Effect::new(move |_| {
        // Whoever waited here is led to whom they wait for.
        if let Some(room) = client.matched_room() {
            route.go(&format!("/rooms/{room}"));
        }
    });
    let card = Memo::new(move |_| match client.matching.read().as_ref().map(|it| &it.state) {
        Some(MatchState::Searching(_)) => Card::Searching,
        Some(MatchState::Proposed(it)) => Card::Proposed(it.proposal, it.answered),
        _ => Card::Idle,
    });
    let title = format!("{} · {}", meeting.title, house.brand);
    view! {
        <PageTitle text=title />
        <Frame>
            <main
                class="page matching"
                id="main"
                tabindex="-1"
                data-connected=says(move || client.is_live().to_string())
            >
                <header class="page__head">
                    <MenuButton />
                    <h1>{meeting.title}</h1>
                </header>
                <ReminderNotice />
                <div class="matching__card" aria-live="polite">
                    {part(move || match card.get() {
                        Card::Idle => view! { <Idle /> }.into_any(),
                        Card::Searching => view! { <Waiting /> }.into_any(),
                        Card::Proposed(id, answered) => view! { <Ready id answered /> }.into_any(),
                    })}
                </div>
            </main>
        </Frame>
    }
}

/// Nobody is looked for.
#[component]
fn Idle() -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let why = move || match client.matching.read().as_ref().map(|it| &it.state) {
        Some(MatchState::Idle { ended: Some(ended) }) => (meeting.ended)(*ended),
        _ => meeting.idle,
    };
    view! {
        <p class="matching__lead">{says(why)}</p>
        <a class="primary" href="/match/wishes" rel="external">{meeting.again}</a>
    }
}

/// The ticket waits.
#[component]
fn Waiting() -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let elapsed = move || {
        let secs = client.secs_of_match.get();
        format!("{}:{:02}", secs / 60, secs % 60)
    };
    let told = move |tell: fn(Client, &Searching) -> String| {
        move || with_search(client, |it| tell(client, it)).unwrap_or_default()
    };
    let waiting = move || client.matching.read().as_ref().map_or(0, |it| it.waiting).to_string();
    let chips = move || {
        with_search(client, |it| {
            let languages = it.wishes.languages.iter().filter_map(|it| language_name(it));
            languages.map(str::to_owned).chain(it.wishes.interests.iter().cloned()).collect()
        })
        .unwrap_or_else(Vec::new)
        .into_iter()
        .map(|it| view! { <li class="matching__chip">{it}</li> })
        .collect_view()
    };
    view! {
        <p class="matching__ring" role="timer">{says(elapsed)}</p>
        <h2>{meeting.looking}</h2>
        <p class="matching__lead">{says(told(whom))}</p>
        <ul class="matching__chips">{part(chips)}</ul>
        {part(move || topic(client, with_search(client, |it| it.about.clone()).flatten()))}
        <dl class="matching__figures">
            <div><dt>{meeting.waiting_now}</dt><dd>{says(waiting)}</dd></div>
            <div><dt>{meeting.usual}</dt><dd>{says(told(usual))}</dd></div>
            <div><dt>{meeting.in_common}</dt><dd>{says(told(best))}</dd></div>
        </dl>
        <WishForm />
        <NotifyButton />
        <form method="post" action="/match/stop">
            <button class="plain matching__stop">{meeting.stop}</button>
        </form>
        <a href="/match/wishes" rel="external">{meeting.change}</a>
    }
}

fn with_search<T>(client: Client, read: impl FnOnce(&Searching) -> T) -> Option<T> {
    match client.matching.read().as_ref() {
        Some(MatchView { state: MatchState::Searching(it), .. }) => Some(read(it)),
        _ => None,
    }
}

fn whom(client: Client, it: &Searching) -> String {
    let languages: Vec<_> = it.wishes.languages.iter().filter_map(|it| language_name(it)).collect();
    let meeting = &client.texts.meeting;
    (meeting.who_speaks)(&languages.join(", "), &it.wishes.interests.join(", "))
}

fn usual(client: Client, it: &Searching) -> String {
    let meeting = &client.texts.meeting;
    it.usual_secs.map_or_else(|| meeting.usual_unknown.to_owned(), meeting.secs)
}

fn best(client: Client, it: &Searching) -> String {
    let meeting = &client.texts.meeting;
    let known = it.best.map(|it| (meeting.met_of)(it.met, it.of));
    known.unwrap_or_else(|| meeting.usual_unknown.to_owned())
}

/// What is wished: what of it has relaxed by now and may be kept from it for a while, and what it
/// would save to do without.
#[component]
fn WishForm() -> impl IntoView {
    let client = expect_context::<Client>();
    let lines = move || {
        let lines = with_search(client, |it| {
            let wishes = Wish::ALL.into_iter().filter(|wish| it.wishes.has(*wish));
            wishes.map(|wish| wish_row(client, it, wish)).collect()
        });
        lines.unwrap_or_default()
    };
    let summary = move || with_search(client, |it| wishes_in_short(client, it)).unwrap_or_default();
    view! {
        <details class="matching__wishes">
            <summary>{says(summary)}</summary>
            <form method="post" action="/match/wish">
                <ul>{rows(lines)}</ul>
            </form>
        </details>
    }
}

/// Which of the wishes have relaxed.
fn wishes_in_short(client: Client, search: &Searching) -> String {
    let meeting = &client.texts.meeting;
    let names: Vec<_> = search.relaxed.iter().map(|it| (meeting.wish)(*it)).collect();
    if names.is_empty() { meeting.wishes.to_owned() } else { (meeting.relaxed)(&names.join(", ")) }
}

/// A line stays as long as nothing in it changes, with what is focused there.
fn wish_row(client: Client, search: &Searching, wish: Wish) -> Row {
    let meeting = &client.texts.meeting;
    let has_relaxed = search.relaxed.contains(&wish);
    let is_kept = !has_relaxed && search.wishes.keep.iter().any(|it| it.wish == wish);
    let state = match (has_relaxed, is_kept) {
        (true, _) => meeting.has_relaxed,
        (_, true) => meeting.is_kept,
        _ => "",
    };
    let saving = search.savings.iter().find(|it| it.wish == wish && it.secs > 0);
    let drop = saving.map_or_else(
        || meeting.drop.to_owned(),
        |it| (meeting.drop_saves)(&(meeting.secs)(it.secs)),
    );
    let (name, label) = (wish.name(), (meeting.wish)(wish));
    Row::new((name, state, drop.clone()), move || {
        view! {
            <li>
                <p>
                    <b>{label}</b>
                    <span>{state}</span>
                </p>
                <button class="ghost" name="keep" value=name hidden=!has_relaxed>
                    {meeting.keep_wish}
                </button>
                <button class="ghost" name="drop" value=name>{drop}</button>
            </li>
        }
        .into_any()
    })
}

/// To be told of it outside the page, where that is not decided yet.
#[component]
fn NotifyButton() -> impl IntoView {
    let meeting = &expect_context::<Client>().texts.meeting;
    // Asked in the browser only.
    let may_ask = RwSignal::new(false);
    Effect::new(move |_| may_ask.set(may_ask_to_notify()));
    let ask = move |_| {
        ask_to_notify();
        may_ask.set(false);
    };
    view! {
        <button class="plain matching__stop" type="button" hidden=flag(move || !may_ask.get()) on:click=ask>
            {meeting.notify}
        </button>
    }
}

/// Somebody was found.
#[component]
fn Ready(id: ProposalId, answered: bool) -> impl IntoView {
    let client = expect_context::<Client>();
    let meeting = &client.texts.meeting;
    let left = move || (meeting.secs_to_answer)(client.secs_of_match.get());
    let shared = move || {
        let words = with_proposal(client, |it| {
            let languages = it.languages.iter().filter_map(|it| language_name(it));
            languages.map(str::to_owned).chain(it.interests.iter().cloned()).collect::<Vec<_>>()
        });
        let words = words.unwrap_or_default().into_iter();
        words.map(|it| view! { <li class="matching__chip">{it}</li> }).collect_view()
    };
    let said_yes = move || {
        with_proposal(client, |it| (meeting.said_yes)(it.yes, it.people)).unwrap_or_default()
    };
    let action = format!("/match/proposals/{id}");
    view! {
        <p class="matching__ring matching__ring--ready" role="timer">
            {says(move || client.secs_of_match.get().to_string())}
        </p>
        <h2>{meeting.found}</h2>
        <p class="matching__lead">{meeting.shared}</p>
        <ul class="matching__chips">{part(shared)}</ul>
        {part(move || topic(client, with_proposal(client, |it| it.about.clone()).flatten()))}
        <p class="matching__lead">{says(move || if answered { said_yes() } else { left() })}</p>
        <form class="matching__answer" method="post" action=action>
            <button class="primary" name="answer" value="yes" hidden=answered>{meeting.yes}</button>
            <button class="plain" name="answer" value="no">{meeting.no}</button>
        </form>
    }
}

fn with_proposal<T>(client: Client, read: impl FnOnce(&Proposed) -> T) -> Option<T> {
    match client.matching.read().as_ref() {
        Some(MatchView { state: MatchState::Proposed(it), .. }) => Some(read(it)),
        _ => None,
    }
}
