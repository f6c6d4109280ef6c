//! What a result file says, as a reader of a dossier wants it: which tool on what, how the run ended, counts, metrics with
//! their uncertainty, what failed, and what could not be read.

use crate::components::*;
use crate::format;
use domain::evidence::findings::{Better, Findings, Metric, RunState, Unit, significant};
use leptos::prelude::*;
use store::evidence::Reading;

/// Metrics that are shown; the file has the rest.
const SHOWN: usize = 60;

pub fn section(reading: Option<&Reading>) -> AnyView {
    match reading {
        None => ().into_any(),
        Some(Reading::Nothing(why)) => {
            let text = format!("It is kept as a file; no results were read from it: {why}.");
            view! { <Section title="What it says" id="findings"><p class="muted">{text}</p></Section> }.into_any()
        }
        Some(Reading::Says(findings)) => says(findings),
    }
}

fn says(found: &Findings) -> AnyView {
    let tool =
        [found.tool.as_deref(), found.tool_version.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let tool = if tool.is_empty() { found.format.label().to_owned() } else { tool };
    let (targets, data) = (found.targets.join(", "), found.data.join(", "));
    let (state, ran) = (found.state, found.ran_at);
    let facts = found
        .facts
        .iter()
        .map(|(name, text)| {
            let (label, text) = (name.clone(), text.clone());
            view! { <KeyValue label=label>{text}</KeyValue> }
        })
        .collect_view();
    let (counts, metrics) = (
        found.counts.map(|counts| view! { <KeyValue label="Checks">{counts.said()}</KeyValue> }),
        metrics(&found.metrics),
    );
    let (failures, notes) = (failures(found), notes(&found.notes));
    view! {
        <Section title="What it says" id="findings" lead="Read from the file itself, by its content.">
            {unfinished(state)}
            <KeyValues>
                <KeyValue label="Tool">{tool}</KeyValue>
                {(!targets.is_empty()).then(|| view! { <KeyValue label="Evaluated">{targets}</KeyValue> })}
                {(!data.is_empty()).then(|| view! { <KeyValue label="Data">{data}</KeyValue> })}
                {ran.map(|at| view! { <KeyValue label="Run"><Instant at/></KeyValue> })}
                <KeyValue label="State">{state.label()}</KeyValue>
                {counts}
                {facts}
            </KeyValues>
            {metrics}
            {failures}
            {notes}
        </Section>
    }
    .into_any()
}

fn unfinished(state: RunState) -> Option<AnyView> {
    let text = match state {
        RunState::Cancelled => "The run was cancelled: what it did not get to is not shown to hold.",
        RunState::Failed => "The run failed: its numbers, if there are any, show little.",
        RunState::Unfinished => "The run did not get to its end: what is missing is not shown to hold.",
        RunState::Complete | RunState::Unknown => return None,
    };
    Some(view! { <Callout tone=Tone::Warning title=state.label()><p>{text}</p></Callout> }.into_any())
}

fn metrics(metrics: &[Metric]) -> Option<AnyView> {
    (!metrics.is_empty()).then(|| {
        let sliced = metrics.iter().any(|m| m.slice.is_some());
        let rows = metrics.iter().take(SHOWN).map(|metric| row(metric, sliced)).collect_view();
        let more = metrics.len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| view! { <p class="muted">{format!("{more} more are in the file.")}</p> });
        let mut columns = vec![Column::text("Metric")];
        if sliced {
            columns.push(Column::text("Group"));
        }
        columns.extend([
            Column::number("Value"),
            Column::text("Uncertainty"),
            Column::number("Samples"),
            Column::text("Better"),
        ]);
        view! { <div class="measured"><Table caption="Metrics of the file" columns>{rows}</Table>{more}</div> }
            .into_any()
    })
}

fn row(metric: &Metric, sliced: bool) -> impl IntoView + use<> {
    let (name, scope) = (metric.name.clone(), metric.scope.clone());
    let slice = sliced.then(|| view! { <td>{metric.slice.clone()}</td> });
    let uncertainty = match (metric.interval, metric.stderr) {
        (Some((low, high)), _) => format!("{} to {}", amount(low, metric.unit), amount(high, metric.unit)),
        (None, Some(error)) => format!("\u{b1} {}", amount(error, metric.unit)),
        (None, None) => String::new(),
    };
    let uncertainty = (!uncertainty.is_empty()).then_some(uncertainty);
    let value = amount(metric.value, metric.unit);
    let samples = metric.samples.map(|n| format::number(i64::try_from(n).unwrap_or(i64::MAX)));
    let better = metric.better.map(|better| match better {
        Better::Higher => "Higher",
        Better::Lower => "Lower",
    });
    let scope = (!scope.is_empty()).then(|| view! { <span class="cell-sub">{scope}</span> });
    view! {
        <tr>
            <th scope="row">{name}{scope}</th>
            {slice}
            <td class="num">{value}</td>
            <td class="nowrap">{uncertainty}</td>
            <td class="num">{samples}</td>
            <td>{better}</td>
        </tr>
    }
}

/// With its unit.
fn amount(value: f64, unit: Unit) -> String {
    let number = significant(value);
    match unit {
        Unit::Percent => format!("{number} %"),
        Unit::Seconds => format!("{number} s"),
        Unit::Milliseconds => format!("{number} ms"),
        Unit::Dollars => format!("{number} USD"),
        Unit::Proportion | Unit::Count | Unit::Tokens | Unit::Other => number,
    }
}

fn failures(found: &Findings) -> Option<AnyView> {
    (!found.failures.is_empty()).then(|| {
        let total = i64::try_from(found.failures_total).unwrap_or(i64::MAX);
        let title = format!("{} to read", format::count(total, "failure", "failures"));
        let items = found
            .failures
            .iter()
            .map(|failure| {
                let grade = failure.severity.clone().map(|grade| view! { <Badge label=grade/>" " });
                view! { <li>{grade}<strong>{failure.name.clone()}</strong><p>{failure.message.clone()}</p></li> }
            })
            .collect_view();
        let first = found.failures.len();
        let lead = (found.failures_total > first as u64).then(|| format!("The first {first} are here."));
        view! { <details class="failures"><summary>{title}</summary>{lead.map(|lead| view! { <p class="muted">{lead}</p> })}<ul>{items}</ul></details> }
            .into_any()
    })
}

fn notes(notes: &[String]) -> Option<AnyView> {
    (!notes.is_empty()).then(|| {
        let items = notes.iter().map(|note| view! { <li>{note.clone()}</li> }).collect_view();
        view! { <Callout tone=Tone::Info title="To know when reading this"><ul>{items}</ul></Callout> }.into_any()
    })
}
