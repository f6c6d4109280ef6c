//! /mitigations/{ref}/edit. A condition of the committee shows its words and date without fields.

use crate::choices;
use crate::components::*;
use crate::format;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::ids::{PersonId, RiskRef};
use domain::mitigation::Kind;
use domain::policy::Action;
use leptos::prelude::*;
use store::mitigations::{self, MitigationPage, MitigationText};
use store::risks::{self, RiskFilter, RiskSort};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let m = super::load(&cx, &reference).await?;
    m.located.allow_change(&cx.actor, Action::MitigationWrite)?;
    let form = cx
        .form()
        .fill("title", &m.title)
        .fill("kind", m.kind)
        .fill("description", &m.description)
        .fill_opt("assignee", m.assignee.as_ref().map(|a| a.0))
        .fill_opt("due", m.due_on.map(format::iso_date))
        .fill_all("risks", m.risks.iter().map(|k| k.reference))
        .at_version(m.version);
    page(&cx, m, form, Vec::new()).await
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let m = super::load(&cx, &reference).await?;
    let mut form = form.reader();
    let fixed = m.condition_of.is_some();
    let title = if fixed { Some(m.title.clone()) } else { form.text("title", "Enter a title") };
    let due_on = if fixed { m.due_on } else { form.date("due", "Enter the date until which it is done") };
    let kind = if fixed { Some(m.kind) } else { form.pick::<Kind>("kind", "Choose how it acts") };
    let description = if fixed { m.description.clone() } else { form.opt_prose("description").unwrap_or_default() };
    let assignee = form.pick::<PersonId>("assignee", "Choose who does it");
    let covered = form.picks::<RiskRef>("risks");
    let version = form.version();
    let (title, kind, assignee, version) = match form.finish((title, kind, assignee, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, m, form, Vec::new()).await,
    };
    let new = MitigationText { title, kind, description, assignee: Some(assignee), due_on, risks: covered };
    match mitigations::edit(&cx.store, &cx.actor, m.reference, version, &new).await.map_err(AppError::from) {
        Ok(()) => cx.redirect_with(format!("/mitigations/{reference}"), Notice::Saved),
        Err(AppError::Conflict(_)) => {
            let newer = super::load(&cx, &reference).await?;
            let fields = differences(&newer, &new);
            let form = form.state().at_version(newer.version);
            page(&cx, newer, form, fields).await
        }
        Err(error) => page(&cx, m, form.refused(&error.fields()?), Vec::new()).await,
    }
}

/// Both versions, field by field.
fn differences(theirs: &MitigationPage, yours: &MitigationText) -> Vec<ConflictField> {
    let day = |d: Option<chrono::NaiveDate>| d.map(format::date).unwrap_or_default();
    let risks = |list: &[RiskRef]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (name, same) = match &theirs.assignee {
        Some((id, name)) => (name.clone(), yours.assignee == Some(*id)),
        None => ("Nobody".to_owned(), yours.assignee.is_none()),
    };
    let own = if same { name.clone() } else { "As chosen below".to_owned() };
    let covered: Vec<RiskRef> = theirs.risks.iter().map(|k| k.reference).collect();
    vec![
        ConflictField::new("Title", &theirs.title, &yours.title),
        ConflictField::new("How it acts", theirs.kind.label(), yours.kind.label()),
        ConflictField::new("Description", &theirs.description, &yours.description),
        ConflictField::new("Assignee", name, own),
        ConflictField::new("Due", day(theirs.due_on), day(yours.due_on)),
        ConflictField::new("Risks", risks(&covered), risks(&yours.risks)),
    ]
}

async fn page(cx: &Cx, m: MitigationPage, form: FormState, conflict: Vec<ConflictField>) -> PageResult {
    let people = store::systems::choices::choices(&cx.store).await?.people;
    let people: Vec<_> = people.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    let filter = RiskFilter { system: Some(m.located.reference), with_closed: true, ..RiskFilter::default() };
    let sort = (RiskSort::Reference, false);
    let list = risks::list(&cx.store, &cx.actor, &filter, sort, None, domain::page::PAGE_ROWS_MAX).await?;
    let risks: Vec<_> =
        list.page.rows.into_iter().map(|r| Choice::new(r.reference, format!("{} {}", r.reference, r.title))).collect();
    let (clash, inner, crumbs) = (!conflict.is_empty(), form.clone(), super::show::crumbs(cx, &m));
    let content = move || {
        let reference = m.reference.to_string();
        let home = format!("/mitigations/{reference}");
        let who = m.changed_by.clone().unwrap_or_else(|| "Somebody".to_owned());
        let notice = clash.then(|| view! { <ConflictNotice who fields=conflict/> });
        let fixed = m.condition_of.is_some();
        let (title, description, due) = (m.title.clone(), m.description.clone(), m.due_on.map(format::date));
        let words = move || {
            match fixed {
            true => view! {
                <Callout tone=Tone::Info title=title><p>{description}</p><p>"Due "{due}". The committee\u{2019}s words and date stay."</p></Callout>
            }
            .into_any(),
            false => view! {
                <TextField name="title" label="Title"/>
                <DateField name="due" label="Due"/>
                <Radios name="kind" label="How it acts" choices=choices!(Kind) inline=true/>
                <TextArea name="description" label="Description" optional=true rows=3/>
            }
            .into_any(),
        }
        };
        view! {
            <div class="narrow">
                <PageHeader title="Edit the mitigation" reference=reference crumbs/>
                {notice}
                <Form form=inner action=format!("{home}/edit") submit="Save" cancel=home.clone()>
                    {words()}
                    <SelectField name="assignee" label="Assignee" choices=people/>
                    <Checkboxes name="risks" label="Risks it acts on" choices=risks/>
                </Form>
            </div>
        }
    };
    if clash {
        cx.conflict_page("Edit the mitigation", content)
    } else {
        cx.form_page("Edit the mitigation", &form, content)
    }
}
