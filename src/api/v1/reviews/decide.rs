//! Decisions: closed by the chair, shown with all that was signed, revoked.

use super::dossier_of;
use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, Params, reference};
use crate::api::output::{Answer, Created, Done, List};
use crate::api::words::Word;
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{DecisionRef, ReviewRef, UnitId};
use domain::page::PAGE_ROWS;
use domain::review::{Outcome, State as Stand};
use domain::triage::Tier;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::reviews as register;
use store::reviews::list::DecidedFilter;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

// The document's macros want names without parameters.
type OutcomeWord = Word<Outcome>;
type StateWord = Word<Stand>;
type TierWord = Word<Tier>;

/// A decision, signed by the chair. The outcome is computed from the votes; it is named so that one more vote since it
/// was read does not go unseen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideInput {
    /// SHA-256 of the dossier whose votes are counted.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub dossier_sha256: String,
    /// What the votes amounted to when they were read.
    pub outcome: OutcomeWord,
    /// A sentence for the minutes.
    #[schema(max_length = 10000)]
    pub statement: Option<String>,
    /// Last day of an approval, if it is to end sooner than the tier allows.
    pub valid_until: Option<NaiveDate>,
    /// The signature: the caller's password.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    pub password: String,
}

/// Closes a review, signed with the password
#[utoipa::path(post, path = "/reviews/{reference}/decide", tag = "Reviews", request_body = DecideInput,
    params(("reference" = String, Path, example = "RV-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:decide"])), responses((status = 201, description = "Decided", body = Created)))]
pub async fn decide(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<DecideInput>,
) -> Answer<Created> {
    let (review, given) = (reference::<ReviewRef>(&review)?, body.value);
    let closing = register::decide::Closing {
        dossier: dossier_of(&given.dossier_sha256)?,
        outcome: given.outcome.0,
        statement: super::super::opt_prose("statement", given.statement.as_deref())?,
        valid_until: given.valid_until,
    };
    let made = register::decide::decide(&api.store, caller.actor(), review, &closing, &given.password, body.once).await;
    Created::from(made, |decision| format!("/decisions/{decision}"))
}

/// A decision in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionItem {
    /// D-3.
    #[schema(example = "D-3")]
    pub reference: String,
    /// The review that it closed.
    pub review: String,
    /// The system.
    pub system: String,
    /// Its name.
    pub system_name: String,
    /// Its business unit.
    pub unit: String,
    /// The tier then.
    pub tier: TierWord,
    /// What was decided.
    pub outcome: OutcomeWord,
    /// Where its review stands now: an approval may have expired or ended.
    pub state: StateWord,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Who closed it.
    pub decided_by: String,
    /// Last day of an approval.
    pub valid_until: Option<NaiveDate>,
    /// Since when the system differs in substance.
    pub stale_since: Option<DateTime<Utc>>,
}

/// Which decisions; all filters together.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DecisionsQuery {
    /// Of the systems of one unit, by id.
    pub unit: Option<Uuid>,
    /// With one outcome.
    pub outcome: Option<OutcomeWord>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
}

/// Lists what the committee decided, newest first
#[utoipa::path(get, path = "/decisions", tag = "Reviews", params(DecisionsQuery), security(("token" = ["reviews:read"])),
    responses((status = 200, description = "A page of decisions", body = List<DecisionItem>)))]
pub async fn decisions(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<DecisionsQuery>,
) -> Answer<List<DecisionItem>> {
    let after = asked.after.as_deref().map(|after| super::super::named::<DecisionRef>(after, "after")).transpose()?;
    let filter = DecidedFilter { unit: asked.unit.map(UnitId), outcome: asked.outcome.map(|w| w.0), after };
    let page = register::list::decided(&api.store, caller.actor(), &filter, PAGE_ROWS).await?;
    Ok(List::of(&uri, page, None, |row| DecisionItem {
        reference: row.reference.to_string(),
        review: row.review.to_string(),
        system: row.system.to_string(),
        system_name: row.name,
        unit: row.unit,
        tier: Word(row.tier),
        outcome: Word(row.outcome),
        decided_at: row.at,
        decided_by: row.by,
        valid_until: row.valid_until,
        stale_since: row.stale_since,
        state: Word(row.state),
    }))
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionView {
    /// D-3.
    #[schema(example = "D-3")]
    pub reference: String,
    /// The review that it closed.
    pub review: String,
    /// The system.
    pub system: String,
    /// What was decided.
    pub outcome: OutcomeWord,
    /// Where its review stands now: an approval may have expired or ended.
    pub state: StateWord,
    /// The tier then.
    pub tier: TierWord,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Who closed it.
    pub decided_by: String,
    /// Last day of an approval.
    pub valid_until: Option<NaiveDate>,
    /// Since when the system differs in substance.
    pub stale_since: Option<DateTime<Utc>>,
    /// Everything that was signed, and how to check it offline.
    #[schema(value_type = Object)]
    pub bundle: Value,
}

/// Shows a decision, with all that is needed to verify it offline
#[utoipa::path(get, path = "/decisions/{reference}", tag = "Reviews", security(("token" = ["reviews:read"])),
    params(("reference" = String, Path, example = "D-1")),
    responses((status = 200, description = "The decision", body = DecisionView)))]
pub async fn decision(
    State(api): State<Api>,
    caller: Caller,
    Path(decision): Path<String>,
) -> Answer<Json<DecisionView>> {
    let found = register::decision::get(&api.store, caller.actor(), reference::<DecisionRef>(&decision)?).await?;
    Ok(Json(DecisionView {
        bundle: found.bundle(),
        reference: found.reference.to_string(),
        review: found.review.to_string(),
        system: found.system.reference.to_string(),
        outcome: Word(found.outcome),
        state: Word(found.state),
        tier: Word(found.tier),
        decided_at: found.decided_at,
        decided_by: found.decided_by,
        valid_until: found.valid_until,
        stale_since: found.stale_since,
    }))
}

/// A revocation, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeInput {
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
    /// The signature: the caller's password.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    pub password: String,
}

/// Revokes an approval, signed with the password
#[utoipa::path(post, path = "/decisions/{reference}/revoke", tag = "Reviews", request_body = RevokeInput,
    params(("reference" = String, Path, example = "D-1")), security(("token" = ["reviews:decide"])),
    responses((status = 204, description = "Revoked")))]
pub async fn revoke(
    State(api): State<Api>,
    caller: Caller,
    Path(decision): Path<String>,
    body: Body<RevokeInput>,
) -> Answer<Done> {
    let why = super::super::prose("reason", &body.value.reason)?;
    let decision = reference(&decision)?;
    register::revoke::revoke(&api.store, caller.actor(), decision, &why, &body.value.password).await?;
    Ok(Done)
}
