//! /risks/{ref}/handle: treatment, owner and status; closing and reopening.

use crate::choices;
use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::ids::PersonId;
use domain::policy::Action;
use domain::risk::{Handling, Status, Treatment};
use leptos::prelude::*;
use store::risks::{self, RiskPage};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    risk.located.allow_change(&cx.actor, Action::RiskWrite)?;
    let form = filled(&cx, &risk);
    page(&cx, &risk, form, Vec::new()).await
}

/// The form as the risk stands now.
fn filled(cx: &Cx, risk: &RiskPage) -> FormState {
    let handling = risk.handling;
    cx.form()
        .fill_opt("treatment", handling.treatment)
        .fill_opt("owner", handling.owner)
        .fill("status", handling.status)
        .at_version(risk.version)
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    let mut form = form.reader();
    let treatment = form.opt_pick::<Treatment>("treatment");
    let owner = form.opt_pick::<PersonId>("owner");
    let status = form.pick::<Status>("status", "Choose where it stands");
    let version = form.version();
    let (status, version) = match form.finish((status, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &risk, form, Vec::new()).await,
    };
    let new = Handling { treatment, owner, status };
    match risks::handle(&cx.store, &cx.actor, risk.reference, version, new).await.map_err(AppError::from) {
        Ok(()) => cx.redirect_with(format!("/risks/{reference}"), Notice::Saved),
        Err(AppError::Conflict(_)) => {
            let newer = super::load(&cx, &reference).await?;
            let fields = differences(&newer, new);
            page(&cx, &newer, form.state().at_version(newer.version), fields).await
        }
        Err(error) => page(&cx, &risk, form.refused(&error.fields()?), Vec::new()).await,
    }
}

/// Both versions in words. An owner is named where it is the one that stands; the form names the other.
fn differences(newer: &RiskPage, yours: Handling) -> Vec<ConflictField> {
    let theirs = newer.handling;
    let treatment = |t: Option<Treatment>| t.map_or("None", Treatment::label);
    let name = newer.owner.clone().unwrap_or_else(|| "Nobody".to_owned());
    let own = if yours.owner == theirs.owner { name.clone() } else { "As chosen below".to_owned() };
    vec![
        ConflictField::new("Treatment", treatment(theirs.treatment), treatment(yours.treatment)),
        ConflictField::new("Status", theirs.status.label(), yours.status.label()),
        ConflictField::new("Owner", name, own),
    ]
}

async fn page(cx: &Cx, risk: &RiskPage, form: FormState, conflict: Vec<ConflictField>) -> PageResult {
    let people = store::systems::choices::choices(&cx.store).await?.people;
    let people: Vec<_> = people.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    let (risk, inner, clash) = (risk.clone(), form.clone(), !conflict.is_empty());
    let content = move || {
        let reference = risk.reference.to_string();
        let home = format!("/risks/{reference}");
        let who = risk.changed_by.clone();
        let notice = (!conflict.is_empty()).then(|| view! { <ConflictNotice who fields=conflict/> });
        let statuses: Vec<_> = [Status::Open, Status::Treating, Status::Accepted]
            .map(|s| Choice::new(s.as_str(), s.label()))
            .into_iter()
            .collect();
        view! {
            <div class="narrow">
                <PageHeader title="Treatment and owner" reference=reference.clone() crumbs=super::show::crumbs(&risk)/>
                {notice}
                <Form form=inner action=format!("{home}/handle") submit="Save" cancel=home.clone()>
                    <SelectField name="treatment" label="Treatment" choices=choices!(Treatment) optional=true empty="None chosen"/>
                    <SelectField name="owner" label="Who answers for it" choices=people optional=true empty="Nobody"/>
                    <SelectField name="status" label="Status" choices=statuses
                        hint="Acceptance counts only with a decision of the committee behind it"/>
                </Form>
            </div>
        }
    };
    if clash {
        cx.conflict_page("Treatment and owner", content)
    } else {
        cx.form_page("Treatment and owner", &form, content)
    }
}

/// POST /risks/{ref}/close
pub async fn close(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    let mut form = form.reader();
    let why = form.prose("why", "Say why it is closed");
    let version = form.version();
    let (why, version) = match form.finish((why, version)) {
        Ok(read) => read,
        Err(form) => return super::show::page(&cx, risk, Some(form)),
    };
    match risks::close(&cx.store, &cx.actor, risk.reference, version, &why).await.map_err(AppError::from) {
        Ok(()) => cx.redirect_with(format!("/risks/{reference}"), Notice::RiskClosed),
        Err(AppError::Conflict(_)) => {
            let newer = super::load(&cx, &reference).await?;
            let message =
                format!("{} changed this risk meanwhile. Read it as it stands now, then close it", newer.changed_by);
            let form = form.state().at_version(newer.version).with_error(message);
            super::show::page(&cx, newer, Some(form))
        }
        Err(error) => super::show::page(&cx, risk, Some(form.refused(&error.fields()?))),
    }
}

/// POST /risks/{ref}/reopen
pub async fn reopen(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    let mut form = form.reader();
    let version = form.version();
    let Ok((version,)) = form.finish((version,)) else {
        return cx.redirect_with(format!("/risks/{reference}"), Notice::Unchanged);
    };
    risks::reopen(&cx.store, &cx.actor, risk.reference, version).await?;
    cx.redirect_with(format!("/risks/{reference}"), Notice::Saved)
}
