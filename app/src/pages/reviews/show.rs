//! GET /reviews/RV-3: the dossier as one readable page, with the committee's words beside each part.

use super::{comment, parts, quorum, viewed, words};
use crate::components::*;
use crate::format;
use crate::server::{Cx, FormState, PageResult};
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use domain::review::{Part, Reading, State};
use leptos::prelude::*;
use store::reviews::get::Review;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let review = super::load(&cx, &reference).await?;
    page(&cx, StatusCode::OK, cx.form(), review)
}

/// GET /reviews/RV-3/dossier: the canonical text, byte for byte as it was hashed.
pub async fn text(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let review = super::load(&cx, &reference).await?;
    let name = format!("attachment; filename=\"{}-revision-{}.json\"", review.found.reference, review.found.revision);
    let mut response = review.text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// The page; `form` holds a comment that was refused.
pub fn page(cx: &Cx, status: StatusCode, form: FormState, review: Review) -> PageResult {
    let title = format!("{} {}", review.found.reference, review.dossier.system.name);
    let cx2 = cx.clone();
    super::form_page(cx, status, &title, &form.clone(), move || view(&cx2, &form, &review))
}

fn view(cx: &Cx, form: &FormState, review: &Review) -> AnyView {
    let parts = Part::ALL.iter().map(|part| part_view(form, review, *part)).collect_view();
    view! {
        {header(cx, review)}
        {standing(cx, review)}
        {differences(review)}
        {parts}
        {votes(review)}
    }
    .into_any()
}

fn header(cx: &Cx, review: &Review) -> AnyView {
    let found = &review.found;
    let (system, reference) = (found.system.reference, found.reference);
    let at = |page: &str| format!("/reviews/{reference}/{page}");
    let may = review.may;
    // The one thing to do now, and the rest as plain buttons.
    let mut actions = Vec::new();
    if may.vote {
        actions.push(("Vote and sign", at("vote")));
    }
    if may.decide {
        actions.push(("Close the review", at("decide")));
    }
    if may.resubmit {
        actions.push(("Submit again", format!("/systems/{system}/submit")));
    }
    if may.request_changes {
        actions.push(("Request changes", at("request-changes")));
    }
    if may.recuse {
        actions.push(("Step aside", at("recuse")));
    }
    if may.withdraw {
        actions.push(("Withdraw", at("withdraw")));
    }
    if may.decide && actions.len() > 1 {
        // A quorum that stands is closed before further votes are asked for.
        actions.rotate_left(usize::from(may.vote));
    }
    // Nobody is pushed to send it back, to step aside or to withdraw.
    let forward = may.vote || may.decide || may.resubmit;
    let mut actions = actions.into_iter().map(|(label, href)| (label.to_owned(), href));
    let first = if forward { actions.next() } else { None };
    let more: Vec<_> = actions.collect();
    let (action, action_href) = first.unzip();
    let mut crumbs = super::crumbs(cx);
    crumbs.push(Crumb::new(system.to_string(), format!("/systems/{system}/reviews")));
    let name = review.dossier.system.name.clone();
    let (tier, overridden) = (review.dossier.triage.tier, review.dossier.triage.override_reason.is_some());
    let state = words::state(found.state);
    view! {
        <PageHeader title=name reference=reference.to_string() crumbs action_href action more>
            {state}
            <Tier tier overridden/>
        </PageHeader>
    }
    .into_any()
}

/// Where the review stands: who submitted what, the count, and what to do about it.
fn standing(cx: &Cx, review: &Review) -> AnyView {
    let found = &review.found;
    let days = (cx.now() - review.submitted_at).num_days();
    let waiting = found.state.is_under_review().then(|| format!(", waiting for {}", format::span(days)));
    let reason = review.state_reason.clone().map(|reason| {
        let title = match (&review.state_by, found.state) {
            (Some(who), state) => format!("{}: {who}", state.label()),
            (None, state) => state.label().to_owned(),
        };
        view! { <Callout tone=Tone::Warning title><p class="preline">{reason}</p></Callout> }
    });
    let decision = review.decision.map(|d| {
        view! { <Callout tone=Tone::Info title="This review is decided"><p><a href=format!("/decisions/{d}")>"Decision "{d.to_string()}</a></p></Callout> }
    });
    let start = review.may.open.then(|| {
        let action = format!("/reviews/{}/open", found.reference);
        view! { <Form action submit="Start the review"><p class="muted">"The owner then sees that the committee reads."</p></Form> }
    });
    let hash = domain::canonical::hex(&found.sha256);
    let (submitted_by, revision) = (review.submitted_by.clone(), found.revision);
    let dossier = format!("/reviews/{}/dossier", found.reference);
    let (at, viewed) = (review.submitted_at, viewed::count(review));
    let counted = found.state.is_open() && found.state != State::ChangesRequested;
    let (tally, others) = (quorum::count(&review.tally), quorum::others(review));
    let count = counted
        .then(|| view! { <aside aria-label="Quorum"><Card title="Quorum">{tally}{others}{start}</Card></aside> });
    view! {
        {decision}
        {reason}
        <div class="split">
            <Card title="What is under review">
                <KeyValues>
                    <KeyValue label="Submitted">{submitted_by}", "<Instant at=at/>{waiting}</KeyValue>
                    <KeyValue label="Revision">{revision}</KeyValue>
                    <KeyValue label="SHA-256">{words::hash(&hash)}</KeyValue>
                    {viewed}
                    <KeyValue label="Frozen text"><a href=dossier>"Download the dossier"</a></KeyValue>
                </KeyValues>
            </Card>
            {count}
        </div>
    }
    .into_any()
}

/// What changed since the last decision and since the last revision, field by field.
fn differences(review: &Review) -> AnyView {
    let revision = review.found.revision;
    let since_revision = review.since_revision.as_ref().map(|changes| {
        let body = match changes.is_empty() {
            true => view! { <p>"Nothing but the submission itself."</p> }.into_any(),
            false => {
                words::changes(changes, "Changes since the last revision", format!("Revision {}", revision - 1), "Now")
            }
        };
        let beside = (!changes.is_empty()).then(|| viewed::tick(review, Reading::SinceRevision)).flatten();
        view! { <Section title="Changed since the last revision" id="since-revision" beside>{body}</Section> }
    });
    let since_decision = match &review.since_decision {
        None => view! { <p class="muted">"This is the first decision on this system: there is nothing to compare with."</p> }.into_any(),
        Some((decision, at, changes)) => {
            let lead = view! { <p class="muted">"Against "<a href=format!("/decisions/{decision}")>{decision.to_string()}</a>" of "<Day at=*at/>"."</p> };
            let body = match changes.is_empty() {
                true => view! { <p>"Nothing differs from what was decided on."</p> }.into_any(),
                false => words::changes(changes, "Changes since the last decision", "Decided on".to_owned(), "Under review"),
            };
            view! { {lead}{body} }.into_any()
        }
    };
    let compared = review.since_decision.as_ref().is_some_and(|(.., changes)| !changes.is_empty());
    let beside = compared.then(|| viewed::tick(review, Reading::SinceDecision)).flatten();
    view! {
        {since_revision}
        <Section title="Changed since the last decision" id="since-decision" beside>{since_decision}</Section>
    }
    .into_any()
}

fn part_view(form: &FormState, review: &Review, part: Part) -> impl IntoView + use<> {
    let threads = comment::threads(form, review, part);
    let (body, label) = (
        parts::part(&review.dossier, part, &review.says, &review.verdicts),
        format!("Comments on: {}", parts::title(part)),
    );
    let tick = viewed::tick(review, part.into());
    let changed = review.changed(part).then(|| view! { <Badge label="Changed" tone=Tone::Info/> });
    let beside = (tick.is_some() || changed.is_some())
        .then(|| view! { <div class="section-marks">{changed}{tick}</div> }.into_any());
    view! {
        <Section title=parts::title(part) id=part.as_str() beside>
            <div class="review-part">
                <div>{body}</div>
                <aside class="comments" aria-label=label>{threads}</aside>
            </div>
        </Section>
    }
}

fn votes(review: &Review) -> AnyView {
    let body = match review.votes.is_empty() {
        true => view! { <p class="muted">"Nobody has voted on this dossier yet."</p> }.into_any(),
        false => quorum::votes(&review.votes),
    };
    view! { <Section title="Votes" id="votes">{body}</Section> }.into_any()
}
