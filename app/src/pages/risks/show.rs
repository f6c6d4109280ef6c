//! GET /risks/{ref}: one risk as a bow-tie, with its ratings, mitigations and evidence.

use super::view;
use crate::components::*;
use crate::format;
use crate::server::{Cx, FormState, PageResult};
use axum::extract::Path;
use domain::mitigation::{Kind, Status as Progress};
use domain::policy::Action;
use domain::risk::library;
use domain::risk::{RatingKind, Status, Treatment};
use leptos::prelude::*;
use store::risks::RiskPage;
use store::risks::get::{LinkedMitigation, Rating};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    page(&cx, risk, None)
}

/// The way here.
pub fn crumbs(risk: &RiskPage) -> Vec<Crumb> {
    let system = risk.located.reference;
    vec![
        Crumb::new(risk.located.name.clone(), format!("/systems/{system}")),
        Crumb::new("Risks", format!("/systems/{system}/risks")),
        Crumb::new(risk.reference.to_string(), format!("/risks/{}", risk.reference)),
    ]
}

/// The page; `form` is a refused attempt to close the risk.
pub fn page(cx: &Cx, risk: RiskPage, form: Option<FormState>) -> PageResult {
    let may_write = risk.located.allow_change(&cx.actor, Action::RiskWrite).is_ok();
    let form = form.unwrap_or_else(|| cx.form().at_version(risk.version));
    let sees_system = risk.sees_system(&cx.actor);
    let (title, today, inner) = (risk.text.title.clone(), cx.today(), form.clone());
    cx.form_page(&title, &form, move || {
        let open = risk.handling.status != Status::Closed;
        let home = format!("/risks/{}", risk.reference);
        let rate = (may_write && open).then(|| format!("{home}/rate"));
        let mut more = Vec::new();
        if sees_system {
            more.push(("History".to_owned(), format!("{home}/history")));
        }
        if may_write && open {
            more.insert(0, ("Edit".to_owned(), format!("{home}/edit")));
        }
        let mut crumbs = crumbs(&risk);
        crumbs.pop();
        if !sees_system {
            // An assignee sees this risk, not its system.
            crumbs = vec![Crumb::new("Mitigations", "/mitigations")];
        }
        let status = risk.handling.status;
        view! {
            <PageHeader title=risk.text.title.clone() reference=risk.reference.to_string() crumbs more
                action_href=rate action="Rate">
                <Badge label=status.label() tone=view::risk_tone(status)/>
            </PageHeader>
            {hints(&risk)}
            {bow_tie(&risk)}
            <div class="split">
                <div>
                    {ratings(&risk)}
                    {mitigations(&risk, may_write && open, today)}
                    {evidence(&risk, may_write && open)}
                    {history(&risk)}
                </div>
                <aside>
                    {facts(&risk, may_write && open, sees_system)}
                    {from_library(&risk)}
                    {closing(&risk, inner, may_write)}
                </aside>
            </div>
        }
    })
}

fn hints(risk: &RiskPage) -> Option<AnyView> {
    if risk.hints.is_empty() {
        return None;
    }
    let items = risk.hints.iter().map(|hint| view! { <li>{hint.label()}</li> }).collect_view();
    Some(view! { <Callout tone=Tone::Warning title="Worth a look"><ul>{items}</ul></Callout> }.into_any())
}

/// Cause, what prevents, the event, what limits, consequence: in this order on the page and for a screen reader.
fn bow_tie(risk: &RiskPage) -> AnyView {
    let barrier = |kinds: &[Kind]| {
        let live = |m: &&LinkedMitigation| m.status != Progress::Dropped && kinds.contains(&m.kind);
        let items = risk.mitigations.iter().filter(live).map(barrier).collect::<Vec<_>>();
        match items.is_empty() {
            true => view! { <p class="muted">"None yet"</p> }.into_any(),
            false => view! { <ul class="barriers">{items}</ul> }.into_any(),
        }
    };
    let text = &risk.text;
    let arrow = || view! { <svg class="bowtie-arrow" viewBox="0 0 16 24" width="16" height="24" aria-hidden="true" focusable="false"><path d="M3 4l8 8-8 8"></path></svg> };
    view! {
        <section class="section" aria-labelledby="bowtie-title">
            <h2 class="sr-only" id="bowtie-title">"Bow-tie: from cause to consequence"</h2>
            <ol class="bowtie">
                <li data-part="cause"><h3>"Cause"</h3>{view::paragraphs(&text.cause)}{arrow()}</li>
                <li data-part="barrier"><h3>"Preventive"</h3>{barrier(&[Kind::Preventive])}{arrow()}</li>
                <li data-part="event"><h3>"Event"</h3>{view::paragraphs(&text.event)}{arrow()}</li>
                <li data-part="barrier"><h3>"Detective and corrective"</h3>{barrier(&[Kind::Detective, Kind::Corrective])}{arrow()}</li>
                <li data-part="consequence"><h3>"Consequence"</h3>{view::paragraphs(&text.consequence)}</li>
            </ol>
        </section>
    }
    .into_any()
}

