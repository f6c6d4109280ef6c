//! /systems/{ref}/risks/write: a risk in one's own words.

use super::{new, pick, view};
use crate::choices;
use crate::components::*;
use crate::pages::systems::frame;
use crate::server::{AppError, Cx, FormReader, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::ids::PersonId;
use domain::policy::Action;
use domain::risk::matrix::STEPS;
use domain::risk::{Characteristic, RiskText, Treatment};
use leptos::prelude::*;
use store::risks::{self, NewRisk};
use store::systems::SystemHeader;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    header.located.allow_change(&cx.actor, Action::RiskWrite)?;
    let form = cx.form().fill("owner", header.owner_id);
    page(&cx, &header, form).await
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let mut form = form.reader();
    let text = texts(&mut form);
    let limits = 1..=*STEPS.end() as i64;
    let likelihood = form.int("likelihood", "Choose the likelihood", limits.clone());
    let impact = form.int("impact", "Choose the impact", limits);
    let treatment = form.pick::<Treatment>("treatment", "Choose what to do about it");
    let owner = form.pick::<PersonId>("owner", "Choose who answers for it");
    let once = form.once();
    let (text, inherent, treatment, owner, once) =
        match form.finish((text, new::point(likelihood, impact), treatment, owner, once)) {
            Ok(read) => read,
            Err(form) => return page(&cx, &header, form).await,
        };
    let risk =
        NewRisk { text, library_key: None, treatment: Some(treatment), owner: Some(owner), inherent: Some(inherent) };
    match risks::add(&cx.store, &cx.actor, header.located.reference, &[risk], Some(once)).await {
        Ok(added) => {
            let to = added.first().map(|r| format!("/risks/{r}")).unwrap_or_default();
            cx.redirect_with(to, Notice::Created)
        }
        Err(error) => page(&cx, &header, form.refused(&AppError::from(error).fields()?)).await,
    }
}

async fn page(cx: &Cx, header: &SystemHeader, form: FormState) -> PageResult {
    let matrix = store::matrix::in_force(&cx.store).await?.matrix;
    let people = store::systems::choices::choices(&cx.store).await?.people;
    let people: Vec<_> = people.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    let system = header.located.reference;
    let crumbs = pick::crumbs(header);
    let inner = form.clone();
    cx.form_page("Write a risk", &form, move || {
        view! {
            <div class="narrow">
                <PageHeader title="Write a risk" crumbs lead="What brings it about, what happens, and what follows."/>
                <Form action=format!("/systems/{system}/risks/write") submit="Add the risk" cancel=format!("/systems/{system}/risks")>
                    {text_fields()}
                    <fieldset class="card rate-card">
                        <legend>"Before any mitigation"</legend>
                        {view::rating_fields(&inner, &matrix, "", "", false)}
                    </fieldset>
                    <SelectField name="treatment" label="Treatment" choices=choices!(Treatment)/>
                    <SelectField name="owner" label="Who answers for it" choices=people/>
                </Form>
            </div>
        }
    })
}

/// The texts of a risk, for writing and for editing.
pub fn text_fields() -> AnyView {
    view! {
        <TextField name="title" label="Title" hint="A few words that name it"/>
        <TextArea name="cause" label="Cause" hint="What could bring it about?" rows=3/>
        <TextArea name="event" label="Event" hint="What would happen?" rows=3/>
        <TextArea name="consequence" label="Consequence" hint="What would follow, and for whom?" rows=3/>
        <SelectField name="characteristic" label="Characteristic it threatens" choices=choices!(Characteristic)
            hint="Of trustworthy AI, as the AI RMF names them"/>
    }
    .into_any()
}

/// Reads the texts of a risk.
pub fn texts(form: &mut FormReader) -> Option<RiskText> {
    let title = form.text("title", "Enter a title");
    let cause = form.prose("cause", "Say what could bring it about");
    let event = form.prose("event", "Say what could happen");
    let consequence = form.prose("consequence", "Say what would follow, and for whom");
    let characteristic = form.pick::<Characteristic>("characteristic", "Choose a characteristic");
    Some(RiskText {
        title: title?,
        cause: cause?,
        event: event?,
        consequence: consequence?,
        characteristic: characteristic?,
    })
}
