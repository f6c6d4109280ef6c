//! /risks/{ref}/edit: the texts of a risk. Two people who edit at once both keep what they typed.

use super::write;
use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::policy::Action;
use domain::risk::Characteristic;
use leptos::prelude::*;
use store::risks::{self, RiskPage};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    risk.located.allow_change(&cx.actor, Action::RiskWrite)?;
    let text = &risk.text;
    let form = cx
        .form()
        .fill("title", &text.title)
        .fill("cause", &text.cause)
        .fill("event", &text.event)
        .fill("consequence", &text.consequence)
        .fill("characteristic", text.characteristic)
        .at_version(risk.version);
    page(&cx, &risk, form)
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    let mut form = form.reader();
    let text = write::texts(&mut form);
    let version = form.version();
    let (text, version) = match form.finish((text, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &risk, form),
    };
    match risks::edit(&cx.store, &cx.actor, risk.reference, version, &text).await.map_err(AppError::from) {
        Ok(()) => cx.redirect_with(format!("/risks/{reference}"), Notice::Saved),
        Err(AppError::Conflict(_)) => {
            let newer = super::load(&cx, &reference).await?;
            conflict(&cx, &newer, form.state())
        }
        Err(error) => page(&cx, &risk, form.refused(&error.fields()?)),
    }
}

fn page(cx: &Cx, risk: &RiskPage, form: FormState) -> PageResult {
    let risk = risk.clone();
    let inner = form.clone();
    cx.form_page("Edit the risk", &form, move || content(&risk, inner, Vec::new()))
}

/// Both versions side by side; the form keeps what was typed, on the version that is there now.
fn conflict(cx: &Cx, risk: &RiskPage, form: FormState) -> PageResult {
    let theirs = &risk.text;
    let label = |word: String| word.parse::<Characteristic>().map(Characteristic::label).unwrap_or_default();
    let fields = vec![
        ConflictField::new("Title", &theirs.title, form.value("title")),
        ConflictField::new("Cause", &theirs.cause, form.value("cause")),
        ConflictField::new("Event", &theirs.event, form.value("event")),
        ConflictField::new("Consequence", &theirs.consequence, form.value("consequence")),
        ConflictField::new("Characteristic", theirs.characteristic.label(), label(form.value("characteristic"))),
    ];
    let (risk, form) = (risk.clone(), form.at_version(risk.version));
    cx.conflict_page("Edit the risk", move || content(&risk, form, fields))
}

fn content(risk: &RiskPage, form: FormState, conflict: Vec<ConflictField>) -> AnyView {
    let reference = risk.reference.to_string();
    let home = format!("/risks/{reference}");
    let crumbs = super::show::crumbs(risk);
    let who = risk.changed_by.clone();
    let notice = (!conflict.is_empty()).then(|| view! { <ConflictNotice who fields=conflict/> });
    view! {
        <div class="narrow">
            <PageHeader title="Edit the risk" reference=reference crumbs/>
            {notice}
            <Form form=form action=format!("{home}/edit") submit="Save" cancel=home.clone()>
                {write::text_fields()}
            </Form>
        </div>
    }
    .into_any()
}
