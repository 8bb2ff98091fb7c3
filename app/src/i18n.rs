//! What the pages say, in the reader's language.
//!
//! [`Texts`] has one field for each text, so that a missing translation does not compile.

mod account;
mod closer;
mod conduct;
mod dates;
mod direct;
mod en;
mod ko;
mod later;
mod meeting;
mod order;
mod people;
mod questions;
mod rooms;
mod speed;

pub use closer::{Closer, closer};
pub use conduct::{Standings, standings};
pub use dates::{Civil, civil, day_number};
pub use direct::Direct;
pub use later::{Later, later};
pub use meeting::{Meeting, Wishing, wishing};
pub use order::{Order, order};
pub use people::{People, people};
pub use questions::{Questions, questions};
pub use rooms::{Inside, Keep, Make, Outside, Rooms};
pub use speed::{Speed, speed};

use crate::protocol::{
    ids::Millis,
    limits::TEXT_CHARS_MAX,
    message::Deed,
    refusal::Refusal,
    snapshot::{Done, Language},
};

/// All texts of one language. A field is a text, or a function where a text has parts.
pub struct Texts {
    /// The language's tag, for `<html lang>`.
    pub tag: &'static str,
    /// The language.
    pub language: Language,
    /// The frame around the rooms: sidebar, list, dialogs.
    pub house: House,
    /// One room: its log, its people, its composer.
    pub room: Room,
    /// Direct rooms, and what is planned in any room.
    pub direct: Direct,
    /// Looking for somebody to talk with.
    pub meeting: Meeting,
    /// Rooms of one's own: finding, making, entering and keeping them.
    pub rooms: Rooms,
    /// The line that tells how the connection stands.
    pub link: Link,
    /// Why something was refused.
    pub refusal: fn(Refusal) -> String,
    /// What a form did.
    pub done: fn(Done) -> &'static str,
    /// A day: "Thursday, 19 November"; with the year when asked for.
    pub day: fn(&Civil, bool) -> String,
}

/// The texts of the account pages.
#[expect(missing_docs, reason = "the names of the fields say it; see en.rs")]
pub struct Door {
    pub come_in: &'static str,
    pub lead: &'static str,
    pub name: &'static str,
    pub password: &'static str,
    pub sign_in: &'static str,
    pub as_guest: &'static str,
    pub new_here: &'static str,
    pub make_account: &'static str,
    pub forgot: &'static str,
    pub sign_up_title: &'static str,
    pub sign_up_lead: &'static str,
    pub sign_up: &'static str,
    pub have_account: &'static str,
    pub guest_title: &'static str,
    pub guest_lead: &'static str,
    pub guest_enter: &'static str,
    pub forgot_title: &'static str,
    pub forgot_text: &'static str,
    pub back_to_sign_in: &'static str,
    pub name_hint: fn(usize, usize) -> String,
    pub password_hint: fn(usize) -> String,
    pub not_found_title: &'static str,
    pub not_found_text: &'static str,
    pub to_rooms: &'static str,
    pub banned_until: fn(&str) -> String,
    pub too_soon: fn(&str) -> String,
}

/// The texts of the frame around the rooms.
#[expect(missing_docs, reason = "the names of the fields say it; see en.rs")]
pub struct House {
    pub brand: &'static str,
    pub jump: &'static str,
    pub jump_title: &'static str,
    pub jump_empty: &'static str,
    pub channels: &'static str,
    pub browse: &'static str,
    pub menu: &'static str,
    pub close: &'static str,
    pub rooms_nav: &'static str,
    pub unread: &'static str,
    pub online: &'static str,
    pub offline: &'static str,
    pub settings: &'static str,
    pub admin: &'static str,
    pub me_menu: &'static str,
    pub profile: &'static str,
    pub inbox: &'static str,
    pub planned: &'static str,
    pub blocks: &'static str,
    pub notices: &'static str,
    pub noticed: fn(u32) -> String,
    pub read_notices: &'static str,
    pub channels_lead: &'static str,
    pub no_channels: &'static str,
    pub count: fn(u32, u32) -> String,
    pub count_label: fn(u32, u32) -> String,
    pub skip_to_main: &'static str,
    pub keys_title: &'static str,
    pub keys: &'static [(&'static str, &'static str)],
}

