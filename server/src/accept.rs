//! The accept loop: connections with a clock and with caps, until the server stops.
//!
//! Our own, because `axum::serve` sets no timer (a half-sent header stays open for ever), knows
//! no caps, and neither tells nor awaits upgraded sockets when it stops.

mod counts;

pub(crate) use counts::Counts;

use crate::{
    accept::counts::Held,
    address::{Address, Peer},
    config::{Config, Network},
};
use axum::{Router, body::Body};
use hyper::{
    Request, Response,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// Descriptors kept for the database, logs and static files.
const DESCRIPTORS_SPARE: u64 = 128;
/// A connection's header may be so large; also hyper's read buffer.
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// The pause when the system gives no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// What is written to a connection above a cap.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\n\
    connection: close\r\ncontent-length: 0\r\n\r\n";

/// How many connections there may be.
#[derive(Debug)]
pub(crate) struct Caps {
    all: Arc<Semaphore>,
    per_address_max: usize,
    per_address: Counts<Address>,
    /// Proxies speak for many and are not counted as one.
    proxies: Vec<Network>,
}

/// What a connection holds while it is open; an upgraded one takes it along.
#[derive(Debug)]
pub(crate) struct Admitted {
    _permit: OwnedSemaphorePermit,
    _held: Option<Held<Address>>,
}

impl Caps {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            all: Arc::new(Semaphore::new(connections_max(config.limits.connections_max))),
            // Room for a page's own requests beside the sockets.
            per_address_max: config.limits.sockets_per_address.saturating_mul(2),
            per_address: Counts::default(),
            proxies: config.proxies.clone(),
        }
    }

    /// Lets a connection in, unless there are too many.
    fn admit(&self, peer: SocketAddr) -> Option<Arc<Admitted>> {
        let permit = self.all.clone().try_acquire_owned().ok()?;
        let ip = peer.ip().to_canonical();
        let held = if self.proxies.iter().any(|it| it.contains(ip)) {
            None
        } else {
            Some(self.per_address.take(ip.into(), self.per_address_max)?)
        };
        Some(Arc::new(Admitted { _permit: permit, _held: held }))
    }
}

/// What the loop needs beside the listener and the routes.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) caps: Caps,
    /// From the first byte awaited to the end of the header.
    pub(crate) header_timeout: Duration,
    /// The open connections; an upgraded one has left.
    pub(crate) connections: TaskTracker,
    pub(crate) stop: CancellationToken,
}

/// Accepts connections until the server stops, and closes the listener then.
pub(crate) async fn run(listener: TcpListener, routes: Router, door: &Door) {
    loop {
        let accepted = tokio::select! {
            () = door.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => admit(stream, peer, &routes, door),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn admit(stream: TcpStream, peer: SocketAddr, routes: &Router, door: &Door) {
    let Some(admitted) = door.caps.admit(peer) else {
        metrics::counter!("maru_connections_refused_total").increment(1);
        // What does not fit into the socket's buffer at once is not worth waiting for.
        _ = stream.try_write(REFUSAL);
        return;
    };
    let routes = routes.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(admitted.clone());
        routes.clone().oneshot(request)
    });
    door.connections.spawn(converse(stream, service, door.header_timeout, door.stop.clone()));
}

/// Answers the requests of one connection.
async fn converse<S>(
    stream: TcpStream,
    service: S,
    header_timeout: Duration,
    stop: CancellationToken,
) where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    // Small packets are the product here; waiting to fill a segment is not wanted.
    _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The cap on connections: as configured, but below what the system lets this process open.
fn connections_max(configured: usize) -> usize {
    raise_descriptors();
    let open_max = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let room = open_max.saturating_sub(DESCRIPTORS_SPARE).max(16);
    let room = usize::try_from(room).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
    match configured {
        0 => room,
        most => most.min(room),
    }
}

/// Asks for as many descriptors as the system will give without being asked nicely.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) =
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
    {
        tracing::debug!(%error, "cannot raise the limit of open files");
    }
}
