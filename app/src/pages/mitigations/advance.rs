//! POST /mitigations/{ref}/advance: a report of progress, one button a move.

use crate::server::{AppError, Cx, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::mitigation::Status;
use store::mitigations;

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mitigation = super::load(&cx, &reference).await?;
    let mut form = form.reader();
    let note = form.opt("note");
    let to = form.pick::<Status>("to", "Choose what to report");
    let version = form.version();
    let (to, version) = match form.finish((to, version)) {
        Ok(read) => read,
        Err(form) => return super::show::page(&cx, mitigation, Some(form)).await,
    };
    let done = mitigations::advance(&cx.store, &cx.actor, mitigation.reference, version, to, note.as_deref()).await;
    match done.map_err(AppError::from) {
        Ok(()) => cx.redirect_with(format!("/mitigations/{reference}"), Notice::Saved),
        Err(AppError::Conflict(_)) => {
            let (newer, form) = super::show::outdated(&cx, &reference, form.state()).await?;
            super::show::page(&cx, newer, Some(form)).await
        }
        Err(error) => super::show::page(&cx, mitigation, Some(form.refused(&error.fields()?))).await,
    }
}
