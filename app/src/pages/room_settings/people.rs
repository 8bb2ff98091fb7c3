//! The members of a room, and what may be done about each; who follows the host.

use super::{ActForm, Kept, is_large};
use crate::{
    client::Client,
    components::{Avatar, SPAN_FIRST, person_tags, span_options},
    pages::{First, refilled::Refilled},
    protocol::{
        ids::RoomId,
        limits::REASON_CHARS_MAX,
        people::{Person, Role},
        room::Rank,
    },
};
use leptos::prelude::*;

/// The members, each with a fold that holds what may be done.
#[component]
pub(super) fn People(kept: Kept) -> impl IntoView {
    let keep = &expect_context::<Client>().texts.rooms.keep;
    let me = expect_context::<First>().0.me.clone();
    let others: Vec<Person> = {
        let people = kept.settings.people.iter();
        people.filter(|it| Some(it.id) != me.as_ref().map(|it| it.id)).cloned().collect()
    };
    let is_empty = others.is_empty();
    let (room, is_large) = (kept.settings.room.id, is_large(&kept));
    let role = me.as_ref().map_or(Role::Guest, |it| it.role);
    let lines = others.into_iter().map(|person| {
        let rank = rank_over(&kept, &person, role);
        view! { <Member kept=kept.clone() person rank /> }
    });
    view! {
        <section class="settings-card" id="people">
            <h2>{keep.people}</h2>
            <p hidden={!is_empty || is_large}>{keep.nobody}</p>
            <ul class="kept-list">{lines.collect_view()}</ul>
            {is_large.then(|| view! { <NamedSpeaker room /> })}
        </section>
    }
}

/// The rank by which the reader may act against somebody; none where not.
fn rank_over(kept: &Kept, person: &Person, role: Role) -> Option<Rank> {
    let own = kept.settings.standing.rank;
    let rank = if role.is_above(person.role) { kept.rank } else { own };
    (rank > person.rank && rank > Rank::Member).then_some(rank)
}

/// One member.
#[component]
fn Member(kept: Kept, person: Person, rank: Option<Rank>) -> impl IntoView {
    let client = expect_context::<Client>();
    let room = kept.settings.room.id;
    let speaks = is_large(&kept);
    let is_of_host = kept.settings.room.kind.has_host();
    let (id, name) = (person.id, person.name.clone());
    let head = view! {
        <span class="kept-list__who">
            <Avatar user=id name=name.clone() small=true />
            <b>{name}</b>
            {person_tags(client, &person)}
        </span>
    };
    let Some(rank) = rank else {
        return view! { <li class="kept-list__line">{head}</li> }.into_any();
    };
    let of_host = (rank == Rank::Host && is_of_host).then(|| {
        view! { <Ranks room person=person.clone() /> }
    });
    // Where something about them was refused, it is seen.
    let is_it = Refilled::new().value("user", "") == id.to_string();
    view! {
        <li class="kept-list__fold">
            <details open=is_it>
                <summary>{head}</summary>
                <Order room person=person.clone() />
                {speaks.then(|| view! { <Speaker room person=person.clone() /> })}
                {of_host}
            </details>
        </li>
    }
    .into_any()
}

/// Mute, put out, ban.
#[component]
fn Order(room: RoomId, person: Person) -> impl IntoView {
    let client = expect_context::<Client>();
    let inside = &client.texts.rooms.inside;
    let (mute, mute_label) =
        if person.muted { ("unmute", inside.unmute) } else { ("mute", inside.mute) };
    let (refilled, user) = (Refilled::new(), person.id.to_string());
    let is_it = refilled.value("user", "") == user;
    let reason = if is_it { refilled.value("reason", "") } else { String::new() };
    view! {
        <ActForm room>
            <input type="hidden" name="user" value=user />
            <label class="labelled">
                <span>{inside.reason}</span>
                <input
                    class="field"
                    name="reason"
                    maxlength=REASON_CHARS_MAX.to_string()
                    autocomplete="off"
                    value=reason
                />
            </label>
            <label class="labelled">
                <span>{inside.for_how_long}</span>
                <select class="field field--short" name="secs">
                    {span_options(client, SPAN_FIRST)}
                </select>
            </label>
            <div class="act-form__buttons">
                <button class="plain" name="act" value=mute>{mute_label}</button>
                <button class="plain" name="act" value="kick">{inside.kick}</button>
                <button class="plain plain--bad" name="act" value="ban">{inside.ban}</button>
            </div>
        </ActForm>
    }
}

