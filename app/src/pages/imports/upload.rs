//! POST /admin/import: takes the file in; POST /admin/import/{stage}/discard: drops it.

use super::{id, list};
use crate::server::{AppError, Cx, FieldErrors, Notice, PageResult};
use axum::{
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, multipart::Field},
    http::StatusCode,
};
use domain::import::lists::Kind;
use store::imports::stage;

/// Keeps the file and goes on to its columns.
pub async fn save(cx: Cx, mut request: Request) -> PageResult {
    // The program bounds every body; here a file that is too large is to get an answer in words.
    DefaultBodyLimit::disable().apply(&mut request);
    let malformed = |_| AppError::Status(StatusCode::BAD_REQUEST);
    let mut parts =
        Multipart::from_request(request, &()).await.map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    let (mut file, mut kind) = (None, Kind::Systems);
    while let Some(field) = parts.next_field().await.map_err(malformed)? {
        match field.name() {
            Some("file") => file = Some(whole(field).await),
            Some("kind") => kind = field.text().await.map_err(malformed)?.parse().unwrap_or(Kind::Systems),
            _ => {}
        }
    }
    let put = match file {
        Some(Ok((name, bytes))) if !bytes.is_empty() => {
            stage::put_list(&cx.store, &cx.actor, kind, &name, bytes).await.map_err(AppError::from)
        }
        Some(Err(error)) => Err(error),
        _ => Err(refusal("Choose the file to import")),
    };
    match put {
        Ok(stage) => cx.redirect(format!("/admin/import/{stage}")),
        Err(error) => list::page(&cx, cx.form().fill("kind", kind).with_errors(&error.fields()?)).await,
    }
}

fn refusal(message: impl Into<String>) -> AppError {
    AppError::Invalid(FieldErrors::one("file", message))
}

/// Name and bytes. One that is too large is read to its end, so that the browser listens to the answer, but not kept.
async fn whole(mut field: Field<'_>) -> Result<(String, Vec<u8>), AppError> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let (mut bytes, mut size) = (Vec::new(), 0);
    while let Some(chunk) = field.chunk().await.map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))? {
        size += chunk.len();
        if size <= stage::UPLOAD_BYTES {
            bytes.extend_from_slice(&chunk);
        }
    }
    match size <= stage::UPLOAD_BYTES {
        true => Ok((name, bytes)),
        false => Err(refusal(domain::import::ImportError::TooLarge.to_string())),
    }
}

/// Drops a file that waits.
pub async fn discard(cx: Cx, Path(stage): Path<String>) -> PageResult {
    stage::discard(&cx.store, &cx.actor, id(&stage)?).await?;
    cx.redirect_with("/admin/import", Notice::Removed)
}
