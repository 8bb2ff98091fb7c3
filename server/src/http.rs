//! What every handler can reach, and what lies around the routes.

mod api;
mod direct;
mod error;
pub(crate) mod flash;
mod forms;
mod guard;
mod later;
mod matchmaking;
mod meetings;
mod moment;
mod nodes;
mod order;
mod pages;
mod people;
mod pictures;
mod profile;
mod questions;
mod render;
mod reset;
mod rooms;
mod routes;
mod sender;
mod socket;
mod speed;
mod static_files;
mod status;
pub(crate) mod visitor;

pub(crate) use rooms::{hosting, invites};
pub use routes::{Route, all_routes};

use crate::{
    accept::Counts,
    address::Address,
    auth::{Auth, Rates},
    config::{Config, Origin},
    engine::Engine,
    pictures::Pictures,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
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
    pub(crate) pictures: Pictures,
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
        let auth = Auth::new(engine.clone(), &config, rates.clone(), &origins, stop.clone());
        Arc::new(Self {
            auth,
            leptos: static_files::leptos_options(&config, local),
            pictures: Pictures::default(),
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
pub(crate) fn router(site: Arc<Site>) -> Router {
    let timeout = site.config.request_timeout;
    let counted = Router::new()
        .merge(routes::pages())
        .merge(routes::forms())
        .nest(
            "/api/v1",
            routes::api()
                .fallback(api::not_found)
                .method_not_allowed_fallback(api::method_not_allowed),
        )
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(site.clone(), guard::same_site))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::REQUEST_TIMEOUT, timeout));
    let counted = counted
        .merge(routes::sockets())
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
