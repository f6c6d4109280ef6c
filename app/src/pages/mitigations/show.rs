//! GET /mitigations/{ref}: one mitigation, how far it is, and what moves it on.

use crate::components::*;
use crate::format;
use crate::pages::risks::view;
use crate::server::{AppError, Cx, FormState, PageResult};
use axum::extract::Path;
use chrono::{DateTime, Utc};
use domain::mitigation::{self, Status};
use domain::policy::Action;
use domain::risk::RatingKind;
use domain::risk::matrix::{Matrix, Point};
use leptos::prelude::*;
use std::collections::BTreeMap;
use store::mitigations::MitigationPage;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let mitigation = super::load(&cx, &reference).await?;
    page(&cx, mitigation, None).await
}

/// The way here; somebody who sees only this mitigation gets no links into the system.
pub fn crumbs(cx: &Cx, m: &MitigationPage) -> Vec<Crumb> {
    let system = m.located.reference;
    if !m.sees_system(&cx.actor) {
        return vec![Crumb::new("Mitigations", "/mitigations")];
    }
    vec![
        Crumb::new(m.located.name.clone(), format!("/systems/{system}")),
        Crumb::new("Mitigations", format!("/systems/{system}/mitigations")),
    ]
}

/// The moves that this person may make now, the way forward first.
fn moves(cx: &Cx, m: &MitigationPage) -> Vec<Status> {
    let (assignee, implementer) = (m.assignee.as_ref().map(|a| a.0), m.implemented.as_ref().map(|i| i.0));
    let may = |to: &Status| {
        let content = m.status == Status::Dropped || *to == Status::Dropped;
        let allowed = match content {
            true => m.located.allow_change(&cx.actor, Action::MitigationWrite),
            false => m.located.allow_in_use(&cx.actor, Action::MitigationAdvance),
        };
        allowed.is_ok()
            && mitigation::may_report(m.status, *to, m.located.relation).is_ok()
            && mitigation::advance(m.status, *to, cx.actor.id, assignee, implementer, m.condition_of.is_some()).is_ok()
    };
    let order = [Status::Verified, Status::Implemented, Status::InProgress, Status::Planned, Status::Dropped];
    order.into_iter().filter(may).collect()
}

/// The page; `form` is a refused report of progress.
pub async fn page(cx: &Cx, m: MitigationPage, form: Option<FormState>) -> PageResult {
    let matrices = store::mitigations::get::matrices(&cx.store).await?;
    let form = form.unwrap_or_else(|| cx.form().at_version(m.version));
    let may_edit = m.located.allow_change(&cx.actor, Action::MitigationWrite).is_ok();
    let (title, today, inner, moves) = (m.title.clone(), cx.today(), form.clone(), moves(cx, &m));
    let (crumbs, sees_system) = (crumbs(cx, &m), m.sees_system(&cx.actor));
    cx.form_page(&title, &form, move || {
        let reference = m.reference.to_string();
        let home = format!("/mitigations/{reference}");
        let mut more = Vec::new();
        if may_edit {
            more.push(("Edit".to_owned(), format!("{home}/edit")));
        }
        more.push(("History".to_owned(), format!("{home}/history")));
        view! {
            <PageHeader title=m.title.clone() reference=reference crumbs more>
                <Badge label=m.status.label() tone=view::mitigation_tone(m.status)/>
            </PageHeader>
            {condition(&m)}
            <div class="split">
                <div>
                    {view::paragraphs(&m.description)}
                    {progress(&m, &moves, inner)}
                    {risks(&m, sees_system, &matrices)}
                    {evidence(&m, may_edit)}
                </div>
                <aside>{facts(&m, today)}</aside>
            </div>
        }
    })
}

fn condition(m: &MitigationPage) -> Option<AnyView> {
    let decision = m.condition_of?;
    Some(
        view! {
            <Callout tone=Tone::Info title="A condition of the committee">
                <p>"Its words and its date stay as they were decided. "<a href=format!("/decisions/{decision}")>"Decision "{decision.to_string()}</a>"."</p>
            </Callout>
        }
        .into_any(),
    )
}

/// The verb of a move.
fn verb(from: Status, to: Status) -> &'static str {
    match (from, to) {
        (Status::Planned, Status::InProgress) => "Start work",
        (_, Status::InProgress) => "Send back to work",
        (_, Status::Implemented) => "Report it implemented",
        (_, Status::Verified) => "Verify it",
        (Status::Dropped, Status::Planned) => "Take it up again",
        (_, Status::Planned) => "Back to planned",
        (_, Status::Dropped) => "Drop it",
    }
}

