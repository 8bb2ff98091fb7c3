//! What a form has to say on the page after it: a cookie that lives for one page.

use crate::auth::{cookie, hex, set_cookie, unhex};
use app::protocol::{refusal::Refusal, snapshot::Done};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

const NAME: &str = "maru_flash";
/// Long enough for a redirect over a slow line.
const AGE_SECS: i64 = 60;
/// What is typed longer than this does not fit into a cookie, and is not carried.
const TYPED_BYTES_MAX: usize = 1_000;

/// Why a form was refused, or what it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    /// What had been typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<String>,
    /// What it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
    /// The token of the invitation that it made, told this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
}

impl Flash {
    /// A form did that.
    pub fn done(done: Done) -> Self {
        Self { done: Some(done), ..Self::default() }
    }

    /// A form was refused.
    pub fn refused(refused: Refusal, typed: String) -> Self {
        let typed = Some(typed).filter(|it| !it.is_empty() && it.len() <= TYPED_BYTES_MAX);
        Self { refused: Some(refused), typed, ..Self::default() }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the form before left; nothing when it left something else.
    pub fn of_request(headers: &HeaderMap) -> Self {
        let bytes = cookie(headers, NAME).and_then(unhex).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// The `Set-Cookie` that carries it to the next page.
    pub fn set(&self, secure: bool) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        set_cookie(NAME, &hex(&json), AGE_SECS, secure)
    }

    /// The `Set-Cookie` of the page that showed it.
    pub fn clear(secure: bool) -> String {
        set_cookie(NAME, "", 0, secure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header::COOKIE};

    #[test]
    fn a_flash_survives_its_cookie() {
        let flash = Flash::refused(Refusal::NameTaken, "하늘; \"x\"".into());
        let set = flash.set(false);
        let pair = set.split(';').next().unwrap();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(pair).unwrap())]);
        assert_eq!(Flash::of_request(&headers), flash);
        assert!(!flash.is_empty());
        let broken = HeaderValue::from_static("maru_flash=7b7d7d");
        assert!(Flash::of_request(&HeaderMap::from_iter([(COOKIE, broken)])).is_empty());
    }
}
