//! Something that the user said and the log does not show yet.

use super::lively::says;
use super::{Avatar, MessageText, direct_line::is_direct};
use crate::client::{
    Client,
    outbox::{Outgoing, SendState},
};
use leptos::prelude::*;

/// A dim line, or one that says why it was refused and what can be done.
#[component]
pub fn PendingLine(
    /// What was said.
    item: Outgoing,
    /// It stands under the user's name, since the line above is not theirs.
    headed: bool,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let state = match item.state {
        SendState::Refused(_) => "refused",
        SendState::Queued | SendState::Sent | SendState::Acked => "pending",
    };
    let foot = foot(client, &item);
    if is_direct(client) {
        return view! {
            <li
                class="log-line direct-line pending-line"
                data-state=state
                data-headed=headed.to_string()
                data-mine="true"
            >
                <p class="direct-line__text"><MessageText text=item.text /></p>
                {foot}
            </li>
        }
        .into_any();
    }
    let head = client.me.get_untracked().filter(|_| headed).map_or_else(
        || view! { <span class="log-line__gutter"></span> }.into_any(),
        |me| {
            view! {
                <Avatar user=me.id name=me.name.clone() picture=me.picture />
                <p class="log-line__head">
                    <b class="log-line__name">{me.name}</b>
                    <time class="log-line__time">
                        {says(move || texts.clock(item.at, client.zone_min.get()))}
                    </time>
                </p>
            }
            .into_any()
        },
    );
    view! {
        <li class="log-line log-line--message pending-line" data-state=state data-headed=headed.to_string()>
            {head}
            <p class="log-line__text"><MessageText text=item.text /></p>
            {foot}
        </li>
    }
    .into_any()
}

/// That it is on its way, or why it is not and what can be done.
fn foot(client: Client, item: &Outgoing) -> AnyView {
    let (texts, cid) = (client.texts, item.cid);
    if let SendState::Refused(reason) = item.state {
        let why = (texts.room.not_sent)(&(texts.refusal)(reason));
        view! {
            <div class="pending-line__foot">
                <span role="alert">{why}</span>
                <button type="button" on:click=move |_| client.retry(cid)>
                    {texts.room.send_again}
                </button>
                <button type="button" on:click=move |_| client.edit(cid)>{texts.room.edit}</button>
                <button type="button" on:click=move |_| _ = client.discard(cid)>
                    {texts.room.discard}
                </button>
            </div>
        }
        .into_any()
    } else {
        view! { <span class="visually-hidden">{texts.room.sending}</span> }.into_any()
    }
}
