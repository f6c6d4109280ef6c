//! /admin/people/invite: a new person and their one-time link, shown once.

use crate::{
    components::*,
    server::{AppError, Cx, FormState, PageResult, RawForm},
};
use domain::actor::Role;
use leptos::prelude::*;
use store::people::invite::{Link, Newcomer, invite};

pub async fn show(cx: Cx) -> PageResult {
    page(&cx, FormState::default())
}

pub async fn save(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let name = form.text("name", "Enter the person's name");
    let email = form.text("email", "Enter the person's e-mail address");
    let roles = form.picks::<Role>("roles");
    let (name, email) = match form.finish((name, email)) {
        Ok(read) => read,
        Err(form) => return page(&cx, form),
    };
    let new = Newcomer { email, name, roles };
    match invite(&cx.store, &cx.actor, &new).await {
        Ok(link) => link_page(&cx, &new.name, &link),
        Err(error) => page(&cx, form.refused(&AppError::from(error).fields()?)),
    }
}

/// What each role is for, where it is given.
pub(crate) fn role_choices() -> Vec<Choice> {
    let hint = |role: Role| match role {
        Role::Owner => "Registers systems and answers for them",
        Role::Committee => "Reviews dossiers, votes and signs",
        Role::Chair => "Does that too, closes decisions and accepts risk above appetite",
        Role::Executive => "Reads the portfolio; changes nothing, so it goes with no role that does",
        Role::Auditor => "Reads everything, the audit trail too; changes nothing",
        Role::Admin => "Manages people, units, the risk matrix and imports",
    };
    Role::ALL.iter().map(|role| Choice::new(role, role.label()).hint(hint(*role))).collect()
}

fn page(cx: &Cx, form: FormState) -> PageResult {
    cx.form_page("Invite somebody", &form, || {
        view! {
            <div class="narrow">
                <PageHeader title="Invite somebody" crumbs=vec![Crumb::new("People", "/admin/people")]
                    lead="You get a link to send them. It works once, for an hour."/>
                <Form action="/admin/people/invite" submit="Make the link" cancel="/admin/people">
                    <TextField name="name" label="Name" chars=40/>
                    <EmailField name="email" label="E-mail address"/>
                    <Checkboxes name="roles" label="Roles" choices=role_choices() optional=true
                        hint="None is needed to contribute to a system that somebody else owns."/>
                </Form>
            </div>
        }
    })
}

/// The link, shown this once.
pub(super) fn link_page(cx: &Cx, name: &str, link: &Link) -> PageResult {
    let address = format!("{}/invite/{}", cx.state.site.base_url, link.secret);
    let (lead, until) = (format!("Send this link to {name}. It works once and is not shown again."), link.expires_at);
    let person = link.person.map(|id| format!("/admin/people/{id}"));
    cx.page("Send this link", || {
        view! {
            <div class="narrow">
                <PageHeader title="Send this link" crumbs=vec![Crumb::new("People", "/admin/people")] lead/>
                <p class="one-time-link">{address}</p>
                <p>"It works until "<Instant at=until/>"."</p>
                <p>"Send it in a way that only they can read. If it is lost or too old, make a new one on their page."</p>
                <div class="actions">
                    {person.map(|href| view! { <a class="button" href=href>"Open their page"</a> })}
                    <a class="button button-plain" href="/admin/people">"All people"</a>
                </div>
            </div>
        }
    })
}