/// The texts of a room's page.
#[expect(missing_docs, reason = "the names of the fields say it; see en.rs")]
pub struct Room {
    pub log: &'static str,
    pub people_title: &'static str,
    pub people: fn(u32) -> String,
    pub here: fn(usize) -> String,
    pub away: fn(usize) -> String,
    pub busy: fn(usize) -> String,
    pub offline: fn(usize) -> String,
    pub unknown: fn(usize) -> String,
    pub presence_here: &'static str,
    pub presence_away: &'static str,
    pub presence_offline: &'static str,
    pub admin: &'static str,
    pub guest: &'static str,
    pub more_people: fn(usize) -> String,
    pub enter: &'static str,
    pub enter_lead: &'static str,
    pub leave: &'static str,
    pub placeholder: fn(&str) -> String,
    pub send: &'static str,
    pub chars_left: fn(usize) -> String,
    pub chars_over: fn(usize) -> String,
    pub new_line: &'static str,
    pub to_speed: &'static str,
    pub to_newest: &'static str,
    pub to_newest_count: fn(usize) -> String,
    pub beginning: &'static str,
    pub loading_older: &'static str,
    pub loading: &'static str,
    pub moved: fn(&[&str], bool) -> String,
    pub did: fn(Deed, &str, &str, &str) -> String,
    pub moderator: &'static str,
    pub owner: &'static str,
    pub announcement: &'static str,
    pub typing: fn(&[String]) -> String,
    pub sending: &'static str,
    pub not_sent: fn(&str) -> String,
    pub send_again: &'static str,
    pub edit: &'static str,
    pub discard: &'static str,
    pub gone_title: &'static str,
    pub gone_text: &'static str,
    pub failed_title: &'static str,
    pub failed_text: &'static str,
    pub try_again: &'static str,
    pub earlier: &'static str,
}

/// The texts of the connection's banner.
#[expect(missing_docs, reason = "the names of the fields say it; see en.rs")]
pub struct Link {
    pub waiting: fn(u32) -> String,
    pub connecting: &'static str,
    pub try_now: &'static str,
    pub caught_up: fn(usize) -> String,
    pub signed_out: &'static str,
    pub replaced: &'static str,
    pub sign_in: &'static str,
    pub outdated: &'static str,
    pub reload: &'static str,
    pub stopped: fn(u16) -> String,
}

/// The texts of the settings.
#[expect(missing_docs, reason = "the names of the fields say it; see en.rs")]
pub struct Settings {
    pub title: &'static str,
    pub name: &'static str,
    pub save: &'static str,
    pub look: &'static str,
    pub language: &'static str,
    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
    pub chime: &'static str,
    pub on: &'static str,
    pub off: &'static str,
    pub password: &'static str,
    pub password_current: &'static str,
    pub password_new: &'static str,
    pub password_change: &'static str,
    pub account: &'static str,
    pub account_lead: &'static str,
    pub account_make: &'static str,
    pub logins: &'static str,
    pub logins_lead: &'static str,
    pub login_this: &'static str,
    pub login_unknown: &'static str,
    pub login_since: fn(&str) -> String,
    pub login_seen: fn(&str) -> String,
    pub login_end: &'static str,
    pub login_end_others: &'static str,
    pub sign_out: &'static str,
    pub sign_out_guest: &'static str,
    pub back: &'static str,
}

/// The texts of a language.
pub fn texts(language: Language) -> &'static Texts {
    match language {
        Language::Ko => &ko::TEXTS,
        Language::En => &en::TEXTS,
    }
}

/// The texts of pages without a script are asked for by these only: the browser's half has none of
/// them.
impl Texts {
    /// The account pages.
    pub fn door(&self) -> &'static Door {
        match self.language {
            Language::Ko => &ko::DOOR,
            Language::En => &en::DOOR,
        }
    }

    /// A forgotten password, and what one tells of oneself.
    pub fn account(&self) -> &'static account::Account {
        match self.language {
            Language::Ko => &account::KO,
            Language::En => &account::EN,
        }
    }

    /// The settings.
    pub fn settings(&self) -> &'static Settings {
        match self.language {
            Language::Ko => &ko::SETTINGS,
            Language::En => &en::SETTINGS,
        }
    }

    /// The page on which a room is made.
    pub fn making(&self) -> &'static Make {
        match self.language {
            Language::Ko => &rooms::ko::MAKE,
            Language::En => &rooms::en::MAKE,
        }
    }
}

