//! The socket's door: from our own pages only, for who is signed in only.

use super::{Site, error::Refused, guard::is_listed, visitor::address_of};
use crate::{accept::Admitted, auth::Token};
use app::protocol::{limits::FRAME_BYTES_MAX, refusal::Refusal};
use axum::{
    extract::{
        Extension, State, WebSocketUpgrade,
        ws::{WebSocket, rejection::WebSocketUpgradeRejection},
    },
    http::{Extensions, HeaderMap, header::ORIGIN},
    response::{IntoResponse as _, Response},
};
use std::sync::Arc;

/// Most frames are small, and there is one buffer per socket.
const READ_BUFFER_BYTES: usize = 4 * 1024;
const WRITE_BUFFER_BYTES: usize = 8 * 1024;
/// A client that does not read gets no further ahead than this.
const WRITE_BUFFER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The pause for who came to a node that is drained; by then a proxy has noticed.
const ELSEWHERE_MS: u32 = 1_000;
/// The pause for who has too many sockets.
const TOO_MANY_MS: u32 = 5_000;

/// Opens a socket. The address's query has no meaning: who it is, the login tells.
pub(super) async fn open(
    State(site): State<Arc<Site>>,
    admitted: Option<Extension<Arc<Admitted>>>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match try_open(&site, admitted, &headers, &extensions, upgrade).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    }
}

async fn try_open(
    site: &Arc<Site>,
    admitted: Option<Extension<Arc<Admitted>>>,
    headers: &HeaderMap,
    extensions: &Extensions,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refused> {
    if !headers.get(ORIGIN).is_some_and(|it| is_listed(it, &site.origins)) {
        return Err(Refused(Refusal::ForeignOrigin));
    }
    if site.engine.is_draining() {
        return Err(Refused(Refusal::Busy { retry_after_ms: ELSEWHERE_MS }));
    }
    let token = Token::of_request(headers, site.secure).ok_or(Refusal::NotSignedIn)?;
    site.auth.login(&token).await?.ok_or(Refusal::NotSignedIn)?;
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let address = address_of(extensions, headers, &site.config);
    let held = site.sockets.take(address, site.config.limits.sockets_per_address);
    let held = held.ok_or(Refusal::TooFast { retry_after_ms: TOO_MANY_MS })?;
    let site = site.clone();
    let tasks = site.engine.tasks().clone();
    let serve = move |socket: WebSocket| {
        tasks.track_future(async move {
            serve(&site, socket, &token).await;
            drop((held, admitted));
        })
    };
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(serve))
}

/// Hands the socket to the engine. The login is looked up once more: it may have been ended while
/// the answer was on its way, when the engine did not know of the socket yet.
async fn serve(site: &Site, socket: WebSocket, token: &Token) {
    match site.auth.login(token).await {
        Ok(Some(login)) => site.engine.clone().serve_socket(socket, login.who()).await,
        Ok(None) => tracing::debug!("a login was ended before its socket was open"),
        Err(refusal) => tracing::warn!(%refusal, "cannot look a login up"),
    }
}
