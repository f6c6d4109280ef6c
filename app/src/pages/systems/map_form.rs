//! The fields of the context: filled, shown, read, compared.

use crate::{
    choices,
    components::*,
    server::{FormReader, FormState},
};
use domain::system::{Autonomy, Context, DataCategory, Kind, MODELS_MAX, Model, Sourcing};
use leptos::prelude::*;

/// Lines for models beyond those that are there.
const SPARE_MODELS: usize = 2;

/// The words that people read for a field.
pub fn label(field: &str) -> &'static str {
    match field {
        "kind" => "Kind of AI",
        "sourcing" => "Built or bought",
        "vendor" => "Vendor",
        "intended_users" => "Intended users",
        "affected_groups" => "Affected groups",
        "data_categories" => "Data",
        "autonomy" => "Autonomy",
        "oversight" => "Human oversight",
        "runs_where" => "Where it runs",
        _ => "Models",
    }
}

/// A form that holds the context.
pub fn fill(form: FormState, context: &Context) -> FormState {
    let form = form
        .fill_opt("kind", context.kind)
        .fill_opt("sourcing", context.sourcing)
        .fill_opt("vendor", context.vendor.as_ref())
        .fill_opt("intended_users", context.intended_users.as_ref())
        .fill_opt("affected_groups", context.affected_groups.as_ref())
        .fill_all("data_categories", &context.data_categories)
        .fill_opt("autonomy", context.autonomy)
        .fill_opt("oversight", context.oversight.as_ref())
        .fill_opt("runs_where", context.runs_where.as_ref());
    context.models.iter().enumerate().fold(form, |form, (i, m)| {
        form.fill(&format!("model_provider_{i}"), &m.provider)
            .fill(&format!("model_name_{i}"), &m.name)
            .fill(&format!("model_version_{i}"), &m.version)
    })
}

/// Reads the fields; each may be left empty for now.
pub fn read(form: &mut FormReader) -> Context {
    let mut context = Context {
        kind: form.opt_pick::<Kind>("kind"),
        sourcing: form.opt_pick::<Sourcing>("sourcing"),
        vendor: form.opt("vendor"),
        intended_users: form.opt_prose("intended_users"),
        data_categories: form.picks::<DataCategory>("data_categories"),
        autonomy: form.opt_pick::<Autonomy>("autonomy"),
        runs_where: form.opt_prose("runs_where"),
        affected_groups: form.opt_prose("affected_groups"),
        oversight: form.opt_prose("oversight"),
        models: Vec::new(),
    };
    for i in 0..MODELS_MAX {
        let provider = form.opt(&format!("model_provider_{i}"));
        let name = form.opt(&format!("model_name_{i}"));
        let version = form.opt(&format!("model_version_{i}"));
        if name.is_none() && (provider.is_some() || version.is_some()) {
            form.error(&format!("model_name_{i}"), "Name the model, or leave its line empty");
        }
        if let Some(name) = name {
            let (provider, version) = (provider.unwrap_or_default(), version.unwrap_or_default());
            context.models.push(Model { provider, name, version });
        }
    }
    context
}

/// The fields. `full`: the tier asks for affected groups and oversight too.
pub fn fields(full: bool, models: usize) -> impl IntoView {
    let lines = (0..(models + SPARE_MODELS).min(MODELS_MAX)).map(model).collect_view();
    view! {
        <Radios name="kind" label=label("kind") choices=choices!(Kind) inline=true/>
        <Radios name="sourcing" label=label("sourcing") choices=choices!(Sourcing)/>
        <TextField name="vendor" label=label("vendor") optional=true hint="Whom it, or its model, is bought or licensed from"/>
        <TextArea name="intended_users" label=label("intended_users") rows=2 hint="Who works with it, and what they know about AI"/>
        <Checkboxes name="data_categories" label=label("data_categories") choices=choices!(DataCategory) hint="What it is trained on or processes"/>
        <Radios name="autonomy" label=label("autonomy") choices=choices!(Autonomy)/>
        <TextArea name="runs_where" label=label("runs_where") rows=2 hint="Place and provider: own data centre, cloud region, the vendor\u{2019}s service"/>
        <TextArea name="affected_groups" label=label("affected_groups") rows=2 optional=!full hint="Whose life or work its output touches, users or not"/>
        <TextArea name="oversight" label=label("oversight") rows=2 optional=!full hint="Who watches it, who can stop it, and how they notice that they should"/>
        <fieldset class="field">
            <legend>"Models it is made of"<span class="field-optional">" (optional)"</span></legend>
            <p class="field-hint">"One a line; lines left empty are not kept. Saving adds lines."</p>
            {lines}
        </fieldset>
    }
}

fn model(i: usize) -> impl IntoView {
    let n = i + 1;
    view! {
        <div class="model-line">
            <TextField name=format!("model_provider_{i}") label=format!("Provider of model {n}") optional=true/>
            <TextField name=format!("model_name_{i}") label=format!("Name of model {n}") optional=true/>
            <TextField name=format!("model_version_{i}") label=format!("Version of model {n}") optional=true/>
        </div>
    }
}

/// Every field with its words, in the order of the form; empty ones say so by an empty text.
fn values(c: &Context) -> Vec<(&'static str, String)> {
    let data: Vec<_> = c.data_categories.iter().map(|d| d.label()).collect();
    let models: Vec<_> = c
        .models
        .iter()
        .map(|m| {
            [m.provider.as_str(), &m.name, &m.version]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    vec![
        ("kind", c.kind.map_or("", Kind::label).to_owned()),
        ("sourcing", c.sourcing.map_or("", Sourcing::label).to_owned()),
        ("vendor", c.vendor.clone().unwrap_or_default()),
        ("intended_users", c.intended_users.clone().unwrap_or_default()),
        ("data_categories", data.join("; ")),
        ("autonomy", c.autonomy.map_or("", Autonomy::label).to_owned()),
        ("runs_where", c.runs_where.clone().unwrap_or_default()),
        ("affected_groups", c.affected_groups.clone().unwrap_or_default()),
        ("oversight", c.oversight.clone().unwrap_or_default()),
        ("models", models.join("; ")),
    ]
}

/// The stored context and the typed one, field by field.
pub fn differences(theirs: &Context, mine: &Context) -> Vec<ConflictField> {
    let pairs = values(theirs).into_iter().zip(values(mine));
    pairs.map(|((field, theirs), (_, mine))| ConflictField::new(label(field), theirs, mine)).collect()
}

/// The context as text.
pub fn readable(context: &Context) -> impl IntoView + use<> {
    let rows = values(context)
        .into_iter()
        .map(|(field, text)| {
            let value = match text.is_empty() {
                true => view! { <span class="muted">"Not described yet"</span> }.into_any(),
                false => view! { <span class="preserve">{text}</span> }.into_any(),
            };
            view! { <KeyValue label=label(field)>{value}</KeyValue> }
        })
        .collect_view();
    view! { <KeyValues>{rows}</KeyValues> }
}