/// In a large room: whether they speak.
#[component]
fn Speaker(room: RoomId, person: Person) -> impl IntoView {
    let inside = &expect_context::<Client>().texts.rooms.inside;
    let label = if person.speaker { inside.end_speak } else { inside.let_speak };
    view! {
        <ActForm room act="speaker">
            <input type="hidden" name="user" value=person.id.to_string() />
            <input type="hidden" name="on" value=(!person.speaker).to_string() />
            <button class="plain">{label}</button>
        </ActForm>
    }
}

/// In a large room, which lists not all: somebody who is to speak, by name.
#[component]
fn NamedSpeaker(room: RoomId) -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let (inside, keep) = (&texts.rooms.inside, &texts.rooms.keep);
    let refilled = Refilled::new();
    let fault = refilled.has_missed("speaker").then(|| {
        view! { <p class="fault" role="alert" id="speaker-fault">{keep.no_such_member}</p> }
    });
    let typed = refilled.value_of("speaker", "name", "");
    view! {
        <ActForm room act="speaker">
            <input type="hidden" name="on" value="true" />
            <p class="hint" id="speaker-hint">{keep.speaker_lead}</p>
            <label class="labelled">
                <span>{texts.door().name}</span>
                <input
                    class="field"
                    name="name"
                    required
                    autocomplete="off"
                    autocapitalize="none"
                    aria-describedby="speaker-hint speaker-fault"
                    value=typed
                />
            </label>
            {fault}
            <button class="primary">{inside.let_speak}</button>
        </ActForm>
    }
}

/// What only the host gives: a co-host's rank, and the own.
#[component]
fn Ranks(room: RoomId, person: Person) -> impl IntoView {
    let inside = &expect_context::<Client>().texts.rooms.inside;
    let on = person.rank == Rank::Member;
    let label = if on { inside.make_cohost } else { inside.end_cohost };
    let (user, heir) = (person.id.to_string(), person.id.to_string());
    view! {
        <div class="act-form__buttons">
            <ActForm room act="cohost">
                <input type="hidden" name="user" value=user />
                <input type="hidden" name="on" value=on.to_string() />
                <button class="plain">{label}</button>
            </ActForm>
            <ActForm room act="yield">
                <input type="hidden" name="user" value=heir />
                <button class="plain">{inside.hand_over}</button>
            </ActForm>
        </div>
    }
}

/// Who follows the host.
#[component]
pub(super) fn Successor(kept: Kept) -> impl IntoView {
    let keep = &expect_context::<Client>().texts.rooms.keep;
    let me = expect_context::<First>().0.me.as_ref().map(|it| it.id);
    let chosen = kept.settings.successor;
    let people = kept.settings.people.iter().filter(|it| Some(it.id) != me);
    let options = people
        .map(|it| {
            let is_chosen = chosen == Some(it.id);
            view! {
                <option value=it.id.to_string() selected=is_chosen>
                    {it.name.clone()}
                </option>
            }
        })
        .collect_view();
    view! {
        <section class="settings-card" id="successor">
            <h2>{keep.successor}</h2>
            <p>{keep.successor_lead}</p>
            <ActForm room=kept.settings.room.id act="successor">
                <label class="labelled">
                    <span class="visually-hidden">{keep.successor}</span>
                    <select class="field field--short" name="user">
                        <option value="">"—"</option>
                        {options}
                    </select>
                </label>
                <button class="primary">{keep.save}</button>
            </ActForm>
        </section>
    }
}
