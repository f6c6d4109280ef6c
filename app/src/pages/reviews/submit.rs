//! GET and POST /systems/AIS-12/submit: check the answers, declare, submit. One field, two clicks.

use super::{parts, words};
use crate::components::*;
use crate::format;
use crate::pages::systems::frame;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use axum::http::StatusCode;
use domain::ids::SystemRef;
use domain::policy::Action;
use domain::readiness::{Item, is_ready};
use domain::review::dossier::Dossier;
use domain::review::{DECLARATION, Part, State};
use leptos::prelude::*;
use std::collections::BTreeMap;
use store::reviews::submit::{self, Preview};
use store::systems::SystemHeader;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    page(&cx, &reference, StatusCode::OK, cx.form()).await
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let system: SystemRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let mut form = form.reader();
    let declared = form.ticked("declared").then_some(());
    if declared.is_none() {
        form.error("declared", "Tick the box when you have checked the answers");
    }
    let once = form.once();
    let (_, once) = match form.finish((declared, once)) {
        Ok(read) => read,
        Err(state) => return page(&cx, &reference, super::status_of(&state), state).await,
    };
    match submit::submit(&cx.store, &cx.actor, system, Some(once)).await {
        Ok(review) => cx.redirect_with(format!("/reviews/{review}"), Notice::Submitted),
        Err(error) => {
            let (status, state) = super::refused(&form, error)?;
            page(&cx, &reference, status, state).await
        }
    }
}

async fn page(cx: &Cx, reference: &str, status: StatusCode, form: FormState) -> PageResult {
    let header = frame::load(cx, reference).await?;
    let preview = submit::preview(&cx.store, &cx.actor, header.located.reference).await?;
    let title = format!("Submit {}", header.located.name);
    let cx2 = cx.clone();
    super::form_page(cx, status, &title, &form, move || {
        let content = content(&cx2, &header, &preview);
        frame::frame(&cx2, &header, frame::Section::Reviews, content)
    })
}

fn content(cx: &Cx, header: &SystemHeader, preview: &Preview) -> AnyView {
    let reference = header.located.reference;
    if let Some((review, state)) = preview.open.filter(|(_, state)| state.is_under_review()) {
        let text =
            format!("It is {}. Nothing can be submitted until the committee is done.", state.label().to_lowercase());
        let href = format!("/reviews/{review}");
        return view! { <Section title="Submit"><p>{text}</p><p><a class="button" href=href>"Review "{review.to_string()}</a></p></Section> }
            .into_any();
    }
    let ready = is_ready(&preview.readiness);
    let may = header.may(&cx.actor, Action::ReviewSubmit);
    let dossier = preview.dossier.as_ref().map(|d| answers(reference, d));
    let changes = changes(preview);
    let end = match (ready, may) {
        (false, _) => view! { <Callout tone=Tone::Info title="Not ready yet"><p>"Every item above has to be done first."</p></Callout> }.into_any(),
        (true, false) => view! { <Callout tone=Tone::Info title="Ready"><p>"Everything is there. Only the owner submits."</p></Callout> }.into_any(),
        (true, true) => declaration(reference, preview),
    };
    view! {
        {readiness(reference, &preview.readiness)}
        {changes}
        {dossier}
        {end}
    }
    .into_any()
}

fn readiness(reference: SystemRef, items: &[Item]) -> AnyView {
    let done = items.iter().filter(|i| i.done()).count();
    let tasks: Vec<Task> = items
        .iter()
        .map(|item| {
            let status = if item.done() { TaskStatus::Done } else { TaskStatus::ToDo };
            let task = Task::new(item.step.label(), format!("/systems/{reference}/{}", item.step.page()), status);
            match &item.missing {
                Some(missing) => task.detail(format!("Missing: {missing}")),
                None => task,
            }
        })
        .collect();
    let of = items.len();
    view! {
        <Section title="What the committee asks for" id="readiness">
            <p><Progress done of label="done"/></p>
            <TaskList label="What the committee asks for" tasks/>
        </Section>
    }
    .into_any()
}

/// What the owner checks: every part as the committee will read it, with the way to change it.
fn answers(reference: SystemRef, dossier: &Dossier) -> AnyView {
    let pages = [
        (Part::Summary, "edit"),
        (Part::Triage, "triage"),
        (Part::Context, "map"),
        (Part::Risks, "risks"),
        (Part::Mitigations, "mitigations"),
        (Part::Criteria, "scorecard"),
        (Part::Evidence, "evidence"),
    ];
    let parts = pages
        .into_iter()
        .map(|(part, page)| {
            let title = parts::title(part);
            let href = format!("/systems/{reference}/{page}");
            let body = parts::part(dossier, part, &BTreeMap::new(), &[]);
            view! { <Section title id=part.as_str() action_href=href action="Change">{body}</Section> }
        })
        .collect_view();
    parts.into_any()
}

/// After changes were requested: what the owner changed since.
fn changes(preview: &Preview) -> Option<AnyView> {
    preview.open.filter(|(_, state)| *state == State::ChangesRequested)?;
    let body = match preview.changes.is_empty() {
        true => view! { <p>"Nothing differs from what you submitted last."</p> }.into_any(),
        false => words::changes(&preview.changes, "Changes since the last submission", "Submitted".to_owned(), "Now"),
    };
    Some(view! { <Section title="What you changed since the last submission" id="changes">{body}</Section> }.into_any())
}

fn declaration(reference: SystemRef, preview: &Preview) -> AnyView {
    let frozen = preview.dossier.as_ref().map(|d| {
        format!(
            "All that stands above: {}, {} and {}, with the SHA-256 of every file.",
            format::count(d.risks.len() as i64, "risk", "risks"),
            format::count(d.mitigations.len() as i64, "mitigation", "mitigations"),
            format::count(d.evidence.len() as i64, "piece of evidence", "pieces of evidence"),
        )
    });
    let again = preview.open.is_some();
    let submit = if again { "Submit again" } else { "Freeze and submit" };
    let (action, cancel) = (format!("/systems/{reference}/submit"), format!("/systems/{reference}"));
    view! {
        <Section title="Declare and submit" id="declare">
            <Callout tone=Tone::Info title="What is frozen">
                <p>{frozen}" It stands still while the committee has it; you can withdraw it until they decide."</p>
            </Callout>
            <Form action submit cancel>
                <CheckboxField name="declared" label=DECLARATION/>
            </Form>
        </Section>
    }
    .into_any()
}
