//! What every request passes: how often, from which site, and the headers of every answer.

use super::{Site, error::Refused, visitor::address_of};
use crate::config::Origin;
use app::protocol::refusal::Refusal;
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, ORIGIN, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// On every answer. The policy is the one for what is not a page; pages bring their own.
const HEADERS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
];
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Limits how often one address may ask.
pub(super) async fn not_too_often(
    State(site): State<Arc<Site>>,
    request: Request,
    next: Next,
) -> Response {
    let address = address_of(request.extensions(), request.headers(), &site.config);
    match site.rates.requests.check(&address) {
        Ok(()) => next.run(request).await,
        Err(refusal) => Refused(refusal).into_response(),
    }
}

/// Lets requests that change something in from our own pages only.
///
/// A browser tells the origin with each of them. What tells neither origin nor site is no
/// browser, and carries no cookie that its sender does not know.
pub(super) async fn same_site(
    State(site): State<Arc<Site>>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_own(request.headers(), &site.origins) {
        return next.run(request).await;
    }
    Refused(Refusal::ForeignOrigin).into_response()
}

fn is_own(headers: &HeaderMap, origins: &[Origin]) -> bool {
    match (headers.get(ORIGIN), headers.get("sec-fetch-site")) {
        // From a page that tells nobody its address, a browser sends no origin, either.
        (Some(origin), Some(site)) if origin == "null" => site == "same-origin",
        (Some(origin), _) => is_listed(origin, origins),
        (None, Some(site)) => site == "same-origin" || site == "none",
        (None, None) => true,
    }
}

/// Whether an origin is, letter for letter, one of ours.
pub(super) fn is_listed(origin: &HeaderValue, origins: &[Origin]) -> bool {
    origins.iter().any(|it| it.as_str().as_bytes() == origin.as_bytes())
}

/// Pages and answers belong to one person and to this moment.
pub(super) async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(CACHE_CONTROL).or_insert(no_store);
    response
}

/// Sets the headers that every answer has, where it has not set its own, and counts it.
pub(super) async fn headers(
    State(site): State<Arc<Site>>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let mut response = next.run(request).await;
    measure(&response, begun.elapsed());
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if site.secure {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(HSTS);
    }
    response
}

/// Counts answers by the first digit of their status, and how long they took.
fn measure(response: &Response, took: Duration) {
    let class = match response.status().as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("maru_http_answers_total", "status" => class).increment(1);
    metrics::histogram!("maru_http_seconds").record(took);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_something() {
        let origins: Vec<Origin> = vec!["https://chat.example".parse().unwrap()];
        let check = |origin: Option<&str>, site: Option<&str>, expected: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                if let Some(value) = value {
                    headers.insert(name, HeaderValue::from_str(value).unwrap());
                }
            }
            assert_eq!(is_own(&headers, &origins), expected, "{origin:?} {site:?}");
        };
        check(Some("https://chat.example"), None, true);
        check(Some("https://chat.example"), Some("cross-site"), true);
        check(Some("https://chat.example.evil"), Some("same-origin"), false);
        check(Some("https://evil-chat.example"), None, false);
        check(Some("http://chat.example"), None, false);
        check(Some("https://chat.example:444"), None, false);
        check(Some("null"), None, false);
        check(Some("null"), Some("cross-site"), false);
        check(Some("null"), Some("same-site"), false);
        check(Some("null"), Some("same-origin"), true);
        check(Some(""), None, false);
        check(None, Some("cross-site"), false);
        check(None, Some("same-site"), false);
        check(None, Some("same-origin"), true);
        check(None, Some("none"), true);
        check(None, None, true);
    }
}
