//! Where one writes.

use super::lively::{flag, says};
use super::{SendLater, area_text, title};
use crate::{
    client::{
        Client, Connection,
        hangul::{EnterMeans, enter_means},
    },
    protocol::{
        limits::{TEXT_CHARS_MAX, TEXT_CHARS_SHOW_LEFT},
        message::MessageText,
        room::Rank,
    },
};
use leptos::{ev, html, prelude::*};
use std::time::Duration;
use web_sys::HtmlTextAreaElement;

/// Lines that the field grows to.
const ROWS_MAX: u32 = 8;
/// An input method that has not finished a syllable after so long is made to.
const FINISH_MS: u64 = 150;

/// The field and its state.
#[derive(Clone, Copy)]
struct Writing {
    client: Client,
    field: NodeRef<html::Textarea>,
    /// What the input method composes.
    composed: RwSignal<String>,
    is_composing: RwSignal<bool>,
    /// Enter was pressed over Hangul: send as soon as the syllable is finished.
    send_then: RwSignal<bool>,
}

/// The form by which a member says something; a plain form until the wasm is here.
#[component]
pub fn Composer() -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let writing = Writing {
        client,
        field: NodeRef::new(),
        composed: RwSignal::new(String::new()),
        is_composing: RwSignal::new(false),
        send_then: RwSignal::new(false),
    };
    // Rendered once: from then on the field belongs to whoever types.
    let first = area_text(&client.draft.get_untracked());
    let room = untrack(|| client.room());
    let name = room.as_ref().map(title).unwrap_or_default();
    let is_direct = room.as_ref().is_some_and(|it| it.kind.is_intimate());
    let label =
        if is_direct { (texts.direct.placeholder)(&name) } else { (texts.room.placeholder)(&name) };
    let action = room.map(|it| format!("/rooms/{}/say", it.id)).unwrap_or_default();
    let chars = Memo::new(move |_| client.draft.read().trim().chars().count());
    Effect::new(move |before: Option<()>| writing.show_draft(before.is_none()));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        writing.send();
    };
    view! {
        <form class="composer" method="post" action=action on:submit=submit>
            <textarea
                class="composer__field"
                name="text"
                rows="1"
                required
                autocomplete="off"
                aria-label=label.clone()
                aria-describedby="composer-note"
                placeholder=label
                node_ref=writing.field
                on:input=move |_| writing.written()
                on:keydown=move |event| writing.key(&event)
                on:compositionstart=move |_| writing.is_composing.set(true)
                on:compositionupdate=move |event: ev::CompositionEvent| {
                    writing.composed.set(event.data().unwrap_or_default());
                }
                on:compositionend=move |event: ev::CompositionEvent| writing.finished(&event)
            >
                {first}
            </textarea>
            <button
                class="primary"
                disabled=flag(move || { chars.get() > TEXT_CHARS_MAX || client.secs_to_send.get() > 0 })
            >
                {texts.room.send}
            </button>
            <SendLater />
            <SlowNote />
            <p
                class="composer__note"
                id="composer-note"
                role="status"
                data-over=says(move || (chars.get() > TEXT_CHARS_MAX).to_string())
                hidden=flag(move || chars.get() < TEXT_CHARS_SHOW_LEFT)
            >
                {says(move || note(client, chars.get()))}
            </p>
        </form>
    }
}

/// In a slow room: how often one may send, and how long it is until then. What is typed stays.
#[component]
fn SlowNote() -> impl IntoView {
    let client = expect_context::<Client>();
    let inside = &client.texts.rooms.inside;
    let slow_secs = Memo::new(move |_| {
        let secs = client.room().map_or(0, |it| it.slow_secs);
        if client.rank() > Rank::Member { 0 } else { secs }
    });
    let text = move || match client.secs_to_send.get() {
        0 => (inside.slow)(slow_secs.get()),
        left => (inside.slow_left)(left),
    };
    view! {
        <p
            class="composer__slow"
            role="timer"
            data-waits=says(move || (client.secs_to_send.get() > 0).to_string())
            hidden=flag(move || slow_secs.get() == 0)
        >
            {says(text)}
        </p>
    }
}

fn note(client: Client, chars: usize) -> String {
    let room = &client.texts.room;
    match chars {
        0..TEXT_CHARS_SHOW_LEFT => String::new(),
        TEXT_CHARS_SHOW_LEFT..=TEXT_CHARS_MAX => (room.chars_left)(TEXT_CHARS_MAX - chars),
        _ => (room.chars_over)(chars - TEXT_CHARS_MAX),
    }
}

