//! People of the whole server: who they are, how they stand, and what one may do about them.

use super::{end, escaped, here, moment, next_page, reader_role, table, term_field};
use crate::{
    i18n::Order,
    pages::First,
    protocol::{
        admin::{PeopleList, PersonLine},
        limits::REASON_CHARS_MAX,
        people::Role,
    },
};
use leptos::prelude::*;

pub(super) fn view(list: PeopleList, words: &'static Order) -> impl IntoView {
    let next = list.people.last().filter(|_| list.more).map(|it| it.id);
    let next = next.map(|id| format!("/admin/people?q={}&after={id}", escaped(&list.q)));
    let heads = [words.name, words.role, words.state, words.since, words.seen, words.act];
    let lines = list.people.into_iter().map(|it| line(it, words).into_any()).collect();
    let body = table(&heads, lines, words.nobody);
    view! {
        <form class="admin-search" role="search" action="/admin/people">
            <label class="labelled">
                <span>{words.search_people}</span>
                <input class="field" type="search" name="q" value=list.q />
            </label>
            <button class="plain">{words.search}</button>
        </form>
        {body}
        {next_page(next, words)}
    }
}

fn line(person: PersonLine, words: &'static Order) -> impl IntoView {
    let me = expect_context::<First>().0.me.as_ref().map(|it| it.id);
    let seen = person.seen.map_or_else(|| words.never_seen.to_owned(), moment);
    let act = if me == Some(person.id) {
        view! { <span class="hint">{words.you}</span> }.into_any()
    } else {
        actions(&person, words).into_any()
    };
    let state = [
        person.banned_until.map(|it| (words.state_banned)(end(it).as_deref())),
        person.muted_until.map(|it| (words.state_muted)(end(it).as_deref())),
    ];
    let state: Vec<String> = state.into_iter().flatten().collect();
    let is_fine = state.is_empty();
    let state = if is_fine { words.state_fine.to_owned() } else { state.join(", ") };
    view! {
        <tr>
            <th scope="row"><a href=format!("/people/{}", person.id)>{person.name}</a></th>
            <td data-label=words.role>{(words.role_name)(person.role)}</td>
            <td data-label=words.state data-tone=(!is_fine).then_some("bad")>{state}</td>
            <td data-label=words.since>{moment(person.since)}</td>
            <td data-label=words.seen>{seen}</td>
            <td data-label=words.act>{act}</td>
        </tr>
    }
}

/// What the reader may do about somebody: nothing, where they are not below.
fn actions(person: &PersonLine, words: &'static Order) -> impl IntoView + use<> {
    let reader = reader_role();
    let sanction = reader.is_above(person.role).then(|| sanction_form(person, words));
    let role =
        Role::ALL.into_iter().any(|it| it != person.role && reader.may_name(person.role, it));
    let role = role.then(|| role_form(person, reader, words));
    (sanction.is_some() || role.is_some()).then(|| {
        view! {
            <details class="admin-act">
                <summary aria-label=(words.act_on)(&person.name)>{words.act}</summary>
                {sanction}
                {role}
            </details>
        }
    })
}

fn sanction_form(person: &PersonLine, words: &'static Order) -> impl IntoView + use<> {
    let (mute, mute_name) = match person.muted_until {
        Some(_) => ("unmute", words.unmute),
        None => ("mute", words.mute),
    };
    let (ban, ban_name) = match person.banned_until {
        Some(_) => ("unban", words.unban),
        None => ("ban", words.ban),
    };
    view! {
        <form method="post" action=format!("/admin/people/{}", person.id)>
            <input type="hidden" name="back" value=here() />
            {term_field(words)}
            <label class="labelled">
                <span>{words.reason}</span>
                <input class="field" name="reason" maxlength=REASON_CHARS_MAX.to_string() />
            </label>
            <p class="admin-act__row">
                <button class="plain" name="act" value="warn">{words.warn}</button>
                <button class="plain" name="act" value=mute>{mute_name}</button>
                <button class="plain" name="act" value=ban>{ban_name}</button>
            </p>
        </form>
    }
}

fn role_form(person: &PersonLine, reader: Role, words: &'static Order) -> impl IntoView + use<> {
    let from = person.role;
    let roles = [Role::Member, Role::Moderator, Role::Admin, Role::Owner];
    let names = ["member", "moderator", "admin", "owner"];
    let options = roles.into_iter().zip(names).filter(|(to, _)| reader.may_name(from, *to));
    let options = options.map(|(to, name)| {
        view! { <option value=name selected=to == from>{(words.role_name)(to)}</option> }
    });
    view! {
        <form method="post" action=format!("/admin/people/{}", person.id)>
            <input type="hidden" name="back" value=here() />
            <label class="labelled">
                <span>{words.role}</span>
                <select class="field" name="role">{options.collect_view()}</select>
            </label>
            <button class="plain" name="act" value="role">{words.change_role}</button>
        </form>
    }
}
