//! The built site: scripts, style and pictures, precompressed by the build.

use super::{
    Site,
    error::Refused,
    pages,
    visitor::{Visitor, address_of},
};
use crate::config::Config;
use axum::{
    Router,
    extract::{FromRequestParts as _, Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, CACHE_CONTROL},
        request::Parts,
    },
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use leptos::config::LeptosOptions;
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

const OUTPUT_NAME: &str = "maru";
const PKG: &str = "pkg";
const HASH_FILE: &str = "hash.txt";
/// A name with a hash in it names the same bytes for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Leptos's view of the built site.
pub(super) fn leptos_options(config: &Config, local: SocketAddr) -> LeptosOptions {
    let hash_file = hash_file(&config.site_dir);
    let name = hash_file.as_deref().unwrap_or(Path::new(HASH_FILE)).to_string_lossy();
    LeptosOptions::builder()
        .output_name(OUTPUT_NAME)
        .site_root(config.site_dir.to_string_lossy())
        .site_pkg_dir(PKG)
        .site_addr(local)
        .hash_file(Arc::from(&*name))
        .hash_files(hash_file.is_some())
        .build()
}

/// The list of hashes in the names of the site's files, beside the program or in the site. One of
/// another build does not count.
fn hash_file(site_dir: &Path) -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|it| Some(it.parent()?.join(HASH_FILE)));
    let inside = std::path::absolute(site_dir.join(HASH_FILE)).ok();
    let candidates = [inside, beside].into_iter().flatten();
    let fits = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let mut pairs = text.lines().filter_map(|it| it.split_once(':'));
        let script = pairs.find(|(file, _)| file.trim() == "js").map(|(_, hash)| hash.trim());
        script.is_some_and(|hash| {
            site_dir.join(PKG).join(format!("{OUTPUT_NAME}.{hash}.js")).is_file()
        })
    };
    candidates.into_iter().find(fits)
}

/// The folder of scripts and style.
pub(super) fn routes(site: &Arc<Site>) -> Router<Arc<Site>> {
    let cache = if site.leptos.hash_files { FOR_EVER } else { ASK_AGAIN };
    let files = ServeDir::new(site.config.site_dir.join(PKG))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let cached = from_fn(move |request: Request, next: Next| {
        let cache = cache.clone();
        async move { with_cache(next.run(request).await, cache) }
    });
    Router::new().nest_service("/pkg", Router::new().fallback_service(files).layer(cached))
}

/// A file at the root of the site, else the page for what is not there.
pub(super) async fn file_or_not_found(State(site): State<Arc<Site>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let (mut parts, body) = request.into_parts();
    let files = ServeDir::new(&site.config.site_dir)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    match files.oneshot(Request::from_parts(parts.clone(), body)).await {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => {
            with_cache(response.into_response(), AN_HOUR)
        }
        _ => not_found(&site, &mut parts).await,
    }
}

/// Looking for what is not there is a request as any other.
async fn not_found(site: &Arc<Site>, parts: &mut Parts) -> Response {
    let address = address_of(&parts.extensions, &parts.headers, &site.config);
    if let Err(refusal) = site.rates.requests.check(&address) {
        return Refused(refusal).into_response();
    }
    let path = parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
    match Visitor::from_request_parts(parts, site).await {
        Ok(visitor) => pages::not_found(site, &visitor, &path).await,
        Err(refused) => refused.into_response(),
    }
}

/// What was found may be kept; what was not, may not.
fn with_cache(mut response: Response, cache: HeaderValue) -> Response {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(CACHE_CONTROL, cache);
    }
    response
}
