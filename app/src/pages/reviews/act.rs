//! Verbs on a review that ask for a reason: request changes, step aside, withdraw; and the one-click start.

use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use axum::http::StatusCode;
use domain::canonical::{hex, unhex32};
use domain::ids::ReviewRef;
use leptos::prelude::*;
use store::reviews;
use store::reviews::get::Review;

/// What the page of a verb says.
struct Words {
    page: &'static str,
    title: &'static str,
    happens: &'static str,
    label: &'static str,
    hint: &'static str,
    missing: &'static str,
    submit: &'static str,
    danger: bool,
}

const REQUEST_CHANGES: Words = Words {
    page: "request-changes",
    title: "Request changes",
    happens: "The dossier goes back to its owner, who can edit it and submit it again. Votes on this revision no longer count.",
    label: "What has to change?",
    hint: "The owner reads this on top of the system\u{2019}s pages. Details stand in your comments.",
    missing: "Say what has to change",
    submit: "Send it back",
    danger: false,
};

const RECUSE: Words = Words {
    page: "recuse",
    title: "Step aside",
    happens: "You will not be able to vote on this review or close it. This can\u{2019}t be taken back.",
    label: "Why do you step aside?",
    hint: "Kept with the review, for example: I advised the team on this system.",
    missing: "Say why you step aside",
    submit: "Step aside",
    danger: true,
};

const WITHDRAW: Words = Words {
    page: "withdraw",
    title: "Withdraw the submission",
    happens: "The review ends without a decision. An earlier decision on the system stays as it is. You can submit again later.",
    label: "Why do you withdraw it?",
    hint: "The committee reads this.",
    missing: "Say why you withdraw it",
    submit: "Withdraw",
    danger: true,
};

pub async fn request_changes(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let review = super::load(&cx, &reference).await?;
    first(&cx, &REQUEST_CHANGES, &review, review.may.request_changes)
}

pub async fn request_changes_save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference = parse(&reference)?;
    let mut form = form.reader();
    let reason = form.prose("reason", REQUEST_CHANGES.missing);
    let dossier = form.text("dossier", "This form is incomplete. Open the page again");
    let read = form.finish((reason, dossier));
    let done = match read {
        Err(state) => return again(&cx, &REQUEST_CHANGES, reference, super::status_of(&state), state).await,
        Ok((reason, dossier)) => {
            let read = unhex32(&dossier).ok_or(AppError::Status(StatusCode::BAD_REQUEST))?;
            reviews::request_changes::request_changes(&cx.store, &cx.actor, reference, &read, &reason).await
        }
    };
    match done {
        Ok(()) => cx.redirect_with(format!("/reviews/{reference}"), Notice::ChangesRequested),
        Err(error) => {
            let (status, state) = super::refused(&form, error)?;
            again(&cx, &REQUEST_CHANGES, reference, status, state).await
        }
    }
}

pub async fn recuse(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let review = super::load(&cx, &reference).await?;
    first(&cx, &RECUSE, &review, review.may.recuse)
}

pub async fn recuse_save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference = parse(&reference)?;
    let mut form = form.reader();
    let reason = form.prose("reason", RECUSE.missing);
    let (reason,) = match form.finish((reason,)) {
        Ok(read) => read,
        Err(state) => return again(&cx, &RECUSE, reference, super::status_of(&state), state).await,
    };
    match reviews::recuse::recuse(&cx.store, &cx.actor, reference, &reason).await {
        Ok(()) => cx.redirect_with(format!("/reviews/{reference}"), Notice::Recused),
        Err(error) => {
            let (status, state) = super::refused(&form, error)?;
            again(&cx, &RECUSE, reference, status, state).await
        }
    }
}

pub async fn withdraw(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let review = super::load(&cx, &reference).await?;
    first(&cx, &WITHDRAW, &review, review.may.withdraw)
}

pub async fn withdraw_save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference = parse(&reference)?;
    let mut form = form.reader();
    let reason = form.prose("reason", WITHDRAW.missing);
    let (reason,) = match form.finish((reason,)) {
        Ok(read) => read,
        Err(state) => return again(&cx, &WITHDRAW, reference, super::status_of(&state), state).await,
    };
    match reviews::withdraw::withdraw(&cx.store, &cx.actor, reference, &reason).await {
        Ok(()) => cx.redirect_with(format!("/reviews/{reference}"), Notice::Withdrawn),
        Err(error) => {
            let (status, state) = super::refused(&form, error)?;
            again(&cx, &WITHDRAW, reference, status, state).await
        }
    }
}

/// POST /reviews/RV-3/open: one click.
pub async fn open(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference = parse(&reference)?;
    form.reader().finish(()).map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    reviews::open::open(&cx.store, &cx.actor, reference).await?;
    cx.redirect_with(format!("/reviews/{reference}"), Notice::ReviewStarted)
}

fn parse(reference: &str) -> Result<ReviewRef, AppError> {
    reference.parse().map_err(|_| AppError::NotFound)
}

/// The form, for those who may; to others the page says why not.
fn first(cx: &Cx, words: &'static Words, review: &Review, may: bool) -> PageResult {
    if !may {
        return Err(AppError::Forbidden(format!(
            "Not for you, or not while the review is {}",
            review.found.state.label().to_lowercase()
        )));
    }
    let form = cx.form().fill("dossier", hex(&review.found.sha256));
    page(cx, words, review, StatusCode::OK, form)
}

/// The form again; after a conflict it speaks of the dossier that is there now, which the message says.
async fn again(
    cx: &Cx,
    words: &'static Words,
    reference: ReviewRef,
    status: StatusCode,
    form: FormState,
) -> PageResult {
    let review = super::load(cx, &reference.to_string()).await?;
    let form = if status == StatusCode::CONFLICT { form.fill("dossier", hex(&review.found.sha256)) } else { form };
    page(cx, words, &review, status, form)
}

fn page(cx: &Cx, words: &'static Words, review: &Review, status: StatusCode, form: FormState) -> PageResult {
    let reference = review.found.reference;
    let back = format!("/reviews/{reference}");
    let name = review.dossier.system.name.clone();
    let dossier = (words.page == REQUEST_CHANGES.page).then(|| form.value("dossier"));
    super::form_page(cx, status, words.title, &form, move || {
        let crumbs = vec![Crumb::new(format!("{reference} {name}"), back.clone())];
        view! {
            <div class="narrow">
                <PageHeader title=words.title crumbs/>
                <Callout tone=Tone::Info title="What will happen"><p>{words.happens}</p></Callout>
                <Form action=format!("{back}/{}", words.page) submit=words.submit cancel=back.clone() danger=words.danger>
                    {dossier.map(|value| view! { <Hidden name="dossier" value/> })}
                    <TextArea name="reason" label=words.label hint=words.hint rows=5/>
                </Form>
            </div>
        }
    })
}
