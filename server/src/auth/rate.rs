//! How often somebody may do something. Each limiter is a bucket per key.

use crate::{address::Address, config::Limits};
use app::protocol::{ids::UserId, refusal::Refusal};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use std::{fmt, hash::Hash, num::NonZeroU32, time::Duration};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// From one address more may sign in than into one account: a family shares it.
const LOGINS_ADDRESS_FACTOR: u32 = 4;
/// Into one room more may try to come than from one address; but not so many that a gang guesses.
const PASSWORDS_ROOM_FACTOR: u32 = 12;
/// Wishes are changed while one looks at what that would save.
const SEARCHES_PER_MIN: u32 = 60;
/// A page asks for several things at once.
const REQUESTS_BURST_FACTOR: u32 = 5;

/// A bucket per key; none when there is no limit.
pub(crate) struct Limiter<K: Hash + Eq + Clone>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// `count` per `period` in the long run, `burst` at once.
    fn new(count: u32, period: Duration, burst: u32) -> Self {
        let every = period.checked_div(count);
        let quota = every.and_then(Quota::with_period);
        let quota = quota.zip(NonZeroU32::new(burst)).map(|(quota, it)| quota.allow_burst(it));
        Self(quota.map(RateLimiter::keyed))
    }

    /// Takes one, or tells how long to wait.
    pub(crate) fn check(&self, key: &K) -> Result<(), Refusal> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
            Refusal::TooFast { retry_after_ms: ms.max(1) }
        })
    }

    /// Forgets the keys whose buckets are full again.
    fn forget(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Limiter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Limiter").field(&self.0.is_some()).finish()
    }
}

/// All limits of the HTTP side.
#[derive(Debug)]
pub(crate) struct Rates {
    /// Attempts to sign in, by the name's key.
    pub(crate) logins_account: Limiter<String>,
    pub(crate) logins_address: Limiter<Address>,
    pub(crate) sign_ups: Limiter<Address>,
    pub(crate) guests: Limiter<Address>,
    pub(crate) requests: Limiter<Address>,
    /// Tries of rooms' passwords, by the room's address as it is asked for.
    pub(crate) room_passwords_room: Limiter<String>,
    pub(crate) room_passwords_account: Limiter<UserId>,
    pub(crate) room_passwords_address: Limiter<Address>,
    /// Rooms that somebody makes.
    pub(crate) rooms: Limiter<UserId>,
    /// Links for a forgotten password.
    pub(crate) resets_account: Limiter<UserId>,
    pub(crate) resets_address: Limiter<Address>,
    pub(crate) pictures: Limiter<UserId>,
    /// Messages by forms and API; sockets have their own.
    pub(crate) sends: Limiter<UserId>,
    /// Searches for somebody to talk with, begun or changed.
    pub(crate) searches: Limiter<UserId>,
    /// New requests to write to somebody.
    pub(crate) write_requests: Limiter<UserId>,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        let logins = limits.logins_per_min;
        let logins_address = logins.saturating_mul(LOGINS_ADDRESS_FACTOR);
        let requests = limits.requests_per_sec;
        let requests_burst = requests.saturating_mul(REQUESTS_BURST_FACTOR);
        let passwords = limits.room_passwords_per_min;
        let passwords_address = passwords.saturating_mul(LOGINS_ADDRESS_FACTOR);
        let passwords_room = passwords.saturating_mul(PASSWORDS_ROOM_FACTOR);
        let requests_a_day = limits.write_requests_per_day;
        Self {
            logins_account: Limiter::new(logins, MINUTE, logins),
            logins_address: Limiter::new(logins_address, MINUTE, logins_address),
            sign_ups: Limiter::new(limits.sign_ups_per_hour, HOUR, limits.sign_ups_per_hour),
            guests: Limiter::new(limits.guests_per_hour, HOUR, limits.guests_per_hour),
            requests: Limiter::new(requests, SECOND, requests_burst),
            room_passwords_room: Limiter::new(passwords_room, MINUTE, passwords_room),
            room_passwords_account: Limiter::new(passwords, MINUTE, passwords),
            room_passwords_address: Limiter::new(passwords_address, MINUTE, passwords_address),
            rooms: Limiter::new(limits.rooms_per_hour, HOUR, limits.rooms_per_hour),
            resets_account: Limiter::new(limits.resets_per_hour, HOUR, limits.resets_per_hour),
            resets_address: Limiter::new(limits.resets_per_hour, HOUR, limits.resets_per_hour),
            pictures: Limiter::new(limits.pictures_per_hour, HOUR, limits.pictures_per_hour),
            sends: Limiter::new(limits.sends_per_sec, SECOND, limits.sends_burst),
            searches: Limiter::new(SEARCHES_PER_MIN, MINUTE, SEARCHES_PER_MIN),
            write_requests: Limiter::new(requests_a_day, DAY, requests_a_day),
        }
    }

    /// Forgets what no longer counts, so that the tables stay small.
    pub(crate) fn forget(&self) {
        self.logins_account.forget();
        self.logins_address.forget();
        self.sign_ups.forget();
        self.guests.forget();
        self.requests.forget();
        self.resets_account.forget();
        self.resets_address.forget();
        self.pictures.forget();
        self.sends.forget();
        self.room_passwords_room.forget();
        self.room_passwords_account.forget();
        self.room_passwords_address.forget();
        self.rooms.forget();
        self.searches.forget();
        self.write_requests.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_bucket_and_zero_is_no_limit() {
        let limiter = Limiter::new(2, HOUR, 2);
        assert_eq!(limiter.check(&"a"), Ok(()));
        assert_eq!(limiter.check(&"a"), Ok(()));
        let refused = limiter.check(&"a").unwrap_err();
        assert!(refused.retry_after_ms().is_some_and(|it| it > 29 * 60 * 1000));
        assert_eq!(limiter.check(&"b"), Ok(()));
        let none = Limiter::new(0, HOUR, 0);
        assert!((0..1000).all(|_| none.check(&"a").is_ok()));
    }
}
