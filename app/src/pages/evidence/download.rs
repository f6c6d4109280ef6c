//! GET /evidence/{reference}/download: the file, as it was. Never shown inside our pages, never run: an attachment of the
//! type that we determined, in a sandbox.

use super::reference;
use crate::server::{AppError, Cx, PageResult};
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, Response, header},
};

pub async fn send(cx: Cx, Path(text): Path<String>) -> PageResult {
    let file = store::evidence::open(&cx.store, &cx.actor, reference(&text)?).await?;
    let kind = match file.media_type.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        other => other,
    };
    Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_LENGTH, file.size)
        .header(header::CONTENT_DISPOSITION, disposition(&file.file_name))
        .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'")
        .header(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
        .header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .body(Body::from_stream(file.bytes))
        .map_err(AppError::internal)
}

/// RFC 6266: a name in ASCII for old programs, the real one for all others.
pub fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' }).collect();
    let exact = name.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    });
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_survive_and_can_end_no_header() {
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        assert_eq!(
            disposition("Prüfung\"; x=\r\n.txt"),
            "attachment; filename=\"Pr_fung__ x=__.txt\"; filename*=UTF-8''Pr%C3%BCfung%22%3B%20x%3D%0D%0A.txt"
        );
    }
}
