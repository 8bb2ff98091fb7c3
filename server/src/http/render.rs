//! From a snapshot to a page: the only place that renders.

use super::{Site, flash::Flash, pages::invite_path};
use crate::config::Origin;
use app::protocol::{pages::Plain, snapshot::Snapshot};
use axum::{
    body::Body,
    http::{
        HeaderValue, Request, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
    },
    response::{IntoResponse as _, Response},
};
use leptos::{context::provide_context, nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;
use std::fmt::Write as _;

/// What Leptos needs once, before anything is rendered: its executor, which it starts itself when
/// it lists the routes of something. We have our own table of routes, so something is nothing.
pub(super) fn begin() {
    drop(leptos_axum::generate_route_list(|| ()));
}

/// A page as it is found at `path`.
pub(super) struct Page {
    pub(super) path: String,
    pub(super) status: StatusCode,
    pub(super) snapshot: Snapshot,
}

impl Page {
    pub(super) fn new(path: impl Into<String>, snapshot: Snapshot) -> Self {
        Self { path: path.into(), status: StatusCode::OK, snapshot }
    }

    pub(super) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Renders it. What a form left to be shown is shown now, and forgotten.
    pub(super) async fn render(self, site: &Site, flash: &Flash) -> Response {
        let Self { path, status, mut snapshot } = self;
        if snapshot.refused.is_none() {
            snapshot.refused = flash.refused;
            snapshot.typed = snapshot.typed.or_else(|| flash.typed.clone());
        }
        snapshot.done = snapshot.done.or(flash.done);
        if let Plain::Room(settings) = &mut snapshot.plain {
            settings.invited = flash.made.as_deref().map(|token| invite_link(site, token));
        }
        let Ok(request) = Request::get(&path).body(Body::empty()) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let sources = connect_sources(site);
        let context = move || {
            provide_context(snapshot.clone());
            if let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) {
                response.set_status(status);
                response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                if let Ok(value) = HeaderValue::from_str(&policy(&nonce, &sources)) {
                    response.insert_header(CONTENT_SECURITY_POLICY, value);
                }
            }
        };
        let options = site.leptos.clone();
        let shell = move || app::shell(options.clone(), path.clone());
        let render = leptos_axum::render_app_async_with_context(context, shell);
        let response = render(request).await;
        if flash.is_empty() { response } else { with_cookie(response, &Flash::clear(site.secure)) }
    }
}

/// The whole address of an invitation, to be copied.
fn invite_link(site: &Site, token: &str) -> String {
    let origin = site.origins.first().map_or("", Origin::as_str);
    format!("{origin}{}", invite_path(token))
}

/// Adds a `Set-Cookie`.
pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(axum::http::header::SET_COOKIE, value);
    }
    response
}

/// Scripts by file or nonce, no inline style, no other site, in no frame.
fn policy(nonce: &str, connect: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; connect-src 'self'{connect}; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The sockets' addresses, which older browsers do not count as `'self'`, and under
/// `cargo leptos watch` the one that tells to reload.
fn connect_sources(site: &Site) -> String {
    let mut sources = String::new();
    // A policy cannot name an IPv6 address.
    for origin in site.origins.iter().filter(|it| !it.as_str().contains('[')) {
        _ = write!(sources, " {}", origin.socket());
    }
    if std::env::var_os("LEPTOS_WATCH").is_some() {
        let port = site.leptos.reload_port;
        _ = write!(sources, " ws://127.0.0.1:{port} ws://localhost:{port}");
    }
    sources
}
