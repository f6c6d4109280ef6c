//! /systems/{ref}/criteria/new and /criteria/{ref}: one acceptance criterion, written, changed, dropped with a reason.

use super::parts;
use crate::choices;
use crate::components::*;
use crate::pages::systems::frame::{self, href};
use crate::server::{AppError, Cx, FormReader, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::evidence::findings::Unit;
use domain::ids::{CriterionRef, RiskRef};
use domain::measure::criterion::{Comparison, Criterion, SliceRule, Typed};
use domain::measure::templates::templates;
use domain::measure::vocabulary::{Vocabulary, exact};
use domain::policy::Action;
use domain::risk::Characteristic;
use leptos::prelude::*;
use store::measure::{criteria, vocabulary};
use store::relation::Located;
use store::risks::{self, RiskFilter, RiskSort};

/// What the form chooses from.
struct Setting {
    located: Located,
    vocabulary: Vocabulary,
    risks: Vec<Choice>,
}

impl Setting {
    async fn load(cx: &Cx, located: Located) -> Result<Self, AppError> {
        let vocabulary = vocabulary::all(&cx.store).await?;
        let filter = RiskFilter { system: Some(located.reference), ..RiskFilter::default() };
        let sort = (RiskSort::Reference, false);
        let list = risks::list(&cx.store, &cx.actor, &filter, sort, None, domain::page::PAGE_ROWS_MAX).await?;
        let name = |r: risks::RiskRow| Choice::new(r.reference, format!("{} {}", r.reference, r.title));
        Ok(Self { located, vocabulary, risks: list.page.rows.into_iter().map(name).collect() })
    }
}

pub async fn new(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    header.located.allow_change(&cx.actor, Action::CriterionWrite)?;
    let mut form = cx.form().fill("slice", SliceRule::Overall);
    let asked = cx.url().get("template").and_then(|n| n.parse::<usize>().ok());
    if let (Some(n), Some(tier)) = (asked, header.tier) {
        let kind = risks::kind_of(&cx.store, header.located.id).await?;
        let kinds: Vec<_> = kind.into_iter().collect();
        if let Some(template) = templates(&kinds, tier).into_iter().nth(n) {
            form = filled(form, &template.criterion).fill("note", template.why);
        }
    }
    let setting = Setting::load(&cx, header.located).await?;
    new_page(&cx, setting, form)
}

pub async fn add(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    header.located.allow_change(&cx.actor, Action::CriterionWrite)?;
    let system = header.located.reference;
    let setting = Setting::load(&cx, header.located).await?;
    let mut form = form.reader();
    let read = read(&mut form, &setting.vocabulary);
    let once = form.once();
    let ((new, risks), once) = match form.finish((read, once)) {
        Ok(read) => read,
        Err(form) => return new_page(&cx, setting, form),
    };
    match criteria::add(&cx.store, &cx.actor, system, &new, &risks, Some(once)).await {
        Ok(_) => cx.redirect_with(href(system, "/scorecard"), Notice::CriterionAdded),
        Err(error) => new_page(&cx, setting, form.refused(&AppError::from(error).fields()?)),
    }
}

fn new_page(cx: &Cx, setting: Setting, form: FormState) -> PageResult {
    cx.form_page("Add a criterion", &form, || {
        let system = setting.located.reference;
        let home = href(system, "/scorecard");
        let crumbs = vec![Crumb::new(setting.located.name.clone(), href(system, "")), Crumb::new("Scorecard", home.clone())];
        view! {
            <div class="narrow">
                <PageHeader title="Add a criterion" crumbs
                    lead="What a measurement must show before this system is good enough. It becomes part of the dossier."/>
                <Form action=href(system, "/criteria/new") submit="Add the criterion" cancel=home>{fields(setting)}</Form>
            </div>
        }
    })
}

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let detail = load(&cx, &reference).await?;
    let form = filled(cx.form(), &detail.row.criterion)
        .fill_all("risks", detail.row.risks.iter())
        .at_version(detail.row.version);
    edit_page(&cx, detail, form, Vec::new()).await
}

