//! Invitations: made with an end and a number of uses, listed, and taken back.

use super::Kept;
use crate::{
    client::Client,
    components::span_options,
    protocol::{ids::RoomId, pages::InviteSummary},
};
use leptos::prelude::*;

/// How long an invitation is good, unless its maker says otherwise.
const SECS: u32 = 7 * 86_400;
/// How often an invitation may be used, as one may choose; as often as one likes besides.
const USES: [u32; 5] = [1, 5, 10, 25, 100];

/// The invitations that are good, and the form for a new one.
#[component]
pub(super) fn Invites(kept: Kept) -> impl IntoView {
    let client = expect_context::<Client>();
    let keep = &client.texts.rooms.keep;
    let (room, settings) = (kept.settings.room.id, &kept.settings);
    let new = settings.invited.clone().map(|link| {
        view! {
            <label class="labelled">
                <span>{keep.new_link}</span>
                <input class="field" readonly value=link />
            </label>
        }
    });
    let uses = USES.map(|it| view! { <option value=it.to_string()>{it.to_string()}</option> });
    let lines = settings.invites.iter().cloned();
    let lines = lines.map(|invite| view! { <Line room invite /> }).collect_view();
    view! {
        <section class="settings-card" id="invites">
            <h2>{keep.invites}</h2>
            <p>{keep.invites_lead}</p>
            {new}
            <form class="act-form" method="post" action=format!("/rooms/{room}/invites")>
                <div class="act-form__row">
                    <label class="labelled">
                        <span>{keep.invite_secs}</span>
                        <select class="field" name="secs">{span_options(client, SECS)}</select>
                    </label>
                    <label class="labelled">
                        <span>{keep.invite_uses}</span>
                        <select class="field" name="uses">
                            <option value="">{keep.any_uses}</option>
                            {uses.collect_view()}
                        </select>
                    </label>
                </div>
                <button class="primary">{keep.make_invite}</button>
            </form>
            <ul class="kept-list">{lines}</ul>
        </section>
    }
}

/// One of them.
#[component]
fn Line(room: RoomId, invite: InviteSummary) -> impl IntoView {
    let client = expect_context::<Client>();
    let rooms = &client.texts.rooms;
    let when = |at| client.texts.moment(at, client.opened_at, client.zone_min.get_untracked());
    let ends = invite
        .until
        .map_or_else(|| rooms.keep.for_ever.to_owned(), |it| (rooms.inside.until)(&when(it)));
    let made = (rooms.keep.done_by)(&invite.by, &when(invite.at));
    let used = (rooms.keep.used)(invite.used, invite.uses_left);
    let action = format!("/rooms/{room}/invites/{}/end", invite.id);
    view! {
        <li class="kept-list__line">
            <p>
                <b>{ends}</b>
                <span>{made}" · "{used}</span>
            </p>
            <form method="post" action=action>
                <button class="plain">{rooms.keep.revoke}</button>
            </form>
        </li>
    }
}
