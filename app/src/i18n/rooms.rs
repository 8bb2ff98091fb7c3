//! What the pages of rooms say: finding, making, entering and keeping them.

pub(super) mod en;
pub(super) mod ko;

use crate::protocol::message::Deed;

/// The texts of rooms of one's own.
#[expect(missing_docs, reason = "the names of the fields say it; see the languages below")]
pub struct Rooms {
    pub rooms: &'static str,
    pub new: &'static str,
    pub direct: &'static str,
    pub requests: fn(u32) -> String,
    pub find: &'static str,
    pub find_lead: &'static str,
    pub search: &'static str,
    pub search_go: &'static str,
    pub sort: &'static str,
    pub by_people: &'static str,
    pub by_name: &'static str,
    pub by_new: &'static str,
    pub total: fn(u32) -> String,
    pub none_yet: &'static str,
    pub none_found: &'static str,
    pub next_page: &'static str,
    pub first_page: &'static str,
    pub temporary: &'static str,
    pub large: &'static str,
    pub locked: &'static str,
    pub by_password: &'static str,
    pub by_invite: &'static str,
    pub mine: &'static str,
    pub full: &'static str,
    pub gone_at: fn(&str) -> String,
    pub host_is: fn(&str) -> String,
    pub invitation: &'static str,
    pub outside: Outside,
    pub inside: Inside,
    pub keep: Keep,
    pub secs: fn(u32) -> String,
}

/// The texts of the page on which a room is made.
#[expect(missing_docs, reason = "the names of the fields say it; see the languages below")]
pub struct Make {
    pub title: &'static str,
    pub lead: &'static str,
    pub name: &'static str,
    pub name_hint: fn(usize) -> String,
    pub topic: &'static str,
    pub topic_hint: &'static str,
    pub kind: &'static str,
    pub private: &'static str,
    pub private_hint: &'static str,
    pub temporary: &'static str,
    pub temporary_hint: &'static str,
    pub large: &'static str,
    pub large_hint: &'static str,
    pub door: &'static str,
    pub open: &'static str,
    pub open_hint: &'static str,
    pub password: &'static str,
    pub password_hint: &'static str,
    pub invite: &'static str,
    pub invite_hint: &'static str,
    pub the_password: &'static str,
    pub the_password_hint: fn(usize) -> String,
    pub capacity: &'static str,
    pub capacity_hint: fn(u32, u32) -> String,
    pub times: &'static str,
    pub empty_mins: &'static str,
    pub closes_in: &'static str,
    pub no_time: &'static str,
    pub make: &'static str,
}

/// The texts of a room seen from outside, and of one that was lost.
#[expect(missing_docs, reason = "the names of the fields say it; see the languages below")]
pub struct Outside {
    pub password: &'static str,
    pub enter: &'static str,
    pub lead: &'static str,
    pub invited: &'static str,
    pub full_lead: &'static str,
    pub wait: &'static str,
    pub place: fn(u32) -> String,
    pub place_lead: &'static str,
    pub wait_no_longer: &'static str,
    pub locked_lead: &'static str,
    pub banned: &'static str,
    pub banned_until: fn(&str) -> String,
    pub to_rooms: &'static str,
    pub to_door: &'static str,
    pub lost_title: fn(Option<Deed>, &str) -> String,
    pub lost_lead: fn(Option<Deed>) -> &'static str,
    pub reason: fn(&str) -> String,
}

/// The texts in a room: menus, people, and what stands where one writes.
#[expect(missing_docs, reason = "the names of the fields say it; see the languages below")]
pub struct Inside {
    pub menu: &'static str,
    pub settings: &'static str,
    pub invite: &'static str,
    pub close: &'static str,
    pub hosts: fn(usize) -> String,
    pub speakers: fn(usize) -> String,
    pub many: &'static str,
    pub host: &'static str,
    pub cohost: &'static str,
    pub muted: &'static str,
    pub speaker: &'static str,
    pub about: fn(&str) -> String,
    pub profile: &'static str,
    pub write: &'static str,
    pub report: &'static str,
    pub reason: &'static str,
    pub for_how_long: &'static str,
    pub kick: &'static str,
    pub ban: &'static str,
    pub mute: &'static str,
    pub unmute: &'static str,
    pub make_cohost: &'static str,
    pub end_cohost: &'static str,
    pub hand_over: &'static str,
    pub hand_over_sure: fn(&str) -> String,
    pub successor: &'static str,
    pub let_speak: &'static str,
    pub end_speak: &'static str,
    pub until: fn(&str) -> String,
    pub muted_now: &'static str,
    pub muted_until: fn(&str) -> String,
    pub speakers_only: &'static str,
    pub slow: fn(u32) -> String,
    pub slow_left: fn(u32) -> String,
    pub quiet: &'static str,
    pub loud: &'static str,
    pub is_quiet: &'static str,
    pub block: &'static str,
    pub block_sure: fn(&str) -> String,
    pub block_undo: &'static str,
}

/// The texts of a room's settings.
#[expect(missing_docs, reason = "the names of the fields say it; see the languages below")]
pub struct Keep {
    pub title: fn(&str) -> String,
    pub back: &'static str,
    pub about: &'static str,
    pub save: &'static str,
    pub rename: &'static str,
    pub door_title: &'static str,
    pub password_keep: &'static str,
    pub lock: &'static str,
    pub lock_lead: &'static str,
    pub unlock: &'static str,
    pub unlock_lead: &'static str,
    pub slow_title: &'static str,
    pub slow_lead: &'static str,
    pub slow_off: &'static str,
    pub people: &'static str,
    pub nobody: &'static str,
    pub speaker_lead: &'static str,
    pub no_such_member: &'static str,
    pub successor: &'static str,
    pub successor_lead: &'static str,
    pub sanctions: &'static str,
    pub no_sanctions: &'static str,
    pub banned: &'static str,
    pub done_by: fn(&str, &str) -> String,
    pub for_ever: &'static str,
    pub unban: &'static str,
    pub invites: &'static str,
    pub invites_lead: &'static str,
    pub new_link: &'static str,
    pub invite_secs: &'static str,
    pub invite_uses: &'static str,
    pub any_uses: &'static str,
    pub make_invite: &'static str,
    pub used: fn(u32, Option<u32>) -> String,
    pub revoke: &'static str,
    pub close_title: &'static str,
    pub close_lead: &'static str,
    pub close_sure: &'static str,
    pub close: &'static str,
}

/// A unit of time.
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

/// A span in the largest unit that it is a whole number of.
const fn span(secs: u32) -> (u32, Unit) {
    const DAY: u32 = 24 * 60 * 60;
    if secs == 0 || !secs.is_multiple_of(60) {
        (secs, Unit::Second)
    } else if !secs.is_multiple_of(60 * 60) {
        (secs / 60, Unit::Minute)
    } else if !secs.is_multiple_of(DAY) {
        (secs / 60 / 60, Unit::Hour)
    } else {
        (secs / DAY, Unit::Day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_whole_units() {
        for (secs, en, ko) in [
            (0, "0 seconds", "0초"),
            (1, "1 second", "1초"),
            (90, "90 seconds", "90초"),
            (600, "10 minutes", "10분"),
            (3_600, "1 hour", "1시간"),
            (7 * 86_400, "7 days", "7일"),
        ] {
            assert_eq!((en::TEXTS.secs)(secs), en);
            assert_eq!((ko::TEXTS.secs)(secs), ko);
        }
    }
}
