//! GET /systems/{ref}/mitigations: what is done about the risks of one system.

use super::{filter, list};
use crate::components::*;
use crate::pages::systems::frame::{self, Section as Part};
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use domain::page::PAGE_ROWS;
use domain::policy::Action;
use leptos::prelude::*;
use store::mitigations::{self, MitigationFilter};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let system = header.located.reference;
    let url = cx.url();
    let (mut filter, sort) = filter::read(&cx, &url)?;
    filter.system = Some(system);
    let list = mitigations::list(&cx.store, &cx.actor, &filter, sort, url.get("after"), PAGE_ROWS).await?;
    let choices = store::systems::choices::choices(&cx.store).await?;
    let may_write = header.may_change(&cx.actor, Action::MitigationWrite) && header.counts.risks > 0;
    let title = format!("Mitigations of {}", header.located.name);
    let inner = cx.clone();
    cx.page(&title, move || {
        let add = format!("/systems/{system}/mitigations/new");
        let narrowed = filter != MitigationFilter { system: Some(system), ..MitigationFilter::default() };
        let empty = list.page.rows.is_empty();
        let body = match (empty, narrowed) {
            (false, _) => list::table(&url, list, inner.today(), false, None),
            (true, true) => view! { <EmptyState title="No mitigation fits" text="Take a filter away to see more." action_href=url.path().to_owned() action="All mitigations"/> }.into_any(),
            (true, false) if may_write => view! { <EmptyState title="No mitigations yet" text="Say what is done about the risks, by whom, until when." action_href=add.clone() action="Add a mitigation"/> }.into_any(),
            (true, false) => view! { <EmptyState title="No mitigations yet" text="Risks come first: a mitigation acts on at least one." action_href=format!("/systems/{system}/risks") action="Open the risks"/> }.into_any(),
        };
        let file = url.clone().at("/mitigations").with("system", &system.to_string());
        let primary = (!empty || narrowed).then(|| {
            let add = may_write.then(|| view! { <a class="button button-primary" href=add>"Add a mitigation"</a> });
            view! { <div class="list-actions"><ExportMenu url=file/>{add}</div> }
        });
        let shown = MitigationFilter { system: None, ..filter.clone() };
        let filters = (!empty || narrowed).then(|| filter::bar(&url, &shown, &choices, false));
        let content = view! { {primary}{filters}{body} };
        frame::frame(&inner, &header, Part::Mitigations, content)
    })
}