impl Writing {
    /// The draft changed: by typing, by "Edit", or at the beginning.
    fn show_draft(self, is_first: bool) {
        let draft = self.client.draft.get();
        let Some(field) = self.field.get() else { return };
        if is_first {
            self.begin(&field);
        } else if field.value() != draft {
            put(&field, &draft);
            _ = field.focus();
        }
        grow(&field);
    }

    /// Takes up what was typed before the wasm came, else the draft of before.
    fn begin(self, field: &HtmlTextAreaElement) {
        let kept = untrack(|| self.client.room_id()).map(|it| self.client.kept_draft(it));
        let typed = field.value();
        if typed.trim().is_empty() {
            put(field, &kept.unwrap_or_default());
        }
        let text = field.value();
        if self.client.draft.get_untracked() != text {
            self.client.draft.set(text);
        }
        let page = document();
        let is_free = page.active_element().is_none_or(|it| it.tag_name() == "BODY");
        let has_keyboard = window()
            .match_media("(hover: hover) and (min-width: 760px)")
            .is_ok_and(|it| it.is_some_and(|it| it.matches()));
        if is_free && has_keyboard {
            _ = field.focus();
        }
    }

    fn written(self) {
        let Some(field) = self.field.get_untracked() else { return };
        let text = field.value();
        self.client.typing(&text);
        self.client.draft.set(text);
    }

    fn key(self, event: &ev::KeyboardEvent) {
        let is_enter = event.key() == "Enter" || event.code() == "Enter";
        if !is_enter || event.shift_key() || event.alt_key() {
            return;
        }
        let in_method = event.is_composing() || event.key_code() == 229;
        if !in_method {
            event.prevent_default();
            self.send_then.set(false);
            return self.send();
        }
        if enter_means(&self.composed.get_untracked()) == EnterMeans::Confirm {
            if event.key_code() != 229 {
                // The key itself came through: it must not break the line either.
                event.prevent_default();
            }
            return;
        }
        event.prevent_default();
        if self.is_composing.get_untracked() {
            self.send_then.set(true);
            set_timeout(move || self.finish(), Duration::from_millis(FINISH_MS));
        } else {
            // Safari finishes the syllable before it tells of the key.
            self.send();
        }
    }

    /// The input method finished what it composed.
    fn finished(self, event: &ev::CompositionEvent) {
        self.is_composing.set(false);
        if let Some(text) = event.data().filter(|it| !it.is_empty()) {
            self.composed.set(text);
        }
        // Some browsers put the text into the field only after this event.
        set_timeout(
            move || {
                if self.send_then.try_get_untracked() == Some(true) {
                    self.send_then.set(false);
                    self.send();
                }
            },
            Duration::ZERO,
        );
    }

    /// Makes an input method finish that does not by itself.
    fn finish(self) {
        // Gone, where the writer left the room meanwhile.
        let Some(field) = self.field.try_get_untracked().flatten() else { return };
        if self.send_then.get_untracked() && self.is_composing.get_untracked() {
            _ = field.blur();
            _ = field.focus();
        }
    }

    fn send(self) {
        let Some(field) = self.field.get_untracked() else { return };
        let connection = self.client.connection.get_untracked();
        if matches!(connection, Connection::SignedOut | Connection::Replaced) {
            // The line above says so; what was typed stays.
            return;
        }
        if self.client.secs_to_send.get_untracked() > 0 {
            // The line below says for how long; what was typed stays.
            return;
        }
        let Ok(text) = MessageText::try_from(field.value()) else { return };
        self.client.say(text);
        field.set_value("");
        self.composed.set(String::new());
        self.client.typing("");
        self.client.draft.set(String::new());
    }
}

/// Puts a text into the field, and the caret behind it.
fn put(field: &HtmlTextAreaElement, text: &str) {
    field.set_value(text);
    let end = u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    // It fails only where a field has no caret; this one has.
    _ = field.set_selection_range(end, end);
}

/// Makes the field as high as its text, up to [`ROWS_MAX`] lines.
fn grow(field: &HtmlTextAreaElement) {
    let mut rows = 1;
    field.set_rows(rows);
    while rows < ROWS_MAX && field.scroll_height() > field.client_height() {
        rows += 1;
        field.set_rows(rows);
    }
}
