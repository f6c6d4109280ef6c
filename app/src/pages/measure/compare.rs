//! GET /systems/{ref}/compare?a=E-1&b=E-2: two runs or two candidate models side by side, and what changed beyond noise.

use crate::components::*;
use crate::format;
use crate::pages::systems::frame::{self, Section as Part, href};
use crate::server::{AppError, Cx, PageResult};
use axum::extract::Path;
use domain::evidence::findings::{Metric, Unit};
use domain::ids::{EvidenceRef, SystemRef};
use domain::measure::compare::{Change, Compared, Comparison};
use domain::measure::vocabulary::amount;
use leptos::prelude::*;
use store::measure::board::{Board, Read};
use store::measure::compare::side_by_side;

/// Metrics that are shown; the files have the rest.
const SHOWN: usize = 200;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let board = store::measure::board(&cx.store, &cx.actor, header.located.reference).await?;
    let pick = |name: &str| -> Result<Option<&Read>, AppError> {
        let url = cx.url();
        let Some(asked) = url.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let asked: EvidenceRef = asked.parse().map_err(|_| AppError::NotFound)?;
        board.evidence.iter().find(|e| e.reference == asked).map(Some).ok_or(AppError::NotFound)
    };
    // Asked for nothing, the newest two, from the older to the newer.
    let usual = |n: usize| board.evidence.get(n).filter(|_| board.evidence.len() > 1);
    let (a, b) = (pick("a")?, pick("b")?);
    let (first, second) = (a.or_else(|| usual(1)), b.or_else(|| usual(0)));
    let found = match a.zip(b) {
        Some((a, b)) => Some((a, b, side_by_side(&cx.store, a, b, &board.vocabulary).await?)),
        None => None,
    };
    let title = format!("Compare runs \u{b7} {}", header.located.name);
    let form = cx.form().fill_opt("a", first.map(|e| e.reference)).fill_opt("b", second.map(|e| e.reference));
    cx.form_page(&title, &form, || {
        let system = header.located.reference;
        let result = found.map(|(a, b, found)| comparison(a, b, found, &board));
        let content = view! {
            <p class="back"><a href=href(system, "/scorecard")>"Scorecard"</a></p>
            <h2>"Compare two runs"</h2>
            {chooser(system, &board)}
            {result}
        };
        frame::frame(&cx, &header, Part::Scorecard, content)
    })
}

fn chooser(system: SystemRef, board: &Board) -> AnyView {
    if board.evidence.len() < 2 {
        let text = "Two result files of an evaluation tool are needed: before and after, or two candidate models.";
        return view! { <EmptyState title="Nothing to compare yet" text=text action_href=href(system, "/evidence/new") action="Add evidence"/> }.into_any();
    }
    let name = |e: &Read| {
        let target = e.findings.targets.first().map(|t| format!(", {t}")).unwrap_or_default();
        Choice::new(e.reference, format!("{} {}{target} ({})", e.reference, e.title, format::date(e.speaks_of)))
    };
    let choices: Vec<_> = board.evidence.iter().map(name).collect();
    view! {
        <form class="form form-wide" method="get" action=href(system, "/compare")>
            <div class="two-fields">
                <SelectField name="a" label="From" choices=choices.clone()/>
                <SelectField name="b" label="To" choices=choices/>
            </div>
            <div class="actions"><button class="button button-primary" type="submit">"Compare"</button></div>
        </form>
    }
    .into_any()
}

fn tone(change: Change) -> Tone {
    match change {
        Change::Better => Tone::Success,
        Change::Worse => Tone::Danger,
        Change::Changed | Change::CannotTell => Tone::Warning,
        Change::WithinNoise | Change::Same => Tone::Neutral,
    }
}

