//! GET /risks: the register over all systems.

use super::{filter, view};
use crate::components::*;
use crate::format;
use crate::pages::{bulk, views};
use crate::server::{Cx, PageResult, PageUrl};
use domain::page::PAGE_ROWS;
use domain::risk::{RatingKind, Treatment};
use leptos::prelude::*;
use store::risks::list::{RiskChoices, RiskList, RowRating};
use store::risks::{self, RiskFilter, RiskRow};
use store::views::List;

pub async fn show(cx: Cx) -> PageResult {
    let url = cx.url();
    let (filter, sort) = filter::read(&cx, &url)?;
    let list = risks::list(&cx.store, &cx.actor, &filter, sort, url.get("after"), PAGE_ROWS).await?;
    let choices = risks::choices(&cx.store, &cx.actor).await?;
    let saved = choices.views.clone();
    let may_share = store::views::may_share(&cx.actor);
    let bulk = bulk::offered(&cx.actor).then(|| bulk::risks(&choices.people));
    cx.page("Risks", move || {
        let lead = "What could go wrong with the AI systems, the highest residual risk first.";
        view! {
            <PageHeader title="Risks" lead export=url.clone()/>
            {tabs(&url)}
            {filter::bar(&url, &filter, &choices, true)}
            {views::bar(List::Risks, &url, saved, may_share)}
            {rows(&url, &filter, list, &choices, bulk)}
        }
    })
}

/// The views that people come for.
fn tabs(url: &PageUrl) -> AnyView {
    let views = [
        ("All open", "/risks"),
        ("Above appetite", "/risks?above=yes"),
        ("Mine", "/risks?owner=me"),
        ("No treatment", "/risks?treatment=none"),
        ("Not rated", "/risks?level=none"),
        ("Last changed", "/risks?sort=-changed"),
    ];
    let tabs = views.into_iter().map(|(label, href)| Tab::new(label, href)).collect();
    view! { <Tabs label="Views of the register" current=url.clone().first_page().to_string() tabs/> }.into_any()
}

fn rows(url: &PageUrl, filter: &RiskFilter, list: RiskList, choices: &RiskChoices, bulk: Option<AnyView>) -> AnyView {
    if list.page.rows.is_empty() {
        let narrowed = *filter != RiskFilter::default() || url.get("after").is_some();
        return match narrowed {
            true => view! { <EmptyState title="No risk fits" text="Take a filter away to see more." action_href="/risks" action="All open risks"/> }.into_any(),
            false => view! { <EmptyState title="No risks yet" text="Risks are written for each AI system; all of them stand here." action_href="/systems" action="Open a system"/> }.into_any(),
        };
    }
    let summary = format!("{} of {}", list.page.rows.len(), format::rows(list.total, "risk", "risks"));
    let ticks = bulk.is_some().then_some(url);
    let rows = list.page.rows.into_iter().map(|row| table_row(row, choices, ticks)).collect_view();
    let head = ticks.map(bulk::column);
    let table = view! {
        <Table caption="Risks" columns=head.into_iter().chain(columns(url)).collect()>{rows}</Table>
    };
    let table = match bulk {
        Some(fields) => bulk::frame(bulk::List::Risks, url, fields, table.into_any()),
        None => table.into_any(),
    };
    view! { {table}<Pager next=list.page.next summary/> }.into_any()
}

fn columns(url: &PageUrl) -> Vec<Column> {
    vec![
        Column::text("Ref").sort("ref", url),
        Column::text("Risk"),
        Column::text("System"),
        Column::text("Inherent").sort("inherent", url),
        Column::text("Residual").sort("residual", url),
        Column::text("Treatment"),
        Column::text("Status"),
        Column::text("Owner"),
        Column::number("Mitigations"),
        Column::text("Changed").sort("changed", url),
    ]
}

fn table_row(row: RiskRow, choices: &RiskChoices, ticks: Option<&PageUrl>) -> AnyView {
    let (inherent, residual) = ratings(&row, choices);
    let reference = row.reference.to_string();
    let tick = ticks.map(|url| bulk::tick(url, &reference));
    view! {
        <tr>
            {tick}
            <td class="ref">{reference.clone()}</td>
            <td><a href=format!("/risks/{reference}")>{row.title}</a></td>
            <td><a href=format!("/systems/{}", row.system)>{row.system_name}</a></td>
            <td>{inherent}</td>
            <td>{residual}</td>
            <td>{row.treatment.map_or("None", Treatment::label)}</td>
            <td><Badge label=row.status.label() tone=view::risk_tone(row.status)/></td>
            <td class="who">{row.owner.unwrap_or_else(|| "Nobody".to_owned())}</td>
            <td class="num">{mitigations(row.mitigations, row.overdue)}</td>
            <td class="num"><Day at=row.changed_at/></td>
        </tr>
    }
    .into_any()
}

/// Inherent and residual of a row.
pub fn ratings(row: &RiskRow, choices: &RiskChoices) -> (AnyView, AnyView) {
    let rated = |rating: Option<RowRating>, above| {
        let rating = rating?;
        view::rated(&choices.matrices, rating.at, rating.matrix, above)
    };
    (
        view::rating_or_none(rated(row.inherent, Some(false)), RatingKind::Inherent),
        view::rating_or_none(rated(row.residual, Some(row.above)), RatingKind::Residual),
    )
}

/// How many mitigations, and how many of them are late.
pub fn mitigations(all: i64, overdue: i64) -> impl IntoView {
    let late = (overdue > 0).then(|| view! { <span class="cell-late">{overdue}" overdue"</span> });
    view! { {all}{late} }
}
