//! The frozen dossier, part by part, as one readable page.

use super::words;
use crate::components::*;
use crate::format;
use crate::pages::measure::parts as measure;
use domain::framework;
use domain::ids::CriterionRef;
use domain::measure::scorecard::CriterionResult;
use domain::review::Part;
use domain::review::dossier::{CriterionPart, Dossier, RatingPart, RiskPart};
use domain::risk::Status;
use domain::risk::matrix::{Matrix, Point};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The heading of a part.
pub fn title(part: Part) -> &'static str {
    match part {
        Part::Summary => "Summary",
        Part::Triage => "Tier, and why",
        Part::Context => "Context",
        Part::Profile => "AI RMF profile",
        Part::Risks => "Risks against appetite",
        Part::Mitigations => "Mitigations",
        Part::Criteria => "Criteria, and what the evidence says to them",
        Part::Evidence => "Evidence",
    }
}

/// What the evidence says to each criterion, today.
pub type Verdicts = [CriterionResult<CriterionRef>];

/// One part of the dossier. `says` has what result files say, by SHA-256.
pub fn part(dossier: &Dossier, part: Part, says: &BTreeMap<String, String>, verdicts: &Verdicts) -> AnyView {
    match part {
        Part::Summary => summary(dossier),
        Part::Triage => triage(dossier),
        Part::Context => context(dossier),
        Part::Profile => profile(dossier),
        Part::Risks => risks(dossier),
        Part::Mitigations => mitigations(dossier),
        Part::Criteria => criteria(dossier, verdicts),
        Part::Evidence => evidence(dossier, says),
    }
}

fn none(text: Option<String>) -> AnyView {
    match text.filter(|t| !t.is_empty()) {
        Some(text) => text.into_any(),
        None => view! { <span class="muted">"Not stated"</span> }.into_any(),
    }
}

fn summary(dossier: &Dossier) -> AnyView {
    let system = &dossier.system;
    let contributors = system.contributors.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(", ");
    let (purpose, owner, unit) = (system.purpose.clone(), system.owner.name.clone(), system.unit.clone());
    let stage = system.stage.label();
    let open = dossier.risks.iter().filter(|r| r.status != Status::Closed).count();
    let above = dossier.risks.iter().filter(|r| r.status != Status::Closed && r.above_appetite).count();
    let risks = format!("{}, {} above appetite", format::count(open as i64, "open risk", "open risks"), above);
    view! {
        <KeyValues>
            <KeyValue label="Purpose">{purpose}</KeyValue>
            <KeyValue label="Owner">{owner}</KeyValue>
            <KeyValue label="Contributors">{none(Some(contributors))}</KeyValue>
            <KeyValue label="Business unit">{unit}</KeyValue>
            <KeyValue label="Stage">{stage}</KeyValue>
            <KeyValue label="Residual risk">{risks}</KeyValue>
        </KeyValues>
    }
    .into_any()
}

fn triage(dossier: &Dossier) -> AnyView {
    let triage = &dossier.triage;
    let (tier, derived) = (triage.tier, triage.derived);
    let because = triage.because.iter().map(|q| view! { <li>{q.label()}</li> }).collect_view();
    let others: Vec<_> = triage.answers.iter().filter(|(q, _)| !triage.because.contains(q)).collect();
    let others = others
        .into_iter()
        .map(|(q, yes)| view! { <li>{q.label()}" "<b>{if *yes { "Yes" } else { "No" }}</b></li> })
        .collect_view();
    let overridden = triage.override_reason.clone().map(|reason| {
        view! {
            <Callout tone=Tone::Warning title=format!("The committee set this tier; the answers lead to {}", derived.label().to_lowercase())>
                <p>{reason}</p>
            </Callout>
        }
    });
    let has_because = !triage.because.is_empty();
    view! {
        <p><Tier tier overridden=overridden.is_some()/></p>
        {overridden}
        {match has_because {
            true => view! { <p>"Answered “yes”, and decisive:"</p><ul class="list">{because}</ul> }.into_any(),
            false => view! { <p>"No answer asks for more."</p> }.into_any(),
        }}
        <details><summary>"All other answers"</summary><ul class="list">{others}</ul></details>
    }
    .into_any()
}

