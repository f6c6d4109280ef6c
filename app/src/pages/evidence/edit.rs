//! GET and POST /evidence/{reference}/edit: what is said about the file. The file stays.

use super::{fields, reference};
use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use leptos::prelude::*;
use store::evidence::{self, Choices, Detail};

pub async fn show(cx: Cx, Path(text): Path<String>) -> PageResult {
    let (detail, choices) = load(&cx, &text).await?;
    let form = fields::fill(cx.form(), &detail.label).at_version(detail.version);
    page(&cx, &detail, &choices, form)
}

pub async fn save(cx: Cx, Path(text): Path<String>, form: RawForm) -> PageResult {
    let (detail, choices) = load(&cx, &text).await?;
    let mut form = form.reader();
    let label = fields::read(&mut form, None);
    let version = form.version();
    let (label, version) = match form.finish((label, version)) {
        Ok(read) => read,
        Err(state) => return page(&cx, &detail, &choices, state),
    };
    match evidence::edit(&cx.store, &cx.actor, detail.reference, version, &label).await {
        Ok(()) => cx.redirect_with(format!("/evidence/{}", detail.reference), Notice::Saved),
        Err(store::Error::Stale { .. }) => {
            let (theirs, _) = load(&cx, &text).await?;
            conflict(&cx, &theirs, &choices, form.state().at_version(theirs.version))
        }
        Err(error) => page(&cx, &detail, &choices, form.refused(&AppError::from(error).fields()?)),
    }
}

async fn load(cx: &Cx, text: &str) -> Result<(Detail, Choices), AppError> {
    let detail = evidence::get(&cx.store, &cx.actor, reference(text)?).await?;
    let choices = evidence::choices(&cx.store, &cx.actor, detail.system.reference).await?;
    if detail.withdrawn.is_some() {
        return Err(AppError::NotNow("The evidence was withdrawn: it stays as it was".to_owned()));
    }
    Ok((detail, choices))
}

fn page(cx: &Cx, detail: &Detail, choices: &Choices, form: FormState) -> PageResult {
    cx.form_page("Edit evidence", &form, || body(detail, choices, ()))
}

fn conflict(cx: &Cx, theirs: &Detail, choices: &Choices, form: FormState) -> PageResult {
    let saved = fields::fill(FormState::default(), &theirs.label);
    let field = |label: &str, name: &str| ConflictField::new(label, saved.value(name), form.value(name));
    let compared = vec![
        field("What it shows", "kind"),
        field("Date that it speaks of", "speaks_of"),
        field("Title", "title"),
        field("Valid until", "valid_until"),
        field("Note", "note"),
    ];
    let who = theirs.changed_by.clone();
    let mut response = cx.form_page("Edit evidence", &form, || {
        body(theirs, choices, view! { <ConflictNotice who=who fields=compared/> })
    })?;
    *response.status_mut() = axum::http::StatusCode::CONFLICT;
    Ok(response)
}

fn body(detail: &Detail, choices: &Choices, above: impl IntoView + 'static) -> AnyView {
    let at = format!("/evidence/{}", detail.reference);
    let crumbs = vec![Crumb::new(format!("{} {}", detail.reference, detail.label.title), &at)];
    let risks = fields::links(&choices.risks, &detail.risks, "R");
    let mitigations = fields::links(&choices.mitigations, &detail.mitigations, "M");
    view! {
        <div class="narrow">
            <PageHeader title="Edit evidence" crumbs=crumbs lead="The file itself never changes. A newer file is new evidence."/>
            {above}
            <Form action=format!("{at}/edit") submit="Save" cancel=at>{fields::view(risks, mitigations, false)}</Form>
        </div>
    }
    .into_any()
}
