//! What went wrong, as problem details (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::error::{FieldErrors, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problem details (RFC 9457, section 3).
pub const MEDIA_TYPE: &str = "application/problem+json";
/// Seconds after which a busy or restarting register is worth another try.
const RETRY_AFTER: u64 = 2;

/// A problem: what went wrong, by field where fields are wrong (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Details {
    /// What kind of problem, as a URI; `about:blank` where the status says it all.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time, in words for the person who reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WrongField>,
    /// The version that the register has now, where the one that was sent is outdated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i32>,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    challenge: Option<String>,
}

/// A problem on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Details>);

/// A wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WrongField {
    /// Its name in the body, the query or the headers; empty where it is about the whole.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl Problem {
    /// A problem that its status names.
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Details {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: None,
            errors: Vec::new(),
            current_version: None,
            retry_after: None,
            challenge: None,
        }))
    }

    fn kind(mut self, kind: &'static str) -> Self {
        self.0.kind = kind;
        self
    }

    /// What happened, in words.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Wrong fields: 422.
    pub fn fields(errors: FieldErrors) -> Self {
        let whole = errors.0.get("").cloned().unwrap_or_else(|| "Some fields need attention".to_owned());
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY).kind("urn:countersign:problem:invalid").because(whole);
        problem.0.errors = errors.0.into_iter().map(|(field, message)| WrongField { field, message }).collect();
        problem
    }

    /// One wrong field: 422.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(FieldErrors::one(field, message))
    }

    /// No token, or none that opens anything: 401 (RFC 6750, section 3).
    pub fn unauthorized(why: &str) -> Self {
        let (challenge, detail) = match why {
            "" => ("Bearer realm=\"countersign\"", "Send a token: Authorization: Bearer countersign_…"),
            why => ("Bearer realm=\"countersign\", error=\"invalid_token\"", why),
        };
        let mut problem = Self::new(StatusCode::UNAUTHORIZED).because(detail);
        problem.0.challenge = Some(challenge.to_owned());
        problem
    }

    /// A token without the scope that this needs: 403 (RFC 6750, section 3.1).
    pub fn scope(needed: &str, why: String) -> Self {
        let mut problem = Self::new(StatusCode::FORBIDDEN).kind("urn:countersign:problem:scope").because(why);
        problem.0.challenge =
            Some(format!("Bearer realm=\"countersign\", error=\"insufficient_scope\", scope=\"{needed}\""));
        problem
    }

    /// An edit without the version that it was made on: 428 (RFC 6585, section 3).
    pub fn without_version() -> Self {
        Self::new(StatusCode::PRECONDITION_REQUIRED)
            .because("Send the ETag of what you read: If-Match: \"3\". So nobody's change is overwritten unseen")
    }

    /// Too much at once: 503.
    pub fn busy() -> Self {
        Self::again(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER)
    }

    fn again(status: StatusCode, seconds: u64) -> Self {
        let mut problem = Self::new(status);
        problem.0.retry_after = Some(seconds);
        problem
    }

    fn stale(current: i32) -> Self {
        let mut problem = Self::new(StatusCode::PRECONDITION_FAILED)
            .kind("urn:countersign:problem:stale")
            .because("Somebody else changed it since: read it again, then repeat your change on the new version");
        problem.0.current_version = Some(current);
        problem
    }
}

impl From<store::Error> for Problem {
    /// Refusals keep their words; faults of ours are logged here and lose them.
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        match error {
            E::NotFound => Self::new(StatusCode::NOT_FOUND),
            E::Refused(Refusal::Forbidden(why)) => Self::new(StatusCode::FORBIDDEN).because(why),
            E::Refused(Refusal::NotNow(why)) => {
                Self::new(StatusCode::CONFLICT).kind("urn:countersign:problem:not-now").because(why)
            }
            E::Refused(Refusal::Invalid(errors)) => Self::fields(errors),
            E::Stale { current } => Self::stale(current),
            // Handlers of creations answer it themselves.
            E::Replayed { .. } => Self::new(StatusCode::CONFLICT).because("This was done before"),
            E::TooMany { retry_after } => Self::again(StatusCode::TOO_MANY_REQUESTS, retry_after),
            full @ E::Files(_) if full.is_full() => {
                tracing::error!(error = %full, "no room for evidence files");
                Self::new(StatusCode::INSUFFICIENT_STORAGE).because("There is no room left for files; nothing was kept")
            }
            E::TooLarge { max } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE).because(format!("Files may have {max} bytes at most"))
            }
            E::Interrupted(why) => {
                tracing::info!(%why, "upload interrupted");
                Self::new(StatusCode::BAD_REQUEST).because("The request ended too early; nothing was kept")
            }
            E::Damaged { .. } => {
                tracing::error!(%error, "damaged evidence file");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR).because("The stored file is damaged and is not served")
            }
            E::Busy | E::Unavailable(_) | E::Files(_) => {
                tracing::warn!(%error, "register not available");
                Self::again(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER)
            }
            E::Migration(_) | E::Stored(_) | E::Database(_) => {
                tracing::error!(%error, "internal error");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        Self::fields(errors)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let details = self.0;
        let status = StatusCode::from_u16(details.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&details)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = details.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = details.challenge.as_deref().and_then(|c| HeaderValue::from_str(c).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// An answer that was made for a browser before the API was reached (too large, too busy, refused at the door), as a
/// problem.
pub fn instead_of_a_page(page: Response) -> Response {
    let kind = page.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if page.status().is_success() || !kind.starts_with("text/html") {
        return page;
    }
    let mut problem = Problem::new(page.status());
    problem.0.retry_after = page.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    problem.into_response()
}
