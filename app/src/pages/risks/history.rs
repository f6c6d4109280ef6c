//! GET /risks/{ref}/history: what happened to the risk.

use crate::components::*;
use crate::pages::audit::history::timeline;
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use leptos::prelude::*;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    let events = store::audit::history(&cx.store, &cx.actor, risk.id.0, cx.url().get("after")).await?;
    cx.page("History of the risk", move || {
        view! {
            <PageHeader title="History of the risk" reference=risk.reference.to_string() crumbs=super::show::crumbs(&risk)
                lead=risk.text.title.clone()/>
            {timeline(events.rows)}
            <Pager next=events.next/>
        }
    })
}
