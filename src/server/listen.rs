//! Accepting connections, and letting them finish.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures::FutureExt as _;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

use super::request::Peer;

/// For the request's head; also the longest that a kept connection may idle.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// For the requests under way when the program is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Bytes of a request's head.
const HEAD_SIZE: usize = 64 * 1024;
/// Files that are no connections of browsers: Postgres, evidence, logs.
const OTHER_FILES: usize = 128;
const MOST_CONNECTIONS: usize = 8192;

/// Serves until `stop` resolves, then lets the requests under way finish.
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let connections = Connections { app, graceful: GracefulShutdown::new() };
    let places = Arc::new(Semaphore::new(most_connections()));
    tokio::pin!(stop);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => connections.begin(stream, peer, place.ok()),
            Err(error) => {
                // Out of files, or a connection that went away: neither is a reason to stop.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    // Whoever stands at the door already is let in.
    while let (Ok(place), Some(Ok((stream, peer)))) =
        (places.clone().try_acquire_owned(), listener.accept().now_or_never())
    {
        connections.begin(stream, peer, Some(place));
    }
    drop(listener);
    let graceful = connections.graceful;
    tracing::info!(connections = graceful.count(), "stopping; requests under way may finish");
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// What all connections share.
struct Connections {
    app: Router,
    graceful: GracefulShutdown,
}

impl Connections {
    /// Serves a connection on its own; its place is given back when it ends.
    fn begin(&self, stream: TcpStream, peer: SocketAddr, place: Option<OwnedSemaphorePermit>) {
        let _ = stream.set_nodelay(true);
        let app = self.app.clone();
        let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            let app = app.clone();
            async move { Ok::<_, Infallible>(app.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_SIZE)
            .serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
}

/// Below the system's limit of open files, so that a flood of connections leaves Postgres and evidence theirs.
fn most_connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = line.and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok()).unwrap_or(256);
    files.saturating_sub(OTHER_FILES).clamp(64, MOST_CONNECTIONS)
}
