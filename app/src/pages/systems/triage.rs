//! GET and POST /systems/{ref}/triage: eight yes/no questions; the tier follows from them.

use super::frame::{Section as Tabbed, frame, href, load};
use super::tier_card::tier_card;
use crate::{
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use domain::policy::Action;
use domain::triage::{Answers, Question};
use leptos::prelude::*;
use std::collections::BTreeMap;
use store::systems::{SystemHeader, get::details};

/// Shows the questions with the newest answers, or only the answers to those who can't change them.
pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = load(&cx, &reference).await?;
    let mut form = cx.form();
    if let Some(triage) = details(&cx.store, header.located.id).await?.triage {
        for (question, yes) in triage.answers.iter() {
            form = form.fill(question.as_str(), if yes { "yes" } else { "no" });
        }
    }
    page(&cx, header, form).await
}

/// Keeps the answers, and goes on to the context, where the tier and its reasons stand beside the form.
pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let mut given = BTreeMap::new();
    for question in Question::ALL {
        if let Some(yes) = form.yes_no(question.as_str(), "Answer yes or no") {
            given.insert(*question, yes);
        }
    }
    let once = form.once();
    let header = load(&cx, &reference).await?;
    let once = match form.finish(once) {
        Ok(once) => once,
        Err(form) => return page(&cx, header, form).await,
    };
    let answers = Answers::new(given).map_err(|e| AppError::NotNow(e.to_string()))?;
    match store::systems::triage::answer(&cx.store, &cx.actor, header.located.reference, &answers, Some(once)).await {
        Ok(outcome) if outcome.tier == domain::triage::Tier::Prohibited => {
            cx.redirect_with(href(header.located.reference, "/triage"), Notice::Saved)
        }
        Ok(_) => cx.redirect_with(href(header.located.reference, "/map"), Notice::Triaged),
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, header, form).await
        }
    }
}

async fn page(cx: &Cx, header: SystemHeader, form: FormState) -> PageResult {
    let details = details(&cx.store, header.located.id).await?;
    let may_answer = header.may_change(&cx.actor, Action::TriageAnswer);
    let may_override = details.triage.is_some() && header.located.allow_in_use(&cx.actor, Action::TierOverride).is_ok();
    let reference = header.located.reference;
    let title = format!("Tier of {}", header.located.name);
    cx.form_page(&title, &form, || {
        let card = tier_card(&header, &details);
        let body = if may_answer {
            view! {
                <Form action=href(reference, "/triage") submit="Save and continue" cancel=href(reference, "")>{questions()}</Form>
            }
            .into_any()
        } else {
            answers(details.triage.as_ref().map(|t| &t.answers)).into_any()
        };
        let change = may_override.then(|| view! {
            <p><a class="button" href=href(reference, "/tier")>"Set another tier"</a></p>
        });
        let content = view! {
            <div class="split">
                <Section title="Eight questions" lead="Answer for the system as it will be used. When in doubt, answer yes.">{body}</Section>
                <aside>{card}{change}</aside>
            </div>
        };
        frame(cx, &header, Tabbed::Tier, content)
    })
}

fn questions() -> impl IntoView {
    Question::ALL.iter().map(|q| view! { <YesNo name=q.as_str() label=q.label()/> }).collect_view()
}

fn answers(answers: Option<&Answers>) -> impl IntoView + use<> {
    match answers {
        None => view! { <EmptyState title="Not answered yet" text="The owner or a contributor answers the triage."/> }
            .into_any(),
        Some(answers) => {
            let rows = answers
                .iter()
                .map(|(q, yes)| view! { <KeyValue label=q.label()>{if yes { "Yes" } else { "No" }}</KeyValue> })
                .collect_view();
            view! { <KeyValues>{rows}</KeyValues> }.into_any()
        }
    }
}
