//! How a handler begins, renews and ends sessions: it says so in its response, and the program does it. Cookies, secrets
//! and their hashes stay in the program.

use axum::response::Response;
use domain::ids::PersonId;
use uuid::Uuid;

/// What the program does to the browser's session before it sends the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// This person proved who they are: a new session with a new secret; the browser's old one ends.
    Begin(PersonId),
    /// The person proved it again, or changed their password: the same session goes on with a new secret.
    Renew,
    /// Signed out: the session ends, also for requests that are still running.
    End,
}

impl SessionChange {
    /// The response that brings the change about.
    pub fn on(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// The session of the request, as the list of one's sessions names it; in the extensions of a signed-in request.
/// It says nothing about the cookie's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionId(pub Uuid);

/// Where the request came from (trusted proxies taken off), in the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub std::net::IpAddr);
