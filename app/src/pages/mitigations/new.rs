//! /systems/{ref}/mitigations/new: one mitigation for one risk or several, with what it leaves of each.

use crate::choices;
use crate::components::*;
use crate::pages::risks::{new::point, view};
use crate::pages::systems::{frame, onward};
use crate::server::{AppError, Cx, FormReader, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::ids::{PersonId, RiskRef};
use domain::mitigation::Kind;
use domain::policy::Action;
use domain::readiness::Step;
use domain::risk::matrix::{Matrix, STEPS};
use domain::risk::{RatingKind, Treatment, library};
use leptos::prelude::*;
use store::mitigations::add::RISKS_MAX;
use store::mitigations::{self, NewMitigation, NewResidual};
use store::risks::list::RiskChoices;
use store::risks::{self, RiskFilter, RiskRow, RiskSort};
use store::systems::SystemHeader;

/// What the page is made of.
struct Setting {
    header: SystemHeader,
    rows: Vec<RiskRow>,
    choices: RiskChoices,
    people: Vec<Choice>,
}

impl Setting {
    async fn load(cx: &Cx, reference: &str) -> Result<Self, AppError> {
        let header = frame::load(cx, reference).await?;
        header.located.allow_change(&cx.actor, Action::MitigationWrite)?;
        let filter = RiskFilter { system: Some(header.located.reference), ..RiskFilter::default() };
        let sort = (RiskSort::Residual, true);
        let list = risks::list(&cx.store, &cx.actor, &filter, sort, None, domain::page::PAGE_ROWS_MAX).await?;
        let mut rows = list.page.rows;
        // What waits for a mitigation stands on top.
        rows.sort_by_key(|row| !waits(row));
        let choices = risks::choices(&cx.store, &cx.actor).await?;
        let people = store::systems::choices::choices(&cx.store).await?.people;
        let people = people.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
        Ok(Self { header, rows, choices, people })
    }

    fn matrix(&self) -> Matrix {
        self.choices.current().map(|(_, m)| m.clone()).unwrap_or_default()
    }

    /// The next risk to mitigate, besides those just covered.
    fn next(&self, covered: &[RiskRef]) -> Option<RiskRef> {
        self.rows.iter().find(|row| waits(row) && !covered.contains(&row.reference)).map(|row| row.reference)
    }
}

fn waits(row: &RiskRow) -> bool {
    row.treatment == Some(Treatment::Mitigate) && row.mitigations == 0
}

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let setting = Setting::load(&cx, &reference).await?;
    let asked: Option<RiskRef> = cx.url().get("risk").and_then(|r| r.parse().ok());
    let risk = asked.or_else(|| setting.next(&[]));
    let mut form = cx.form().fill("assignee", setting.header.owner_id).fill("kind", Kind::Preventive);
    if let Some(risk) = risk {
        form = form.fill_all("risks", [risk]);
    }
    for row in &setting.rows {
        // On another scale its steps meant something else.
        let same = |v: i32| setting.choices.matrices.get(&v).is_some_and(|m| m.same_scale(&setting.matrix()));
        if let Some(now) = row.residual.filter(|r| same(r.matrix)) {
            let after = row.reference;
            form = form
                .fill(&format!("likelihood-{after}"), now.at.likelihood)
                .fill(&format!("impact-{after}"), now.at.impact)
                .fill(&format!("was-{after}"), format!("{}-{}", now.at.likelihood, now.at.impact));
        }
    }
    let usual = usual(&cx, &setting, risk).await?;
    let picked = cx.url().get("usual").and_then(|n| n.parse::<usize>().ok()).and_then(|n| usual.get(n)).copied();
    if let Some(entry) = picked {
        form = form.fill("title", &entry.title).fill("kind", entry.kind).fill("description", &entry.description);
    }
    page(&cx, setting, form, usual, risk)
}

