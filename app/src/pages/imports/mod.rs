//! Importing an inventory: upload → what the columns mean → preview → import → what became of each row. Every step has
//! its own address and is kept, so that one can leave and come back.

pub mod list;
pub mod map;
pub mod preview;
pub mod result;
mod rows;
pub mod run;
pub mod upload;

use crate::components::Crumb;
use crate::server::{AppError, PageResult};
use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};
use uuid::Uuid;

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Administration", "/admin"), Crumb::new("Import", "/admin/import")]
}

fn id(text: &str) -> Result<Uuid, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// Rows that did not go in, as a download: "rejected-<the file's name>".
fn rejected_file(file_name: &str, csv: String) -> PageResult {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let name: String = stem.chars().map(plain).collect();
    let disposition =
        HeaderValue::from_str(&format!("attachment; filename=\"rejected-{name}.csv\"")).map_err(AppError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, csv).into_response())
}
