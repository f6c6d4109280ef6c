//! The second step of adding risks, and POST /systems/{ref}/risks/new: all picked risks rated on one form.

use super::{pick, view};
use crate::choices;
use crate::components::*;
use crate::pages::systems::frame;
use crate::server::{AppError, Cx, FieldErrors, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::ids::PersonId;
use domain::policy::Action;
use domain::risk::Treatment;
use domain::risk::library::LibraryRisk;
use domain::risk::matrix::{Matrix, Point, STEPS};
use leptos::prelude::*;
use store::risks::{self, NewRisk};
use store::systems::SystemHeader;

pub async fn page(cx: &Cx, header: &SystemHeader, form: FormState) -> PageResult {
    let keys = form.values("pick");
    let picked = pick::entries(&keys)?;
    let matrix = store::matrix::in_force(&cx.store).await?.matrix;
    let people = store::systems::choices::choices(&cx.store).await?.people;
    let people: Vec<_> = people.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    let system = header.located.reference;
    let crumbs = pick::crumbs(header);
    let title = if picked.len() == 1 { "Rate the risk" } else { "Rate the risks" };
    let submit = if picked.len() == 1 { "Add the risk".to_owned() } else { format!("Add {} risks", picked.len()) };
    let inner = form.clone();
    cx.form_page(title, &form, move || {
        let hidden = picked.iter().map(|r| view! { <Hidden name="pick" value=r.key.clone()/> }).collect_view();
        let cards = picked.iter().map(|risk| card(risk, &inner, &matrix)).collect_view();
        view! {
            <PageHeader title crumbs lead="How it stands before any mitigation, and what is to be done about it."/>
            <Form action=format!("/systems/{system}/risks/new") submit cancel=format!("/systems/{system}/risks") wide=true>
                {hidden}
                {cards}
                <SelectField name="owner" label="Who answers for them" choices=people/>
            </Form>
        }
    })
}

fn card(risk: &'static LibraryRisk, form: &FormState, matrix: &Matrix) -> AnyView {
    let after = format!("-{}", risk.key);
    let fields = view::rating_fields(form, matrix, "", &after, false);
    let treatment = form.clone();
    view! {
        <fieldset class="card rate-card">
            <legend>{risk.title.as_str()}</legend>
            <p class="muted">{format!("{} \u{2192} {}", risk.cause, risk.event)}</p>
            {fields}
            <SelectField form=treatment name=format!("treatment{after}") label="Treatment" choices=choices!(Treatment)/>
        </fieldset>
    }
    .into_any()
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let mut form = form.reader();
    let keys = form.all("pick");
    let picked = pick::entries(&keys)?;
    let owner = form.pick::<PersonId>("owner", "Choose who answers for the risks");
    let limits = 1..=*STEPS.end() as i64;
    let mut new = Vec::new();
    for risk in &picked {
        let (key, title) = (&risk.key, &risk.title);
        let likelihood = form.int(
            &format!("likelihood-{key}"),
            &format!("Choose the likelihood of \u{201c}{title}\u{201d}"),
            limits.clone(),
        );
        let impact = form.int(
            &format!("impact-{key}"),
            &format!("Choose the impact of \u{201c}{title}\u{201d}"),
            limits.clone(),
        );
        let treatment = form.pick::<Treatment>(
            &format!("treatment-{key}"),
            &format!("Choose what to do about \u{201c}{title}\u{201d}"),
        );
        let inherent = point(likelihood, impact);
        new.push(NewRisk { treatment, owner, inherent, ..NewRisk::from_library(key).map_err(AppError::from)? });
    }
    let once = form.once();
    let (_, once) = match form.finish((owner, once)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &header, form).await,
    };
    let treated = new.iter().any(|r| r.treatment == Some(Treatment::Mitigate));
    let system = header.located.reference;
    match risks::add(&cx.store, &cx.actor, system, &new, Some(once)).await {
        // What is to be mitigated leads on to its mitigations.
        Ok(_) if treated && header.may_change(&cx.actor, Action::MitigationWrite) => {
            cx.redirect_with(format!("/systems/{system}/mitigations/new"), Notice::RisksAdded)
        }
        Ok(_) => cx.redirect_with(format!("/systems/{system}/risks"), Notice::Created),
        Err(error) => page(&cx, &header, form.refused(&on_first(AppError::from(error).fields()?, &picked))).await,
    }
}

/// A point, where both numbers are there.
pub fn point(likelihood: Option<i64>, impact: Option<i64>) -> Option<Point> {
    Some(Point { likelihood: i16::try_from(likelihood?).ok()?, impact: i16::try_from(impact?).ok()? })
}

/// The register does not know which card a rating stood on: its message leads to the first one.
fn on_first(errors: FieldErrors, picked: &[&'static LibraryRisk]) -> FieldErrors {
    let first = picked.first().map(|r| r.key.clone()).unwrap_or_default();
    let place = |field: String| if field == "likelihood" { format!("likelihood-{first}") } else { field };
    FieldErrors(errors.0.into_iter().map(|(field, message)| (place(field), message)).collect())
}
