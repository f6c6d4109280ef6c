//! GET and POST /systems/{ref}/map: the context, prefilled with what the triage implies; it may be saved half done.

use super::frame::{Section as Tabbed, approval_at_stake, frame, href, load};
use super::map_form::{self, differences, fields, read, readable};
use super::tier_card::tier_card;
use crate::{
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use domain::policy::Action;
use domain::system::Context;
use leptos::prelude::*;
use store::systems::{SystemHeader, get::Details, get::details};

/// Shows the form, or to those who can't change it the text.
pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = load(&cx, &reference).await?;
    let details = details(&cx.store, header.located.id).await?;
    if !header.may_change(&cx.actor, Action::SystemEdit) {
        let title = format!("Context of {}", header.located.name);
        return cx.page(&title, || {
            let content = view! { <Section title="Context">{readable(&details.context)}</Section> };
            frame(&cx, &header, Tabbed::Context, content)
        });
    }
    let (context, filled) = match &details.triage {
        Some(triage) => details.context.prefilled(&triage.answers),
        None => (details.context.clone(), Vec::new()),
    };
    let form = map_form::fill(cx.form(), &context).at_version(header.located.version);
    page(&cx, header, details, form, filled, None)
}

/// Keeps what is there and leads on.
pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let new = read(&mut form);
    let version = form.version();
    let header = load(&cx, &reference).await?;
    let version = match form.finish(version) {
        Ok(version) => version,
        Err(form) => return again(&cx, &reference, form, None).await,
    };
    match store::systems::context::describe(&cx.store, &cx.actor, header.located.reference, version, &new).await {
        Ok(()) if header.counts.risks == 0 => {
            cx.redirect_with(href(header.located.reference, "/risks/new"), Notice::ContextSaved)
        }
        Ok(()) => cx.redirect_with(href(header.located.reference, ""), Notice::ContextSaved),
        Err(store::Error::Stale { .. }) => again(&cx, &reference, form.state(), Some(new)).await,
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            again(&cx, &reference, form, None).await
        }
    }
}

/// The form with what was typed; beside the stored version where `mine` clashed with it.
async fn again(cx: &Cx, reference: &str, form: FormState, mine: Option<Context>) -> PageResult {
    let header = load(cx, reference).await?;
    let details = details(&cx.store, header.located.id).await?;
    let conflict = mine.map(|mine| (details.changed_by.clone(), differences(&details.context, &mine)));
    let form = if conflict.is_some() { form.at_version(header.located.version) } else { form };
    page(cx, header, details, form, Vec::new(), conflict)
}

fn page(
    cx: &Cx,
    header: SystemHeader,
    details: Details,
    form: FormState,
    filled: Vec<&'static str>,
    conflict: Option<(String, Vec<ConflictField>)>,
) -> PageResult {
    let reference = header.located.reference;
    let title = format!("Context of {}", header.located.name);
    let (clash, shown) = (conflict.is_some(), form.clone());
    let full = header.tier.is_some_and(|t| t.demands().full_context);
    let models = details.context.models.len();
    let view = || {
        let notice = conflict.map(|(who, fields)| view! { <ConflictNotice who fields/> });
        let at_stake = approval_at_stake(&header);
        let names: Vec<_> = filled.iter().map(|f| map_form::label(f).to_lowercase()).collect();
        let hint = (!names.is_empty()).then(|| {
            let text = format!("Taken from the triage, please check: {}.", names.join(", "));
            view! { <Callout title="Some fields are filled in"><p>{text}</p></Callout> }
        });
        let card = tier_card(&header, &details);
        let content = view! {
            <div class="split">
                <div>
                    {notice}{hint}{at_stake}
                    <Form form=shown action=href(reference, "/map") submit="Save and continue" cancel=href(reference, "")>
                        {fields(full, models)}
                    </Form>
                </div>
                <aside>{card}</aside>
            </div>
        };
        frame(cx, &header, Tabbed::Context, content)
    };
    if clash { cx.conflict_page(&title, view) } else { cx.form_page(&title, &form, view) }
}
