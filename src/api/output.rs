//! How answers look: a thing with its version, a page of a list with a link to the next, what a creation made.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::page::Page;
use serde::Serialize;
use utoipa::ToSchema;

use super::BASE;
use super::problem::Problem;

/// What handlers answer.
pub type Answer<T> = Result<T, Problem>;

/// A thing and its version, as `ETag`.
pub struct Versioned<T>(pub i32, pub T);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.1).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page is; also in the `Link` header, as `rel="next"`. None on the last page.
    pub next: Option<String>,
    /// Rows on all pages, where the list counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

impl<T> List<T> {
    /// A page of the list at `uri`; its rows by `show`.
    pub fn of<R>(uri: &Uri, page: Page<R>, total: Option<i64>, show: impl FnMut(R) -> T) -> Self {
        let next = page.next.map(|cursor| following(uri, &cursor));
        Self { items: page.rows.into_iter().map(show).collect(), next, total }
    }

    /// A list that is always whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None, total: None }
    }
}

/// The same query after a cursor.
fn following(uri: &Uri, cursor: &str) -> String {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).filter(|(key, _)| key != "after");
    let query =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).append_pair("after", cursor).finish();
    format!("{}?{query}", uri.path())
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        let link = self.next.as_ref().and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
        let mut response = axum::Json(self).into_response();
        if let Some(link) = link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

/// What a creation made. The same for every repeat under one `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Created {
    /// The reference of what was made or added to.
    #[schema(example = "AIS-12")]
    pub reference: String,
    /// Where it is.
    #[schema(example = "/api/v1/systems/AIS-12")]
    pub url: String,
}

impl Created {
    /// By the path below the API's base: the last part that is a reference names it.
    pub fn at(path: &str) -> Self {
        let path = path.split('#').next().unwrap_or_default();
        let is_reference =
            |part: &&str| part.split_once('-').is_some_and(|(kind, _)| kind.bytes().all(|b| b.is_ascii_uppercase()));
        let reference = path.rsplit('/').find(is_reference).unwrap_or_default().to_owned();
        Self { reference, url: format!("{BASE}{path}") }
    }

    /// What `store` made, or made before for the same key.
    ///
    /// # Errors
    /// Any other error, as a problem.
    pub fn from<T>(made: store::Result<T>, path: impl FnOnce(T) -> String) -> Answer<Self> {
        match made {
            Ok(made) => Ok(Self::at(&path(made))),
            Err(store::Error::Replayed { location }) => Ok(Self::at(&location)),
            Err(error) => Err(error.into()),
        }
    }
}

impl IntoResponse for Created {
    fn into_response(self) -> Response {
        let location = HeaderValue::from_str(&self.url).ok();
        let mut response = (StatusCode::CREATED, axum::Json(self)).into_response();
        if let Some(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// Done, with nothing to say: 204.
pub struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
