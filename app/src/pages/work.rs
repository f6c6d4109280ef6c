//! GET /work: what this person has to do now, most urgent first, one click from being done.

use crate::{
    components::*,
    format,
    server::{Cx, PageResult},
};
use chrono::NaiveDate;
use domain::actor::Role;
use domain::readiness::{Item, is_ready};
use leptos::prelude::*;
use store::work::{Work, WorkItem, WorkKind, work};

/// Shows the list.
pub async fn show(cx: Cx) -> PageResult {
    let Work { items, total } = work(&cx.store, &cx.actor).await?;
    let today = cx.today();
    let (actor, may_register) = (cx.actor.clone(), cx.actor.has_any(&[Role::Owner, Role::Admin]));
    cx.page("My work", move || {
        let (action, to) = may_register.then_some(("Register a system", "/systems/new")).unzip();
        let shown = items.len() as i64;
        let lead = (total > 0).then(|| {
            let things = format::count(total, "thing", "things");
            match total > shown {
                true => {
                    format!("{things} to do. The {shown} most urgent are here; the others follow as these are done.")
                }
                false => format!("{things} to do, the most urgent first."),
            }
        });
        let body = if items.is_empty() {
            let (text, to, label) = elsewhere(&actor);
            view! { <EmptyState title="Nothing waits for you" text action_href=to action=label/> }.into_any()
        } else {
            let rows = items.into_iter().map(|item| row(item, today)).collect_view();
            view! {
                <Table caption="What to do" columns=vec![
                    Column::text("What"), Column::text("Why"), Column::text("Due"), Column::text("Waiting for"),
                ]>{rows}</Table>
            }
            .into_any()
        };
        view! { <PageHeader title="My work" lead=lead action=action action_href=to/>{body} }
    })
}

/// Where somebody goes on for whom nothing waits.
fn elsewhere(actor: &domain::actor::Actor) -> (&'static str, &'static str, &'static str) {
    match actor {
        a if a.has(Role::Executive) => ("The portfolio shows where things stand.", "/reports", "Open the portfolio"),
        a if a.has(Role::Auditor) => ("The audit trail shows what happened.", "/audit", "Open the audit trail"),
        a if a.votes() => ("The queue shows what other members have before them.", "/committee", "Open the queue"),
        _ => ("Systems that you own or work on stand in the register.", "/systems", "Open the register"),
    }
}

fn row(item: WorkItem, today: NaiveDate) -> impl IntoView {
    let to = address(&item);
    let waiting = format::span((today - item.since.date_naive()).num_days().max(0));
    let due = item.due.map(|date| view! { <DueDate date today/> });
    let below = match &item.reference {
        Some(reference) => format!("{reference}, {} {}", item.system, item.system_name),
        None => item.system.to_string(),
    };
    let title = format!("{}: {}", verb(&item), item.title);
    view! {
        <tr>
            <td><a href=to>{title}</a><span class="cell-sub">{below}</span></td>
            <td><Badge label=item.kind.label() tone=tone(item.kind)/>{item.readiness.as_deref().map(missing)}</td>
            <td>{due}</td>
            <td class="num">{waiting}</td>
        </tr>
    }
}

/// "7 of 9; missing: …", as on the system's own page.
fn missing(items: &[Item]) -> impl IntoView + use<> {
    let done = items.iter().filter(|i| i.done()).count();
    let first = items.iter().find(|i| !i.done());
    let text = match first {
        Some(item) => format!(
            "{done} of {}; missing: {}{}",
            items.len(),
            item.step.label().to_lowercase(),
            if items.len() - done > 1 { " and more" } else { "" }
        ),
        None => format!("{done} of {}", items.len()),
    };
    view! { <span class="cell-sub">{text}</span> }
}

/// What is done by following the link.
fn verb(item: &WorkItem) -> &'static str {
    match item.kind {
        WorkKind::Suspended => "Meet the condition",
        WorkKind::MitigationOverdue | WorkKind::MitigationDue | WorkKind::MitigationOpen => "Report progress",
        WorkKind::ChangesRequested => "Change and submit again",
        WorkKind::Vote => "Read and vote",
        WorkKind::Close => "Close the review",
        WorkKind::Ownerless => "Name a new owner",
        WorkKind::Stale | WorkKind::Expired | WorkKind::Expiring => "Submit again",
        WorkKind::EvidenceExpiring => "Renew the evidence",
        WorkKind::Verify => "Verify",
        WorkKind::Triage => "Answer the triage",
        WorkKind::Refused => "Change and submit again, or retire",
        WorkKind::Draft if item.readiness.as_deref().is_some_and(is_ready) => "Check and submit",
        WorkKind::Draft => "Continue",
    }
}

/// Where it is done.
fn address(item: &WorkItem) -> String {
    let system = format!("/systems/{}", item.system);
    let reference = item.reference.as_deref().unwrap_or_default();
    let first_missing = || {
        let missing = item.readiness.as_deref()?.iter().find(|i| !i.done())?;
        Some(format!("{system}/{}", missing.step.page()))
    };
    match item.kind {
        WorkKind::Suspended => format!("{system}/mitigations"),
        WorkKind::MitigationOverdue | WorkKind::MitigationDue | WorkKind::MitigationOpen | WorkKind::Verify => {
            format!("/mitigations/{reference}")
        }
        WorkKind::Vote | WorkKind::Close => format!("/reviews/{reference}"),
        WorkKind::Ownerless => format!("{system}/people"),
        WorkKind::EvidenceExpiring => format!("/evidence/{reference}"),
        WorkKind::Triage => format!("{system}/triage"),
        WorkKind::ChangesRequested => format!("{system}/reviews"),
        WorkKind::Refused => system,
        WorkKind::Expiring => format!("{system}/submit"),
        WorkKind::Draft | WorkKind::Stale | WorkKind::Expired => {
            first_missing().unwrap_or_else(|| format!("{system}/submit"))
        }
    }
}

fn tone(kind: WorkKind) -> Tone {
    match kind {
        WorkKind::Suspended | WorkKind::Expired | WorkKind::MitigationOverdue => Tone::Danger,
        WorkKind::ChangesRequested
        | WorkKind::Stale
        | WorkKind::Expiring
        | WorkKind::EvidenceExpiring
        | WorkKind::Ownerless => Tone::Warning,
        WorkKind::Vote | WorkKind::Close | WorkKind::MitigationDue | WorkKind::Verify => Tone::Info,
        WorkKind::Triage | WorkKind::Draft | WorkKind::MitigationOpen | WorkKind::Refused => Tone::Neutral,
    }
}
