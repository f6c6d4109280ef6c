//! POST /admin/import/{stage}/import: all valid rows at once.

use super::id;
use crate::server::{AppError, Cx, Notice, PageResult, RawForm};
use axum::extract::Path;
use store::imports::run;

pub async fn save(cx: Cx, Path(stage): Path<String>, form: RawForm) -> PageResult {
    let stage = id(&stage)?;
    let mut form = form.reader();
    let once = form.once();
    let once = match form.finish(once) {
        Ok(once) => once,
        Err(_) => return cx.redirect(format!("/admin/import/{stage}/preview")),
    };
    // On its own: who closes the page before it is done finds the result among the imports.
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    let work = tokio::spawn(async move { run::staged(&store, &actor, stage, Some(once)).await });
    let run = work.await.map_err(AppError::internal)??;
    cx.redirect_with(format!("/admin/import/runs/{run}"), Notice::Imported)
}
