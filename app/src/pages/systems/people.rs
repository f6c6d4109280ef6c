//! /systems/{ref}/people: who works on the system. Whoever ever did never votes on it.

use super::frame::{Section as Tabbed, frame, href, load};
use crate::{
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use domain::ids::PersonId;
use domain::policy::Action;
use leptos::prelude::*;
use store::systems::{SystemHeader, get::details, people};

/// Shows owner and contributors, with forms for those who may change them.
pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = load(&cx, &reference).await?;
    let form = cx.form().at_version(header.located.version).fill("keep", "yes");
    page(&cx, header, form).await
}

/// Adds a contributor.
pub async fn add(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let person = form.pick::<PersonId>("person", "Choose somebody");
    let header = load(&cx, &reference).await?;
    let person = match form.finish(person) {
        Ok(person) => person,
        Err(form) => return page(&cx, header, form).await,
    };
    match people::add(&cx.store, &cx.actor, header.located.reference, person).await {
        Ok(()) => cx.redirect_with(href(header.located.reference, "/people"), Notice::Saved),
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, header, form).await
        }
    }
}

/// Takes a contributor off.
pub async fn remove(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let person = form.pick::<PersonId>("person", "Choose somebody");
    let header = load(&cx, &reference).await?;
    let person = match form.finish(person) {
        Ok(person) => person,
        Err(form) => return page(&cx, header, form).await,
    };
    people::remove(&cx.store, &cx.actor, header.located.reference, person).await?;
    let to = match person == cx.actor.id && !cx.actor.reads_all() {
        true => "/systems".to_owned(),
        false => href(header.located.reference, "/people"),
    };
    cx.redirect_with(to, Notice::Removed)
}

/// Gives the system to another owner.
pub async fn transfer(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let owner = form.pick::<PersonId>("owner", "Choose the new owner");
    let keep = form.ticked("keep");
    let version = form.version();
    let header = load(&cx, &reference).await?;
    let (owner, version) = match form.finish((owner, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, header, form).await,
    };
    let reference = header.located.reference;
    match people::transfer(&cx.store, &cx.actor, reference, version, owner, keep).await {
        // Who gave it away and stays on in no way does not see it any more.
        Ok(()) if header.located.relation.owner && !keep && !cx.actor.reads_all() => {
            cx.redirect_with("/systems", Notice::Transferred)
        }
        Ok(()) => cx.redirect_with(href(reference, "/people"), Notice::Transferred),
        Err(store::Error::Stale { current }) => {
            let why = "The system was changed while you looked at it. Check that this is still right, then save again.";
            let form = form.state().at_version(current).with_error(why);
            page(&cx, load(&cx, &reference.to_string()).await?, form).await
        }
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, header, form).await
        }
    }
}

async fn page(cx: &Cx, header: SystemHeader, form: FormState) -> PageResult {
    let details = details(&cx.store, header.located.id).await?;
    let may = header.may_change(&cx.actor, Action::SystemTransfer);
    let store::systems::choices::Choices { people: choices, services, .. } = store::systems::choices(&cx.store).await?;
    let reference = header.located.reference;
    let others = |taken: &dyn Fn(PersonId) -> bool| -> Vec<Choice> {
        choices.iter().filter(|(id, _)| !taken(*id)).map(|(id, name)| Choice::new(id, name.clone())).collect()
    };
    let contributes = |id: PersonId| details.contributors.iter().any(|c| c.id == id);
    let mut new_contributors = others(&|id| id == header.owner_id || contributes(id));
    let services = services.into_iter().filter(|(id, _)| *id != header.owner_id && !contributes(*id));
    new_contributors.extend(services.map(|(id, name)| Choice::new(id, format!("{name} (service account)"))));
    let new_owners = others(&|id| id == header.owner_id);
    let token = form.value(crate::server::form::ONCE);
    let title = format!("People of {}", header.located.name);
    cx.form_page(&title, &form, || {
        let owner = header.owner.clone();
        let rows = details.contributors.iter().map(|c| contributor(reference, c, may, &token)).collect_view();
        let none = details.contributors.is_empty().then(|| view! { <p class="muted">"Nobody else yet."</p> });
        let forms = may.then(|| view! {
            <Section title="Add a contributor" lead="They may write everything of this system, but not submit it.">
                <Form action=href(reference, "/people/add") submit="Add">
                    <SelectField name="person" label="Person" choices=new_contributors.clone()/>
                </Form>
            </Section>
            <Section title="Change the owner" lead="The new owner answers for the system and submits it. Who gave it away stays involved and never votes on it.">
                <Form action=href(reference, "/people/transfer") submit="Change the owner">
                    <SelectField name="owner" label="New owner" choices=new_owners.clone()/>
                    <CheckboxField name="keep" label="The owner until now goes on as a contributor"/>
                </Form>
            </Section>
        });
        let content = view! {
            <div>
                <Section title="Owner"><p><Person name=owner/></p></Section>
                <Section title="Contributors">{none}<ul class="plain-list">{rows}</ul></Section>
                {forms}
            </div>
        };
        frame(cx, &header, Tabbed::People, content)
    })
}

fn contributor(
    reference: domain::ids::SystemRef,
    person: &store::systems::get::Contributor,
    may: bool,
    token: &str,
) -> impl IntoView + use<> {
    let name = person.name.clone();
    let gone = (!person.active).then(|| view! { " "<Badge label="Deactivated"/> });
    let (id, token, label) = (person.id.to_string(), token.to_owned(), format!("Remove {name}"));
    let button = may.then(|| {
        view! {
            <form method="post" action=href(reference, "/people/remove")>
                <Hidden name=crate::server::form::ONCE value=token/>
                <Hidden name="person" value=id/>
                <button class="button button-small" type="submit" aria-label=label>"Remove"</button>
            </form>
        }
    });
    view! { <li class="row"><Person name/>{gone}{button}</li> }
}
