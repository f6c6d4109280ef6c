//! GET /decisions: every decision of the committee, newest first; /decisions.csv, .xlsx: the same as a file.

use super::{committee, words};
use crate::choices;
use crate::components::*;
use crate::server::{AppError, Cx, PageResult, PageUrl, export};
use domain::page::{PAGE_ROWS, Page};
use domain::review::{Outcome, State};
use domain::sheet::{Cell, Column as SheetColumn, Sheet, column};
use leptos::prelude::*;
use store::reviews::list::{Decided, DecidedFilter, decided};

const COLUMNS: [SheetColumn; 11] = [
    column("Decision", 10),
    column("Review", 10),
    column("System", 10),
    column("System name", 30),
    column("Business unit", 24),
    column("Tier", 11),
    column("Outcome", 24),
    column("Decided (UTC)", 19),
    column("Closed by", 24),
    column("Valid until", 12),
    column("Since then", 18),
];

static SHEET: Sheet = Sheet { file: "decisions", title: "Decisions", columns: &COLUMNS };

pub async fn show(cx: Cx) -> PageResult {
    let (url, filter) = (cx.url(), filter(&cx.url())?);
    let page = decided(&cx.store, &cx.actor, &filter, PAGE_ROWS).await?;
    let (_, units) = store::portfolio::setting(&cx.store).await?;
    let unit = filter.unit.and_then(|id| units.iter().find(|u| u.id == id));
    let unit = unit.map(|u| Chip::new(format!("Business unit: {}", u.name), &url, "unit", &u.id.to_string()));
    let outcome = filter.outcome.map(|o| Chip::new(format!("Outcome: {}", o.label()), &url, "outcome", o.as_str()));
    let chips: Vec<_> = unit.into_iter().chain(outcome).collect();
    let units: Vec<_> = units.into_iter().map(|u| Choice::new(u.id, u.name)).collect();
    cx.page("Decisions", || {
        let filtered = !chips.is_empty();
        let list = match (page.rows.is_empty(), filtered) {
            (true, true) => view! { <EmptyState title="Nothing fits these filters" text="Take one away to see more."/> }.into_any(),
            (true, false) => view! { <EmptyState title="Nothing was decided yet" text="When the committee closes a review, its decision stands here for good."/> }.into_any(),
            _ => view! { {table(page.rows, "Decisions, the newest first")}<Pager next=page.next/> }.into_any(),
        };
        view! {
            <PageHeader title="Decisions" crumbs=vec![Crumb::new("Committee", "/committee")] export=url.clone()
                lead="What the committee decided. A decision is never changed: a later one, a revocation or time ends it."/>
            <FilterBar url=url.clone() search="" chips>
                <FilterSelect url=url.clone() name="unit" label="Business unit" choices=units/>
                <FilterSelect url name="outcome" label="Outcome" choices=choices!(Outcome)/>
            </FilterBar>
            {list}
        }
    })
}

pub async fn file(cx: Cx) -> PageResult {
    let (store, actor, filter) = (cx.store.clone(), cx.actor.clone(), filter(&cx.url())?);
    export::send(&cx, &SHEET, move |after| {
        let after = after.and_then(|reference| reference.parse().ok());
        let (store, actor, filter) = (store.clone(), actor.clone(), DecidedFilter { after, ..filter.clone() });
        async move {
            let page = decided(&store, &actor, &filter, export::BATCH_ROWS).await?;
            Ok::<_, AppError>(Page { rows: page.rows.into_iter().map(cells).collect(), next: page.next })
        }
    })
    .await
}

fn filter(url: &PageUrl) -> Result<DecidedFilter, AppError> {
    let outcome = url.get("outcome").map(|o| o.parse().map_err(|_| AppError::NotFound)).transpose()?;
    Ok(DecidedFilter {
        unit: committee::unit(url)?,
        outcome,
        after: url.get("after").and_then(|after| after.parse().ok()),
    })
}

/// What became of it since, if anything.
fn since(d: &Decided) -> Option<&'static str> {
    match d.state {
        State::Expired | State::Revoked | State::Superseded => Some(d.state.label()),
        _ => d.stale_since.map(|_| "Out of date"),
    }
}

pub(super) fn table(rows: Vec<Decided>, caption: &'static str) -> impl IntoView {
    let columns =
        vec![Column::text("System"), Column::text("Outcome"), Column::text("Closed"), Column::text("Valid until")];
    let rows = rows
        .into_iter()
        .map(|d| {
            let until = d.valid_until.map(|date| view! { <DateText date/> });
            let since = since(&d).map(|label| view! { " "<Badge label/> });
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/decisions/{}", d.reference)>{d.name}</a>
                        <span class="cell-sub">{d.reference.to_string()}" \u{b7} "{d.system.to_string()}" \u{b7} "{d.unit}</span>
                    </th>
                    <td>{words::outcome(d.outcome)}{since}</td>
                    <td><Day at=d.at/><span class="cell-sub">{d.by}</span></td>
                    <td>{until}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption columns>{rows}</Table> }
}

fn cells(d: Decided) -> Vec<Cell> {
    let since = since(&d).unwrap_or_default();
    vec![
        Cell::Link(d.reference.to_string(), format!("/decisions/{}", d.reference)),
        d.review.to_string().into(),
        Cell::Link(d.system.to_string(), format!("/systems/{}", d.system)),
        d.name.into(),
        d.unit.into(),
        d.tier.label().into(),
        d.outcome.label().into(),
        d.at.into(),
        d.by.into(),
        d.valid_until.map_or(Cell::Empty, Cell::Date),
        since.into(),
    ]
}
