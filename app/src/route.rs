//! Which page an address names, and how the tab goes from one room to the next.
//!
//! Our own, because only two pages live in the browser: see `docs/decisions/0006-two-manners.md`.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement};

/// What an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The list of channels.
    Rooms,
    /// A room, by its name or id.
    Room(String),
    /// The making of a room.
    NewRoom,
    /// The settings of a room, by its name or id.
    RoomSettings(String),
    /// The speed rounds of a room, by its name or id.
    Speed(String),
    /// The answer book of two, by their room.
    Book(String),
    /// How questions come up between two, by their room.
    Questions(String),
    /// What those in a match or pair room agree to, by the room's name or id.
    Meeting(String),
    /// An invitation, by its token.
    Invite(String),
    /// How it stands with the search for somebody to talk with.
    Match,
    /// Whom one would like to meet.
    Wishes,
    /// What counts for or against one when people are matched.
    Conduct,
    /// The sign-in card.
    Home,
    /// The making of an account.
    SignUp,
    /// The coming in as a guest.
    Guest,
    /// What to do about a forgotten password.
    Forgot,
    /// The choosing of a new password by a link.
    Reset,
    /// The settings.
    Settings,
    /// The direct rooms, and who asks to write.
    Inbox,
    /// Somebody, by their id.
    Person(String),
    /// Whom one has blocked.
    Blocks,
    /// What one has planned.
    Later,
    /// What one was told about oneself and one's reports.
    Notices,
    /// What only those see who keep order here, or run the server.
    Admin,
    /// Nothing.
    NotFound,
}

impl Page {
    /// The page at a path; a query may follow. The addresses to which a page's forms are sent
    /// are the page's own, for that is where a refused form leaves the browser.
    pub fn at(address: &str) -> Self {
        let path = address.split(['?', '#']).next().unwrap_or(address);
        let mut parts = path.trim_matches('/').split('/');
        match (parts.next().unwrap_or_default(), parts.next()) {
            ("" | "sign-in", None) => Self::Home,
            ("sign-up", None) => Self::SignUp,
            ("guest", None) => Self::Guest,
            ("forgot", None) => Self::Forgot,
            ("reset", None) => Self::Reset,
            ("settings", _) => Self::Settings,
            ("inbox", None) => Self::Inbox,
            ("people", Some(user)) => Self::Person(unescaped(user)),
            ("blocks", None) => Self::Blocks,
            ("notices", _) => Self::Notices,
            ("admin", _) => Self::Admin,
            ("later", None) => Self::Later,
            ("match", None) => Self::Match,
            ("match", Some("wishes" | "lookout")) => Self::Wishes,
            ("match", Some("standing")) => Self::Conduct,
            ("rooms", None) => Self::Rooms,
            ("rooms", Some("new")) => Self::NewRoom,
            ("rooms", Some(room)) => Self::of_room(unescaped(room), parts.next()),
            ("invite", Some(token)) => Self::Invite(unescaped(token)),
            _ => Self::NotFound,
        }
    }

    /// What stands under a room's address.
    fn of_room(room: String, part: Option<&str>) -> Self {
        match part {
            Some("settings" | "acts" | "invites") => Self::RoomSettings(room),
            Some("speed") => Self::Speed(room),
            Some("book") => Self::Book(room),
            Some("questions") => Self::Questions(room),
            Some("meeting") => Self::Meeting(room),
            _ => Self::Room(room),
        }
    }

    /// It goes on in the browser; all others are forms and links only, and come without a script.
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Rooms | Self::Room(_) | Self::Match)
    }
}

/// The address of the page, in context on both sides.
#[derive(Clone, Copy)]
pub struct Route(RwSignal<String>);

impl Route {
    /// At a path with its query.
    pub fn new(address: String) -> Self {
        Self(RwSignal::new(address))
    }

    /// Where the browser is.
    pub(crate) fn here() -> Self {
        Self::new(browser_address())
    }

    /// The page.
    pub fn page(self) -> Page {
        Page::at(&self.0.read())
    }

    /// The path and query.
    pub(crate) fn address(self) -> String {
        self.0.get()
    }

