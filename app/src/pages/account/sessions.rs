//! Ending one's sessions.

use crate::server::{AppError, Cx, Notice, PageResult};
use axum::extract::Path;
use store::people::sessions;

pub async fn end(cx: Cx, Path(session): Path<String>) -> PageResult {
    let session = session.parse().map_err(|_| AppError::NotFound)?;
    sessions::end(&cx.store, &cx.actor, cx.actor.id, session).await?;
    cx.redirect_with("/account", Notice::SessionsEnded)
}

pub async fn end_others(cx: Cx) -> PageResult {
    sessions::end_others(&cx.store, &cx.actor, cx.actor.id, cx.frame.session).await?;
    cx.redirect_with("/account", Notice::SessionsEnded)
}
