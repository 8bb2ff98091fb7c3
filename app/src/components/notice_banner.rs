//! What lies over every page: that somebody was found, and that the user was told something about
//! themselves or their reports.

use super::MatchNotice;
use super::lively::part;
use crate::{
    client::Client,
    route::{Page, Route},
};
use leptos::prelude::*;

/// A quiet line with the way to what was told, until it is confirmed there.
#[component]
pub fn NoticeBanner() -> impl IntoView {
    let client = expect_context::<Client>();
    let house = &client.texts.house;
    // Where it leads to, it need not be told.
    let is_there = untrack(|| expect_context::<Route>().page() == Page::Notices);
    let line = move || {
        let count = client.notices.get();
        (count > 0 && !is_there).then(|| {
            view! {
                <p class="notice-banner__line">
                    {(house.noticed)(count)}
                    <a href="/notices" rel="external">{house.read_notices}</a>
                </p>
            }
        })
    };
    view! {
        <div class="notice-banner">
            <MatchNotice />
            <div role="status">{part(line)}</div>
        </div>
    }
}
