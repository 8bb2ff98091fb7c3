//! `/rooms/{room}/speed`: the speed rounds of a room, for who joins in and who sets them up.

use super::{First, wishes::year_field};
use crate::{
    client::{Client, standing::rank_in},
    components::{FormNote, Frame, MenuButton, PageTitle, address},
    i18n::{Speed, speed},
    protocol::{
        limits::{SPEED_MINS_MAX, SPEED_ROUNDS_MAX},
        pages::{Plain, SpeedPage},
        people::Role,
        room::{Rank, RoomKind},
        speed::SpeedPlan,
    },
};
use leptos::prelude::*;

/// What was set up, and what one may do about it.
#[component]
pub fn SpeedRounds() -> impl IntoView {
    let client = expect_context::<Client>();
    let first = expect_context::<First>().0;
    let words = speed(first.preferences.language);
    let Plain::Speed(page) = first.plain.clone() else {
        return view! { <super::NotFound /> }.into_any();
    };
    let role = first.me.as_ref().map_or(Role::Guest, |it| it.role);
    let keeps = rank_in(&page.room, page.standing.rank, role) >= Rank::Cohost;
    let title = format!("{} · {}", words.title, page.room.name);
    let action = format!("/rooms/{}/speed", page.room.id);
    let now = match page.view.plan {
        Some(plan) => view! {
            {planned(client, words, plan, page.view.guests)}
            {joining(words, &page, first.typed.clone(), &action)}
        }
        .into_any(),
        None => view! { <p class="page__empty">{words.none}</p> }.into_any(),
    };
    let keep = keeps.then(|| keeping(words, &page, &action));
    view! {
        <PageTitle text=format!("{title} · {}", client.texts.house.brand) />
        <Frame>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1 class="page__title">{title}</h1>
                </header>
                <p class="page__links">
                    <a href=address(&page.room)>{words.back}</a>
                </p>
                <p class="page__lead">{words.lead}</p>
                <FormNote />
                {now}
                {keep}
            </main>
        </Frame>
    }
    .into_any()
}

fn planned(client: Client, words: &'static Speed, plan: SpeedPlan, guests: u32) -> impl IntoView {
    let when = client.texts.moment(plan.next_at, client.opened_at, client.zone_min.get_untracked());
    let next = (words.next)(plan.done + 1, plan.rounds, &when);
    let weekly = plan.weekly.then_some(words.weekly_on);
    view! {
        <section class="settings-card">
            <h2>{(words.plan)(plan.rounds, plan.mins)}</h2>
            <p>{next}" "{weekly}</p>
            <p>{(words.guests)(guests)}</p>
        </section>
    }
}

fn joining(
    words: &'static Speed,
    page: &SpeedPage,
    typed: Option<String>,
    action: &str,
) -> AnyView {
    if !page.standing.entered {
        return view! { <p>{words.enter_first}</p> }.into_any();
    }
    let action = action.to_owned();
    if page.view.mine {
        return view! {
            <form class="settings-card" method="post" action=action>
                <p>{words.joined}</p>
                <input type="hidden" name="act" value="leave" />
                <button class="ghost">{words.leave}</button>
            </form>
        }
        .into_any();
    }
    let born = (!page.born).then(|| year_field(words.born, typed, None));
    view! {
        <form class="settings-card" method="post" action=action>
            <p>{words.join_lead}</p>
            <input type="hidden" name="act" value="join" />
            {born}
            <button class="primary">{words.join}</button>
        </form>
    }
    .into_any()
}

/// For who keeps order: to set rounds up, or to call them off.
fn keeping(words: &'static Speed, page: &SpeedPage, action: &str) -> AnyView {
    let action = action.to_owned();
    if page.view.plan.is_some() {
        return view! {
            <form class="settings-card" method="post" action=action>
                <input type="hidden" name="act" value="end" />
                <button class="ghost">{words.end}</button>
            </form>
        }
        .into_any();
    }
    let weekly = (page.room.kind == RoomKind::Channel).then(|| {
        view! {
            <label class="choice">
                <input type="checkbox" name="weekly" value="on" />
                <span>{words.weekly}</span>
            </label>
        }
    });
    let rounds = (1..=SPEED_ROUNDS_MAX).map(|n| (n, n.to_string()));
    let mins = [1, 2, 3, 5, 10, 15, 20, SPEED_MINS_MAX].map(|n| (n, (words.mins)(n)));
    let in_mins = [0, 1, 5, 15, 30, 60, 120, 24 * 60].map(|n| (n, (words.in_mins)(n)));
    view! {
        <form class="settings-card" method="post" action=action>
            <h2>{words.start_title}</h2>
            <input type="hidden" name="act" value="start" />
            {choice("rounds", words.rounds, rounds.collect(), 4)}
            {choice("mins", words.length, mins.to_vec(), 5)}
            {choice("in_mins", words.begins, in_mins.to_vec(), 5)}
            {weekly}
            <button class="primary">{words.start}</button>
        </form>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    label: &'static str,
    options: Vec<(u32, String)>,
    chosen: u32,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, label)| {
        view! { <option value=value.to_string() selected=value == chosen>{label}</option> }
    });
    view! {
        <label class="labelled">
            <span>{label}</span>
            <select class="field" name=name>{options.collect_view()}</select>
        </label>
    }
}
