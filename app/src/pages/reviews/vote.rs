//! GET and POST /reviews/RV-3/vote: what is signed, with what meaning, and by whom.

use super::words;
use crate::components::*;
use crate::server::session::SessionChange;
use crate::server::{AppError, Cx, FormReader, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use axum::http::StatusCode;
use domain::canonical::{hex, unhex32};
use domain::ids::{PersonId, ReviewRef};
use domain::policy::{self, Action};
use domain::review::vote::{Ballot, CONDITIONS_MAX, Condition, field};
use domain::review::{self, Choice as Vote};
use leptos::prelude::*;
use store::reviews::get::Review;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let review = super::load(&cx, &reference).await?;
    if !review.may.vote {
        policy::allow(&cx.actor, Action::ReviewVote, review.found.system.relation)
            .map_err(|why| AppError::Forbidden(why.to_string()))?;
        let voted = review.votes.iter().any(|v| v.voter_id == cx.actor.id);
        let why = if voted {
            "You have voted on this dossier: a signed vote stays"
        } else {
            "The review is not open for votes"
        };
        return Err(AppError::NotNow(why.to_owned()));
    }
    let form = cx.form().fill("dossier", hex(&review.found.sha256));
    page(&cx, StatusCode::OK, form, review).await
}

pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference: ReviewRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let mut form = form.reader();
    let dossier = form.text("dossier", "This form is incomplete. Open the page again");
    let choice = form.pick::<Vote>("choice", "Choose how you vote");
    let reason = form.prose("reason", "Say why");
    let conditions = conditions(&mut form);
    let password = form.password("password", "Enter your password to sign");
    let once = form.once();
    let (dossier, choice, reason, password, once) = match form.finish((dossier, choice, reason, password, once)) {
        Ok(read) => read,
        Err(state) => {
            let review = super::load(&cx, &reference.to_string()).await?;
            return page(&cx, super::status_of(&state), state, review).await;
        }
    };
    let dossier = unhex32(&dossier).ok_or(AppError::Status(StatusCode::BAD_REQUEST))?;
    let ballot = Ballot { dossier, choice, reason, conditions };
    match store::reviews::vote::vote(&cx.store, &cx.actor, reference, &ballot, &password, Some(once)).await {
        // Who proved again who they are goes on with a new secret.
        Ok(()) => Ok(SessionChange::Renew.on(cx.redirect_with(format!("/reviews/{reference}#votes"), Notice::Voted)?)),
        Err(error) => {
            let (status, mut state) = super::refused(&form, error)?;
            let review = super::load(&cx, &reference.to_string()).await?;
            if status == StatusCode::CONFLICT {
                // The message says that the dossier changed; what was typed stays, and signing again is a decision.
                state = state.fill("dossier", hex(&review.found.sha256));
            }
            page(&cx, status, state, review).await
        }
    }
}

/// The rows that something was typed into; a row that is begun must be whole.
fn conditions(form: &mut FormReader) -> Vec<Condition> {
    let mut out = Vec::new();
    for i in 0..CONDITIONS_MAX {
        let (text, owner, due) = (
            form.opt_prose(&field("text", i)),
            form.opt_pick::<PersonId>(&field("owner", i)),
            form.opt_date(&field("due", i)),
        );
        match (text, owner, due) {
            (Some(text), Some(owner_id), Some(due_on)) => {
                // The register writes the name.
                out.push(Condition { text, owner_id, owner: String::new(), due_on });
            }
            (None, None, None) => {}
            (text, owner, due) => {
                for (missing, what, message) in [
                    (text.is_none(), "text", "Say what must be done"),
                    (owner.is_none(), "owner", "Choose who takes care of it"),
                    (due.is_none(), "due", "Choose until when"),
                ] {
                    if missing {
                        form.error(&field(what, i), message);
                    }
                }
            }
        }
    }
    out
}

