//! GET /mitigations: what is being done, over all systems, the longest overdue on top.

use super::filter;
use crate::components::*;
use crate::format;
use crate::pages::risks::view::mitigation_tone;
use crate::pages::{bulk, views};
use crate::server::{Cx, PageResult, PageUrl};
use chrono::NaiveDate;
use domain::page::PAGE_ROWS;
use leptos::prelude::*;
use store::mitigations::list::MitigationList;
use store::mitigations::{self, MitigationFilter, MitigationRow};
use store::views::List;

pub async fn show(cx: Cx) -> PageResult {
    let url = cx.url();
    let (filter, sort) = filter::read(&cx, &url)?;
    let list = mitigations::list(&cx.store, &cx.actor, &filter, sort, url.get("after"), PAGE_ROWS).await?;
    let choices = store::systems::choices::choices(&cx.store).await?;
    let today = cx.today();
    let saved = store::views::list(&cx.store, &cx.actor, List::Mitigations).await?;
    let may_share = store::views::may_share(&cx.actor);
    let bulk = bulk::offered(&cx.actor).then(|| bulk::mitigations(&choices));
    cx.page("Mitigations", move || {
        let body = match (list.page.rows.is_empty(), filter == MitigationFilter::default()) {
            (false, _) => table(&url, list, today, true, bulk),
            (true, false) => view! { <EmptyState title="No mitigation fits" text="Take a filter away to see more." action_href="/mitigations" action="All mitigations"/> }.into_any(),
            (true, true) => view! { <EmptyState title="No mitigations yet" text="They are added to the risks of a system; all of them stand here." action_href="/risks" action="Open the risks"/> }.into_any(),
        };
        view! {
            <PageHeader title="Mitigations" lead="What is done about risks, by whom, until when." export=url.clone()/>
            {tabs(&url)}
            {filter::bar(&url, &filter, &choices, true)}
            {views::bar(List::Mitigations, &url, saved, may_share)}
            {body}
        }
    })
}

fn tabs(url: &PageUrl) -> AnyView {
    let views = [
        ("All", "/mitigations"),
        ("Overdue", "/mitigations?due=overdue"),
        ("Due soon", "/mitigations?due=soon"),
        ("Mine", "/mitigations?assignee=me"),
        ("To verify", "/mitigations?status=implemented"),
        ("Conditions", "/mitigations?conditions=yes"),
    ];
    let tabs = views.into_iter().map(|(label, href)| Tab::new(label, href)).collect();
    view! { <Tabs label="Views of the mitigations" current=url.clone().first_page().to_string() tabs/> }.into_any()
}

/// The rows; a system's own list leaves the system out. `bulk` has the fields of a bulk change, where one is offered.
pub fn table(
    url: &PageUrl,
    list: MitigationList,
    today: NaiveDate,
    with_system: bool,
    bulk: Option<AnyView>,
) -> AnyView {
    let ticks = bulk.is_some().then_some(url);
    let mut columns: Vec<Column> = ticks.map(bulk::column).into_iter().collect();
    columns.extend([Column::text("Ref").sort("ref", url), Column::text("Mitigation")]);
    if with_system {
        columns.push(Column::text("System"));
    }
    columns.extend([
        Column::text("Kind"),
        Column::text("Status"),
        Column::text("Assignee"),
        Column::text("Due").sort("due", url),
        Column::number("Risks"),
    ]);
    let summary = format!("{} of {}", list.page.rows.len(), format::rows(list.total, "mitigation", "mitigations"));
    let rows = list.page.rows.into_iter().map(|row| table_row(row, today, with_system, ticks)).collect_view();
    let table = view! { <Table caption="Mitigations" columns>{rows}</Table> }.into_any();
    let table = match bulk {
        Some(fields) => bulk::frame(bulk::List::Mitigations, url, fields, table),
        None => table,
    };
    view! { {table}<Pager next=list.page.next summary/> }.into_any()
}

fn table_row(row: MitigationRow, today: NaiveDate, with_system: bool, ticks: Option<&PageUrl>) -> AnyView {
    let reference = row.reference.to_string();
    let done = !row.status.is_open();
    let due = row.due_on.map(|date| view! { <DueDate date today done/> });
    let condition = row.condition.then(|| view! { <span class="cell-sub">"Condition of the committee"</span> });
    let system = with_system.then(|| {
        view! { <td><a href=format!("/systems/{}", row.system)>{row.system_name}</a></td> }
    });
    let tick = ticks.map(|url| bulk::tick(url, &reference));
    view! {
        <tr>
            {tick}
            <td class="ref">{reference.clone()}</td>
            <td><a href=format!("/mitigations/{reference}")>{row.title}</a>{condition}</td>
            {system}
            <td>{row.kind.label()}</td>
            <td><Badge label=row.status.label() tone=mitigation_tone(row.status)/></td>
            <td class="who">{row.assignee.unwrap_or_else(|| "Nobody".to_owned())}</td>
            <td>{due}</td>
            <td class="num">{row.risks}</td>
        </tr>
    }
    .into_any()
}
