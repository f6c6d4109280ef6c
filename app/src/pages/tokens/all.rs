//! /admin/tokens: everybody's tokens; an administrator revokes any.

use super::table;
use crate::{
    components::*,
    server::{AppError, Cx, Notice, PageResult},
};
use axum::extract::Path;
use leptos::prelude::*;
use store::tokens;

pub async fn show(cx: Cx) -> PageResult {
    let rows = tokens::all(&cx.store, &cx.actor).await?;
    let now = cx.now();
    cx.page("API tokens", || {
        view! {
            <PageHeader title="API tokens" crumbs=vec![Crumb::new("Administration", "/admin")]
                lead="Of everybody. People make their own; a pipeline's belong to a service account. Ended ones leave this list after 90 days."
                action="Service accounts" action_href="/admin/services"/>
            {match rows.is_empty() {
                true => view! { <EmptyState title="No tokens" text="Nobody lets a program work with the register so far."/> }.into_any(),
                false => table::table(rows, now, "/admin/tokens", true).into_any(),
            }}
        }
    })
}

/// POST …/{token}/revoke.
pub async fn revoke(cx: Cx, Path(token): Path<String>) -> PageResult {
    let token = token.parse().map_err(|_| AppError::NotFound)?;
    tokens::revoke(&cx.store, &cx.actor, token).await?;
    cx.redirect_with("/admin/tokens", Notice::TokenRevoked)
}
