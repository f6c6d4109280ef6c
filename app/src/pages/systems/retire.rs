//! /systems/{ref}/retire: taking a system out of use, confirmed by typing its reference; and bringing it back.

use super::frame::{Section as Tabbed, frame, href, load};
use crate::{
    choices,
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use domain::policy::Action;
use domain::system::Stage;
use leptos::prelude::*;
use store::systems::{SystemHeader, retire};

/// Shows what would happen.
pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = load(&cx, &reference).await?;
    header.located.allow_change(&cx.actor, Action::SystemRetire)?;
    page(&cx, header, cx.form())
}

/// Retires the system.
pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let header = load(&cx, &reference).await?;
    let reference = header.located.reference;
    let mut form = form.reader();
    let reason = form.prose("reason", "Say why the system is retired");
    let confirmed = form.confirmed("confirm", &reference.to_string());
    let (reason, ()) = match form.finish((reason, confirmed)) {
        Ok(read) => read,
        Err(form) => return page(&cx, header, form),
    };
    match retire::retire(&cx.store, &cx.actor, reference, &reason).await {
        Ok(()) => cx.redirect_with(href(reference, ""), Notice::Retired),
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, header, form)
        }
    }
}

/// Brings it back.
pub async fn reopen(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let header = load(&cx, &reference).await?;
    let reference = header.located.reference;
    let mut form = form.reader();
    let stage = form.pick::<Stage>("stage", "Choose where the system stands now");
    let stage = match form.finish(stage) {
        Ok(stage) => stage,
        Err(form) => return page(&cx, header, form),
    };
    match retire::reopen(&cx.store, &cx.actor, reference, stage).await {
        Ok(()) => cx.redirect_with(href(reference, ""), Notice::Reopened),
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, header, form)
        }
    }
}

fn page(cx: &Cx, header: SystemHeader, form: FormState) -> PageResult {
    let reference = header.located.reference;
    let retired = header.stage == Stage::Retired;
    let title = format!("{} {}", if retired { "Reopen" } else { "Retire" }, header.located.name);
    cx.form_page(&title, &form, || {
        let form = if retired {
            let stages: Vec<Choice> =
                choices!(Stage).into_iter().filter(|c| c.value != Stage::Retired.as_str()).collect();
            view! {
                <Form action=href(reference, "/reopen") submit="Reopen" cancel=href(reference, "")>
                    <Radios name="stage" label="Stage" hint="Where the system stands now" choices=stages.clone() inline=true/>
                </Form>
            }
            .into_any()
        } else {
            view! {
                <Form action=href(reference, "/retire") submit="Retire" danger=true cancel=href(reference, "")>
                    <TextArea name="reason" label="Reason" rows=2/>
                    <ConfirmByTyping expected=reference.to_string()
                        consequence="The system counts as out of use: its mitigations are no longer due and its approval no longer stands for anything in use. Nothing is deleted, and it can be reopened."/>
                </Form>
            }
            .into_any()
        };
        let words = if retired { "Reopen this system" } else { "Retire this system" };
        let content = view! { <Section title=words>{form}</Section> };
        frame(cx, &header, Tabbed::Overview, content)
    })
}
