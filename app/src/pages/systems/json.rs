//! GET /systems/AIS-1.json: the system with its risks, mitigations, evidence and reviews, for other programs.

use crate::server::{AppError, Cx, PageResult, export};
use domain::ids::SystemRef;

pub async fn file(cx: &Cx, reference: &str) -> PageResult {
    let reference: SystemRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let whole = store::systems::whole::whole(&cx.store, &cx.actor, reference).await?;
    export::json(&reference.to_string(), &whole)
}
