//! A system's triage, the committee's tier, and what a submission still needs.

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, reference};
use crate::api::output::{Answer, Created, Done};
use crate::api::problem::Problem;
use crate::api::words::{Word, words};
use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use domain::ids::SystemRef;
use domain::readiness::{Step, readiness};
use domain::triage::{Answers, Question, Tier};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::systems as register;
use utoipa::ToSchema;

// The document's macros want names without parameters.
type QuestionWord = Word<Question>;
type TierWord = Word<Tier>;

/// The triage's answers and the tier that they lead to.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriageView {
    /// Yes or no, by question.
    pub answers: BTreeMap<String, bool>,
    /// The tier that the answers lead to, by the rules of their time.
    pub tier: TierWord,
    /// The questions that decided it.
    pub because: Vec<QuestionWord>,
    /// Who answered.
    pub answered_by: String,
    /// When.
    pub answered_at: DateTime<Utc>,
}

/// The newest answers; all null before the first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriageState {
    /// The newest answers.
    pub newest: Option<TriageView>,
    /// The tier that the committee set instead, if it did, and why.
    pub committee_tier: Option<TierWord>,
    /// Its reason.
    pub committee_reason: Option<String>,
}

/// Shows a system's triage
#[utoipa::path(get, path = "/systems/{reference}/triage", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "The newest answers", body = TriageState)))]
pub async fn triage(State(api): State<Api>, caller: Caller, Path(system): Path<String>) -> Answer<Json<TriageState>> {
    let header = register::header(&api.store, caller.actor(), reference(&system)?).await?;
    let details = register::get::details(&api.store, header.located.id).await?;
    let (tier, reason) = details.tier_override.map(|o| (Word(o.tier), o.reason)).unzip();
    Ok(Json(TriageState {
        newest: details.triage.map(|t| TriageView {
            answers: t.answers.iter().map(|(question, yes)| (question.to_string(), yes)).collect(),
            tier: Word(t.tier),
            because: words(t.because),
            answered_by: t.by,
            answered_at: t.at,
        }),
        committee_tier: tier,
        committee_reason: reason,
    }))
}

/// Yes or no to each of the eight questions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "eight yes-or-no questions")]
pub struct TriageInput {
    /// A practice that Article 5 of the EU AI Act prohibits?
    pub prohibited_practice: bool,
    /// Could a wrong output injure people, or stop essential services?
    pub safety: bool,
    /// Does it decide, or strongly influence, what a person gets?
    pub rights: bool,
    /// Special categories of personal data, biometrics, criminal records, children?
    pub sensitive: bool,
    /// Other personal data?
    pub personal: bool,
    /// Does it act without a person confirming each step?
    pub acts: bool,
    /// Do people outside the organisation meet it?
    pub public: bool,
    /// Would a fault reach many, or cost much, before anybody noticed?
    pub scale: bool,
}

/// Answers the triage; the tier is derived, never sent
#[utoipa::path(post, path = "/systems/{reference}/triage", tag = "Systems", request_body = TriageInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["systems:write"])), responses((status = 201, description = "Answered", body = Created)))]
pub async fn answer(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<TriageInput>,
) -> Answer<Created> {
    let system: SystemRef = reference(&system)?;
    let given = body.value;
    let answers = Answers::new(BTreeMap::from([
        (Question::ProhibitedPractice, given.prohibited_practice),
        (Question::Safety, given.safety),
        (Question::Rights, given.rights),
        (Question::Sensitive, given.sensitive),
        (Question::Personal, given.personal),
        (Question::Acts, given.acts),
        (Question::Public, given.public),
        (Question::Scale, given.scale),
    ]))
    .map_err(|wrong| Problem::field("", wrong.to_string()))?;
    let made = register::triage::answer(&api.store, caller.actor(), system, &answers, body.once).await;
    Created::from(made, |_| format!("/systems/{system}/triage"))
}

/// One thing that a submission needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadinessItem {
    /// What it is.
    pub step: String,
    /// Whether it is there.
    pub done: bool,
    /// What is missing.
    pub missing: Option<String>,
}

/// What a submission still needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Whether nothing is missing.
    pub ready: bool,
    /// Item by item.
    pub items: Vec<ReadinessItem>,
}

/// Shows what a submission still needs
#[utoipa::path(get, path = "/systems/{reference}/readiness", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "The readiness list", body = Readiness)))]
pub async fn ready(State(api): State<Api>, caller: Caller, Path(system): Path<String>) -> Answer<Json<Readiness>> {
    let header = register::header(&api.store, caller.actor(), reference(&system)?).await?;
    let mut conn = api.store.pool().acquire().await.map_err(store::Error::from)?;
    let facts = register::readiness::facts(&mut conn, header.located.id, api.store.today()).await?;
    let items = readiness(&facts);
    let name = |step: Step| step.label().to_owned();
    Ok(Json(Readiness {
        ready: domain::readiness::is_ready(&items),
        items: items
            .into_iter()
            .map(|item| ReadinessItem { step: name(item.step), done: item.done(), missing: item.missing })
            .collect(),
    }))
}

/// The committee's tier; null lifts it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TierInput {
    /// The tier, or null for what the answers lead to.
    pub tier: Option<TierWord>,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
}

/// Sets another tier than the answers lead to, as the committee
#[utoipa::path(post, path = "/systems/{reference}/tier", tag = "Systems", request_body = TierInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:decide"])), responses((status = 204, description = "Set")))]
pub async fn override_tier(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<TierInput>,
) -> Answer<Done> {
    let (tier, reason) = (body.value.tier.map(|w| w.0), body.value.reason);
    let system = reference(&system)?;
    match register::override_tier::override_tier(&api.store, caller.actor(), system, tier, &reason, body.once).await {
        Ok(()) | Err(store::Error::Replayed { .. }) => Ok(Done),
        Err(error) => Err(error.into()),
    }
}
