//! Passwords: what may be one, and hashing them without letting anybody stop the server by it.

use app::protocol::{
    limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
    refusal::Refusal,
};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
};

/// Words and runs of keys that people take for passwords, without the digits around them.
const COMMON: &str = include_str!("common_passwords.txt");
/// More than so many waiting are told to come back.
const WAITING_MAX: usize = 50;
/// The pause they are told.
const BUSY_MS: u32 = 2_000;
/// Fewer different characters than this make no password.
const DISTINCT_CHARS_MIN: usize = 4;
/// The hash of nothing, with our parameters: what unknown names are verified against, so that
/// they cost the time that known ones cost.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWFydS1ub2JvZHktMDAwMQ$\
    Zk3q0VbW1c5sJr8Yp2TtQxLhNf7aKdGm4UeRiXoBvCw";

/// Hashes passwords, a few at a time: each takes 19 MiB and tens of milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Hashed or verified, counted: by it tests see that two answers cost the same.
    done: Arc<AtomicU64>,
}

impl Passwords {
    pub(crate) fn new(threads: usize) -> Self {
        let queue = Arc::new(Semaphore::new(threads + WAITING_MAX));
        let turns = Arc::new(Semaphore::new(threads));
        Self { turns, queue, done: Arc::default() }
    }

    /// How many were hashed or verified.
    #[cfg(test)]
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// The hash of a password, in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Refusal> {
        let turn = self.turn().await?;
        let hashed = spawn_blocking(move || {
            // Held until the hash is done, also where nobody waits for it any more.
            let _turn = turn;
            hash_now(&password)
        })
        .await;
        hashed.unwrap_or_else(|error| {
            tracing::error!(%error, "hashing panicked");
            Err(Refusal::Internal)
        })
    }

    /// Whether the password has that hash. Without a hash it takes as long, and has not.
    pub(crate) async fn matches(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Refusal> {
        let turn = self.turn().await?;
        let matched = spawn_blocking(move || {
            let _turn = turn;
            matches_now(&password, hash.as_deref())
        })
        .await;
        matched.map_err(|error| {
            tracing::error!(%error, "verifying panicked");
            Refusal::Internal
        })
    }

    /// A place in the queue and then a turn.
    async fn turn(&self) -> Result<[OwnedSemaphorePermit; 2], Refusal> {
        let busy = |_| Refusal::Busy { retry_after_ms: BUSY_MS };
        let place = self.queue.clone().try_acquire_owned().map_err(busy)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Refusal::Internal)?;
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok([place, turn])
    }
}

/// Hashes on this very thread.
pub(crate) fn hash_now(password: &str) -> Result<String, Refusal> {
    match Argon2::default().hash_password(password.as_bytes()) {
        Ok(hash) => Ok(PasswordHash::to_string(&hash)),
        Err(error) => {
            tracing::error!(%error, "cannot hash a password");
            Err(Refusal::Internal)
        }
    }
}

fn matches_now(password: &str, hash: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else {
        tracing::error!("a stored hash cannot be read");
        return false;
    };
    let verified = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    verified && hash.is_some()
}

/// Refuses passwords that are too short, too long, or soon guessed.
pub(crate) fn check(password: &str, name: &str) -> Result<(), Refusal> {
    if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&password.chars().count()) {
        return Err(Refusal::PasswordLength {
            chars_min: u32::try_from(PASSWORD_CHARS_MIN).unwrap_or(u32::MAX),
            chars_max: u32::try_from(PASSWORD_CHARS_MAX).unwrap_or(u32::MAX),
        });
    }
    let low = password.to_lowercase();
    let word = low.trim_matches(|it: char| !it.is_alphabetic());
    let same = |it: &str| it == low || it == word;
    let few = low.chars().collect::<HashSet<_>>().len() < DISTINCT_CHARS_MIN;
    let named = same(&name.to_lowercase());
    if few || named || is_run(&low) || COMMON.split_whitespace().any(same) {
        return Err(Refusal::PasswordCommon);
    }
    Ok(())
}

/// Whether each character follows the one before, as in `1234567890` or `abcdefghij`, round and
/// round or backwards.
fn is_run(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let all = |step: fn(u32, u32) -> bool| {
        codes.windows(2).all(|pair| matches!(pair, [a, b] if step(*a, *b)))
    };
    all(|a, b| b == a + 1 || (a == u32::from('9') && b == u32::from('0')))
        || all(|a, b| a == b + 1 || (a == u32::from('0') && b == u32::from('9')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soon_guessed_passwords_are_refused() {
        let length = Refusal::PasswordLength { chars_min: 10, chars_max: 256 };
        let table = [
            ("short", Err(length)),
            ("correct horse battery", Ok(())),
            ("나는 오늘도 걷는다 멀리", Ok(())),
            ("1234567890", Err(Refusal::PasswordCommon)),
            ("9876543210", Err(Refusal::PasswordCommon)),
            ("Password123!", Err(Refusal::PasswordCommon)),
            ("qwertyuiop", Err(Refusal::PasswordCommon)),
            ("aaaaaaaaaaaa", Err(Refusal::PasswordCommon)),
            ("ababababab", Err(Refusal::PasswordCommon)),
            ("Alexandra W", Err(Refusal::PasswordCommon)),
            ("dkssudgktpdy", Err(Refusal::PasswordCommon)),
        ];
        for (password, expected) in table {
            assert_eq!(check(password, "alexandra w"), expected, "{password}");
        }
        assert_eq!(check(&"é1x-".repeat(65), "ann"), Err(length));
    }

    #[test]
    fn nobody_has_a_hash_that_can_be_verified_against() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(parsed.params.to_string(), "m=19456,t=2,p=1");
        assert!(!matches_now("anything", None));
    }

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let hash = hash_now("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches_now("correct horse battery", Some(&hash)));
        assert!(!matches_now("correct horse batterz", Some(&hash)));
        assert!(!matches_now("correct horse battery", Some("nonsense")));
    }
}
