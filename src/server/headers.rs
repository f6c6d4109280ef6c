//! The headers that tell a browser how little to trust a page (checklist T13, T14).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::Nonce;

use super::request::Https;

/// The same on every response.
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: forms without script come back by it.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
];

/// A year and a day, in seconds.
const HSTS: &str = "max-age=31622400; includeSubDomains";

/// Makes the response's nonce, and sets what no handler has set itself: a download's stricter policy stays.
pub async fn set(mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    let https = request.extensions().get::<Https>().is_some_and(|https| https.0);
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        keep(headers, name, value);
    }
    keep(headers, header::CONTENT_SECURITY_POLICY, &policy(&nonce));
    keep(headers, header::CACHE_CONTROL, "no-store");
    if https {
        keep(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}

fn keep(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.entry(name).or_insert(value);
    }
}

/// Scripts by nonce alone; `wasm-unsafe-eval` lets the islands' wasm be compiled, and nothing else.
fn policy(nonce: &Nonce) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )
}
