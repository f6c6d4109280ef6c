//! Risks: the register over all systems, a system's own, and each risk's page.

pub mod edit;
pub mod export;
pub mod filter;
pub mod handle;
pub mod history;
pub mod list;
pub mod new;
pub mod pick;
pub mod rate;
pub mod show;
pub mod system;
pub mod view;
pub mod write;

use crate::server::{AppError, Cx};
use domain::ids::RiskRef;
use store::risks::RiskPage;

/// The risk that the address names, for somebody who may see it.
pub async fn load(cx: &Cx, reference: &str) -> Result<RiskPage, AppError> {
    let reference: RiskRef = reference.parse().map_err(|_| AppError::NotFound)?;
    Ok(store::risks::get(&cx.store, &cx.actor, reference).await?)
}
