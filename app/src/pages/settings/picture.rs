//! One's picture.

use crate::{client::Client, pages::First};
use leptos::prelude::*;

/// The picture that one has, and a form for another.
#[component]
pub(super) fn PictureForm() -> impl IntoView {
    let texts = expect_context::<Client>().texts;
    let account = texts.account();
    let me = expect_context::<First>().0.me.clone();
    let shown = me.and_then(|it| Some((it.id, it.picture?))).map(|(id, version)| {
        let source = format!("/api/v1/people/{id}/picture?size=large&v={version}");
        view! {
            <img class="settings-card__picture" src=source alt=account.picture_alt width="128" height="128" />
            <form method="post" action="/settings/picture/remove">
                <button class="plain">{account.picture_remove}</button>
            </form>
        }
    });
    view! {
        <section class="settings-card">
            <h2>{account.picture}</h2>
            <p>{account.picture_lead}</p>
            {shown}
            <form method="post" action="/settings/picture" enctype="multipart/form-data">
                <label class="labelled">
                    <span>{account.picture_file}</span>
                    <input
                        class="field"
                        type="file"
                        name="picture"
                        required
                        accept="image/png,image/jpeg,image/gif,image/webp"
                    />
                </label>
                <button class="primary">{texts.settings().save}</button>
            </form>
        </section>
    }
}