fn progress(m: &MitigationPage, moves: &[Status], form: FormState) -> AnyView {
    let done = |what: &'static str, by: Option<(String, DateTime<Utc>)>| {
        by.map(|(who, at)| view! { <p>{what}" by "{who}", "<Instant at/>"."</p> })
    };
    let implemented = done("Implemented", m.implemented.clone().map(|(_, who, at)| (who, at)));
    let verified = done("Verified", m.verified.clone().map(|(_, who, at)| (who, at)));
    let waits = (m.status == Status::Implemented && !moves.contains(&Status::Verified))
        .then(|| view! { <p>"Somebody who neither did the work nor is assigned to it has to verify it."</p> });
    let steps = view! { {implemented}{verified}{waits} };
    let from = m.status;
    let buttons = moves
        .iter()
        .enumerate()
        .map(|(i, to)| {
            let onward = matches!(to, Status::Verified | Status::Implemented) || from == Status::Planned;
            let class = if i == 0 && onward { "button button-primary" } else { "button" };
            view! { <button class=class type="submit" name="to" value=to.as_str()>{verb(from, *to)}</button> }
        })
        .collect_view();
    let action = format!("/mitigations/{}/advance", m.reference);
    let forms = (!moves.is_empty()).then(|| {
        let hidden = form.clone();
        view! {
            <form class="form" method="post" action=action>
                <form::HiddenState form=hidden/>
                <TextField form name="note" label="Note" hint="What was done or found; kept in the audit trail" optional=true/>
                <div class="actions">{buttons}</div>
            </form>
        }
    });
    view! { <Section title="Progress" id="progress">{steps}{forms}</Section> }.into_any()
}

fn risks(m: &MitigationPage, links: bool, matrices: &BTreeMap<i32, Matrix>) -> Option<AnyView> {
    if m.risks.is_empty() {
        return None;
    }
    let cell = |rating: Option<(Point, i32)>, of| {
        view::rating_or_none(rating.and_then(|(at, version)| view::rated(matrices, at, version, None)), of)
    };
    let rows = m
        .risks
        .iter()
        .map(|k| {
            let title = match links {
                true => view! { <a href=format!("/risks/{}", k.reference)>{k.title.clone()}</a> }.into_any(),
                false => k.title.clone().into_any(),
            };
            view! {
                <tr>
                    <td class="ref">{k.reference.to_string()}</td>
                    <td>{title}</td>
                    <td>{cell(k.inherent, RatingKind::Inherent)}</td>
                    <td>{cell(k.residual, RatingKind::Residual)}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = ["Ref", "Risk", "Inherent", "Residual"].map(Column::text).to_vec();
    Some(view! { <Section title="Risks it acts on" id="risks"><Table caption="Risks it acts on" columns>{rows}</Table></Section> }.into_any())
}

fn evidence(m: &MitigationPage, may_edit: bool) -> AnyView {
    let add = may_edit.then(|| format!("/systems/{}/evidence/new?mitigation={}", m.located.reference, m.reference));
    let items = m.evidence.iter().map(|(reference, title, speaks_of)| {
        view! { <li><a href=format!("/evidence/{reference}")>{title.clone()}</a><span class="cell-sub">{format::date(*speaks_of)}</span></li> }
    }).collect_view();
    let body = match m.evidence.is_empty() {
        true => view! { <p class="muted">"No evidence of its implementation yet."</p> }.into_any(),
        false => view! { <ul class="linked">{items}</ul> }.into_any(),
    };
    view! { <Section title="Evidence of implementation" id="evidence" action_href=add action="Add evidence">{body}</Section> }.into_any()
}

fn facts(m: &MitigationPage, today: chrono::NaiveDate) -> AnyView {
    let done = !m.status.is_open();
    let due = match m.due_on {
        Some(date) => view! { <DueDate date today done/> }.into_any(),
        None => "No date".into_any(),
    };
    let assignee = m.assignee.as_ref().map_or("Nobody".to_owned(), |(_, name)| name.clone());
    let (system, kind) = (m.located.name.clone(), m.kind.label());
    let changed = m.changed_by.clone().unwrap_or_else(|| "The committee".to_owned());
    let at = m.changed_at;
    view! {
        <Card title="Facts">
            <KeyValues>
                <KeyValue label="System">{system}</KeyValue>
                <KeyValue label="Assignee">{assignee}</KeyValue>
                <KeyValue label="Due">{due}</KeyValue>
                <KeyValue label="Kind">{kind}</KeyValue>
                <KeyValue label="Last written">{changed}", "<Day at/></KeyValue>
            </KeyValues>
        </Card>
    }
    .into_any()
}

/// A report on an outdated version: the page as it stands now, with the note that was typed.
pub async fn outdated(cx: &Cx, reference: &str, form: FormState) -> Result<(MitigationPage, FormState), AppError> {
    let newer = super::load(cx, reference).await?;
    let message = "Somebody else changed this meanwhile. Look at it as it stands now, then decide again";
    let form = form.at_version(newer.version).with_error(message);
    Ok((newer, form))
}
