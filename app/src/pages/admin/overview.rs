//! How the whole server is, in figures.

use crate::{
    i18n::{Order, grouped},
    protocol::admin::Overview,
};
use leptos::prelude::*;

pub(super) fn view(shown: Overview, words: &'static Order) -> impl IntoView {
    let names = &words.figures;
    let guests = (shown.guests > 0).then(|| (names.guests)(shown.guests));
    let reports = (shown.reports > 0).then_some("/admin/reports");
    view! {
        <dl class="figures">
            {figure(names.people, shown.people, guests, Some("/admin/people"))}
            {figure(names.online, shown.online, None, None)}
            {figure(names.rooms, shown.rooms, None, Some("/admin/rooms"))}
            {figure(names.messages, shown.messages, None, None)}
            {figure(names.reports, shown.reports, None, reports)}
        </dl>
    }
}

fn figure(
    name: &'static str,
    count: u64,
    note: Option<String>,
    to: Option<&'static str>,
) -> impl IntoView {
    let count = grouped(u32::try_from(count).unwrap_or(u32::MAX));
    let count = match to {
        Some(to) => view! { <a href=to>{count}</a> }.into_any(),
        None => count.into_any(),
    };
    view! {
        <div class="figures__one">
            <dt>{name}</dt>
            <dd>{count}</dd>
            {note.map(|it| view! { <dd class="figures__note">{it}</dd> })}
        </div>
    }
}
