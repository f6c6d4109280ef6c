//! /risks/{ref}/rate: inherent, residual and target on one form. A rating is added; earlier ones stay.

use super::{new, view};
use crate::components::*;
use crate::server::{AppError, Cx, FormReader, FormState, Notice, PageResult, RawForm, cx::own_path};
use axum::extract::Path;
use domain::policy::Action;
use domain::risk::RatingKind;
use domain::risk::matrix::{Point, STEPS};
use leptos::prelude::*;
use store::risks::{self, NewRating, RiskPage};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    risk.located.allow_change(&cx.actor, Action::RiskRate)?;
    let mut form = cx.form();
    for kind in RatingKind::ALL {
        // A rating on another scale is not carried over: its steps meant something else.
        let same = |version: &i32| risk.matrices.get(version).is_some_and(|m| m.same_scale(&risk.matrix.matrix));
        if let Some(now) = risk.current(*kind).filter(|r| same(&r.matrix_version)) {
            form = form
                .fill(&format!("{kind}-likelihood"), now.at.likelihood)
                .fill(&format!("{kind}-impact"), now.at.impact)
                .fill(&format!("{kind}-was"), was(now.at));
        }
    }
    page(&cx, &risk, form)
}

fn was(at: Point) -> String {
    format!("{}-{}", at.likelihood, at.impact)
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let risk = super::load(&cx, &reference).await?;
    let mut form = form.reader();
    let ratings: Vec<NewRating> = RatingKind::ALL.iter().filter_map(|kind| read(&mut form, *kind)).collect();
    let back = form.opt("back");
    let once = form.once();
    let once = match form.finish((once,)) {
        Ok((once,)) => once,
        Err(form) => return page(&cx, &risk, form),
    };
    if ratings.is_empty() {
        let message = "Change a rating, or give a reason why it stays as it is";
        return page(&cx, &risk, form.state().with_error(message));
    }
    match risks::rate(&cx.store, &cx.actor, risk.reference, &ratings, Some(once)).await {
        Ok(()) => {
            let home = format!("/risks/{reference}");
            cx.redirect_with(own_path(back.as_deref().unwrap_or_default(), &home), Notice::Rated)
        }
        Err(error) => page(&cx, &risk, form.refused(&AppError::from(error).fields()?)),
    }
}

/// A rating that differs from the one that the form was filled with, or that has a reason of its own.
fn read(form: &mut FormReader, kind: RatingKind) -> Option<NewRating> {
    let limits = 1..=*STEPS.end() as i64;
    let given = |form: &mut FormReader, what: &str| form.opt(&format!("{kind}-{what}")).is_some();
    let before = form.opt(&format!("{kind}-was"));
    let rationale = form.opt_prose(&format!("{kind}-why"));
    let any = [given(form, "likelihood"), given(form, "impact"), rationale.is_some()].contains(&true);
    if !any {
        return None;
    }
    let label = kind.label().to_lowercase();
    let likelihood = form.int(&format!("{kind}-likelihood"), &format!("Choose the {label} likelihood"), limits.clone());
    let impact = form.int(&format!("{kind}-impact"), &format!("Choose the {label} impact"), limits);
    let at = new::point(likelihood, impact)?;
    (before != Some(was(at)) || rationale.is_some()).then_some(NewRating { kind, at, rationale })
}

fn page(cx: &Cx, risk: &RiskPage, form: FormState) -> PageResult {
    let (risk, inner) = (risk.clone(), form.clone());
    cx.form_page("Rate the risk", &form, move || {
        let reference = risk.reference.to_string();
        let home = format!("/risks/{reference}");
        let appetite = risk.matrix.matrix.label(risk.matrix.matrix.appetite).to_owned();
        let parts = RatingKind::ALL.iter().map(|kind| part(*kind, &risk, &inner)).collect_view();
        view! {
            <PageHeader title="Rate the risk" reference=reference.clone() crumbs=super::show::crumbs(&risk)
                lead=format!("{}. Appetite ends at \u{201c}{appetite}\u{201d}.", risk.text.title)/>
            <Form action=format!("{home}/rate") submit="Save ratings" cancel=home.clone() wide=true>
                <div class="grid">{parts}</div>
            </Form>
        }
    })
}

fn part(kind: RatingKind, risk: &RiskPage, form: &FormState) -> AnyView {
    let hint = match kind {
        RatingKind::Inherent => "Before any mitigation",
        RatingKind::Residual => "With the mitigations that are in place",
        RatingKind::Target => "Where it should go; may be left out",
    };
    let before = format!("{kind}-was");
    let was = form.value(&before);
    let fields = view::rating_fields(form, &risk.matrix.matrix, &format!("{kind}-"), "", true);
    let why = form.clone();
    view! {
        <fieldset class="card rate-card">
            <legend>{kind.label()}</legend>
            <p class="muted">{hint}</p>
            <Hidden name=before value=was/>
            {fields}
            <TextArea form=why name=format!("{kind}-why") label="Why" optional=true rows=3/>
        </fieldset>
    }
    .into_any()
}