fn barrier(mitigation: &LinkedMitigation) -> AnyView {
    let (title, status) = (mitigation.title.clone(), mitigation.status);
    view! {
        <li>
            <a href=format!("/mitigations/{}", mitigation.reference)>{title}</a>" "
            <Badge label=status.label() tone=view::mitigation_tone(status)/>
        </li>
    }
    .into_any()
}

fn cell(risk: &RiskPage, rating: &Rating, above: Option<bool>) -> Option<Rated> {
    view::rated(&risk.matrices, rating.at, rating.matrix_version, above)
}

fn ratings(risk: &RiskPage) -> AnyView {
    let steps = RatingKind::ALL
        .iter()
        .map(|kind| {
            let now = risk.current(*kind);
            let above = (*kind == RatingKind::Residual).then_some(risk.above);
            let rated = now.and_then(|r| cell(risk, r, above));
            let matrix = |r: &Rating| risk.matrices.get(&r.matrix_version).map(|m| view::point_words(m, r.at));
            let words = now.and_then(matrix);
            view! {
                <li>
                    <p class="muted">{kind.label()}</p>
                    <p>{view::rating_or_none(rated, *kind)}</p>
                    <p class="cell-sub">{words}</p>
                </li>
            }
        })
        .collect_view();
    let appetite = risk.matrix.matrix.label(risk.matrix.matrix.appetite).to_owned();
    let lead = format!("Appetite: up to \u{201c}{appetite}\u{201d}.");
    view! { <Section title="Ratings" id="ratings" lead><ol class="rating-steps">{steps}</ol></Section> }.into_any()
}

fn mitigations(risk: &RiskPage, may_write: bool, today: chrono::NaiveDate) -> AnyView {
    let add = may_write.then(|| format!("/systems/{}/mitigations/new?risk={}", risk.located.reference, risk.reference));
    let rows = risk.mitigations.iter().map(|m| {
        let due = m.due_on.map(|date| {
            let done = !m.status.is_open();
            view! { <DueDate date today done/> }
        });
        view! {
            <tr>
                <td><a href=format!("/mitigations/{}", m.reference)>{m.title.clone()}</a><span class="cell-sub">{m.reference.to_string()}{m.condition.then_some(" \u{b7} Condition of the committee")}</span></td>
                <td>{m.kind.label()}</td>
                <td><Badge label=m.status.label() tone=view::mitigation_tone(m.status)/></td>
                <td>{m.assignee.clone().unwrap_or_else(|| "Nobody".to_owned())}</td>
                <td>{due}</td>
            </tr>
        }
    }).collect_view();
    let columns = ["Mitigation", "Kind", "Status", "Assignee", "Due"].map(Column::text).to_vec();
    let body = match risk.mitigations.is_empty() {
        true => view! { <p class="muted">"Nothing acts on this risk yet."</p> }.into_any(),
        false => view! { <Table caption="Mitigations" columns>{rows}</Table> }.into_any(),
    };
    view! { <Section title="Mitigations" id="mitigations" action_href=add action="Add a mitigation">{body}</Section> }
        .into_any()
}

fn evidence(risk: &RiskPage, may_write: bool) -> AnyView {
    let add = may_write.then(|| format!("/systems/{}/evidence/new?risk={}", risk.located.reference, risk.reference));
    let items = risk
        .evidence
        .iter()
        .map(|e| {
            let until = e.valid_until.map(|d| format!(", valid until {}", format::date(d)));
            view! {
                <li><a href=format!("/evidence/{}", e.reference)>{e.title.clone()}</a>
                    <span class="cell-sub">{e.kind.label()}", "{format::date(e.speaks_of)}{until}</span></li>
            }
        })
        .collect_view();
    let body = match risk.evidence.is_empty() {
        true => view! { <p class="muted">"No evidence speaks of this risk yet."</p> }.into_any(),
        false => view! { <ul class="linked">{items}</ul> }.into_any(),
    };
    view! { <Section title="Evidence" id="evidence" action_href=add action="Add evidence">{body}</Section> }.into_any()
}

