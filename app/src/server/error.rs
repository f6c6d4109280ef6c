//! What goes wrong, and the one place that turns it into a page.
//!
//! What people see and what the log keeps are two texts: internals never reach a page.

use super::{
    FieldErrors,
    cx::{own_path, sign_in_first},
    frame::Frame,
    notice::Notice,
    page,
    state::AppState,
};
use crate::{components::error_page::ErrorPage, pages, routes::Access};
use axum::{
    extract::{Request, State},
    handler::Handler,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use store::relation::Record;

/// Seconds after which a busy or restarting register is worth another try.
pub const RETRY_AFTER: &str = "5";

/// Why a request has no page of its own.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such thing, or this person may not see it.
    #[error("not found")]
    NotFound,
    /// The person may see it, but not do this; the text says why.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// The state of things does not allow it now; the text says why.
    #[error("refused: {0}")]
    NotNow(String),
    /// Wrong fields. A handler with a form shows the form again instead of returning this.
    #[error("invalid fields")]
    Invalid(FieldErrors),
    /// Somebody else changed it first. A handler with a form shows both versions instead of returning this.
    #[error("conflict")]
    Conflict(Conflict),
    /// The same form was sent before, and led here.
    #[error("already done")]
    Replayed(String),
    /// Too many wrong passwords: the next try counts after so many seconds.
    #[error("too many tries")]
    TooMany(u64),
    /// The register can't be reached.
    #[error("unavailable")]
    Unavailable,
    /// A stored file is no longer what its hash says; already logged.
    #[error("damaged file")]
    Damaged,
    /// A request that a browser would not send.
    #[error("status {0}")]
    Status(StatusCode),
    /// A fault of ours, already logged.
    #[error("internal")]
    Internal,
}

/// An edit made on an outdated version.
#[derive(Clone, Debug, Default)]
pub struct Conflict {
    /// The version that the register has now.
    pub current: i32,
}

impl AppError {
    /// Logs a fault of ours; the page shows the request's id only.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "internal error");
        Self::Internal
    }

    /// What the register refused, as messages for the form: `form.refused(&error.fields()?)`. Any other error stays one.
    pub fn fields(self) -> Result<FieldErrors, Self> {
        match self {
            Self::Invalid(errors) => Ok(errors),
            Self::NotNow(why) => Ok(FieldErrors::one("", why)),
            Self::TooMany(seconds) => Ok(FieldErrors::one("", too_many(seconds))),
            other => Err(other),
        }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotNow(_) | Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Replayed(_) => StatusCode::SEE_OTHER,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Status(status) => *status,
            Self::Damaged | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<store::Error> for AppError {
    /// Refusals keep their words; faults of ours are logged here and lose them.
    fn from(error: store::Error) -> Self {
        use domain::error::Refusal;
        match error {
            store::Error::NotFound => Self::NotFound,
            store::Error::Refused(Refusal::Forbidden(why)) => Self::Forbidden(why),
            store::Error::Refused(Refusal::NotNow(why)) => Self::NotNow(why),
            store::Error::Refused(Refusal::Invalid(errors)) => Self::Invalid(errors),
            store::Error::Stale { current } => Self::Conflict(Conflict { current }),
            store::Error::Replayed { location } => Self::Replayed(location),
            full @ store::Error::Files(_) if full.is_full() => {
                tracing::error!(error = %full, "no room for evidence files");
                Self::Status(StatusCode::INSUFFICIENT_STORAGE)
            }
            store::Error::TooLarge { .. } => Self::Status(StatusCode::PAYLOAD_TOO_LARGE),
            store::Error::Interrupted(why) => {
                tracing::info!(%why, "upload interrupted");
                Self::Status(StatusCode::BAD_REQUEST)
            }
            store::Error::Damaged { .. } => {
                tracing::error!(%error, "damaged evidence file");
                Self::Damaged
            }
            store::Error::TooMany { retry_after } => Self::TooMany(retry_after),
            store::Error::Busy | store::Error::Unavailable(_) | store::Error::Files(_) => {
                tracing::warn!(%error, "register not available");
                Self::Unavailable
            }
            store::Error::Migration(_) | store::Error::Stored(_) | store::Error::Database(_) => Self::internal(error),
        }
    }
}

impl IntoResponse for AppError {
    /// Status and error only; [`framed`] gives it its page, because only there the shell is known.
    fn into_response(self) -> Response {
        if let Self::Replayed(to) = &self {
            return Redirect::to(&Notice::AlreadyDone.on(own_path(to, "/work"))).into_response();
        }
        let mut response = self.status().into_response();
        if matches!(self, Self::Unavailable) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        if let Self::TooMany(seconds) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Calls a handler and gives its error, or that of its extractors, a page in the shell.
pub async fn framed<H, T>(handler: H, access: Access, State(state): State<AppState>, request: Request) -> Response
where
    H: Handler<T, AppState>,
    T: 'static,
{
    let (parts, body) = request.into_parts();
    let frame = Frame::read(&parts, &state);
    let mut response = match refuse(access, &parts, &frame) {
        Some(_) if frame.actor.is_none() => pages::session::kept::keep(&state, &frame, parts, body).await,
        Some(refusal) => refusal,
        None => match permit(access, &state, &frame).await {
            Err(error) => error.into_response(),
            Ok(()) => handler.call(Request::from_parts(parts, body), state.clone()).await,
        },
    };
    let error = response.extensions_mut().remove::<AppError>().or_else(|| bare(&response));
    match error {
        Some(error) => error_page(&state, &frame, &error, &response),
        None => response,
    }
}

/// The route's promise: who is not signed in signs in first; to the wrong role the page does not exist.
fn refuse(access: Access, parts: &Parts, frame: &Frame) -> Option<Response> {
    match (access, &frame.actor) {
        (Access::Public, _) | (Access::SignedIn | Access::May(_), Some(_)) => None,
        (_, None) => Some(sign_in_first(parts, frame)),
        (Access::Roles(roles), Some(actor)) => (!actor.has_any(roles)).then(|| AppError::NotFound.into_response()),
    }
}

/// Whether the person may do to the record what the route is for.
async fn permit(access: Access, state: &AppState, frame: &Frame) -> Result<(), AppError> {
    let (Access::May(action), Some(actor)) = (access, &frame.actor) else { return Ok(()) };
    let record = record(&frame.path).ok_or(AppError::NotFound)?;
    Ok(store::relation::ask(&state.store, actor, record, action).await?)
}

/// The record that a path names: `/risks/R-3/…`.
fn record(path: &str) -> Option<Record> {
    let mut parts = path.split('/').skip(1);
    let (area, reference) = (parts.next()?, parts.next()?);
    match area {
        "systems" => reference.parse().ok().map(Record::System),
        "risks" => reference.parse().ok().map(Record::Risk),
        "mitigations" => reference.parse().ok().map(Record::Mitigation),
        "evidence" => reference.parse().ok().map(Record::Evidence),
        "criteria" => reference.parse().ok().map(Record::Criterion),
        "reviews" => reference.parse().ok().map(Record::Review),
        "decisions" => reference.parse().ok().map(Record::Decision),
        _ => None,
    }
}

/// A rejection by one of Axum's own extractors: plain text that no person should have to read.
fn bare(response: &Response) -> Option<AppError> {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("text/plain");
    let plain = kind.starts_with("text/plain");
    ((status.is_client_error() || status.is_server_error()) && plain).then_some(AppError::Status(status))
}

fn error_page(state: &AppState, frame: &Frame, error: &AppError, plain: &Response) -> Response {
    let (title, text) = words(error);
    let request_id = matches!(error, AppError::Internal).then(|| frame.request_id.clone()).flatten();
    let signed_in = frame.actor.is_some();
    let mut response = page::render(state, frame, error.status(), title, None, move || {
        view! { <ErrorPage title=title text=text request_id signed_in/> }
    });
    if let Some(retry) = plain.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, retry.clone());
    }
    response
}

/// When the next try counts.
pub fn too_many(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "There were too many wrong passwords. Wait a minute, then try again.".into(),
        minutes => format!("There were too many wrong passwords. Wait {minutes} minutes, then try again."),
    }
}

