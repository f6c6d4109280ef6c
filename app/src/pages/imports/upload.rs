//! POST /admin/import: takes the file in; POST /admin/import/{stage}/discard: drops it.

use super::{id, list};
use crate::server::{AppError, Cx, FieldErrors, Notice, PageResult};
use axum::{
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, multipart::Field},
    http::StatusCode,
};
use store::imports::stage;

/// The form around the file.
const AROUND: usize = 64 * 1024;

/// Keeps the file and goes on to its columns.
pub async fn save(cx: Cx, mut request: Request) -> PageResult {
    DefaultBodyLimit::max(stage::UPLOAD_BYTES + AROUND).apply(&mut request);
    let malformed = |_| AppError::Status(StatusCode::BAD_REQUEST);
    let mut parts =
        Multipart::from_request(request, &()).await.map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    let mut file = None;
    while let Some(field) = parts.next_field().await.map_err(malformed)? {
        if field.name() == Some("file") {
            file = Some(whole(field).await);
        }
    }
    let put = match file {
        Some(Ok((name, bytes))) if !bytes.is_empty() => {
            stage::put(&cx.store, &cx.actor, &name, bytes).await.map_err(AppError::from)
        }
        Some(Err(error)) => Err(error),
        _ => Err(refusal("Choose the file to import")),
    };
    match put {
        Ok(stage) => cx.redirect(format!("/admin/import/{stage}")),
        Err(error) => list::page(&cx, cx.form().with_errors(&error.fields()?)).await,
    }
}

fn refusal(message: impl Into<String>) -> AppError {
    AppError::Invalid(FieldErrors::one("file", message))
}

/// Name and bytes; no more of them than an inventory may have.
async fn whole(mut field: Field<'_>) -> Result<(String, Vec<u8>), AppError> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok((name, bytes)),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(refusal(domain::import::ImportError::TooLarge.to_string()));
            }
            Err(_) => return Err(AppError::Status(StatusCode::BAD_REQUEST)),
        }
        if bytes.len() > stage::UPLOAD_BYTES {
            return Err(refusal(domain::import::ImportError::TooLarge.to_string()));
        }
    }
}

/// Drops a file that waits.
pub async fn discard(cx: Cx, Path(stage): Path<String>) -> PageResult {
    stage::discard(&cx.store, &cx.actor, id(&stage)?).await?;
    cx.redirect_with("/admin/import", Notice::Removed)
}
