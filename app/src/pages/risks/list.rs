//! GET /risks: the register over all systems.

use super::{filter, view};
use crate::components::*;
use crate::format;
use crate::server::{Cx, PageResult, PageUrl};
use domain::page::PAGE_ROWS;
use domain::risk::{RatingKind, Treatment};
use leptos::prelude::*;
use store::risks::list::{RiskChoices, RiskList, RowRating};
use store::risks::{self, RiskFilter, RiskRow};

pub async fn show(cx: Cx) -> PageResult {
    let url = cx.url();
    let (filter, sort) = filter::read(&cx, &url)?;
    let list = risks::list(&cx.store, &cx.actor, &filter, sort, url.get("after"), PAGE_ROWS).await?;
    let choices = risks::choices(&cx.store).await?;
    let download = PageUrl::parse("/risks.csv", &cx.frame.query).first_page().to_string();
    cx.page("Risks", move || {
        let lead = "What could go wrong with the AI systems, the highest residual risk first.";
        view! {
            <PageHeader title="Risks" lead more=vec![("Download CSV".to_owned(), download)]/>
            {views(&url)}
            {filter::bar(&url, &filter, &choices, true)}
            {rows(&url, &filter, list, &choices)}
        }
    })
}

/// The views that people come for.
fn views(url: &PageUrl) -> AnyView {
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

fn rows(url: &PageUrl, filter: &RiskFilter, list: RiskList, choices: &RiskChoices) -> AnyView {
    if list.page.rows.is_empty() {
        let narrowed = *filter != RiskFilter::default() || url.get("after").is_some();
        return match narrowed {
            true => view! { <EmptyState title="No risk fits" text="Take a filter away to see more." action_href="/risks" action="All open risks"/> }.into_any(),
            false => view! { <EmptyState title="No risks yet" text="Risks are written for each AI system; all of them stand here." action_href="/systems" action="Open a system"/> }.into_any(),
        };
    }
    let summary = format!("{} of {}", list.page.rows.len(), format::rows(list.total, "risk", "risks"));
    let rows = list.page.rows.into_iter().map(|row| table_row(row, choices)).collect_view();
    view! {
        <Table caption="Risks" columns=columns(url)>{rows}</Table>
        <Pager next=list.page.next summary/>
    }
    .into_any()
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

fn table_row(row: RiskRow, choices: &RiskChoices) -> AnyView {
    let (inherent, residual) = ratings(&row, choices);
    let reference = row.reference.to_string();
    view! {
        <tr>
            <td class="ref">{reference.clone()}</td>
            <td><a href=format!("/risks/{reference}")>{row.title}</a></td>
            <td><a href=format!("/systems/{}", row.system)>{row.system_name}</a></td>
            <td>{inherent}</td>
            <td>{residual}</td>
            <td>{row.treatment.map_or("None", Treatment::label)}</td>
            <td><Badge label=row.status.label() tone=view::risk_tone(row.status)/></td>
            <td>{row.owner.unwrap_or_else(|| "Nobody".to_owned())}</td>
            <td class="num">{mitigations(row.mitigations, row.overdue)}</td>
            <td class="num">{format::day(row.changed_at)}</td>
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
pub fn mitigations(all: i64, overdue: i64) -> String {
    if overdue > 0 { format!("{all} ({overdue} overdue)") } else { all.to_string() }
}
