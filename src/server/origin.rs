//! Requests that change something must come from our own pages (checklist T12).
//!
//! Browsers say so in `Sec-Fetch-Site`, or, over plain http by address, in `Origin`. Neither is there when no browser
//! sent it; then a cookie has no business being there either.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{Edge, plain};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what another site may have sent.
pub async fn check(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let ours = edge.public_url.as_ref().map(|url| url.as_str());
    if is_allowed(request.method(), request.headers(), ours) {
        next.run(request).await
    } else {
        tracing::warn!("refused a request that did not come from our own pages");
        plain::FOREIGN.response()
    }
}

fn is_allowed(method: &Method, headers: &HeaderMap, public_url: Option<&str>) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site.as_bytes() == b"same-origin";
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| is_ours(origin, headers, public_url)),
        None => !headers.contains_key(header::COOKIE),
    }
}

/// The host of `Origin` is the one that the request went to, or the one that the settings name.
fn is_ours(origin: &str, headers: &HeaderMap, public_url: Option<&str>) -> bool {
    if public_url.is_some_and(|ours| ours.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let sender = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    matches!((sender, host), (Some(sender), Some(host)) if sender.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        const SITE: &str = "sec-fetch-site";
        const HOST: (&str, &str) = ("host", "risk.example.org");
        const COOKIE: (&str, &str) = ("cookie", "session=x");
        type Headers = &'static [(&'static str, &'static str)];
        let cases: [(&str, Headers, bool); 17] = [
            ("POST", &[HOST, (SITE, "same-origin"), COOKIE], true),
            ("POST", &[HOST, (SITE, "same-site"), COOKIE], false),
            ("POST", &[HOST, (SITE, "cross-site"), COOKIE], false),
            ("POST", &[HOST, (SITE, "none"), COOKIE], false),
            ("POST", &[HOST, (SITE, "cross-site"), ("origin", "https://risk.example.org")], false),
            ("POST", &[HOST, ("origin", "https://risk.example.org"), COOKIE], true),
            ("POST", &[HOST, ("origin", "http://RISK.example.org"), COOKIE], true),
            ("POST", &[("host", "10.0.0.7:3000"), ("origin", "http://10.0.0.7:3000"), COOKIE], true),
            ("POST", &[("host", "10.0.0.7:3000"), ("origin", "http://10.0.0.7:3001"), COOKIE], false),
            ("POST", &[HOST, ("origin", "https://evil.example"), COOKIE], false),
            ("POST", &[HOST, ("origin", "null"), COOKIE], false),
            ("POST", &[HOST, COOKIE], false),
            ("DELETE", &[HOST, COOKIE], false),
            ("POST", &[HOST], true),
            ("GET", &[HOST, (SITE, "cross-site"), COOKIE], true),
            // Behind a proxy that rewrites Host, the settings say who we are.
            ("POST", &[("host", "127.0.0.1:3000"), ("origin", "https://portal.example.org"), COOKIE], true),
            ("POST", &[("host", "127.0.0.1:3000"), ("origin", "http://portal.example.org"), COOKIE], false),
        ];
        for (method, given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, value.parse().unwrap());
            }
            let method = method.parse().unwrap();
            let allowed = is_allowed(&method, &headers, Some("https://portal.example.org"));
            assert_eq!(allowed, expected, "{method} {given:?}");
        }
    }
}
