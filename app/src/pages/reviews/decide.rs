//! GET and POST /reviews/RV-3/decide: a chair closes the review.

use super::{quorum, words};
use crate::components::*;
use crate::format;
use crate::server::session::SessionChange;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use axum::http::StatusCode;
use domain::canonical::{hex, unhex32};
use domain::ids::ReviewRef;
use domain::policy::{self, Action};
use domain::review::{Outcome, closing_meaning};
use leptos::prelude::*;
use store::reviews::decide::{self, Closing, latest_day};
use store::reviews::get::Review;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let review = super::load(&cx, &reference).await?;
    let Some(outcome) = review.tally.outcome.filter(|_| review.may.decide) else {
        return Err(why_not(&cx, &review));
    };
    let last = latest_day(review.dossier.triage.tier, cx.today());
    let form = cx
        .form()
        .fill("dossier", hex(&review.found.sha256))
        .fill("outcome", outcome)
        .fill("valid_until", format::iso_date(last));
    page(&cx, StatusCode::OK, form, review)
}

fn why_not(cx: &Cx, review: &Review) -> AppError {
    match policy::allow(&cx.actor, Action::ReviewDecide, review.found.system.relation) {
        Err(why) => AppError::Forbidden(why.to_string()),
        Ok(()) => AppError::NotNow("The quorum does not stand yet, or the review is closed".to_owned()),
    }
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference: ReviewRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let mut form = form.reader();
    let dossier = form.text("dossier", "This form is incomplete. Open the page again");
    let outcome = form.pick::<Outcome>("outcome", "This form is incomplete. Open the page again");
    let statement = form.opt_prose("statement");
    let valid_until = form.opt_date("valid_until");
    let password = form.password("password", "Enter your password to sign");
    let once = form.once();
    let (dossier, outcome, password, once) = match form.finish((dossier, outcome, password, once)) {
        Ok(read) => read,
        Err(state) => {
            let review = super::load(&cx, &reference.to_string()).await?;
            return page(&cx, super::status_of(&state), state, review);
        }
    };
    let dossier = unhex32(&dossier).ok_or(AppError::Status(StatusCode::BAD_REQUEST))?;
    let closing = Closing { dossier, outcome, statement, valid_until };
    match decide::decide(&cx.store, &cx.actor, reference, &closing, &password, Some(once)).await {
        // Who proved again who they are goes on with a new secret.
        Ok(decision) => {
            Ok(SessionChange::Renew.on(cx.redirect_with(format!("/decisions/{decision}"), Notice::Decided)?))
        }
        Err(error) => {
            let (status, mut state) = super::refused(&form, error)?;
            let review = super::load(&cx, &reference.to_string()).await?;
            if status == StatusCode::CONFLICT {
                // Closed meanwhile, or short of votes: there is nothing left to sign here.
                let Some(outcome) = review.tally.outcome.filter(|_| review.may.decide) else {
                    return Err(AppError::NotNow(state.error("").unwrap_or_default()));
                };
                state = state.fill("dossier", hex(&review.found.sha256)).fill("outcome", outcome);
            }
            page(&cx, status, state, review)
        }
    }
}

fn page(cx: &Cx, status: StatusCode, form: FormState, review: Review) -> PageResult {
    let outcome: Outcome = form.value("outcome").parse().map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    let (signer, today, shown) = (cx.actor.name.clone(), cx.today(), form.clone());
    super::form_page(cx, status, "Close the review", &form, move || {
        let reference = review.found.reference;
        let system = review.found.system.reference.to_string();
        let (name, dossier) = (review.dossier.system.name.clone(), shown.value("dossier"));
        let back = format!("/reviews/{reference}");
        let crumbs =
            vec![Crumb::new("Committee", "/committee"), Crumb::new(format!("{reference} {name}"), back.clone())];
        let (hash, badge) = (words::hash(&dossier), words::outcome(outcome));
        let (count, votes) = (quorum::count(&review.tally), quorum::votes(&review.votes));
        let meaning = closing_meaning(outcome, &system, &dossier);
        let (cancel, action) = (back.clone(), format!("{back}/decide"));
        let approval = outcome != Outcome::Rejected;
        let last = latest_day(review.dossier.triage.tier, today);
        let hint = format!("{} at the latest at this tier. You may choose an earlier day.", format::date(last));
        view! {
            <div class="narrow">
                <PageHeader title="Close the review" crumbs/>
                <Card title="What you sign">
                    <KeyValues>
                        <KeyValue label="Dossier"><a href=back>{name}" ("{system}"), revision "{review.found.revision}</a></KeyValue>
                        <KeyValue label="SHA-256">{hash}</KeyValue>
                        <KeyValue label="Outcome">{badge}</KeyValue>
                        <KeyValue label="Meaning">{meaning}</KeyValue>
                        <KeyValue label="Signed by">{signer}</KeyValue>
                    </KeyValues>
                    <p class="muted">"The outcome is what the votes amount to; nobody chooses it. Conditions become mitigations of the system. An older approval is superseded."</p>
                </Card>
                <Section title="Votes">{count}{votes}</Section>
                <Form action submit="Sign and close" cancel>
                    <Hidden name="dossier" value=dossier/>
                    <Hidden name="outcome" value=outcome.as_str()/>
                    {match approval {
                        true => view! { <DateField name="valid_until" label="Last day of the approval" hint/> }.into_any(),
                        false => view! { <Hidden name="valid_until" value=""/> }.into_any(),
                    }}
                    <TextArea name="statement" label="Statement for the record" optional=true/>
                    <PasswordField name="password" label="Your password" hint="You sign with it, as when you sign in."/>
                </Form>
            </div>
        }
    })
}
