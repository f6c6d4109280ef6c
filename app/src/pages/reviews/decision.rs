//! GET /decisions/D-3: who signed what, how long it holds, and whether it still fits; D-3.json: the same to verify
//! without this program.

use super::{quorum, words};
use crate::components::*;
use crate::format;
use crate::server::session::SessionChange;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use domain::ids::DecisionRef;
use domain::review::{Outcome, State};
use leptos::prelude::*;
use store::reviews::decision::{self, ConditionNow, Decision};

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    if let Some(reference) = reference.strip_suffix(".json") {
        return bundle(&load(&cx, reference).await?);
    }
    let decision = load(&cx, &reference).await?;
    page(&cx, StatusCode::OK, cx.form(), decision)
}

async fn load(cx: &Cx, reference: &str) -> Result<Decision, AppError> {
    let reference: DecisionRef = reference.parse().map_err(|_| AppError::NotFound)?;
    Ok(decision::get(&cx.store, &cx.actor, reference).await?)
}

fn bundle(decision: &Decision) -> PageResult {
    let body = serde_json::to_string_pretty(&decision.bundle()).map_err(AppError::internal)?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}.json\"", decision.reference)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// POST /decisions/D-3/revoke
pub async fn revoke(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference: DecisionRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let mut form = form.reader();
    let reason = form.prose("reason", "Say why it is revoked");
    let confirmed = form.confirmed("confirm", &reference.to_string());
    let password = form.password("password", "Enter your password to sign");
    let (reason, _, password) = match form.finish((reason, confirmed, password)) {
        Ok(read) => read,
        Err(state) => {
            return page(&cx, super::status_of(&state), state, load(&cx, &reference.to_string()).await?);
        }
    };
    match store::reviews::revoke::revoke(&cx.store, &cx.actor, reference, &reason, &password).await {
        // Who proved again who they are goes on with a new secret.
        Ok(()) => Ok(SessionChange::Renew.on(cx.redirect_with(format!("/decisions/{reference}"), Notice::Revoked)?)),
        Err(error) => {
            let (status, state) = super::refused(&form, error)?;
            page(&cx, status, state, load(&cx, &reference.to_string()).await?)
        }
    }
}

fn page(cx: &Cx, status: StatusCode, form: FormState, decision: Decision) -> PageResult {
    let title = format!("Decision {}", decision.reference);
    let (cx2, open) = (cx.clone(), form.has_errors());
    super::form_page(cx, status, &title, &form, move || view(&cx2, &decision, open))
}

fn view(cx: &Cx, d: &Decision, revoke_open: bool) -> AnyView {
    let reference = d.reference.to_string();
    let mut crumbs = super::crumbs(cx);
    crumbs.push(Crumb::new(d.system.reference.to_string(), format!("/systems/{}", d.system.reference)));
    let more = vec![
        ("The dossier and its review".to_owned(), format!("/reviews/{}", d.review)),
        ("Verification file".to_owned(), format!("/decisions/{reference}.json")),
    ];
    let ended = matches!(d.state, State::Expired | State::Revoked | State::Superseded);
    let (name, outcome, ended) =
        (d.dossier.system.name.clone(), words::outcome(d.outcome), ended.then(|| words::state(d.state)));
    let signatures = quorum::votes(&d.votes);
    view! {
        <PageHeader title=name reference crumbs more>{outcome}{ended}</PageHeader>
        {standing(cx, d)}
        <div class="split">
            <div class="stack">
                {facts(d)}
                {conditions(cx, &d.conditions)}
                <Section title="Signatures" id="votes">{signatures}</Section>
            </div>
            <aside aria-label="Verification">{verify(d)}</aside>
        </div>
        {d.may_revoke.then(|| revoke_form(d, revoke_open))}
    }
    .into_any()
}

/// Whether it holds now, and if not, since when and why.
fn standing(cx: &Cx, d: &Decision) -> AnyView {
    let overdue =
        d.conditions.iter().filter(|c| c.status.is_open() && c.due_on.is_some_and(|due| due < cx.today())).count();
    let ended = d.ended.as_ref().map(|e| {
        let title = if e.kind == "revoked" { "This approval was revoked" } else { "A newer decision took its place" };
        let (reason, by, at) = (e.reason.clone(), e.by.clone(), e.at);
        view! { <Callout tone=Tone::Danger title><p class="preline">{reason}</p><p class="muted">{by}", "<Instant at/></p></Callout> }
    });
    let over = d.valid_until.filter(|until| d.ended.is_none() && *until < cx.today()).map(|until| {
        view! { <Callout tone=Tone::Danger title=format!("This approval expired on {}", format::date(until))><p>"The system needs a new review."</p></Callout> }
    });
    let suspended = (overdue > 0 && d.ended.is_none()).then(|| {
        let what = format::count(overdue as i64, "condition is", "conditions are");
        view! { <Callout tone=Tone::Danger title="This approval is suspended"><p>{what}" overdue."</p></Callout> }
    });
    let stale = (!d.differences.is_empty()).then(|| {
        let since = d.stale_since.map(|at| view! { "Since "<Day at/>". " });
        let list = words::changes(&d.differences, "What differs from the dossier that was signed", "Decided on".to_owned(), "Now");
        view! {
            <Section title="Out of date" id="stale">
                <Callout tone=Tone::Warning title="The system differs from the dossier that was signed">
                    <p>{since}"The approval speaks of what was signed. The owner submits the system again, or takes the change back."</p>
                </Callout>
                {list}
            </Section>
        }
    });
    view! { {ended}{over}{suspended}{stale} }.into_any()
}