fn comparison(a: &Read, b: &Read, found: Comparison, board: &Board) -> AnyView {
    let counts = Change::ALL
        .iter()
        .filter(|change| found.count(**change) > 0)
        .map(|change| view! { <span class="tallied"><Badge label=change.label() tone=tone(*change)/>" "{found.count(*change)}</span>" " })
        .collect_view();
    // What got worse stands on top, then what got better: that is what people look for.
    let mut rows: Vec<&Compared> = found.rows.iter().collect();
    rows.sort_by_key(|row| match row.change {
        Change::Worse => 0,
        Change::Better => 1,
        Change::Changed => 2,
        Change::CannotTell => 3,
        Change::WithinNoise => 4,
        Change::Same => 5,
    });
    let more = rows.len().saturating_sub(SHOWN);
    let lines = rows.into_iter().take(SHOWN).map(|row| line(row, board)).collect_view();
    let more = (more > 0).then(|| view! { <p class="muted">{format!("{more} more are in the files.")}</p> });
    let columns = vec![
        Column::text("Metric"),
        Column::number(a.reference.to_string()),
        Column::number(b.reference.to_string()),
        Column::number("Difference"),
        Column::text("Change"),
    ];
    let table = match found.rows.is_empty() {
        true => view! { <EmptyState title="They share no metric" text="Metrics are matched by the tool\u{2019}s own name, what they were measured on and the group."/> }.into_any(),
        false => view! { <p>{counts}</p><Table caption="What both measured" columns>{lines}</Table>{more} }.into_any(),
    };
    let (only_a, only_b) = (only("Only in ", a, &found.only_a), only("Only in ", b, &found.only_b));
    view! {
        <Section title="What changed" lead="A difference counts where its 95 % interval leaves zero out; pp are percentage points. Where both files keep what came out for each sample, the same samples are compared in pairs; elsewhere samples are taken as independent.">
            {table}
            {only_a}
            {only_b}
        </Section>
    }
    .into_any()
}

fn line(row: &Compared, board: &Board) -> impl IntoView + use<> {
    let say = |m: &Metric| amount(m.value, m.unit);
    let of = if row.a.scope.is_empty() { String::new() } else { row.a.scope.clone() };
    let slice = row.a.slice.clone().map(|slice| format!(" \u{b7} {slice}"));
    let term = row.term.as_ref().map(|key| board.vocabulary.label(key).to_owned()).filter(|label| *label != row.a.name);
    let term = term.map(|label| format!("{label} \u{b7} "));
    let difference = row.difference.map(|d| points(d, row.a.unit));
    let interval = row.interval.map(|(low, high)| {
        view! { <span class="cell-sub nowrap">{format!("{} to {}", points(low, row.a.unit), points(high, row.a.unit))}</span> }
    });
    let how = row.paired.as_ref().map(|pairs| pairs.said()).or_else(|| row.unpaired.clone());
    let how = how.map(|how| view! { <span class="cell-sub">{how}</span> });
    view! {
        <tr>
            <th scope="row">{row.a.name.clone()}<span class="cell-sub">{term}{of}{slice}</span></th>
            <td class="num">{say(&row.a)}</td>
            <td class="num">{say(&row.b)}</td>
            <td class="num">{difference}{interval}</td>
            <td><Badge label=row.change.label() tone=tone(row.change)/>{how}</td>
        </tr>
    }
}

/// A difference with its sign; of shares in percentage points, which a difference of percentages is.
fn points(difference: f64, unit: Unit) -> String {
    match unit {
        Unit::Proportion => format!("{:+.2} pp", difference * 100.0),
        Unit::Percent => format!("{difference:+.2} pp"),
        _ if difference > 0.0 => format!("+{}", amount(difference, unit)),
        _ => amount(difference, unit),
    }
}

fn only(words: &'static str, of: &Read, metrics: &[Metric]) -> Option<AnyView> {
    (!metrics.is_empty()).then(|| {
        let names: Vec<String> = metrics
            .iter()
            .take(SHOWN)
            .map(|m| if m.scope.is_empty() { m.name.clone() } else { format!("{} ({})", m.name, m.scope) })
            .collect();
        let title = format!("{words}{}: {}", of.reference, format::count(metrics.len() as i64, "metric", "metrics"));
        view! { <details><summary>{title}</summary><p>{names.join(", ")}</p></details> }.into_any()
    })
}
