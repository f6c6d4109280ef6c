//! Pages compressed in one piece. A page is in memory as a whole: an encoder that knows its size takes a window that fits
//! it, where one for streams sets up several megabytes for each answer. Streams are left to tower-http's layer.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use brotli::enc::BrotliEncoderParams;
use http_body_util::BodyExt as _;

/// Level 4 of brotli: most of the gain for a twentieth of the time of its best.
pub const LEVEL: i32 = 4;

/// Smallest and largest page that is compressed here, in bytes.
const SIZES: std::ops::RangeInclusive<u64> = 512..=1_000_000;

/// Compresses an answer that is text, whole, and asked for by somebody who takes brotli.
pub async fn pages(request: Request, next: Next) -> Response {
    let takes = takes_brotli(request.headers());
    let response = next.run(request).await;
    let size = response.body().size_hint().exact();
    let fits =
        size.is_some_and(|size| SIZES.contains(&size)) && !response.headers().contains_key(header::CONTENT_ENCODING);
    if !takes || !fits || !is_text(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Response::from_parts(parts, Body::empty());
    };
    let Some(packed) = brotli(&plain) else { return Response::from_parts(parts, Body::from(plain)) };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(packed.len()));
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    parts.headers.remove(header::ACCEPT_RANGES);
    Response::from_parts(parts, Body::from(packed))
}

fn brotli(plain: &[u8]) -> Option<Vec<u8>> {
    let window = usize::BITS - plain.len().leading_zeros();
    let params = BrotliEncoderParams {
        quality: LEVEL,
        lgwin: i32::try_from(window).ok()?.clamp(16, 22),
        size_hint: plain.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::with_capacity(plain.len() / 4);
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &params).ok()?;
    Some(packed)
}

/// Files that people put in stay as they are.
pub fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html") || kind.starts_with("text/csv") || kind.starts_with("application/json")
}

/// Whether `br` is named, and not with a weight of nothing.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
        name.trim().eq_ignore_ascii_case("br") && weight > 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_back_as_it_was_and_smaller() {
        for rows in [1, 40, 4_000] {
            let page = format!("<table>{}</table>", "<tr><td>A risk that repeats itself</td></tr>".repeat(rows));
            let packed = brotli(page.as_bytes()).unwrap();
            let mut plain = Vec::new();
            brotli::BrotliDecompress(&mut &packed[..], &mut plain).unwrap();
            assert!(plain == page.as_bytes() && (rows == 1 || packed.len() * 10 < page.len()));
        }
    }

    #[test]
    fn brotli_is_sent_to_who_takes_it() {
        for (sent, takes) in [
            ("gzip, deflate, br, zstd", true),
            ("BR;q=0.5", true),
            ("br;q=0", false),
            ("gzip, brr", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(sent))]);
            assert_eq!(takes_brotli(&headers), takes, "{sent}");
        }
    }
}
