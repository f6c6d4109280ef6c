//! GET /mitigations/{ref}/history: what happened to the mitigation.

use crate::components::*;
use crate::pages::audit::history::timeline;
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use leptos::prelude::*;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let m = super::load(&cx, &reference).await?;
    let events = store::audit::history(&cx.store, &cx.actor, m.id.0, cx.url().get("after")).await?;
    let mut crumbs = super::show::crumbs(&cx, &m);
    crumbs.push(Crumb::new(m.reference.to_string(), format!("/mitigations/{}", m.reference)));
    cx.page("History of the mitigation", move || {
        view! {
            <PageHeader title="History of the mitigation" reference=m.reference.to_string() crumbs lead=m.title.clone()/>
            {timeline(events.rows)}
            <Pager next=events.next/>
        }
    })
}
