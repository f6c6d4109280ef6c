//! /admin/services: what pipelines work as. A service account is made here, gets its tokens here, and is ended on its
//! page among the people.

use super::{form, table};
use crate::{
    components::*,
    pages::people::{invite::role_choices, list::roles},
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm, export},
};
use axum::extract::Path;
use domain::actor::Role;
use domain::ids::PersonId;
use domain::page::Page;
use domain::sheet::{Cell, Column as SheetColumn, Sheet, column};
use domain::token::SERVICE_ROLES;
use leptos::prelude::*;
use store::tokens::{self, NewService, Service};

pub async fn show(cx: Cx) -> PageResult {
    list_page(&cx, FormState::default()).await
}

/// POST: adds one.
pub async fn add(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let name = form.text("name", "Enter a name");
    let roles = form.picks::<Role>("roles");
    let (name,) = match form.finish((name,)) {
        Ok(read) => read,
        Err(form) => return list_page(&cx, form).await,
    };
    let made = match NewService::parse(&name, roles) {
        Ok(new) => tokens::add_service(&cx.store, &cx.actor, &new).await,
        Err(wrong) => return list_page(&cx, form.refused(&wrong)).await,
    };
    match made {
        Ok(service) => cx.redirect_with(format!("/admin/services/{service}"), Notice::Created),
        Err(error) => list_page(&cx, form.refused(&AppError::from(error).fields()?)).await,
    }
}

/// GET …/{person}: its tokens, and the form for one more.
pub async fn one(cx: Cx, Path(person): Path<String>) -> PageResult {
    let service = find(&cx, &person).await?;
    one_page(&cx, service, form::begun()).await
}

/// POST …/{person}: makes a token for it and shows its secret, this once.
pub async fn make(cx: Cx, Path(person): Path<String>, form: RawForm) -> PageResult {
    let service = find(&cx, &person).await?;
    let mut form = form.reader();
    let (new, password) = match form::read(&mut form) {
        Ok(read) => read,
        Err(form) => return one_page(&cx, service, form).await,
    };
    match tokens::make_for(&cx.store, &cx.actor, service.id, &new, &password).await {
        Ok(made) => {
            let back = Crumb::new(service.name.as_str(), format!("/admin/services/{}", service.id));
            form::made_page(&cx, &new, &made, back)
        }
        Err(error) => one_page(&cx, service, form.refused(&AppError::from(error).fields()?)).await,
    }
}

const COLUMNS: [SheetColumn; 5] = [
    column("Service account", 30),
    column("Roles", 24),
    column("Answers for it", 26),
    column("Since (UTC)", 19),
    column("State", 10),
];

static SHEET: Sheet = Sheet { file: "service-accounts", title: "Service accounts", columns: &COLUMNS };

/// GET /admin/services.csv, .xlsx
pub async fn file(cx: Cx) -> PageResult {
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |_| {
        let (store, actor) = (store.clone(), actor.clone());
        async move {
            let rows = tokens::services(&store, &actor).await?.into_iter().map(cells).collect();
            Ok::<_, AppError>(Page { rows, next: None })
        }
    })
    .await
}

fn cells(service: Service) -> Vec<Cell> {
    vec![
        Cell::Link(service.name, format!("/admin/services/{}", service.id)),
        roles(&service.roles).into(),
        service.owner.into(),
        service.created_at.into(),
        standing(service.active).0.into(),
    ]
}

async fn find(cx: &Cx, person: &str) -> Result<Service, AppError> {
    let id: PersonId = person.parse().map_err(|_| AppError::NotFound)?;
    let services = tokens::services(&cx.store, &cx.actor).await?;
    services.into_iter().find(|service| service.id == id).ok_or(AppError::NotFound)
}

async fn list_page(cx: &Cx, form: FormState) -> PageResult {
    let services = tokens::services(&cx.store, &cx.actor).await?;
    cx.form_page("Service accounts", &form, || {
        let columns = ["Name", "Roles", "Answers for it", "Since", "State"].map(Column::text).to_vec();
        let table = (!services.is_empty()).then(|| {
            let rows = services.into_iter().map(row).collect_view();
            view! { <Table caption="Service accounts" columns>{rows}</Table> }
        });
        let roles = role_choices();
        let may = |c: &Choice| SERVICE_ROLES.iter().any(|role| role.as_str() == c.value);
        let roles = roles.into_iter().filter(may).collect();
        view! {
            <PageHeader title="Service accounts" crumbs=vec![Crumb::new("Administration", "/admin")]
                lead="What a pipeline works as. Nobody signs in as one; it never votes, decides or administers, and somebody answers for it."
                export=cx.url() more=vec![("API tokens".to_owned(), "/admin/tokens".to_owned())]/>
            {table}
            <Section title="Add a service account" lead="You will answer for it, and judge no system that it works on.">
                <Form action="/admin/services" submit="Add the service account">
                    <TextField name="name" label="Name" hint="As it should stand in the audit trail: Evaluation pipeline" chars=40/>
                    <Checkboxes name="roles" label="Roles" choices=roles optional=true
                        hint="None is needed to contribute to a system: its owner adds the account as a contributor."/>
                </Form>
            </Section>
        }
    })
}

fn row(service: Service) -> impl IntoView {
    let (label, tone) = standing(service.active);
    view! {
        <tr>
            <td><a href=format!("/admin/services/{}", service.id)>{service.name}</a></td>
            <td>{roles(&service.roles)}</td>
            <td>{service.owner}</td>
            <td><Instant at=service.created_at/></td>
            <td><Badge label tone/></td>
        </tr>
    }
}

fn standing(active: bool) -> (&'static str, Tone) {
    if active { ("Active", Tone::Success) } else { ("Ended", Tone::Warning) }
}

async fn one_page(cx: &Cx, service: Service, form: FormState) -> PageResult {
    let all = tokens::all(&cx.store, &cx.actor).await?;
    let rows: Vec<_> = all.into_iter().filter(|row| row.service && row.person == service.id).collect();
    let (now, title) = (cx.now(), service.name.clone());
    cx.form_page(&title, &form, || {
        let (label, tone) = standing(service.active);
        let at = format!("/admin/services/{}", service.id);
        let person = format!("/admin/people/{}", service.id);
        let roles = roles(&service.roles);
        let tokens = match rows.is_empty() {
            true => view! { <p class="muted">"None so far."</p> }.into_any(),
            false => table::table(rows, now, "/admin/tokens", true).into_any(),
        };
        let make = service.active.then(|| {
            view! {
                <Section title="Make a token for it" lead="You answer for it, and sign with your password.">
                    <Form action=at submit="Make the token">{form::fields()}</Form>
                </Section>
            }
        });
        view! {
            <PageHeader title=service.name.clone() crumbs=vec![Crumb::new("Service accounts", "/admin/services")]
                more=vec![("Change its roles, or end it".to_owned(), person)]>
                <Badge label tone/>
            </PageHeader>
            <KeyValues>
                <KeyValue label="Roles">{roles}</KeyValue>
                <KeyValue label="Answers for it">{service.owner.clone()}</KeyValue>
                <KeyValue label="Id">{service.id.to_string()}</KeyValue>
            </KeyValues>
            <Section title="Tokens">{tokens}</Section>
            {make}
        }
    })
}
