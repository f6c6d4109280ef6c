//! How much, how long and how many at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::sync::Semaphore;
use tower_http::timeout::TimeoutBody;

use super::plain;
use super::pulse::Pulse;
use crate::config::FORM_LIMIT;

/// Requests that may be at work at once; more are answered 503 at once instead of queueing.
const AT_ONCE: usize = 256;
/// Uploads that may be under way at once.
const UPLOADS_AT_ONCE: usize = 32;
/// A form's way to us. Slow ones wait here, where they hold nothing that others need.
const FORM_TIME: Duration = Duration::from_secs(15);
/// A page's or form's whole time. Longer than a statement's limit in Postgres.
const PAGE_TIME: Duration = Duration::from_secs(45);
/// An upload's or import's.
const UPLOAD_TIME: Duration = Duration::from_secs(3600);
/// How long a page or a form waits for a database that gives no sign of life.
const PAGE_PATIENCE: Duration = Duration::from_secs(4);
/// The same for an upload: what took long to send is not given up for a restart of the database.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(30);
/// Between two pieces of a body.
const SILENCE: Duration = Duration::from_secs(20);
/// Fields and boundaries around an uploaded file.
const AROUND_A_FILE: u64 = 1024 * 1024;

/// What is left of [`AT_ONCE`] and of [`UPLOADS_AT_ONCE`].
#[derive(Clone)]
pub struct Places {
    pages: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
}

impl Default for Places {
    fn default() -> Self {
        Self { pages: Arc::new(Semaphore::new(AT_ONCE)), uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)) }
    }
}

/// Refuses when too many are at work. A slow upload takes a place of its own kind.
pub async fn shed(State(places): State<Places>, request: Request, next: Next) -> Response {
    let places = if is_multipart(request.headers()) { &places.uploads } else { &places.pages };
    match places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => plain::BUSY.response(),
    }
}

/// What bounds a request.
#[derive(Clone)]
pub struct Bounds {
    /// Bytes.
    pub upload_limit: u64,
    pub pulse: Arc<Pulse>,
}

/// Bounds the body before it is read, and the time. A form is taken in whole before it gets a place; an upload streams.
pub async fn bound(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let limit = body_limit(request.headers(), bounds.upload_limit);
    let reads = request.method().is_safe();
    let said = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > limit) {
        return plain::TOO_LARGE.response();
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (request, time, patience) = if is_multipart(request.headers()) {
        let bounded = |body| Body::new(Limited::new(Body::new(TimeoutBody::new(SILENCE, body)), limit));
        (request.map(bounded), UPLOAD_TIME, UPLOAD_PATIENCE)
    } else {
        match taken_in(request, limit).await {
            Ok(request) => (request, PAGE_TIME, PAGE_PATIENCE),
            Err(refusal) => return refusal.response(),
        }
    };
    match tokio::time::timeout(time, bounds.pulse.attend(patience, next.run(request))).await {
        Ok(Some(response)) => response,
        Ok(None) if reads => plain::AWAY.response(),
        // The last word that it was told may have been to keep the change.
        Ok(None) => plain::LOST.response(),
        Err(_) => plain::TOO_SLOW.response(),
    }
}

async fn taken_in(request: Request, limit: usize) -> Result<Request, plain::Plain> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(FORM_TIME, Limited::new(body, limit).collect()).await {
        Ok(Ok(whole)) => Ok(Request::from_parts(parts, Body::from(whole.to_bytes()))),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(plain::TOO_LARGE),
        Ok(Err(_)) => Err(plain::CUT_OFF),
        Err(_) => Err(plain::TOO_SLOW_FORM),
    }
}

/// Bytes.
fn body_limit(headers: &HeaderMap, upload_limit: u64) -> u64 {
    if is_multipart(headers) { upload_limit + AROUND_A_FILE } else { FORM_LIMIT as u64 }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_uploads_may_be_large() {
        let with = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            headers
        };
        let upload = 100 * 1024 * 1024;
        assert_eq!(body_limit(&with("multipart/form-data; boundary=b"), upload), upload + 1024 * 1024);
        assert_eq!(body_limit(&with("application/x-www-form-urlencoded"), upload), 1024 * 1024);
        assert_eq!(body_limit(&with("application/json"), upload), 1024 * 1024);
    }
}
