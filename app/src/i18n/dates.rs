//! Calendar days from milliseconds, by plain arithmetic: the same on both sides, without a locale.

use crate::protocol::ids::Millis;

const DAY_MS: i64 = 86_400_000;

/// A moment as a clock and a calendar on the wall show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// The month, 1 to 12.
    pub month: u32,
    /// The day of the month, 1 to 31.
    pub day: u32,
    /// The day of the week, 0 for Sunday.
    pub weekday: usize,
    /// The hour, 0 to 23.
    pub hour: u32,
    /// The minute.
    pub minute: u32,
}

/// How many days since 1970 a moment lies, where clocks are `zone_min` minutes ahead of UTC.
pub fn day_number(at: Millis, zone_min: i32) -> i64 {
    local_ms(at, zone_min).div_euclid(DAY_MS)
}

/// A moment where clocks are `zone_min` minutes ahead of UTC.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "minutes of a day, days of a month and of a week are small and not negative"
)]
pub fn civil(at: Millis, zone_min: i32) -> Civil {
    let minute_of_day = local_ms(at, zone_min).rem_euclid(DAY_MS) / 60_000;
    let days = day_number(at, zone_min);
    let (year, day_of_year) = year_of(days);
    let (month, day) = month_of(day_of_year, is_leap(year));
    Civil {
        year,
        month,
        day,
        // 1970 began on a Thursday.
        weekday: (days + 4).rem_euclid(7) as usize,
        hour: (minute_of_day / 60) as u32,
        minute: (minute_of_day % 60) as u32,
    }
}

fn local_ms(at: Millis, zone_min: i32) -> i64 {
    at.0.saturating_add(i64::from(zone_min) * 60_000)
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from the first of January 1970 to the first of January of `year`.
const fn days_before(year: i64) -> i64 {
    (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969)
}

/// Leap days in the years up to and with `year`.
const fn leap_days(year: i64) -> i64 {
    year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)
}

/// The year that a day lies in, and its place there from 0.
fn year_of(days: i64) -> (i64, i64) {
    // Never too late: no year is longer than 366 days, none before 1970 shorter than 365.
    let mut year = 1970 + days.div_euclid(if days < 0 { 365 } else { 366 });
    while days_before(year + 1) <= days {
        year += 1;
    }
    (year, days - days_before(year))
}

fn month_of(day_of_year: i64, leap: bool) -> (u32, u32) {
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut left = u32::try_from(day_of_year).unwrap_or(0);
    let mut month = 1;
    for length in lengths {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(at: i64, zone_min: i32, expected: (i64, u32, u32, usize, u32, u32)) {
        let it = civil(Millis(at), zone_min);
        assert_eq!((it.year, it.month, it.day, it.weekday, it.hour, it.minute), expected);
    }

    #[test]
    fn moments_become_calendar_days() {
        check(0, 0, (1970, 1, 1, 4, 0, 0));
        check(-1, 0, (1969, 12, 31, 3, 23, 59));
        check(951_782_400_000, 0, (2000, 2, 29, 2, 0, 0));
        check(1_709_164_800_000, 0, (2024, 2, 29, 4, 0, 0));
        check(1_735_689_599_000, 0, (2024, 12, 31, 2, 23, 59));
        check(1_735_689_599_000, 540, (2025, 1, 1, 3, 8, 59));
        check(1_735_689_600_000, -1, (2024, 12, 31, 2, 23, 59));
        check(4_107_542_400_000, 0, (2100, 3, 1, 1, 0, 0));
    }

    #[test]
    fn every_day_follows_the_day_before() {
        let mut before = civil(Millis(-800 * 365 * DAY_MS), 0);
        for day in (-800 * 365 + 1)..(400 * 365) {
            let now = civil(Millis(day * DAY_MS), 0);
            let next = now.day == before.day + 1 && now.month == before.month
                || now.day == 1 && before.day >= 28 && now.month == before.month % 12 + 1;
            assert!(next, "{before:?} {now:?}");
            assert_eq!(now.weekday, (before.weekday + 1) % 7);
            before = now;
        }
    }
}
