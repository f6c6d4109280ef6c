//! GET /systems/{ref}/risks: the risks of one system, rated where they stand.

use super::{filter, list, view};
use crate::components::*;
use crate::format;
use crate::pages::systems::frame::{self, Section as Part};
use crate::server::{Cx, FormState, PageResult, PageUrl};
use axum::extract::Path;
use domain::page::PAGE_ROWS;
use domain::policy::Action;
use domain::risk::matrix::Matrix;
use domain::risk::{Status, Treatment};
use leptos::prelude::*;
use store::risks::list::{RiskChoices, RiskList};
use store::risks::{self, RiskFilter, RiskRow};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let url = cx.url();
    let (mut filter, sort) = filter::read(&cx, &url)?;
    filter.system = Some(header.located.reference);
    let list = risks::list(&cx.store, &cx.actor, &filter, sort, url.get("after"), PAGE_ROWS).await?;
    let choices = risks::choices(&cx.store, &cx.actor).await?;
    let may_write = header.may_change(&cx.actor, Action::RiskWrite);
    let title = format!("Risks of {}", header.located.name);
    let inner = cx.clone();
    cx.page(&title, move || {
        let cx = inner;
        let content = content(&cx, &url, &filter, list, &choices, may_write);
        frame::frame(&cx, &header, Part::Risks, content)
    })
}

fn content(
    cx: &Cx,
    url: &PageUrl,
    filter: &RiskFilter,
    list: RiskList,
    choices: &RiskChoices,
    may_write: bool,
) -> AnyView {
    let here = url.path().to_owned();
    let narrowed = *filter != (RiskFilter { system: filter.system, ..RiskFilter::default() });
    let empty = list.page.rows.is_empty();
    let add = format!("{here}/new");
    let body = match (empty, narrowed) {
        (true, true) => view! { <EmptyState title="No risk fits" text="Take a filter away to see more." action_href=here action="All open risks"/> }.into_any(),
        (true, false) if may_write => view! { <EmptyState title="No risks yet" text="Pick what applies from the library of common AI risks, or write your own." action_href=add.clone() action="Add risks"/> }.into_any(),
        (true, false) => view! { <EmptyState title="No risks yet" text="The system\u{2019}s owner and contributors write them."/> }.into_any(),
        (false, _) => {
            let summary = format!("{} of {}", list.page.rows.len(), format::rows(list.total, "risk", "risks"));
            let rows = list.page.rows.into_iter().map(|row| table_row(cx, url, row, choices, may_write)).collect_view();
            view! { <Table caption="Risks of this system" columns=columns(url, may_write)>{rows}</Table><Pager next=list.page.next summary/> }.into_any()
        }
    };
    let system = filter.system.map(|s| s.to_string()).unwrap_or_default();
    let file = url.clone().at("/risks").with("system", &system);
    let primary = (narrowed || !empty).then(|| {
        let add = may_write.then(|| view! { <a class="button button-primary" href=add>"Add risks"</a> });
        view! { <div class="list-actions"><ExportMenu url=file/>{add}</div> }
    });
    let filters =
        (!empty || narrowed).then(|| filter::bar(url, &RiskFilter { system: None, ..filter.clone() }, choices, false));
    view! { {primary}{filters}{body} }.into_any()
}

fn columns(url: &PageUrl, may_write: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::text("Ref").sort("ref", url),
        Column::text("Risk"),
        Column::text("Inherent").sort("inherent", url),
        Column::text("Residual").sort("residual", url),
        Column::text("Treatment"),
        Column::text("Status"),
        Column::text("Owner"),
        Column::number("Mitigations"),
    ];
    if may_write {
        columns.push(Column::hidden("Rate"));
    }
    columns
}

fn table_row(cx: &Cx, url: &PageUrl, row: RiskRow, choices: &RiskChoices, may_write: bool) -> AnyView {
    let (inherent, residual) = list::ratings(&row, choices);
    let reference = row.reference.to_string();
    let quick = may_write.then(|| {
        let form = choices.current().filter(|_| row.status != Status::Closed);
        let form = form.map(|(_, matrix)| quick_rating(cx, url, &row, matrix));
        view! { <td>{form}</td> }
    });
    view! {
        <tr>
            <td class="ref">{reference.clone()}</td>
            <td><a href=format!("/risks/{reference}")>{row.title}</a></td>
            <td>{inherent}</td>
            <td>{residual}</td>
            <td>{row.treatment.map_or("None", Treatment::label)}</td>
            <td><Badge label=row.status.label() tone=view::risk_tone(row.status)/></td>
            <td>{row.owner.unwrap_or_else(|| "Nobody".to_owned())}</td>
            <td class="num">{list::mitigations(row.mitigations, row.overdue)}</td>
            {quick}
        </tr>
    }
    .into_any()
}

/// A residual rating without leaving the list; the same form as on the rating's own page, folded up.
fn quick_rating(cx: &Cx, url: &PageUrl, row: &RiskRow, matrix: &Matrix) -> AnyView {
    let reference = row.reference.to_string();
    let form: FormState = cx.form();
    let select = |what: &'static str, labels: &[String], now: Option<i16>| {
        let id = format!("{what}-{reference}");
        let options = view::steps(labels)
            .into_iter()
            .map(|c| {
                let selected = now.is_some_and(|n| n.to_string() == c.value);
                view! { <option value=c.value selected=selected>{c.label}</option> }
            })
            .collect_view();
        let label = if what == "likelihood" { "Likelihood" } else { "Impact" };
        view! {
            <label for=id.clone()>{label}</label>
            <select id=id name=format!("residual-{what}")>{options}</select>
        }
    };
    let now = row.residual.map(|r| r.at);
    let was = now.map(|p| format!("{}-{}", p.likelihood, p.impact)).unwrap_or_default();
    let likelihood = select("likelihood", &matrix.likelihood, now.map(|p| p.likelihood));
    let impact = select("impact", &matrix.impact, now.map(|p| p.impact));
    let back = url.to_string();
    view! {
        <details class="quick-rating">
            <summary>"Rate"<span class="sr-only">" "{reference.clone()}</span></summary>
            <form method="post" action=format!("/risks/{reference}/rate")>
                <form::HiddenState form/>
                <Hidden name="back" value=back/>
                <Hidden name="residual-was" value=was/>
                <p class="muted">"Residual rating"</p>
                {likelihood}{impact}
                <button class="button button-small" type="submit">"Save"</button>
            </form>
        </details>
    }
    .into_any()
}
