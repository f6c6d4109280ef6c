//! /admin/metrics: the vocabulary of metrics. Everybody's tools call things otherwise; criteria use one word.

use crate::choices;
use crate::components::*;
use crate::server::{AppError, Cx, FormReader, FormState, Notice, PageResult, RawForm, export};
use axum::extract::Path;
use domain::evidence::findings::{Better, Unit};
use domain::measure::vocabulary::{Term, Typed};
use domain::page::Page;
use domain::policy::{self, Action, Relation};
use domain::risk::Characteristic;
use domain::sheet::{Cell, Column as SheetColumn, Sheet, column};
use leptos::prelude::*;
use store::measure::vocabulary::{self, Own};

pub async fn show(cx: Cx) -> PageResult {
    allow(&cx)?;
    let (all, own) = (vocabulary::all(&cx.store).await?, vocabulary::own(&cx.store).await?);
    cx.page("Metrics", || {
        let columns = vec![
            Column::text("Metric"),
            Column::text("Unit"),
            Column::text("Better"),
            Column::text("Speaks for"),
            Column::number("Names in tools"),
            Column::text("From"),
        ];
        let rows = all.terms().iter().map(|term| row(term, own.iter().any(|o| o.term.key == term.key))).collect_view();
        view! {
            <PageHeader title="Metrics" crumbs=vec![Crumb::new("Administration", "/admin")]
                lead="One word for what every tool calls otherwise. Criteria are written in these words, and result files are read by them."
                action_href="/admin/metrics/new" action="Add a metric" export=cx.url()/>
            <Table caption="Metrics" columns>{rows}</Table>
        }
    })
}

const COLUMNS: [SheetColumn; 7] = [
    column("Key", 28),
    column("Metric", 30),
    column("Meaning", 60),
    column("Unit", 24),
    column("Better", 18),
    column("Speaks for", 30),
    column("Names in tools", 60),
];

static SHEET: Sheet = Sheet { file: "metrics", title: "Metrics", columns: &COLUMNS };

/// GET /admin/metrics.csv, .xlsx
pub async fn file(cx: Cx) -> PageResult {
    allow(&cx)?;
    let store = cx.store.clone();
    export::send(&cx, &SHEET, move |_| {
        let store = store.clone();
        async move {
            let all = vocabulary::all(&store).await?;
            Ok::<_, AppError>(Page { rows: all.terms().iter().map(cells).collect(), next: None })
        }
    })
    .await
}

fn cells(term: &Term) -> Vec<Cell> {
    vec![
        Cell::Link(term.key.clone(), format!("/admin/metrics/{}", term.key)),
        term.label.clone().into(),
        term.meaning.clone().into(),
        term.unit.label().into(),
        term.better.label().into(),
        term.characteristic.label().into(),
        term.aliases_typed().replace('\n', "; ").into(),
    ]
}

fn allow(cx: &Cx) -> Result<(), AppError> {
    policy::allow(&cx.actor, Action::VocabularyManage, Relation::default())
        .map_err(|refusal| AppError::from(store::Error::from(refusal)))
}

fn row(term: &Term, own: bool) -> impl IntoView + use<> {
    let (from, tone) = if own { ("Yours", Tone::Info) } else { ("Built in", Tone::Neutral) };
    view! {
        <tr>
            <th scope="row"><a href=format!("/admin/metrics/{}", term.key)>{term.label.clone()}</a>
                <span class="cell-sub">{term.meaning.clone()}</span></th>
            <td>{term.unit.label()}</td>
            <td>{term.better.label()}</td>
            <td>{term.characteristic.label()}</td>
            <td class="num">{term.aliases.len()}</td>
            <td><Badge label=from tone/></td>
        </tr>
    }
}

pub async fn new(cx: Cx) -> PageResult {
    allow(&cx)?;
    new_page(&cx, cx.form())
}

fn new_page(cx: &Cx, form: FormState) -> PageResult {
    cx.form_page("Add a metric", &form, || {
        view! {
            <div class="narrow">
                <PageHeader title="Add a metric" crumbs=vec![Crumb::new("Metrics", "/admin/metrics")]
                    lead="What your tools measure and this list lacks, or another meaning for a word of ours."/>
                <Form action="/admin/metrics/new" submit="Add the metric" cancel="/admin/metrics">
                    <TextField name="key" label="Key" hint="Lower-case letters, digits and underscores: tone_of_voice. It stays as it is." chars=30/>
                    {fields()}
                </Form>
            </div>
        }
    })
}

pub async fn add(cx: Cx, form: RawForm) -> PageResult {
    allow(&cx)?;
    let mut form = form.reader();
    let key = form.opt("key").unwrap_or_default();
    let read = read(&mut form, &key);
    let (term,) = match form.finish((read,)) {
        Ok(read) => read,
        Err(form) => return new_page(&cx, form),
    };
    match vocabulary::put(&cx.store, &cx.actor, &term, None).await {
        Ok(()) => cx.redirect_with("/admin/metrics", Notice::Created),
        Err(error) => new_page(&cx, form.refused(&AppError::from(error).fields()?)),
    }
}