fn context(dossier: &Dossier) -> AnyView {
    let c = &dossier.system.context;
    let data = c.data_categories.iter().map(|d| d.label()).collect::<Vec<_>>().join("; ");
    let models = c
        .models
        .iter()
        .map(|m| format!("{} {} {}", m.provider, m.name, m.version).trim().to_owned())
        .collect::<Vec<_>>();
    let sourcing = c.sourcing.map(|s| match &c.vendor {
        Some(vendor) => format!("{}: {vendor}", s.label()),
        None => s.label().to_owned(),
    });
    let word = |text: Option<&'static str>| none(text.map(str::to_owned));
    let (kind, autonomy) = (word(c.kind.map(|k| k.label())), word(c.autonomy.map(|a| a.label())));
    let (users, groups) = (none(c.intended_users.clone()), none(c.affected_groups.clone()));
    let (oversight, runs) = (none(c.oversight.clone()), none(c.runs_where.clone()));
    view! {
        <KeyValues>
            <KeyValue label="Kind">{kind}</KeyValue>
            <KeyValue label="Built or bought">{none(sourcing)}</KeyValue>
            <KeyValue label="Models">{none(Some(models.join("; ")))}</KeyValue>
            <KeyValue label="Intended users">{users}</KeyValue>
            <KeyValue label="Affected groups">{groups}</KeyValue>
            <KeyValue label="Data">{none(Some(data))}</KeyValue>
            <KeyValue label="Autonomy">{autonomy}</KeyValue>
            <KeyValue label="Human oversight">{oversight}</KeyValue>
            <KeyValue label="Where it runs">{runs}</KeyValue>
        </KeyValues>
    }
    .into_any()
}

/// What was answered to the AI RMF, in the framework's order.
fn profile(dossier: &Dossier) -> AnyView {
    if dossier.profile.is_empty() {
        return view! { <p class="muted">"Nothing was answered."</p> }.into_any();
    }
    let rows = dossier.profile.iter().map(|answer| {
        let state = match (answer.state, &answer.verified_by) {
            (framework::State::Implemented, Some(_)) => framework::State::Verified,
            (state, _) => state,
        };
        let text = answer.text.clone().or_else(|| answer.reason.clone());
        let text = text.map(|source| view! { <Markdown source=source/> });
        let links = (!answer.links.is_empty())
            .then(|| view! { <p class="muted">{format!("Rests on {}", answer.links.join(", "))}</p> });
        let who = match &answer.verified_by {
            Some(verifier) => format!("{}, verified by {}", answer.answered_by.name, verifier.name),
            None => answer.answered_by.name.clone(),
        };
        view! {
            <tr>
                <th scope="row"><span class="ref">{answer.control.clone()}</span>" "{answer.title.clone()}</th>
                <td>{crate::pages::profile::state(state)}</td>
                <td>{text}{links}</td>
                <td>{who}</td>
            </tr>
        }
    });
    let columns =
        vec![Column::text("Question"), Column::text("State"), Column::text("Answer"), Column::text("Answered by")];
    let rows = rows.collect_view();
    view! { <Table caption="AI RMF profile" columns>{rows}</Table> }.into_any()
}

/// The criteria as they were frozen, what falls short on top, each with what the evidence says to it today.
fn criteria(dossier: &Dossier, verdicts: &Verdicts) -> AnyView {
    if dossier.criteria.is_empty() {
        return view! { <p class="muted">"No acceptance criterion is set: whoever reads the evidence judges it."</p> }
            .into_any();
    }
    let result = |c: &CriterionPart| verdicts.iter().find(|v| v.id == c.reference);
    let mut all: Vec<&CriterionPart> = dossier.criteria.iter().collect();
    all.sort_by_key(|c| std::cmp::Reverse(result(c).map(|r| r.verdict)));
    let items = all.into_iter().map(|c| criterion(c, result(c))).collect_view();
    let report = format!("/systems/{}/tevv", dossier.system.reference);
    view! {
        <ul class="list criteria">{items}</ul>
        <p><a href=report>"TEVV report"</a></p>
    }
    .into_any()
}

