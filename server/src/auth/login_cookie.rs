//! Tokens: 256 random bits, a login's in a cookie, others' in links. The database knows only their
//! hashes.

use crate::store::TokenHash;
use axum::http::{HeaderMap, header::COOKIE};
use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write as _};

/// A cookie lives as long as a login may at most, in seconds.
const AGE_SECS_MAX: i64 = super::LOGIN_MS_MAX / 1000;
const TOKEN_BYTES: usize = 32;

/// The secret of a login, or of a link.
#[derive(Clone)]
pub struct Token([u8; TOKEN_BYTES]);

impl Token {
    /// A new one.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }

    /// The token that a request brings, if it is one by its form.
    pub fn of_request(headers: &HeaderMap, secure: bool) -> Option<Self> {
        Self::parse(cookie(headers, cookie_name(secure))?)
    }

    /// The token that stands in a link, if it is one by its form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        unhex(text)?.try_into().ok().map(Self)
    }

    /// As it stands in a link.
    pub(crate) fn text(&self) -> String {
        hex(&self.0)
    }

    /// The header that gives it to a browser.
    pub fn set_cookie(&self, secure: bool) -> String {
        set_cookie(cookie_name(secure), &self.text(), AGE_SECS_MAX, secure)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The header that takes the token from a browser.
pub(crate) fn clear_cookie(secure: bool) -> String {
    set_cookie(cookie_name(secure), "", 0, secure)
}

/// With the prefix, a browser takes the cookie from nobody but this very host over TLS.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-maru_login" } else { "maru_login" }
}

/// A `Set-Cookie` that scripts cannot read and other sites cannot send along.
pub(crate) fn set_cookie(name: &str, value: &str, secs: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Lax{secure}")
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs = lines.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Bytes as letters that may stand in a cookie.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of [`hex`].
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    if !text.len().is_multiple_of(2) || !text.bytes().all(digit) {
        return None;
    }
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2));
    pairs.map(|it| u8::from_str_radix(it?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_token_comes_back_from_its_cookie() {
        let token = Token::random().unwrap();
        for secure in [false, true] {
            let set = token.set_cookie(secure);
            let pair = set.split(';').next().unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap());
            let back = Token::of_request(&headers, secure).unwrap();
            assert_eq!(back.hash(), token.hash());
            assert_eq!(set.contains("; Secure"), secure);
            assert!(set.contains("; HttpOnly; SameSite=Lax"));
            assert!(Token::of_request(&headers, !secure).is_none());
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        for text in ["", "zz", "00", "é", &"0".repeat(63), &"0".repeat(66), &"A".repeat(64)] {
            let mut headers = HeaderMap::new();
            let cookie = format!("maru_login={text}");
            headers.insert(COOKIE, HeaderValue::from_bytes(cookie.as_bytes()).unwrap());
            assert!(Token::of_request(&headers, false).is_none(), "{text:?}");
        }
    }
}
