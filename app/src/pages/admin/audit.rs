//! Who did what to whom, and when.

use super::{end, escaped, moment, next_page, table};
use crate::{
    i18n::Order,
    protocol::{
        admin::AuditList,
        order::{Action, AuditLine, Detail},
    },
};
use leptos::prelude::*;

pub(super) fn view(list: AuditList, words: &'static Order) -> impl IntoView {
    let action = list.action.map_or("", Action::name);
    let next = list.last().filter(|_| list.more).map(|id| {
        format!("/admin/audit?person={}&action={action}&after={id}", escaped(&list.person))
    });
    let heads = [words.when, words.who, words.what, words.to_whom, words.detail];
    let lines = list.lines.into_iter().map(|it| line(it, words).into_any()).collect();
    let body = table(&heads, lines, words.no_lines);
    view! {
        {filter_form(list.person, list.action, words)}
        {body}
        {next_page(next, words)}
    }
}

fn filter_form(person: String, chosen: Option<Action>, words: &'static Order) -> impl IntoView {
    let actions = Action::ALL.iter().map(|action| {
        let selected = chosen == Some(*action);
        view! { <option value=action.name() selected=selected>{(words.action)(*action)}</option> }
    });
    view! {
        <form class="admin-search" role="search" action="/admin/audit">
            <label class="labelled">
                <span>{words.whose}</span>
                <input class="field" type="search" name="person" value=person />
            </label>
            <label class="labelled">
                <span>{words.what}</span>
                <select class="field" name="action">
                    <option value="">{words.all_actions}</option>
                    {actions.collect_view()}
                </select>
            </label>
            <button class="plain">{words.search}</button>
        </form>
    }
}

fn line(line: AuditLine, words: &'static Order) -> impl IntoView {
    let by = if line.by.is_none() { words.command_line.to_owned() } else { line.by_name };
    let object = match (line.object_name.is_empty(), line.action) {
        (true, Action::Close | Action::Act) => words.hidden_room.to_owned(),
        _ => line.object_name,
    };
    view! {
        <tr>
            <th scope="row">{moment(line.at)}</th>
            <td data-label=words.who>{by}</td>
            <td data-label=words.what>{(words.action)(line.action)}</td>
            <td data-label=words.to_whom>{object}</td>
            <td data-label=words.detail>{told(&line.detail, words)}</td>
        </tr>
    }
}

/// What else belongs to a line, in words.
fn told(detail: &Detail, words: &'static Order) -> String {
    let role = words.role_name;
    let parts = [
        detail.from.zip(detail.to).map(|(from, to)| (words.from_to)(role(from), role(to))),
        detail.verdict.map(|it| (words.verdict)(it).to_owned()),
        detail.why.map(|it| (words.why)(it).to_owned()),
        detail.act.clone(),
        detail.subject.clone(),
        detail.until.map(|it| (words.until)(end(it).as_deref())),
        Some(detail.reason.clone()).filter(|it| !it.is_empty()).map(|it| format!("“{it}”")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