    /// A value of the query.
    pub(crate) fn query(self, key: &str) -> Option<String> {
        let address = self.0.read_untracked();
        let (_, query) = address.split_once('?')?;
        let value = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            (name == key).then(|| unescaped(&value.replace('+', " ")))
        };
        query.split('&').find_map(value)
    }

    /// Goes to another live page, without loading anything.
    pub(crate) fn go(self, to: &str) {
        let history = window().history();
        if history.is_ok_and(|it| it.push_state_with_url(&JsValue::NULL, "", Some(to)).is_ok()) {
            self.0.set(to.to_owned());
        }
    }

    /// From now on links to live pages load nothing, and neither do the browser's arrows.
    pub(crate) fn listen(self) {
        let clicked = window_event_listener(ev::click, move |event| {
            let is_plain = event.button() == 0
                && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
            if !is_plain || event.default_prevented() {
                return;
            }
            if let Some(to) = event.target().and_then(|it| inner_link(&it)) {
                event.prevent_default();
                if to != self.0.get_untracked() {
                    self.go(&to);
                }
            }
        });
        let moved = window_event_listener(ev::popstate, move |_| self.0.set(browser_address()));
        // The page listens for as long as it lives.
        std::mem::forget((clicked, moved));
    }
}

/// The address of the link that was clicked, if it leads to a live page of this site.
fn inner_link(target: &web_sys::EventTarget) -> Option<String> {
    let element = target.dyn_ref::<Element>()?;
    let link: HtmlAnchorElement = element.closest("a[href]").ok().flatten()?.unchecked_into();
    let elsewhere = !link.target().is_empty()
        || link.has_attribute("download")
        || link.rel().split(' ').any(|it| it == "external")
        || !link.hash().is_empty();
    if elsewhere || Some(link.origin()) != window().location().origin().ok() {
        return None;
    }
    let address = link.pathname() + &link.search();
    Page::at(&address).is_live().then_some(address)
}

fn browser_address() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// A part of an address as text: `%EA%B0%80` is 가. What is no such escape stays as it is.
fn unescaped(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let is_escape = |it: &&[u8]| byte == b'%' && it.iter().all(u8::is_ascii_hexdigit);
        let escape = after.get(..2).filter(is_escape);
        let hex = escape.and_then(|it| std::str::from_utf8(it).ok());
        if let Some(decoded) = hex.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            bytes.push(decoded);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| part.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_pages_and_few_are_live() {
        for (address, page) in [
            ("/", Page::Home),
            ("/sign-in?next=/rooms/plaza", Page::Home),
            ("/rooms", Page::Rooms),
            ("/rooms/", Page::Rooms),
            ("/rooms/plaza?x=1", Page::Room("plaza".into())),
            ("/rooms/plaza/say", Page::Room("plaza".into())),
            ("/rooms/%EA%B4%91%EC%9E%A5", Page::Room("광장".into())),
            ("/settings/name", Page::Settings),
            ("/rooms/new", Page::NewRoom),
            ("/rooms/0197/settings", Page::RoomSettings("0197".into())),
            ("/rooms/0197/invites/1/end", Page::RoomSettings("0197".into())),
            ("/rooms/0197/book?show=all", Page::Book("0197".into())),
            ("/rooms/0197/questions", Page::Questions("0197".into())),
            ("/rooms/0197/meeting", Page::Meeting("0197".into())),
            ("/invite/abc", Page::Invite("abc".into())),
            ("/match", Page::Match),
            ("/match/wishes", Page::Wishes),
            ("/match/wishes?about=0197&seq=3", Page::Wishes),
            ("/match/standing", Page::Conduct),
            ("/match/stop", Page::NotFound),
            ("/roomserver", Page::NotFound),
            ("/guest/x", Page::NotFound),
        ] {
            assert_eq!(Page::at(address), page, "{address}");
            let lives = matches!(page, Page::Rooms | Page::Room(_) | Page::Match);
            assert_eq!(page.is_live(), lives, "{address}");
        }
    }

    #[test]
    fn escapes_are_read_and_what_is_none_stays() {
        for (part, text) in [
            ("a%20b", "a b"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%ff", "%ff"),
            ("%+1", "%+1"),
            ("%2Frooms%2Fplaza", "/rooms/plaza"),
        ] {
            assert_eq!(unescaped(part), text);
        }
        let owner = Owner::new();
        owner.with(|| {
            let route = Route::new("/guest?a=1&next=%2Frooms%2Fa+b".into());
            assert_eq!(route.query("next").as_deref(), Some("/rooms/a b"));
            assert_eq!(route.query("none"), None);
        });
    }
}
