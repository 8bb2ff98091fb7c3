//! `/admin` and what stands below it: people, rooms, reports, the audit log, nodes, announcements.
//! Plain forms, each part for who has the power that it needs.

mod announce;
mod audit;
mod nodes;
mod overview;
mod packs;
mod people;
mod reports;
mod rooms;

use super::{First, NotFound};
use crate::{
    client::Client,
    components::{FormNote, Frame, MenuButton, PageTitle},
    i18n::{Order, order},
    protocol::{admin::Admin as Shown, ids::Millis, pages::Plain, people::Role, powers::Power},
    route::Route,
};
use leptos::prelude::*;

/// One of the admin pages, under the links to the others.
#[component]
pub fn Admin() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let first = expect_context::<First>().0;
    let Plain::Admin(shown) = &first.plain else { return view! { <NotFound /> }.into_any() };
    let words = order(first.preferences.language);
    let (path, body) = match (**shown).clone() {
        Shown::Overview(it) => ("/admin", overview::view(it, words).into_any()),
        Shown::People(it) => ("/admin/people", people::view(it, words).into_any()),
        Shown::Rooms(it) => ("/admin/rooms", rooms::view(it, words).into_any()),
        Shown::Reports(it) => ("/admin/reports", reports::view(it, words).into_any()),
        Shown::Audit(it) => ("/admin/audit", audit::view(it, words).into_any()),
        Shown::Nodes(it) => ("/admin/nodes", nodes::view(it, words).into_any()),
        Shown::Announce(it) => ("/admin/announce", announce::view(it, words).into_any()),
        Shown::Packs(it) => ("/admin/packs", packs::view(it, words).into_any()),
    };
    let heading = parts(words).into_iter().find(|it| it.0 == path).map_or("", |it| it.2);
    view! {
        <PageTitle text=format!("{heading} · {} · {}", words.admin, texts.house.brand) />
        <Frame>
            <main class="page page--wide" id="main" tabindex="-1">
                <header class="page__head">
                    <MenuButton />
                    <h1>{heading}</h1>
                </header>
                <Parts path />
                <FormNote />
                {body}
            </main>
        </Frame>
    }
    .into_any()
}

/// The pages: address, power, name.
fn parts(words: &'static Order) -> [(&'static str, Power, &'static str); 8] {
    [
        ("/admin", Power::Oversee, words.overview),
        ("/admin/people", Power::Oversee, words.people),
        ("/admin/rooms", Power::Oversee, words.rooms),
        ("/admin/reports", Power::Review, words.reports),
        ("/admin/audit", Power::Audit, words.audit),
        ("/admin/nodes", Power::Nodes, words.nodes),
        ("/admin/announce", Power::Announce, words.announce),
        ("/admin/packs", Power::Packs, words.packs),
    ]
}

/// Links to the pages that the reader may see.
#[component]
fn Parts(
    /// The address of the page shown.
    path: &'static str,
) -> impl IntoView {
    let first = expect_context::<First>().0;
    let words = order(first.preferences.language);
    let role = reader_role();
    let links = parts(words).into_iter().filter(|(_, power, _)| role.may(*power));
    let links = links.map(|(to, _, name)| {
        let current = (to == path).then_some("page");
        view! { <li><a href=to aria-current=current>{name}</a></li> }
    });
    view! {
        <nav class="admin-nav" aria-label=words.admin>
            <ul>{links.collect_view()}</ul>
        </nav>
    }
}

fn reader_role() -> Role {
    expect_context::<First>().0.me.as_ref().map_or(Role::Guest, |it| it.role)
}

/// Day and minute of a moment, by the reader's clock.
fn moment(at: Millis) -> String {
    let client = expect_context::<Client>();
    client.texts.moment(at, client.opened_at, client.zone_min.get_untracked())
}

/// Until when something holds; none for ever.
fn end(until: Millis) -> Option<String> {
    (until.0 < i64::MAX).then(|| moment(until))
}

/// The page's own address, to which its forms come back.
fn here() -> String {
    untrack(|| expect_context::<Route>().address())
}

/// A text as part of a query.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            const HEX: [char; 16] =
                ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
            escaped.push('%');
            escaped
                .extend([byte >> 4, byte & 15].iter().filter_map(|it| HEX.get(usize::from(*it))));
        }
    }
    escaped
}

/// A table of lines under their headings, or what is said where there are none.
fn table(heads: &[&'static str], lines: Vec<AnyView>, empty: &'static str) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="page__empty">{empty}</p> }.into_any();
    }
    let heads = heads.iter().map(|it| view! { <th scope="col">{*it}</th> }).collect_view();
    view! {
        <table class="admin-table">
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{lines}</tbody>
        </table>
    }
    .into_any()
}

/// The link to what follows, where there is more.
fn next_page(to: Option<String>, words: &'static Order) -> impl IntoView {
    to.map(|to| view! { <p class="page__links"><a href=to>{words.more}</a></p> })
}

/// For how long something holds.
fn term_field(words: &'static Order) -> impl IntoView {
    let terms = words.terms.iter().enumerate().map(|(n, (secs, name))| {
        view! { <option value=*secs selected=n == 1>{*name}</option> }
    });
    view! {
        <label class="labelled">
            <span>{words.how_long}</span>
            <select class="field" name="secs">{terms.collect_view()}</select>
        </label>
    }
}
