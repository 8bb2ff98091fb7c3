//! Moments as forms have them: so many minutes from now, tomorrow morning, or what a field for date
//! and time holds on the reader's clock. Pure.

use app::protocol::{ids::Millis, refusal::Refusal};

const MIN_MS: i64 = 60_000;
const DAY_MIN: i64 = 24 * 60;
/// The hour at which what is planned for tomorrow comes.
const MORNING_HOUR: i64 = 9;

/// The moment that a form names, for a reader whose clock is `zone_min` minutes ahead of UTC.
pub(super) fn named(when: &str, at: &str, now: Millis, zone_min: i32) -> Result<Millis, Refusal> {
    let moment = match when {
        "" | "at" => local(at, zone_min),
        "tomorrow" => {
            let local_min = now.0.div_euclid(MIN_MS) + i64::from(zone_min);
            let tomorrow = local_min.div_euclid(DAY_MIN) + 1;
            let min = tomorrow * DAY_MIN + MORNING_HOUR * 60 - i64::from(zone_min);
            Some(Millis(min * MIN_MS))
        }
        mins => mins.parse::<u32>().ok().map(|mins| now.plus(i64::from(mins) * MIN_MS)),
    };
    moment.ok_or(Refusal::NotInTime)
}

/// `2026-11-21T15:30`, perhaps with seconds, on a clock that is `zone_min` minutes ahead of UTC.
fn local(text: &str, zone_min: i32) -> Option<Millis> {
    let (date, clock) = text.trim().split_once('T')?;
    let numbers = |text: &str, mark: char| -> Option<Vec<i64>> {
        text.split(mark).map(|it| it.parse().ok()).collect()
    };
    let [year, month, day] = numbers(date, '-')?.try_into().ok()?;
    // Seconds, where a browser sends them, are of no use.
    let clock: String = clock.chars().take(5).collect();
    let [hour, minute] = numbers(&clock, ':')?.try_into().ok()?;
    let fits = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute);
    let min = days_before(year, month, day) * DAY_MIN + hour * 60 + minute;
    fits.then(|| Millis((min - i64::from(zone_min)) * MIN_MS))
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of January 1970 to that one.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let leaps = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    years + (1..month).map(|it| days_of(year, it)).sum::<i64>() + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::i18n::civil;

    /// 21 November 2026, 14:34:56 in UTC.
    const NOW: Millis = Millis(1_795_271_696_000);

    fn check(when: &str, at: &str, zone_min: i32, expected: Option<&str>) {
        let found = named(when, at, NOW, zone_min).ok().map(|it| {
            let it = civil(it, 0);
            format!("{}-{}-{} {}:{}", it.year, it.month, it.day, it.hour, it.minute)
        });
        assert_eq!(found.as_deref(), expected, "{when:?} {at:?} {zone_min}");
    }

    #[test]
    fn a_moment_is_meant_on_the_reader_s_clock() {
        check("", "2026-11-22T09:30", 0, Some("2026-11-22 9:30"));
        check("at", "2026-11-22T09:30", 540, Some("2026-11-22 0:30"));
        check("at", "2026-11-22T09:30:15", -300, Some("2026-11-22 14:30"));
        check("at", "2028-02-29T00:00", 0, Some("2028-2-29 0:0"));
        check("20", "", 540, Some("2026-11-21 14:54"));
        check("tomorrow", "", 0, Some("2026-11-22 9:0"));
        // Where it is 23:34 already, and where it is past midnight.
        check("tomorrow", "", 540, Some("2026-11-22 0:0"));
        check("tomorrow", "", 600, Some("2026-11-22 23:0"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for at in ["", "T", "2026-11-22", "2026-13-01T00:00", "2026-02-29T00:00", "x-y-zTa:b"] {
            check("at", at, 0, None);
        }
        for at in ["2026-11-22T24:00", "2026-11-22T1:60", "2026-11-31T00:00", "0000-01-01T00:00"] {
            check("", at, 0, None);
        }
        for when in ["soon", "-3", "9999999999999999999", "가"] {
            check(when, "2026-11-22T09:30", 0, None);
        }
        check("", "가가가가-가T가가가", 0, None);
    }
}
