//! The library of AI risks.

use crate::api::output::List;
use crate::api::words::Word;
use axum::Json;
use domain::risk::{Characteristic, library};
use serde::Serialize;
use utoipa::ToSchema;

// The document's macros want names without parameters.
type CharacteristicWord = Word<Characteristic>;

/// An entry of the library of AI risks.
#[derive(Debug, Serialize, ToSchema)]
pub struct LibraryEntry {
    /// What a new risk names as `library`.
    pub key: &'static str,
    /// Short name.
    pub title: &'static str,
    /// What brings it about.
    pub cause: &'static str,
    /// What happens.
    pub event: &'static str,
    /// What follows.
    pub consequence: &'static str,
    /// The characteristic of trustworthy AI that it threatens.
    pub characteristic: CharacteristicWord,
}

/// Lists the library of AI risks
#[utoipa::path(get, path = "/library", tag = "Risks", security(("token" = ["risks:read"])),
    responses((status = 200, description = "Every entry", body = List<LibraryEntry>)))]
pub async fn library_list() -> Json<List<LibraryEntry>> {
    Json(List::whole(
        library::all()
            .iter()
            .map(|entry| LibraryEntry {
                key: &entry.key,
                title: &entry.title,
                cause: &entry.cause,
                event: &entry.event,
                consequence: &entry.consequence,
                characteristic: Word(entry.characteristic),
            })
            .collect(),
    ))
}
