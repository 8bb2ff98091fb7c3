//! The few pictures of the pages.

use leptos::prelude::*;

/// Which picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// The house of the brand.
    House,
    /// Settings.
    Gear,
    /// The list of channels.
    Menu,
    /// Close.
    Cross,
    /// Down.
    Down,
    /// A time.
    Clock,
    /// A room of one's own.
    Home,
    /// A room with a lock.
    Lock,
    /// More that can be done.
    More,
    /// One more.
    Plus,
    /// Two who may meet.
    Meet,
    /// Two who met and stay.
    Heart,
    /// One is told of a room.
    Bell,
    /// One is not told of a room.
    NoBell,
    /// The answers of two.
    Book,
    /// On to the next one.
    Next,
}

/// A picture in the colour of the text around it, unseen by screen readers.
#[component]
pub fn Icon(
    /// Which one.
    picture: Picture,
) -> impl IntoView {
    let path = match picture {
        Picture::House => "M2 10c4-1 7-3 10-6 3 3 6 5 10 6M5 10v9M19 10v9M3 19h18M9 19v-6h6v6",
        Picture::Gear => {
            "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3\
             M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1"
        }
        Picture::Menu => "M4 7h16M4 12h16M4 17h16",
        Picture::Cross => "M6 6l12 12M18 6L6 18",
        Picture::Clock => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5l3 2",
        Picture::Down => "M12 5v14M6 13l6 6 6-6",
        Picture::Home => "M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
        Picture::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
        Picture::More => "M5 12h.01M12 12h.01M19 12h.01",
        Picture::Plus => "M12 5v14M5 12h14",
        Picture::Meet => "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4",
        Picture::Heart => {
            "M12 20C5 15 3 11.5 3 8.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 9 1.5c0 3-2 6.5-9 11.5Z"
        }
        Picture::Bell => "M6 17v-6a6 6 0 0 1 12 0v6M4 17h16M10 20.5h4",
        Picture::NoBell => "M6 17v-6a6 6 0 0 1 12 0v6M4 17h16M10 20.5h4M4 4l16 16.5",
        Picture::Book => {
            "M12 6.5C9.5 5 7 4.5 3.5 4.5v13.5c3.5 0 6 .5 8.5 2 2.5-1.5 5-2 8.5-2V4.5c-3.5 0-6 .5-8.5 2ZM12 6.5V20"
        }
        Picture::Next => "M6 5.5l9 6.5-9 6.5ZM18.5 5.5v13",
    };
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path />
        </svg>
    }
}