fn criterion(c: &CriterionPart, result: Option<&CriterionResult<CriterionRef>>) -> impl IntoView + use<> {
    let risks = c.risks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let risks = (!risks.is_empty()).then(|| format!(" \u{b7} measures {risks}"));
    let found = result.map(|r| {
        let measured = r.deciding.as_ref().map(|m| {
            let n = m.samples.map(|n| format!(", n = {n}")).unwrap_or_default();
            format!(" {}{n}, {}", domain::report::tevv::measured(m), m.evidence)
        });
        view! { <p>{measure::verdict(r.verdict)}{measured}</p>{measure::because(&r.because)} }
    });
    view! {
        <li>
            <a href=format!("/criteria/{}", c.reference)>{c.says.clone()}</a>
            <span class="cell-sub">{c.reference.to_string()}" \u{b7} "{c.characteristic.label()}{risks}</span>
            {found}
        </li>
    }
}

fn place(rating: &RatingPart) -> Option<(usize, usize)> {
    Some((usize::try_from(rating.likelihood).ok()?, usize::try_from(rating.impact).ok()?))
}

/// Residual risks on the matrix, with arrows from inherent; ratings of an older, different matrix are left to the table.
fn map(dossier: &Dossier) -> AnyView {
    let matrix = &dossier.matrix.matrix;
    let rated: Vec<&RiskPart> = dossier
        .risks
        .iter()
        .filter(|r| r.status != Status::Closed)
        .filter(|r| r.residual.as_ref().is_some_and(|g| g.matrix_version == dossier.matrix.version))
        .collect();
    let mut arrows: Vec<HeatmapArrow> = Vec::new();
    for risk in &rated {
        let (Some(from), Some(to)) = (risk.inherent.as_ref().and_then(place), risk.residual.as_ref().and_then(place))
        else {
            continue;
        };
        match arrows.iter_mut().find(|a| (a.from, a.to) == (from, to)) {
            Some(arrow) => arrow.count += 1,
            None => arrows.push(HeatmapArrow { from, to, count: 1 }),
        }
    }
    let at = |point: Point| {
        let here = rated.iter().filter(|r| {
            r.residual.as_ref().is_some_and(|g| g.likelihood == point.likelihood && g.impact == point.impact)
        });
        (here.count() as i64, "#risk-list".to_owned())
    };
    let data = HeatmapData::new(matrix, "Residual risks; arrows show where they came from", at, arrows);
    view! { <Heatmap data/> }.into_any()
}

fn rating(matrix: &Matrix, same: bool, rating: Option<&RatingPart>, of: &'static str) -> AnyView {
    let Some(rating) = rating else { return view! { <span class="muted">"Not rated"</span> }.into_any() };
    let point = Point { likelihood: rating.likelihood, impact: rating.impact };
    match Rated::new(matrix, point).filter(|_| same) {
        Some(rated) => view! { <RatingCell rated of/> }.into_any(),
        None => format!("{} ({}\u{d7}{})", rating.level_label, rating.likelihood, rating.impact).into_any(),
    }
}

fn risks(dossier: &Dossier) -> AnyView {
    if dossier.risks.is_empty() {
        return view! { <p class="muted">"No risks are named."</p> }.into_any();
    }
    let mut sorted: Vec<&RiskPart> = dossier.risks.iter().collect();
    sorted.sort_by_key(|r| {
        let score = r.residual.as_ref().map_or(0, |g| g.likelihood * g.impact);
        (r.status == Status::Closed, !r.above_appetite, std::cmp::Reverse(score), r.reference)
    });
    let rows = sorted.into_iter().map(|risk| risk_row(dossier, risk)).collect_view();
    view! {
        {map(dossier)}
        <div id="risk-list">
            <Table caption="Risks, above appetite first" columns=vec![
                Column::text("Risk"), Column::text("Inherent"), Column::text("Residual"), Column::text("Target"),
                Column::text("Treatment and owner"),
            ]>{rows}</Table>
        </div>
    }
    .into_any()
}

