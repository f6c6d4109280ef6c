//! Mitigations: over all systems, of one system, and each one's page.

pub mod advance;
pub mod edit;
pub mod export;
pub mod filter;
pub mod history;
pub mod list;
pub mod new;
pub mod show;
pub mod system;

use crate::server::{AppError, Cx};
use domain::ids::MitigationRef;
use store::mitigations::MitigationPage;

/// The mitigation that the address names, for somebody who may see it.
pub async fn load(cx: &Cx, reference: &str) -> Result<MitigationPage, AppError> {
    let reference: MitigationRef = reference.parse().map_err(|_| AppError::NotFound)?;
    Ok(store::mitigations::get(&cx.store, &cx.actor, reference).await?)
}
