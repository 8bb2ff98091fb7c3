//! What keeps order: the lock, slow mode, who was banned and muted, and the end of the room.

use super::{ActForm, Kept};
use crate::{
    client::Client,
    pages::refilled::Refilled,
    protocol::{
        ids::RoomId,
        limits::{REASON_CHARS_MAX, SLOW_SECS_MAX},
        pages::Sanction,
    },
};
use leptos::prelude::*;

/// Pauses between two messages of one member, in seconds.
const PAUSES: [u32; 8] = [5, 10, 30, 60, 300, 900, 3_600, SLOW_SECS_MAX];

/// Nobody new for now, and not so fast.
#[component]
pub(super) fn LockAndSlow(kept: Kept) -> impl IntoView {
    let rooms = &expect_context::<Client>().texts.rooms;
    let keep = &rooms.keep;
    let room = &kept.settings.room;
    let (id, slow_secs, locked) = (room.id, room.slow_secs, room.locked);
    let (lead, button) =
        if locked { (keep.unlock_lead, keep.unlock) } else { (keep.lock_lead, keep.lock) };
    let unusual = Some(slow_secs).filter(|it| *it > 0 && !PAUSES.contains(it));
    let options = PAUSES.into_iter().chain(unusual).map(move |secs| {
        view! {
            <option value=secs.to_string() selected=secs == slow_secs>
                {(rooms.secs)(secs)}
            </option>
        }
    });
    view! {
        <section class="settings-card">
            <h2>{button}</h2>
            <p>{lead}</p>
            <ActForm room=id act="lock">
                <input type="hidden" name="on" value=(!locked).to_string() />
                <button class="primary">{button}</button>
            </ActForm>
        </section>
        <section class="settings-card">
            <h2>{keep.slow_title}</h2>
            <p>{keep.slow_lead}</p>
            <ActForm room=id act="slow">
                <label class="labelled">
                    <span class="visually-hidden">{keep.slow_title}</span>
                    <select class="field field--short" name="secs">
                        <option value="0">{keep.slow_off}</option>
                        {options.collect_view()}
                    </select>
                </label>
                <button class="primary">{keep.save}</button>
            </ActForm>
        </section>
    }
}

/// Who may not come in or not speak, each with the way to undo it.
#[component]
pub(super) fn Sanctions(kept: Kept) -> impl IntoView {
    let keep = &expect_context::<Client>().texts.rooms.keep;
    let room = kept.settings.room.id;
    let is_empty = kept.settings.sanctions.is_empty();
    let lines = kept.settings.sanctions.iter().cloned();
    let lines = lines.map(|sanction| view! { <SanctionLine room sanction /> }).collect_view();
    view! {
        <section class="settings-card" id="sanctions">
            <h2>{keep.sanctions}</h2>
            <p hidden=!is_empty>{keep.no_sanctions}</p>
            <ul class="kept-list">{lines}</ul>
        </section>
    }
}

/// One of them.
#[component]
fn SanctionLine(room: RoomId, sanction: Sanction) -> impl IntoView {
    let client = expect_context::<Client>();
    let (inside, keep) = (&client.texts.rooms.inside, &client.texts.rooms.keep);
    let when = |at| client.texts.moment(at, client.opened_at, client.zone_min.get_untracked());
    let (what, undo, label) = if sanction.banned {
        (keep.banned, "unban", keep.unban)
    } else {
        (inside.muted, "unmute", inside.unmute)
    };
    let ends =
        sanction.until.map_or_else(|| keep.for_ever.to_owned(), |it| (inside.until)(&when(it)));
    let done = (keep.done_by)(&sanction.by, &when(sanction.at));
    let reason = (!sanction.reason.is_empty())
        .then(|| (client.texts.rooms.outside.reason)(&sanction.reason))
        .map(|it| view! { <span>{it}</span> });
    view! {
        <li class="kept-list__line">
            <p>
                <b>{sanction.name} " " <span class="tag">{what}</span></b>
                <span>{ends}" · "{done}</span>
                {reason}
            </p>
            <ActForm room act=undo>
                <input type="hidden" name="user" value=sanction.user.to_string() />
                <button class="plain">{label}</button>
            </ActForm>
        </li>
    }
}

/// The end of the room, which has to be meant.
#[component]
pub(super) fn Close(kept: Kept) -> impl IntoView {
    let rooms = &expect_context::<Client>().texts.rooms;
    let keep = &rooms.keep;
    let reason = Refilled::new().value_of("close", "reason", "");
    view! {
        <section class="settings-card" id="close">
            <h2>{keep.close_title}</h2>
            <p>{keep.close_lead}</p>
            <ActForm room=kept.settings.room.id act="close">
                <label class="labelled">
                    <span>{rooms.inside.reason}</span>
                    <input
                        class="field"
                        name="reason"
                        maxlength=REASON_CHARS_MAX.to_string()
                        autocomplete="off"
                        value=reason
                    />
                </label>
                <label class="choice">
                    <input type="checkbox" name="sure" value="true" required />
                    <span>{keep.close_sure}</span>
                </label>
                <button class="plain plain--bad">{keep.close}</button>
            </ActForm>
        </section>
    }
}
