//! /admin/units: business units, as systems choose from them.

pub mod export;

use crate::{
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use domain::ids::UnitId;
use leptos::prelude::*;
use store::units::{self, Row};

pub async fn show(cx: Cx) -> PageResult {
    page(&cx, FormState::default()).await
}

/// POST: adds one.
pub async fn add(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let name = form.text("name", "Enter the unit's name");
    let (name,) = match form.finish((name,)) {
        Ok(read) => read,
        Err(form) => return page(&cx, form).await,
    };
    match units::add(&cx.store, &cx.actor, &name).await {
        Ok(_) => cx.redirect_with("/admin/units", Notice::Created),
        Err(error) => page(&cx, form.refused(&AppError::from(error).fields()?)).await,
    }
}

pub async fn edit(cx: Cx, Path(unit): Path<String>) -> PageResult {
    let row = find(&cx, &unit).await?;
    let form = FormState::default().fill("name", &row.name);
    edit_page(&cx, row, form)
}

/// POST: renames.
pub async fn rename(cx: Cx, Path(unit): Path<String>, form: RawForm) -> PageResult {
    let row = find(&cx, &unit).await?;
    let mut form = form.reader();
    let name = form.text("name", "Enter the unit's name");
    let (name,) = match form.finish((name,)) {
        Ok(read) => read,
        Err(form) => return edit_page(&cx, row, form),
    };
    match units::rename(&cx.store, &cx.actor, row.id, &name).await {
        Ok(()) => cx.redirect_with("/admin/units", Notice::Saved),
        Err(error) => edit_page(&cx, row, form.refused(&AppError::from(error).fields()?)),
    }
}

/// POST …/archive.
pub async fn archive(cx: Cx, Path(unit): Path<String>) -> PageResult {
    units::archive(&cx.store, &cx.actor, id(&unit)?, true).await?;
    cx.redirect_with("/admin/units", Notice::Archived)
}

/// POST …/restore.
pub async fn restore(cx: Cx, Path(unit): Path<String>) -> PageResult {
    units::archive(&cx.store, &cx.actor, id(&unit)?, false).await?;
    cx.redirect_with("/admin/units", Notice::Saved)
}

fn id(text: &str) -> Result<UnitId, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

async fn find(cx: &Cx, unit: &str) -> Result<Row, AppError> {
    let id = id(unit)?;
    let rows = units::manage(&cx.store, &cx.actor).await?;
    rows.into_iter().find(|row| row.id == id).ok_or(AppError::NotFound)
}

async fn page(cx: &Cx, form: FormState) -> PageResult {
    let rows = units::manage(&cx.store, &cx.actor).await?;
    cx.form_page("Business units", &form, || {
        let columns = vec![Column::text("Unit"), Column::number("Systems"), Column::text("State")];
        let table = (!rows.is_empty()).then(|| {
            let rows = rows.into_iter().map(row).collect_view();
            view! { <Table caption="Business units" columns>{rows}</Table> }
        });
        view! {
            <PageHeader title="Business units" crumbs=vec![Crumb::new("Administration", "/admin")]
                lead="Every system belongs to one. Reports add up by unit." export=cx.url()/>
            {table}
            <Section title="Add a unit">
                <Form action="/admin/units" submit="Add the unit">
                    <TextField name="name" label="Name" hint="As on the organisation chart" chars=40/>
                </Form>
            </Section>
        }
    })
}

fn row(row: Row) -> impl IntoView {
    let (label, tone) = if row.in_use { ("In use", Tone::Success) } else { ("Archived", Tone::Neutral) };
    let systems = match row.systems {
        0 => "0".into_any(),
        n => view! { <a href=format!("/systems?unit={}", row.id)>{crate::format::number(n)}</a> }.into_any(),
    };
    view! {
        <tr>
            <td><a href=format!("/admin/units/{}", row.id)>{row.name}</a></td>
            <td class="num">{systems}</td>
            <td><Badge label tone/></td>
        </tr>
    }
}

fn edit_page(cx: &Cx, row: Row, form: FormState) -> PageResult {
    let at = format!("/admin/units/{}", row.id);
    let title = row.name.clone();
    cx.form_page(&title, &form, || {
        let (heading, lead, action, button) = match row.in_use {
            true => (
                "Archive",
                "It can't be chosen for systems any more. Systems that have it keep it. You can bring it back.",
                format!("{at}/archive"),
                "Archive this unit",
            ),
            false => ("Bring back", "It can be chosen for systems again.", format!("{at}/restore"), "Bring it back"),
        };
        view! {
            <div class="narrow">
                <PageHeader title=row.name crumbs=vec![Crumb::new("Business units", "/admin/units")]/>
                <Form action=at submit="Rename the unit" cancel="/admin/units">
                    <TextField name="name" label="Name" hint="Changes wherever the unit shows" chars=40/>
                </Form>
                <Section title=heading lead>
                    <form method="post" action=action><button class="button" type="submit">{button}</button></form>
                </Section>
            </div>
        }
    })
}
