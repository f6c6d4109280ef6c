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
    tidy(&html)
}

/// Takes away the markers that Leptos leaves for hydration: outside islands nothing hydrates, and within a title a marker
/// would be read as text. Within islands they become comments that validators know. What people wrote is escaped before,
/// in text and in attributes, so that it holds none.
fn tidy(html: &str) -> String {
    const MARK: &str = "<!>";
    let mut out = String::with_capacity(html.len());
    let mut depth = 0_usize;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix(MARK) {
            if depth > 0 {
                out.push_str("<!---->");
            }
            rest = after;
            continue;
        }
        if rest.starts_with("<leptos-island") {
            depth += 1;
        } else if rest.starts_with("</leptos-island") {
            depth = depth.saturating_sub(1);
        }
        out.push('<');
        rest = &rest[1..];
    }
    out.push_str(rest);
    out
}

fn respond(status: StatusCode, html: String) -> Response {
    let mut response = (status, axum::response::Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn markers_stay_only_where_something_hydrates() {
        let html = "<title>A<!></title><p>a &lt;!&gt;<!></p><leptos-island x><b>1<!></b><!></leptos-island><!>";
        let tidied = "<title>A</title><p>a &lt;!&gt;</p><leptos-island x><b>1<!----></b><!----></leptos-island>";
        assert_eq!(tidy(html), tidied);
    }
}
