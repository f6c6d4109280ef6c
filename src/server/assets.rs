//! The site's files, embedded by `build.rs`: compressed there, kept by browsers for good, since a change of any file
//! changes the address of all.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// A file of the site.
pub struct Asset {
    path: &'static str,
    kind: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");
/// Asked for by their bare names, whatever a page says.
const AT_THE_ROOT: [&str; 3] = ["favicon.ico", "favicon.svg", "robots.txt"];

/// Where pages find the files; no slash at the end.
pub fn base() -> String {
    format!("/assets/{HASH}")
}

/// Whether the islands were built into this program.
pub fn has_islands() -> bool {
    ASSETS.iter().any(|asset| asset.path == "countersign_bg.wasm")
}

/// The answer to a request below `/assets/`, or to one of the few names at the root; none for other paths.
pub fn answer(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let (name, cache) = match path.strip_prefix("/assets/") {
        Some(rest) => match rest.split_once('/') {
            Some((hash, name)) if hash == HASH => (name, FOREVER),
            _ => return Some(empty(StatusCode::NOT_FOUND)),
        },
        None => (*AT_THE_ROOT.iter().find(|name| path.strip_prefix('/') == Some(**name))?, A_DAY),
    };
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == name) else {
        return Some(empty(StatusCode::NOT_FOUND));
    };
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Some(empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let (bytes, encoding) = choose(asset, headers);
    let mut response = Response::new(if method == Method::HEAD { Body::empty() } else { Body::from(bytes) });
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    out.insert(header::CACHE_CONTROL, cache);
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

fn choose(asset: &Asset, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    if let Some(bytes) = asset.brotli.filter(|_| accepts(headers, "br")) {
        return (bytes, Some("br"));
    }
    if let Some(bytes) = asset.gzip.filter(|_| accepts(headers, "gzip")) {
        return (bytes, Some("gzip"));
    }
    (asset.plain, None)
}

/// Whether `Accept-Encoding` names this coding, and not with `q=0`.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
            let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32));
            named && !refused
        })
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, accept: &str) -> Option<Response<Body>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(accept).unwrap());
        answer(&Method::GET, path, &headers)
    }

    #[test]
    fn the_stylesheet_is_there_and_kept_for_good() {
        let response = get(&format!("{}/countersign.css", base()), "identity").unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn another_hash_or_name_is_not_found_and_other_paths_are_not_ours() {
        assert_eq!(get("/assets/0000000000000000/countersign.css", "").unwrap().status(), StatusCode::NOT_FOUND);
        assert_eq!(get(&format!("{}/../Cargo.toml", base()), "").unwrap().status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/assets/", "").unwrap().status(), StatusCode::NOT_FOUND);
        assert!(get("/systems", "").is_none());
    }

    #[test]
    fn the_coding_is_the_clients_choice() {
        let asset = Asset { path: "a", kind: "text/css", plain: b"plain", brotli: Some(b"br"), gzip: Some(b"gz") };
        let coding = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            choose(&asset, &headers).1
        };
        assert_eq!(coding("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(coding("gzip;q=1.0, br;q=0"), Some("gzip"));
        assert_eq!(coding("identity"), None);
        assert_eq!(coding("x-br"), None);
    }
}
