//! Asking a server, and reading of the answer whether one was let.

use crate::support::{Answer, Browser};
use serde_json::Value;

/// A request, with everything filled in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// JSON for the API, a form's fields for the rest.
    pub(crate) body: String,
}

impl Asked {
    /// The letter of what came of it.
    pub(crate) async fn by(&self, browser: &mut Browser) -> char {
        let at = format!("http://{}", browser.at());
        let kind = if self.path.starts_with("/api/") {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let headers = [("origin", at.as_str()), ("content-type", kind)];
        let method = self.method.to_ascii_uppercase();
        let headers = if method == "GET" { &headers[..1] } else { &headers[..] };
        browser.cookies.remove("maru_flash");
        let answer = browser.ask(&method, &self.path, headers, &self.body).await;
        assert!(answer.status < 500, "{self:?}: {answer:?}");
        let flash = browser.cookies.remove("maru_flash");
        letter(&answer, flash.as_deref())
    }
}

/// What an answer says about whether the one who asked was let.
fn letter(answer: &Answer, flash: Option<&str>) -> char {
    if answer.status == 303 {
        let to = answer.header("location").unwrap_or_default();
        let refused = flash.map(unhex).and_then(|it| reason(&it["refused"]));
        return if to.starts_with("/sign-in?") { 's' } else { refused.map_or('o', |it| of(&it)) };
    }
    if (200..300).contains(&answer.status) {
        return 'o';
    }
    match serde_json::from_str::<Value>(&answer.body).ok().and_then(|it| reason(&it)) {
        Some(reason) => of(&reason),
        // A page.
        None if answer.status == 404 => 'a',
        None if answer.status == 403 => 'x',
        None if answer.status == 410 => 'i',
        None => 'o',
    }
}

fn reason(refusal: &Value) -> Option<String> {
    refusal["reason"].as_str().map(ToOwned::to_owned)
}

/// The letter of a refusal. What has nothing to do with who asks is let through.
pub(crate) fn of(reason: &str) -> char {
    match reason {
        "not_signed_in" => 's',
        "no_such_room" => 'a',
        "not_allowed" | "foreign_origin" => 'x',
        "not_entered" => 'e',
        "wrong_password" => 'p',
        "banned" => 'b',
        "speakers_only" => 'q',
        "not_reachable" => 'r',
        "invite_over" => 'i',
        "muted" => 'm',
        "full" => 'f',
        "locked" => 'l',
        "too_fast" | "busy" => panic!("{reason}: the table asks in the wrong way"),
        _ => 'o',
    }
}

fn unhex(text: &str) -> Value {
    let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap_or("00"), 16).unwrap();
    let bytes: Vec<u8> = (0..text.len()).step_by(2).map(digit).collect();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
