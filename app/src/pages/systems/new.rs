//! GET and POST /systems/new: five fields, then straight on to the triage. GET /systems/similar: names like the one typed.

use super::frame::href;
use crate::{
    choices,
    components::*,
    islands::{SimilarName, SimilarNames},
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::{Json, response::IntoResponse};
use domain::actor::Role;
use domain::ids::{PersonId, UnitId};
use domain::system::{Registration, Stage};
use leptos::prelude::*;
use store::systems::{choices::Choices, register, similar};

/// Shows the form: the owner is whoever opens it until they say otherwise.
pub async fn show(cx: Cx) -> PageResult {
    let choices = store::systems::choices(&cx.store).await?;
    let mut form = cx.form().fill("owner", cx.actor.id);
    if let [(only, _)] = choices.units.as_slice() {
        form = form.fill("unit", only);
    }
    page(&cx, choices, form)
}

/// Registers the system.
pub async fn save(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let name = form.text("name", "Enter a name");
    let purpose = form.prose("purpose", "Say what the system is for");
    let unit = form.pick::<UnitId>("unit", "Choose a business unit");
    let owner = form.pick::<PersonId>("owner", "Choose who answers for the system");
    let stage = form.pick::<Stage>("stage", "Choose where the system stands in its life");
    let once = form.once();
    let (new, once) = match form.finish((name, purpose, unit, owner, stage, once)) {
        Ok((name, purpose, unit, owner, stage, once)) => (Registration { name, purpose, unit, owner, stage }, once),
        Err(form) => return page(&cx, store::systems::choices(&cx.store).await?, form),
    };
    match register::register(&cx.store, &cx.actor, &new, Some(once)).await {
        Ok(reference) => cx.redirect_with(href(reference, "/triage"), Notice::Registered),
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, store::systems::choices(&cx.store).await?, form)
        }
    }
}

/// Answers the island that looks while somebody types.
pub async fn look_alikes(cx: Cx) -> PageResult {
    let name = cx.url().get("name").unwrap_or_default().to_owned();
    let found = similar::similar(&cx.store, &cx.actor, &name).await?;
    let names: Vec<SimilarName> = found
        .into_iter()
        .map(|s| match s.shown {
            Some((reference, name)) => SimilarName { reference: reference.to_string(), name },
            None => SimilarName {
                reference: String::new(),
                name: format!("A system with nearly this name, in {}. Ask there before you register it again.", s.unit),
            },
        })
        .collect();
    Ok(Json(names).into_response())
}

fn page(cx: &Cx, choices: Choices, form: FormState) -> PageResult {
    let admin = cx.actor.has(Role::Admin);
    let units: Vec<Choice> = choices.units.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    let people: Vec<Choice> = choices.people.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    let stages: Vec<Choice> = choices!(Stage).into_iter().filter(|c| c.value != Stage::Retired.as_str()).collect();
    cx.form_page("Register a system", &form, move || view! {
        <div class="narrow">
            <PageHeader title="Register a system" crumbs=vec![Crumb::new("Systems", "/systems")]
                lead="Five fields to begin with. The rest is asked for step by step, and everything is kept as a draft."/>
            {units.is_empty().then(|| view! {
                <Callout tone=Tone::Warning title="There is no business unit yet"><p>
                    {if admin {
                        view! { <a href="/admin/units">"Add the first one"</a>", then come back here." }.into_any()
                    } else {
                        "An administrator adds them first.".into_any()
                    }}
                </p></Callout>
            })}
            <Form action="/systems/new" submit="Register and continue" cancel="/systems">
                <TextField name="name" label="Name" hint="What people call it" autofocus=true/>
                <SimilarNames input_id="f-name".to_string() endpoint="/systems/similar".to_string()/>
                <TextArea name="purpose" label="Purpose" hint="What it is for, and what its output is used for"/>
                <SelectField name="unit" label="Business unit" choices=units/>
                <SelectField name="owner" label="Owner" hint="Who answers for it. Owners never vote on their own systems." choices=people/>
                <Radios name="stage" label="Stage" choices=stages inline=true/>
            </Form>
        </div>
    })
}