fn facts(d: &Decision) -> AnyView {
    let statement = d.statement.clone();
    let (by, at, tier) = (d.decided_by.clone(), d.decided_at, d.tier);
    let quorum = format!("{} asked for, {} cast", format::count(i64::from(d.quorum), "vote", "votes"), d.votes.len());
    let above = match (d.above_appetite, d.outcome) {
        (false, _) => "No",
        (true, Outcome::Rejected) => "Yes",
        (true, _) => "Yes: a chair voted for it",
    };
    let valid = d.valid_until.map(|until| view! { <KeyValue label="Valid until"><DateText date=until/></KeyValue> });
    let (outcome, meaning) = (words::outcome(d.outcome), d.meaning.clone());
    view! {
        <Card title="The decision">
            <KeyValues>
                <KeyValue label="Outcome">{outcome}</KeyValue>
                {valid}
                <KeyValue label="Closed by">{by}", "<Instant at/></KeyValue>
                <KeyValue label="Meaning">{meaning}</KeyValue>
                {statement.map(|text| view! { <KeyValue label="Statement">{text}</KeyValue> })}
                <KeyValue label="Tier"><Tier tier/></KeyValue>
                <KeyValue label="Quorum">{quorum}</KeyValue>
                <KeyValue label="Above appetite">{above}</KeyValue>
            </KeyValues>
        </Card>
    }
    .into_any()
}

fn conditions(cx: &Cx, conditions: &[ConditionNow]) -> Option<AnyView> {
    let today = cx.today();
    (!conditions.is_empty()).then(|| {
        let rows = conditions
            .iter()
            .map(|c| {
                let reference = c.reference.to_string();
                let (done, status) = (!c.status.is_open(), c.status.label());
                let due = c.due_on.map(|date| view! { <DueDate date today done/> });
                view! {
                    <tr>
                        <th scope="row"><a href=format!("/mitigations/{reference}")>{c.title.clone()}</a><span class="cell-sub">{reference}</span></th>
                        <td>{c.assignee.clone().unwrap_or_default()}</td>
                        <td>{due}</td>
                        <td>{status}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <Section title="Conditions" id="conditions" lead="One that is overdue suspends the approval.">
                <Table caption="Conditions" columns=vec![
                    Column::text("Condition"), Column::text("Who"), Column::text("Due"), Column::text("Status"),
                ]>{rows}</Table>
            </Section>
        }
        .into_any()
    })
}

/// How to prove it years later, with tools that every machine has.
fn verify(d: &Decision) -> AnyView {
    let file = format!("{}.json", d.reference);
    let command = format!("jq -j .dossier.text {file} | sha256sum");
    let (href, hash) = (format!("/decisions/{file}"), words::hash(&d.sha256));
    view! {
        <Card title="Verify it yourself">
            <p>"Every signature names this hash of the dossier:"</p>
            <p>{hash}</p>
            <p class="no-print">"Download the "<a href=href>"verification file"</a>" and run"</p>
            <pre class="no-print" tabindex="0"><code>{command}</code></pre>
            <p class="muted no-print">"The sum must be the hash above. The dossier\u{2019}s text lists the SHA-256 of each evidence file."</p>
        </Card>
    }
    .into_any()
}

fn revoke_form(d: &Decision, open: bool) -> AnyView {
    let reference = d.reference.to_string();
    let action = format!("/decisions/{reference}/revoke");
    let approval = if d.outcome == Outcome::ApprovedWithConditions { "approval with conditions" } else { "approval" };
    let consequence =
        format!("The {approval} ends at once and for good. The system needs a new review before it has one again.");
    view! {
        <details class="revoke no-print" open=open>
            <summary>"Revoke this approval"</summary>
            <Form action submit="Revoke" danger=true>
                <TextArea name="reason" label="Why it is revoked" rows=3/>
                <ConfirmByTyping expected=reference consequence/>
                <PasswordField name="password" label="Your password"/>
            </Form>
        </details>
    }
    .into_any()
}