async fn load(cx: &Cx, reference: &str) -> Result<criteria::Detail, AppError> {
    let reference: CriterionRef = reference.parse().map_err(|_| AppError::NotFound)?;
    Ok(criteria::get(&cx.store, &cx.actor, reference).await?)
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let detail = load(&cx, &reference).await?;
    let vocabulary = vocabulary::all(&cx.store).await?;
    let mut form = form.reader();
    let read = read(&mut form, &vocabulary);
    let version = form.version();
    let ((new, risks), version) = match form.finish((read, version)) {
        Ok(read) => read,
        Err(form) => return edit_page(&cx, detail, form, Vec::new()).await,
    };
    let home = href(detail.located.reference, "/scorecard");
    let saved = criteria::edit(&cx.store, &cx.actor, detail.row.reference, version, &new, &risks).await;
    match saved.map_err(AppError::from) {
        Ok(()) => cx.redirect_with(home, Notice::Saved),
        Err(AppError::Conflict(_)) => {
            let newer = load(&cx, &reference).await?;
            let fields = vec![
                ConflictField::new("Criterion", newer.row.criterion.said(&vocabulary), new.said(&vocabulary)),
                ConflictField::new("Risks", listed(&newer.row.risks), listed(&risks)),
                ConflictField::new(
                    "Note",
                    newer.row.criterion.note.clone().unwrap_or_default(),
                    new.note.unwrap_or_default(),
                ),
            ];
            let form = form.state().at_version(newer.row.version);
            edit_page(&cx, newer, form, fields).await
        }
        Err(error) => edit_page(&cx, detail, form.refused(&error.fields()?), Vec::new()).await,
    }
}

pub async fn drop(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let detail = load(&cx, &reference).await?;
    let mut form = form.reader();
    let why = form.prose("why", "Say why it is dropped");
    let version = form.version();
    let (why, version) = match form.finish((why, version)) {
        Ok(read) => read,
        Err(state) => {
            // The page's other form as it stands, with what was wrong here.
            let kept = filled(state, &detail.row.criterion).fill_all("risks", detail.row.risks.iter());
            return edit_page(&cx, detail, kept, Vec::new()).await;
        }
    };
    let system = criteria::drop(&cx.store, &cx.actor, detail.row.reference, version, &why).await?;
    cx.redirect_with(href(system, "/scorecard"), Notice::CriterionDropped)
}

fn listed(risks: &[RiskRef]) -> String {
    risks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

async fn edit_page(cx: &Cx, detail: criteria::Detail, form: FormState, conflict: Vec<ConflictField>) -> PageResult {
    let board = store::measure::board(&cx.store, &cx.actor, detail.located.reference).await?;
    let setting = Setting::load(cx, detail.located.clone()).await?;
    let may = detail.located.allow_change(&cx.actor, Action::CriterionWrite).is_ok() && detail.row.dropped.is_none();
    let said = detail.row.criterion.said(&setting.vocabulary);
    let title = format!("{} \u{b7} {said}", detail.row.reference);
    let clash = !conflict.is_empty();
    let content = || {
        let system = detail.located.reference;
        let at = format!("/criteria/{}", detail.row.reference);
        let home = href(system, "/scorecard");
        let crumbs =
            vec![Crumb::new(detail.located.name.clone(), href(system, "")), Crumb::new("Scorecard", home.clone())];
        let result = board.scorecard.results().find(|r| r.id == detail.row.reference).cloned();
        let now = result.map(|result| {
            let found = result.deciding.clone().map(|m| {
                let (value, evidence) = (parts::value(&m), (m.evidence, m.title));
                view! { <KeyValue label="Measured">{value}</KeyValue>
                <KeyValue label="Evidence"><a href=format!("/evidence/{}", evidence.0)>{format!("{} {}", evidence.0, evidence.1)}</a></KeyValue> }
            });
            let trend = parts::trend(&result.criterion, &result.trend);
            let trend = trend.map(|line| view! { <KeyValue label="Trend">{line}</KeyValue> });
            view! {
                <p>{parts::verdict(result.verdict)}</p>
                {parts::because(&result.because)}
                <KeyValues>{found}{trend}</KeyValues>
            }
        });
        let dropped = detail.row.dropped.clone().map(|(at, by, why)| {
            view! { <Callout tone=Tone::Warning title=format!("Dropped by {by}")><p>{why}</p><p class="muted"><Instant at/></p></Callout> }
        });
        let note = detail.row.criterion.note.clone().map(|note| view! { <Markdown source=note/> });
        let who = detail.row.changed_by.clone();
        let notice = clash.then(|| view! { <ConflictNotice who=who.clone() fields=conflict/> });
        let risks = listed(&detail.row.risks);
        let written = view! { <p class="muted apart">"Written by "{who}" on "<Day at=detail.row.changed_at/>{(!risks.is_empty()).then(|| format!(". It measures {risks}"))}"."</p> };
        let forms = may.then(|| {
            let (version, drop_at) = (detail.row.version, format!("{at}/drop"));
            view! {
                <Section title="Change it" lead="On an approved system a changed limit makes the approval out of date.">
                    <Form action=at submit="Save" cancel=home>{fields(setting)}</Form>
                </Section>
                <Section title="Drop it" lead="It judges nothing any more, and stays readable. This can\u{2019}t be undone.">
                    <form class="form" method="post" action=drop_at novalidate>
                        <Hidden name="version" value=version.to_string()/>
                        <TextArea name="why" label="Why it is dropped" rows=2/>
                        <div class="actions"><button class="button button-danger" type="submit">"Drop the criterion"</button></div>
                    </form>
                </Section>
            }
        });
        view! {
            <div class="narrow">
                <PageHeader title=said.clone() reference=detail.row.reference.to_string() crumbs/>
                {notice}
                {dropped}
                {now}
                {note}
                {written}
                {forms}
            </div>
        }
    };
    if clash { cx.conflict_page(&title, content) } else { cx.form_page(&title, &form, content) }
}

/// The form of a criterion as it stands.
fn filled(form: FormState, c: &Criterion) -> FormState {
    form.fill("metric", &c.metric)
        .fill_opt("scope", c.scope.as_ref())
        .fill("slice", c.slice)
        .fill("comparison", c.comparison)
        .fill_opt("warn", c.warn.map(|n| limit(n, c.unit)))
        .fill("fail", limit(c.fail, c.unit))
        .fill("characteristic", c.characteristic)
        .fill_opt("max_age_days", c.max_age_days)
        .fill_opt("min_samples", c.min_samples)
        .fill_opt("note", c.note.as_ref())
}

/// As it is typed: shares in percent, anything else in the metric's unit.
fn limit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Proportion | Unit::Percent => exact(value, unit),
        _ => value.to_string(),
    }
}

