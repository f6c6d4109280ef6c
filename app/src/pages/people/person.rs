//! /admin/people/{id}: one person's roles, links, sessions, and whether they may sign in.

use super::{invite, list};
use crate::{
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::{extract::Path, http::StatusCode};
use domain::{actor::Role, ids::PersonId, token::SERVICE_ROLES};
use leptos::prelude::*;
use store::people::{deactivate, get::get, invite::renew, list::Row, roles, sessions};

fn id(text: &str) -> Result<PersonId, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

pub async fn show(cx: Cx, Path(person): Path<String>) -> PageResult {
    let row = get(&cx.store, &cx.actor, id(&person)?).await?;
    let form = FormState::default().fill_all("roles", &row.person.roles).at_version(row.person.version);
    page(&cx, row, form, None)
}

/// POST …/roles.
pub async fn save_roles(cx: Cx, Path(person): Path<String>, form: RawForm) -> PageResult {
    let person = id(&person)?;
    let mut form = form.reader();
    let chosen = form.picks::<Role>("roles");
    let version = form.version();
    let (version,) = match form.finish((version,)) {
        Ok(read) => read,
        Err(form) => return page(&cx, get(&cx.store, &cx.actor, person).await?, form, None),
    };
    let error = match roles::change(&cx.store, &cx.actor, person, version, &chosen).await {
        Ok(()) => return cx.redirect_with(format!("/admin/people/{person}"), Notice::RolesChanged),
        Err(error) => AppError::from(error),
    };
    let row = get(&cx.store, &cx.actor, person).await?;
    match error {
        AppError::Conflict(conflict) => {
            let fields = vec![ConflictField::new("Roles", list::roles(&row.person.roles), list::roles(&chosen))];
            page(&cx, row, form.state().at_version(conflict.current), Some(fields))
        }
        error => page(&cx, row, form.refused(&error.fields()?), None),
    }
}

/// POST …/link.
pub async fn link(cx: Cx, Path(person): Path<String>) -> PageResult {
    let row = get(&cx.store, &cx.actor, id(&person)?).await?;
    let link = renew(&cx.store, &cx.actor, row.person.id).await?;
    invite::link_page(&cx, &row.person.name, &link)
}

/// POST …/sign-out.
pub async fn sign_out(cx: Cx, Path(person): Path<String>) -> PageResult {
    let person = id(&person)?;
    sessions::end_others(&cx.store, &cx.actor, person, cx.frame.session).await?;
    cx.redirect_with(format!("/admin/people/{person}"), Notice::SessionsEnded)
}

/// POST …/deactivate.
pub async fn deactivate(cx: Cx, Path(person): Path<String>, form: RawForm) -> PageResult {
    let (person, version) = read_switch(&person, form)?;
    deactivate::deactivate(&cx.store, &cx.actor, person, version).await?;
    cx.redirect_with(format!("/admin/people/{person}"), Notice::Deactivated)
}

/// POST …/reactivate.
pub async fn reactivate(cx: Cx, Path(person): Path<String>, form: RawForm) -> PageResult {
    let (person, version) = read_switch(&person, form)?;
    deactivate::reactivate(&cx.store, &cx.actor, person, version).await?;
    cx.redirect_with(format!("/admin/people/{person}"), Notice::Reactivated)
}

fn read_switch(person: &str, form: RawForm) -> Result<(PersonId, i32), AppError> {
    let mut form = form.reader();
    let version = form.version();
    let (version,) = form.finish((version,)).map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    Ok((id(person)?, version))
}

fn page(cx: &Cx, row: Row, form: FormState, conflict: Option<Vec<ConflictField>>) -> PageResult {
    let me = cx.actor.id == row.person.id;
    let title = row.person.name.clone();
    let in_conflict = conflict.is_some();
    let (state, service) = (list::state(&row.person), row.person.service);
    let view = || {
        view! {
            {conflict.map(|fields| view! { <ConflictNotice who="Another administrator" fields/> })}
            <div class="narrow">
                <PageHeader title=row.person.name.clone() crumbs=vec![Crumb::new("People", "/admin/people")]>
                    {state}
                </PageHeader>
                {facts(&row)}
                {match me {
                    true => view! {
                        <Callout title="This is you"><p>"Nobody changes their own roles or deactivates themself. Another
                            administrator can. Your password and sessions are on "<a href="/account">"your account page"</a>"."</p></Callout>
                    }.into_any(),
                    false if service => of_service(&row).into_any(),
                    false => actions(&row).into_any(),
                }}
            </div>
        }
    };
    match in_conflict {
        true => cx.page_as(StatusCode::CONFLICT, &title, || {
            provide_context(form);
            view()
        }),
        false => cx.form_page(&title, &form, view),
    }
}

fn facts(row: &Row) -> impl IntoView + use<> {
    let (person, seen, owns) = (row.person.clone(), row.last_seen, row.owns);
    let systems = format!("/systems?owner={}", person.id);
    let address = match person.service {
        true => view! { <KeyValue label="Kind">"Service account: a pipeline works as it, nobody signs in"</KeyValue> }
            .into_any(),
        false => view! { <KeyValue label="E-mail address">{person.email}</KeyValue> }.into_any(),
    };
    view! {
        <KeyValues>
            {address}
            <KeyValue label="Roles">{list::roles(&person.roles)}</KeyValue>
            <KeyValue label="Owns">{match owns {
                0 => "No system".into_any(),
                n => view! { <a href=systems>{crate::format::count(n, "system", "systems")}</a> }.into_any(),
            }}</KeyValue>
            {(!person.service).then(|| view! {
                <KeyValue label="Last here">{match seen {
                    Some(at) => view! { <Instant at/> }.into_any(),
                    None => "Never".into_any(),
                }}</KeyValue>
            })}
        </KeyValues>
    }
}

/// What is done with a service account: its tokens have pages of their own, and there is no link to send.
fn of_service(row: &Row) -> impl IntoView + use<> {
    let (person, at) = (row.person.clone(), format!("/admin/people/{}", row.person.id));
    let (roles_at, off_at, on_at) = (format!("{at}/roles"), format!("{at}/deactivate"), format!("{at}/reactivate"));
    let tokens_at = format!("/admin/services/{}", person.id);
    let version = person.version.to_string();
    let choices = invite::role_choices();
    let choices = choices.into_iter().filter(|c| SERVICE_ROLES.iter().any(|role| role.as_str() == c.value)).collect();
    match person.active {
        true => view! {
            <p><a href=tokens_at>"Its tokens"</a></p>
            <Section title="Roles" lead="They count from its next request on.">
                <Form action=roles_at submit="Save the roles">
                    <Checkboxes name="roles" label="Roles" choices=choices optional=true/>
                </Form>
            </Section>
            <Section title="End it" lead="Its tokens are revoked at once. What it did keeps its name.">
                <form method="post" action=off_at>
                    <Hidden name="version" value=version/>
                    <button class="button button-danger" type="submit">"End "{person.name}</button>
                </form>
            </Section>
        }
        .into_any(),
        false => view! {
            <Section title="Take it up again" lead="Its tokens stay revoked: make new ones.">
                <form method="post" action=on_at>
                    <Hidden name="version" value=version/>
                    <button class="button button-primary" type="submit">"Take it up again"</button>
                </form>
            </Section>
        }
        .into_any(),
    }
}

fn actions(row: &Row) -> impl IntoView + use<> {
    let at = format!("/admin/people/{}", row.person.id);
    let person = row.person.clone();
    let (link_title, link_lead, link_button) = match person.joined {
        true => (
            "Lost password",
            "A link to set a new one. The present password works until the link is used.",
            "Make a link",
        ),
        false => ("Invitation", "A new link to join. Earlier ones end.", "Make a new link"),
    };
    let owns = match row.owns {
        0 => String::new(),
        n => format!(" They still own {}: hand those over first.", crate::format::count(n, "system", "systems")),
    };
    let leaves = format!("They are signed out at once and can't sign in. What they did keeps their name.{owns}");
    let version = person.version.to_string();
    let [roles_at, link_at, out_at, off_at, on_at] =
        ["roles", "link", "sign-out", "deactivate", "reactivate"].map(|verb| format!("{at}/{verb}"));
    let active = person.active.then(|| {
        let version = version.clone();
        view! {
            <Section title="Roles" lead="Changing them signs the person out.">
                <Form action=roles_at submit="Save the roles">
                    <Checkboxes name="roles" label="Roles" choices=invite::role_choices() optional=true/>
                </Form>
            </Section>
            <Section title=link_title lead=link_lead>
                <form method="post" action=link_at><button class="button" type="submit">{link_button}</button></form>
            </Section>
            <Section title="Sessions" lead="Ends every session of this person; they can sign in again.">
                <form method="post" action=out_at><button class="button" type="submit">"Sign them out"</button></form>
            </Section>
            <Section title="Deactivate" lead=leaves>
                <form method="post" action=off_at>
                    <Hidden name="version" value=version/>
                    <button class="button button-danger" type="submit">"Deactivate "{person.name.clone()}</button>
                </form>
            </Section>
        }
    });
    let inactive = (!row.person.active).then(|| {
        view! {
            <Section title="Reactivate" lead="They can sign in again with the password that they had.">
                <form method="post" action=on_at>
                    <Hidden name="version" value=version/>
                    <button class="button button-primary" type="submit">"Reactivate"</button>
                </form>
            </Section>
        }
    });
    (active, inactive)
}