/// A term as it stands; ours has no version until somebody puts another in its place.
async fn load(cx: &Cx, key: &str) -> Result<(Term, Option<Own>), AppError> {
    allow(cx)?;
    let own = vocabulary::own(&cx.store).await?.into_iter().find(|o| o.term.key == key);
    let all = vocabulary::all(&cx.store).await?;
    let term = all.get(key).cloned().ok_or(AppError::NotFound)?;
    Ok((term, own))
}

pub async fn edit(cx: Cx, Path(key): Path<String>) -> PageResult {
    let (term, own) = load(&cx, &key).await?;
    let form = cx
        .form()
        .fill("label", &term.label)
        .fill("meaning", &term.meaning)
        .fill("unit", term.unit)
        .fill("better", term.better)
        .fill("characteristic", term.characteristic)
        .fill("aliases", term.aliases_typed())
        .at_version(own.as_ref().map_or(0, |own| own.version));
    edit_page(&cx, &term, own.as_ref(), form)
}

fn edit_page(cx: &Cx, term: &Term, own: Option<&Own>, form: FormState) -> PageResult {
    cx.form_page(&term.label, &form, || {
        let at = format!("/admin/metrics/{}", term.key);
        let (submit, lead) = match own {
            Some(_) => ("Save", "Criteria that use it are judged by it from now on."),
            None => ("Put in its place", "This one is built in. What you save stands in its place until you remove it."),
        };
        let remove = own.map(|own| {
            let lead = "Criteria that use it say that nothing measures them; a built-in metric of this key is back.";
            let (version, remove_at) = (own.version.to_string(), format!("{at}/remove"));
            view! {
                <Section title="Remove it" lead>
                    <form method="post" action=remove_at>
                        <Hidden name="version" value=version/>
                        <button class="button" type="submit">"Remove this metric"</button>
                    </form>
                </Section>
            }
        });
        view! {
            <div class="narrow">
                <PageHeader title=term.label.clone() reference=term.key.clone() crumbs=vec![Crumb::new("Metrics", "/admin/metrics")] lead/>
                <Form action=at submit cancel="/admin/metrics">{fields()}</Form>
                {remove}
            </div>
        }
    })
}

pub async fn save(cx: Cx, Path(key): Path<String>, form: RawForm) -> PageResult {
    let (term, own) = load(&cx, &key).await?;
    let mut form = form.reader();
    let read = read(&mut form, &key);
    let version = form.version();
    let (new, version) = match form.finish((read, version)) {
        Ok(read) => read,
        Err(form) => return edit_page(&cx, &term, own.as_ref(), form),
    };
    // 0 stands for a built-in one, which has no version.
    let version = (version > 0).then_some(version);
    match vocabulary::put(&cx.store, &cx.actor, &new, version).await {
        Ok(()) => cx.redirect_with("/admin/metrics", Notice::Saved),
        Err(store::Error::Stale { current }) => {
            let message = "Somebody changed it meanwhile. Look at the list, then save again";
            edit_page(&cx, &term, own.as_ref(), form.state().at_version(current).with_error(message))
        }
        Err(error) => edit_page(&cx, &term, own.as_ref(), form.refused(&AppError::from(error).fields()?)),
    }
}

pub async fn remove(cx: Cx, Path(key): Path<String>, form: RawForm) -> PageResult {
    allow(&cx)?;
    let mut form = form.reader();
    let version = form.version();
    let Ok((version,)) = form.finish((version,)) else {
        return Err(AppError::Status(axum::http::StatusCode::UNPROCESSABLE_ENTITY));
    };
    vocabulary::remove(&cx.store, &cx.actor, &key, version).await?;
    cx.redirect_with("/admin/metrics", Notice::Removed)
}

fn read(form: &mut FormReader, key: &str) -> Option<Term> {
    const NAMES: [&str; 5] = ["label", "meaning", "unit", "better", "characteristic"];
    let typed = NAMES.map(|name| form.opt(name).unwrap_or_default());
    let aliases = form.opt_prose("aliases").unwrap_or_default();
    let [label, meaning, unit, better, characteristic] = &typed;
    let typed = Typed { key, label, meaning, unit, better, characteristic, aliases: &aliases };
    match Term::parse(typed) {
        Ok(term) => Some(term),
        Err(errors) => {
            for (field, message) in errors.0 {
                form.error(&field, message);
            }
            None
        }
    }
}

fn fields() -> impl IntoView {
    view! {
        <TextField name="label" label="Name" hint="As people read it: Tone of voice kept" chars=40/>
        <TextField name="meaning" label="What it measures" hint="One sentence"/>
        <div class="two-fields">
            <SelectField name="unit" label="Unit" choices=choices!(Unit)/>
            <SelectField name="better" label="Better is" choices=choices!(Better)/>
        </div>
        <SelectField name="characteristic" label="Usually speaks for" choices=choices!(Characteristic)/>
        <TextArea name="aliases" label="Names in tools" rows=5 optional=true
            hint="One a line, as format: name, or *: name for any tool. * within a name stands for any characters; = 1 - x at the end turns it round."/>
    }
}
