//! /admin/tokens: everybody's tokens; an administrator revokes any.

use super::table;
use crate::{
    components::*,
    server::{AppError, Cx, Notice, PageResult, export},
};
use axum::extract::Path;
use chrono::{DateTime, Utc};
use domain::page::Page;
use domain::sheet::{Cell, Column as SheetColumn, Sheet, column};
use leptos::prelude::*;
use store::tokens;

pub async fn show(cx: Cx) -> PageResult {
    let rows = tokens::all(&cx.store, &cx.actor).await?;
    let now = cx.now();
    cx.page("API tokens", || {
        view! {
            <PageHeader title="API tokens" crumbs=vec![Crumb::new("Administration", "/admin")]
                lead="Of everybody. People make their own; a pipeline's belong to a service account. Ended ones leave this list after 90 days."
                action="Service accounts" action_href="/admin/services" export=cx.url()/>
            {match rows.is_empty() {
                true => view! { <EmptyState title="No tokens" text="Nobody lets a program work with the register so far."/> }.into_any(),
                false => table::table(rows, now, "/admin/tokens", true).into_any(),
            }}
        }
    })
}

const COLUMNS: [SheetColumn; 9] = [
    column("Token", 26),
    column("Ends in", 8),
    column("Acts as", 26),
    column("Answers for it", 26),
    column("Opens", 60),
    column("Made (UTC)", 19),
    column("Expires (UTC)", 19),
    column("Last used (UTC)", 19),
    column("State", 10),
];

static SHEET: Sheet = Sheet { file: "api-tokens", title: "API tokens", columns: &COLUMNS };

/// GET /admin/tokens.csv, .xlsx: never a secret, which nobody has.
pub async fn file(cx: Cx) -> PageResult {
    let (store, actor, now) = (cx.store.clone(), cx.actor.clone(), cx.now());
    export::send(&cx, &SHEET, move |_| {
        let (store, actor) = (store.clone(), actor.clone());
        async move {
            let rows = tokens::all(&store, &actor).await?.into_iter().map(|row| cells(row, now)).collect();
            Ok::<_, AppError>(Page { rows, next: None })
        }
    })
    .await
}

fn cells(row: tokens::Row, now: DateTime<Utc>) -> Vec<Cell> {
    let state = match (row.in_force(now), row.revoked_at) {
        (true, _) => "In force",
        (false, Some(_)) => "Revoked",
        (false, None) => "Expired",
    };
    let scopes: Vec<&str> = row.scopes.iter().map(|scope| scope.as_str()).collect();
    vec![
        row.name.into(),
        row.hint.into(),
        row.acts_as.into(),
        row.owner.into(),
        scopes.join(" ").into(),
        row.created_at.into(),
        row.expires_at.into(),
        row.last_used_at.map_or(Cell::Empty, Cell::Instant),
        state.into(),
    ]
}

/// POST …/{token}/revoke.
pub async fn revoke(cx: Cx, Path(token): Path<String>) -> PageResult {
    let token = token.parse().map_err(|_| AppError::NotFound)?;
    tokens::revoke(&cx.store, &cx.actor, token).await?;
    cx.redirect_with("/admin/tokens", Notice::TokenRevoked)
}
