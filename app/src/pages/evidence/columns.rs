//! /evidence/{reference}/columns: what the columns of a table mean. Said once, it holds for the next file of these columns.

use super::reference;
use crate::components::*;
use crate::server::{AppError, Cx, FormReader, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::evidence::read::table::Mapping;
use domain::policy::Action;
use leptos::prelude::*;
use store::evidence::columns::{self, Choices};
use store::evidence::{self, Detail};

/// Columns that are offered.
const SHOWN: usize = 100;

async fn load(cx: &Cx, text: &str) -> Result<(Detail, Choices), AppError> {
    let detail = evidence::get(&cx.store, &cx.actor, reference(text)?).await?;
    detail.system.allow_change(&cx.actor, Action::EvidenceWrite)?;
    let choices = columns::choices(&cx.store, &cx.actor, detail.reference).await?;
    Ok((detail, choices))
}

pub async fn show(cx: Cx, Path(text): Path<String>) -> PageResult {
    let (detail, choices) = load(&cx, &text).await?;
    let form = filled(cx.form(), &choices);
    page(&cx, &detail, &choices, form)
}

/// The form as the mapping stands.
fn filled(form: FormState, choices: &Choices) -> FormState {
    match &choices.mapping {
        None => form,
        Some(Mapping::Metrics { metric, value, scope, slice, samples, stderr }) => form
            .fill("rows", "metrics")
            .fill("metric", metric)
            .fill("value", value)
            .fill_opt("scope", scope.as_ref())
            .fill_opt("slice", slice.as_ref())
            .fill_opt("samples", samples.as_ref())
            .fill_opt("stderr", stderr.as_ref()),
        Some(Mapping::Groups { group, metrics, samples }) => form
            .fill("rows", "groups")
            .fill_opt("slice", group.first())
            .fill_all("metrics", metrics)
            .fill_opt("samples", samples.as_ref()),
        Some(Mapping::Samples { metrics, slice }) => {
            form.fill("rows", "samples").fill_all("metrics", metrics).fill_opt("slice", slice.as_ref())
        }
        Some(Mapping::Keys { metrics, samples }) => {
            form.fill("rows", "keys").fill_all("metrics", metrics).fill_opt("samples", samples.as_ref())
        }
    }
}

pub async fn save(cx: Cx, Path(text): Path<String>, form: RawForm) -> PageResult {
    let (detail, choices) = load(&cx, &text).await?;
    let mut form = form.reader();
    let read = read(&mut form, &choices);
    let (mapping,) = match form.finish((read,)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &detail, &choices, form),
    };
    match columns::say(&cx.store, &cx.actor, detail.reference, &mapping).await {
        Ok(()) => cx.redirect_with(format!("/evidence/{}", detail.reference), Notice::ReadAnew),
        Err(error) => page(&cx, &detail, &choices, form.refused(&AppError::from(error).fields()?)),
    }
}

/// What was chosen; fields of another kind of rows say nothing.
fn read(form: &mut FormReader, choices: &Choices) -> Option<Mapping> {
    let known = |name: Option<String>| name.filter(|name| choices.columns.contains(name));
    let rows = form.opt("rows").unwrap_or_default();
    let [metric, value, scope, slice, samples, stderr] =
        ["metric", "value", "scope", "slice", "samples", "stderr"].map(|name| known(form.opt(name)));
    let mut metrics = form.all("metrics");
    metrics.retain(|name| choices.columns.contains(name));
    let mut need = |field: &str, message: &str, there: bool| {
        if !there {
            form.error(field, message);
        }
        there
    };
    match (rows.as_str(), choices.keys) {
        ("metrics", false) => {
            let named = need("metric", "Choose the column of the metric\u{2019}s name", metric.is_some());
            let valued = need("value", "Choose the column of its value", value.is_some());
            (named && valued).then_some(())?;
            Some(Mapping::Metrics { metric: metric?, value: value?, scope, slice, samples, stderr })
        }
        ("groups", false) => {
            let measured = need("metrics", "Tick the columns that are metrics", !metrics.is_empty());
            let named = need("slice", "Choose the column that names the group", slice.is_some());
            (measured && named).then_some(())?;
            Some(Mapping::Groups { group: vec![slice?], metrics, samples })
        }
        ("samples", false) => {
            need("metrics", "Tick the columns that are metrics", !metrics.is_empty()).then_some(())?;
            Some(Mapping::Samples { metrics, slice })
        }
        (_, true) => {
            need("metrics", "Tick the keys that are metrics", !metrics.is_empty()).then_some(())?;
            Some(Mapping::Keys { metrics, samples })
        }
        _ => {
            need("rows", "Choose what a row is", false);
            None
        }
    }
}

fn page(cx: &Cx, detail: &Detail, choices: &Choices, form: FormState) -> PageResult {
    cx.form_page("What the columns mean", &form, || {
        let at = format!("/evidence/{}", detail.reference);
        let crumbs = vec![Crumb::new(format!("{} {}", detail.reference, detail.label.title), at.clone())];
        let lead =
            "The file is read by what you say here, and so is the next one with the same columns of this system.";
        let columns: Vec<_> = choices.columns.iter().take(SHOWN).map(|name| Choice::new(name, name.clone())).collect();
        let fields = if choices.keys { keys(&columns).into_any() } else { rows(&columns) };
        view! {
            <div class="narrow">
                <PageHeader title="What the columns mean" crumbs lead/>
                <Form action=format!("{at}/columns") submit="Read the file so" cancel=at>{fields}</Form>
            </div>
        }
    })
}

fn keys(columns: &[Choice]) -> impl IntoView + use<> {
    view! {
        <Hidden name="rows" value="keys"/>
        <Checkboxes name="metrics" label="Keys that are metrics" choices=columns.to_vec()/>
        <SelectField name="samples" label="Key of the number of samples" choices=columns.to_vec() optional=true empty="None"/>
    }
}

fn rows(columns: &[Choice]) -> AnyView {
    let columns = columns.to_vec();
    let all = move || columns.clone();
    let kinds = vec![
        Choice::new("metrics", "A metric").hint("One column has its name, another its value"),
        Choice::new("groups", "A group of people, or a slice of the data")
            .hint("One column names it, others are metrics of it"),
        Choice::new("samples", "A sample").hint("Of each metric the mean is taken"),
    ];
    let (names, values, scopes, errors) = (all(), all(), all(), all());
    let (metrics, groups, samples) = (all(), all(), all());
    view! {
        <Radios name="rows" label="A row is" choices=kinds/>
        <Section title="Where a row is a metric">
            <div class="two-fields">
                <SelectField name="metric" label="Name of the metric" choices=names optional=true empty="None"/>
                <SelectField name="value" label="Its value" choices=values optional=true empty="None"/>
            </div>
            <div class="two-fields">
                <SelectField name="scope" label="What it was measured on" choices=scopes optional=true empty="None"/>
                <SelectField name="stderr" label="Its standard error" choices=errors optional=true empty="None"/>
            </div>
        </Section>
        <Section title="Where a row is a group or a sample">
            <Checkboxes name="metrics" label="Columns that are metrics" choices=metrics optional=true/>
        </Section>
        <Section title="In any case">
            <div class="two-fields">
                <SelectField name="slice" label="Group" choices=groups optional=true empty="None"/>
                <SelectField name="samples" label="Number of samples" choices=samples optional=true empty="None"/>
            </div>
        </Section>
    }
    .into_any()
}
