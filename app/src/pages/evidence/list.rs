//! GET /evidence: all that one may read. GET /systems/{reference}/evidence: one system's.

use super::tone;
use crate::choices;
use crate::components::*;
use crate::format;
use crate::pages::systems::frame::{self, Section};
use crate::pages::views;
use crate::server::{Cx, PageResult, PageUrl};
use axum::extract::Path;
use domain::evidence::Kind;
use domain::ids::SystemId;
use domain::page::Page;
use domain::policy::Action;
use leptos::prelude::*;
use store::evidence::{self, Filter, Row, Standing};
use store::views::List;

pub async fn all(cx: Cx) -> PageResult {
    let page = evidence::list(&cx.store, &cx.actor, &filter(&cx.url(), None)).await?;
    let url = cx.url();
    let saved = store::views::list(&cx.store, &cx.actor, List::Evidence).await?;
    let may_share = store::views::may_share(&cx.actor);
    cx.page("Evidence", move || {
        view! {
            <PageHeader title="Evidence" lead="Files that show what was tested, verified or decided, each kept under its SHA-256." export=url.clone()/>
            {views::bar(List::Evidence, &url, saved, may_share)}
            {rows(&url, page, true, None)}
        }
    })
}

pub async fn of_system(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let page = evidence::list(&cx.store, &cx.actor, &filter(&cx.url(), Some(header.located.id))).await?;
    let add = header
        .may_change(&cx.actor, Action::EvidenceWrite)
        .then(|| frame::href(header.located.reference, "/evidence/new"));
    let (url, title) = (cx.url(), format!("Evidence \u{b7} {}", header.located.name));
    cx.page(&title, || {
        // An empty list offers it itself.
        let offered = !page.rows.is_empty() || !chips(&url).is_empty();
        let file = url.clone().at("/evidence").with("system", &header.located.reference.to_string());
        let action = offered.then(|| {
            let add = add.clone().map(|href| view! { <a class="button button-primary" href=href>"Add evidence"</a> });
            view! { <div class="list-actions"><ExportMenu url=file/>{add}</div> }
        });
        frame::frame(
            &cx,
            &header,
            Section::Evidence,
            view! {
                <h2 class="sr-only">"Evidence"</h2>
                {action}
                {rows(&url, page, false, add)}
            },
        )
    })
}

pub(super) fn filter(url: &PageUrl, system: Option<SystemId>) -> Filter {
    Filter {
        system,
        kind: url.get("kind").and_then(|k| k.parse().ok()),
        standing: url.get("standing").and_then(|s| s.parse().ok()),
        text: url.get("q").map(Into::into),
        after: url.get("after").map(Into::into),
    }
}

fn chips(url: &PageUrl) -> Vec<Chip> {
    let kind = url.get("kind").and_then(|k| k.parse::<Kind>().ok());
    let standing = url.get("standing").and_then(|s| s.parse::<Standing>().ok());
    kind.map(|k| Chip::new(format!("Kind: {}", k.label()), url, "kind", k.as_str()))
        .into_iter()
        .chain(standing.map(|s| Chip::new(format!("Standing: {}", s.label()), url, "standing", s.as_str())))
        .chain(url.get("q").map(|q| Chip::new(format!("Text: {q}"), url, "q", q)))
        .collect()
}

fn rows(url: &PageUrl, page: Page<Row>, with_system: bool, add: Option<String>) -> AnyView {
    let chips = chips(url);
    let filtered = !chips.is_empty();
    let bar = view! {
        <FilterBar search="Search evidence" chips=chips>
            <FilterSelect name="kind" label="Kind" choices=choices!(Kind)/>
            <FilterSelect name="standing" label="Standing" choices=choices!(Standing)/>
        </FilterBar>
    };
    if page.rows.is_empty() {
        let empty = match filtered {
            true => view! { <EmptyState title="Nothing fits these filters" text="Take one away, or search for other words."/> }.into_any(),
            false => {
                let text = "Test reports, evaluations and approvals stand here, each with the date that it speaks of.";
                let action = add.is_some().then_some("Add evidence");
                view! { <EmptyState title="No evidence yet" text=text action_href=add action=action/> }.into_any()
            }
        };
        return view! { {(filtered).then_some(bar)}{empty} }.into_any();
    }
    let mut columns =
        vec![Column::text("Evidence"), Column::text("Kind"), Column::text("Speaks of"), Column::text("Standing")];
    if with_system {
        columns.push(Column::text("System"));
    }
    columns.extend([Column::number("Links"), Column::number("Size")]);
    let rows = page.rows.into_iter().map(|row| line(row, with_system)).collect_view();
    view! {
        {bar}
        <Table caption="Evidence, the newest first" columns=columns>{rows}</Table>
        <Pager next=page.next/>
    }
    .into_any()
}

fn line(row: Row, with_system: bool) -> impl IntoView {
    let until = row.valid_until.map(|d| format!("until {}", format::date(d)));
    let system = with_system.then(|| {
        view! { <td><a href=format!("/systems/{}", row.system)>{row.system_name.clone()}</a><span class="cell-sub">{row.system.to_string()}</span></td> }
    });
    view! {
        <tr>
            <td>
                <a href=format!("/evidence/{}", row.reference)>{row.title}</a>
                <span class="cell-sub">{row.reference.to_string()}" \u{b7} "{row.file_name}" \u{b7} "{row.uploaded_by}</span>
                {row.says.map(|says| view! { <span class="cell-sub says">{says}</span> })}
            </td>
            <td>{row.kind.label()}</td>
            <td><DateText date=row.speaks_of/></td>
            <td><Badge label=row.standing.label() tone=tone(row.standing)/>{until.map(|text| view! { <span class="cell-sub">{text}</span> })}</td>
            {system}
            <td class="num">{row.links}</td>
            <td class="num">{format::bytes(row.size)}</td>
        </tr>
    }
}
