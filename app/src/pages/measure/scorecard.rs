//! GET /systems/{ref}/scorecard: a row per characteristic with what its criteria come to, and what follows for risks.

use super::parts;
use crate::components::*;
use crate::format;
use crate::pages::systems::frame::{self, Section as Part, href};
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use domain::ids::{CriterionRef, SystemRef};
use domain::measure::scorecard::{CriterionResult, Row, Verdict};
use domain::measure::templates::{Template, templates};
use domain::policy::Action;
use leptos::prelude::*;
use store::measure::{self, Board};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let board = measure::board(&cx.store, &cx.actor, header.located.reference).await?;
    let may_write = header.may_change(&cx.actor, Action::CriterionWrite);
    let may_rate = header.may_change(&cx.actor, Action::RiskRate);
    let templates = match (may_write, header.tier) {
        (true, Some(tier)) => {
            let kind = store::risks::kind_of(&cx.store, header.located.id).await?;
            let kinds: Vec<_> = kind.into_iter().collect();
            offered(&board, templates(&kinds, tier))
        }
        _ => Vec::new(),
    };
    let title = format!("Scorecard \u{b7} {}", header.located.name);
    cx.page(&title, || {
        let system = header.located.reference;
        let content = view! {
            <h2 class="sr-only">"Scorecard"</h2>
            {actions(system, may_write, &board)}
            {super::proposals::section(system, &board, may_rate)}
            {card(&board)}
            {suggestions(system, &templates)}
        };
        frame::frame(&cx, &header, Part::Scorecard, content)
    })
}

/// Templates whose metric no criterion asks for yet, with their place in the whole list.
fn offered(board: &Board, all: Vec<Template>) -> Vec<(usize, Template)> {
    let asked = |t: &Template| board.criteria.iter().any(|row| row.criterion.metric == t.criterion.metric);
    all.into_iter().enumerate().filter(|(_, t)| !asked(t)).collect()
}

fn actions(system: SystemRef, may_write: bool, board: &Board) -> AnyView {
    let add = may_write
        .then(|| view! { <a class="button button-primary" href=href(system, "/criteria/new")>"Add a criterion"</a> });
    let compare = (board.evidence.len() > 1)
        .then(|| view! { <a class="button" href=href(system, "/compare")>"Compare runs"</a> });
    view! {
        <div class="list-actions">
            <a class="button" href=href(system, "/tevv")>"TEVV report"</a>
            <a class="button" href=href(system, "/gate")>"Gate"</a>
            {compare}
            {add}
        </div>
    }
    .into_any()
}

fn card(board: &Board) -> AnyView {
    if board.criteria.is_empty() {
        let text = "A criterion says what a measurement must show: attack success rate at most 5 %. Result files of evaluation \
                    tools are then held against it, and the committee sees what falls short.";
        return view! { <EmptyState title="No criteria yet" text=text/> }.into_any();
    }
    let columns = vec![
        Column::text("Criterion"),
        Column::text("Verdict"),
        Column::number("Measured"),
        Column::number("Samples"),
        Column::text("Evidence"),
        Column::text("Trend"),
    ];
    let (with, without): (Vec<_>, Vec<_>) =
        board.scorecard.characteristics.iter().partition(|row| !row.results.is_empty());
    let groups = with.into_iter().map(|row| group(row, &columns)).collect_view();
    let none = without.iter().map(|row| row.characteristic.label()).collect::<Vec<_>>().join(", ");
    let none = (!none.is_empty()).then(|| {
        view! { <p class="muted apart">"No criterion speaks for: "{none}"."</p> }
    });
    view! { <p>{summary(board)}</p>{groups}{none} }.into_any()
}

/// "6 criteria: 1 fails, 1 is out of date, 4 pass."
fn summary(board: &Board) -> AnyView {
    let card = &board.scorecard;
    let all = [Verdict::Fail, Verdict::Stale, Verdict::NotMeasured, Verdict::Warn, Verdict::Pass];
    let parts = all
        .into_iter()
        .filter(|v| card.count(*v) > 0)
        .map(|v| {
            view! { <span class="tallied">{parts::verdict(v)}" "{card.count(v)}</span>" " }
        })
        .collect_view();
    let many = format::count(board.criteria.len() as i64, "criterion", "criteria");
    view! { {many}": "{parts} }.into_any()
}

fn group(row: &Row<CriterionRef>, columns: &[Column]) -> AnyView {
    let caption = row.characteristic.label();
    let rows = row.results.iter().map(line).collect_view();
    let beside = parts::verdict(row.verdict).into_any();
    let columns = columns.to_vec();
    view! {
        <Section title=caption id=row.characteristic.as_str() beside=Some(beside)>
            <div class="scored"><Table caption=caption columns>{rows}</Table></div>
        </Section>
    }
    .into_any()
}

fn line(result: &CriterionResult<CriterionRef>) -> impl IntoView + use<> {
    let name = result.id.to_string();
    let found = result.deciding.as_ref();
    let (value, samples) = (found.map(parts::value), found.and_then(parts::samples));
    let evidence = found.map(|m| {
        let source = format!("{}{}", m.tool, m.tool_version.as_ref().map(|v| format!(" {v}")).unwrap_or_default());
        let slice = m.slice.clone().map(|slice| format!(" \u{b7} {slice}"));
        let of = if m.scope.is_empty() { m.metric.clone() } else { format!("{}, {}", m.metric, m.scope) };
        view! {
            <a href=format!("/evidence/{}", m.evidence)>{m.evidence.to_string()}</a>" "<DateText date=m.ran_on.unwrap_or(m.speaks_of)/>
            <span class="cell-sub">{source}" \u{b7} "{of}{slice}</span>
        }
    });
    let because = parts::because(&result.because);
    view! {
        <tr>
            <th scope="row"><a href=format!("/criteria/{name}")>{result.said.clone()}</a><span class="cell-sub">{name}</span>{because}</th>
            <td>{parts::verdict(result.verdict)}</td>
            <td class="num">{value}</td>
            <td class="num">{samples}</td>
            <td>{evidence}</td>
            <td>{parts::trend(&result.criterion, &result.trend)}</td>
        </tr>
    }
}

/// What systems of this kind and tier are usually asked.
fn suggestions(system: SystemRef, templates: &[(usize, Template)]) -> Option<AnyView> {
    (!templates.is_empty()).then(|| {
        let items = templates
            .iter()
            .map(|(n, t)| {
                let to = href(system, &format!("/criteria/new?template={n}"));
                view! { <li><a href=to>{t.title.clone()}</a><span class="cell-sub">{t.why.clone()}</span></li> }
            })
            .collect_view();
        view! {
            <Section title="Usual for a system like this" id="usual"
                lead="By its kind and tier. Take one over and set the limits that fit; they are ours, not a standard\u{2019}s.">
                <ul class="list">{items}</ul>
            </Section>
        }
        .into_any()
    })
}
