//! The title of a page, in the browser's tab.

use crate::client::Client;
use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;

/// The title, as text: `Title` writes it into the server's page as it is, and a room may be called
/// `</title>`.
///
/// The server reads it at once. `Title` does so only when the page is complete, after an await
/// during which the thread may have begun somebody else's page: it would find that one's values,
/// or none.
#[component]
pub fn PageTitle(
    /// The title.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    let client = expect_context::<Client>();
    // Whatever the page is: somebody may be in another tab while they are waited for.
    let text = move || match client.open_proposal() {
        Some(_) => (client.texts.meeting.found_in_title)(client.secs_of_match.get()),
        None => text.get().into_owned(),
    };
    let in_page = cfg!(feature = "ssr").then(|| written(&untrack(&text), true));
    view! {
        <Title text=move || in_page.clone().unwrap_or_else(|| written(&text(), false)) />
    }
}

/// A text as it is written into a page, or set by the browser, which takes it for text anyway.
fn written(text: &str, into_page: bool) -> String {
    if into_page {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_text() {
        let title = "</title><script>alert(1)</script> & 방";
        let page = "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; 방";
        assert_eq!(written(title, true), page);
        assert_eq!(written(title, false), title);
    }
}
