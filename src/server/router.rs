//! The pages of `app` with everything that stands in front of them.

use std::sync::Arc;

use app::pages::api::ApiDocument;
use app::server::AppState;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use store::Store;
use tower::ServiceExt as _;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use super::limits::Bounds;
use super::pulse::Pulse;
use super::request::Https;
use super::session::Register;
use super::{Edge, actor, compress, limits, origin, request};
use crate::signing::Signer;

/// The pages, for requests that [`request::note`] has seen.
pub fn pages(edge: &Arc<Edge>, state: AppState, signer: Arc<Signer>) -> Router {
    let (api, document) = crate::api::router(state.store.clone(), signer, state.site.base_url.clone());
    let store = state.store.clone();
    let routes = app::routes::router().route_layer(from_fn(request::keep_pattern)).with_state(state);
    behind(edge, store, routes.layer(Extension(ApiDocument(document))), api)
}

/// Routes with everything that stands in front of them, for tests: beside them the API, with a key of the moment.
pub fn guarded(edge: &Arc<Edge>, store: Store, routes: Router) -> Router {
    let (api, _) = crate::api::router(store.clone(), Arc::new(Signer::of_the_moment()), "http://localhost".into());
    behind(edge, store, routes, api)
}

fn behind(edge: &Arc<Edge>, store: Store, routes: Router, api: Router) -> Router {
    let bounds = Bounds { upload_limit: edge.upload_limit, pulse: Arc::new(Pulse::new(store.clone())) };
    let register = Register::new(store, edge.session_idle, edge.session_lifetime);
    let routes = routes
        // Ours is set before, by kind of request.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(actor::bind));
    let sessions = |https| (map_response(actor::say_lost), register.layer(https));
    let by_scheme =
        ByScheme { secure: routes.clone().layer(sessions(true)), plain: routes.layer(sessions(false)), api };
    Router::new()
        .fallback(dispatch)
        .with_state(by_scheme)
        .layer(from_fn(compress::pages))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(compress::LEVEL)).compress_when(is_text))
        .layer(from_fn_with_state(limits::Places::default(), limits::shed))
        .layer(from_fn_with_state(bounds, limits::bound))
        .layer(from_fn_with_state(edge.clone(), origin::check))
        .layer(from_fn(speak_json))
}

/// The same pages twice: the cookie's name and flags follow the scheme.
#[derive(Clone)]
struct ByScheme {
    secure: Router,
    plain: Router,
    /// Without sessions: cookies open nothing there.
    api: Router,
}

async fn dispatch(State(pages): State<ByScheme>, request: Request) -> Response {
    if crate::api::is_api(request.uri().path()) {
        return pages.api.oneshot(request).await.into_response();
    }
    let https = request.extensions().get::<Https>().is_some_and(|https| https.0);
    let router = if https { pages.secure } else { pages.plain };
    router.oneshot(request).await.into_response()
}

/// What stands in front of pages and API refuses with a page; callers of the API get a problem.
async fn speak_json(request: Request, next: Next) -> Response {
    let is_api = crate::api::is_api(request.uri().path());
    let response = next.run(request).await;
    if is_api { crate::api::problem::instead_of_a_page(response) } else { response }
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    compress::is_text(headers)
}