/// Every rating that was given, in the words of the matrix that it was given on.
fn history(risk: &RiskPage) -> AnyView {
    let rows = risk
        .ratings
        .iter()
        .map(|r| {
            let words = risk.matrices.get(&r.matrix_version).map(|m| view::point_words(m, r.at));
            let rated = view::rating_or_none(cell(risk, r, None), r.kind);
            view! {
                <tr>
                    <td>{r.kind.label()}</td>
                    <td>{rated}<span class="cell-sub">{words}</span></td>
                    <td>{r.rationale.clone().unwrap_or_default()}</td>
                    <td>{r.by.clone()}<span class="cell-sub"><Instant at=r.rated_at/></span></td>
                    <td class="num">{r.matrix_version}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Rating"),
        Column::text("Level"),
        Column::text("Why"),
        Column::text("By"),
        Column::number("Matrix version"),
    ];
    let body = match risk.ratings.is_empty() {
        true => view! { <p class="muted">"Not rated yet."</p> }.into_any(),
        false => view! { <Table caption="All ratings, newest first" columns>{rows}</Table> }.into_any(),
    };
    view! { <Section title="Rating history" id="history">{body}</Section> }.into_any()
}

fn facts(risk: &RiskPage, may_write: bool, sees_system: bool) -> AnyView {
    let system = risk.located.reference;
    let change = may_write.then(|| format!("/risks/{}/handle", risk.reference));
    let handling = risk.handling;
    let (owner, name) = (risk.owner.clone().unwrap_or_else(|| "Nobody".to_owned()), risk.located.name.clone());
    let characteristic = risk.text.characteristic.label();
    let (by, at) = (risk.changed_by.clone(), risk.changed_at);
    let treatment = handling.treatment.map_or("None chosen", Treatment::label);
    let system = match sees_system {
        true => view! { <a href=format!("/systems/{system}")>{name}</a> }.into_any(),
        false => name.into_any(),
    };
    view! {
        <Card title="Handling">
            <KeyValues>
                <KeyValue label="Treatment" change_href=change.clone()>{treatment}</KeyValue>
                <KeyValue label="Owner" change_href=change.clone()>{owner}</KeyValue>
                <KeyValue label="Status" change_href=change>{handling.status.label()}</KeyValue>
                <KeyValue label="System">{system}</KeyValue>
                <KeyValue label="Characteristic">{characteristic}</KeyValue>
                <KeyValue label="Last change">{by}", "<Day at/></KeyValue>
            </KeyValues>
        </Card>
    }
    .into_any()
}

/// How to measure it, and what it corresponds to elsewhere.
fn from_library(risk: &RiskPage) -> Option<AnyView> {
    let entry = library::get(risk.library_key.as_deref()?)?;
    let measures = entry.measures.iter().map(|m| view! { <li>{m.as_str()}</li> }).collect_view();
    let references = entry
        .taxonomies
        .references()
        .into_iter()
        .map(|(name, ids)| view! { <li>{name}": "{ids.join(", ")}</li> })
        .collect_view();
    Some(
        view! {
            <Card title="From the library">
                <h3>"How to measure it"</h3><ul>{measures}</ul>
                <h3>"Corresponds to"</h3><ul>{references}</ul>
            </Card>
        }
        .into_any(),
    )
}

fn closing(risk: &RiskPage, form: FormState, may_write: bool) -> Option<AnyView> {
    if !may_write {
        return None;
    }
    let home = format!("/risks/{}", risk.reference);
    if risk.handling.status == Status::Closed {
        return Some(
            view! { <form method="post" action=format!("{home}/reopen")><form::HiddenState form/><button class="button" type="submit">"Reopen this risk"</button></form> }.into_any(),
        );
    }
    let open = form.has_errors();
    Some(
        view! {
            <details class="closing" open=open>
                <summary>"Close this risk"</summary>
                <p class="muted">"For a risk that no longer exists. It leaves the open risks, keeps its history, and can be reopened."</p>
                <Form form=form action=format!("{home}/close") submit="Close the risk">
                    <TextArea name="why" label="Why it is closed" rows=2/>
                </Form>
            </details>
        }
        .into_any(),
    )
}
