//! GET /admin/import/{stage}/preview: what would happen, row by row, before anything does.

use super::map::place_view;
use super::{crumbs, id, rejected_file, rows};
use crate::components::*;
use crate::format;
use crate::server::{Cx, PageResult};
use axum::{extract::Path, response::IntoResponse};
use domain::import::lists::Kind;
use domain::import::{Plan, ReasonGroup, rejected_csv};
use leptos::prelude::*;
use store::imports::stage;

pub async fn show(cx: Cx, Path(stage): Path<String>) -> PageResult {
    let preview = stage::preview(&cx.store, &cx.actor, id(&stage)?).await?;
    if preview.staged.origin != stage::Origin::Chosen {
        return cx.redirect(format!("/admin/import/{}", preview.staged.id));
    }
    let (staged, plan, rows) = (preview.staged, preview.plan, preview.rows);
    let here = format!("/admin/import/{}", staged.id);
    let (title, url, file) = ("Preview", cx.url(), staged.inventory.file_name);
    let (kind, form) = (staged.kind, cx.form());
    let place = (kind != Kind::Systems).then(|| place_view(staged.id, &staged.inventory.source, &form));
    cx.form_page(title, &form, move || {
        let path = format!("{here}/preview");
        let change = (kind == Kind::Systems).then(|| ("Change the columns".to_owned(), here.clone()));
        view! {
            <PageHeader title=title crumbs=crumbs() lead=format!("{file}. Nothing has changed yet.")
                more=change.into_iter().collect()/>
            {place}
            {rows::figures(&rows, &path, true)}
            {go(&plan, &here, kind)}
            {warnings(&plan)}
            {problems(&plan, &here)}
            {rows::table(rows, &url)}
        }
    })
}

/// The one action, saying what it does.
fn go(plan: &Plan, here: &str, kind: Kind) -> AnyView {
    let writes = plan.counts.create + plan.counts.update;
    if writes == 0 {
        return view! {
            <Callout tone=Tone::Info title="Nothing to import">
                <p>"The register says the same already, or the rows need mending first."</p>
            </Callout>
        }
        .into_any();
    }
    let (one, many) = match kind {
        Kind::Systems => ("system", "systems"),
        Kind::Risks => ("risk", "risks"),
        Kind::Mitigations => ("mitigation", "mitigations"),
    };
    let label = format!("Import {}", format::count(as_i64(writes), one, many));
    let text = match plan.counts.rejected {
        0 => "All of them go in together, or none.".to_owned(),
        n => format!(
            "All of them go in together, or none. {} left out; you can mend and import them later.",
            format::count(as_i64(n), "row is", "rows are")
        ),
    };
    let action = format!("{here}/import");
    view! {
        <Section title="Import">
            <Form action=action submit=label cancel="/admin/import"><p>{text}</p></Form>
        </Section>
    }
    .into_any()
}

fn as_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn warnings(plan: &Plan) -> impl IntoView + use<> {
    let units = match plan.new_units.len() {
        0 => None,
        n => Some(format!(
            "{} will be created: {}.",
            format::count(as_i64(n), "business unit", "business units"),
            listed(&plan.new_units)
        )),
    };
    let texts: Vec<String> = plan.warnings.iter().cloned().chain(units).collect();
    (!texts.is_empty()).then(|| {
        let texts = texts.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
        view! { <Callout tone=Tone::Info title="Good to know">{texts}</Callout> }
    })
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 20;
    let first = names.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
    match names.len() {
        n if n > MOST => format!("{first}; and {} more", n - MOST),
        _ => first,
    }
}

/// Reasons for rejection, grouped by what mends them.
fn problems(plan: &Plan, here: &str) -> impl IntoView + use<> {
    let groups = plan.reason_groups();
    let href = format!("{here}/rejected.csv");
    (!groups.is_empty()).then(|| {
        let rows = groups.into_iter().map(problem).collect_view();
        view! {
            <Section title="What keeps rows out" action_href=href action="Download the rejected rows"
                lead="Mend them in the file and upload it again, or change the columns and defaults.">
                <Table caption="Reasons, the most frequent first" columns=vec![
                    Column::number("Rows"), Column::text("Column"), Column::text("What to do"), Column::text("Lines"),
                ]>{rows}</Table>
            </Section>
        }
    })
}

fn problem(group: ReasonGroup) -> impl IntoView {
    const MOST: usize = 10;
    let lines = group.lines.iter().take(MOST).map(u64::to_string).collect::<Vec<_>>().join(", ");
    let more = if group.lines.len() > MOST { " \u{2026}" } else { "" };
    view! {
        <tr>
            <td class="num">{format::number(as_i64(group.lines.len()))}</td>
            <td>{group.column.unwrap_or_else(|| "\u{2014}".to_owned())}</td>
            <td>{group.fix}<span class="cell-sub">{group.example}</span></td>
            <td>{lines}{more}</td>
        </tr>
    }
}

/// The rows that would be rejected, to be mended before anything is imported.
pub async fn rejected(cx: Cx, Path(stage): Path<String>) -> PageResult {
    let preview = stage::preview(&cx.store, &cx.actor, id(&stage)?).await?;
    let inventory = &preview.staged.inventory;
    rejected_file(&inventory.file_name, rejected_csv(&inventory.table, &preview.plan)).map(IntoResponse::into_response)
}