/// Title and sentence of an error page.
fn words(error: &AppError) -> (&'static str, String) {
    match error {
        AppError::NotFound | AppError::Status(StatusCode::NOT_FOUND) => (
            "Page not found",
            "There is nothing at this address, or it is not yours to see. Check the address, or search for it.".into(),
        ),
        AppError::Forbidden(why) => ("You can\u{2019}t do this", why.clone()),
        AppError::NotNow(why) => ("This can\u{2019}t be done now", why.clone()),
        AppError::Invalid(errors) => {
            ("Something in the form is wrong", errors.0.values().cloned().collect::<Vec<_>>().join(". "))
        }
        AppError::Conflict(_) => (
            "Somebody else changed this first",
            "Nothing of yours was saved. Go back, copy what you typed, and open the page again.".into(),
        ),
        AppError::Replayed(_) => ("Already done", "This form had been sent before. It counted once.".into()),
        AppError::TooMany(seconds) => ("Too many wrong passwords", too_many(*seconds)),
        AppError::Unavailable => (
            "The register is not reachable",
            "Nothing was changed. It usually comes back by itself: try again in a few seconds.".into(),
        ),
        AppError::Damaged => (
            "The stored file is damaged",
            "Its bytes no longer give the SHA-256 that was noted when it arrived, so it is not sent. An administrator has \
             to restore it from a backup, or somebody adds the original file again."
                .into(),
        ),
        AppError::Status(StatusCode::INSUFFICIENT_STORAGE) => (
            "There is no room for this file",
            "The disk for evidence files is full. Nothing was stored, and everything else is as it was. Tell an \
             administrator."
                .into(),
        ),
        AppError::Status(StatusCode::PAYLOAD_TOO_LARGE) => {
            ("That is too large", "What you sent is larger than this page accepts. Nothing was changed.".into())
        }
        AppError::Status(StatusCode::METHOD_NOT_ALLOWED) => {
            ("This address can\u{2019}t be used that way", "Open the page and use its form.".into())
        }
        AppError::Status(_) => (
            "We could not read that request",
            "Nothing was changed. Open the page again and repeat what you did.".into(),
        ),
        AppError::Internal => (
            "Something broke",
            "Nothing was changed. The fault has been logged; if it comes back, tell your administrator.".into(),
        ),
    }
}
