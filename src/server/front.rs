//! What answers from the first moment: liveness, readiness, the site's files. The pages join when the register is there.

use std::any::Any;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use store::Store;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;

use super::{Edge, assets, headers, plain, request};

/// How long readiness waits for the database before it says no.
const READY_LIMIT: Duration = Duration::from_secs(2);

/// The pages, once they are there.
#[derive(Clone, Default)]
pub struct Front {
    pages: Arc<OnceLock<(Router, Store)>>,
}

impl Front {
    /// Lets the pages in. Only the first call counts.
    pub fn open(&self, pages: Router, store: Store) {
        let _ = self.pages.set((pages, store));
    }

    /// The whole service, for [`super::listen::serve`].
    pub fn router(&self, edge: &Arc<Edge>) -> Router {
        Router::new()
            .route("/healthz", get(|| async { "alive\n" }))
            .route("/readyz", get(ready))
            .fallback(rest)
            .with_state(self.clone())
            .layer(CatchPanicLayer::custom(broken))
            .layer(from_fn(headers::set))
            .layer(from_fn_with_state(edge.clone(), request::note))
    }
}

/// 200 when the schema is this program's and the database answers; else 503 with the reason.
async fn ready(State(front): State<Front>) -> Response {
    let no =
        |reason: &'static str| (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], reason).into_response();
    let Some((_, store)) = front.pages.get() else { return no("starting\n") };
    match tokio::time::timeout(READY_LIMIT, store.is_ready()).await {
        Ok(Ok(true)) => "ready\n".into_response(),
        Ok(Ok(false)) => no("the schema is not this program's\n"),
        Ok(Err(_)) | Err(_) => no("the database does not answer\n"),
    }
}

async fn rest(State(front): State<Front>, request: Request) -> Response {
    if let Some(file) = assets::answer(request.method(), request.uri().path(), request.headers()) {
        return file;
    }
    match front.pages.get() {
        Some((pages, _)) => pages.clone().oneshot(request).await.into_response(),
        None => {
            let mut response = plain::STARTING.response();
            // Whoever is first to look gets the page as soon as it is there.
            response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("1"));
            response
        }
    }
}

fn broken(panic: Box<dyn Any + Send>) -> axum::http::Response<Body> {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = said.unwrap_or("unknown"), "a handler panicked");
    plain::BROKEN.response()
}