/// What the library usually does about the risk.
async fn usual(
    cx: &Cx,
    setting: &Setting,
    risk: Option<RiskRef>,
) -> Result<Vec<&'static library::LibraryMitigation>, AppError> {
    let Some(risk) = risk.filter(|r| setting.rows.iter().any(|row| row.reference == *r)) else {
        return Ok(Vec::new());
    };
    let key = risks::library_key(&cx.store, risk).await?;
    let entry = key.as_deref().and_then(library::get);
    Ok(entry.map(|e| e.mitigations.iter().collect()).unwrap_or_default())
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let setting = Setting::load(&cx, &reference).await?;
    let mut form = form.reader();
    let title = form.text("title", "Enter a title");
    let due = form.date("due", "Enter the date until which it is done");
    let assignee = form.pick::<PersonId>("assignee", "Choose who does it");
    let kind = form.pick::<Kind>("kind", "Choose how it acts");
    let description = form.opt_prose("description").unwrap_or_default();
    let covered = form.picks::<RiskRef>("risks");
    if covered.is_empty() || covered.len() > RISKS_MAX {
        form.error("risks", "Tick the risks that it acts on");
    }
    let residual = residuals(&mut form, &setting.rows, &covered);
    let then = form.opt("then");
    let once = form.once();
    let read = form.finish((title, kind, assignee, due, once));
    let risk = covered.first().copied();
    let (title, kind, assignee, due, once) = match read {
        Ok(read) => read,
        Err(form) => return page(&cx, setting, form, Vec::new(), risk),
    };
    let new = NewMitigation {
        title,
        kind,
        description,
        assignee: Some(assignee),
        due_on: Some(due),
        risks: covered.clone(),
        residual,
    };
    let system = setting.header.located.reference;
    match mitigations::add(&cx.store, &cx.actor, system, &new, Some(once)).await {
        Ok(_) => cx.redirect_with(onward(&cx, &setting, then.as_deref(), &covered).await?, Notice::Created),
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, setting, form, Vec::new(), risk)
        }
    }
}

/// The page after it: the next risk's mitigation, what comes after mitigations, or their list.
async fn onward(cx: &Cx, setting: &Setting, then: Option<&str>, covered: &[RiskRef]) -> Result<String, AppError> {
    let here = frame::href(setting.header.located.reference, "/mitigations");
    match (then, setting.next(covered)) {
        (Some("next"), Some(risk)) => Ok(format!("{here}/new?risk={risk}")),
        (Some("next"), None) => Ok(format!("{here}/new")),
        (Some("on"), _) => onward::onward(cx, &setting.header, Step::Mitigations, "/mitigations").await,
        _ => Ok(here),
    }
}

/// The ratings of the ticked risks that differ from those that the form was filled with.
fn residuals(form: &mut FormReader, rows: &[RiskRow], covered: &[RiskRef]) -> Vec<NewResidual> {
    let limits = 1..=*STEPS.end() as i64;
    let mut residuals = Vec::new();
    for risk in rows.iter().map(|row| row.reference) {
        let was = form.opt(&format!("was-{risk}"));
        let ticked = covered.contains(&risk);
        let (likelihood, impact) = (format!("likelihood-{risk}"), format!("impact-{risk}"));
        if !ticked {
            // Not covered: whatever stands there is not meant.
            let _ = (form.opt(&likelihood), form.opt(&impact));
            continue;
        }
        let l = form.int(&likelihood, &format!("Choose the likelihood that is left of {risk}"), limits.clone());
        let i = form.int(&impact, &format!("Choose the impact that is left of {risk}"), limits.clone());
        if let Some(at) = point(l, i).filter(|at| was != Some(format!("{}-{}", at.likelihood, at.impact))) {
            residuals.push(NewResidual { risk, at });
        }
    }
    residuals
}

