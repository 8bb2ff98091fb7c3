//! The choice of a time at which what the composer holds is sent.

use super::{Icon, Picture};
use crate::client::{Client, plans::When};
use leptos::{ev, html, prelude::*};

/// A button in the composer, and the sheet with the times that it opens. Without a script the
/// buttons send the composer's form, to where it is planned.
#[component]
pub fn SendLater() -> impl IntoView {
    let client = expect_context::<Client>();
    let direct = &client.texts.direct;
    let sheet = NodeRef::<html::Div>::new();
    let field = NodeRef::<html::Input>::new();
    let action = untrack(|| client.room_id()).map(|it| format!("/rooms/{it}/later"));
    let plan = move |event: &ev::MouseEvent, when: Option<When>| {
        event.prevent_default();
        if let Some(when) = when
            && client.send_later(when)
            && let Some(sheet) = sheet.get_untracked()
        {
            _ = sheet.hide_popover();
        }
    };
    let choice = |label: &'static str, mins: &'static str, when: When| {
        view! {
            <button
                class="plain"
                name="when"
                value=mins
                formaction=action.clone()
                on:click=move |event| plan(&event, Some(when))
            >
                {label}
            </button>
        }
    };
    let at_time = move |event: ev::MouseEvent| {
        let value = field.get_untracked().map(|it| it.value()).unwrap_or_default();
        plan(&event, When::at_local(&value));
    };
    view! {
        <button
            class="send-later__button"
            type="button"
            popovertarget="send-later"
            aria-label=direct.later
            title=direct.later
        >
            <Icon picture=Picture::Clock />
        </button>
        <div class="send-later" id="send-later" popover="auto" node_ref=sheet>
            <h2>{direct.later}</h2>
            <p class="hint">{direct.later_lead}</p>
            <div class="send-later__choices">
                {choice(direct.in_20_min, "20", When::InMins(20))}
                {choice(direct.in_3_h, "180", When::InMins(180))}
                {choice(direct.tomorrow, "tomorrow", When::Tomorrow)}
            </div>
            <label class="labelled">
                <span>{direct.later_at}</span>
                <input class="field" type="datetime-local" name="at" node_ref=field />
            </label>
            <button
                class="primary"
                name="when"
                value="at"
                formaction=action.clone()
                on:click=at_time
            >
                {direct.later_send}
            </button>
            <a href="/later" rel="external">{direct.later_list}</a>
        </div>
    }
}
