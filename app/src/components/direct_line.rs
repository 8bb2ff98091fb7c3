//! What one of two said to the other: own words at the right, the other's at the left.

use super::{MessageMenu, MessageText};
use crate::{
    client::Client,
    protocol::{
        ids::Seq,
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

/// The room shown is one of two people. Asked once, when a line is made: a room's kind stays.
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
    view! {
        <li
            class="log-line direct-line"
            data-seq=seq.to_string()
            data-headed=headed.to_string()
            data-mine=is_mine.to_string()
            data-seen=move || is_seen.get().to_string()
        >
            <span class="visually-hidden">{entry.name.clone()} " "</span>
            <p class="direct-line__text"><MessageText text=entry.what.text().to_owned() /></p>
            <p class="direct-line__foot"><time>{clock}</time>{seen}</p>
            <MessageMenu entry />
        </li>
    }
}
