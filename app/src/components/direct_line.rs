//! What one of two said to the other: own words at the right, the other's at the left.

use super::lively::{part, says};
use super::{MessageMenu, MessageText};
use crate::{
    client::Client,
    protocol::{
        ids::Seq,
        matching::Openness,
        message::{Entry, What},
    },
};
use leptos::prelude::*;
use std::sync::Arc;

/// The last of one's own words that the other has seen, in context of the log.
#[derive(Clone, Copy)]
pub(super) struct LastSeen(Memo<Option<Seq>>);

impl LastSeen {
    /// Looks for it in the room shown.
    pub(super) fn of(client: Client) -> Self {
        Self(Memo::new(move |_| {
            let seen = client.peer_seen.get();
            let me = client.me.read().as_ref().map(|it| it.id);
            let timeline = client.timeline.read();
            let is_it = |it: &&Arc<Entry>| {
                it.seq <= seen && Some(it.author) == me && matches!(it.what, What::Message { .. })
            };
            timeline.entries().iter().rev().find(is_it).map(|it| it.seq)
        }))
    }
}

/// The room shown is one of two people, or of a few who were matched. Asked once, when a line is
/// made: where a room becomes another, its lines are made anew.
pub(super) fn is_direct(client: Client) -> bool {
    untrack(|| client.room()).is_some_and(|it| it.kind.is_intimate())
}

/// A bubble. Who said it is told by its side, by its colour, and unseen by name.
#[component]
pub fn DirectLine(
    /// The message.
    entry: Arc<Entry>,
    /// The first of several by the same author.
    headed: bool,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let texts = client.texts;
    let (seq, at) = (entry.seq, entry.at);
    let is_mine = client.me.read_untracked().as_ref().is_some_and(|it| it.id == entry.author);
    let clock = move || texts.clock(at, client.zone_min.get());
    let last_seen = expect_context::<LastSeen>().0;
    let is_seen = Memo::new(move |_| is_mine && last_seen.get() == Some(seq));
    let seen = move || is_seen.get().then(|| view! { " · " {texts.direct.seen} });
    // Where more than one other may have said it, it is told who did.
    let is_one = untrack(|| client.room()).is_some_and(|it| it.peer.is_some());
    let name = (headed && !is_mine && !is_one)
        .then(|| view! { <b class="direct-line__name">{entry.name.clone()}</b> });
    let opens = Memo::new(move |_| client.openness() >= Openness::Links);
    let words = entry.what.text().to_owned();
    let text = move || {
        let text = words.clone();
        if opens.get() { view! { <MessageText text /> }.into_any() } else { text.into_any() }
    };
    view! {
        <li
            class="log-line direct-line"
            data-seq=seq.to_string()
            data-headed=headed.to_string()
            data-mine=is_mine.to_string()
            data-seen=says(move || is_seen.get().to_string())
        >
            <span class="visually-hidden">{entry.name.clone()} " "</span>
            <p class="direct-line__text">{name} {part(text)}</p>
            <p class="direct-line__foot"><time>{says(clock)}</time>{part(seen)}</p>
            <MessageMenu entry />
        </li>
    }
}