impl Texts {
    /// The hour and minute of a moment: "21:04".
    pub fn clock(&self, at: Millis, zone_min: i32) -> String {
        let civil = civil(at, zone_min);
        let mut text = String::with_capacity(5);
        for (n, part) in [civil.hour, civil.minute].into_iter().enumerate() {
            if n == 1 {
                text.push(':');
            }
            if part < 10 {
                text.push('0');
            }
            text.push_str(&part.to_string());
        }
        text
    }

    /// The day of a moment, with the year where it is not the year of `today`.
    pub fn day_of(&self, at: Millis, today: Millis, zone_min: i32) -> String {
        let civil_at = civil(at, zone_min);
        (self.day)(&civil_at, civil_at.year != civil(today, zone_min).year)
    }

    /// Day and minute of a moment.
    pub fn moment(&self, at: Millis, today: Millis, zone_min: i32) -> String {
        let mut text = self.day_of(at, today, zone_min);
        text.push(' ');
        text.push_str(&self.clock(at, zone_min));
        text
    }

    /// Why something was refused, and until when where that is known; of a clock that may be
    /// another than the reader's it is said which one it is.
    pub fn refusal_at(&self, refusal: Refusal, today: Millis, zone_min: i32) -> String {
        let (until, tell) = match refusal {
            Refusal::AccountBanned { until: Some(until) } => (until, self.door().banned_until),
            Refusal::TooSoon { until } if until < Millis::NEVER => (until, self.door().too_soon),
            _ => return (self.refusal)(refusal),
        };
        let mut when = self.moment(until, today, zone_min);
        if zone_min == 0 {
            when.push_str(" UTC");
        }
        tell(&when)
    }

    /// Why a text that is too long cannot be sent.
    pub fn too_long(&self) -> String {
        #[expect(clippy::cast_possible_truncation, reason = "4,000 fits")]
        (self.refusal)(Refusal::TooLong { chars_max: TEXT_CHARS_MAX as u32 })
    }
}

/// A number with commas between its thousands.
pub(crate) fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds as whole seconds, at least one.
fn secs(ms: u32) -> u32 {
    ms.div_ceil(1000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOV_19: Millis = Millis(1_795_122_240_000);

    #[test]
    fn days_and_clocks_are_worded_by_language() {
        let (en, ko) = (texts(Language::En), texts(Language::Ko));
        assert_eq!(en.day_of(NOV_19, NOV_19, 0), "Thursday, 19 November");
        assert_eq!(ko.day_of(NOV_19, NOV_19, 0), "11월 19일 목요일");
        assert_eq!(en.clock(NOV_19, 0), "21:04");
        assert_eq!(en.clock(NOV_19, 9 * 60), "06:04");
        assert_eq!(ko.day_of(NOV_19, NOV_19, 9 * 60), "11월 20일 금요일");
        let next_year = NOV_19.plus(365 * 86_400_000);
        assert_eq!(en.day_of(NOV_19, next_year, 0), "Thursday, 19 November 2026");
    }

    #[test]
    fn the_end_of_a_ban_is_told_by_the_readers_clock() {
        let told = |language, until, zone_min| {
            let refusal = Refusal::AccountBanned { until };
            texts(language).refusal_at(refusal, NOV_19, zone_min)
        };
        let expected = "This account may not come in until Friday, 20 November 06:04.";
        assert_eq!(told(Language::En, Some(NOV_19), 9 * 60), expected);
        let expected = "11월 19일 목요일 21:04 UTC까지 들어올 수 없는 계정이에요.";
        assert_eq!(told(Language::Ko, Some(NOV_19), 0), expected);
        assert_eq!(told(Language::En, None, 0), "This account may not come in.");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(4_000), "4,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn those_who_came_are_named_up_to_two() {
        let moved = texts(Language::En).room.moved;
        assert_eq!(moved(&["Mina"], true), "Mina joined");
        assert_eq!(moved(&["Mina", "Theo"], false), "Mina and Theo left");
        assert_eq!(moved(&["Mina", "Theo", "A", "B", "C"], true), "Mina, Theo and 3 others joined");
        assert_eq!(moved(&["Mina", "Theo", "A"], true), "Mina, Theo and 1 other joined");
    }
}
