//! The reviewers' queue: who reports whom for what, what the server read, and what to do.

use super::{end, here, moment, next_page, reader_role, term_field};
use crate::{
    components::MessageText,
    i18n::Order,
    pages::First,
    protocol::{
        admin::ReportsList,
        ids::Seq,
        limits::REASON_CHARS_MAX,
        message::{Entry, What},
        order::{Decided, Report, Verdict},
        people::Role,
        room::RoomKind,
    },
};
use leptos::prelude::*;

pub(super) fn view(list: ReportsList, words: &'static Order) -> impl IntoView {
    let state = if list.open { "open" } else { "decided" };
    let next = list.last().filter(|_| list.more);
    let next = next.map(|id| format!("/admin/reports?state={state}&after={id}"));
    let tab = |open: bool, to: &'static str, name: &'static str| {
        let current = (open == list.open).then_some("true");
        view! { <li><a href=to aria-current=current>{name}</a></li> }
    };
    let body = if list.reports.is_empty() {
        view! { <p class="page__empty">{words.no_reports}</p> }.into_any()
    } else {
        list.reports.into_iter().map(|it| card(it, words)).collect_view().into_any()
    };
    view! {
        <nav class="admin-nav admin-nav--small" aria-label=words.reports>
            <ul>
                {tab(true, "/admin/reports", words.open_reports)}
                {tab(false, "/admin/reports?state=decided", words.decided_reports)}
            </ul>
        </nav>
        {body}
        {next_page(next, words)}
    }
}

fn card(report: Report, words: &'static Order) -> impl IntoView {
    let is_of_matched = matches!(report.room_kind, Some(RoomKind::Match | RoomKind::Pair));
    let place = match (&report.room, report.room_name.as_str()) {
        (None, _) => None,
        _ if is_of_matched => Some(words.in_match.to_owned()),
        (Some(_), "") => Some(words.in_direct.to_owned()),
        (Some(_), name) => Some((words.report_in)(name)),
    };
    let text = (!report.text.is_empty()).then(|| {
        view! {
            <h3>{words.reporter_says}</h3>
            <blockquote class="report__text"><MessageText text=report.text.clone() /></blockquote>
        }
    });
    let outcome = match &report.decided {
        Some(decided) => decision(decided, words).into_any(),
        None => decision_form(&report, words).into_any(),
    };
    view! {
        <article class="settings-card report">
            <h2>{(words.report_title)(&report.by.name, &report.against.name)}</h2>
            <p>
                <b>{(words.why)(report.why)}</b>
                " · "
                {moment(report.at)}
                {place.map(|it| format!(" · {it}"))}
            </p>
            {text}
            <h3>{words.excerpt}</h3>
            {if is_of_matched && report.decided.is_some() {
                view! { <p class="hint">{words.excerpt_gone}</p> }.into_any()
            } else {
                excerpt(report.excerpt, report.seq, words)
            }}
            {outcome}
        </article>
    }
}

/// The log as it was, the reported entry marked.
fn excerpt(entries: Vec<Entry>, reported: Option<Seq>, words: &'static Order) -> AnyView {
    if entries.is_empty() {
        return view! { <p class="hint">{words.no_excerpt}</p> }.into_any();
    }
    let lines = entries.into_iter().filter_map(|entry| {
        let text = match entry.what {
            What::Message { text } | What::Announced { text } => text,
            What::Joined | What::Left | What::Did(_) | What::Asked(_) | What::Unknown => {
                return None;
            }
        };
        let is_it = reported == Some(entry.seq);
        Some(view! {
            <li class="report__line" data-reported=is_it.then_some("true")>
                <b>{entry.name}</b>
                <span class="report__when">{moment(entry.at)}</span>
                {is_it.then(|| view! { <span class="tag">{words.reported_line}</span> })}
                <div><MessageText text /></div>
            </li>
        })
    });
    view! {
        <p class="hint">{words.excerpt_lead}</p>
        <ol class="report__excerpt" tabindex="0" aria-label=words.excerpt>{lines.collect_view()}</ol>
    }
    .into_any()
}

fn decision(decided: &Decided, words: &'static Order) -> impl IntoView + use<> {
    let until = decided.until.map(|it| format!(" · {}", (words.until)(end(it).as_deref())));
    let note = (!decided.note.is_empty()).then(|| view! { <p>{decided.note.clone()}</p> });
    view! {
        <div class="report__outcome">
            <p>
                <b>{(words.verdict)(decided.verdict)}</b>
                {until}
                " · "
                {(words.decided_by)(&decided.by, &moment(decided.at))}
            </p>
            {note}
        </div>
    }
}

/// What the reader may decide: nothing about those who are not below, nor what they reported.
fn decision_form(report: &Report, words: &'static Order) -> impl IntoView + use<> {
    let reader = reader_role();
    let me = expect_context::<First>().0.me.as_ref().map(|it| it.id);
    let is_below = reader.is_above(report.against.role);
    if me == Some(report.by.id) || !(is_below || reader == Role::Owner) {
        return ().into_any();
    }
    let verdicts = Verdict::ALL.iter().filter(|it| is_below || **it == Verdict::None);
    let verdicts = verdicts.map(|verdict| {
        view! {
            <label class="choice">
                <input type="radio" name="decision" value=verdict.name() required />
                <span>{(words.verdict)(*verdict)}</span>
            </label>
        }
    });
    view! {
        <form class="report__decide" method="post" action=format!("/admin/reports/{}", report.id)>
            <input type="hidden" name="back" value=here() />
            <fieldset class="choices">
                <legend>{words.decide}</legend>
                {verdicts.collect_view()}
            </fieldset>
            {term_field(words)}
            <label class="labelled">
                <span>{words.note}</span>
                <input class="field" name="note" maxlength=REASON_CHARS_MAX.to_string() />
            </label>
            <p class="hint">{words.decide_lead}</p>
            <button class="primary">{words.decide}</button>
        </form>
    }
    .into_any()
}