async fn page(cx: &Cx, status: StatusCode, form: FormState, review: Review) -> PageResult {
    let people: Vec<Choice> = store::systems::choices::choices(&cx.store)
        .await?
        .people
        .into_iter()
        .map(|(id, name)| Choice::new(id, name))
        .collect();
    let signer = cx.actor.name.clone();
    let shown = form.clone();
    super::form_page(cx, status, "Vote and sign", &form, move || view(&shown, &review, signer, people))
}

fn view(form: &FormState, review: &Review, signer: String, people: Vec<Choice>) -> AnyView {
    let reference = review.found.reference;
    let system = review.found.system.reference.to_string();
    let (name, dossier) = (review.dossier.system.name.clone(), form.value("dossier"));
    let back = format!("/reviews/{reference}");
    let choices: Vec<Choice> = Vote::ALL
        .iter()
        .map(|c| Choice::new(c.as_str(), c.label()).hint(review::meaning(*c, &system, &dossier)))
        .collect();
    let crumbs = vec![Crumb::new("Committee", "/committee"), Crumb::new(format!("{reference} {name}"), back.clone())];
    let revision = review.found.revision;
    let (action, cancel, read) = (format!("{back}/vote"), back.clone(), back);
    let rows = condition_rows(form, people);
    let hash = words::hash(&dossier);
    view! {
        <div class="narrow">
            <PageHeader title="Vote and sign" crumbs/>
            <Card title="What you sign">
                <KeyValues>
                    <KeyValue label="Dossier"><a href=read>{name}" ("{system.clone()}"), revision "{revision}</a></KeyValue>
                    <KeyValue label="SHA-256">{hash}</KeyValue>
                    <KeyValue label="Signed by">{signer}</KeyValue>
                </KeyValues>
                <p class="muted">"Your name, the time, the hash and the sentence under your choice are kept with your vote. A signed vote is never changed. It counts no longer when the dossier changes."</p>
            </Card>
            <Form action submit="Sign and vote" cancel>
                <Hidden name="dossier" value=dossier/>
                <Radios name="choice" label="Your vote" choices/>
                <TextArea name="reason" label="Why" hint="The owner and the committee read this."/>
                {rows}
                <PasswordField name="password" label="Your password" hint="You sign with it, as when you sign in."/>
            </Form>
        </div>
    }
    .into_any()
}

/// Five rows, all but the first folded: most votes name none or one.
fn condition_rows(form: &FormState, people: Vec<Choice>) -> AnyView {
    let used = |i: usize| ["text", "owner", "due"].iter().any(|what| !form.value(&field(what, i)).is_empty());
    let wrong = |i: usize| ["text", "owner", "due"].iter().any(|what| form.error(&field(what, i)).is_some());
    let open = |i: usize| used(i) || wrong(i);
    let row = |i: usize| {
        let people = people.clone();
        view! {
            <fieldset class="condition">
                <legend>{format!("Condition {}", i + 1)}</legend>
                <TextArea name=field("text", i) label="What must be done" rows=2 optional=true/>
                <div class="two-fields">
                    <SelectField name=field("owner", i) label="Who takes care of it" choices=people optional=true/>
                    <DateField name=field("due", i) label="Until when" optional=true/>
                </div>
            </fieldset>
        }
    };
    // Shown with the choice that needs them, and where something stands in them.
    let class = if (0..CONDITIONS_MAX).any(open) { "conditions used" } else { "conditions" };
    let first = row(0);
    let more_open = (1..CONDITIONS_MAX).any(open);
    let more = (1..CONDITIONS_MAX).map(row).collect_view();
    view! {
        <section class=class aria-label="Conditions">
            <h3>"Conditions"</h3>
            <p class="field-hint">"Each becomes a mitigation of the system with the decision. One that is overdue suspends the approval."</p>
            {first}
            <details open=more_open><summary>"More conditions"</summary>{more}</details>
        </section>
    }
    .into_any()
}