/// What was typed, checked by the domain; messages stand at their fields.
fn read(form: &mut FormReader, vocabulary: &Vocabulary) -> Option<(Criterion, Vec<RiskRef>)> {
    const NAMES: [&str; 10] = [
        "metric",
        "scope",
        "slice",
        "comparison",
        "warn",
        "fail",
        "characteristic",
        "max_age_days",
        "min_samples",
        "note",
    ];
    let typed = NAMES.map(|name| match name {
        "note" => form.opt_prose(name).unwrap_or_default(),
        _ => form.opt(name).unwrap_or_default(),
    });
    let risks = form.picks::<RiskRef>("risks");
    let [metric, scope, slice, comparison, warn, fail, characteristic, max_age_days, min_samples, note] = &typed;
    let typed = Typed { metric, scope, slice, comparison, warn, fail, characteristic, max_age_days, min_samples, note };
    match Criterion::parse(typed, vocabulary) {
        Ok(criterion) => Some((criterion, risks)),
        Err(errors) => {
            for (field, message) in errors.0 {
                form.error(&field, message);
            }
            None
        }
    }
}

fn fields(setting: Setting) -> impl IntoView {
    let terms = setting.vocabulary.terms().iter();
    let metrics: Vec<_> =
        terms.map(|t| Choice::new(&t.key, format!("{}, {}", t.label, t.unit.label().to_lowercase()))).collect();
    let risks = (!setting.risks.is_empty()).then(|| {
        view! { <Checkboxes name="risks" label="Risks whose likelihood it tells of" choices=setting.risks optional=true
        hint="If it fails, a higher residual likelihood is proposed for them."/> }
    });
    let slice_hint =
        format!("Groups of fewer than {} samples prove nothing and are left out.", domain::evidence::read::SMALL_GROUP);
    view! {
        <SelectField name="metric" label="Metric" choices=metrics hint="One word for what every tool calls otherwise"/>
        <Radios name="comparison" label="Good enough is" choices=choices!(Comparison) inline=true optional=true
            hint="Left open: on the side where the metric is better"/>
        <div class="two-fields">
            <TextField name="fail" label="The limit" hint="0.05 or 5 %; beyond it, it fails" chars=12/>
            <TextField name="warn" label="Warns at" hint="On the better side of the limit" chars=12 optional=true/>
        </div>
        <div class="two-fields">
            <NumberField name="min_samples" label="Fewest samples" optional=true/>
            <NumberField name="max_age_days" label="Oldest result, in days" optional=true/>
        </div>
        <Radios name="slice" label="Which value counts" choices=choices!(SliceRule) hint=slice_hint/>
        <TextField name="scope" label="Only from this task, probe or scorer" hint="As the file names it; * stands for any characters" optional=true/>
        <SelectField name="characteristic" label="Speaks for" choices=choices!(Characteristic) optional=true empty="As the metric usually does"/>
        {risks}
        <TextArea name="note" label="Why it is asked" rows=3 optional=true/>
    }
}