fn risk_row(dossier: &Dossier, risk: &RiskPart) -> impl IntoView + use<> {
    let matrix = dossier.matrix.matrix.clone();
    let version = dossier.matrix.version;
    let cell = |r: Option<&RatingPart>, of| rating(&matrix, r.is_some_and(|r| r.matrix_version == version), r, of);
    let (inherent, residual, target) = (
        cell(risk.inherent.as_ref(), "Inherent"),
        cell(risk.residual.as_ref(), "Residual"),
        cell(risk.target.as_ref(), "Target"),
    );
    let why = risk.residual.as_ref().and_then(|r| r.rationale.clone());
    let above = risk.above_appetite && risk.status != Status::Closed;
    let treatment = risk.treatment.map_or("No treatment", |t| t.label());
    let owner = risk.owner.as_ref().map_or("No owner".to_owned(), |o| o.name.clone());
    let reference = risk.reference.to_string();
    let words = format!("{} \u{2192} {} \u{2192} {}", risk.cause, risk.event, risk.consequence);
    let (id, href) = (reference.to_lowercase(), format!("/risks/{reference}"));
    view! {
        <tr id=id>
            <th scope="row">
                <a href=href>{risk.title.clone()}</a>
                <span class="cell-sub">{reference}" \u{b7} "{risk.characteristic.label()}" \u{b7} "{risk.status.label()}</span>
                <p class="cell-sub preline">{words}</p>
            </th>
            <td>{inherent}</td>
            <td>
                {residual}
                {above.then(|| view! { <span class="cell-sub"><Badge label="Above appetite" tone=Tone::Danger/></span> })}
                {why.map(|why| view! { <span class="cell-sub">{why}</span> })}
            </td>
            <td>{target}</td>
            <td>{treatment}<span class="cell-sub">{owner}</span></td>
        </tr>
    }
}

fn mitigations(dossier: &Dossier) -> AnyView {
    if dossier.mitigations.is_empty() {
        return view! { <p class="muted">"No mitigations are written down."</p> }.into_any();
    }
    let rows = dossier
        .mitigations
        .iter()
        .map(|m| {
            let reference = m.reference.to_string();
            let risks = m.risks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let who = m.assignee.as_ref().map_or("Nobody".to_owned(), |a| a.name.clone());
            let due = m.due_on.map(|d| view! { <DateText date=d/> });
            let condition = m.condition;
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/mitigations/{reference}")>{m.title.clone()}</a>
                        <span class="cell-sub">{reference}" \u{b7} "{m.kind.label()}{condition.then_some(" \u{b7} condition of an earlier decision")}</span>
                        {(!m.description.is_empty()).then(|| view! { <p class="cell-sub preline">{m.description.clone()}</p> })}
                    </th>
                    <td>{risks}</td>
                    <td>{who}<span class="cell-sub">{due}</span></td>
                    <td>{m.status.label()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption="Mitigations" columns=vec![
            Column::text("Mitigation"), Column::text("Risks"), Column::text("Who, until when"), Column::text("Status"),
        ]>{rows}</Table>
    }
    .into_any()
}

fn evidence(dossier: &Dossier, says: &BTreeMap<String, String>) -> AnyView {
    if dossier.evidence.is_empty() {
        return view! { <p class="muted">"No evidence is attached."</p> }.into_any();
    }
    let rows = dossier
        .evidence
        .iter()
        .map(|e| {
            let reference = e.reference.to_string();
            let size = format::bytes(u64::try_from(e.size).unwrap_or_default());
            let about = e.risks.iter().map(ToString::to_string).chain(e.mitigations.iter().map(ToString::to_string));
            let about = about.collect::<Vec<_>>().join(", ");
            let until = e.valid_until.map(|d| view! { <span class="cell-sub">"valid until "<DateText date=d/></span> });
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/evidence/{reference}")>{e.title.clone()}</a>
                        <span class="cell-sub">{reference.clone()}" \u{b7} "{e.kind.label()}{(!about.is_empty()).then(|| format!(" \u{b7} about {about}"))}</span>
                        {says.get(&e.sha256).cloned().map(|says| view! { <span class="cell-sub says">{says}</span> })}
                    </th>
                    <td><DateText date=e.speaks_of/>{until}</td>
                    <td>
                        <a href=format!("/evidence/{reference}/download")>{e.file_name.clone()}</a>
                        <span class="cell-sub">{size}</span>
                        <span class="cell-sub">{words::hash(&e.sha256)}</span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption="Evidence" columns=vec![
            Column::text("Evidence"), Column::text("Speaks of"), Column::text("File and its SHA-256"),
        ]>{rows}</Table>
    }
    .into_any()
}
