//! Who asks: a bearer token (RFC 6750), in the header and nowhere else. Cookies open nothing here, so that no browser
//! can be made to send a request in somebody's name.

use app::server::session::ClientAddress;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use domain::actor::Actor;
use domain::token;
use store::tokens::{self, Bearer};

use super::Api;
use super::problem::Problem;
use super::spec::Door;

/// The person that a request's token acts as.
#[derive(Clone, Debug)]
pub struct Caller(pub Bearer);

impl Caller {
    /// For the functions of `store`.
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Problem::unauthorized(""))
    }
}

/// Lets a request in whose token has the scope of its route.
pub async fn admit(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    match api.doors.of(request.method(), &path) {
        Door::Open => {}
        door => match identify(&api, request.headers(), request.extensions().get::<ClientAddress>(), door).await {
            Ok(caller) => {
                tracing::Span::current().record("person", tracing::field::display(caller.actor().id));
                request.extensions_mut().insert(caller);
            }
            Err(problem) => return problem.into_response(),
        },
    }
    next.run(request).await
}

async fn identify(
    api: &Api,
    headers: &HeaderMap,
    address: Option<&ClientAddress>,
    door: Door,
) -> Result<Caller, Problem> {
    if door == Door::Shut {
        return Err(Problem::new(StatusCode::FORBIDDEN));
    }
    let secret = bearer(headers).ok_or_else(|| Problem::unauthorized(""))?;
    let unknown = || Problem::unauthorized("This token is unknown, expired or revoked");
    let hash = token::hash(secret).ok_or_else(unknown)?;
    let found = tokens::authenticate(&api.store, &hash, address.map(|a| a.0)).await?.ok_or_else(unknown)?;
    if let Door::Scope(needed) = door {
        token::opens(&found.scopes, needed).map_err(|why| Problem::scope(needed.as_str(), why.to_string()))?;
    }
    Ok(Caller(found))
}

/// The token, where exactly one is sent.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (first, more) = (sent.next()?, sent.next());
    if more.is_some() {
        return None;
    }
    let (scheme, secret) = first.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}
