//! The REST API: the same register, by the same functions of `store`, for pipelines and other tools.
//!
//! A request's way: limits and origin (as for pages) → [`auth`] (token → actor, scope of the route) → a handler in
//! [`v1`], which reads its input by [`input`], calls one function of `store` and answers by [`output`] or [`problem`].
//! The OpenAPI document ([`spec`]) is made from the same handlers that the router is made from, and the scope that a
//! route needs is read from that document: the two can't differ.

pub mod auth;
pub mod input;
pub mod output;
pub mod problem;
pub mod spec;
pub mod v1;
pub mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use store::Store;

use crate::server::request;
use crate::signing::Signer;
use problem::Problem;

/// Where the API stands.
pub const BASE: &str = "/api/v1";

/// What handlers have at hand.
#[derive(Clone)]
pub struct Api {
    /// The register.
    pub store: Store,
    /// What each route asks of a token.
    pub doors: Arc<spec::Doors>,
    /// The document, as it is sent.
    pub document: Arc<str>,
    /// What the gate's answers are signed with.
    pub signer: Arc<Signer>,
    /// Where this site is, as reports and statements name it.
    pub instance: Arc<str>,
}

/// The API's routes, with everything of theirs in front of them; and the document, for the page that shows it.
pub fn router(store: Store, signer: Arc<Signer>, instance: Arc<str>) -> (Router, Arc<serde_json::Value>) {
    let (routes, document) = spec::assemble();
    let doors = Arc::new(spec::Doors::read(&document));
    let api = Api { store, doors, document: document.to_string().into(), signer, instance };
    let routes = Router::new()
        .nest(BASE, routes.route_layer(from_fn_with_state(api.clone(), auth::admit)))
        .route_layer(from_fn(request::keep_pattern))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(api);
    (routes, Arc::new(document))
}

/// Whether a path is the API's, whatever stands behind it. `/api` itself is a page, for people.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

async fn nowhere() -> Problem {
    Problem::new(StatusCode::NOT_FOUND)
}

async fn wrong_method(_: Request) -> Response {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED).into_response()
}
