//! Every route, in one table, and what lies around them.

mod api;
mod error;
pub(crate) mod flash;
mod forms;
mod guard;
mod nodes;
mod pages;
mod render;
mod socket;
mod static_files;
mod status;
pub(crate) mod visitor;

use crate::{
    accept::Counts,
    address::Address,
    auth::{Auth, Rates},
    config::{Config, Origin},
    engine::Engine,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{delete, get, post, put},
};
use leptos::config::LeptosOptions;
use std::{net::SocketAddr, sync::Arc, time::Instant};
use tokio_util::sync::CancellationToken;
use tower_http::{compression::CompressionLayer, timeout::TimeoutLayer};

/// A request's body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What every handler can reach.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) config: Config,
    pub(crate) engine: Engine,
    pub(crate) auth: Auth,
    pub(crate) rates: Arc<Rates>,
    pub(crate) stop: CancellationToken,
    /// Who may open sockets and send forms.
    pub(crate) origins: Vec<Origin>,
    /// The public address is under TLS.
    pub(crate) secure: bool,
    leptos: LeptosOptions,
    sockets: Counts<Address>,
    started: Instant,
}

impl Site {
    pub(crate) fn new(
        config: Config,
        engine: Engine,
        local: SocketAddr,
        stop: CancellationToken,
    ) -> Arc<Self> {
        render::begin();
        let origins = config.origins_at(local);
        let secure = origins.first().is_some_and(Origin::is_secure);
        let rates = Arc::new(Rates::new(&config.limits));
        Arc::new(Self {
            auth: Auth::new(engine.clone(), &config, rates.clone(), secure),
            leptos: static_files::leptos_options(&config, local),
            sockets: Counts::default(),
            started: Instant::now(),
            config,
            engine,
            rates,
            stop,
            origins,
            secure,
        })
    }
}

/// All that the server answers.
pub(crate) fn routes(site: Arc<Site>) -> Router {
    let timeout = site.config.request_timeout;
    let counted = Router::new()
        .merge(pages())
        .merge(forms())
        .nest("/api/v1", api())
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(site.clone(), guard::same_site))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::REQUEST_TIMEOUT, timeout));
    let counted = counted
        .route("/ws", get(socket::open))
        .layer(from_fn(guard::no_store))
        .layer(from_fn_with_state(site.clone(), guard::not_too_often));
    Router::new()
        .merge(counted)
        .merge(static_files::routes(&site))
        .fallback(static_files::file_or_not_found)
        .layer(from_fn_with_state(site.clone(), guard::headers))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(site)
}

fn pages() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(pages::home))
        .route("/forgot", get(pages::forgot))
        .route("/rooms", get(pages::rooms))
        .route("/rooms/{room}", get(pages::room))
        .route("/settings", get(pages::settings))
}

fn forms() -> Router<Arc<Site>> {
    Router::new()
        .route("/sign-in", get(pages::sign_in).post(forms::sign_in))
        .route("/sign-up", get(pages::sign_up).post(forms::sign_up))
        .route("/guest", get(pages::guest).post(forms::guest))
        .route("/sign-out", post(forms::sign_out))
        .route("/rooms/{room}/enter", get(pages::back_to_room).post(forms::enter))
        .route("/rooms/{room}/leave", get(pages::back_to_room).post(forms::leave))
        .route("/rooms/{room}/say", get(pages::back_to_room).post(forms::say))
        .route("/settings/name", post(forms::rename))
        .route("/settings/look", post(forms::look))
        .route("/settings/password", post(forms::password))
        .route("/settings/account", post(forms::account))
        .route("/settings/logins/{login}/end", post(forms::end_login))
        .route("/settings/logins/end-others", post(forms::end_others))
        .route("/announcements", post(forms::announce))
}

fn api() -> Router<Arc<Site>> {
    Router::new()
        .route("/users", post(api::sign_up))
        .route("/guests", post(api::guest))
        .route("/logins", post(api::sign_in).get(api::logins).delete(api::end_others))
        .route("/logins/current", delete(api::sign_out))
        .route("/logins/{login}", delete(api::end_login))
        .route("/me", get(api::me).patch(api::rename))
        .route("/me/password", put(api::password))
        .route("/me/account", post(api::account))
        .route("/rooms", get(api::rooms))
        .route("/rooms/{room}", get(api::room))
        .route("/rooms/{room}/entries", get(api::entries).post(api::say))
        .route("/rooms/{room}/people", get(api::people))
        .route("/rooms/{room}/members/me", put(api::enter).delete(api::leave))
        .route("/announcements", post(api::announce))
        .route("/nodes", get(nodes::nodes))
        .route("/nodes/{node}/drain", post(nodes::drain).delete(nodes::undo_drain))
        .route("/status", get(status::status))
        .route("/ready", get(status::ready))
        .fallback(api::not_found)
        .method_not_allowed_fallback(api::method_not_allowed)
}
