//! What is known of a request before anything else: its id, where it came from and how.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use app::server::frame::RequestId;
use app::server::session::ClientAddress;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use super::Edge;
use crate::config::Network;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The other end of the connection, in the extensions of every request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Whether the browser's side of the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Https(pub bool);

/// The route's pattern, put into the response for the log: paths may hold one-time secrets, patterns don't.
#[derive(Clone)]
struct Pattern(String);

/// Puts id, address and scheme into the request, and a line into the log when it is answered.
pub async fn note(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = edge.env.uuid().simple().to_string();
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.ip());
    let address = client_address(peer, request.headers(), &edge.trusted_proxies);
    let https = is_https(&edge, peer, request.headers());
    let method = request.method().clone();
    let path = request.uri().path();
    let is_page = !matches!(path, "/healthz" | "/readyz") && !path.starts_with("/assets/");
    let extensions = request.extensions_mut();
    extensions.insert(RequestId(id.clone()));
    extensions.insert(ClientAddress(address));
    extensions.insert(Https(https));

    let span = tracing::info_span!("request", id = %id, %method, %address, person = tracing::field::Empty);
    let mut response = next.run(request).instrument(span.clone()).await;

    let route = response.extensions_mut().remove::<Pattern>().map_or_else(|| "-".to_owned(), |pattern| pattern.0);
    let (status, milliseconds) = (response.status().as_u16(), begun.elapsed().as_millis());
    span.in_scope(|| match is_page {
        true => tracing::info!(status, milliseconds, route, "answered"),
        false => tracing::debug!(status, milliseconds, "answered"),
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Inside the router, where the pattern is known.
pub async fn keep_pattern(pattern: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(pattern) = pattern {
        response.extensions_mut().insert(Pattern(pattern.as_str().to_owned()));
    }
    response
}

/// The nearest address that is no trusted proxy. What stands to the left of it in `X-Forwarded-For` anybody may have
/// written.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    let mut client = peer;
    let hops: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

/// By the public address where one is set; else by what a trusted proxy says; else it is not.
fn is_https(edge: &Edge, peer: IpAddr, headers: &HeaderMap) -> bool {
    if edge.public_url.as_ref().is_some_and(|url| url.is_https()) {
        return true;
    }
    let trusted = edge.trusted_proxies.iter().any(|network| network.contains(peer));
    let said = headers.get_all(FORWARDED_PROTO).iter().next_back().and_then(|value| value.to_str().ok());
    let said = said.and_then(|value| value.rsplit(',').next()).map(str::trim);
    trusted && said.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// What the browser calls itself.
pub fn user_agent(headers: &HeaderMap) -> Option<String> {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&'static str], trusted: &str) -> String {
        let trusted = crate::config::networks(trusted).unwrap();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"], ""), "203.0.113.9", "nobody is trusted");
        assert_eq!(client("203.0.113.9", &["198.51.100.1"], "10.0.0.0/8"), "203.0.113.9", "not this one");
        assert_eq!(client("10.0.0.1", &["198.51.100.1"], "10.0.0.0/8"), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "10.0.0.0/8"), "198.51.100.1", "forged on the left");
        assert_eq!(
            client("10.0.0.1", &["6.6.6.6", "198.51.100.1, 10.0.0.2"], "10.0.0.0/8"),
            "198.51.100.1",
            "two proxies"
        );
        assert_eq!(client("10.0.0.1", &["nonsense"], "10.0.0.0/8"), "10.0.0.1");
        assert_eq!(client("::ffff:10.0.0.1", &["2001:db8::7"], "10.0.0.0/8"), "2001:db8::7");
    }
}
