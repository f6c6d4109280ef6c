//! Renders a view inside the shell, in one go.

use super::{AppError, FormState, PageUrl, frame::Frame, state::AppState};
use crate::components::{ErrorSummary, shell::Shell};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use std::sync::Arc;

/// What a handler returns.
pub type PageResult = Result<Response, AppError>;

/// Renders the page to HTML. Nothing is streamed and nothing is awaited: the handler has loaded all that it needs, so
/// status and headers are right. The script is only sent where the page holds an island.
pub fn render<V: IntoView + 'static>(
    state: &AppState,
    frame: &Frame,
    status: StatusCode,
    title: &str,
    form: Option<&FormState>,
    view: impl FnOnce() -> V,
) -> Response {
    let failed = form.is_some_and(FormState::has_errors);
    let title = if failed { format!("Error: {title}") } else { title.to_string() };
    let html = to_html(frame, || {
        provide_context(PageUrl::parse(&frame.path, &frame.query));
        if let Some(form) = form {
            provide_context(form.clone());
        }
        let body = view().into_any();
        let summary = form.filter(|_| failed).map(|form| view! { <ErrorSummary form/> });
        view! { <Shell state=state.clone() frame=frame.clone() title>{summary}{body}</Shell> }
    });
    respond(status, html)
}

/// Renders a view with the context that islands and the nonce need.
pub fn to_html<V: IntoView + 'static>(frame: &Frame, view: impl FnOnce() -> V) -> String {
    let shared = Arc::new(hydration_context::SsrSharedContext::new_islands());
    let owner = Owner::new_root(Some(shared));
    let html = owner.with(|| {
        if let Some(nonce) = frame.nonce.clone() {
            provide_context(nonce);
        }
        view().into_view().to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}

fn respond(status: StatusCode, html: String) -> Response {
    let mut response = (status, axum::response::Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
