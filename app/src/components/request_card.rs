//! What stands where one writes while the two of a direct room have not agreed to.

use super::lively::{flag, says};
use crate::{
    client::Client,
    protocol::{limits::REQUEST_MESSAGES_MAX, message::What, room::Request},
};
use leptos::prelude::*;

/// Somebody asks to write: who it is, and the answers that one may give. Plain forms.
#[component]
pub fn RequestCard() -> impl IntoView {
    let client = expect_context::<Client>();
    let direct = &client.texts.direct;
    let room = untrack(|| client.room());
    let name = room.as_ref().map(|it| it.name.clone()).unwrap_or_default();
    let peer = room.as_ref().and_then(|it| it.peer);
    let room = room.map(|it| it.id.to_string()).unwrap_or_default();
    let profile = peer.map(|it| format!("/people/{it}")).unwrap_or_default();
    let report = format!("{profile}?room={room}&answer=report#report");
    let answer = format!("/rooms/{room}/answer");
    view! {
        <section class="request-card" aria-labelledby="request-title">
            <h2 id="request-title">{(direct.asks)(&name)}</h2>
            <p>{direct.asks_lead}</p>
            <form class="request-card__answers" method="post" action=answer>
                <button class="primary" name="answer" value="accept">{direct.accept}</button>
                <button class="plain" name="answer" value="refuse">{direct.refuse}</button>
                <a class="plain" href=report rel="external">{direct.refuse_report}</a>
                <a href=profile rel="external">{direct.profile}</a>
            </form>
        </section>
    }
}

/// How many messages one may still send before the other has answered.
#[component]
pub fn RequestNote() -> impl IntoView {
    let client = expect_context::<Client>();
    let text = move || {
        let (room, left) = (client.room(), messages_left(client));
        let told = room.zip(left).map(|(it, left)| (client.texts.direct.waiting)(&it.name, left));
        told.unwrap_or_default()
    };
    view! {
        <p class="request-note" role="status" hidden=flag(move || messages_left(client).is_none())>
            {says(text)}
        </p>
    }
}

/// How many messages the user may still send before the other has answered; none where nobody has
/// to answer.
pub(crate) fn messages_left(client: Client) -> Option<u32> {
    client.room().filter(|it| it.request == Request::Sent)?;
    let me = client.me.read().as_ref().map(|it| it.id);
    let timeline = client.timeline.read();
    let mine = timeline
        .entries()
        .iter()
        .filter(|it| Some(it.author) == me && matches!(it.what, What::Message { .. }));
    Some(REQUEST_MESSAGES_MAX.saturating_sub(u32::try_from(mine.count()).unwrap_or(u32::MAX)))
}
