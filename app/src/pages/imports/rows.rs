//! Rows of an import, before it and after: filtered by what becomes of them, a page at a time.

use super::map::short;
use crate::components::*;
use crate::format;
use crate::pages::audit::words;
use crate::server::PageUrl;
use domain::import::Field;
use leptos::prelude::*;
use store::imports::report::{RowOutcome, RowReport};

/// Rows on a page.
const SHOWN: usize = 50;

fn tone(outcome: RowOutcome) -> Tone {
    match outcome {
        RowOutcome::Created => Tone::Success,
        RowOutcome::Updated => Tone::Info,
        RowOutcome::Unchanged | RowOutcome::Duplicate => Tone::Neutral,
        RowOutcome::Rejected => Tone::Danger,
    }
}

/// A number for each outcome, leading to its rows.
pub(super) fn figures(rows: &[RowReport], path: &str, planned: bool) -> impl IntoView + use<> {
    let stats = RowOutcome::ALL.iter().map(|outcome| {
        let count = rows.iter().filter(|r| r.outcome == *outcome).count();
        let label = match (outcome, planned) {
            (RowOutcome::Created, true) => "New",
            (RowOutcome::Updated, true) => "To be updated",
            (RowOutcome::Duplicate, _) => "Copies of other rows",
            _ => outcome.label(),
        };
        (
            label,
            i64::try_from(count).unwrap_or(i64::MAX),
            format!("{path}?outcome={outcome}#rows"),
            *outcome == RowOutcome::Rejected,
        )
    });
    let stats: Vec<_> = stats.collect();
    let sum = format::count(i64::try_from(rows.len()).unwrap_or(i64::MAX), "row", "rows");
    let stats = stats
        .into_iter()
        .map(|(label, value, href, alert)| view! { <Stat label=label value=value href=href alert=alert/> });
    view! {
        <Stats>{stats.collect_view()}</Stats>
        <p class="pager muted">{format!("Together: {sum} of the file.")}</p>
    }
}

/// The rows that the address asks for.
pub(super) fn table(rows: Vec<RowReport>, url: &PageUrl) -> impl IntoView + use<> {
    let outcome = url.get("outcome").and_then(|o| o.parse::<RowOutcome>().ok());
    let after: u64 = url.get("after").and_then(|line| line.parse().ok()).unwrap_or(0);
    let all: Vec<RowReport> = rows.into_iter().filter(|r| outcome.is_none_or(|o| r.outcome == o)).collect();
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let mut shown: Vec<RowReport> = all.into_iter().filter(|r| r.line > after).take(SHOWN + 1).collect();
    let next = (shown.len() > SHOWN).then(|| shown.get(SHOWN - 1).map(|r| r.line.to_string())).flatten();
    shown.truncate(SHOWN);
    let chips = outcome.map(|o| Chip::new(o.label(), url, "outcome", o.as_str())).into_iter().collect::<Vec<_>>();
    let summary = format::count(total, "row", "rows");
    view! {
        <Section title="Row by row" id="rows">
            <FilterBar search="" chips=chips>
                <FilterSelect name="outcome" label="Outcome" choices=crate::choices!(RowOutcome)/>
            </FilterBar>
            <Table caption="What becomes of each row" columns=vec![
                Column::number("Line"), Column::text("Record"), Column::text("Outcome"), Column::text("Details"),
            ]>{shown.into_iter().map(row).collect_view()}</Table>
            <Pager next=next summary=summary/>
        </Section>
    }
}

fn row(row: RowReport) -> impl IntoView {
    let name = if row.name.is_empty() { "\u{2014}".to_owned() } else { row.name.clone() };
    let name = match &row.reference {
        Some(reference) => view! {
            <a href=href(reference)>{name}</a><span class="cell-sub">{reference.clone()}</span>
        }
        .into_any(),
        None => name.into_any(),
    };
    let changes = changes(&row);
    let texts = row.texts.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
    view! {
        <tr>
            <td class="num">{row.line.to_string()}</td>
            <td>{name}</td>
            <td><Badge label=row.outcome.label() tone=tone(row.outcome)/></td>
            <td>{changes}{texts}</td>
        </tr>
    }
}

/// The page of a record.
fn href(reference: &str) -> String {
    let area = match reference.split_once('-') {
        Some(("R", _)) => "risks",
        Some(("M", _)) => "mitigations",
        _ => "systems",
    };
    format!("/{area}/{reference}")
}

/// Field by field, what an update replaces.
fn changes(row: &RowReport) -> impl IntoView + use<> {
    let changed = if row.outcome == RowOutcome::Updated { row.after.iter().collect::<Vec<_>>() } else { Vec::new() };
    let lines = changed.into_iter().map(|(field, new)| {
        let label = Field::parse(field).map_or_else(|| words::field(field), |f| f.label().to_owned());
        (label, row.before.get(field).map(text), text(new))
    });
    let lines: Vec<_> = lines.collect();
    lines
        .into_iter()
        .map(|(label, old, new)| {
            view! {
                <p>{label}": "{old.map(|old| view! { <del>{old}</del>" " })}<ins>{new}</ins></p>
            }
        })
        .collect_view()
}

fn text(value: &serde_json::Value) -> String {
    let text = match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(all) => all.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    short(&text, 200)
}
