//! Submissions, reviews, votes, decisions.

pub mod act;
pub mod comment;
pub mod committee;
pub mod decide;
pub mod decision;
pub mod decisions;
pub mod export;
mod parts;
pub mod passages;
mod quorum;
pub mod show;
pub mod submit;
pub mod viewed;
pub mod vote;
mod words;

use crate::components::Crumb;
use crate::server::{AppError, Cx, FormReader, FormState, PageResult, page};
use axum::http::StatusCode;
use domain::ids::ReviewRef;
use leptos::prelude::*;
use store::reviews::get::Review;

/// The review that the address names, with all that its page shows.
async fn load(cx: &Cx, reference: &str) -> Result<Review, AppError> {
    let reference: ReviewRef = reference.parse().map_err(|_| AppError::NotFound)?;
    Ok(store::reviews::get::get(&cx.store, &cx.actor, reference).await?)
}

/// What the register refused, as the form to show again and its status: 422 for fields, 409 for the state of things,
/// 429 after too many wrong passwords.
fn refused(form: &FormReader, error: store::Error) -> Result<(StatusCode, FormState), AppError> {
    let error = AppError::from(error);
    let status = error.status();
    match error {
        AppError::NotNow(why) => Ok((status, form.state().with_error(why))),
        other => Ok((status, form.refused(&other.fields()?))),
    }
}

/// A page with a form under a given status.
fn form_page<V: IntoView + 'static>(
    cx: &Cx,
    status: StatusCode,
    title: &str,
    form: &FormState,
    view: impl FnOnce() -> V,
) -> PageResult {
    Ok(page::render(&cx.state, &cx.frame, status, title, Some(form), view))
}

/// Status of a form that is shown for the first time, or again because fields are wrong.
fn status_of(form: &FormState) -> StatusCode {
    if form.has_errors() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// The way to a review: through the committee's queue for those who have it.
fn crumbs(cx: &Cx) -> Vec<Crumb> {
    cx.actor.reads_all().then(|| Crumb::new("Committee", "/committee")).into_iter().collect()
}
