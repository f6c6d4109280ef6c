//! Evidence: what was shown, when, and the file that shows it.

pub mod columns;
pub mod download;
pub mod edit;
pub mod export;
mod fields;
mod findings;
pub mod list;
pub mod new;
pub mod show;
pub mod withdraw;

use crate::{components::Tone, server::AppError};
use domain::ids::EvidenceRef;
use store::evidence::Standing;

/// The reference in an address.
fn reference(text: &str) -> Result<EvidenceRef, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// How a standing looks.
fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::Current => Tone::Success,
        Standing::Expired => Tone::Warning,
        Standing::Withdrawn => Tone::Neutral,
    }
}
