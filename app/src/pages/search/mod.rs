//! GET /search: systems, risks, mitigations and evidence by words, parts of names or references.
//! GET /search/suggest: the best few, for the palette.

use crate::components::*;
use crate::format;
use crate::islands::Suggestion;
use crate::server::{Cx, PageResult};
use axum::response::{IntoResponse, Json};
use leptos::prelude::*;
use store::search::{Group, HITS_MAX, Hit, Kind, search};

/// Hits of a kind on the page.
const EACH: i64 = 20;
/// Hits of a kind in the palette.
const SUGGESTED: i64 = 4;

pub async fn show(cx: Cx) -> PageResult {
    let query = cx.url().get("q").unwrap_or_default().to_owned();
    let groups = search(&cx.store, &cx.actor, &query, EACH).await?;
    // A reference typed in full is an address.
    if let [Group { hits, kind, .. }] = groups.as_slice()
        && let [hit] = hits.as_slice()
        && hit.reference.eq_ignore_ascii_case(query.trim())
    {
        return cx.redirect(href(*kind, hit));
    }
    let title = if query.is_empty() { "Search".to_owned() } else { format!("Search: {query}") };
    cx.page(&title, move || {
        let total: i64 = groups.iter().map(|g| g.total.min(HITS_MAX)).sum();
        let more = groups.iter().any(|g| g.total > HITS_MAX).then_some("more than ");
        let found = (!query.is_empty())
            .then(|| view! { <p class="muted" role="status">{more}{format::count(total, "result", "results")}</p> });
        let empty = groups.is_empty().then(|| empty(&query));
        let groups = groups.into_iter().map(|g| group(g, &query)).collect_view();
        view! {
            <PageHeader title="Search"/>
            <FilterBar search="Words, a name, or a reference" submit="Search"/>
            {found}{empty}{groups}
        }
    })
}

fn empty(query: &str) -> AnyView {
    match query.is_empty() {
        true => view! { <p class="muted">"Systems, risks, mitigations and evidence that you may see are searched."</p> }.into_any(),
        false => view! { <EmptyState title="Nothing found" text="Check the spelling, or try a single word or a reference such as AIS-12."/> }.into_any(),
    }
}

fn group(group: Group, query: &str) -> impl IntoView + use<> {
    let total = match group.total > HITS_MAX {
        true => format!("more than {HITS_MAX}"),
        false => format::number(group.total),
    };
    let title = format!("{} ({total})", group.kind.label());
    let shown = group.hits.len() as i64;
    let all = (shown < group.total).then(|| {
        let url = crate::server::PageUrl::parse(area(group.kind), "").with("q", query);
        let more = format!("{shown} of {total} shown. ");
        view! { <p class="muted">{more}<a href=url.to_string()>{format!("All in {}", group.kind.label().to_lowercase())}</a></p> }
    });
    let hits = group
        .hits
        .into_iter()
        .map(|hit| {
            let to = href(group.kind, &hit);
            view! {
                <tr>
                    <td class="ref">{hit.reference}</td>
                    <td><a href=to>{hit.title}</a></td>
                    <td class="muted">{hit.context}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Reference"),
        Column::text("Name"),
        Column::text(if group.kind == Kind::System { "Business unit" } else { "System" }),
    ];
    view! { <Section title=title.clone()><Table caption=title columns=columns>{hits}</Table>{all}</Section> }
}

/// The list of a kind.
fn area(kind: Kind) -> &'static str {
    match kind {
        Kind::System => "/systems",
        Kind::Risk => "/risks",
        Kind::Mitigation => "/mitigations",
        Kind::Evidence => "/evidence",
    }
}

fn href(kind: Kind, hit: &Hit) -> String {
    format!("{}/{}", area(kind), hit.reference)
}

pub async fn suggest(cx: Cx) -> PageResult {
    let url = cx.url();
    let groups = search(&cx.store, &cx.actor, url.get("q").unwrap_or_default(), SUGGESTED).await?;
    let found: Vec<Suggestion> = groups
        .iter()
        .flat_map(|group| group.hits.iter().map(|hit| (group.kind, hit)))
        .map(|(kind, hit)| Suggestion { label: format!("{} {}", hit.reference, hit.title), href: href(kind, hit) })
        .collect();
    let no_store = [(axum::http::header::CACHE_CONTROL, "no-store")];
    Ok((no_store, Json(found)).into_response())
}
