//! The question packs: which there are, and the one that is edited.

use super::table;
use crate::{
    components::area_text,
    i18n::{Order, Questions as Words, questions},
    pages::First,
    protocol::admin::{PackEdit, PackLine, PackState, PacksPage},
};
use leptos::prelude::*;

pub(super) fn view(page: PacksPage, order: &'static Order) -> impl IntoView {
    let language = expect_context::<First>().0.preferences.language;
    let words = questions(language);
    let lines = page.packs.iter().map(|it| {
        let title = it.title.as_ref().map(|it| it.text(language).to_owned());
        line(it, title, words)
    });
    let heads = [words.pack, words.pack_id, "", ""];
    view! {
        <p>{words.packs_lead}</p>
        {table(&heads, lines.collect(), order.none)}
        {edit_form(page.edit, words)}
    }
}

const fn state_name(state: PackState, words: &'static Words) -> &'static str {
    let [built_in, rewritten, own, hidden] = words.pack_states;
    match state {
        PackState::BuiltIn => built_in,
        PackState::Rewritten => rewritten,
        PackState::Own => own,
        PackState::Hidden => hidden,
    }
}

fn line(pack: &PackLine, title: Option<String>, words: &'static Words) -> AnyView {
    let id = pack.id.to_string();
    let count = (words.question_count)(pack.questions);
    let state = state_name(pack.state, words);
    view! {
        <tr>
            <td>{title} " " <span class="hint">{count}</span></td>
            <td>{id.clone()}</td>
            <td>{state}</td>
            <td><a href=format!("/admin/packs?pack={id}#edit")>{words.edit}</a></td>
        </tr>
    }
    .into_any()
}

/// The pack that is edited, or a new one.
fn edit_form(edit: PackEdit, words: &'static Words) -> impl IntoView {
    let PackEdit { id, toml, faults, tried, is_own, is_built_in } = edit;
    let heading = if id.is_empty() { words.new_pack.to_owned() } else { id.clone() };
    let found = (!faults.is_empty()).then(|| {
        let faults = faults.into_iter().map(|it| {
            let line = it.line.map(|line| view! { <b>{(words.line)(line)}</b> " " });
            view! { <li>{line} <span lang="en">{it.text}</span></li> }
        });
        view! {
            <div class="form-note" role="alert" data-tone="bad">
                <p>{words.faults}</p>
                <ul>{faults.collect_view()}</ul>
            </div>
        }
    });
    let tried = tried.then(|| {
        view! { <p class="form-note" role="status" data-tone="good">{words.tried}</p> }
    });
    let undo = if is_built_in { words.restore } else { words.remove };
    let undo = is_own.then(|| {
        view! { <button class="plain" name="act" value="restore" formnovalidate>{undo}</button> }
    });
    view! {
        <form class="settings-card" id="edit" method="post" action="/admin/packs">
            <h2>{heading}</h2>
            {found}
            {tried}
            <label class="labelled">
                <span>{words.pack_id}</span>
                <input
                    class="field"
                    name="id"
                    required
                    maxlength="32"
                    autocomplete="off"
                    autocapitalize="none"
                    aria-describedby="pack-id-hint"
                    value=id
                />
            </label>
            <p class="hint" id="pack-id-hint">{words.pack_id_hint}</p>
            <label class="labelled">
                <span>{words.pack_text}</span>
                <textarea
                    class="field book__toml"
                    name="toml"
                    rows="24"
                    spellcheck="false"
                    aria-describedby="pack-hint"
                >
                    {area_text(&toml)}
                </textarea>
            </label>
            <p class="hint" id="pack-hint">{words.pack_hint}</p>
            <p class="book__links">
                <button class="primary" name="act" value="save">{words.save}</button>
                " "
                <button class="plain" name="act" value="try">{words.try_it}</button>
                " "
                {undo}
            </p>
        </form>
        <p class="page__links"><a href="/admin/packs#edit">{words.new_pack}</a></p>
    }
}