fn page(
    cx: &Cx,
    setting: Setting,
    form: FormState,
    usual: Vec<&'static library::LibraryMitigation>,
    risk: Option<RiskRef>,
) -> PageResult {
    let inner = form.clone();
    cx.form_page("Add a mitigation", &form, move || {
        let system = setting.header.located.reference;
        let here = format!("/systems/{system}/mitigations");
        let crumbs = vec![
            Crumb::new(setting.header.located.name.clone(), format!("/systems/{system}")),
            Crumb::new("Mitigations", here.clone()),
        ];
        if setting.rows.is_empty() {
            return view! {
                <PageHeader title="Add a mitigation" crumbs/>
                <EmptyState title="No open risks" text="A mitigation acts on at least one risk." action_href=format!("/systems/{system}/risks") action="Open the risks"/>
            }
            .into_any();
        }
        let covered: Vec<RiskRef> = inner.values("risks").iter().filter_map(|r| r.parse().ok()).collect();
        let more = setting.next(&covered).is_some();
        let (first, second) = if more { ("next", "Save and add the next") } else { ("on", "Save and continue") };
        let (other, label) = if more { ("done", "Save and finish") } else { ("next", "Save and add another") };
        let matrix = setting.matrix();
        let (action, cancel) = (format!("{here}/new"), here.clone());
        let parts = setting.rows.iter().map(|row| risk_row(row, &setting.choices, &matrix, &inner)).collect_view();
        let error = inner.error("risks").map(|message| view! { <p class="field-error" id="f-risks-error">{message}</p> });
        view! {
            <PageHeader title="Add a mitigation" crumbs lead="What is done, by whom, until when, and what it will leave of each risk."/>
            {suggestions(&here, risk, &usual)}
            <form class="form form-wide" method="post" action=action novalidate>
                <form::HiddenState form=inner.clone()/>
                <div class="form-part">
                    <TextField name="title" label="Title" hint="What is done, in a few words"/>
                    <div class="two-fields">
                        <DateField name="due" label="Due"/>
                        <SelectField name="assignee" label="Assignee" choices=setting.people.clone()/>
                    </div>
                    <Radios name="kind" label="How it acts" choices=choices!(Kind) inline=true/>
                    <TextArea name="description" label="Description" optional=true rows=3/>
                </div>
                <fieldset class="field acts-on" id="f-risks">
                    <legend>"Risks it acts on, and what is left of them"</legend>
                    {error}
                    {parts}
                </fieldset>
                <div class="actions">
                    <button class="button button-primary" type="submit" name="then" value=first>{second}</button>
                    <button class="button" type="submit" name="then" value=other>{label}</button>
                    <a class="button button-plain" href=cancel>"Cancel"</a>
                </div>
            </form>
        }
        .into_any()
    })
}

/// What the library usually does: a link each, which fills the form.
fn suggestions(here: &str, risk: Option<RiskRef>, usual: &[&'static library::LibraryMitigation]) -> Option<AnyView> {
    let risk = risk.filter(|_| !usual.is_empty())?;
    let links = usual
        .iter()
        .enumerate()
        .map(|(n, m)| view! { <li><a href=format!("{here}/new?risk={risk}&usual={n}")>{m.title.as_str()}</a></li> })
        .collect_view();
    Some(view! { <Card title=format!("Usual for {risk}: take one over")><ul>{links}</ul></Card> }.into_any())
}

fn risk_row(row: &RiskRow, choices: &RiskChoices, matrix: &Matrix, form: &FormState) -> AnyView {
    let risk = row.reference.to_string();
    let ticked = form.holds("risks", &risk);
    // Where nothing is ticked yet, all lie open to be ticked.
    let open = ticked || form.values("risks").is_empty();
    let now = row.residual.and_then(|r| view::rated(&choices.matrices, r.at, r.matrix, Some(row.above)));
    let (was, id) = (format!("was-{risk}"), format!("acts-on-{risk}"));
    let before = form.value(&was);
    let fields = view::rating_fields(form, matrix, "", &format!("-{risk}"), false);
    let title = row.title.clone();
    view! {
        <details class="acts-on-row" open=open>
            <summary><span class="ref">{risk.clone()}</span>" "{title.clone()}" "{view::rating_or_none(now, RatingKind::Residual)}</summary>
            <Hidden name=was value=before/>
            <div class="choice">
                <input type="checkbox" id=id.clone() name="risks" value=risk checked=ticked/>
                <label for=id>"Acts on \u{201c}"{title}"\u{201d}"</label>
            </div>
            <p class="muted">"Residual rating with this mitigation"</p>
            {fields}
        </details>
    }
    .into_any()
}
